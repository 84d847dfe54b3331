/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-ws-transport.h"

G_BEGIN_DECLS

#define HW_TYPE_WS_TRANSPORTS (hw_ws_transports_get_type ())
G_DECLARE_FINAL_TYPE (HwWsTransports, hw_ws_transports, HW, WS_TRANSPORTS, GObject)

HwWsTransports *hw_ws_transports_new (HwPlane *plane);

guint           hw_ws_transports_get_size (HwWsTransports *self);
void            hw_ws_transports_add (HwWsTransports    *self,
                                      HwWsTransport     *transport,
                                      const char        *token,
                                      const HwPlaneWire *wire,
                                      GBytes            *early);
void            hw_ws_transports_close_all (HwWsTransports *self);
void            hw_ws_transports_cut_all (HwWsTransports *self);

G_END_DECLS
