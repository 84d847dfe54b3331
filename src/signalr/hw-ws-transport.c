/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-ws-transport.h"

#include "hw-ws-queue.h"

/* What is read in one go. A client's messages are short. */
#define READ_SIZE 4096

/**
 * HwWsTransport:
 *
 * Moves the bytes of one hub connection over a WebSocket: the stream that is left of
 * an HTTP connection when its upgrade was answered.
 *
 * What the connection says is sent at once. As soon as the network does not take
 * all of it, the connection is told to hold back, so that what waits here is never
 * more than the rest of one piece. A connection that wants no input is not read.
 * Main context only.
 */
struct _HwWsTransport
{
  GObject parent_instance;

  GIOStream *stream;           /* (owned) (nullable): none when all is over */
  HwHubConnection *connection; /* (owned) (not nullable) */
  HwClock *clock;              /* (owned) (not nullable) */

  HwWsReader reader;
  GSource *input;  /* (owned) (nullable) */
  GSource *output; /* (owned) (nullable) */

  HwWsQueue queue; /* what is not sent yet */
  GBytes *pong;    /* (owned) (nullable): the answer that is due */

  gint64 closed_at; /* when we said goodbye, or 0 */
  gboolean is_goodbye_heard;
  gboolean is_deaf; /* what comes makes no sense any more */
};

typedef enum
{
  SIGNAL_FINISHED,
} HwWsTransportSignal;

static guint signals[SIGNAL_FINISHED + 1];

G_DEFINE_FINAL_TYPE (HwWsTransport, hw_ws_transport, G_TYPE_OBJECT)

static gint64
hw_ws_transport_get_now (HwWsTransport *self)
{
  return hw_clock_get_monotonic_time (self->clock);
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;

  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Ends it all: the network is of no more use, or nothing is left to be said. */
static void
hw_ws_transport_finish (HwWsTransport *self)
{
  g_autoptr(GIOStream) stream = g_steal_pointer (&self->stream);

  if (stream == NULL)
    return;

  clear_source (&self->input);
  clear_source (&self->output);
  hw_ws_queue_clear (&self->queue);
  g_clear_pointer (&self->pong, g_bytes_unref);

  /* Nobody can do anything about a socket that does not close. */
  g_io_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  hw_hub_connection_abort (self->connection);
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0);
}

static gboolean on_stream_readable (GObject *stream,
                                    gpointer user_data);

static void
hw_ws_transport_read_on (HwWsTransport *self)
{
  GPollableInputStream *stream;

  if (self->stream == NULL || self->input != NULL || self->is_goodbye_heard)
    return;

  stream = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->stream));
  self->input = g_pollable_input_stream_create_source (stream, NULL);
  g_source_set_callback (self->input, G_SOURCE_FUNC (on_stream_readable), self, NULL);
  g_source_attach (self->input, g_main_context_get_thread_default ());
}

static gboolean on_stream_writable (GObject *stream,
                                    gpointer user_data);

static void
hw_ws_transport_wait_until_writable (HwWsTransport *self)
{
  GPollableOutputStream *stream;

  if (self->output != NULL)
    return;

  stream = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->stream));
  self->output = g_pollable_output_stream_create_source (stream, NULL);
  g_source_set_callback (self->output, G_SOURCE_FUNC (on_stream_writable), self, NULL);
  g_source_attach (self->output, g_main_context_get_thread_default ());
}

/* Sends as much as the network takes. */
static void
hw_ws_transport_send (HwWsTransport *self)
{
  GOutputStream *stream = g_io_stream_get_output_stream (self->stream);
  g_autoptr(GError) error = NULL;

  if (!hw_ws_queue_send (&self->queue, G_POLLABLE_OUTPUT_STREAM (stream), &error))
    {
      g_debug ("A WebSocket cannot be written: %s", error->message);
      hw_ws_transport_finish (self);
      return;
    }

  if (!hw_ws_queue_is_empty (&self->queue))
    {
      hw_ws_transport_wait_until_writable (self);
      hw_hub_connection_set_writable (self->connection, FALSE, hw_ws_transport_get_now (self));
      return;
    }

  if (self->closed_at > 0 && self->is_goodbye_heard)
    hw_ws_transport_finish (self);
}

