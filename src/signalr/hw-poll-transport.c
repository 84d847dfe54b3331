/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-poll-transport.h"

#include "hw-hub-reply.h"

/**
 * HwPollTransport:
 *
 * Joins one hub connection with a client that asks again and again: what is said to it is the
 * answer to a request of its own, which waits until there is something, and what it says comes
 * in others. For those whom a proxy lets do nothing else, as each keeps a connection to itself
 * and wakes the main context for each piece. Main context only.
 */
struct _HwPollTransport
{
  HwHubTransport parent_instance;

  const HwHubDoor *door; /* (unowned) */
  HwClock *clock;        /* (owned) (not nullable) */

  GString *waiting;          /* (owned) (nullable): what the next poll is answered with */
  SoupServerMessage *poll;   /* (owned) (nullable): the request that waits */
  HwHttpExchange *exchange;  /* (owned) (nullable): the same */
  gint64 since;              /* when that came, or the last one was answered */
  guint timer;               /* or 0 */
  gboolean has_begun;        /* the first was answered */
  gboolean is_full;          /* nothing more is said until somebody asks */
};

G_DEFINE_FINAL_TYPE (HwPollTransport, hw_poll_transport, HW_TYPE_HUB_TRANSPORT)

static void on_timer (gpointer user_data);

/* Wakes us when something is due, if nothing happens before. */
static void
hw_poll_transport_set_timer (HwPollTransport *self,
                             gint64           delay)
{
  if (self->timer != 0)
    hw_clock_remove_timer (self->clock, self->timer);
  self->timer = hw_clock_add_timer (self->clock, delay, on_timer, self);
}

static void
on_timer (gpointer user_data)
{
  HwPollTransport *self = HW_POLL_TRANSPORT (user_data);

  g_autoptr(HwHubTransport) transport = g_object_ref (HW_HUB_TRANSPORT (user_data));

  self->timer = 0;
  hw_hub_transport_tick (transport);

  /* It was a little early. */
  if (self->timer == 0 && !hw_hub_transport_is_over (transport))
    hw_poll_transport_set_timer (self, G_USEC_PER_SEC);
}

static void
hw_poll_transport_begin_idle (HwPollTransport *self)
{
  self->since = hw_hub_transport_get_now (HW_HUB_TRANSPORT (self));
  if (!hw_hub_transport_is_over (HW_HUB_TRANSPORT (self)))
    hw_poll_transport_set_timer (self, hw_hub_transport_is_open (HW_HUB_TRANSPORT (self))
                                 ? HW_POLL_MAX_IDLE : HW_HUB_CLOSE_TIMEOUT);
}

/* Sends the answer to the request that waits, which has one. */
static void
hw_poll_transport_send_answer (HwPollTransport *self)
{
  HwHttpExchange *exchange = g_steal_pointer (&self->exchange);

  g_signal_handlers_disconnect_by_data (self->door->get_cancellable (exchange), self);
  g_clear_object (&self->poll);
  self->door->answer (exchange);
  hw_poll_transport_begin_idle (self);
}

/* Another poll takes its place, or there is to be none any more. */
static void
hw_poll_transport_end_poll (HwPollTransport *self)
{
  if (self->exchange == NULL)
    return;

  self->door->reply_empty (self->poll, SOUP_STATUS_NO_CONTENT);
  hw_poll_transport_send_answer (self);
}

/* Whoever leaves like that may still come with another. */
static void
on_cancellable_cancelled (GCancellable    *cancellable,
                          HwPollTransport *self)
{
  hw_poll_transport_end_poll (self);
}

static void
hw_poll_transport_hold (HwPollTransport   *self,
                        SoupServerMessage *message)
{
  self->poll = g_object_ref (message);
  self->exchange = self->door->hold (message);
  self->door->watch (self->exchange);
  g_signal_connect (self->door->get_cancellable (self->exchange), "cancelled",
                    G_CALLBACK (on_cancellable_cancelled), self);
  self->since = hw_hub_transport_get_now (HW_HUB_TRANSPORT (self));
  hw_poll_transport_set_timer (self, HW_POLL_TIMEOUT);
}

/* Answers a request with all that waits. */
static void
hw_poll_transport_give (HwPollTransport   *self,
                        SoupServerMessage *message)
{
  g_autoptr(GBytes) records = g_string_free_to_bytes (g_steal_pointer (&self->waiting));

  hw_hub_reply_records (message, records);
}

static void
on_connection_output (GBytes  *records,
                      gpointer user_data)
{
  HwPollTransport *self = HW_POLL_TRANSPORT (user_data);
  HwHubTransport *transport = HW_HUB_TRANSPORT (self);
  gsize length;
  const char *data = g_bytes_get_data (records, &length);

  if (!hw_hub_transport_is_open (transport))
    return;

  if (self->waiting == NULL)
    self->waiting = g_string_new (NULL);
  g_string_append_len (self->waiting, data, (gssize) length);

  if (self->exchange != NULL)
    {
      hw_poll_transport_give (self, self->poll);
      hw_poll_transport_send_answer (self);
    }
  else if (self->waiting->len > HW_POLL_MAX_WAITING && !self->is_full)
    {
      self->is_full = TRUE;
      hw_hub_connection_set_writable (hw_hub_transport_get_connection (transport), FALSE,
                                      hw_hub_transport_get_now (transport));
    }
}

