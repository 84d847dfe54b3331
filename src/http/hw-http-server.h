/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-entrances.h"
#include "hw-metrics-api.h"
#include "hw-plane.h"
#include "hw-task-queue.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define HW_TYPE_HTTP_SERVER (hw_http_server_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpServer, hw_http_server, HW, HTTP_SERVER, GObject)

HwHttpServer *hw_http_server_new (HwTaskQueue *queue,
                                  HwClock     *clock,
                                  HwPlane     *plane,
                                  const char  *token);

gboolean      hw_http_server_adopt (HwHttpServer *self,
                                    GSocket      *socket,
                                    GError      **error);
gboolean      hw_http_server_start (HwHttpServer *self,
                                    guint         port,
                                    const char   *socket_path,
                                    GError      **error);
void          hw_http_server_stop (HwHttpServer *self);

guint         hw_http_server_get_port (HwHttpServer *self);
guint         hw_http_server_get_tls_port (HwHttpServer *self);
HwHttpEntrances *hw_http_server_get_entrances (HwHttpServer *self);
char         *hw_http_server_make_link (HwHttpServer *self,
                                        guint64       task_id);
HwMetricsApi *hw_http_server_get_metrics (HwHttpServer *self);
SoupServer   *hw_http_server_get_soup_server (HwHttpServer *self);
HwPrincipal  *hw_http_server_authenticate (HwHttpServer      *self,
                                           SoupServerMessage *message,
                                           GError           **error);
GBytes       *hw_http_server_begin_events (HwHttpServer      *self,
                                           SoupServerMessage *message);

G_END_DECLS
