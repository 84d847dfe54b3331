/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-stream-private.h"

#include "hw-http-head.h"

#include <string.h>
#include <sys/socket.h>

/* How much of what a refused client still sends is dropped in one go. */
#define DROP_SIZE 16384

/* What the kernel keeps for a watcher that reads slowly; what does not fit waits, shared,
 * where it is made. In bytes, of which the kernel takes twice as many.
 */
#define WATCHER_SEND_BUFFER 65536

/* What a request begins with whose answer has no body, whatever else is wrong with it. */
#define HEAD_METHOD "HEAD "

/* How requests come and answers go: what libsoup gets to read, and when. */

/* Returns: how many bytes were read, 0 if the other side has said all, or -1 */
gssize
hw_http_stream_read_wire (HwHttpStream *self,
                          void         *bytes,
                          gsize         size,
                          GError      **error)
{
  gssize n_read = hw_http_wire_read (self->wire, bytes, size, error);

  if (n_read > 0)
    self->n_read += (guint64) n_read;

  return n_read;
}

/* Drops what a client that was refused still sends. */
void
hw_http_stream_drop (HwHttpStream *self)
{
  char bytes[DROP_SIZE];
  g_autoptr(GError) error = NULL;
  gssize n_read = hw_http_stream_read_wire (self, bytes, sizeof (bytes), &error);

  if (n_read > 0)
    self->n_dropped += (guint64) n_read;
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    hw_http_stream_finish (self);

  if (self->n_dropped > HW_HTTP_MAX_REFUSED_BODY)
    hw_http_stream_cut (self);
}

/* Looks at what has come of a head. A small request is gathered before libsoup hears of it, which
 * keeps more for each than that has bytes.
 */
static void
hw_http_stream_check_head (HwHttpStream *self)
{
  g_autoptr(GError) refusal = NULL;
  HwHttpHead head;
  HwHttpHeadState state = hw_http_head_read ((char *) self->waiting->data, self->waiting->len,
                                             (const char *const *) self->hosts, &head, &refusal);

  self->n_seen = self->waiting->len;
  self->is_head = self->waiting->len >= strlen (HEAD_METHOD) &&
                  memcmp (self->waiting->data, HEAD_METHOD, strlen (HEAD_METHOD)) == 0;
  if (state == HW_HTTP_HEAD_INCOMPLETE)
    return;

  if (state == HW_HTTP_HEAD_REFUSED || !hw_http_head_check_body (&head, &refusal))
    {
      hw_http_stream_refuse (self, head.status, head.allow, refusal);
      return;
    }

  if (self->refusal != NULL)
    {
      hw_http_stream_refuse (self, self->refusal_status, NULL, self->refusal);
      return;
    }

  self->body_length = head.body_length;
  self->n_to_give = head.length + head.body_length;
  if (head.is_asking || self->n_to_give > HW_HTTP_MAX_HEAD)
    hw_http_stream_begin_request (self);
  else
    hw_http_stream_enter (self, HW_HTTP_STREAM_PHASE_GATHERING);
}

/* Looks at what has come of a request. */
static void
hw_http_stream_check_request (HwHttpStream *self)
{
  if (self->phase == HW_HTTP_STREAM_PHASE_WAITING)
    hw_http_stream_check_head (self);

  if (self->phase == HW_HTTP_STREAM_PHASE_GATHERING && self->waiting->len >= self->n_to_give)
    hw_http_stream_begin_request (self);
}

/* Whether libsoup does not see yet what comes. */
gboolean
hw_http_stream_is_awaiting (HwHttpStream *self)
{
  return self->phase == HW_HTTP_STREAM_PHASE_WAITING ||
         self->phase == HW_HTTP_STREAM_PHASE_GATHERING;
}

