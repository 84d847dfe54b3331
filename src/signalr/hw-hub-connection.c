/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-connection.h"

#include "hw-error.h"
#include "hw-hub-client.h"
#include "hw-hub-watch.h"

/* The first sentence is that of .NET's server. */
#define TEXT_CLOSED "Connection closed with an error."
#define TEXT_BAD_DATA TEXT_CLOSED " InvalidDataException: %s"
#define TEXT_SILENT TEXT_CLOSED " OperationCanceledException: Client hasn't sent a message/ping " \
  "within the configured ClientTimeoutInterval."
#define TEXT_HANDSHAKE_CANCELED "Handshake was canceled."

/**
 * HwHubConnection:
 *
 * One connection of a SignalR hub protocol, as a state machine: bytes and
 * the time go in, bytes come out. It knows no socket and no clock, so all that it
 * does can be tried without either.
 *
 * It greets, tells records apart, sends signs of life and looks for the client's;
 * what the client wants is for its #HwHubClient, of which there is one while there is
 * something to be done. Whoever moves the bytes tells it
 * the time now and then (a second is close enough), and when the network takes no
 * more. Main context only.
 */
struct _HwHubConnection
{
  GObject parent_instance;

  HwHubOutlet *outlet; /* (owned) (not nullable) */
  HwHubHandler *handler;  /* (owned) (not nullable) */
  HwPrincipal *principal; /* (owned) (not nullable) */
  HwHubClient *client;    /* (owned) (nullable): none while it wants nothing */
  HwHubWatch *watches;    /* (owned) (nullable): its streams, if there is none */
  HwHubRecordReader reader;
  GString *unread; /* (owned) (nullable): what came when so much waited that it is read later */
  const HwHubConnectionOwner *owner; /* (unowned) (nullable) */
  gpointer owner_data;

  /* In microseconds, all on the clock of whoever tells the time. */
  gint64 now;
  gint64 sent_at;
  gint64 heard_at; /* or when it was opened, before the first message after the handshake */
  gint64 unwritable_at; /* 0 while the network takes more */

  guint n_read; /* of what was not read at once */
  guint is_greeted : 1;
  guint has_spoken : 1; /* since the handshake */
  guint is_reading : 1;
  guint is_closed : 1;
};

G_DEFINE_FINAL_TYPE (HwHubConnection, hw_hub_connection, G_TYPE_OBJECT)

static void
on_outlet_output (GBytes  *records,
                  gpointer user_data)
{
  HwHubConnection *self = HW_HUB_CONNECTION (user_data);

  self->sent_at = self->now;
  if (self->owner != NULL)
    self->owner->output (records, self->owner_data);
}

static guint
on_outlet_watch (GBytes       *head,
                 HwWatchPlace *place,
                 gpointer      user_data)
{
  HwHubConnection *self = HW_HUB_CONNECTION (user_data);

  return self->owner->watch (hw_hub_outlet_get_protocol (self->outlet)->write_event, head, place,
                             self->owner_data);
}

static void
on_outlet_unwatch (guint    watch,
                   gpointer user_data)
{
  HwHubConnection *self = HW_HUB_CONNECTION (user_data);

  self->owner->unwatch (watch, self->owner_data);
}

static const HwHubOutletFuncs outlet_funcs = {
  on_outlet_output, on_outlet_watch, on_outlet_unwatch,
};

static void on_client_drained (gpointer user_data);

static void on_client_left (gpointer user_data);

static HwHubClient *
hw_hub_connection_get_client (HwHubConnection *self)
{
  if (self->client == NULL)
    {
      self->client = hw_hub_client_new (self->handler, self->principal, self->outlet,
                                        on_client_drained, on_client_left, self);
      hw_hub_client_take_watches (self->client, g_steal_pointer (&self->watches));
    }

  return self->client;
}

/* Does without a client, if there is nothing to be done for it. */
static void
hw_hub_connection_rest (HwHubConnection *self)
{
  if (self->is_closed || self->client == NULL || !hw_hub_client_is_left (self->client))
    return;

  self->watches = hw_hub_client_leave (self->client);
  g_clear_object (&self->client);
}

