/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-plane-socket-private.h"

#include <sys/epoll.h>

/* What is read in one go, and how often before others have their turn. A record of TLS fits
 * (RFC 8446, 5.1): so none is left decoded where no poll shows it.
 */
#define READ_SIZE 16384
#define MAX_READS 4

/**
 * HwPlaneSocket:
 *
 * One connection with somebody who watches, on the server's side. Whoever has it tells it
 * when it can be read or written, and is told what came of that. It waits for nothing, knows
 * no time, and takes no more from a client than is taken from it. What it costs while
 * nothing happens is this struct, and what its kind has beside.
 *
 * It may be used from any thread, but only from one.
 */

/* For those who make one of a kind. They are slices, so that what comes and goes while they are
 * made leaves no holes among them.
 */
HwPlaneSocket *
hw_plane_socket_make (const HwPlaneFraming *framing,
                      const HwPlaneWire    *wire,
                      HwPlaneSocketFunc     function,
                      gpointer              user_data)
{
  HwPlaneSocket *self = g_slice_alloc0 (framing->size);

  self->framing = framing;
  self->wire = *wire;
  self->function = function;
  self->user_data = user_data;

  return self;
}

/* Tells whoever has it. @data is (transfer full) (nullable). */
void
hw_plane_socket_tell (HwPlaneSocket  *self,
                      HwPlaneNewsKind kind,
                      GBytes         *data)
{
  self->function (self, kind, data, self->user_data);
}

static void
hw_plane_socket_close (HwPlaneSocket *self)
{
  hw_plane_wire_clear (&self->wire);
  hw_plane_queue_clear (&self->queue);
  if (self->framing->clear != NULL)
    self->framing->clear (self);
}

void
hw_plane_socket_free (HwPlaneSocket *self)
{
  g_return_if_fail (self != NULL);

  hw_plane_socket_close (self);
  g_slice_free1 (self->framing->size, self);
}

/**
 * hw_plane_socket_get_fd:
 * @self: a socket
 *
 * Gets what is to be polled.
 *
 * Returns: the descriptor, or -1 if it is over
 */
int
hw_plane_socket_get_fd (const HwPlaneSocket *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->wire.fd;
}

/**
 * hw_plane_socket_is_over:
 * @self: a socket
 *
 * Tells whether it is closed.
 *
 * Returns: %TRUE after %HW_PLANE_NEWS_OVER
 */
gboolean
hw_plane_socket_is_over (const HwPlaneSocket *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->is_over;
}

/**
 * hw_plane_socket_is_open:
 * @self: a socket
 *
 * Tells whether something new may be said: all was sent, and nobody has said goodbye.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_plane_socket_is_open (HwPlaneSocket *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return !self->is_over && !self->has_said_goodbye && hw_plane_queue_is_empty (&self->queue);
}

static gboolean
hw_plane_socket_is_read (HwPlaneSocket *self)
{
  return !self->is_over && !self->has_heard_goodbye &&
         (self->has_said_goodbye || self->n_untaken < HW_PLANE_MAX_UNTAKEN);
}

/**
 * hw_plane_socket_get_transport:
 * @self: a socket
 *
 * Tells what kind it is, from any thread: it never changes.
 *
 * Returns: the kind
 */
HwPlaneTransport
hw_plane_socket_get_transport (const HwPlaneSocket *self)
{
  g_return_val_if_fail (self != NULL, HW_PLANE_TRANSPORT_HTTP);

  return self->framing->transport;
}

/**
 * hw_plane_socket_get_interest:
 * @self: a socket
 *
 * Tells what to poll for.
 *
 * Returns: `EPOLLIN`, `EPOLLOUT`, both or none
 */
guint32
hw_plane_socket_get_interest (HwPlaneSocket *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (hw_plane_socket_is_read (self) ? (guint32) EPOLLIN : 0) |
         (self->is_blocked ? (guint32) EPOLLOUT : 0);
}

/**
 * hw_plane_socket_cut:
 * @self: a socket
 *
 * Closes it without a word: the network is of no more use, or nothing is left to be said.
 * What a client has not taken is forgotten, by the kernel, too.
 */
void
hw_plane_socket_cut (HwPlaneSocket *self)
{
  g_return_if_fail (self != NULL);

  if (self->is_over)
    return;

  self->is_over = TRUE;
  self->is_blocked = FALSE;
  hw_plane_socket_tell (self, HW_PLANE_NEWS_OVER, NULL);
  if (!hw_plane_queue_is_empty (&self->queue))
    hw_plane_wire_forget_rest (&self->wire);
  hw_plane_socket_close (self);
}

/* All was sent. */
static void
hw_plane_socket_drain (HwPlaneSocket *self)
{
  if (self->has_said_goodbye && self->has_heard_goodbye)
    {
      hw_plane_socket_cut (self);
      return;
    }

  if (self->has_said_goodbye && self->framing->part == NULL && !self->is_silent)
    {
      self->is_silent = TRUE;
      hw_plane_wire_say_goodbye (&self->wire);
    }

  if (self->is_blocked || self->is_asked)
    hw_plane_socket_tell (self, HW_PLANE_NEWS_DRAINED, NULL);
  self->is_blocked = FALSE;
  self->is_asked = FALSE;
}

static void
hw_plane_socket_block (HwPlaneSocket *self)
{
  self->is_blocked = TRUE;
  hw_plane_socket_tell (self, HW_PLANE_NEWS_BLOCKED, NULL);
}

/* Puts what is due, such as a pong, before what is said next: only the newest, if the network
 * takes no more.
 */