static gboolean
on_stream_writable (GObject *stream,
                    gpointer user_data)
{
  g_autoptr(HwWsTransport) self = g_object_ref (HW_WS_TRANSPORT (user_data));

  hw_ws_transport_send (self);
  if (self->stream == NULL || !hw_ws_queue_is_empty (&self->queue))
    return G_SOURCE_CONTINUE;

  /* A pong that had to wait goes before what the connection has to say. */
  if (self->pong != NULL)
    {
      g_autoptr(GBytes) pong = g_steal_pointer (&self->pong);

      hw_ws_queue_push (&self->queue, HW_WS_OPCODE_PONG, pong);
      hw_ws_transport_send (self);
    }

  /* Only here, so that whoever was told to hold back is always told to go on, also if
   * something else was sent in between.
   */
  if (self->stream != NULL && hw_ws_queue_is_empty (&self->queue))
    {
      clear_source (&self->output);
      hw_hub_connection_set_writable (self->connection, TRUE, hw_ws_transport_get_now (self));
    }

  return G_SOURCE_CONTINUE;
}

/* Says goodbye. What was said before goes out first. The client's answer is waited for:
 * if we closed a socket that something still comes from, our last words could be lost.
 */
static void
hw_ws_transport_say_goodbye (HwWsTransport *self,
                             guint          code)
{
  const guint8 payload[] = { (guint8) (code >> 8), (guint8) code };
  g_autoptr(GBytes) bytes = g_bytes_new (payload, sizeof (payload));

  if (self->closed_at > 0 || self->stream == NULL)
    return;

  self->closed_at = MAX (hw_ws_transport_get_now (self), 1);
  hw_ws_queue_push (&self->queue, HW_WS_OPCODE_CLOSE, bytes);
  hw_ws_transport_send (self);
  hw_ws_transport_read_on (self);
}

static void
on_connection_output (HwHubConnection *connection,
                      GBytes          *records,
                      HwWsTransport   *self)
{
  if (self->stream == NULL || self->closed_at > 0)
    return;

  hw_ws_queue_push (&self->queue, HW_WS_OPCODE_TEXT, records);
  hw_ws_transport_send (self);
}

static void
on_connection_closed (HwHubConnection *connection,
                      gboolean         is_clean,
                      HwWsTransport   *self)
{
  if (is_clean)
    hw_ws_transport_say_goodbye (self, HW_WS_CLOSE_CODE_NORMAL);
  else if (self->closed_at == 0)
    hw_ws_transport_finish (self);
}

/* Answers a ping; only the newest if the network takes no more (RFC 6455, 5.5.3). */
static void
hw_ws_transport_answer_ping (HwWsTransport  *self,
                             const HwWsPart *ping)
{
  g_autoptr(GBytes) payload = g_bytes_new (ping->data, ping->length);

  if (self->closed_at > 0)
    return;

  if (!hw_ws_queue_is_empty (&self->queue))
    {
      g_clear_pointer (&self->pong, g_bytes_unref);
      self->pong = g_steal_pointer (&payload);
      return;
    }

  hw_ws_queue_push (&self->queue, HW_WS_OPCODE_PONG, payload);
  hw_ws_transport_send (self);
}

/* The client says goodbye, or answers ours. */
static void
hw_ws_transport_hear_goodbye (HwWsTransport *self,
                              guint          code)
{
  self->is_goodbye_heard = TRUE;
  clear_source (&self->input);

  if (self->closed_at == 0)
    {
      hw_ws_transport_say_goodbye (self, code);
      hw_hub_connection_abort (self->connection);
    }
  else if (hw_ws_queue_is_empty (&self->queue))
    {
      hw_ws_transport_finish (self);
    }
}

static void
hw_ws_transport_take_part (HwWsTransport  *self,
                           const HwWsPart *part)
{
  switch (part->opcode)
    {
    case HW_WS_OPCODE_CLOSE:
      hw_ws_transport_hear_goodbye (self, part->close_code);
      break;

    case HW_WS_OPCODE_PING:
      hw_ws_transport_answer_ping (self, part);
      break;

    case HW_WS_OPCODE_PONG:
      break;

    case HW_WS_OPCODE_CONTINUATION:
    case HW_WS_OPCODE_TEXT:
    case HW_WS_OPCODE_BINARY:
    default:
      hw_hub_connection_feed (self->connection, part->data, part->length,
                              hw_ws_transport_get_now (self));
      break;
    }
}

/* Takes what was read. What comes after the client's goodbye is not looked at. */
static void
hw_ws_transport_take (HwWsTransport *self,
                      char          *data,
                      gsize          length)
{
  while (length > 0 && self->stream != NULL && !self->is_goodbye_heard && !self->is_deaf)
    {
      HwWsPart part;
      g_autoptr(GError) error = NULL;

      if (!hw_ws_reader_read (&self->reader, &data, &length, &part, &error))
        {
          g_debug ("A WebSocket's client breaks the protocol: %s", error->message);
          self->is_deaf = TRUE;
          hw_ws_transport_say_goodbye (self, part.close_code);
          hw_hub_connection_abort (self->connection);
          return;
        }

      if (part.data != NULL)
        hw_ws_transport_take_part (self, &part);
    }
}

