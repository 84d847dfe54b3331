/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-transport.h"

G_BEGIN_DECLS

/* How long a poll waits, in microseconds: proxies give up after a minute, and Microsoft's clients
 * after 100 seconds.
 */
#define HW_POLL_TIMEOUT (30 * G_USEC_PER_SEC)

/* .NET's: how long a client may take between two polls, in microseconds. It says nothing else of
 * whether it is there.
 */
#define HW_POLL_MAX_IDLE (15 * G_USEC_PER_SEC)

/* What may wait for the next poll before nothing more is said: as much as may be on its way to the
 * plane.
 */
#define HW_POLL_MAX_WAITING 65536

#define HW_TYPE_POLL_TRANSPORT (hw_poll_transport_get_type ())
G_DECLARE_FINAL_TYPE (HwPollTransport, hw_poll_transport, HW, POLL_TRANSPORT, HwHubTransport)

HwHubTransport *hw_poll_transport_new (const HwHubDoor *door,
                                       HwHubConnection *connection,
                                       HwClock         *clock);

void            hw_poll_transport_take_poll (HwPollTransport   *self,
                                             SoupServerMessage *message);

G_END_DECLS
