/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/sqlite-kind.h"
#include "tests/support/remove-tree.h"
#include "tests/support/wait.h"

#include "hw-db.h"
#include "hw-disk-vfs.h"
#include "hw-error.h"
#include "hw-test-log.h"

#include <unistd.h>

/* A sync that failed is never taken back: the kernel says yes the next time, with or without
 * what was to be written. So after one nothing is acknowledged any more.
 */

/* Steps of a run, each with a sync of its own. */
#define N_STEPS 200

static const StoreKind failing_kind = {
  .name = "failing-disk",
  .open = open_sqlite,
  .close = close_sqlite,
};

/* A store on a disk that fails. */
typedef struct
{
  HwDiskVfs *vfs;  /* (owned) */
  Fixture fixture;
  guint n_failed;  /* how often the store said so */
} Run;

static void
on_failed (HwStore *store,
           GError  *error,
           Run     *run)
{
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_UNSURE);
  run->n_failed++;
}

static void
run_init (Run *run)
{
  g_autoptr(GError) error = NULL;

  run->vfs = hw_disk_vfs_new ();
  run->fixture.kind = &failing_kind;
  run->fixture.heard = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  run->fixture.folder = g_dir_make_tmp ("failing-disk-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
run_open (Run *run)
{
  fixture_open (&run->fixture);
  g_signal_connect (run->fixture.store, "failed", G_CALLBACK (on_failed), run);
}

static void
run_close (Run *run)
{
  g_signal_handlers_disconnect_by_data (run->fixture.store, run);
  fixture_close (&run->fixture);
}

static void
run_clear (Run *run)
{
  if (run->fixture.store != NULL)
    run_close (run);
  hw_disk_vfs_free (run->vfs);
  remove_tree (run->fixture.folder);
  g_free (run->fixture.folder);
  g_ptr_array_unref (run->fixture.heard);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* One change: a new task, the claim of one, or the end of one. Returns whether it was
 * acknowledged.
 */
static gboolean
take_step (Run  *run,
           guint step)
{
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(Request) request = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *task_id = g_strdup_printf ("%u", step / 3 + 1);

  if (step % 3 == 0)
    request = send_changes (&run->fixture, new_changes (new_add ("@a{sv} {}"), NULL));
  else if (step % 3 == 1)
    request = send_claim (&run->fixture, task_id);
  else
    request = send_changes (&run->fixture,
                            new_changes (new_state (step / 3 + 1, HW_TASK_STATE_PROCESSING, 1,
                                                    "{'state': <'Completed'>}"), NULL));
  events = receive_events (request, &error);
  if (events == NULL)
    g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_UNSURE);

  return events != NULL;
}

/* Nobody is told anything any more, however often they ask. */
static void
assert_silent (Run *run)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  guint n_heard = run->fixture.heard->len;

  for (guint i = 0; i < 5; i++)
    g_ptr_array_add (requests, send_changes (&run->fixture,
                                             new_changes (new_add ("@a{sv} {}"), NULL)));
  for (guint i = 0; i < requests->len; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = receive_events (g_ptr_array_index (requests, i), &error);

      g_assert_null (events);
      g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_UNSURE);
    }

  g_assert_cmpuint (run->fixture.heard->len, ==, n_heard);
  g_assert_cmpuint (run->n_failed, ==, 1);
}

/* What was told is there for the next one who opens the database. */
static void
assert_kept (Run *run)
{
  guint n_heard = run->fixture.heard->len;
  guint n_found = 0;

  run_close (run);
  run_open (run);
  while (n_found < n_heard)
    {
      g_autoptr(HwEventPage) page = read_events (&run->fixture, 0, n_found, n_heard - n_found);

      g_assert_cmpuint (page->events->len, >, 0);
      for (guint i = 0; i < page->events->len; i++, n_found++)
        g_assert_cmpuint (hw_event_get_seq (page->events->pdata[i]), ==,
                          hw_event_get_seq (run->fixture.heard->pdata[n_found]));
    }
}

static void
test_failed_sync_is_the_last (void)
{
  for (guint k = 0; k < N_STEPS; k++)
    {
      g_auto(Run) run = { 0 };
      guint step = 0;

      run_init (&run);
      run_open (&run);
      hw_disk_vfs_fail_sync (run.vfs, k);
      while (step < N_STEPS && take_step (&run, step))
        step++;

      g_assert_cmpuint (step, <, N_STEPS);
      g_assert_cmpuint (run.fixture.heard->len, ==, step);
      assert_silent (&run);
      assert_kept (&run);
    }
}

/* A sync that fails while the store is opened: it is not open. */
static void
test_failed_opening_is_refused (void)
{
  g_auto(Run) run = { 0 };
  guint n_syncs;

  run_init (&run);
  run_open (&run);
  n_syncs = hw_disk_vfs_get_n_syncs (run.vfs);
  g_assert_cmpuint (n_syncs, >, 0);

  for (guint k = 0; k < n_syncs; k++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(HwStore) store = NULL;

      run_close (&run);
      empty_tree (run.fixture.folder);
      hw_disk_vfs_fail_sync (run.vfs, k);
      store = open_sqlite (run.fixture.folder, &error);
      g_assert_null (store);
      g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_UNSURE);
      run_open (&run);
    }
}

