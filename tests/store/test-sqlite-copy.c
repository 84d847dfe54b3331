/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/kept-file.h"
#include "tests/store/sqlite-kind.h"

#include "hw-db.h"
#include "hw-db-backup.h"
#include "hw-high-water.h"
#include "hw-sqlite-copy.h"

#include <string.h>
#include <unistd.h>
#include <utime.h>

/* Backups that are made and put back: a database that was put back gets a new epoch, and no
 * number is given out twice; and nothing is lost of the one that was there.
 */

static const StoreKind copied_kind = {
  .name = "sqlite-copy",
  .open = open_sqlite,
  .close = close_sqlite,
};

static HwSqliteCopyFacts
make_copy (Fixture    *fixture,
           const char *name)
{
  g_autofree char *database_path = fixture_build_path (fixture, "headway.db");
  g_autofree char *path = fixture_build_path (fixture, name);
  g_autoptr(GError) error = NULL;
  HwSqliteCopyFacts facts = { 0 };

  hw_sqlite_copy_make (database_path, path, FALSE, &facts, &error);
  g_assert_no_error (error);

  return facts;
}

/* Returns (transfer full) (nullable): the path of a file whose name begins so. */
static char *
find_file (Fixture    *fixture,
           const char *beginning)
{
  g_autoptr(GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, beginning))
      return fixture_build_path (fixture, name);

  return NULL;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Whether these are all files in the folder, in alphabetical order. */
static void
assert_only (Fixture    *fixture,
             const char *names)
{
  g_autoptr(GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (all, g_strdup (name));
  g_ptr_array_sort (all, compare_names);
  g_ptr_array_add (all, NULL);
  text = g_strjoinv (" ", (char **) all->pdata);
  g_assert_cmpstr (text, ==, names);
}

/* Returns (transfer full): where the former one is. */
static char *
put_back (Fixture    *fixture,
          const char *name,
          GError    **error)
{
  g_autofree char *database_path = fixture_build_path (fixture, "headway.db");
  g_autofree char *path = fixture_build_path (fixture, name);
  HwSqliteCopyFacts facts = { 0 };
  char *kept_path = NULL;

  hw_sqlite_copy_put_back (path, database_path, &facts, &kept_path, error);

  return kept_path;
}

/* Ten tasks, and a copy in the midst, while the store goes on. */
static void
test_has_what_was_committed (Fixture      *fixture,
                             gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *kept = NULL;
  HwSqliteCopyFacts facts;

  for (guint i = 0; i < 5; i++)
    add (fixture, "@a{sv} {}");
  claim (fixture, 2);
  facts = make_copy (fixture, "copy");
  for (guint i = 0; i < 5; i++)
    add (fixture, "@a{sv} {}");
  fixture_close (fixture);
  kept = put_back (fixture, "copy", &error);
  g_assert_no_error (error);
  fixture_open (fixture);

  g_assert_cmpuint (facts.n_tasks, ==, 5);
  g_assert_cmpuint (facts.n_pending, ==, 4);
  g_assert_cmpuint (facts.n_processing, ==, 1);
  filter->limit = 100;
  page = list (fixture, filter, NULL);
  assert_ids (page, "5 4 3 2 1");
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
}

/* Each time: two who put the same backup back are two, too. */
static void
test_gets_a_new_epoch_each_time (Fixture      *fixture,
                                 gconstpointer kind)
{
  guint64 epochs[3] = { hw_store_get_epoch (fixture->store) };

  add (fixture, "@a{sv} {}");
  make_copy (fixture, "copy");
  for (guint i = 1; i < G_N_ELEMENTS (epochs); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *kept = NULL;

      fixture_close (fixture);
      kept = put_back (fixture, "copy", &error);
      g_assert_no_error (error);
      fixture_open (fixture);
      epochs[i] = hw_store_get_epoch (fixture->store);
    }

  g_assert_cmpuint (epochs[0], !=, epochs[1]);
  g_assert_cmpuint (epochs[1], !=, epochs[2]);
  g_assert_cmpuint (epochs[0], !=, epochs[2]);
}

/* Once it has its epoch it keeps it. */
static void
test_new_epoch_stays (Fixture      *fixture,
                      gconstpointer kind)
{
  g_autofree char *kept = NULL;
  guint64 epoch;

  add (fixture, "@a{sv} {}");
  make_copy (fixture, "copy");
  fixture_close (fixture);
  kept = put_back (fixture, "copy", NULL);
  fixture_open (fixture);
  epoch = hw_store_get_epoch (fixture->store);
  fixture_close (fixture);
  fixture_open (fixture);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, epoch);
}

