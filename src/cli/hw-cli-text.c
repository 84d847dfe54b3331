/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-text.h"

/* Text that comes from tasks, on its way to a terminal. A task is called and says what it
 * likes; a terminal obeys what is sent to it. So nothing of it gets there that a terminal
 * would take for more than a character, or that makes a line read other than it is.
 */

/* Where Unicode has pictures of the control characters, in their order. */
#define FIRST_CONTROL_PICTURE 0x2400
#define PICTURE_OF_DELETE 0x2421

#define REPLACEMENT 0xfffd

/* Join and part letters where scripts and pictures need it; nothing can be hidden by them. */
static gboolean
is_joiner (gunichar character)
{
  return character == 0x200c || character == 0x200d;
}

static gboolean
is_dangerous (gunichar character)
{
  switch (g_unichar_type (character))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
      return TRUE;

    /* Those that turn the direction are among these. */
    case G_UNICODE_FORMAT:
      return !is_joiner (character);

    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
    case G_UNICODE_CONNECT_PUNCTUATION:
    case G_UNICODE_DASH_PUNCTUATION:
    case G_UNICODE_CLOSE_PUNCTUATION:
    case G_UNICODE_FINAL_PUNCTUATION:
    case G_UNICODE_INITIAL_PUNCTUATION:
    case G_UNICODE_OTHER_PUNCTUATION:
    case G_UNICODE_OPEN_PUNCTUATION:
    case G_UNICODE_CURRENCY_SYMBOL:
    case G_UNICODE_MODIFIER_SYMBOL:
    case G_UNICODE_MATH_SYMBOL:
    case G_UNICODE_OTHER_SYMBOL:
    case G_UNICODE_SPACE_SEPARATOR:
    default:
      return FALSE;
    }
}

static gunichar
make_harmless (gunichar character)
{
  if (character == '\n' || character == '\t')
    return ' ';
  if (character < 0x20)
    return FIRST_CONTROL_PICTURE + character;
  if (character == 0x7f)
    return PICTURE_OF_DELETE;

  return is_dangerous (character) ? REPLACEMENT : character;
}

/**
 * hw_cli_text_clean:
 * @text: a text from anywhere
 *
 * Makes a text that a terminal only shows, in one line. Instead of a control character
 * stands its picture, so that a person sees that somebody tried.
 *
 * Returns: (transfer full): the text, in UTF-8
 */
char *
hw_cli_text_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr(GString) clean = g_string_sized_new (32);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_unichar (clean, make_harmless (g_utf8_get_char (p)));

  return g_string_free (g_steal_pointer (&clean), FALSE);
}

/**
 * hw_cli_text_clean_json:
 * @json: JSON in UTF-8
 *
 * Escapes what JSON may have as it is and a terminal would obey. That stands in strings
 * only, so the value stays the same.
 *
 * Returns: (transfer full): the same value
 */
char *
hw_cli_text_clean_json (const char *json)
{
  g_autofree char *valid = g_utf8_make_valid (json, -1);
  g_autoptr(GString) clean = g_string_sized_new (256);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      /* Beyond the first plane stand only tags, which nobody sees. */
      if (character >= 0x7f && is_dangerous (character))
        g_string_append_printf (clean, "\\u%04x", character <= 0xffff ? character : REPLACEMENT);
      else
        g_string_append_unichar (clean, character);
    }

  return g_string_free (g_steal_pointer (&clean), FALSE);
}

static gsize
get_character_width (gunichar character)
{
  if (g_unichar_iszerowidth (character))
    return 0;

  return g_unichar_iswide (character) ? 2 : 1;
}

/**
 * hw_cli_text_get_width:
 * @text: a clean text
 *
 * Tells how many columns of a terminal a text takes.
 *
 * Returns: the number of columns
 */
gsize
hw_cli_text_get_width (const char *text)
{
  gsize width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += get_character_width (g_utf8_get_char (p));

  return width;
}

/**
 * hw_cli_text_fit:
 * @text: a clean text
 * @width: how many columns there are
 *
 * Cuts a text that is too long, and lets it be seen that something is missing.
 *
 * Returns: (transfer full): a text that takes at most @width columns
 */
char *
hw_cli_text_fit (const char *text,
                 gsize       width)
{
  const char *end = text;
  gsize used = 0;

  if (hw_cli_text_get_width (text) <= width)
    return g_strdup (text);
  if (width == 0)
    return g_strdup ("");

  while (used + get_character_width (g_utf8_get_char (end)) < width)
    {
      used += get_character_width (g_utf8_get_char (end));
      end = g_utf8_next_char (end);
    }

  return g_strdup_printf ("%.*s…", (int) (end - text), text);
}
