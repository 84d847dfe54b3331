/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-ws-socket.h"

#include "hw-ws-queue.h"

#include <sys/epoll.h>

/* What is read in one go, and how often before others have their turn. A record of TLS fits
 * (RFC 8446, 5.1): so none is left decoded where no poll shows it.
 */
#define READ_SIZE 16384
#define MAX_READS 4

/**
 * HwWsSocket:
 *
 * One WebSocket on the server's side: frames, pings and goodbyes. Whoever has it tells it
 * when it can be read or written, and is told what came of that. It waits for nothing, knows
 * no time, and takes no more from a client than is taken from it. What it costs while
 * nothing happens is this struct.
 *
 * It may be used from any thread, but only from one.
 */
struct _HwWsSocket
{
  HwWsWire wire;
  HwWsNewsFunc function;
  gpointer user_data;

  HwWsReader *reader; /* (owned) (nullable): none between two messages */
  gsize n_untaken; /* of what was read */
  HwWsQueue queue; /* what is not sent yet */
  GBytes *pong;    /* (owned) (nullable): the answer that is due */

  guint is_blocked : 1;
  guint is_asked : 1; /* somebody wants to know when all is sent */
  guint has_said_goodbye : 1;
  guint has_heard_goodbye : 1;
  guint is_deaf : 1; /* what comes makes no sense any more */
  guint is_over : 1;
};

static void
hw_ws_socket_tell (HwWsSocket  *self,
                   HwWsNewsKind kind,
                   GBytes      *data)
{
  self->function (self, kind, data, self->user_data);
}

/**
 * hw_ws_socket_new:
 * @wire: where its bytes come and go, on which the upgrade was answered; it is the
 *   WebSocket's from now on
 * @function: is told what happens
 * @user_data: for @function
 *
 * Makes a WebSocket.
 *
 * Returns: (transfer full): the WebSocket
 */
HwWsSocket *
hw_ws_socket_new (const HwWsWire *wire,
                  HwWsNewsFunc    function,
                  gpointer        user_data)
{
  HwWsSocket *self;

  g_return_val_if_fail (wire != NULL && function != NULL, NULL);

  self = g_new0 (HwWsSocket, 1);
  self->wire = *wire;
  self->function = function;
  self->user_data = user_data;

  return self;
}

static void
hw_ws_socket_close (HwWsSocket *self)
{
  hw_ws_wire_clear (&self->wire);
  hw_ws_queue_clear (&self->queue);
  g_clear_pointer (&self->pong, g_bytes_unref);
}

void
hw_ws_socket_free (HwWsSocket *self)
{
  g_return_if_fail (self != NULL);

  hw_ws_socket_close (self);
  g_free (self->reader);
  g_free (self);
}

/**
 * hw_ws_socket_get_fd:
 * @self: a WebSocket
 *
 * Gets what is to be polled.
 *
 * Returns: the descriptor, or -1 if it is over
 */
int
hw_ws_socket_get_fd (const HwWsSocket *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->wire.fd;
}

/**
 * hw_ws_socket_is_over:
 * @self: a WebSocket
 *
 * Tells whether it is closed.
 *
 * Returns: %TRUE after %HW_WS_NEWS_OVER
 */
gboolean
hw_ws_socket_is_over (const HwWsSocket *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->is_over;
}

/**
 * hw_ws_socket_is_open:
 * @self: a WebSocket
 *
 * Tells whether something new may be said: all was sent, and nobody has said goodbye.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_ws_socket_is_open (HwWsSocket *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return !self->is_over && !self->has_said_goodbye && hw_ws_queue_is_empty (&self->queue);
}

static gboolean
hw_ws_socket_is_read (HwWsSocket *self)
{
  return !self->is_over && !self->has_heard_goodbye &&
         (self->has_said_goodbye || self->n_untaken < HW_WS_SOCKET_MAX_UNTAKEN);
}

/**
 * hw_ws_socket_get_interest:
 * @self: a WebSocket
 *
 * Tells what to poll for.
 *
 * Returns: `EPOLLIN`, `EPOLLOUT`, both or none
 */
guint32
hw_ws_socket_get_interest (HwWsSocket *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (hw_ws_socket_is_read (self) ? (guint32) EPOLLIN : 0) |
         (self->is_blocked ? (guint32) EPOLLOUT : 0);
}

/**
 * hw_ws_socket_cut:
 * @self: a WebSocket
 *
 * Closes it without a word: the network is of no more use, or nothing is left to be said.
 */
void
hw_ws_socket_cut (HwWsSocket *self)
{
  g_return_if_fail (self != NULL);

  if (self->is_over)
    return;

  self->is_over = TRUE;
  self->is_blocked = FALSE;
  hw_ws_socket_tell (self, HW_WS_NEWS_OVER, NULL);
  hw_ws_socket_close (self);
}

/* Puts the pong that is due behind what is to be sent. */
static void
hw_ws_socket_push_pong (HwWsSocket *self)
{
  g_autoptr(GBytes) pong = g_steal_pointer (&self->pong);

  if (pong != NULL)
    hw_ws_queue_push (&self->queue, HW_WS_OPCODE_PONG, pong);
}

