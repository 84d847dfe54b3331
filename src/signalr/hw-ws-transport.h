/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-hub-connection.h"
#include "hw-plane.h"

G_BEGIN_DECLS

/* .NET waits as long for a client to say goodbye, too; in microseconds. */
#define HW_WS_CLOSE_TIMEOUT (5 * G_USEC_PER_SEC)

typedef struct _HwWsTransport HwWsTransport;

/**
 * HwWsTransportFunc:
 * @self: a transport
 * @user_data: what was given to hw_ws_transport_set_finished()
 *
 * Tells that the WebSocket is closed. Called once.
 */
typedef void (*HwWsTransportFunc) (HwWsTransport *self,
                                   gpointer       user_data);

#define HW_TYPE_WS_TRANSPORT (hw_ws_transport_get_type ())
G_DECLARE_FINAL_TYPE (HwWsTransport, hw_ws_transport, HW, WS_TRANSPORT, GObject)

HwWsTransport   *hw_ws_transport_new (HwPlane         *plane,
                                      HwHubConnection *connection,
                                      HwClock         *clock);

HwHubConnection *hw_ws_transport_get_connection (HwWsTransport *self);
void             hw_ws_transport_set_finished (HwWsTransport    *self,
                                               HwWsTransportFunc finished,
                                               gpointer          user_data);
void             hw_ws_transport_start (HwWsTransport     *self,
                                        const HwPlaneWire *wire,
                                        GBytes            *early);
void             hw_ws_transport_tick (HwWsTransport *self);
void             hw_ws_transport_cut (HwWsTransport *self);

G_END_DECLS