/* Whoever looks for the files of an attempt finds them where it was begun, until there is a
 * newer attempt.
 */
static void
test_attempts_keep_their_epoch (Fixture      *fixture,
                                gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);
  guint64 ran = add (fixture, "@a{sv} {}");
  guint64 waits = add (fixture, "@a{sv} {}");
  g_autofree char *kept = NULL;
  g_autoptr(HwTask) ran_task = NULL;
  g_autoptr(HwTask) waiting_task = NULL;
  g_autoptr(HwTask) retried_task = NULL;

  bring (fixture, ran, HW_TASK_STATE_FAILED);
  make_copy (fixture, "copy");
  fixture_close (fixture);
  kept = put_back (fixture, "copy", NULL);
  fixture_open (fixture);

  ran_task = get_task (fixture, ran, NULL);
  waiting_task = get_task (fixture, waits, NULL);
  g_assert_cmpuint (hw_store_get_epoch_of_task (fixture->store, ran_task), ==, epoch);
  g_assert_cmpuint (hw_store_get_epoch_of_task (fixture->store, waiting_task), ==,
                    hw_store_get_epoch (fixture->store));

  move (fixture, ran, HW_TASK_STATE_FAILED, "{'state': <'Pending'>}");
  claim (fixture, ran);
  retried_task = get_task (fixture, ran, NULL);
  g_assert_cmpuint (hw_store_get_epoch_of_task (fixture->store, retried_task), ==,
                    hw_store_get_epoch (fixture->store));
}

static void
test_replaces_nothing_unasked (Fixture      *fixture,
                               gconstpointer kind)
{
  g_autofree char *database_path = fixture_build_path (fixture, "headway.db");
  g_autofree char *path = fixture_build_path (fixture, "copy");
  g_autofree char *contents = NULL;
  g_autoptr(GError) error = NULL;
  HwSqliteCopyFacts facts;

  g_file_set_contents (path, "mine", -1, NULL);

  g_assert_false (hw_sqlite_copy_make (database_path, path, FALSE, &facts, &error));
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED);
  g_file_get_contents (path, &contents, NULL, NULL);
  g_assert_cmpstr (contents, ==, "mine");
  g_assert_true (hw_sqlite_copy_make (database_path, path, TRUE, &facts, NULL));
}

/* Not even if that is asked for. */
static void
test_never_replaces_the_database (Fixture      *fixture,
                                  gconstpointer kind)
{
  g_autofree char *database_path = fixture_build_path (fixture, "headway.db");
  g_autoptr(GError) error = NULL;
  HwSqliteCopyFacts facts;

  g_assert_false (hw_sqlite_copy_make (database_path, database_path, TRUE, &facts, &error));
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED);
  add (fixture, "@a{sv} {}");
}

static void
damage_copy (Fixture *fixture)
{
  g_autoptr(Kept) kept = keep (fixture, "copy");

  memset (kept->contents + 4096, 0xff, 4096);
  put (fixture, kept);
}

static void
empty_copy (Fixture *fixture)
{
  g_autofree char *path = fixture_build_path (fixture, "copy");

  g_file_set_contents (path, "", 0, NULL);
}

/* What cannot be put back leaves what is there as it is. */
static void
test_unfit_is_refused (Fixture      *fixture,
                       gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *kept = NULL;
      g_autofree char *rest = fixture_build_path (fixture, "headway.db.restored");

      make_copy (fixture, "copy");
      if (i == 0)
        execute_sql (fixture, "copy", "PRAGMA user_version = 99");
      else if (i == 1)
        execute_sql (fixture, "copy", "PRAGMA application_id = 7");
      else if (i == 2)
        damage_copy (fixture);
      else
        empty_copy (fixture);
      fixture_close (fixture);
      kept = put_back (fixture, "copy", &error);

      g_assert_true (g_error_matches (error, HW_DB_ERROR, i == 2 ? HW_DB_ERROR_DAMAGED
                                                                 : HW_DB_ERROR_DENIED));
      g_assert_null (kept);
      g_assert_false (g_file_test (rest, G_FILE_TEST_EXISTS));
      fixture_open (fixture);
      g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, epoch);
      drop (fixture, "copy");
    }
}