/* Not only when time passes: of many who come at once there would be as many clients. */
static void
on_client_left (gpointer user_data)
{
  hw_hub_connection_rest (HW_HUB_CONNECTION (user_data));
}

static void
hw_hub_connection_drop_unread (HwHubConnection *self)
{
  if (self->unread != NULL)
    g_string_free (g_steal_pointer (&self->unread), TRUE);
}

/* Ends the connection after the last word has been written. */
static void
hw_hub_connection_finish (HwHubConnection *self,
                          gboolean         is_clean)
{
  if (self->is_closed)
    return;

  self->is_closed = TRUE;
  hw_hub_outlet_flush (self->outlet);
  hw_hub_outlet_stop (self->outlet);
  if (self->client != NULL)
    hw_hub_client_stop (self->client);
  hw_hub_record_reader_clear (&self->reader);
  hw_hub_connection_drop_unread (self);
  if (self->owner != NULL)
    self->owner->closed (is_clean, self->owner_data);
}

/* Says the last word. */
static void
hw_hub_connection_part (HwHubConnection *self,
                        const char      *error,
                        gboolean         allow_reconnect)
{
  hw_hub_outlet_get_protocol (self->outlet)->write_close (hw_hub_outlet_get_buffer (self->outlet),
                                                          error, allow_reconnect);
  hw_hub_connection_finish (self, TRUE);
}

static void
hw_hub_connection_refuse_handshake (HwHubConnection *self,
                                    const char      *sentence)
{
  hw_hub_handshake_write (hw_hub_outlet_get_buffer (self->outlet), sentence);
  hw_hub_connection_finish (self, TRUE);
}

/* What is no message was not meant for us, or is of a client that is broken; it may
 * try again.
 */
static void
hw_hub_connection_refuse_data (HwHubConnection *self,
                               const GError    *error)
{
  g_autofree char *text = g_strdup_printf (TEXT_BAD_DATA, error->message);

  g_debug ("A hub connection sent what is no message: %s", error->message);
  hw_hub_connection_part (self, text, TRUE);
}

static void
hw_hub_connection_take_handshake (HwHubConnection *self,
                                  const char      *record,
                                  gsize            length)
{
  gboolean may_be_binary = self->owner != NULL && self->owner->go_binary != NULL;
  g_autoptr(GError) error = NULL;
  const HwHubProtocol *protocol = hw_hub_handshake_parse (record, length, may_be_binary, &error);

  if (protocol == NULL)
    {
      hw_hub_connection_refuse_handshake (self, error->message);
      return;
    }

  self->is_greeted = TRUE;
  hw_hub_outlet_set_protocol (self->outlet, protocol);
  if (protocol->is_binary)
    self->owner->go_binary (self->owner_data);
  hw_hub_handshake_write (hw_hub_outlet_get_buffer (self->outlet), NULL);
}

static void
hw_hub_connection_take_message (HwHubConnection *self,
                                const char      *record,
                                gsize            length)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwHubMessage) message =
    hw_hub_protocol_parse (hw_hub_outlet_get_protocol (self->outlet), record, length, &error);

  if (message == NULL)
    {
      hw_hub_connection_refuse_data (self, error);
      return;
    }

  self->heard_at = self->now;
  self->has_spoken = TRUE;
  if (message->type == HW_HUB_MESSAGE_TYPE_CLOSE)
    hw_hub_connection_finish (self, TRUE);
  else if (message->type == HW_HUB_MESSAGE_TYPE_INVOCATION ||
           message->type == HW_HUB_MESSAGE_TYPE_STREAM_INVOCATION ||
           message->type == HW_HUB_MESSAGE_TYPE_CANCEL_INVOCATION)
    hw_hub_client_take_message (hw_hub_connection_get_client (self), g_steal_pointer (&message));
}

/* A record that is too long is refused like any other that cannot be read. */
static void
hw_hub_connection_refuse_record (HwHubConnection *self,
                                 const GError    *error)
{
  if (self->is_greeted)
    hw_hub_connection_refuse_data (self, error);
  else
    hw_hub_connection_refuse_handshake (self, TEXT_HANDSHAKE_CANCELED);
}