static void
hw_plane_socket_finish (HwPlaneSocket *self)
{
  if (self->framing->finish != NULL && hw_plane_queue_is_empty (&self->queue))
    self->framing->finish (self);
}

/**
 * hw_plane_socket_flush:
 * @self: a socket
 *
 * Sends as much as the network takes.
 */
void
hw_plane_socket_flush (HwPlaneSocket *self)
{
  gboolean has_moved = FALSE;
  gboolean is_sound;

  g_return_if_fail (self != NULL);

  if (self->is_over)
    return;

  is_sound = hw_plane_queue_send (&self->queue, &self->wire, &has_moved);
  if (is_sound && hw_plane_queue_is_empty (&self->queue))
    {
      hw_plane_socket_finish (self);
      is_sound = hw_plane_queue_send (&self->queue, &self->wire, &has_moved);
    }

  if (!is_sound)
    hw_plane_socket_cut (self);
  else if (hw_plane_queue_is_empty (&self->queue))
    hw_plane_socket_drain (self);
  else if (has_moved || !self->is_blocked)
    hw_plane_socket_block (self);
}

/**
 * hw_plane_socket_push:
 * @self: a socket
 * @message: what to send
 *
 * Puts a message behind what is to be sent with the next hw_plane_socket_flush(). Nothing is
 * said after a goodbye.
 */
void
hw_plane_socket_push (HwPlaneSocket *self,
                      GBytes        *message)
{
  guint8 header[HW_PLANE_MAX_HEADER_LENGTH];
  gsize length;

  g_return_if_fail (self != NULL);
  g_return_if_fail (message != NULL);

  if (self->is_over || self->has_said_goodbye)
    return;

  hw_plane_socket_finish (self);
  length = self->framing->make_header (self, header, g_bytes_get_size (message));
  hw_plane_queue_push (&self->queue, header, length, message);
}

/**
 * hw_plane_socket_say:
 * @self: a socket that is open
 * @text: (array length=length): what to say
 * @length: how many bytes
 *
 * Sends a message at once. Only what the network does not take is copied.
 */
void
hw_plane_socket_say (HwPlaneSocket *self,
                     const char    *text,
                     gsize          length)
{
  guint8 header[HW_PLANE_MAX_HEADER_LENGTH];
  gsize header_length;

  g_return_if_fail (self != NULL && text != NULL);
  g_return_if_fail (hw_plane_socket_is_open (self));

  header_length = self->framing->make_header (self, header, length);
  if (!hw_plane_queue_send_text (&self->queue, &self->wire, header, header_length, text, length))
    hw_plane_socket_cut (self);
  else if (!hw_plane_queue_is_empty (&self->queue))
    hw_plane_socket_block (self);
}

/**
 * hw_plane_socket_go_binary:
 * @self: a socket
 *
 * Says that what is said from now on is no text, for kinds that tell one from the other.
 */
void
hw_plane_socket_go_binary (HwPlaneSocket *self)
{
  g_return_if_fail (self != NULL);

  self->is_binary = TRUE;
}

/**
 * hw_plane_socket_ask:
 * @self: a socket
 *
 * Asks to be told when all is sent: %HW_PLANE_NEWS_DRAINED comes from the next
 * hw_plane_socket_flush() that gets so far.
 */
void
hw_plane_socket_ask (HwPlaneSocket *self)
{
  g_return_if_fail (self != NULL);

  self->is_asked = TRUE;
}

/**
 * hw_plane_socket_say_goodbye:
 * @self: a socket
 * @code: why, for kinds that say so
 *
 * Says goodbye with the next hw_plane_socket_flush(), after all that is to be sent.
 */
void
hw_plane_socket_say_goodbye (HwPlaneSocket *self,
                             guint          code)
{
  g_return_if_fail (self != NULL);

  if (self->has_said_goodbye || self->is_over)
    return;

  self->has_said_goodbye = TRUE;
  if (self->framing->part != NULL)
    self->framing->part (self, code);
}

/**
 * hw_plane_socket_give:
 * @self: a socket that was not read yet
 * @early: what its client sent together with the request
 *
 * Gives it what was read by others.
 */
void
hw_plane_socket_give (HwPlaneSocket *self,
                      GBytes        *early)
{
  gsize length;
  g_autofree char *bytes = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (early != NULL);

  length = g_bytes_get_size (early);
  bytes = g_memdup2 (g_bytes_get_data (early, NULL), length);
  self->framing->take (self, bytes, length);
}

/**
 * hw_plane_socket_read:
 * @self: a socket
 *
 * Reads what has come, as far as it may; hw_plane_socket_flush() is to follow, as there may
 * be answers. If there is more, it can still be read then.
 */
void
hw_plane_socket_read (HwPlaneSocket *self)
{
  char bytes[READ_SIZE];
  gssize n_read = READ_SIZE;

  g_return_if_fail (self != NULL);

  for (guint i = 0; n_read == READ_SIZE && i < MAX_READS && hw_plane_socket_is_read (self); i++)
    {
      n_read = hw_plane_wire_read (&self->wire, bytes, sizeof (bytes));
      if (n_read > 0)
        self->framing->take (self, bytes, (gsize) n_read);
      else if (n_read == HW_PLANE_WIRE_OVER)
        hw_plane_socket_cut (self);
    }
}

/**
 * hw_plane_socket_go_on:
 * @self: a socket
 * @n_taken: how many bytes
 *
 * Takes note that data it told of were taken, so that more may be read.
 */
void
hw_plane_socket_go_on (HwPlaneSocket *self,
                       gsize          n_taken)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (n_taken <= self->n_untaken);

  self->n_untaken -= (guint) n_taken;
}
