/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-plane-wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* So a piece for us is one for the kernel. */
G_STATIC_ASSERT (sizeof (GOutputVector) == sizeof (struct iovec));
G_STATIC_ASSERT (G_STRUCT_OFFSET (GOutputVector, buffer) ==
                 G_STRUCT_OFFSET (struct iovec, iov_base));
G_STATIC_ASSERT (G_STRUCT_OFFSET (GOutputVector, size) ==
                 G_STRUCT_OFFSET (struct iovec, iov_len));

/* What a call of the kernel's means: as many bytes, none for now, or the end. */
static gssize
judge (gssize result)
{
  if (result >= 0)
    return result;

  return errno == EAGAIN || errno == EINTR ? 0 : HW_PLANE_WIRE_OVER;
}

static gssize
read_stream (GIOStream *stream,
             char      *bytes,
             gsize      size)
{
  GInputStream *input = g_io_stream_get_input_stream (stream);
  g_autoptr(GError) error = NULL;
  gssize n_read = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), bytes,
                                                            size, NULL, &error);

  if (n_read > 0)
    return n_read;

  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? 0 : HW_PLANE_WIRE_OVER;
}

/**
 * hw_plane_wire_read:
 * @self: a wire
 * @bytes: where they go
 * @size: how many fit
 *
 * Reads what has come.
 *
 * Returns: how many bytes, 0 if nothing has come, or %HW_PLANE_WIRE_OVER
 */
gssize
hw_plane_wire_read (HwPlaneWire *self,
                    char        *bytes,
                    gsize        size)
{
  gssize n_read;

  g_return_val_if_fail (self != NULL, HW_PLANE_WIRE_OVER);

  if (self->stream != NULL)
    return read_stream (self->stream, bytes, size);

  n_read = recv (self->fd, bytes, size, MSG_DONTWAIT);

  return n_read == 0 ? HW_PLANE_WIRE_OVER : judge (n_read);
}

static gssize
write_stream (GIOStream           *stream,
              const GOutputVector *vectors,
              gsize                n_vectors)
{
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  gsize n_written = 0;
  GPollableReturn outcome =
    g_pollable_output_stream_writev_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), vectors,
                                                 n_vectors, &n_written, NULL, NULL);

  return outcome == G_POLLABLE_RETURN_FAILED ? HW_PLANE_WIRE_OVER : (gssize) n_written;
}

/**
 * hw_plane_wire_write:
 * @self: a wire
 * @vectors: what to write; what was not taken is to be written again next
 * @n_vectors: how many pieces that are
 *
 * Writes as much as the network takes.
 *
 * Returns: how many bytes, 0 if none for now, or %HW_PLANE_WIRE_OVER
 */
gssize
hw_plane_wire_write (HwPlaneWire         *self,
                     const GOutputVector *vectors,
                     gsize                n_vectors)
{
  struct msghdr message = { 0 };

  g_return_val_if_fail (self != NULL, HW_PLANE_WIRE_OVER);

  if (self->stream != NULL)
    return write_stream (self->stream, vectors, n_vectors);

  message.msg_iov = (struct iovec *) vectors;
  message.msg_iovlen = n_vectors;

  return judge (sendmsg (self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

/**
 * hw_plane_wire_say_goodbye:
 * @self: a wire on which nothing is written any more
 *
 * Says that nothing more will come. It can still be read.
 */
void
hw_plane_wire_say_goodbye (HwPlaneWire *self)
{
  g_return_if_fail (self != NULL);

  if (self->stream != NULL)
    g_output_stream_close (g_io_stream_get_output_stream (self->stream), NULL, NULL);
  else
    shutdown (self->fd, SHUT_WR);
}

/**
 * hw_plane_wire_forget_rest:
 * @self: a wire that is about to be cleared
 *
 * Has the kernel forget what the other side does not take: else it would keep that for minutes.
 */
void
hw_plane_wire_forget_rest (HwPlaneWire *self)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  g_return_if_fail (self != NULL);

  setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof (at_once));
}

/**
 * hw_plane_wire_clear:
 * @self: a wire
 *
 * Closes the connection.
 */
void
hw_plane_wire_clear (HwPlaneWire *self)
{
  g_return_if_fail (self != NULL);

  if (self->stream != NULL)
    g_io_stream_close (self->stream, NULL, NULL);
  else if (self->fd >= 0)
    close (self->fd);

  g_clear_object (&self->stream);
  self->fd = -1;
}