/* Reads on until so much waits that the rest has to. Returns: how many bytes were read */
static gsize
hw_hub_connection_read (HwHubConnection *self,
                        const char      *data,
                        gsize            length)
{
  const char *start = data;

  self->is_reading = TRUE;
  while (length > 0 && hw_hub_connection_wants_input (self))
    {
      const char *record = NULL;
      gsize record_length = 0;
      g_autoptr(GError) error = NULL;

      if (!hw_hub_outlet_get_protocol (self->outlet)->read_record (&self->reader, &data, &length,
                                                                   &record, &record_length,
                                                                   &error))
        hw_hub_connection_refuse_record (self, error);
      else if (record != NULL && !self->is_greeted)
        hw_hub_connection_take_handshake (self, record, record_length);
      else if (record != NULL)
        hw_hub_connection_take_message (self, record, record_length);
    }
  self->is_reading = FALSE;

  return (gsize) (data - start);
}

/* Keeps what is to be read later, behind what is kept already. */
static void
hw_hub_connection_keep (HwHubConnection *self,
                        const char      *data,
                        gsize            length)
{
  if (self->is_closed)
    return;

  if (self->unread == NULL)
    self->unread = g_string_new (NULL);
  g_string_append_len (self->unread, data, (gssize) length);
}

/* Reads what was kept. */
static void
hw_hub_connection_read_on (HwHubConnection *self)
{
  g_autoptr(GString) unread = g_steal_pointer (&self->unread);

  if (unread == NULL)
    return;

  self->n_read += (guint) hw_hub_connection_read (self, unread->str + self->n_read,
                                                  unread->len - self->n_read);
  if (self->is_closed || self->n_read == unread->len)
    self->n_read = 0;
  else
    self->unread = g_steal_pointer (&unread);
}

/* Its silence until now was of our making. */
static void
on_client_drained (gpointer user_data)
{
  g_autoptr(HwHubConnection) self = g_object_ref (HW_HUB_CONNECTION (user_data));

  self->heard_at = self->now;

  /* Whoever reads sees it by themselves. */
  if (self->is_reading)
    return;

  hw_hub_connection_read_on (self);
  if (self->owner != NULL && hw_hub_connection_wants_input (self))
    self->owner->wants_input (self->owner_data);
}

static void
hw_hub_connection_dispose (GObject *object)
{
  HwHubConnection *self = HW_HUB_CONNECTION (object);

  self->is_closed = TRUE;
  if (self->outlet != NULL)
    hw_hub_outlet_stop (self->outlet);
  if (self->client != NULL)
    hw_hub_client_stop (self->client);
  g_clear_object (&self->client);
  g_clear_pointer (&self->watches, hw_hub_watches_free);
  g_clear_object (&self->handler);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_pointer (&self->outlet, hw_hub_outlet_unref);
  hw_hub_record_reader_clear (&self->reader);
  hw_hub_connection_drop_unread (self);

  G_OBJECT_CLASS (hw_hub_connection_parent_class)->dispose (object);
}

static void
hw_hub_connection_class_init (HwHubConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_hub_connection_dispose;
}

static void
hw_hub_connection_init (HwHubConnection *self)
{
  self->outlet = hw_hub_outlet_new (&outlet_funcs, self);
}

/**
 * hw_hub_connection_new:
 * @handler: what clients can call
 * @principal: who the client is
 * @now: the time, in microseconds
 *
 * Makes a connection that waits for its client's handshake.
 *
 * Returns: (transfer full): the connection
 */
HwHubConnection *
hw_hub_connection_new (HwHubHandler *handler,
                       HwPrincipal  *principal,
                       gint64        now)
{
  HwHubConnection *self;

  g_return_val_if_fail (HW_IS_HUB_HANDLER (handler), NULL);
  g_return_val_if_fail (principal != NULL, NULL);

  self = g_object_new (HW_TYPE_HUB_CONNECTION, NULL);
  self->handler = g_object_ref (handler);
  self->principal = hw_principal_ref (principal);
  self->now = now;
  self->heard_at = now;
  self->sent_at = now;

  return self;
}

