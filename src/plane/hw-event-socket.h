/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-plane-socket.h"

G_BEGIN_DECLS

/**
 * HW_EVENT_SOCKET_MAX_HEARD:
 *
 * How many bytes a client may send behind its request, which nobody looks at: one that asks
 * on before it has its answer stays, and one that never stops is cut.
 */
#define HW_EVENT_SOCKET_MAX_HEARD 65536

HwPlaneSocket *hw_event_socket_new (const HwPlaneWire *wire,
                                    HwPlaneSocketFunc  function,
                                    gpointer           user_data);

G_END_DECLS
