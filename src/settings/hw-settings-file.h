/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The groups that `headway.conf` may have: one for each program that reads it. */
#define HW_SETTINGS_GROUP_DAEMON "Daemon"
#define HW_SETTINGS_GROUP_AGENT "Agent"

/**
 * HwSettingsFunc:
 * @file: a file whose groups are known
 * @user_data: what was given with the function
 * @error: return location for an error: a sentence for whoever wrote the file
 *
 * Takes what a file says over what was said before it.
 *
 * Returns: whether all of it can be heeded
 */
typedef gboolean (*HwSettingsFunc) (GKeyFile *file,
                                    gpointer  user_data,
                                    GError  **error);

gboolean hw_settings_file_read_all (const char    *path,
                                    HwSettingsFunc function,
                                    gpointer       user_data,
                                    GError       **error);
gboolean hw_settings_file_check_keys (GKeyFile          *file,
                                      const char        *group,
                                      const char *const *known,
                                      GError           **error);
gboolean hw_settings_file_read_number (GKeyFile   *file,
                                       const char *group,
                                       const char *key,
                                       gint64      minimum,
                                       gint64      maximum,
                                       gint64     *number,
                                       GError    **error);
gboolean hw_settings_file_read_boolean (GKeyFile   *file,
                                        const char *group,
                                        const char *key,
                                        gboolean   *value,
                                        GError    **error);
gboolean hw_settings_file_read_word (GKeyFile          *file,
                                     const char        *group,
                                     const char        *key,
                                     const char *const *words,
                                     char             **word,
                                     GError           **error);
gboolean hw_settings_file_read_path (GKeyFile   *file,
                                     const char *group,
                                     const char *key,
                                     char      **path,
                                     GError    **error);
gboolean hw_settings_check_number (gint64      number,
                                   gint64      minimum,
                                   gint64      maximum,
                                   const char *name,
                                   GError    **error);

G_END_DECLS
