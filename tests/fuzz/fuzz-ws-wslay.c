/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-ws-frame.h"

#include <string.h>
#include <sys/types.h>
#include <wslay/wslay.h>

/* What our reader makes of a client's bytes, beside what wslay does: data, control frames,
 * and the end with its code, in this order. What wslay sees otherwise:
 *
 * - It looks at a frame's head when its payload begins. So some bytes are put behind all.
 * - It knows no close codes beyond 1011; IANA has given out three more since.
 * - A goodbye of one byte is one without a code to it, where RFC 6455, 5.5.1, wants two.
 * - It looks at the reason of a goodbye only if that comes in one piece, and not before the
 *   code. So g_utf8_validate() does.
 */

/* The longest head, and a byte behind it. */
#define PADDING 16

/* What a goodbye is that names no code: RFC 6455, 7.4.1. */
#define NO_CODE 1005

typedef struct
{
  const guint8 *bytes;
  gsize length;
  gsize n_read;
  guint8 opcode; /* of the present frame */
  guint8 code[2]; /* that a goodbye names */
  guint n_code;
  GString *told;
  guint close_code; /* 0 while it goes on */
} Oracle;

static gboolean
is_control (guint opcode)
{
  return (opcode & 0x08) != 0;
}

static void
tell_control (GString      *told,
              guint         opcode,
              gconstpointer data,
              gsize         length)
{
  g_string_append_printf (told, "<%x ", opcode);
  g_string_append_len (told, data, (gssize) length);
  g_string_append_c (told, '>');
}

/* wslay gets one byte at a time, as it gives out nothing of a piece in which text ends to
 * be text.
 */
static ssize_t
on_wslay_recv (wslay_event_context_ptr context,
               guint8                 *buffer,
               size_t                  length,
               int                     flags,
               void                   *user_data)
{
  Oracle *oracle = user_data;

  if (oracle->n_read == oracle->length)
    {
      wslay_event_set_error (context, WSLAY_ERR_WOULDBLOCK);
      return -1;
    }
  *buffer = oracle->bytes[oracle->n_read++];

  return 1;
}

static void
on_wslay_frame (wslay_event_context_ptr                           context,
                const struct wslay_event_on_frame_recv_start_arg *frame,
                void                                             *user_data)
{
  Oracle *oracle = user_data;

  oracle->opcode = frame->opcode;
}

static void
on_wslay_chunk (wslay_event_context_ptr                           context,
                const struct wslay_event_on_frame_recv_chunk_arg *chunk,
                void                                             *user_data)
{
  Oracle *oracle = user_data;

  if (!is_control (oracle->opcode))
    g_string_append_len (oracle->told, (const char *) chunk->data, (gssize) chunk->data_length);
  if (oracle->opcode == WSLAY_CONNECTION_CLOSE && chunk->data_length > 0 && oracle->n_code < 2)
    oracle->code[oracle->n_code++] = chunk->data[0];
}

/* NUL is a character here. */
static gboolean
is_text (const guint8 *bytes,
         gsize         length)
{
  g_autofree char *copy = g_memdup2 (bytes, length);

  for (gsize i = 0; i < length; i++)
    if (copy[i] == '\0')
      copy[i] = ' ';

  return length == 0 || g_utf8_validate (copy, (gssize) length, NULL);
}

static void
on_wslay_goodbye (const struct wslay_event_on_msg_recv_arg *message,
                  Oracle                                   *oracle)
{
  gsize length = message->msg_length;

  if (length == 1)
    oracle->close_code = WSLAY_CODE_PROTOCOL_ERROR;
  else if (length > 2 && !is_text (message->msg + 2, length - 2))
    oracle->close_code = WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA;
  else
    tell_control (oracle->told, message->opcode, message->msg, length);
}

