/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-ws-frame.h"

#include "hw-error.h"

#include <string.h>

#define FLAG_FINAL 0x80
#define FLAGS_RESERVED 0x70
#define FLAG_MASKED 0x80
#define FLAG_CONTROL 0x08

/* What the byte of the length says when the length stands behind it. */
#define LENGTH_IN_2_BYTES 126
#define LENGTH_IN_8_BYTES 127

#define MASK_LENGTH 4

static gboolean
refuse (GError    **error,
        const char *sentence)
{
  g_set_error_literal (error, HW_ERROR, HW_ERROR_INVALID_REQUEST, sentence);

  return FALSE;
}

static HwWsOpcode
reader_get_opcode (const HwWsReader *self)
{
  return (HwWsOpcode) (self->header[0] & 0x0f);
}

static gboolean
reader_is_control (const HwWsReader *self)
{
  return (self->header[0] & FLAG_CONTROL) != 0;
}

/* How many bytes follow the first two before the mask. */
static guint
reader_get_length_size (const HwWsReader *self)
{
  switch (self->header[1] & 0x7f)
    {
    case LENGTH_IN_2_BYTES:
      return 2;
    case LENGTH_IN_8_BYTES:
      return 8;
    default:
      return 0;
    }
}

/* A data frame that begins or goes on with a message. */
static void
reader_begin_data (HwWsReader *self,
                   HwWsOpcode  opcode)
{
  self->is_fragmented = (self->header[0] & FLAG_FINAL) == 0;
  if (opcode == HW_WS_OPCODE_CONTINUATION)
    return;

  self->is_text = opcode == HW_WS_OPCODE_TEXT;
  self->text = (HwWsText) { 0 };
}

/* Looks at the first two bytes: all that can be wrong but the length stands there. */
static gboolean
reader_check_head (HwWsReader *self,
                   GError    **error)
{
  gboolean is_final = (self->header[0] & FLAG_FINAL) != 0;
  HwWsOpcode opcode = reader_get_opcode (self);

  if ((self->header[0] & FLAGS_RESERVED) != 0)
    return refuse (error, "A frame uses an extension that was not agreed on.");
  if ((self->header[1] & FLAG_MASKED) == 0)
    return refuse (error, "A frame is not masked.");

  switch (opcode)
    {
    case HW_WS_OPCODE_CLOSE:
    case HW_WS_OPCODE_PING:
    case HW_WS_OPCODE_PONG:
      if (!is_final || (self->header[1] & 0x7f) > HW_WS_MAX_CONTROL_LENGTH)
        return refuse (error, "A control frame is too long or in pieces.");
      return TRUE;

    case HW_WS_OPCODE_CONTINUATION:
      if (!self->is_fragmented)
        return refuse (error, "A frame goes on with a message that was not begun.");
      reader_begin_data (self, opcode);
      return TRUE;

    case HW_WS_OPCODE_TEXT:
    case HW_WS_OPCODE_BINARY:
      if (self->is_fragmented)
        return refuse (error, "A message begins before the last has ended.");
      reader_begin_data (self, opcode);
      return TRUE;

    default:
      return refuse (error, "A frame has an opcode that there is not.");
    }
}

static gboolean
reader_begin_frame (HwWsReader *self,
                    GError    **error)
{
  guint size = reader_get_length_size (self);

  self->n_left = size == 0 ? self->header[1] & 0x7f : 0;
  for (guint i = 0; i < size; i++)
    self->n_left = self->n_left << 8 | self->header[2 + i];

  if (self->n_left > G_MAXINT64)
    return refuse (error, "A frame has a length that there is not.");
  if ((size == 2 && self->n_left < LENGTH_IN_2_BYTES) ||
      (size == 8 && self->n_left <= G_MAXUINT16))
    return refuse (error, "A frame says its length in more bytes than it takes.");

  self->is_in_frame = TRUE;
  self->mask_offset = 0;
  self->n_control = 0;

  return TRUE;
}

/* Reads the header as far as it has come. How long it is, its second byte says. */
static gboolean
reader_take_header (HwWsReader *self,
                    char      **data,
                    gsize      *length,
                    GError    **error)
{
  while (*length > 0 && !self->is_in_frame)
    {
      self->header[self->n_header++] = (guint8) **data;
      (*data)++;
      (*length)--;

      if (self->n_header == 2 && !reader_check_head (self, error))
        return FALSE;

      if (self->n_header >= 2 &&
          self->n_header == 2 + reader_get_length_size (self) + MASK_LENGTH &&
          !reader_begin_frame (self, error))
        return FALSE;
    }

  return TRUE;
}

static void
reader_unmask (HwWsReader *self,
               char       *data,
               gsize       length)
{
  const guint8 *mask = self->header + self->n_header - MASK_LENGTH;

  for (gsize i = 0; i < length; i++)
    data[i] ^= (char) mask[self->mask_offset++ % MASK_LENGTH];
}

/* RFC 6455, sections 7.4.1 and 7.4.2: which codes may stand in a frame. */
static gboolean
is_close_code (guint code)
{
  return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) ||
         (code >= 3000 && code <= 4999);
}

static gboolean
refuse_text (HwWsPart *part,
             GError  **error)
{
  part->close_code = HW_WS_CLOSE_CODE_INVALID_TEXT;

  return refuse (error, "A text is not UTF-8.");
}

