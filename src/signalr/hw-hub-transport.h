/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-hub-connection.h"
#include "hw-hub-door.h"

G_BEGIN_DECLS

/* .NET waits as long for a client to say goodbye, too; in microseconds. */
#define HW_HUB_CLOSE_TIMEOUT (5 * G_USEC_PER_SEC)

#define HW_TYPE_HUB_TRANSPORT (hw_hub_transport_get_type ())
G_DECLARE_DERIVABLE_TYPE (HwHubTransport, hw_hub_transport, HW, HUB_TRANSPORT, GObject)

/**
 * HwHubTransportClass:
 * @tick: (nullable): lets time pass, until the transport is closed
 * @say_goodbye: (nullable): is told that the server goes, when its last word was said
 * @let_go: closes what the bytes come and go through, as nobody is there any more; called once
 *
 * What tells one kind of transport from another.
 */
struct _HwHubTransportClass
{
  GObjectClass parent_class;

  void (*tick) (HwHubTransport *self);
  void (*say_goodbye) (HwHubTransport *self);
  void (*let_go) (HwHubTransport *self);
};

/**
 * HwHubTransportFunc:
 * @self: a transport
 * @user_data: what was given to hw_hub_transport_set_finished()
 *
 * Tells that a transport is over. Called once.
 */
typedef void (*HwHubTransportFunc) (HwHubTransport *self,
                                    gpointer        user_data);

void             hw_hub_transport_set_up (HwHubTransport             *self,
                                          HwHubConnection            *connection,
                                          HwClock                    *clock,
                                          const HwHubConnectionOwner *owner);
void             hw_hub_transport_set_finished (HwHubTransport    *self,
                                                HwHubTransportFunc finished,
                                                gpointer           user_data);

HwHubConnection *hw_hub_transport_get_connection (HwHubTransport *self);
gint64           hw_hub_transport_get_now (HwHubTransport *self);
gboolean         hw_hub_transport_is_open (HwHubTransport *self);
gboolean         hw_hub_transport_is_over (HwHubTransport *self);

void             hw_hub_transport_take_post (HwHubTransport    *self,
                                             const HwHubDoor   *door,
                                             SoupServerMessage *message);
void             hw_hub_transport_go_on (HwHubTransport *self);

void             hw_hub_transport_tick (HwHubTransport *self);
void             hw_hub_transport_close (HwHubTransport *self);
void             hw_hub_transport_say_goodbye (HwHubTransport *self);
void             hw_hub_transport_finish (HwHubTransport *self);

G_END_DECLS
