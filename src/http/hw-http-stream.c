/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-stream-private.h"

#include "hw-error.h"
#include "hw-http-reply.h"

#include <sys/socket.h>

#define STREAM_KEY "hw-http-stream"

/**
 * HwHttpStream:
 *
 * A connection, between the network and libsoup. libsoup gets to read one request at a
 * time: a head that was looked at before, and as many bytes as that announces; nothing
 * behind it until the answer has gone out. Whoever takes too long is shown the door, and
 * whoever is refused is so by the stream itself, which then waits a little until they have
 * heard it. Main context only.
 *
 * It begins to read by itself; with the first request it is to be given to libsoup. Where
 * libsoup is told of an end, it reads one letter, as it forgets connections that end where
 * a request could begin, and never lets go of them.
 */
typedef enum
{
  SIGNAL_READY,
  SIGNAL_SLOWED,
  SIGNAL_UPGRADED,
  SIGNAL_OVER,
} HwHttpStreamSignal;

static guint signals[SIGNAL_OVER + 1];

G_DEFINE_FINAL_TYPE (HwHttpStream, hw_http_stream, G_TYPE_IO_STREAM)

/* Wakes nobody up any more by a source, if there is one. */
void
hw_http_stream_clear_source (GSource **source)
{
  if (*source == NULL)
    return;

  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gint64
hw_http_stream_get_now (HwHttpStream *self)
{
  return hw_clock_get_monotonic_time (self->clock);
}

void
hw_http_stream_enter (HwHttpStream     *self,
                      HwHttpStreamPhase phase)
{
  self->phase = phase;
  self->since = hw_http_stream_get_now (self);
}

static gboolean on_wire_readable (gpointer user_data);

/* Polls the connection, for us and for libsoup. It goes on from one request to the next: each
 * descriptor that comes and goes wakes the main context up.
 */
void
hw_http_stream_watch (HwHttpStream *self)
{
  if (self->watch != NULL)
    return;

  self->watch = hw_http_wire_create_source (self->wire, G_IO_IN);
  g_source_set_callback (self->watch, on_wire_readable, self, NULL);
  /* Or else it would not be polled while it rings, which wakes twice as well. */
  g_source_set_can_recurse (self->watch, TRUE);
  g_source_attach (self->watch, g_main_context_get_thread_default ());
}

void
hw_http_stream_unwatch (HwHttpStream *self)
{
  hw_http_stream_clear_source (&self->watch);
}

/* A request begins, of which as much is there as libsoup has to see. */
void
hw_http_stream_begin_request (HwHttpStream *self)
{
  hw_http_stream_enter (self, HW_HTTP_STREAM_PHASE_GIVING);
  self->is_head_due = TRUE;
  if (self->n_to_give > self->waiting->len)
    hw_http_stream_slow_down (self);
}

void
hw_http_stream_slow_down (HwHttpStream *self)
{
  g_signal_emit (self, signals[SIGNAL_SLOWED], 0);
}

static gboolean
on_wire_readable (gpointer user_data)
{
  g_autoptr(HwHttpStream) self = g_object_ref (HW_HTTP_STREAM (user_data));

  if (self->phase == HW_HTTP_STREAM_PHASE_LEAVING)
    {
      hw_http_stream_drop (self);
      return G_SOURCE_CONTINUE;
    }

  /* What comes while libsoup does not wait for it, comes early: it is not looked at until then. */
  if (self->is_taken)
    {
      if (!hw_http_stream_has_reader (self))
        hw_http_stream_unwatch (self);
      return G_SOURCE_CONTINUE;
    }

  hw_http_stream_await_request (self);
  if (self->phase == HW_HTTP_STREAM_PHASE_GIVING)
    {
      self->is_taken = TRUE;
      g_signal_emit (self, signals[SIGNAL_READY], 0);
    }

  return G_SOURCE_CONTINUE;
}

/* Whether something has come that nobody has read. */
static gboolean
hw_http_stream_has_unread (HwHttpStream *self)
{
  return self->n_to_give > 0 || self->waiting->len > 0 ||
         g_socket_get_available_bytes (self->socket) > 0;
}

/* libsoup lets go, or whoever has the stream that was upgraded. */
static gboolean
hw_http_stream_close (GIOStream    *stream,
                      GCancellable *cancellable,
                      GError      **error)
{
  HwHttpStream *self = HW_HTTP_STREAM (stream);

  hw_http_stream_clear_source (&self->read_source);
  self->is_taken = FALSE;
  if (self->phase == HW_HTTP_STREAM_PHASE_LEAVING)
    return TRUE;

  if (self->phase <= HW_HTTP_STREAM_PHASE_QUEUING && hw_http_stream_has_unread (self))
    hw_http_stream_leave (self);
  else
    hw_http_stream_finish (self);

  return TRUE;
}

/* Nothing in here blocks. */
static void
hw_http_stream_close_async (GIOStream          *stream,
                            int                 io_priority,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr(GTask) gtask = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_http_stream_close_async);
  g_task_set_priority (gtask, io_priority);
  hw_http_stream_close (stream, cancellable, NULL);
  g_task_return_boolean (gtask, TRUE);
}

