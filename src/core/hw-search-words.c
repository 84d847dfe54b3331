/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-search-words.h"

#include "hw-error.h"

#include <string.h>

/* More than a person types into a search box, and little work for an index. */
#define MAX_LENGTH 256
#define MAX_WORDS 8

/* Whether there is anything in a word to look for. */
static gboolean
has_letter (const char *word)
{
  for (const char *p = word; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isalnum (g_utf8_get_char (p)))
      return TRUE;

  return FALSE;
}

/**
 * hw_search_words_split:
 * @text: what somebody searches for, in UTF-8
 * @error: return location for an error: %HW_ERROR_INVALID_REQUEST
 *
 * Takes a search apart. What has neither a letter nor a digit is left out, and so are
 * quotes: no word means anything but itself.
 *
 * Returns: (transfer full): the words, one at least, or %NULL
 */
char **
hw_search_words_split (const char *text,
                       GError    **error)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) parts = NULL;
  guint n_words = 0;

  g_return_val_if_fail (text != NULL, NULL);

  if (strlen (text) > MAX_LENGTH || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                   "A search may have %d bytes. Search for fewer words.", MAX_LENGTH);
      return NULL;
    }

  parts = g_strsplit_set (text, " \t\r\n\"", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (has_letter (parts[i]))
      {
        g_strv_builder_add (builder, parts[i]);
        n_words++;
      }

  if (n_words > 0 && n_words <= MAX_WORDS)
    return g_strv_builder_end (builder);

  if (n_words == 0)
    g_set_error_literal (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                         "There is no word in the search. Type some letters or digits.");
  else
    g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                 "A search may have %d words. Search for fewer.", MAX_WORDS);

  return NULL;
}