/**
 * hw_hub_connection_get_principal:
 * @self: a connection
 *
 * Gets who the client is.
 *
 * Returns: (transfer none): who
 */
HwPrincipal *
hw_hub_connection_get_principal (HwHubConnection *self)
{
  g_return_val_if_fail (HW_IS_HUB_CONNECTION (self), NULL);

  return self->principal;
}

/**
 * hw_hub_connection_set_owner:
 * @self: a connection that has not been fed yet
 * @owner: (scope notified) (nullable): who moves its bytes; it must stay
 * @user_data: for @owner
 *
 * Says who moves the bytes of the connection, or that nobody does any more.
 */
void
hw_hub_connection_set_owner (HwHubConnection            *self,
                             const HwHubConnectionOwner *owner,
                             gpointer                    user_data)
{
  g_return_if_fail (HW_IS_HUB_CONNECTION (self));

  self->owner = owner;
  self->owner_data = user_data;
  if (owner != NULL && owner->watch != NULL)
    hw_hub_outlet_allow_watching (self->outlet);
}

/**
 * hw_hub_connection_hear:
 * @self: a connection
 * @watch: what its owner's function gave
 * @state: what has become of it
 * @place: where it is, if it is behind
 * @now: the time, in microseconds
 *
 * Takes note that its owner does not tell any more of what one of its streams watches.
 */
void
hw_hub_connection_hear (HwHubConnection *self,
                        guint            watch,
                        HwWatchState     state,
                        HwWatchPlace    *place,
                        gint64           now)
{
  g_autoptr(HwHubConnection) alive = NULL;

  g_return_if_fail (HW_IS_HUB_CONNECTION (self));

  alive = g_object_ref (self);
  self->now = now;
  if (self->is_closed)
    return;

  /* To end one takes no client. */
  if (state != HW_WATCH_ENDED || !hw_hub_watches_end (&self->watches, watch, self->outlet))
    hw_hub_client_hear (hw_hub_connection_get_client (self), watch, state, place);
}

/**
 * hw_hub_connection_feed:
 * @self: a connection
 * @data: (array length=length): bytes that came from the client, torn anyhow
 * @length: how many bytes
 * @now: the time, in microseconds
 *
 * Takes what the client sent. What a connection gets after its end is dropped; what it gets
 * while hw_hub_connection_wants_input() says no, or after that changed within @data, is kept as
 * it came and read later. Whoever moves the bytes sees to it that it is not much.
 */
void
hw_hub_connection_feed (HwHubConnection *self,
                        const char      *data,
                        gsize            length,
                        gint64           now)
{
  g_autoptr(HwHubConnection) alive = NULL;
  gsize n_read;

  g_return_if_fail (HW_IS_HUB_CONNECTION (self));
  g_return_if_fail (data != NULL || length == 0);

  alive = g_object_ref (self);
  self->now = now;

  n_read = hw_hub_connection_read (self, data, length);
  if (n_read < length)
    hw_hub_connection_keep (self, data + n_read, length - n_read);
  if (!self->is_closed)
    hw_hub_outlet_flush (self->outlet);
}

/**
 * hw_hub_connection_wants_input:
 * @self: a connection
 *
 * Tells whether more should be read from the client. While so much waits that it
 * should not, the client is left to wait; its owner is told when that is over.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_hub_connection_wants_input (HwHubConnection *self)
{
  g_return_val_if_fail (HW_IS_HUB_CONNECTION (self), FALSE);

  return !self->is_closed && (self->client == NULL || !hw_hub_client_is_full (self->client));
}

/**
 * hw_hub_connection_set_writable:
 * @self: a connection
 * @is_writable: whether the network takes more
 * @now: the time, in microseconds
 *
 * Makes the connection hold back what is not sent yet, or go on. It begins with a
 * network that takes more. To say again that it takes no more means that it took
 * something meanwhile: the client is not cut for another %HW_HUB_SEND_TIMEOUT.
 */
