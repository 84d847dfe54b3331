/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean hw_cli_place_is_listening (const char *path);
char    *hw_cli_place_find_socket (const char *runtime_folder,
                                   const char *state_folder,
                                   GError    **error);
char    *hw_cli_place_find_state_folder (void);
char    *hw_cli_place_find_daemon (const char *program);

G_END_DECLS