static gboolean
hw_http_stream_close_finish (GIOStream    *stream,
                             GAsyncResult *result,
                             GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static GInputStream *
hw_http_stream_get_input_stream (GIOStream *stream)
{
  return HW_HTTP_STREAM (stream)->input;
}

static GOutputStream *
hw_http_stream_get_output_stream (GIOStream *stream)
{
  return HW_HTTP_STREAM (stream)->output;
}

static void
hw_http_stream_dispose (GObject *object)
{
  HwHttpStream *self = HW_HTTP_STREAM (object);

  G_OBJECT_CLASS (hw_http_stream_parent_class)->dispose (object);

  hw_http_stream_clear_source (&self->watch);
  hw_http_stream_clear_source (&self->read_source);
  if (self->address != NULL)
    g_object_set_data (G_OBJECT (self->address), STREAM_KEY, NULL);
}

static void
hw_http_stream_finalize (GObject *object)
{
  HwHttpStream *self = HW_HTTP_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_pointer (&self->waiting, g_byte_array_unref);
  g_clear_pointer (&self->head, g_byte_array_unref);
  hw_http_peer_clear (&self->peer);
  g_clear_error (&self->refusal);
  g_clear_pointer (&self->hosts, g_strfreev);
  g_clear_object (&self->address);
  g_clear_pointer (&self->turns, hw_http_turns_unref);
  g_clear_pointer (&self->wire, hw_http_wire_unref);
  g_clear_object (&self->socket);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_http_stream_parent_class)->finalize (object);
}

static void
hw_http_stream_class_init (HwHttpStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->dispose = hw_http_stream_dispose;
  object_class->finalize = hw_http_stream_finalize;
  stream_class->get_input_stream = hw_http_stream_get_input_stream;
  stream_class->get_output_stream = hw_http_stream_get_output_stream;
  stream_class->close_fn = hw_http_stream_close;
  stream_class->close_async = hw_http_stream_close_async;
  stream_class->close_finish = hw_http_stream_close_finish;

  /**
   * HwHttpStream::ready:
   * @self: a stream
   *
   * Tells that the first request is there, for libsoup to read. Emitted once.
   */
  signals[SIGNAL_READY] =
    g_signal_new ("ready", HW_TYPE_HTTP_STREAM, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);

  /**
   * HwHttpStream::slowed:
   * @self: a stream
   *
   * Tells that libsoup has to wait for the rest of a request, or until somebody takes an
   * answer.
   */
  signals[SIGNAL_SLOWED] =
    g_signal_new ("slowed", HW_TYPE_HTTP_STREAM, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);

  /**
   * HwHttpStream::upgraded:
   * @self: a stream
   *
   * Tells that what comes now is no HTTP, and the business of whoever holds the stream.
   */
  signals[SIGNAL_UPGRADED] =
    g_signal_new ("upgraded", HW_TYPE_HTTP_STREAM, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);

  /**
   * HwHttpStream::over:
   * @self: a stream
   *
   * Tells that the connection is closed. Emitted once.
   */
  signals[SIGNAL_OVER] =
    g_signal_new ("over", HW_TYPE_HTTP_STREAM, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
hw_http_stream_init (HwHttpStream *self)
{
  self->max_stall = HW_HTTP_MAX_STALL;
  self->waiting = g_byte_array_new ();
  self->input = hw_http_stream_input_new (self);
  self->output = hw_http_stream_output_new (self);
}

/**
 * hw_http_stream_new:
 * @socket: a connection
 * @address: the other side's address, an object of this connection alone
 * @hosts: (nullable): what requests may call us, or %NULL if it makes no difference
 * @clock: what time it is
 *
 * Makes a stream that does nothing until hw_http_stream_start().
 *
 * Returns: (transfer full): the stream
 */
HwHttpStream *
hw_http_stream_new (GSocket           *socket,
                    GSocketAddress    *address,
                    const char *const *hosts,
                    HwClock           *clock)
{
  HwHttpStream *self;

  g_return_val_if_fail (G_IS_SOCKET (socket), NULL);
  g_return_val_if_fail (G_IS_SOCKET_ADDRESS (address), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_HTTP_STREAM, NULL);
  self->socket = g_object_ref (socket);
  self->wire = hw_http_wire_new (socket);
  self->address = g_object_ref (address);
  g_object_set_data (G_OBJECT (address), STREAM_KEY, self);
  self->hosts = g_strdupv ((char **) hosts);
  self->clock = g_object_ref (clock);
  hw_http_peer_init (&self->peer, socket, address);
  hw_http_stream_enter (self, HW_HTTP_STREAM_PHASE_WAITING);

  return self;
}

/**
 * hw_http_stream_get:
 * @message: a request
 *
 * Gets the stream that a request came over.
 *
 * Returns: (transfer none) (nullable): the stream, or %NULL if it is gone
 */
HwHttpStream *
hw_http_stream_get (SoupServerMessage *message)
{
  GSocketAddress *address;

  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), NULL);

  address = soup_server_message_get_remote_address (message);

  return address != NULL ? g_object_get_data (G_OBJECT (address), STREAM_KEY) : NULL;
}

