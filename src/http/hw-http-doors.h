/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-listener.h"

G_BEGIN_DECLS

#define HW_TYPE_HTTP_DOORS (hw_http_doors_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpDoors, hw_http_doors, HW, HTTP_DOORS, GObject)

HwHttpDoors *hw_http_doors_new (HwHttpListener *listener);

gboolean     hw_http_doors_adopt (HwHttpDoors *self,
                                  GSocket     *socket,
                                  GError     **error);
gboolean     hw_http_doors_open (HwHttpDoors *self,
                                 guint        port,
                                 const char  *socket_path,
                                 GError     **error);
void         hw_http_doors_close (HwHttpDoors *self);

guint        hw_http_doors_get_tls_port (HwHttpDoors *self);
guint        hw_http_doors_get_port (HwHttpDoors *self);

G_END_DECLS
