/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-transport.h"

#include "hw-hub-inlet.h"

/* When nobody is there any more. Thousands of these wait, so that each byte counts. */
#define OVER ((gint64) -1)

/**
 * HwHubTransport:
 *
 * Joins one hub connection with whatever carries its bytes. Here is what all kinds have in
 * common: how time passes, what comes in requests of their own, and how it ends. First it is
 * closed, when the last word is on its way, then over, when nobody is there any more. Main
 * context only.
 */
typedef struct
{
  HwHubConnection *connection; /* (owned) (not nullable) */
  HwClock *clock;              /* (owned) (not nullable) */
  HwHubTransportFunc finished;
  gpointer user_data;

  HwHubInlet *inlet; /* (owned) (nullable): none before the first request */
  gint64 closed_at;  /* when the last word was said, 0 before, or OVER */
} HwHubTransportPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (HwHubTransport, hw_hub_transport, G_TYPE_OBJECT)

static HwHubTransportPrivate *
get_private (HwHubTransport *self)
{
  return hw_hub_transport_get_instance_private (self);
}

static void
hw_hub_transport_finalize (GObject *object)
{
  HwHubTransportPrivate *private = get_private (HW_HUB_TRANSPORT (object));

  g_clear_pointer (&private->inlet, hw_hub_inlet_free);
  if (private->connection != NULL)
    hw_hub_connection_set_owner (private->connection, NULL, NULL);
  g_clear_object (&private->connection);
  g_clear_object (&private->clock);

  G_OBJECT_CLASS (hw_hub_transport_parent_class)->finalize (object);
}

static void
hw_hub_transport_class_init (HwHubTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_hub_transport_finalize;
}

static void
hw_hub_transport_init (HwHubTransport *self)
{
}

/**
 * hw_hub_transport_set_up:
 * @self: a transport that was just made
 * @connection: a connection that has not been fed yet
 * @clock: what time it is
 * @owner: how its kind moves bytes; it must stay, and is called with @self
 *
 * Joins a transport with its connection.
 */
void
hw_hub_transport_set_up (HwHubTransport             *self,
                         HwHubConnection            *connection,
                         HwClock                    *clock,
                         const HwHubConnectionOwner *owner)
{
  HwHubTransportPrivate *private = get_private (self);

  g_return_if_fail (HW_IS_HUB_TRANSPORT (self) && private->connection == NULL);
  g_return_if_fail (HW_IS_HUB_CONNECTION (connection));
  g_return_if_fail (HW_IS_CLOCK (clock));
  g_return_if_fail (owner != NULL);

  private->connection = g_object_ref (connection);
  private->clock = g_object_ref (clock);
  hw_hub_connection_set_owner (connection, owner, self);
}

/**
 * hw_hub_transport_set_finished:
 * @self: a transport
 * @finished: is told when it is over
 * @user_data: for @finished; it must live until then
 *
 * Says whom to tell that it is over.
 */
void
hw_hub_transport_set_finished (HwHubTransport    *self,
                               HwHubTransportFunc finished,
                               gpointer           user_data)
{
  HwHubTransportPrivate *private = get_private (self);

  g_return_if_fail (HW_IS_HUB_TRANSPORT (self));

  private->finished = finished;
  private->user_data = user_data;
}

/**
 * hw_hub_transport_get_connection:
 * @self: a transport
 *
 * Gets the hub connection whose bytes it moves.
 *
 * Returns: (transfer none): the connection
 */
HwHubConnection *
hw_hub_transport_get_connection (HwHubTransport *self)
{
  g_return_val_if_fail (HW_IS_HUB_TRANSPORT (self), NULL);

  return get_private (self)->connection;
}

/**
 * hw_hub_transport_get_now:
 * @self: a transport
 *
 * Gets the time as its connection is told it.
 *
 * Returns: the time, in microseconds
 */
gint64
hw_hub_transport_get_now (HwHubTransport *self)
{
  g_return_val_if_fail (HW_IS_HUB_TRANSPORT (self), 0);

  return hw_clock_get_monotonic_time (get_private (self)->clock);
}

/**
 * hw_hub_transport_is_open:
 * @self: a transport
 *
 * Tells whether something may be said: the last word was not.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_hub_transport_is_open (HwHubTransport *self)
{
  g_return_val_if_fail (HW_IS_HUB_TRANSPORT (self), FALSE);

  return get_private (self)->closed_at == 0;
}

/**
 * hw_hub_transport_is_over:
 * @self: a transport
 *
 * Tells whether nobody is there any more.
 *
 * Returns: %TRUE after hw_hub_transport_finish()
 */
