/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-plain-text.h"

/* Emoji and some scripts are written with these two; all other characters without a shape can
 * only mislead, such as those that turn the direction of writing.
 */
#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER 0x200d

static gboolean
may_be_shown (gunichar character)
{
  return g_unichar_isprint (character) ||
         character == ZERO_WIDTH_NON_JOINER || character == ZERO_WIDTH_JOINER;
}

/**
 * hw_plain_text:
 * @text: some text from anywhere, in UTF-8
 * @max_length: how many characters of it there is room for
 *
 * Makes one line of a text that others wrote: every run of blanks and line breaks becomes
 * one space, what has no shape becomes U+FFFD, and what is too long is cut.
 *
 * Returns: (transfer full): the line; empty if there was nothing but blanks
 */
char *
hw_plain_text (const char *text,
               guint       max_length)
{
  g_autoptr(GString) line = g_string_new (NULL);
  gboolean is_after_blank = FALSE;
  guint length = 0;

  g_return_val_if_fail (text != NULL, NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (g_unichar_isspace (character))
        {
          is_after_blank = line->len > 0;
          continue;
        }

      if (length + is_after_blank >= max_length)
        {
          g_string_append (line, "…");
          break;
        }

      if (is_after_blank)
        g_string_append_c (line, ' ');
      g_string_append_unichar (line, may_be_shown (character) ? character : 0xfffd);
      length += 1 + is_after_blank;
      is_after_blank = FALSE;
    }

  return g_string_free (g_steal_pointer (&line), FALSE);
}