/* All was sent. A pong that had to wait goes before whatever comes next. */
static void
hw_ws_socket_drain (HwWsSocket *self)
{
  if (self->has_said_goodbye && self->has_heard_goodbye)
    {
      hw_ws_socket_cut (self);
      return;
    }

  if (self->is_blocked || self->is_asked)
    hw_ws_socket_tell (self, HW_WS_NEWS_DRAINED, NULL);
  self->is_blocked = FALSE;
  self->is_asked = FALSE;
}

static void
hw_ws_socket_block (HwWsSocket *self)
{
  if (self->is_blocked)
    return;

  self->is_blocked = TRUE;
  hw_ws_socket_tell (self, HW_WS_NEWS_BLOCKED, NULL);
}

/**
 * hw_ws_socket_flush:
 * @self: a WebSocket
 *
 * Sends as much as the network takes.
 */
void
hw_ws_socket_flush (HwWsSocket *self)
{
  gboolean is_sound;

  g_return_if_fail (self != NULL);

  if (self->is_over)
    return;

  is_sound = hw_ws_queue_send (&self->queue, &self->wire);
  if (is_sound && hw_ws_queue_is_empty (&self->queue) && self->pong != NULL)
    {
      hw_ws_socket_push_pong (self);
      is_sound = hw_ws_queue_send (&self->queue, &self->wire);
    }

  if (!is_sound)
    hw_ws_socket_cut (self);
  else if (hw_ws_queue_is_empty (&self->queue))
    hw_ws_socket_drain (self);
  else
    hw_ws_socket_block (self);
}

/**
 * hw_ws_socket_push:
 * @self: a WebSocket
 * @message: text to send
 *
 * Puts a message behind what is to be sent with the next hw_ws_socket_flush(). Nothing is
 * said after a goodbye.
 */
void
hw_ws_socket_push (HwWsSocket *self,
                   GBytes     *message)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (message != NULL);

  if (!self->is_over && !self->has_said_goodbye)
    hw_ws_queue_push (&self->queue, HW_WS_OPCODE_TEXT, message);
}

/**
 * hw_ws_socket_say:
 * @self: a WebSocket that is open
 * @text: (array length=length): what to say
 * @length: how many bytes
 *
 * Sends a message at once. Only what the network does not take is copied.
 */
void
hw_ws_socket_say (HwWsSocket *self,
                  const char *text,
                  gsize       length)
{
  g_return_if_fail (self != NULL && text != NULL);
  g_return_if_fail (hw_ws_socket_is_open (self));

  if (!hw_ws_queue_send_text (&self->queue, &self->wire, text, length))
    hw_ws_socket_cut (self);
  else if (!hw_ws_queue_is_empty (&self->queue))
    hw_ws_socket_block (self);
}

/**
 * hw_ws_socket_ask:
 * @self: a WebSocket
 *
 * Asks to be told when all is sent: %HW_WS_NEWS_DRAINED comes from the next
 * hw_ws_socket_flush() that gets so far.
 */
void
hw_ws_socket_ask (HwWsSocket *self)
{
  g_return_if_fail (self != NULL);

  self->is_asked = TRUE;
}

/**
 * hw_ws_socket_say_goodbye:
 * @self: a WebSocket
 * @code: why, see #HwWsCloseCode
 *
 * Says goodbye with the next hw_ws_socket_flush(), after all that is to be sent. The
 * client's answer is waited for: if we closed a socket that something still comes from, our
 * last words could be lost.
 */
void
hw_ws_socket_say_goodbye (HwWsSocket *self,
                          guint       code)
{
  const guint8 payload[] = { (guint8) (code >> 8), (guint8) code };
  g_autoptr(GBytes) bytes = g_bytes_new (payload, sizeof (payload));

  g_return_if_fail (self != NULL);

  if (self->has_said_goodbye || self->is_over)
    return;

  /* A ping that came before is answered before (RFC 6455, section 5.5.2). */
  self->has_said_goodbye = TRUE;
  hw_ws_socket_push_pong (self);
  hw_ws_queue_push (&self->queue, HW_WS_OPCODE_CLOSE, bytes);
}

/* Answers a ping; only the newest if the network takes no more (RFC 6455, 5.5.3). */
static void
hw_ws_socket_answer_ping (HwWsSocket     *self,
                          const HwWsPart *ping)
{
  if (self->has_said_goodbye)
    return;

  g_clear_pointer (&self->pong, g_bytes_unref);
  self->pong = g_bytes_new (ping->data, ping->length);
}

/* Says goodbye for the client's sake, unless we did for our own, and tells of it. */
static void
hw_ws_socket_part (HwWsSocket *self,
                   guint       code)
{
  if (self->has_said_goodbye)
    return;

  hw_ws_socket_say_goodbye (self, code);
  hw_ws_socket_tell (self, HW_WS_NEWS_GOODBYE, NULL);
}

