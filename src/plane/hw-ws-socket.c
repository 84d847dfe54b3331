/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-ws-socket.h"

#include "hw-plane-socket-private.h"
#include "hw-ws-frame.h"

G_STATIC_ASSERT (HW_WS_MAX_HEADER_LENGTH <= HW_PLANE_MAX_HEADER_LENGTH);

/* What there is to be remembered of what came. */
typedef struct
{
  HwWsReader reader;
  GBytes *pong;     /* (owned) (nullable): the answer that is due */
  gboolean is_deaf; /* what comes makes no sense any more */
} Memory;

/* One WebSocket: frames, pings and goodbyes. */
typedef struct
{
  HwPlaneSocket parent;

  Memory *memory; /* (owned) (nullable): none while all was understood and answered */
} HwWsSocket;

static Memory *
hw_ws_socket_get_memory (HwWsSocket *self)
{
  if (self->memory == NULL)
    self->memory = g_new0 (Memory, 1);

  return self->memory;
}

/* Does without it if it says nothing: so it is between most messages. */
static void
hw_ws_socket_forget (HwWsSocket *self)
{
  Memory *memory = self->memory;

  if (memory != NULL && memory->pong == NULL && !memory->is_deaf &&
      hw_ws_reader_is_at_rest (&memory->reader))
    g_clear_pointer (&self->memory, g_free);
}

static gboolean
hw_ws_socket_is_deaf (HwWsSocket *self)
{
  return self->memory != NULL && self->memory->is_deaf;
}

static gsize
hw_ws_socket_make_header (HwPlaneSocket *socket,
                          guint8        *header,
                          gsize          length)
{
  return hw_ws_frame_make_header (header,
                                  socket->is_binary ? HW_WS_OPCODE_BINARY : HW_WS_OPCODE_TEXT,
                                  length);
}

static void
hw_ws_socket_push (HwWsSocket *self,
                   HwWsOpcode  opcode,
                   GBytes     *payload)
{
  guint8 header[HW_WS_MAX_HEADER_LENGTH];
  gsize length = hw_ws_frame_make_header (header, opcode, g_bytes_get_size (payload));

  hw_plane_queue_push (&self->parent.queue, header, length, payload);
}

/* Puts the pong that is due behind what is to be sent. One that had to wait goes before
 * whatever comes next.
 */
static void
hw_ws_socket_push_pong (HwPlaneSocket *socket)
{
  HwWsSocket *self = (HwWsSocket *) socket;
  g_autoptr(GBytes) pong = NULL;

  if (self->memory == NULL || self->memory->pong == NULL)
    return;

  pong = g_steal_pointer (&self->memory->pong);
  hw_ws_socket_push (self, HW_WS_OPCODE_PONG, pong);
  hw_ws_socket_forget (self);
}

/* The client's answer is waited for: if we closed a socket that something still comes from,
 * our last words could be lost. A ping that came before is answered before (RFC 6455,
 * section 5.5.2).
 */
static void
hw_ws_socket_part (HwPlaneSocket *socket,
                   guint          code)
{
  const guint8 payload[] = { (guint8) (code >> 8), (guint8) code };
  g_autoptr(GBytes) bytes = g_bytes_new (payload, sizeof (payload));

  hw_ws_socket_push_pong (socket);
  hw_ws_socket_push ((HwWsSocket *) socket, HW_WS_OPCODE_CLOSE, bytes);
}

/* Answers a ping; only the newest if the network takes no more (RFC 6455, 5.5.3). */
static void
hw_ws_socket_answer_ping (HwWsSocket     *self,
                          const HwWsPart *ping)
{
  Memory *memory;

  if (self->parent.has_said_goodbye)
    return;

  memory = hw_ws_socket_get_memory (self);
  g_clear_pointer (&memory->pong, g_bytes_unref);
  memory->pong = g_bytes_new (ping->data, ping->length);
}

/* Says goodbye for the client's sake, unless we did for our own, and tells of it. */
static void
hw_ws_socket_agree (HwWsSocket *self,
                    guint       code)
{
  if (self->parent.has_said_goodbye)
    return;

  hw_plane_socket_say_goodbye (&self->parent, code);
  hw_plane_socket_tell (&self->parent, HW_PLANE_NEWS_GOODBYE, NULL);
}

/* The client says goodbye, or answers ours. */
static void
hw_ws_socket_hear_goodbye (HwWsSocket *self,
                           guint       code)
{
  self->parent.has_heard_goodbye = TRUE;
  hw_ws_socket_agree (self, code);
}

/* Tells of the data that have come. @data is (transfer full) (nullable). */
static void
hw_ws_socket_tell_data (HwWsSocket *self,
                        GByteArray *data)
{
  if (data == NULL)
    return;

  self->parent.n_untaken += data->len;
  hw_plane_socket_tell (&self->parent, HW_PLANE_NEWS_DATA, g_byte_array_free_to_bytes (data));
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
      if (self->parent.has_said_goodbye)
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
  hw_ws_socket_get_memory (self)->is_deaf = TRUE;
  hw_ws_socket_agree (self, code);
}

/* Reads the frames. What comes after the client's goodbye is not looked at. */
static void
hw_ws_socket_take_frames (HwWsSocket *self,
                          HwWsReader *reader,
                          char       *bytes,
                          gsize       length)
{
  GByteArray *data = NULL;

  while (length > 0 && !self->parent.has_heard_goodbye && !hw_ws_socket_is_deaf (self))
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
hw_ws_socket_take (HwPlaneSocket *socket,
                   char          *bytes,
                   gsize          length)
{
  HwWsSocket *self = (HwWsSocket *) socket;
  HwWsReader reader = { 0 };

  if (self->memory != NULL)
    reader = self->memory->reader;
  hw_ws_socket_take_frames (self, &reader, bytes, length);

  if (self->memory != NULL || !hw_ws_reader_is_at_rest (&reader))
    hw_ws_socket_get_memory (self)->reader = reader;
  hw_ws_socket_forget (self);
}

static void
hw_ws_socket_clear (HwPlaneSocket *socket)
{
  HwWsSocket *self = (HwWsSocket *) socket;

  if (self->memory != NULL)
    g_clear_pointer (&self->memory->pong, g_bytes_unref);
  g_clear_pointer (&self->memory, g_free);
}

static const HwPlaneFraming ws_framing = {
  .size = sizeof (HwWsSocket),
  .transport = HW_PLANE_TRANSPORT_WEBSOCKET,
  .make_header = hw_ws_socket_make_header,
  .take = hw_ws_socket_take,
  .finish = hw_ws_socket_push_pong,
  .part = hw_ws_socket_part,
  .clear = hw_ws_socket_clear,
};

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
HwPlaneSocket *
hw_ws_socket_new (const HwPlaneWire *wire,
                  HwPlaneSocketFunc  function,
                  gpointer           user_data)
{
  g_return_val_if_fail (wire != NULL && function != NULL, NULL);

  return hw_plane_socket_make (&ws_framing, wire, function, user_data);
}