/* A client that gives no code is answered with the usual one. */
static gboolean
reader_read_close (const HwWsReader *self,
                   HwWsPart         *part,
                   GError          **error)
{
  const guint8 *bytes = (const guint8 *) self->control;
  gsize n_reason;
  HwWsText reason = { 0 };
  guint code;

  if (self->n_control == 0)
    {
      part->close_code = HW_WS_CLOSE_CODE_NORMAL;
      return TRUE;
    }

  code = self->n_control >= 2 ? (guint) bytes[0] << 8 | bytes[1] : 0;
  if (!is_close_code (code))
    return refuse (error, "A close frame has a code that there is not.");

  n_reason = self->n_control - 2;
  if (hw_ws_text_take (&reason, self->control + 2, n_reason) < n_reason ||
      hw_ws_text_is_torn (&reason))
    return refuse_text (part, error);

  part->close_code = code;

  return TRUE;
}

/* Gathers a control frame, which is given out whole. */
static gboolean
reader_take_control (HwWsReader *self,
                     const char *data,
                     gsize       length,
                     HwWsPart   *part,
                     GError    **error)
{
  memcpy (self->control + self->n_control, data, length);
  self->n_control += (guint) length;
  if (self->n_left > 0)
    return TRUE;

  if (reader_get_opcode (self) == HW_WS_OPCODE_CLOSE && !reader_read_close (self, part, error))
    return FALSE;

  part->opcode = reader_get_opcode (self);
  part->data = self->control;
  part->length = self->n_control;

  return TRUE;
}

/* Data are given out as they come; what is no text only as far as it can be one. */
static gboolean
reader_take_data (HwWsReader *self,
                  const char *data,
                  gsize       length,
                  HwWsPart   *part,
                  GError    **error)
{
  gsize n_valid = self->is_text ? hw_ws_text_take (&self->text, data, length) : length;
  gboolean is_at_end = self->n_left == 0 && !self->is_fragmented;

  if (n_valid > 0)
    {
      part->data = data;
      part->length = n_valid;
    }

  if (n_valid < length || (is_at_end && hw_ws_text_is_torn (&self->text)))
    return refuse_text (part, error);

  return TRUE;
}

/**
 * hw_ws_reader_read:
 * @self: a reader; one that is all zeros is at the beginning of a connection
 * @data: (inout) (array length=length): bytes that came; they are unmasked in place,
 *   and the pointer is moved behind what was read
 * @length: (inout): how many bytes
 * @part: (out caller-allocates): what was read; its data are %NULL if there is nothing
 *   to tell of yet. They are valid until the next call, and as long as @data. When what
 *   came is refused, they are what came before that, and the code says what to answer
 * @error: return location for a #GError, or %NULL
 *
 * Reads a part of what a client sent. To be called until all bytes are read.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST if it is not what RFC 6455
 *   has a client send; then nothing can be read any more
 */
gboolean
hw_ws_reader_read (HwWsReader *self,
                   char      **data,
                   gsize      *length,
                   HwWsPart   *part,
                   GError    **error)
{
  char *payload = NULL;
  gsize n_payload;
  gboolean is_valid = TRUE;

  *part = (HwWsPart) {
    .opcode = HW_WS_OPCODE_BINARY, .close_code = HW_WS_CLOSE_CODE_PROTOCOL_ERROR,
  };
  if (!reader_take_header (self, data, length, error))
    return FALSE;
  if (!self->is_in_frame)
    return TRUE;

  payload = *data;
  n_payload = (gsize) MIN (self->n_left, *length);
  *data += n_payload;
  *length -= n_payload;
  self->n_left -= n_payload;
  reader_unmask (self, payload, n_payload);

  if (reader_is_control (self))
    is_valid = reader_take_control (self, payload, n_payload, part, error);
  else
    is_valid = reader_take_data (self, payload, n_payload, part, error);

  if (self->n_left == 0)
    {
      self->is_in_frame = FALSE;
      self->n_header = 0;
    }

  return is_valid;
}

/**
 * hw_ws_reader_is_at_rest:
 * @self: a reader
 *
 * Tells whether a message is at its end: then one that is all zeros reads on as well.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_ws_reader_is_at_rest (const HwWsReader *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->n_header == 0 && !self->is_in_frame && !self->is_fragmented;
}

/**
 * hw_ws_frame_make_header:
 * @header: (out caller-allocates): room for %HW_WS_MAX_HEADER_LENGTH bytes
 * @opcode: what the frame is
 * @length: how many bytes follow
 *
 * Makes the header of a frame of a server's, which is all of a message.
 *
 * Returns: how many bytes it has
 */
gsize
hw_ws_frame_make_header (guint8    *header,
                         HwWsOpcode opcode,
                         gsize      length)
{
  guint size = 0;

  g_return_val_if_fail (header != NULL, 0);

  header[0] = (guint8) (FLAG_FINAL | opcode);
  if (length < LENGTH_IN_2_BYTES)
    header[1] = (guint8) length;
  else
    size = length <= G_MAXUINT16 ? 2 : 8;

  if (size > 0)
    header[1] = size == 2 ? LENGTH_IN_2_BYTES : LENGTH_IN_8_BYTES;
  for (guint i = 0; i < size; i++)
    header[2 + i] = (guint8) ((guint64) length >> 8 * (size - 1 - i));

  return 2 + size;
}