/* A log of the former database that nobody could empty would be taken for that of the copy. */
static void
test_former_log_does_not_stay (Fixture      *fixture,
                               gconstpointer kind)
{
  g_autoptr(Kept) database = NULL;
  g_autoptr(Kept) log = NULL;
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *kept_log = NULL;

  add (fixture, "@a{sv} {}");
  make_copy (fixture, "copy");
  add (fixture, "@a{sv} {}");
  database = keep (fixture, "headway.db");
  log = keep (fixture, "headway.db-wal");
  fixture_close (fixture);
  memset (database->contents, 0, 100);
  put (fixture, database);
  put (fixture, log);
  kept = put_back (fixture, "copy", &error);
  g_assert_no_error (error);
  fixture_open (fixture);

  kept_log = g_strconcat (kept, "-wal", NULL);
  g_assert_true (g_file_test (kept_log, G_FILE_TEST_EXISTS));
  filter->limit = 100;
  page = list (fixture, filter, NULL);
  assert_ids (page, "1");
}

/* As long as somebody reads the former database its log cannot go into it, and the two could not
 * be replaced in one step.
 */
static void
test_one_that_is_read_stays (Fixture      *fixture,
                             gconstpointer kind)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db");
  g_autofree char *kept = NULL;
  g_autofree char *kept_later = NULL;
  g_autoptr(Kept) database = NULL;
  g_autoptr(Kept) log = NULL;
  g_autoptr(HwDb) reader = NULL;
  g_autoptr(GError) error = NULL;

  add (fixture, "@a{sv} {}");
  make_copy (fixture, "copy");
  add (fixture, "@a{sv} {}");
  reader = hw_db_open (path, HW_DB_MODE_READ, &error);
  g_assert_no_error (error);
  hw_db_execute (reader, "BEGIN; SELECT count(*) FROM tasks", &error);
  g_assert_no_error (error);
  add (fixture, "@a{sv} {}");
  fixture_close (fixture);
  database = keep (fixture, "headway.db");
  log = keep (fixture, "headway.db-wal");
  kept = put_back (fixture, "copy", &error);

  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_BUSY);
  g_assert_null (kept);
  assert_only (fixture, "copy headway.db headway.db-shm headway.db-wal " HIGH_WATER);
  g_clear_error (&error);
  g_clear_pointer (&reader, hw_db_free);
  kept_later = put_back (fixture, "copy", &error);
  g_assert_no_error (error);
  fixture_open (fixture);
}

/* A log whose database somebody moved away is not ours to drop. */
static void
test_log_without_its_database_is_kept (Fixture      *fixture,
                                       gconstpointer kind)
{
  g_autoptr(Kept) log = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *kept_log = NULL;
  g_autofree char *contents = NULL;
  g_autoptr(GError) error = NULL;
  gsize length;

  add (fixture, "@a{sv} {}");
  make_copy (fixture, "copy");
  log = keep (fixture, "headway.db-wal");
  fixture_close (fixture);
  drop (fixture, "headway.db");
  put (fixture, log);
  kept = put_back (fixture, "copy", &error);
  g_assert_no_error (error);

  g_assert_null (kept);
  kept_log = find_file (fixture, "headway.db.before-restore-");
  g_assert_nonnull (kept_log);
  g_assert_true (g_str_has_suffix (kept_log, "-wal"));
  g_file_get_contents (kept_log, &contents, &length, NULL);
  g_assert_cmpmem (contents, length, log->contents, log->length);
  fixture_open (fixture);
}

