/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-search-words.h"

static const struct
{
  const char *text;
  const char *words; /* with a bar between, or NULL if it is refused */
} searches[] = {
  { "backup", "backup" },
  { "  big \t backup ", "big|backup" },
  { "\"big backup\"", "big|backup" },
  { "title:x OR -y*", "title:x|OR|-y*" },
  { "big - backup", "big|backup" },
  { "M\xc3\xbcll", "M\xc3\xbcll" },
  { "1 2 3 4 5 6 7 8", "1|2|3|4|5|6|7|8" },
  { "1 2 3 4 5 6 7 8 9", NULL },
  { "", NULL },
  { "* - \" ()", NULL },
  { "\xff", NULL },
};

static void
test_search_words_are_split (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (searches); i++)
    {
      g_autoptr(GError) error = NULL;
      g_auto(GStrv) words = hw_search_words_split (searches[i].text, &error);
      g_autofree char *joined = words != NULL ? g_strjoinv ("|", words) : NULL;

      g_assert_cmpstr (joined, ==, searches[i].words);
      if (words == NULL)
        g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
    }
}

static void
test_search_words_have_a_limit (void)
{
  g_autofree char *longest = g_strnfill (256, 'x');
  g_autofree char *longer = g_strnfill (257, 'x');
  g_auto(GStrv) taken = hw_search_words_split (longest, NULL);

  g_assert_nonnull (taken);
  g_assert_null (hw_search_words_split (longer, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/search-words/are-split", test_search_words_are_split);
  g_test_add_func ("/search-words/have-a-limit", test_search_words_have_a_limit);

  return g_test_run ();
}
