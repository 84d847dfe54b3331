/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Letters of a name of a type, a parameter: it stands in URLs and forms. */
#define HW_MAX_NAME_LENGTH 64

gboolean hw_name_is_valid (const char *name);

void     hw_type_file_set_error (GError    **error,
                                 int         code,
                                 const char *group,
                                 const char *key,
                                 const char *format,
                                 ...) G_GNUC_PRINTF (5, 6);

gboolean hw_type_file_check_keys (GKeyFile          *file,
                                  const char        *group,
                                  const char *const *known_keys,
                                  GError           **error);

gboolean hw_type_file_get_text (GKeyFile   *file,
                                const char *group,
                                const char *key,
                                char      **text,
                                GError    **error);
gboolean hw_type_file_get_list (GKeyFile   *file,
                                const char *group,
                                const char *key,
                                char     ***list,
                                GError    **error);
gboolean hw_type_file_get_boolean (GKeyFile   *file,
                                   const char *group,
                                   const char *key,
                                   gboolean   *value,
                                   GError    **error);
gboolean hw_type_file_get_number (GKeyFile   *file,
                                  const char *group,
                                  const char *key,
                                  double     *value,
                                  GError    **error);
gboolean hw_type_file_get_count (GKeyFile   *file,
                                 const char *group,
                                 const char *key,
                                 guint       minimum,
                                 guint       maximum,
                                 guint      *value,
                                 GError    **error);
gboolean hw_type_file_get_choice (GKeyFile          *file,
                                  const char        *group,
                                  const char        *key,
                                  const char *const *names,
                                  guint              n_names,
                                  guint             *value,
                                  GError           **error);

G_END_DECLS