/* A client that waits is told at once that there is no more. Another hears it when it asks. */
static void
on_connection_closed (gboolean is_clean,
                      gpointer user_data)
{
  HwPollTransport *self = HW_POLL_TRANSPORT (user_data);
  HwHubTransport *transport = HW_HUB_TRANSPORT (self);

  if (!hw_hub_transport_is_open (transport))
    return;

  hw_hub_transport_close (transport);
  if (is_clean && self->exchange == NULL)
    hw_poll_transport_begin_idle (self);
  else
    hw_hub_transport_finish (transport);
}

static void
on_connection_wants_input (gpointer user_data)
{
  hw_hub_transport_go_on (HW_HUB_TRANSPORT (user_data));
}

/* An answer carries any bytes. */
static void
on_connection_go_binary (gpointer user_data)
{
}

/* To poll is a sign of life, and so is to let somebody wait. */
static const HwHubConnectionOwner connection_owner = {
  .output = on_connection_output,
  .closed = on_connection_closed,
  .wants_input = on_connection_wants_input,
  .go_binary = on_connection_go_binary,
  .shows_life = TRUE,
};

static void
hw_poll_transport_tick (HwHubTransport *transport)
{
  HwPollTransport *self = HW_POLL_TRANSPORT (transport);
  gint64 waited = hw_hub_transport_get_now (transport) - self->since;

  if (self->exchange != NULL && waited >= HW_POLL_TIMEOUT)
    {
      hw_hub_reply_text (self->poll, SOUP_STATUS_OK, "");
      hw_poll_transport_send_answer (self);
    }
  else if (self->exchange == NULL && waited >= HW_POLL_MAX_IDLE)
    {
      hw_hub_transport_finish (transport);
    }
}

/* Who has heard the last word needs not ask for it. */
static void
hw_poll_transport_say_goodbye (HwHubTransport *transport)
{
  HwPollTransport *self = HW_POLL_TRANSPORT (transport);

  if (self->waiting == NULL)
    hw_hub_transport_finish (transport);
}

static void
hw_poll_transport_let_go (HwHubTransport *transport)
{
  HwPollTransport *self = HW_POLL_TRANSPORT (transport);

  hw_poll_transport_end_poll (self);
  if (self->timer != 0)
    hw_clock_remove_timer (self->clock, self->timer);
  self->timer = 0;
}

static void
hw_poll_transport_finalize (GObject *object)
{
  HwPollTransport *self = HW_POLL_TRANSPORT (object);

  if (self->waiting != NULL)
    g_string_free (self->waiting, TRUE);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_poll_transport_parent_class)->finalize (object);
}

static void
hw_poll_transport_class_init (HwPollTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  HwHubTransportClass *transport_class = HW_HUB_TRANSPORT_CLASS (klass);

  object_class->finalize = hw_poll_transport_finalize;
  transport_class->tick = hw_poll_transport_tick;
  transport_class->say_goodbye = hw_poll_transport_say_goodbye;
  transport_class->let_go = hw_poll_transport_let_go;
}

static void
hw_poll_transport_init (HwPollTransport *self)
{
}

/**
 * hw_poll_transport_new:
 * @door: how requests are answered; it must stay
 * @connection: a connection that has not been fed yet
 * @clock: what time it is
 *
 * Makes a transport that was not asked yet. It ends only with hw_hub_transport_finish(), or by
 * itself if it is not asked again.
 *
 * Returns: (transfer full): the transport
 */
HwHubTransport *
hw_poll_transport_new (const HwHubDoor *door,
                       HwHubConnection *connection,
                       HwClock         *clock)
{
  HwPollTransport *self;

  g_return_val_if_fail (door != NULL, NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_POLL_TRANSPORT, NULL);
  self->door = door;
  self->clock = g_object_ref (clock);
  hw_hub_transport_set_up (HW_HUB_TRANSPORT (self), connection, clock, &connection_owner);

  return HW_HUB_TRANSPORT (self);
}

/* Goes on saying what waited until somebody asked. */
static void
hw_poll_transport_reopen (HwPollTransport *self)
{
  HwHubTransport *transport = HW_HUB_TRANSPORT (self);

  if (!self->is_full)
    return;

  self->is_full = FALSE;
  hw_hub_connection_set_writable (hw_hub_transport_get_connection (transport), TRUE,
                                  hw_hub_transport_get_now (transport));
}

/**
 * hw_poll_transport_take_poll:
 * @self: a transport that is not over
 * @message: a request for what there is to be said
 *
 * Answers a poll, at once or when there is something. The first is answered with nothing:
 * clients only look whether they are let in. One that waits gives way to another.
 */
void
hw_poll_transport_take_poll (HwPollTransport   *self,
                             SoupServerMessage *message)
{
  HwHubTransport *transport = HW_HUB_TRANSPORT (self);
  g_autoptr(HwHubTransport) alive = NULL;

  g_return_if_fail (HW_IS_POLL_TRANSPORT (self));
  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));

  alive = g_object_ref (transport);
  hw_poll_transport_end_poll (self);
  if (!self->has_begun)
    {
      self->has_begun = TRUE;
      hw_hub_reply_text (message, SOUP_STATUS_OK, "");
      hw_poll_transport_begin_idle (self);
    }
  else if (self->waiting != NULL)
    {
      hw_poll_transport_give (self, message);
      hw_poll_transport_begin_idle (self);
      hw_poll_transport_reopen (self);
    }
  else if (hw_hub_transport_is_open (transport))
    {
      hw_poll_transport_hold (self, message);
    }
  else
    {
      self->door->reply_empty (message, SOUP_STATUS_NO_CONTENT);
      hw_hub_transport_finish (transport);
    }
}