/* The client says goodbye, or answers ours. */
static void
hw_ws_socket_hear_goodbye (HwWsSocket *self,
                           guint       code)
{
  self->has_heard_goodbye = TRUE;
  hw_ws_socket_part (self, code);
}

/* Tells of the data that have come. @data is (transfer full) (nullable). */
static void
hw_ws_socket_tell_data (HwWsSocket *self,
                        GByteArray *data)
{
  if (data == NULL)
    return;

  self->n_untaken += data->len;
  hw_ws_socket_tell (self, HW_WS_NEWS_DATA, g_byte_array_free_to_bytes (data));
}

/* Data are gathered, so that what came together is told together. */
static void
hw_ws_socket_take_part (HwWsSocket     *self,
                        const HwWsPart *part,
                        GByteArray    **data)
{
  switch (part->opcode)
    {
    case HW_WS_OPCODE_CLOSE:
      hw_ws_socket_tell_data (self, g_steal_pointer (data));
      hw_ws_socket_hear_goodbye (self, part->close_code);
      break;

    case HW_WS_OPCODE_PING:
      hw_ws_socket_answer_ping (self, part);
      break;

    case HW_WS_OPCODE_PONG:
      break;

    case HW_WS_OPCODE_CONTINUATION:
    case HW_WS_OPCODE_TEXT:
    case HW_WS_OPCODE_BINARY:
    default:
      if (self->has_said_goodbye)
        break;

      if (*data == NULL)
        *data = g_byte_array_new ();
      g_byte_array_append (*data, (const guint8 *) part->data, (guint) part->length);
      break;
    }
}

/* The client breaks the protocol: it is told so, and what it says is not looked at any more. */
static void
hw_ws_socket_refuse (HwWsSocket *self,
                     guint       code)
{
  self->is_deaf = TRUE;
  hw_ws_socket_part (self, code);
}

/* Reads the frames. What comes after the client's goodbye is not looked at. */
static void
hw_ws_socket_take_frames (HwWsSocket *self,
                          HwWsReader *reader,
                          char       *bytes,
                          gsize       length)
{
  GByteArray *data = NULL;

  while (length > 0 && !self->has_heard_goodbye && !self->is_deaf)
    {
      HwWsPart part;
      g_autoptr(GError) error = NULL;

      if (hw_ws_reader_read (reader, &bytes, &length, &part, &error))
        {
          if (part.data != NULL)
            hw_ws_socket_take_part (self, &part, &data);
          continue;
        }

      g_debug ("A WebSocket's client breaks the protocol: %s", error->message);
      hw_ws_socket_tell_data (self, g_steal_pointer (&data));
      hw_ws_socket_refuse (self, part.close_code);
    }

  hw_ws_socket_tell_data (self, data);
}

/* Takes what was read. Most messages come in one piece: then nothing is kept of them. */
static void
hw_ws_socket_take (HwWsSocket *self,
                   char       *bytes,
                   gsize       length)
{
  HwWsReader reader = { 0 };

  if (self->reader != NULL)
    reader = *self->reader;
  hw_ws_socket_take_frames (self, &reader, bytes, length);

  g_clear_pointer (&self->reader, g_free);
  if (!hw_ws_reader_is_at_rest (&reader) && !self->is_deaf)
    self->reader = g_memdup2 (&reader, sizeof (reader));
}

/**
 * hw_ws_socket_give:
 * @self: a WebSocket that was not read yet
 * @early: what its client sent together with the request
 *
 * Gives it what was read by others.
 */
void
hw_ws_socket_give (HwWsSocket *self,
                   GBytes     *early)
{
  gsize length;
  g_autofree char *bytes = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (early != NULL);

  length = g_bytes_get_size (early);
  bytes = g_memdup2 (g_bytes_get_data (early, NULL), length);
  hw_ws_socket_take (self, bytes, length);
}

/**
 * hw_ws_socket_read:
 * @self: a WebSocket
 *
 * Reads what has come, as far as it may; hw_ws_socket_flush() is to follow, as there may be
 * answers. If there is more, it can still be read then.
 */
void
hw_ws_socket_read (HwWsSocket *self)
{
  char bytes[READ_SIZE];
  gssize n_read = READ_SIZE;

  g_return_if_fail (self != NULL);

  for (guint i = 0; n_read == READ_SIZE && i < MAX_READS && hw_ws_socket_is_read (self); i++)
    {
      n_read = hw_ws_wire_read (&self->wire, bytes, sizeof (bytes));
      if (n_read > 0)
        hw_ws_socket_take (self, bytes, (gsize) n_read);
      else if (n_read == HW_WS_WIRE_OVER)
        hw_ws_socket_cut (self);
    }
}

/**
 * hw_ws_socket_go_on:
 * @self: a WebSocket
 * @n_taken: how many bytes
 *
 * Takes note that data it told of were taken, so that more may be read.
 */
void
hw_ws_socket_go_on (HwWsSocket *self,
                    gsize       n_taken)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (n_taken <= self->n_untaken);

  self->n_untaken -= n_taken;
}
