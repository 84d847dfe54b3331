/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-handler.h"

G_BEGIN_DECLS

/* These four are .NET's, in microseconds: clients are made for them. A client gives
 * up on a server that it has not heard of for 30 seconds.
 */
#define HW_HUB_HANDSHAKE_TIMEOUT (15 * G_USEC_PER_SEC)
#define HW_HUB_PING_INTERVAL (15 * G_USEC_PER_SEC)
#define HW_HUB_CLIENT_TIMEOUT (30 * G_USEC_PER_SEC)
#define HW_HUB_SEND_TIMEOUT (10 * G_USEC_PER_SEC)

#define HW_TYPE_HUB_CONNECTION (hw_hub_connection_get_type ())
G_DECLARE_FINAL_TYPE (HwHubConnection, hw_hub_connection, HW, HUB_CONNECTION, GObject)

HwHubConnection *hw_hub_connection_new (HwHubHandler *handler,
                                        HwPrincipal  *principal,
                                        gint64 now);

void             hw_hub_connection_feed (HwHubConnection *self,
                                         const char      *data,
                                         gsize            length,
                                         gint64           now);
gboolean         hw_hub_connection_wants_input (HwHubConnection *self);
void             hw_hub_connection_set_writable (HwHubConnection *self,
                                                 gboolean         is_writable,
                                                 gint64           now);
void             hw_hub_connection_tick (HwHubConnection *self,
                                         gint64           now);
void             hw_hub_connection_close (HwHubConnection *self,
                                          const char      *error,
                                          gboolean         allow_reconnect);
void             hw_hub_connection_abort (HwHubConnection *self);

G_END_DECLS
