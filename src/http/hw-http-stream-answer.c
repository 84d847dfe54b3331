/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-stream-private.h"

#include "hw-http-reply.h"

#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

/* How an answer goes out. libsoup writes its head, and then its body: here the head gets what
 * every answer says, and waits for the first of the body, to be sent in one piece with it. What is
 * sent in two costs the other side as much again.
 */

/* Where the status stands in a head. */
#define STATUS_OFFSET 9

static gboolean
has_status (const GOutputVector *head,
            const char          *status)
{
  return head->size >= STATUS_OFFSET + strlen (status) &&
         memcmp ((const char *) head->buffer + STATUS_OFFSET, status, strlen (status)) == 0;
}

/* Whether libsoup has the body at hand: it begins to write an answer that says how long it is when
 * it has something of it. An upgrade and what lasts until the end have no length.
 */
static gboolean
hw_http_stream_expects_body (HwHttpStream        *self,
                             const GOutputVector *head)
{
  static const char field[] = "\r\nContent-Length: ";
  const char *length = memmem (head->buffer, head->size, field, strlen (field));

  return length != NULL && length[strlen (field)] != '0' && !self->is_head &&
         !has_status (head, "204") && !has_status (head, "304");
}

/* Begins an answer. What lets a body come is none: it goes as it is, and the head comes later. */
static void
hw_http_stream_begin_answer (HwHttpStream        *self,
                             const GOutputVector *head)
{
  self->is_head_due = has_status (head, "100");
  self->is_upgrading = has_status (head, "101");
  self->is_head_held = hw_http_stream_expects_body (self, head);
  self->head = self->is_head_due
               ? g_byte_array_append (g_byte_array_new (), head->buffer, (guint) head->size)
               : hw_http_reply_write_head (head->buffer, head->size);
  self->n_head_sent = 0;
}

static void
hw_http_stream_stall (HwHttpStream *self)
{
  if (self->stalled_since != 0)
    return;

  self->stalled_since = hw_clock_get_monotonic_time (self->clock);
  hw_http_stream_slow_down (self);
}

static GPollableReturn
hw_http_stream_send (HwHttpStream        *self,
                     const GOutputVector *vectors,
                     gsize                n_vectors,
                     gsize               *n_sent,
                     GError             **error)
{
  GPollableReturn outcome = hw_http_wire_write (self->wire, vectors, n_vectors, n_sent, error);

  if (outcome == G_POLLABLE_RETURN_OK)
    {
      self->n_written += *n_sent;
      self->stalled_since = 0;
    }
  else if (outcome == G_POLLABLE_RETURN_WOULD_BLOCK)
    {
      hw_http_stream_stall (self);
    }

  return outcome;
}

/* Sends what is left of the head, and @body, which may be empty. Returns: as if @body were alone */
static GPollableReturn
hw_http_stream_send_head (HwHttpStream *self,
                          GOutputVector body,
                          gsize        *n_written,
                          GError      **error)
{
  const GOutputVector vectors[] = {
    { self->head->data + self->n_head_sent, self->head->len - self->n_head_sent }, body,
  };
  gsize n_sent;
  GPollableReturn outcome = hw_http_stream_send (self, vectors, body.size > 0 ? 2 : 1, &n_sent,
                                                 error);

  if (outcome != G_POLLABLE_RETURN_OK)
    return outcome;

  self->n_head_sent += MIN (n_sent, vectors[0].size);
  *n_written = n_sent - MIN (n_sent, vectors[0].size);
  if (self->n_head_sent == self->head->len)
    g_clear_pointer (&self->head, g_byte_array_unref);
  if (self->head == NULL && (*n_written > 0 || body.size == 0))
    return G_POLLABLE_RETURN_OK;

  hw_http_stream_stall (self);
  return G_POLLABLE_RETURN_WOULD_BLOCK;
}

