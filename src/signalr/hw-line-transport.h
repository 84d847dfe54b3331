/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-transport.h"
#include "hw-plane.h"

G_BEGIN_DECLS

/**
 * HwLineKind:
 * @HW_LINE_KIND_WEBSOCKET: what is said goes both ways, in messages
 * @HW_LINE_KIND_EVENTS: an answer that lasts, of server-sent events (WHATWG HTML, 9.2); what the
 *   client says comes in requests of their own
 *
 * What a line in the plane carries records in.
 */
typedef enum
{
  HW_LINE_KIND_WEBSOCKET,
  HW_LINE_KIND_EVENTS,
} HwLineKind;

#define HW_TYPE_LINE_TRANSPORT (hw_line_transport_get_type ())
G_DECLARE_FINAL_TYPE (HwLineTransport, hw_line_transport, HW, LINE_TRANSPORT, HwHubTransport)

HwHubTransport *hw_line_transport_new (HwLineKind kind,
                                       HwPlane         *plane,
                                       HwHubConnection *connection,
                                       HwClock         *clock);

void            hw_line_transport_start (HwLineTransport   *self,
                                         const HwPlaneWire *wire,
                                         GBytes            *early,
                                         GBytes            *beginning);

G_END_DECLS
