/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean hw_state_folder_make (const char *path,
                               GError    **error);
int      hw_state_folder_lock (const char *path,
                               GError    **error);
char    *hw_state_folder_load_token (const char *path,
                                     GError    **error);
gboolean hw_state_folder_replace_file (const char *path,
                                       const char *contents,
                                       GError    **error);

G_END_DECLS
