/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-stream-private.h"

#include "hw-error.h"
#include "hw-http-reply.h"

#include <sys/socket.h>

/* How a connection ends: when its time is up, when it is refused, or when it has to go. */

/* Whether libsoup expects a request to begin, where it takes an end for nothing. */
static gboolean
hw_http_stream_is_between (HwHttpStream *self)
{
  return hw_http_stream_is_awaiting (self) || self->phase == HW_HTTP_STREAM_PHASE_QUEUING;
}

/* The end. While libsoup holds the descriptor, it is not closed: another connection could
 * get its number.
 */
void
hw_http_stream_finish (HwHttpStream *self)
{
  hw_http_stream_unwatch (self);
  if (self->phase == HW_HTTP_STREAM_PHASE_OVER)
    return;

  if (self->is_taken)
    {
      self->has_letter = hw_http_stream_is_between (self);
      hw_http_stream_enter (self, HW_HTTP_STREAM_PHASE_LOST);
      return;
    }

  self->phase = HW_HTTP_STREAM_PHASE_OVER;
  hw_http_wire_close (self->wire);
  g_signal_emit_by_name (self, "over");
}

/* Says no more, and waits for the other side to do so, too: what still comes would make
 * the kernel take back what we said last.
 */
void
hw_http_stream_leave (HwHttpStream *self)
{
  self->has_letter = self->is_taken && hw_http_stream_is_between (self);
  hw_http_stream_enter (self, HW_HTTP_STREAM_PHASE_LEAVING);
  hw_http_wire_say_goodbye (self->wire);
  hw_http_stream_watch (self);
}

static gint64
hw_http_stream_get_deadline (HwHttpStream *self)
{
  gint64 seconds = (gint64) (self->body_length / HW_HTTP_BODY_RATE);

  switch (self->phase)
    {
    case HW_HTTP_STREAM_PHASE_WAITING:
      return self->since + (self->is_taken && self->waiting->len == 0 ? HW_HTTP_MAX_IDLE
                                                                      : HW_HTTP_HEAD_TIMEOUT);

    case HW_HTTP_STREAM_PHASE_GATHERING:
    case HW_HTTP_STREAM_PHASE_GIVING:
      return self->since + HW_HTTP_BODY_TIMEOUT + seconds * G_USEC_PER_SEC;

    case HW_HTTP_STREAM_PHASE_ANSWERING:
      return self->stalled_since > 0 ? self->stalled_since + self->max_stall : G_MAXINT64;

    case HW_HTTP_STREAM_PHASE_LEAVING:
      return self->since + HW_HTTP_LEAVE_TIMEOUT;

    case HW_HTTP_STREAM_PHASE_QUEUING:
    case HW_HTTP_STREAM_PHASE_UPGRADED:
    case HW_HTTP_STREAM_PHASE_LOST:
    case HW_HTTP_STREAM_PHASE_OVER:
    default:
      return G_MAXINT64;
    }
}

/* Whether there is somebody who waits for an answer. */
static gboolean
hw_http_stream_has_begun (HwHttpStream *self)
{
  return self->phase == HW_HTTP_STREAM_PHASE_GATHERING ||
         self->phase == HW_HTTP_STREAM_PHASE_GIVING ||
         (self->phase == HW_HTTP_STREAM_PHASE_WAITING && self->waiting->len > 0);
}

/**
 * hw_http_stream_tick:
 * @self: a stream
 *
 * Lets time pass: whoever took too long is told so, if there is something to be told.
 */
void
hw_http_stream_tick (HwHttpStream *self)
{
  g_autoptr(GError) error = NULL;

  g_return_if_fail (HW_IS_HTTP_STREAM (self));

  hw_http_stream_look_at_output (self);
  if (hw_clock_get_monotonic_time (self->clock) < hw_http_stream_get_deadline (self))
    return;

  if (hw_http_stream_has_begun (self))
    {
      error = g_error_new_literal (HW_ERROR, HW_ERROR_INVALID_REQUEST,
                                   "The request took too long to come. Send it in one piece.");
      hw_http_stream_refuse (self, SOUP_STATUS_REQUEST_TIMEOUT, NULL, error);
    }
  else if (self->phase == HW_HTTP_STREAM_PHASE_WAITING)
    {
      hw_http_stream_finish (self);
    }
  else
    {
      hw_http_stream_cut (self);
    }
}

/* Answers a request that libsoup has not answered, and closes the connection as soon as the
 * other side has heard it.
 */
void
hw_http_stream_refuse (HwHttpStream *self,
                       guint         status,
                       const char   *allow,
                       const GError *error)
{
  g_autoptr(GBytes) answer = hw_http_reply_write_refusal (status, allow, error, !self->is_head);
  GOutputVector vector;
  gsize n_written;

  vector.buffer = g_bytes_get_data (answer, &vector.size);
  hw_http_wire_write (self->wire, &vector, 1, &n_written, NULL);
  self->n_written += n_written;
  self->refused_status = status;
  if (n_written == vector.size)
    hw_http_stream_leave (self);
  else
    hw_http_stream_cut (self);
}

/**
 * hw_http_stream_cut:
 * @self: a stream
 *
 * Cuts a connection without saying goodbye: a client that still sends would wait for a long
 * time until it is told that nobody listens, and what one does not take would stay in the
 * kernel. libsoup takes it for a lost connection.
 */
void
hw_http_stream_cut (HwHttpStream *self)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  g_return_if_fail (HW_IS_HTTP_STREAM (self));

  if (self->phase == HW_HTTP_STREAM_PHASE_OVER)
    return;

  setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET, SO_LINGER, &at_once, sizeof (at_once));
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  hw_http_stream_finish (self);
}
