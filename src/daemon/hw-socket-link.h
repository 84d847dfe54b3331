/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean hw_socket_link_make (const char *state_folder,
                              const char *socket_path,
                              GError    **error);
void     hw_socket_link_remove (const char *state_folder);

G_END_DECLS