/* Everything goes through from now on, for whoever takes the stream from libsoup. */
void
hw_http_stream_upgrade (HwHttpStream *self)
{
  if (self->phase != HW_HTTP_STREAM_PHASE_ANSWERING)
    return;

  self->is_head_due = FALSE;
  hw_http_stream_limit_send_buffer (self);
  hw_http_stream_enter (self, HW_HTTP_STREAM_PHASE_UPGRADED);
  g_signal_emit_by_name (self, "upgraded");
}

/* Sends a head that has no body behind it; @given is what libsoup made it of. */
static GPollableReturn
hw_http_stream_send_bare_head (HwHttpStream *self,
                               gsize         given,
                               gsize        *n_written,
                               GError      **error)
{
  const GOutputVector nothing = { NULL, 0 };
  GPollableReturn outcome = hw_http_stream_send_head (self, nothing, n_written, error);

  if (outcome != G_POLLABLE_RETURN_OK)
    return outcome;

  *n_written = given;
  if (self->is_upgrading)
    hw_http_stream_upgrade (self);

  return outcome;
}

/* For libsoup, and for whoever has the stream when it is upgraded. */
GPollableReturn
hw_http_stream_write (HwHttpStream        *self,
                      const GOutputVector *vectors,
                      gsize                n_vectors,
                      gsize               *n_written,
                      GError             **error)
{
  *n_written = 0;
  if (self->phase >= HW_HTTP_STREAM_PHASE_LEAVING)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                           "The connection is closed");
      return G_POLLABLE_RETURN_FAILED;
    }

  if (self->is_head_due && self->head == NULL && n_vectors > 0)
    {
      hw_http_stream_begin_answer (self, &vectors[0]);
      if (self->is_head_held)
        {
          *n_written = vectors[0].size;
          return G_POLLABLE_RETURN_OK;
        }
    }

  if (self->head == NULL)
    return hw_http_stream_send (self, vectors, n_vectors, n_written, error);

  return self->is_head_held
         ? hw_http_stream_send_head (self, vectors[0], n_written, error)
         : hw_http_stream_send_bare_head (self, vectors[0].size, n_written, error);
}

/* The answer is over, if without the body that was expected. Returns: whether all has gone out */
gboolean
hw_http_stream_end_answer (HwHttpStream *self)
{
  const GOutputVector nothing = { NULL, 0 };
  gsize n_written;

  return self->head == NULL ||
         hw_http_stream_send_head (self, nothing, &n_written, NULL) == G_POLLABLE_RETURN_OK;
}

/* Looks whether the other side has taken something since the last time. What it has not taken is
 * in the kernel, however much that lets us write: an answer may seem to have gone out that has not.
 * What was not there the last time, as it has only just gone out, says nothing yet.
 */
void
hw_http_stream_look_at_output (HwHttpStream *self)
{
  int n_left = 0;
  gint64 n_taken;

  if (ioctl (g_socket_get_fd (self->socket), SIOCOUTQ, &n_left) != 0)
    n_left = 0;

  n_taken = (gint64) self->n_written - n_left;
  if (n_left == 0 || !self->had_left || n_taken > self->n_taken)
    self->stuck_since = 0;
  else if (self->stuck_since == 0)
    self->stuck_since = hw_clock_get_monotonic_time (self->clock);
  self->had_left = n_left > 0;
  self->n_taken = n_taken;
}

/**
 * hw_http_stream_is_stuck:
 * @self: a stream
 *
 * Tells whether the other side takes nothing of what it was answered, and has not for a
 * second or two; or has asked on without taking it, which no page does.
 *
 * Returns: whether it does so
 */
gboolean
hw_http_stream_is_stuck (HwHttpStream *self)
{
  g_return_val_if_fail (HW_IS_HTTP_STREAM (self), FALSE);

  return self->stuck_since > 0 || self->phase == HW_HTTP_STREAM_PHASE_QUEUING ||
         (self->phase == HW_HTTP_STREAM_PHASE_ANSWERING && self->stalled_since > 0 &&
          self->waiting->len > 0);
}