/* A second name of what is in its place would have another log than the daemon's. */
static void
test_interrupted_one_leaves_nothing (Fixture      *fixture,
                                     gconstpointer kind)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db");
  g_autofree char *linked = fixture_build_path (fixture, "headway.db.before-restore-1");
  g_autofree char *other = fixture_build_path (fixture, "headway.db.before-restore-0");
  g_autofree char *restored = fixture_build_path (fixture, "headway.db.restored");
  g_autofree char *draft = fixture_build_path (fixture, "headway.db.restored.headway-draft-1");
  g_autofree char *own = fixture_build_path (fixture, "headway.db.restored-by-me");

  add (fixture, "@a{sv} {}");
  fixture_close (fixture);
  g_assert_cmpint (link (path, linked), ==, 0);
  g_file_set_contents (other, "", 0, NULL);
  g_file_set_contents (restored, "", 0, NULL);
  g_file_set_contents (draft, "", 0, NULL);
  g_file_set_contents (own, "", 0, NULL);
  fixture_open (fixture);

  fixture_close (fixture);
  assert_only (fixture, "headway.db headway.db.before-restore-0 " HIGH_WATER
               " headway.db.restored-by-me");
  fixture_open (fixture);
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 2);
}

/* Makes another copy of the same name while a copy is made. An #HwDbBackupFunc. */
static gboolean
copy_meanwhile (HwDb    *copy,
                gpointer user_data,
                GError **error)
{
  Fixture *fixture = user_data;

  make_copy (fixture, "copy");
  drop (fixture, "copy");

  return TRUE;
}

static void
test_two_at_once_are_two (Fixture      *fixture,
                          gconstpointer kind)
{
  g_autofree char *database_path = fixture_build_path (fixture, "headway.db");
  g_autofree char *path = fixture_build_path (fixture, "copy");
  g_autofree char *old_draft = g_strconcat (path, HW_DB_BACKUP_DRAFT "-1", NULL);
  const struct utimbuf long_ago = { 1, 1 };
  g_autoptr(HwDb) db = NULL;
  g_autoptr(GError) error = NULL;

  add (fixture, "@a{sv} {}");
  g_file_set_contents (old_draft, "", 0, NULL);
  g_assert_cmpint (g_utime (old_draft, (struct utimbuf *) &long_ago), ==, 0);
  db = hw_db_open (database_path, HW_DB_MODE_READ, &error);
  g_assert_no_error (error);
  hw_db_backup (db, path, TRUE, copy_meanwhile, fixture, &error);
  g_assert_no_error (error);
  g_clear_pointer (&db, hw_db_free);

  fixture_close (fixture);
  assert_only (fixture, "copy headway.db " HIGH_WATER);
  fixture_open (fixture);
}

/* As on another machine, where nobody knows how far the former database went. */
static void
test_copy_without_a_mark_steps (Fixture      *fixture,
                                gconstpointer kind)
{
  g_autofree char *kept = NULL;

  add (fixture, "@a{sv} {}");
  make_copy (fixture, "copy");
  add (fixture, "@a{sv} {}");
  fixture_close (fixture);
  kept = put_back (fixture, "copy", NULL);
  drop (fixture, HIGH_WATER);
  fixture_open (fixture);

  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 1 + HW_HIGH_WATER_STEP + 1);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *claim;
    FixtureFunc test;
  } tests[] = {
    { "has-what-was-committed", test_has_what_was_committed },
    { "gets-a-new-epoch-each-time", test_gets_a_new_epoch_each_time },
    { "new-epoch-stays", test_new_epoch_stays },
    { "attempts-keep-their-epoch", test_attempts_keep_their_epoch },
    { "replaces-nothing-unasked", test_replaces_nothing_unasked },
    { "never-replaces-the-database", test_never_replaces_the_database },
    { "unfit-is-refused", test_unfit_is_refused },
    { "former-log-does-not-stay", test_former_log_does_not_stay },
    { "one-that-is-read-stays", test_one_that_is_read_stays },
    { "log-without-its-database-is-kept", test_log_without_its_database_is_kept },
    { "interrupted-one-leaves-nothing", test_interrupted_one_leaves_nothing },
    { "two-at-once-are-two", test_two_at_once_are_two },
    { "without-a-mark-steps", test_copy_without_a_mark_steps },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    add_store_test (&copied_kind, tests[i].claim, tests[i].test);

  return g_test_run ();
}
