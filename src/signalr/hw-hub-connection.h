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

/**
 * HwHubConnectionOwner:
 * @output: is given whole records to send; it may say at once that the network takes no more
 * @closed: is told once, after the last output, that the connection is over, and whether
 *   what was sent should still arrive: %FALSE if nobody reads it
 * @wants_input: is told that the client may be read again, see
 *   hw_hub_connection_wants_input()
 * @go_binary: (nullable): is told that from now on records are no text; %NULL if what carries
 *   them carries nothing but text
 * @watch: (nullable): tells the client of what happens, see #HwHubOutletFuncs; how an event is
 *   written is the first argument
 * @unwatch: (nullable): takes that back
 * @shows_life: whether it knows by itself if anybody is there: then no signs of life are sent or
 *   waited for
 *
 * Who moves a connection's bytes.
 */
typedef struct
{
  void (*output)(GBytes  *records,
                 gpointer user_data);
  void (*closed)(gboolean is_clean,
                 gpointer user_data);
  void (*wants_input)(gpointer user_data);
  void (*go_binary)(gpointer user_data);
  guint (*watch)(HwWatchWriteFunc write,
                 GBytes          *head,
                 HwWatchPlace    *place,
                 gpointer         user_data);
  void (*unwatch)(guint    watch,
                  gpointer user_data);
  gboolean shows_life;
} HwHubConnectionOwner;

HwHubConnection *hw_hub_connection_new (HwHubHandler *handler,
                                        HwPrincipal  *principal,
                                        gint64        now);

HwPrincipal     *hw_hub_connection_get_principal (HwHubConnection *self);
void             hw_hub_connection_set_owner (HwHubConnection            *self,
                                              const HwHubConnectionOwner *owner,
                                              gpointer                    user_data);
void             hw_hub_connection_hear (HwHubConnection *self,
                                         guint            watch,
                                         HwWatchState     state,
                                         HwWatchPlace    *place,
                                         gint64           now);
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
