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

typedef struct _HwLineTransport HwLineTransport;

/**
 * HwLineTransportFunc:
 * @self: a transport
 * @user_data: what was given to hw_line_transport_set_finished()
 *
 * Tells that the WebSocket is closed. Called once.
 */
typedef void (*HwLineTransportFunc) (HwLineTransport *self,
                                     gpointer         user_data);

#define HW_TYPE_LINE_TRANSPORT (hw_line_transport_get_type ())
G_DECLARE_FINAL_TYPE (HwLineTransport, hw_line_transport, HW, LINE_TRANSPORT, GObject)

HwLineTransport   *hw_line_transport_new (HwPlane         *plane,
                                          HwHubConnection *connection,
                                          HwClock         *clock);

HwHubConnection *hw_line_transport_get_connection (HwLineTransport *self);
void             hw_line_transport_set_finished (HwLineTransport    *self,
                                                 HwLineTransportFunc finished,
                                                 gpointer            user_data);
void             hw_line_transport_start (HwLineTransport   *self,
                                          const HwPlaneWire *wire,
                                          GBytes            *early);
void             hw_line_transport_tick (HwLineTransport *self);
void             hw_line_transport_cut (HwLineTransport *self);

G_END_DECLS