void
hw_hub_connection_set_writable (HwHubConnection *self,
                                gboolean         is_writable,
                                gint64           now)
{
  g_autoptr(HwHubConnection) alive = NULL;

  g_return_if_fail (HW_IS_HUB_CONNECTION (self));

  if (self->is_closed || (is_writable && self->unwritable_at == 0))
    return;

  alive = g_object_ref (self);
  self->now = now;
  self->unwritable_at = is_writable ? 0 : MAX (now, 1);
  hw_hub_outlet_set_writable (self->outlet, is_writable);
  if (!is_writable)
    return;

  if (self->client != NULL)
    hw_hub_client_go_on (self->client);
  if (!self->is_closed)
    hw_hub_outlet_flush (self->outlet);
}

static gboolean
hw_hub_connection_shows_life (HwHubConnection *self)
{
  return self->owner != NULL && self->owner->shows_life;
}

/* What a client that is there can be expected to do. */
static void
hw_hub_connection_check_client (HwHubConnection *self)
{
  gboolean is_waited_for = self->has_spoken && !hw_hub_connection_shows_life (self) &&
                           hw_hub_connection_wants_input (self);

  if (self->unwritable_at > 0 && self->now - self->unwritable_at >= HW_HUB_SEND_TIMEOUT)
    {
      g_debug ("A hub connection is cut: its client does not read");
      hw_hub_connection_abort (self);
    }
  else if (!self->is_greeted && self->now - self->heard_at >= HW_HUB_HANDSHAKE_TIMEOUT)
    {
      hw_hub_connection_refuse_handshake (self, TEXT_HANDSHAKE_CANCELED);
    }
  else if (is_waited_for && self->now - self->heard_at >= HW_HUB_CLIENT_TIMEOUT)
    {
      hw_hub_connection_part (self, TEXT_SILENT, TRUE);
    }
}

/**
 * hw_hub_connection_tick:
 * @self: a connection
 * @now: the time, in microseconds
 *
 * Lets time pass: a connection with nothing to say gives a sign of life, and one
 * whose client gives none ends.
 */
void
hw_hub_connection_tick (HwHubConnection *self,
                        gint64           now)
{
  g_autoptr(HwHubConnection) alive = NULL;

  g_return_if_fail (HW_IS_HUB_CONNECTION (self));

  if (self->is_closed)
    return;

  alive = g_object_ref (self);
  self->now = now;
  hw_hub_connection_rest (self);
  hw_hub_connection_check_client (self);

  /* Whoever watches hears heartbeats. */
  if (self->is_closed || !self->is_greeted || !hw_hub_outlet_is_open (self->outlet) ||
      self->watches != NULL || hw_hub_connection_shows_life (self) ||
      now - self->sent_at < HW_HUB_PING_INTERVAL)
    return;

  hw_hub_outlet_get_protocol (self->outlet)->write_ping (hw_hub_outlet_get_buffer (self->outlet));
  hw_hub_outlet_flush (self->outlet);
}

/**
 * hw_hub_connection_close:
 * @self: a connection
 * @error: (nullable): why, as the client is told, or %NULL if nothing is wrong
 * @allow_reconnect: whether the client may come again by itself
 *
 * Ends the connection with a word. A client that has not done its handshake is told
 * that there will be none.
 */
void
hw_hub_connection_close (HwHubConnection *self,
                         const char      *error,
                         gboolean         allow_reconnect)
{
  g_autoptr(HwHubConnection) alive = NULL;

  g_return_if_fail (HW_IS_HUB_CONNECTION (self));

  if (self->is_closed)
    return;

  alive = g_object_ref (self);
  if (self->is_greeted)
    hw_hub_connection_part (self, error, allow_reconnect);
  else
    hw_hub_connection_refuse_handshake (self, TEXT_HANDSHAKE_CANCELED);
}

/**
 * hw_hub_connection_abort:
 * @self: a connection
 *
 * Ends the connection without a word: nobody is there to hear it.
 */
void
hw_hub_connection_abort (HwHubConnection *self)
{
  g_autoptr(HwHubConnection) alive = NULL;

  g_return_if_fail (HW_IS_HUB_CONNECTION (self));

  alive = g_object_ref (self);
  if (!self->is_closed)
    hw_hub_outlet_stop (self->outlet);
  hw_hub_connection_finish (self, FALSE);
}
