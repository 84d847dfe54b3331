/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-files.h"

/* The most bytes of a name. */
#define MAX_NAME_LENGTH 255

static const struct
{
  const char *name;
  gboolean is_valid;
} names[] = {
  { "a", TRUE },
  { "report.pdf", TRUE },
  { ".hidden", TRUE },
  { "...", TRUE },
  { "a b\"c\\d'e<f>", TRUE },
  { "日本語 – é", TRUE },
  { "\u0646\u0627\u0645\u200c\u0647\u0627", TRUE }, /* Persian needs its joiners. */

  { "", FALSE },
  { ".", FALSE },
  { "..", FALSE },
  { "a/b", FALSE },
  { "/", FALSE },
  { "a\nb", FALSE },
  { "a\x1b[2J", FALSE },
  { "a\x7f", FALSE },
  { "a\xc2\x85", FALSE },
  { "a\u2028b", FALSE },
  { "exe\u202etxt.", FALSE },
  { "a\u2066b", FALSE },
  { "a\xff", FALSE },
  { "a\xc3", FALSE },
};

static void
test_files_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_test_message ("%u", i);
      g_assert_cmpint (hw_file_name_is_valid (names[i].name), ==, names[i].is_valid);
    }
}

static void
test_files_long_name (void)
{
  g_autofree char *longest = g_strnfill (MAX_NAME_LENGTH, 'a');
  g_autofree char *too_long = g_strnfill (MAX_NAME_LENGTH + 1, 'a');

  g_assert_true (hw_file_name_is_valid (longest));
  g_assert_false (hw_file_name_is_valid (too_long));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/files/name-can-be-read-and-leads-nowhere-else", test_files_names);
  g_test_add_func ("/files/name-has-a-length", test_files_long_name);

  return g_test_run ();
}
