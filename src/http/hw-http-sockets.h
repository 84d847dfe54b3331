/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GPtrArray *hw_http_sockets_listen_tcp (guint    port,
                                       GError **error);
GPtrArray *hw_http_sockets_listen_tls (guint      port,
                                       GPtrArray *addresses,
                                       GError   **error);
GSocket   *hw_http_sockets_listen_unix (const char *path,
                                        mode_t      mode,
                                        const char *option,
                                        GError    **error);
void       hw_http_sockets_await_words (GSocket *socket);
guint      hw_http_sockets_get_port (GSocket *socket);
gboolean   hw_http_sockets_is_outside (GSocket *socket);
char      *hw_http_sockets_describe (GSocket *socket);
gboolean   hw_http_sockets_check (GSocket *socket,
                                  GError **error);

G_END_DECLS