/**
 * hw_http_stream_get_address:
 * @self: a stream
 *
 * Gets the address of the other side.
 *
 * Returns: (transfer none): the address
 */
GSocketAddress *
hw_http_stream_get_address (HwHttpStream *self)
{
  g_return_val_if_fail (HW_IS_HTTP_STREAM (self), NULL);

  return self->address;
}

/**
 * hw_http_stream_get_fd:
 * @self: a stream
 *
 * Gets the descriptor of the connection, for polling only.
 *
 * Returns: it, or -1 if it is closed
 */
int
hw_http_stream_get_fd (HwHttpStream *self)
{
  g_return_val_if_fail (HW_IS_HTTP_STREAM (self), -1);

  return self->phase == HW_HTTP_STREAM_PHASE_OVER ? -1 : g_socket_get_fd (self->socket);
}

/**
 * hw_http_stream_get_peer:
 * @self: a stream
 *
 * Gets who is on the other side.
 *
 * Returns: (transfer none): them
 */
const HwHttpPeer *
hw_http_stream_get_peer (HwHttpStream *self)
{
  g_return_val_if_fail (HW_IS_HTTP_STREAM (self), NULL);

  return &self->peer;
}

/**
 * hw_http_stream_get_state:
 * @self: a stream
 *
 * Tells what the other side has done, for those who need its place.
 *
 * Returns: what
 */
HwHttpStreamState
hw_http_stream_get_state (HwHttpStream *self)
{
  g_return_val_if_fail (HW_IS_HTTP_STREAM (self), HW_HTTP_STREAM_STATE_BUSY);

  switch (self->phase)
    {
    case HW_HTTP_STREAM_PHASE_WAITING:
      if (self->refusal != NULL)
        return HW_HTTP_STREAM_STATE_REFUSED;
      if (self->waiting->len > 0)
        return HW_HTTP_STREAM_STATE_BEGUN;
      if (self->stuck_since > 0)
        return HW_HTTP_STREAM_STATE_SLOW;
      return self->is_taken ? HW_HTTP_STREAM_STATE_IDLE : HW_HTTP_STREAM_STATE_SILENT;

    case HW_HTTP_STREAM_PHASE_GATHERING:
    case HW_HTTP_STREAM_PHASE_QUEUING:
      return HW_HTTP_STREAM_STATE_SLOW;

    case HW_HTTP_STREAM_PHASE_GIVING:
      return self->n_to_give > self->waiting->len ? HW_HTTP_STREAM_STATE_SLOW
                                                  : HW_HTTP_STREAM_STATE_BUSY;

    case HW_HTTP_STREAM_PHASE_ANSWERING:
      return self->stalled_since > 0 ? HW_HTTP_STREAM_STATE_SLOW : HW_HTTP_STREAM_STATE_BUSY;

    case HW_HTTP_STREAM_PHASE_LEAVING:
      return HW_HTTP_STREAM_STATE_REFUSED;

    case HW_HTTP_STREAM_PHASE_UPGRADED:
    case HW_HTTP_STREAM_PHASE_LOST:
    case HW_HTTP_STREAM_PHASE_OVER:
    default:
      return HW_HTTP_STREAM_STATE_BUSY;
    }
}

/**
 * hw_http_stream_get_since:
 * @self: a stream
 *
 * Tells since when the other side has been expected to do something.
 *
 * Returns: a time of its clock
 */
gint64
hw_http_stream_get_since (HwHttpStream *self)
{
  g_return_val_if_fail (HW_IS_HTTP_STREAM (self), 0);

  return self->stuck_since > 0 ? self->stuck_since : MAX (self->since, self->stalled_since);
}

/**
 * hw_http_stream_add_traffic:
 * @self: a stream
 * @traffic: what others had
 *
 * Adds what was read and written so far.
 */
