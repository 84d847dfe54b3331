/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

/* Gives a fuzz target every file of its corpus: what a fuzzer once found stays found. */
static void
test_replay_file (gconstpointer test_data)
{
  const char *path = test_data;
  g_autofree char *contents = NULL;
  g_autoptr(GError) error = NULL;
  gsize length;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);

  g_assert_cmpint (LLVMFuzzerTestOneInput ((const guint8 *) contents, length), ==, 0);
}

static void
test_replay_nothing (void)
{
  g_assert_cmpint (LLVMFuzzerTestOneInput ((const guint8 *) "", 0), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *target = NULL;
  g_autofree char *folder = NULL;
  g_autoptr(GDir) files = NULL;
  g_autoptr(GError) error = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  target = g_path_get_basename (argv[1]);
  folder = g_strdup (argv[1]);
  files = g_dir_open (folder, 0, &error);
  g_assert_no_error (error);

  while ((name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/fuzz/%s/%s", target, name);

      g_test_add_data_func_full (path, g_build_filename (folder, name, NULL), test_replay_file,
                                 g_free);
    }
  g_test_add_func ("/fuzz/nothing", test_replay_nothing);

  return g_test_run ();
}
