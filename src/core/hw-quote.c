/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-quote.h"

/**
 * hw_quote:
 * @text: some text from anywhere, in UTF-8
 * @max_length: how many characters of it a sentence can bear
 *
 * Puts a text in quotation marks, to be a part of a sentence: cut, and without
 * anything that a terminal would obey.
 *
 * Returns: (transfer full): the quoted text
 */
char *
hw_quote (const char *text,
          guint       max_length)
{
  g_autoptr(GString) quoted = g_string_new ("“");
  const char *p = text;

  for (guint i = 0; *p != '\0' && i < max_length; i++, p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      g_string_append_unichar (quoted, g_unichar_isprint (character) ? character : 0xfffd);
    }

  g_string_append (quoted, *p != '\0' ? "…”" : "”");

  return g_string_free (g_steal_pointer (&quoted), FALSE);
}