void
hw_http_stream_add_traffic (HwHttpStream *self,
                            HwTraffic    *traffic)
{
  g_return_if_fail (HW_IS_HTTP_STREAM (self));

  traffic->n_received += self->n_read;
  traffic->n_sent += self->n_written;
  if (self->refused_status != 0)
    traffic->n_answers[self->refused_status / 100]++;
}

/**
 * hw_http_stream_set_known:
 * @self: a stream
 * @is_known: whether whoever asked showed who they are
 *
 * Says whether the other side is somebody. Over the owner's socket they are from the
 * beginning; everywhere else anybody may come.
 */
void
hw_http_stream_set_known (HwHttpStream *self,
                          gboolean      is_known)
{
  g_return_if_fail (HW_IS_HTTP_STREAM (self));

  self->is_known = is_known;
}

/**
 * hw_http_stream_is_known:
 * @self: a stream
 *
 * Tells whether the other side is somebody.
 *
 * Returns: whether it is
 */
gboolean
hw_http_stream_is_known (HwHttpStream *self)
{
  g_return_val_if_fail (HW_IS_HTTP_STREAM (self), FALSE);

  return self->is_known || self->peer.is_local;
}

/**
 * hw_http_stream_is_taken:
 * @self: a stream
 *
 * Tells whether libsoup has it, and will keep it.
 *
 * Returns: whether it has
 */
gboolean
hw_http_stream_is_taken (HwHttpStream *self)
{
  g_return_val_if_fail (HW_IS_HTTP_STREAM (self), FALSE);

  return self->is_taken && self->phase <= HW_HTTP_STREAM_PHASE_QUEUING;
}

/**
 * hw_http_stream_set_max_stall:
 * @self: a stream
 * @max_stall: microseconds
 *
 * Sets how long nothing of an answer may be taken, until the next request.
 */
void
hw_http_stream_set_max_stall (HwHttpStream *self,
                              gint64        max_stall)
{
  g_return_if_fail (HW_IS_HTTP_STREAM (self));

  self->max_stall = max_stall;
}

/**
 * hw_http_stream_set_turns:
 * @self: a stream that was not started
 * @turns: a line
 *
 * Has the other side wait in a line with what it asks ahead.
 */
void
hw_http_stream_set_turns (HwHttpStream *self,
                          HwHttpTurns  *turns)
{
  g_return_if_fail (HW_IS_HTTP_STREAM (self));
  g_return_if_fail (turns != NULL && self->turns == NULL);

  self->turns = hw_http_turns_ref (turns);
}

/**
 * hw_http_stream_set_entrance:
 * @self: a stream that was not started
 * @entrance: where the connection came in
 * @credentials: (nullable): for TLS, what to prove ourselves by
 *
 * Says what the other side has to do to be believed.
 *
 * Returns: whether that can be; if not, the stream is to be cut
 */
gboolean
hw_http_stream_set_entrance (HwHttpStream     *self,
                             HwHttpEntrance    entrance,
                             HwTlsCredentials *credentials)
{
  g_autoptr(GError) error = NULL;

  g_return_val_if_fail (HW_IS_HTTP_STREAM (self), FALSE);
  g_return_val_if_fail (entrance != HW_HTTP_ENTRANCE_TLS || credentials != NULL, FALSE);

  hw_http_peer_set_entrance (&self->peer, entrance);
  if (credentials == NULL || hw_http_wire_begin_tls (self->wire, credentials, &error))
    return TRUE;

  g_warning ("TLS cannot be spoken: %s", error->message);
  return FALSE;
}

/**
 * hw_http_stream_set_refusal:
 * @self: a stream that was not started
 * @status: what with
 * @error: (transfer full): why
 *
 * Refuses whatever will be asked. Only then it is known how: in TLS if that is spoken, and
 * without a body for HEAD.
 */
void
hw_http_stream_set_refusal (HwHttpStream *self,
                            guint         status,
                            GError       *error)
{
  g_return_if_fail (HW_IS_HTTP_STREAM (self));
  g_return_if_fail (self->refusal == NULL && error != NULL);

  self->refusal_status = status;
  self->refusal = error;
}

/**
 * hw_http_stream_start:
 * @self: a stream
 *
 * Begins to read. What has come already is looked at first.
 */
void
hw_http_stream_start (HwHttpStream *self)
{
  g_return_if_fail (HW_IS_HTTP_STREAM (self));

  hw_http_stream_watch (self);
  on_wire_readable (self);
}

/**
 * hw_http_stream_look:
 * @self: a stream that was started
 *
 * Reads what has come, if nobody has done so yet: somebody else may have had their turn first.
 */
void
hw_http_stream_look (HwHttpStream *self)
{
  g_return_if_fail (HW_IS_HTTP_STREAM (self));

  if (self->watch != NULL)
    on_wire_readable (self);
}