/* The log cannot be copied: it is all there, but another copy would be taken for good, and
 * the log begun anew.
 */
static void
test_failed_copy_is_the_last (gconstpointer log)
{
  g_autofree char *filler = g_strnfill (7000000, 'x');
  g_autofree char *text = g_strdup_printf ("{'title': <'%s'>}", filler);
  g_auto(Run) run = { 0 };

  run_init (&run);
  run_open (&run);
  hw_test_log_expect_warning ((HwTestLog *) log, "*could not be copied*");
  hw_disk_vfs_set_fails_databases (run.vfs, TRUE);
  for (guint i = 0; i < 4 && run.n_failed == 0; i++)
    {
      g_autoptr(GPtrArray) events = commit (&run.fixture, new_changes (new_add (text), NULL), NULL);

      g_assert_true (events != NULL || i >= 2);
    }
  wait_until (run.n_failed > 0);
  hw_test_log_assert_expected ((HwTestLog *) log);
  assert_silent (&run);

  hw_disk_vfs_set_fails_databases (run.vfs, FALSE);
  assert_kept (&run);
}

/* Keeps the log from being begun anew until it is freed. Returns: (transfer full): a connection */
static HwDb *
keep_log (Run *run)
{
  g_autofree char *path = g_build_filename (run->fixture.folder, "headway.db", NULL);
  g_autoptr(GError) error = NULL;
  HwDb *db = hw_db_open (path, HW_DB_MODE_READ, &error);
  guint64 n_tasks;

  g_assert_no_error (error);
  g_assert_true (hw_db_execute (db, "BEGIN", NULL));
  g_assert_true (hw_db_get_number (db, "SELECT count(*) FROM tasks", &n_tasks, NULL));

  return db;
}

/* A task of so many bytes. Returns whether it was acknowledged. */
static gboolean
add_large (Run     *run,
           gsize    size,
           GError **error)
{
  g_autofree char *filler = g_strnfill (size, 'x');
  g_autofree char *text = g_strdup_printf ("{'title': <'%s'>}", filler);
  g_autoptr(GPtrArray) events = commit (&run->fixture, new_changes (new_add (text), NULL), error);

  return events != NULL;
}

/* Has the log be almost as long as what its index has room for, of which there is no more: 4,062
 * pages. So far it is not longer than that.
 */
static void
fill_index (Run *run)
{
  g_assert_true (add_large (run, 7000000, NULL));
  g_assert_true (add_large (run, 7000000, NULL));
  hw_disk_vfs_set_is_index_full (run->vfs, TRUE);
}

/* A commit whose pages the index has no room for is in the log, though it failed: it must not be
 * told to be refused, as who tries again would have it twice.
 */
static void
test_commit_without_index_is_the_last (void)
{
  g_auto(Run) run = { 0 };
  g_autoptr(HwDb) reader = NULL;
  g_autoptr(HwEventPage) page = NULL;
  g_autoptr(GError) error = NULL;
  guint n_heard;

  run_init (&run);
  run_open (&run);
  reader = keep_log (&run);
  fill_index (&run);
  for (guint i = 0; i < 100 && error == NULL; i++)
    add_large (&run, 100000, &error);
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_UNSURE);
  n_heard = run.fixture.heard->len;
  assert_silent (&run);

  hw_disk_vfs_set_is_index_full (run.vfs, FALSE);
  g_clear_pointer (&reader, hw_db_free);
  assert_kept (&run);
  page = read_events (&run.fixture, 0, n_heard, 10);
  g_assert_cmpuint (page->events->len, ==, 1);
}

/* A change of which not all is in the log yet when the index has no room is just refused. */
static void
test_change_without_index_is_refused (void)
{
  g_auto(Run) run = { 0 };
  g_autoptr(HwDb) reader = NULL;
  g_autoptr(GError) error = NULL;

  run_init (&run);
  run_open (&run);
  reader = keep_log (&run);
  fill_index (&run);
  g_assert_false (add_large (&run, 7000000, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_NO_SPACE);

  hw_disk_vfs_set_is_index_full (run.vfs, FALSE);
  g_assert_true (add_large (&run, 7000000, NULL));
  g_assert_cmpuint (run.n_failed, ==, 0);
  g_clear_pointer (&reader, hw_db_free);
  assert_kept (&run);
}

int
main (int   argc,
      char *argv[])
{
  HwTestLog *log;

  if (g_access ("/dev/shm", W_OK | X_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE);
  g_test_init (&argc, &argv, NULL);
  log = hw_test_log_install ();

  g_test_add_func ("/failing-disk/sync/is-the-last", test_failed_sync_is_the_last);
  g_test_add_func ("/failing-disk/opening/is-refused", test_failed_opening_is_refused);
  g_test_add_func ("/failing-disk/commit-without-index/is-the-last",
                   test_commit_without_index_is_the_last);
  g_test_add_func ("/failing-disk/change-without-index/is-refused",
                   test_change_without_index_is_refused);
  g_test_add_data_func ("/failing-disk/copy-of-the-log/is-the-last", log,
                        test_failed_copy_is_the_last);

  return g_test_run ();
}