gboolean
hw_hub_transport_is_over (HwHubTransport *self)
{
  g_return_val_if_fail (HW_IS_HUB_TRANSPORT (self), TRUE);

  return get_private (self)->closed_at == OVER;
}

/**
 * hw_hub_transport_take_post:
 * @self: a transport that does not carry what the client says
 * @door: how requests are answered; it must stay
 * @message: a request with what the client says
 *
 * Takes what the client says. The request is answered when all of it is taken.
 */
void
hw_hub_transport_take_post (HwHubTransport    *self,
                            const HwHubDoor   *door,
                            SoupServerMessage *message)
{
  HwHubTransportPrivate *private = get_private (self);
  g_autoptr(HwHubTransport) alive = NULL;

  g_return_if_fail (HW_IS_HUB_TRANSPORT (self));

  alive = g_object_ref (self);
  if (private->inlet == NULL)
    {
      private->inlet = hw_hub_inlet_new (door, private->connection);
      if (private->closed_at != 0)
        hw_hub_inlet_close (private->inlet);
    }
  hw_hub_inlet_take (private->inlet, message, hw_hub_transport_get_now (self));
}

/**
 * hw_hub_transport_go_on:
 * @self: a transport whose connection wants more
 *
 * Gives the connection what waits in requests.
 */
void
hw_hub_transport_go_on (HwHubTransport *self)
{
  HwHubTransportPrivate *private = get_private (self);
  g_autoptr(HwHubTransport) alive = NULL;

  g_return_if_fail (HW_IS_HUB_TRANSPORT (self));

  alive = g_object_ref (self);
  if (private->inlet != NULL)
    hw_hub_inlet_go_on (private->inlet, hw_hub_transport_get_now (self));
}

/**
 * hw_hub_transport_tick:
 * @self: a transport
 *
 * Lets time pass. A client that does not hear our last word is not waited for long.
 */
void
hw_hub_transport_tick (HwHubTransport *self)
{
  HwHubTransportPrivate *private = get_private (self);
  g_autoptr(HwHubTransport) alive = NULL;
  gint64 now;

  g_return_if_fail (HW_IS_HUB_TRANSPORT (self));

  alive = g_object_ref (self);
  now = hw_hub_transport_get_now (self);
  if (private->closed_at == 0)
    hw_hub_connection_tick (private->connection, now);
  else if (private->closed_at != OVER && now - private->closed_at >= HW_HUB_CLOSE_TIMEOUT)
    hw_hub_transport_finish (self);

  if (hw_hub_transport_is_open (self) && HW_HUB_TRANSPORT_GET_CLASS (self)->tick != NULL)
    HW_HUB_TRANSPORT_GET_CLASS (self)->tick (self);
}

/**
 * hw_hub_transport_close:
 * @self: a transport
 *
 * Takes note that the last word was said.
 */
void
hw_hub_transport_close (HwHubTransport *self)
{
  HwHubTransportPrivate *private = get_private (self);

  g_return_if_fail (HW_IS_HUB_TRANSPORT (self));

  if (private->closed_at == 0)
    private->closed_at = MAX (hw_hub_transport_get_now (self), 1);
  if (private->inlet != NULL)
    hw_hub_inlet_close (private->inlet);
}

/**
 * hw_hub_transport_say_goodbye:
 * @self: a transport
 *
 * Tells the client that the server goes. It may come again by itself.
 */
void
hw_hub_transport_say_goodbye (HwHubTransport *self)
{
  HwHubTransportClass *klass;
  g_autoptr(HwHubTransport) alive = NULL;

  g_return_if_fail (HW_IS_HUB_TRANSPORT (self));

  alive = g_object_ref (self);
  klass = HW_HUB_TRANSPORT_GET_CLASS (self);
  hw_hub_connection_close (get_private (self)->connection, NULL, TRUE);
  if (klass->say_goodbye != NULL && !hw_hub_transport_is_over (self))
    klass->say_goodbye (self);
}

/**
 * hw_hub_transport_finish:
 * @self: a transport
 *
 * Ends it all without a word: the network is of no more use, or nothing is left to be said.
 */
void
hw_hub_transport_finish (HwHubTransport *self)
{
  HwHubTransportPrivate *private = get_private (self);
  g_autoptr(HwHubTransport) alive = NULL;

  g_return_if_fail (HW_IS_HUB_TRANSPORT (self));

  if (private->closed_at == OVER)
    return;

  alive = g_object_ref (self);
  private->closed_at = OVER;
  HW_HUB_TRANSPORT_GET_CLASS (self)->let_go (self);
  hw_hub_connection_abort (private->connection);
  if (private->inlet != NULL)
    hw_hub_inlet_close (private->inlet);
  if (private->finished != NULL)
    private->finished (self, private->user_data);
}
