/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-handover.h"

#include "hw-http-stream-private.h"

#include <fcntl.h>

/* How a connection that goes to the plane leaves us. */

/* What was read behind the request. Nothing else of it is in memory. */
static GBytes *
take_waiting (HwHttpStream *stream)
{
  GByteArray *waiting = g_steal_pointer (&stream->waiting);

  stream->waiting = g_byte_array_new ();
  if (waiting->len > 0)
    return g_byte_array_free_to_bytes (waiting);

  g_byte_array_unref (waiting);

  return NULL;
}

/* Lets go of a connection that goes on elsewhere: nobody is told that it is over. */
static void
forget (HwHttpStream *stream)
{
  hw_http_stream_clear_source (&stream->read_source);
  stream->phase = HW_HTTP_STREAM_PHASE_OVER;
  g_socket_close (stream->socket, NULL);
}

/**
 * hw_http_handover_take:
 * @message: a request whose upgrade was answered, or that libsoup is not to answer
 * @stream: (out) (transfer full) (nullable): what the bytes have to go through, as they are in
 *   TLS; or %NULL if they go over the descriptor as they are
 * @early: (out) (transfer full) (nullable): what the other side has sent behind the request
 *
 * Takes a connection from libsoup and from us: no limit of ours and no place in the crowd is
 * the connection's any more.
 *
 * Returns: the descriptor, the caller's own if there is no @stream and else to be polled
 *   only; or -1 if the connection is gone
 */
int
hw_http_handover_take (SoupServerMessage *message,
                       GIOStream        **stream,
                       GBytes           **early)
{
  g_autoptr(HwHttpStream) self = NULL;
  g_autoptr(GIOStream) stolen = NULL;
  int fd;

  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), -1);
  g_return_val_if_fail (stream != NULL && early != NULL, -1);

  *stream = NULL;
  *early = NULL;
  g_set_object (&self, hw_http_stream_get (message));
  if (self != NULL)
    hw_http_stream_upgrade (self);
  stolen = soup_server_message_steal_connection (message);
  if (self == NULL || stolen == NULL || self->phase != HW_HTTP_STREAM_PHASE_UPGRADED)
    return -1;

  hw_http_stream_unwatch (self);
  *early = take_waiting (self);
  if (hw_http_wire_has_tls (self->wire))
    {
      *stream = G_IO_STREAM (g_steal_pointer (&self));
      return hw_http_stream_get_fd (HW_HTTP_STREAM (*stream));
    }

  /* Another number for it, as a #GSocket does not give away its own. */
  fd = fcntl (g_socket_get_fd (self->socket), F_DUPFD_CLOEXEC, 0);
  forget (self);

  return fd;
}
