/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-message.h"

#include <string.h>

/* Bytes of one message: some lines on a screen. It is kept for the whole retention. */
#define MAX_MESSAGE_LENGTH 1024

/**
 * hw_message_trim:
 * @message: (transfer full): what somebody says
 *
 * Makes of it what can be kept and shown: valid UTF-8 of at most 1,024 bytes. Any thread.
 *
 * Returns: (transfer full): that
 */
char *
hw_message_trim (char *message)
{
  g_autofree char *raw = message;
  g_autofree char *text = g_utf8_make_valid (raw, -1);

  if (strlen (text) > MAX_MESSAGE_LENGTH)
    *g_utf8_find_prev_char (text, text + MAX_MESSAGE_LENGTH + 1) = '\0';

  return g_steal_pointer (&text);
}
