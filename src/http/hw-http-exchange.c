/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-exchange.h"

#include "hw-http-reply.h"
#include "hw-http-stream.h"

#include <glib-unix.h>
#include <poll.h>

/**
 * HwHttpExchange:
 *
 * A request whose answer is not there yet. While it lives, libsoup waits; when it ends,
 * libsoup sends what the message was given. One that may last waits in the plane instead, and
 * we send that. The connection may go down meanwhile: then the answer goes nowhere, and who is
 * still at it may stop. Main context only.
 */
struct _HwHttpExchange
{
  SoupServerMessage *message; /* (owned) */
  GCancellable *cancellable;  /* (owned) (nullable): when somebody has asked for it */
  gulong disconnected_id;
  gulong finished_id;
  guint left_id; /* the source that tells when the client leaves */
  HwHttpRide *ride; /* (nullable): where it waits, and not with libsoup */
  gboolean is_open;
};

/* A message without a connection, or that is done, must not be touched by
 * soup_server_message_unpause(). */
static void
on_message_over (SoupServerMessage *message,
                 HwHttpExchange    *self)
{
  self->is_open = FALSE;
  g_clear_handle_id (&self->left_id, g_source_remove);
  g_cancellable_cancel (hw_http_exchange_get_cancellable (self));
}

/**
 * hw_http_exchange_new:
 * @message: a request that libsoup just gave to its handler
 *
 * Lets a request wait for its answer. Only for a path without a WebSocket: there
 * libsoup 3.2 would take a request without a status for a handshake.
 *
 * Returns: (transfer full): the exchange, to be ended with hw_http_exchange_end()
 */
HwHttpExchange *
hw_http_exchange_new (SoupServerMessage *message)
{
  HwHttpExchange *self;

  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), NULL);

  self = g_new0 (HwHttpExchange, 1);
  self->message = g_object_ref (message);
  self->is_open = TRUE;
  self->disconnected_id = g_signal_connect (message, "disconnected",
                                            G_CALLBACK (on_message_over), self);
  self->finished_id = g_signal_connect (message, "finished", G_CALLBACK (on_message_over), self);
  soup_server_message_pause (message);

  return self;
}

static gboolean
on_client_left (int          fd,
                GIOCondition condition,
                gpointer     user_data)
{
  HwHttpExchange *self = user_data;

  self->left_id = 0;
  g_cancellable_cancel (hw_http_exchange_get_cancellable (self));

  return G_SOURCE_REMOVE;
}

/**
 * hw_http_exchange_watch:
 * @self: an exchange
 *
 * Cancels the exchange as soon as the client closes its side. For those that may last:
 * libsoup, which reads nothing while a request waits, notices it when it writes.
 */
void
hw_http_exchange_watch (HwHttpExchange *self)
{
  HwHttpStream *stream;

  g_return_if_fail (self != NULL);
  g_return_if_fail (self->left_id == 0);

  /* Not for what there is to read: a client may ask on before it has its answer. */
  stream = hw_http_stream_get (self->message);
  if (self->is_open && stream != NULL)
    self->left_id = g_unix_fd_add (hw_http_stream_get_fd (stream), (GIOCondition) POLLRDHUP,
                                   on_client_left, self);
}

static void
on_ride_over (gpointer user_data)
{
  HwHttpExchange *self = user_data;

  self->ride = NULL;
  g_cancellable_cancel (hw_http_exchange_get_cancellable (self));
}

static const HwHttpRideFuncs ride_funcs = { .over = on_ride_over };

/**
 * hw_http_exchange_ride:
 * @self: an exchange
 * @rides: where to
 * @principal: who asks
 *
 * Has the exchange wait in the plane: for those that may last. It is cancelled as soon as the
 * client closes its side. The connection is closed behind the answer.
 */
void
hw_http_exchange_ride (HwHttpExchange *self,
                       HwHttpRides    *rides,
                       HwPrincipal    *principal)
{
  gboolean was_open;

  g_return_if_fail (self != NULL);
  g_return_if_fail (self->ride == NULL);

  was_open = self->is_open;
  g_clear_signal_handler (&self->disconnected_id, self->message);
  g_clear_signal_handler (&self->finished_id, self->message);
  self->is_open = FALSE;
  if (was_open)
    self->ride = hw_http_rides_take (rides, self->message, principal, &ride_funcs, self);
  if (self->ride == NULL)
    g_cancellable_cancel (hw_http_exchange_get_cancellable (self));
}

/* Sends what the message was given. */
static void
hw_http_exchange_send (HwHttpExchange *self)
{
  g_autoptr(GBytes) body = NULL;
  g_autoptr(GBytes) head = hw_http_reply_write_whole (self->message, &body);

  hw_http_ride_answer (self->ride, soup_server_message_get_status (self->message), head);
  if (body != NULL)
    hw_http_ride_send (self->ride, body);
  g_clear_pointer (&self->ride, hw_http_ride_end);
}

/**
 * hw_http_exchange_end:
 * @self: (transfer full): an exchange
 *
 * Sends the answer, if somebody is still there to get it.
 */
void
hw_http_exchange_end (HwHttpExchange *self)
{
  g_return_if_fail (self != NULL);

  g_clear_handle_id (&self->left_id, g_source_remove);
  g_clear_signal_handler (&self->disconnected_id, self->message);
  g_clear_signal_handler (&self->finished_id, self->message);
  if (self->is_open)
    soup_server_message_unpause (self->message);
  else if (self->ride != NULL)
    hw_http_exchange_send (self);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->message);
  g_free (self);
}

/**
 * hw_http_exchange_get_message:
 * @self: an exchange
 *
 * Gets the message to put the answer into. That does no harm when nobody is there any
 * more.
 *
 * Returns: (transfer none): the message
 */
SoupServerMessage *
hw_http_exchange_get_message (HwHttpExchange *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->message;
}

/**
 * hw_http_exchange_get_cancellable:
 * @self: an exchange
 *
 * Gets what is cancelled when nobody is there any more. For reading: what changes
 * something is carried out for whoever asked and left.
 *
 * Returns: (transfer none): a cancellable
 */
GCancellable *
hw_http_exchange_get_cancellable (HwHttpExchange *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->cancellable == NULL)
    self->cancellable = g_cancellable_new ();

  return self->cancellable;
}
