/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-fixture.h"
#include "tests/store/sqlite-kind.h"

#include "hw-output-attic.h"
#include "hw-output-removal.h"
#include "hw-shim-record.h"

#include "tests/support/wait.h"

#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

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

/* Those who look after the files. */
typedef struct
{
  HwOutputKeeper *keeper;   /* (owned) */
  HwOutputRemoval *removal; /* (owned) */
} Caretakers;

static void
await_quiet (Caretakers *caretakers)
{
  wait_until (!hw_output_removal_is_busy (caretakers->removal) &&
              !hw_output_keeper_is_busy (caretakers->keeper));
}

static void
begin (Fixture    *fixture,
       Caretakers *caretakers)
{
  g_autofree char *root = fixture_build_path (fixture, "output");

  caretakers->keeper = hw_output_keeper_new (root, fixture->store, G_MAXUINT32);
  caretakers->removal = hw_output_removal_new (fixture->store, caretakers->keeper, root,
                                               G_TIME_SPAN_DAY);
  hw_output_removal_begin (caretakers->removal);
  await_quiet (caretakers);
}

static void
end (Caretakers *caretakers)
{
  drop_object (caretakers->removal);
  drop_object (caretakers->keeper);
}

static void
test_files_go_with_their_tasks (Fixture      *fixture,
                                gconstpointer kind)
{
  g_autofree char *outside = fixture_build_path (fixture, "outside");
  guint64 epoch = hw_store_get_epoch (fixture->store);
  Caretakers caretakers;
  g_autoptr(GPtrArray) events = NULL;
  char *paths[3];

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      bring (fixture, add (fixture, "@a{sv} {}"), HW_TASK_STATE_COMPLETED);
      paths[i] = make_files (fixture, epoch, i + 1);
    }
  begin (fixture, &caretakers);
  events = commit (fixture, new_changes (hw_change_new_remove (1, 2, "me", 1), NULL), NULL);
  await_quiet (&caretakers);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_assert_cmpint (g_file_test (paths[i], G_FILE_TEST_EXISTS), ==, i == 2);
      g_free (paths[i]);
    }
  g_assert_true (g_file_test (outside, G_FILE_TEST_IS_DIR));
  end (&caretakers);
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
  Caretakers caretakers;

  begin (fixture, &caretakers);

  g_assert_false (g_file_test (gone, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (living, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (foreign, G_FILE_TEST_EXISTS));
  end (&caretakers);
}

static int
on_visited (const char        *path,
            const struct stat *status,
            int                kind,
            struct FTW        *place)
{
  const struct timespec long_ago[2] = { { 0, 0 }, { 0, 0 } };

  return utimensat (AT_FDCWD, path, long_ago, AT_SYMLINK_NOFOLLOW);
}

/* Has the folder of a task, and all that is in it, be as old as can be. */
static void
make_old (const char *path)
{
  g_assert_cmpint (nftw (path, on_visited, 16, FTW_PHYS), ==, 0);
}

/* Has a file be written to just now, which leaves its folder alone. */
static void
make_young (const char *path,
            const char *name)
{
  g_autofree char *file = g_build_filename (path, name, NULL);

  g_assert_cmpint (g_utime (file, NULL), ==, 0);
}

/* What is of a future that was given up stays for as long as if it had not been. What the database
 * knows stays, however old it is.
 */
static void
test_files_of_given_up_epochs_go_when_they_are_old (Fixture      *fixture,
                                                    gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  guint64 former = hw_store_get_epoch (fixture->store) + 1;
  g_autofree char *known = make_files (fixture, former, task_id);
  g_autofree char *old = make_files (fixture, former, 70);
  g_autofree char *young = make_files (fixture, former, 71);
  g_autofree char *last = make_files (fixture, former + 1, 70);
  g_autofree char *epoch = g_path_get_dirname (last);
  char *const old_ones[] = { known, old, last };
  Caretakers caretakers;

  for (guint i = 0; i < G_N_ELEMENTS (old_ones); i++)
    {
      g_autofree char *end = g_build_filename (old_ones[i], "1", HW_SHIM_END, NULL);

      g_assert_true (g_file_set_contents (end, "", 0, NULL));
      make_old (old_ones[i]);
    }
  begin (fixture, &caretakers);

  g_assert_true (g_file_test (known, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (young, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (epoch, G_FILE_TEST_EXISTS));
  end (&caretakers);
}

/* Test that what is of a given-up future stays as long as somebody has written to it of late, be it
 * a program that began long ago: its folders do not tell.
 */
static void
test_files_that_were_written_to_stay (Fixture      *fixture,
                                      gconstpointer kind)
{
  guint64 former = hw_store_get_epoch (fixture->store) + 1;
  g_autofree char *printed = make_files (fixture, former, 70);
  g_autofree char *made = make_files (fixture, former, 71);
  g_autofree char *folder = g_build_filename (made, "1", "files", "a", "b", NULL);
  g_autofree char *file = g_build_filename (folder, "result", NULL);
  g_autofree char *old = make_files (fixture, former, 72);
  Caretakers caretakers;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "Hello", -1, NULL));
  make_old (printed);
  make_old (made);
  make_old (old);
  make_young (printed, "1/output-0");
  make_young (made, "1/files/a/b/result");
  begin (fixture, &caretakers);

  g_assert_true (g_file_test (printed, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  end (&caretakers);
}

/* Test that what is to go is not written to meanwhile because somebody finds that it has ended: then
 * it would look young, or its folder would not be empty when its turn comes.
 */
static void
test_files_that_go_are_left_alone (Fixture      *fixture,
                                   gconstpointer kind)
{
  guint64 former = hw_store_get_epoch (fixture->store) + 1;
  g_autofree char *name = g_strdup_printf ("output/%" G_GUINT64_FORMAT, former);
  g_autofree char *epoch = fixture_build_path (fixture, name);
  Caretakers caretakers;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *old = make_files (fixture, former, 70 + i);

      make_old (old);
    }
  begin (fixture, &caretakers);

  g_assert_false (g_file_test (epoch, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (hw_output_keeper_get_size (caretakers.keeper), ==, 0);
  end (&caretakers);
}

static gboolean
is_marked (const char *path)
{
  g_autofree char *mark = g_build_filename (path, "1", HW_OUTPUT_ENDED, NULL);

  return g_file_test (mark, G_FILE_TEST_EXISTS);
}

/* Test that an attempt whose end nobody wrote down is known to have ended, if the daemon died
 * when it had told of that and before it could; so its output counts, and can be pruned. What
 * runs is left alone.
 */
static void
test_lost_attempts_are_known_at_the_beginning (Fixture      *fixture,
                                               gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);
  guint64 ended_id = add (fixture, "@a{sv} {}");
  guint64 running_id = add (fixture, "@a{sv} {}");
  g_autofree char *ended = make_files (fixture, epoch, ended_id);
  g_autofree char *running = make_files (fixture, epoch, running_id);
  Caretakers caretakers;

  bring (fixture, ended_id, HW_TASK_STATE_FAILED);
  bring (fixture, running_id, HW_TASK_STATE_PROCESSING);
  begin (fixture, &caretakers);

  g_assert_true (is_marked (ended));
  g_assert_false (is_marked (running));
  g_assert_cmpuint (hw_output_keeper_get_size (caretakers.keeper), >, 0);
  end (&caretakers);
}

/* Has a task's attempts be of a former epoch. */
static void
set_epoch (Fixture *fixture,
           guint64  task_id,
           guint64  epoch)
{
  g_autofree char *sql = g_strdup_printf ("UPDATE tasks SET epoch = %" G_GUINT64_FORMAT
                                          " WHERE id = %" G_GUINT64_FORMAT, epoch, task_id);

  execute_sql (fixture, "headway.db", sql);
}

/* Test that the same is known of what was begun in a former epoch, also of a task that this
 * database knows nothing of, or that goes on elsewhere; but what was adopted runs.
 */
static void
test_lost_attempts_of_a_former_epoch_are_known (Fixture      *fixture,
                                                gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);
  guint64 former = epoch + 1;
  guint64 ended_id = add (fixture, "@a{sv} {}");
  guint64 adopted_id = add (fixture, "@a{sv} {}");
  guint64 running_id = add (fixture, "@a{sv} {}");
  g_autofree char *ended = make_files (fixture, former, ended_id);
  g_autofree char *adopted = make_files (fixture, former, adopted_id);
  g_autofree char *ran = make_files (fixture, former, running_id);
  g_autofree char *running = make_files (fixture, epoch, running_id);
  g_autofree char *unknown = make_files (fixture, former, 77);
  Caretakers caretakers;

  bring (fixture, ended_id, HW_TASK_STATE_FAILED);
  bring (fixture, adopted_id, HW_TASK_STATE_PROCESSING);
  bring (fixture, running_id, HW_TASK_STATE_PROCESSING);
  set_epoch (fixture, ended_id, former);
  set_epoch (fixture, adopted_id, former);
  begin (fixture, &caretakers);

  g_assert_true (is_marked (ended));
  g_assert_false (is_marked (adopted));
  g_assert_true (is_marked (ran));
  g_assert_false (is_marked (running));
  g_assert_true (is_marked (unknown));
  end (&caretakers);
}

/* Test that an attempt of a former epoch that is lost later is known to have ended, too. */
static void
test_lost_attempt_of_a_former_epoch_is_heard_of (Fixture      *fixture,
                                                 gconstpointer kind)
{
  guint64 former = hw_store_get_epoch (fixture->store) + 1;
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autofree char *adopted = make_files (fixture, former, task_id);
  g_autofree char *start = g_build_filename (adopted, "1", HW_SHIM_START, NULL);
  struct utimbuf long_ago = { 0, 0 }; /* as are the times of the changes here */
  Caretakers caretakers;

  g_assert_true (g_file_set_contents (start, "", 0, NULL));
  g_assert_cmpint (g_utime (start, &long_ago), ==, 0);
  bring (fixture, task_id, HW_TASK_STATE_PROCESSING);
  set_epoch (fixture, task_id, former);
  begin (fixture, &caretakers);
  move (fixture, task_id, HW_TASK_STATE_PROCESSING, "{'state': <'Failed'>, 'result': <'lost'>}");
  await_quiet (&caretakers);

  g_assert_true (is_marked (adopted));
  g_assert_cmpuint (hw_output_keeper_get_size (caretakers.keeper), >, 0);
  end (&caretakers);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_store_test (&sqlite_kind, "go-with-their-tasks", test_files_go_with_their_tasks);
  add_store_test (&sqlite_kind, "of-nobody-go-at-the-beginning",
                  test_files_of_nobody_go_at_the_beginning);
  add_store_test (&sqlite_kind, "of-given-up-epochs-go-when-they-are-old",
                  test_files_of_given_up_epochs_go_when_they_are_old);
  add_store_test (&sqlite_kind, "that-were-written-to-stay",
                  test_files_that_were_written_to_stay);
  add_store_test (&sqlite_kind, "that-go-are-left-alone", test_files_that_go_are_left_alone);
  add_store_test (&sqlite_kind, "lost-attempts-are-known-at-the-beginning",
                  test_lost_attempts_are_known_at_the_beginning);
  add_store_test (&sqlite_kind, "lost-attempts-of-a-former-epoch-are-known",
                  test_lost_attempts_of_a_former_epoch_are_known);
  add_store_test (&sqlite_kind, "lost-attempt-of-a-former-epoch-is-heard-of",
                  test_lost_attempt_of_a_former_epoch_is_heard_of);

  return g_test_run ();
}
