/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-fixture.h"
#include "tests/store/sqlite-kind.h"

#include "hw-output-removal.h"

#include "tests/support/wait.h"

#include <glib/gstdio.h>
#include <unistd.h>

static const StoreKind sqlite_kind = {
  .name = "output-removal",
  .open = open_sqlite,
  .close = close_sqlite,
};

/* Makes a task's files, with a link that leads out of them. */
static char *
make_files (Fixture *fixture,
            guint64  epoch,
            guint64  task_id)
{
  g_autofree char *name = g_strdup_printf ("output/%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                                           epoch, task_id);
  g_autofree char *path = fixture_build_path (fixture, name);
  g_autofree char *folder = g_build_filename (path, "1", "files", NULL);
  g_autofree char *file = g_build_filename (path, "1", "output-0", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *outside = fixture_build_path (fixture, "outside");

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "Hello", -1, NULL));
  g_assert_cmpint (g_mkdir_with_parents (outside, 0700), ==, 0);
  g_assert_cmpint (symlink (outside, link), ==, 0);

  return g_steal_pointer (&path);
}

static void
await_removal (HwOutputRemoval *removal)
{
  while (hw_output_removal_is_busy (removal))
    g_main_context_iteration (NULL, TRUE);
}

static HwOutputRemoval *
begin (Fixture *fixture)
{
  g_autofree char *root = fixture_build_path (fixture, "output");
  HwOutputRemoval *removal = hw_output_removal_new (fixture->store, root);

  hw_output_removal_begin (removal);
  await_removal (removal);

  return removal;
}

static void
test_files_go_with_their_tasks (Fixture      *fixture,
                                gconstpointer kind)
{
  g_autofree char *outside = fixture_build_path (fixture, "outside");
  guint64 epoch = hw_store_get_epoch (fixture->store);
  HwOutputRemoval *removal;
  g_autoptr(GPtrArray) events = NULL;
  char *paths[3];

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      bring (fixture, add (fixture, "@a{sv} {}"), HW_TASK_STATE_COMPLETED);
      paths[i] = make_files (fixture, epoch, i + 1);
    }
  removal = begin (fixture);
  events = commit (fixture, new_changes (hw_change_new_remove (1, 2, "me", 1), NULL), NULL);
  await_removal (removal);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_assert_cmpint (g_file_test (paths[i], G_FILE_TEST_EXISTS), ==, i == 2);
      g_free (paths[i]);
    }
  g_assert_true (g_file_test (outside, G_FILE_TEST_IS_DIR));
  drop_object (removal);
}

/* Of tasks that went just before the daemon died; those of another database stay. */
static void
test_files_of_nobody_go_at_the_beginning (Fixture      *fixture,
                                          gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);
  g_autofree char *gone = make_files (fixture, epoch, 7);
  g_autofree char *living = make_files (fixture, epoch, add (fixture, "@a{sv} {}"));
  g_autofree char *foreign = make_files (fixture, epoch + 1, 7);
  HwOutputRemoval *removal = begin (fixture);

  g_assert_false (g_file_test (gone, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (living, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (foreign, G_FILE_TEST_EXISTS));
  drop_object (removal);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_store_test (&sqlite_kind, "go-with-their-tasks", test_files_go_with_their_tasks);
  add_store_test (&sqlite_kind, "of-nobody-go-at-the-beginning",
                  test_files_of_nobody_go_at_the_beginning);

  return g_test_run ();
}
