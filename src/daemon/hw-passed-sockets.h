/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GPtrArray *hw_passed_sockets_take (int         first_fd,
                                   guint       n_sockets,
                                   const char *names,
                                   GError    **error);
char      *hw_passed_sockets_get_path (GSocket *socket);

G_END_DECLS