static gboolean
on_stream_readable (GObject *stream,
                    gpointer user_data)
{
  g_autoptr(HwWsTransport) self = g_object_ref (HW_WS_TRANSPORT (user_data));
  g_autoptr(GError) error = NULL;
  char data[READ_SIZE];
  gssize length;

  length = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), data,
                                                     sizeof (data), NULL, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;

  if (length <= 0)
    {
      hw_ws_transport_finish (self);
      return G_SOURCE_REMOVE;
    }

  hw_ws_transport_take (self, data, (gsize) length);
  if (self->input == NULL)
    return G_SOURCE_REMOVE;

  if (self->closed_at == 0 && !hw_hub_connection_wants_input (self->connection))
    clear_source (&self->input);

  return G_SOURCE_CONTINUE;
}

static void
on_connection_wants_input (HwHubConnection *connection,
                           HwWsTransport   *self)
{
  hw_ws_transport_read_on (self);
}

static void
hw_ws_transport_dispose (GObject *object)
{
  HwWsTransport *self = HW_WS_TRANSPORT (object);

  if (self->connection != NULL)
    hw_ws_transport_finish (self);
  g_clear_object (&self->connection);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_ws_transport_parent_class)->dispose (object);
}

static void
hw_ws_transport_class_init (HwWsTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_ws_transport_dispose;

  /**
   * HwWsTransport::finished:
   * @self: a transport
   *
   * Tells that the WebSocket is closed. Emitted once.
   */
  signals[SIGNAL_FINISHED] =
    g_signal_new ("finished", HW_TYPE_WS_TRANSPORT, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
hw_ws_transport_init (HwWsTransport *self)
{
}

/**
 * hw_ws_transport_new:
 * @stream: a stream whose both ends are pollable, on which the upgrade was answered
 * @connection: a connection that has not been fed yet
 * @clock: what time it is
 *
 * Makes a transport that does nothing until hw_ws_transport_start().
 *
 * Returns: (transfer full): the transport
 */
HwWsTransport *
hw_ws_transport_new (GIOStream       *stream,
                     HwHubConnection *connection,
                     HwClock         *clock)
{
  HwWsTransport *self;

  g_return_val_if_fail (G_IS_IO_STREAM (stream), NULL);
  g_return_val_if_fail (HW_IS_HUB_CONNECTION (connection), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_WS_TRANSPORT, NULL);
  self->stream = g_object_ref (stream);
  self->connection = g_object_ref (connection);
  self->clock = g_object_ref (clock);
  g_signal_connect_object (connection, "output", G_CALLBACK (on_connection_output), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (connection, "closed", G_CALLBACK (on_connection_closed), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (connection, "wants-input", G_CALLBACK (on_connection_wants_input), self,
                           G_CONNECT_DEFAULT);

  return self;
}

/**
 * hw_ws_transport_get_connection:
 * @self: a transport
 *
 * Gets the hub connection whose bytes it moves.
 *
 * Returns: (transfer none): the connection
 */
HwHubConnection *
hw_ws_transport_get_connection (HwWsTransport *self)
{
  g_return_val_if_fail (HW_IS_WS_TRANSPORT (self), NULL);

  return self->connection;
}

/**
 * hw_ws_transport_start:
 * @self: a transport
 *
 * Begins to read.
 */
void
hw_ws_transport_start (HwWsTransport *self)
{
  g_return_if_fail (HW_IS_WS_TRANSPORT (self));

  hw_ws_transport_read_on (self);
}

/**
 * hw_ws_transport_tick:
 * @self: a transport
 *
 * Lets time pass. A client that does not answer our goodbye is not waited for long.
 */
void
hw_ws_transport_tick (HwWsTransport *self)
{
  g_autoptr(HwWsTransport) alive = NULL;
  gint64 now;

  g_return_if_fail (HW_IS_WS_TRANSPORT (self));

  alive = g_object_ref (self);
  now = hw_ws_transport_get_now (self);
  if (self->closed_at == 0)
    hw_hub_connection_tick (self->connection, now);
  else if (now - self->closed_at >= HW_WS_CLOSE_TIMEOUT)
    hw_ws_transport_finish (self);
}

/**
 * hw_ws_transport_cut:
 * @self: a transport
 *
 * Closes the WebSocket without a word.
 */
void
hw_ws_transport_cut (HwWsTransport *self)
{
  g_autoptr(HwWsTransport) alive = NULL;

  g_return_if_fail (HW_IS_WS_TRANSPORT (self));

  alive = g_object_ref (self);
  hw_ws_transport_finish (self);
}