/* Reads some of a request. Returns: whether something has come */
static gboolean
hw_http_stream_read_more (HwHttpStream *self)
{
  guint length = self->waiting->len;
  guint8 bytes[HW_HTTP_MAX_HEAD];
  g_autoptr(GError) error = NULL;
  gssize n_read = hw_http_stream_read_wire (self, bytes, sizeof (bytes) - length, &error);

  if (n_read > 0)
    g_byte_array_append (self->waiting, bytes, (guint) n_read);
  if (n_read > 0 && length == 0)
    self->since = hw_clock_get_monotonic_time (self->clock);
  if (n_read <= 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    hw_http_stream_finish (self);

  return n_read > 0;
}

/* Reads until there is something for libsoup, nothing more comes, or it is over. */
void
hw_http_stream_await_request (HwHttpStream *self)
{
  if (self->waiting->len > 0)
    hw_http_stream_check_request (self);

  while (hw_http_stream_is_awaiting (self) && hw_http_stream_read_more (self))
    hw_http_stream_check_request (self);
}

/* Gives what was read before, or else reads. */
static gssize
hw_http_stream_give (HwHttpStream *self,
                     void         *bytes,
                     gsize         size,
                     GError      **error)
{
  gsize n_given = MIN (size, self->waiting->len);

  if (n_given == 0)
    return hw_http_stream_read_wire (self, bytes, size, error);

  memcpy (bytes, self->waiting->data, n_given);
  if (n_given < self->waiting->len)
    {
      g_byte_array_remove_range (self->waiting, 0, (guint) n_given);
    }
  else
    {
      /* Connections that wait are many. */
      g_byte_array_unref (self->waiting);
      self->waiting = g_byte_array_new ();
    }

  return (gssize) n_given;
}

static gssize
hw_http_stream_give_request (HwHttpStream *self,
                             void         *bytes,
                             gsize         size,
                             GError      **error)
{
  gssize n_given = hw_http_stream_give (self, bytes, (gsize) MIN (size, self->n_to_give), error);

  if (n_given > 0)
    self->n_to_give -= (guint64) n_given;
  if (self->n_to_give == 0)
    hw_http_stream_enter (self, HW_HTTP_STREAM_PHASE_ANSWERING);

  return n_given;
}

/* For libsoup, and for whoever has the stream when it is upgraded. */
gssize
hw_http_stream_read (HwHttpStream *self,
                     void         *bytes,
                     gsize         size,
                     GError      **error)
{
  if (hw_http_stream_is_awaiting (self))
    hw_http_stream_await_request (self);

  switch (self->phase)
    {
    case HW_HTTP_STREAM_PHASE_GIVING:
      return hw_http_stream_give_request (self, bytes, size, error);

    case HW_HTTP_STREAM_PHASE_UPGRADED:
      return hw_http_stream_give (self, bytes, size, error);

    case HW_HTTP_STREAM_PHASE_WAITING:
    case HW_HTTP_STREAM_PHASE_GATHERING:
    case HW_HTTP_STREAM_PHASE_ANSWERING:
    case HW_HTTP_STREAM_PHASE_QUEUING:
      return hw_http_wire_block (error);

    case HW_HTTP_STREAM_PHASE_LEAVING:
    case HW_HTTP_STREAM_PHASE_LOST:
    case HW_HTTP_STREAM_PHASE_OVER:
    default:
      if (!self->has_letter || size == 0)
        return 0;

      self->has_letter = FALSE;
      *(char *) bytes = '?';
      return 1;
    }
}

/* Whether there is something to be read although nothing comes. */
gboolean
hw_http_stream_has_something (HwHttpStream *self)
{
  switch (self->phase)
    {
    case HW_HTTP_STREAM_PHASE_WAITING:
      return self->waiting->len > self->n_seen;

    case HW_HTTP_STREAM_PHASE_GIVING:
    case HW_HTTP_STREAM_PHASE_UPGRADED:
      return self->waiting->len > 0;

    case HW_HTTP_STREAM_PHASE_GATHERING:
    case HW_HTTP_STREAM_PHASE_ANSWERING:
    case HW_HTTP_STREAM_PHASE_QUEUING:
      return FALSE;

    case HW_HTTP_STREAM_PHASE_LEAVING:
    case HW_HTTP_STREAM_PHASE_LOST:
    case HW_HTTP_STREAM_PHASE_OVER:
    default:
      return TRUE;
    }
}

/* Whether what the network brings is for whoever reads now. */
static gboolean
hw_http_stream_is_reading (HwHttpStream *self)
{
  return hw_http_stream_is_awaiting (self) || self->phase == HW_HTTP_STREAM_PHASE_GIVING ||
         self->phase == HW_HTTP_STREAM_PHASE_UPGRADED;
}

/* Whether it is worth reading in this round of the main context, when that has polled. */
gboolean
hw_http_stream_is_readable (HwHttpStream *self)
{
  return hw_http_stream_has_something (self) ||
         (self->watch != NULL && hw_http_stream_is_reading (self) &&
          hw_http_wire_source_is_ready (self->watch));
}

/* Somebody waits until there is something to be read. */
void
hw_http_stream_set_reader (HwHttpStream *self,
                           GSource      *source)
{
  g_clear_pointer (&self->read_source, g_source_unref);
  self->read_source = g_source_ref (source);
  if (hw_http_stream_is_reading (self))
    hw_http_stream_watch (self);
}

gboolean
hw_http_stream_has_reader (HwHttpStream *self)
{
  return self->read_source != NULL && !g_source_is_destroyed (self->read_source);
}

GSource *
hw_http_stream_create_write_source (HwHttpStream *self,
                                    GCancellable *cancellable)
{
  g_autoptr(GSource) base = hw_http_wire_create_source (self->wire, G_IO_OUT);

  return g_pollable_source_new_full (self->output, base, cancellable);
}

/* Has the kernel keep little of what a watcher does not read: it would let that grow to megabytes.
 * A socket that does not take this works all the same.
 */
void
hw_http_stream_limit_send_buffer (HwHttpStream *self)
{
  g_socket_set_option (self->socket, SOL_SOCKET, SO_SNDBUF, WATCHER_SEND_BUFFER, NULL);
}

/* Lets the next request come. */
static void
hw_http_stream_await_next (HwHttpStream *self)
{
  hw_http_stream_enter (self, HW_HTTP_STREAM_PHASE_WAITING);
  self->n_seen = 0;
  if (hw_http_stream_has_reader (self))
    hw_http_stream_watch (self);
}

static void
on_turn (gpointer object)
{
  HwHttpStream *self = HW_HTTP_STREAM (object);

  if (self->phase == HW_HTTP_STREAM_PHASE_QUEUING)
    hw_http_stream_await_next (self);
}

/**
 * hw_http_stream_go_on:
 * @self: a stream
 *
 * Lets the next request come, as the answer to the last one has gone out. If libsoup did
 * not read that to its end, nobody can tell where the next one begins.
 */
void
hw_http_stream_go_on (HwHttpStream *self)
{
  g_return_if_fail (HW_IS_HTTP_STREAM (self));

  self->max_stall = HW_HTTP_MAX_STALL;
  if (self->phase <= HW_HTTP_STREAM_PHASE_ANSWERING && !hw_http_stream_end_answer (self))
    {
      hw_http_stream_cut (self);
    }
  else if (self->phase == HW_HTTP_STREAM_PHASE_GIVING)
    {
      hw_http_stream_leave (self);
      self->has_letter = self->is_taken;
    }
  else if (self->phase == HW_HTTP_STREAM_PHASE_ANSWERING && self->waiting->len > 0 &&
           self->turns != NULL)
    {
      hw_http_stream_enter (self, HW_HTTP_STREAM_PHASE_QUEUING);
      hw_http_turns_await (self->turns, self, on_turn);
    }
  else if (self->phase == HW_HTTP_STREAM_PHASE_ANSWERING)
    {
      hw_http_stream_await_next (self);
    }
}
