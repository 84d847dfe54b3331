/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-ws-text.h"

/* What follows the first byte of a character. */
#define FOLLOWING_LEAST 0x80
#define FOLLOWING_MOST 0xbf

/* The table of RFC 3629, section 4: after some first bytes the second one may be less than
 * any, as characters are written as short as they can be, are no half of a pair, and end at
 * U+10FFFF.
 */
static gboolean
hw_ws_text_begin (HwWsText *self,
                  guint8    byte)
{
  if (byte < 0x80)
    return TRUE;
  if (byte < 0xc2 || byte > 0xf4)
    return FALSE;

  self->n_due = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  self->least = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : FOLLOWING_LEAST;
  self->most = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : FOLLOWING_MOST;

  return TRUE;
}

static gboolean
hw_ws_text_go_on (HwWsText *self,
                  guint8    byte)
{
  if (byte < self->least || byte > self->most)
    return FALSE;

  self->n_due--;
  self->least = FOLLOWING_LEAST;
  self->most = FOLLOWING_MOST;

  return TRUE;
}

/**
 * hw_ws_text_take:
 * @self: the text so far
 * @bytes: (array length=length): what comes next
 * @length: how many bytes
 *
 * Looks at what came.
 *
 * Returns: how many bytes can be UTF-8: all, or those before the first that cannot. Then
 *   there is no more to be taken
 */
gsize
hw_ws_text_take (HwWsText   *self,
                 const char *bytes,
                 gsize       length)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (bytes != NULL || length == 0, 0);

  for (gsize i = 0; i < length; i++)
    {
      guint8 byte = (guint8) bytes[i];

      if (!(self->n_due == 0 ? hw_ws_text_begin (self, byte) : hw_ws_text_go_on (self, byte)))
        return i;
    }

  return length;
}

/**
 * hw_ws_text_is_torn:
 * @self: the text so far
 *
 * Tells whether it ends within a character.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_ws_text_is_torn (const HwWsText *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->n_due > 0;
}