static void
on_wslay_message (wslay_event_context_ptr                   context,
                  const struct wslay_event_on_msg_recv_arg *message,
                  void                                     *user_data)
{
  Oracle *oracle = user_data;

  if (message->opcode == WSLAY_CONNECTION_CLOSE)
    on_wslay_goodbye (message, oracle);
  else if (is_control (message->opcode))
    tell_control (oracle->told, message->opcode, message->msg, message->msg_length);
}

/* All that wslay wants to say is why it ends. */
static ssize_t
on_wslay_send (wslay_event_context_ptr context,
               const guint8           *data,
               size_t                  length,
               int                     flags,
               void                   *user_data)
{
  return (ssize_t) length;
}

/* Has wslay read, and tells with which code it says goodbye, or 0 if it goes on. */
static guint
ask_wslay (Oracle *oracle)
{
  const struct wslay_event_callbacks callbacks = {
    .recv_callback = on_wslay_recv, .send_callback = on_wslay_send,
    .on_frame_recv_start_callback = on_wslay_frame,
    .on_frame_recv_chunk_callback = on_wslay_chunk, .on_msg_recv_callback = on_wslay_message,
  };
  wslay_event_context_ptr context = NULL;
  gboolean is_alive = TRUE;
  guint code = 0;

  g_assert_cmpint (wslay_event_context_server_init (&context, &callbacks, oracle), ==, 0);
  wslay_event_config_set_no_buffering (context, 1);
  wslay_event_config_set_max_recv_msg_length (context, G_MAXINT64);

  while (is_alive && wslay_event_want_read (context) && oracle->n_read < oracle->length)
    is_alive = wslay_event_recv (context) == 0;
  wslay_event_send (context);

  if (oracle->close_code != 0)
    code = oracle->close_code;
  else if (!is_alive)
    code = WSLAY_CODE_PROTOCOL_ERROR;
  else if (wslay_event_get_close_sent (context))
    code = wslay_event_get_status_code_sent (context);
  wslay_event_context_free (context);

  return code == NO_CODE ? HW_WS_CLOSE_CODE_NORMAL : code;
}

static void
tell_part (const HwWsPart *part,
           GString        *told)
{
  if (part->data == NULL)
    return;

  if (part->opcode == HW_WS_OPCODE_BINARY)
    g_string_append_len (told, part->data, (gssize) part->length);
  else
    tell_control (told, part->opcode, part->data, part->length);
}

/* The same of our reader. */
static guint
ask_reader (const guint8 *bytes,
            gsize         length,
            GString      *told)
{
  HwWsReader reader = { 0 };
  g_autofree char *copy = g_memdup2 (bytes, length);
  char *data = copy;

  while (length > 0)
    {
      HwWsPart part;
      gboolean is_valid = hw_ws_reader_read (&reader, &data, &length, &part, NULL);

      tell_part (&part, told);
      if (!is_valid || part.opcode == HW_WS_OPCODE_CLOSE)
        return part.close_code;
    }

  return 0;
}

/* Whether the client said goodbye with a code that wslay does not know. */
static gboolean
oracle_has_newer_code (const Oracle *oracle)
{
  guint code = (guint) oracle->code[0] << 8 | oracle->code[1];

  return oracle->n_code == 2 && code >= 1012 && code <= 1014;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree guint8 *bytes = g_malloc0 (size + PADDING);
  g_autoptr(GString) ours = g_string_new (NULL);
  g_autoptr(GString) theirs = g_string_new (NULL);
  Oracle oracle = { .bytes = bytes, .length = size + PADDING, .told = theirs };
  guint code;
  guint their_code;

  if (size > 0)
    memcpy (bytes, data, size);
  code = ask_reader (bytes, size + PADDING, ours);
  their_code = ask_wslay (&oracle);

  if (oracle_has_newer_code (&oracle) && their_code == WSLAY_CODE_PROTOCOL_ERROR)
    {
      g_assert_cmpuint (code, !=, 0);
      return 0;
    }

  g_assert_cmpuint (code, ==, their_code);
  g_assert_cmpmem (ours->str, ours->len, theirs->str, theirs->len);

  return 0;
}
