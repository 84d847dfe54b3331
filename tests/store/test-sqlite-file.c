/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/sqlite-kind.h"

#include "hw-db-private.h"
#include "hw-task-lists.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* What the SQLite store makes of the file that it is given, whatever is in it. */

static const StoreKind sqlite_kind = {
  .name = "sqlite-file",
  .open = open_sqlite,
  .close = close_sqlite,
};

/* Runs SQL on the database while no store has it open. */
static void
execute (Fixture    *fixture,
         const char *sql)
{
  execute_sql (fixture, "headway.db", sql);
}

static void
set_contents (Fixture    *fixture,
              const char *contents,
              gssize      length)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db");
  g_autoptr(GError) error = NULL;

  g_file_set_contents_full (path, contents, length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

static char *
get_contents (Fixture *fixture,
              gsize   *length)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db");
  g_autoptr(GError) error = NULL;
  char *contents;

  g_file_get_contents (path, &contents, length, &error);
  g_assert_no_error (error);

  return contents;
}

/* Claims that the database cannot be opened, and is left as it is. */
static void
assert_refused (Fixture    *fixture,
                HwDbError   code,
                const char *words)
{
  gsize length_before;
  gsize length_after;
  g_autofree char *before = get_contents (fixture, &length_before);
  g_autofree char *after = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwStore) store = open_sqlite (fixture->folder, &error);

  g_assert_null (store);
  g_assert_error (error, HW_DB_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_nonnull (strstr (error->message, fixture->folder));
  after = get_contents (fixture, &length_after);
  g_assert_cmpmem (before, length_before, after, length_after);
}

static void
test_new_file_is_the_owners_alone (Fixture      *fixture,
                                   gconstpointer kind)
{
  static const char *const names[] = { "headway.db", "headway.db-wal", "headway.db-shm" };

  add (fixture, "@a{sv} {}");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = fixture_build_path (fixture, names[i]);
      GStatBuf status;

      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpint (status.st_mode & 0777, ==, 0600);
    }
}

static void
test_closed_file_stands_alone (Fixture      *fixture,
                               gconstpointer kind)
{
  g_autofree char *log_path = fixture_build_path (fixture, "headway.db-wal");

  add (fixture, "@a{sv} {}");
  fixture_close (fixture);

  g_assert_false (g_file_test (log_path, G_FILE_TEST_EXISTS));
}

static void
test_newer_version_is_refused (Fixture      *fixture,
                               gconstpointer kind)
{
  fixture_close (fixture);
  execute (fixture, "PRAGMA user_version = 99");

  assert_refused (fixture, HW_DB_ERROR_DENIED, "newer");
}

/* Test that a database of the first version gets the columns that came later, and keeps
 * what it has.
 */
static void
test_older_version_is_brought_up (Fixture      *fixture,
                                  gconstpointer kind)
{
  guint64 old = add (fixture, "@a{sv} {'title': <'Old'>}");
  guint64 new;
  g_autoptr(HwTask) old_task = NULL;
  g_autoptr(HwTask) new_task = NULL;

  fixture_close (fixture);
  execute (fixture, "ALTER TABLE tasks DROP COLUMN timeout;"
           "ALTER TABLE tasks DROP COLUMN aborted_starts;"
           "ALTER TABLE tasks DROP COLUMN epoch;"
           "ALTER TABLE meta DROP COLUMN is_copy;"
           "DROP TABLE keys;"
           "ALTER TABLE events DROP COLUMN last_task;"
           "ALTER TABLE meta DROP COLUMN first_event;"
           "ALTER TABLE meta DROP COLUMN last_indexed;"
           "ALTER TABLE meta DROP COLUMN n_pending;"
           "ALTER TABLE meta DROP COLUMN n_processing;"
           "ALTER TABLE meta DROP COLUMN n_completed;"
           "ALTER TABLE meta DROP COLUMN n_failed;"
           "ALTER TABLE meta DROP COLUMN ever_added;"
           "ALTER TABLE meta DROP COLUMN ever_completed;"
           "ALTER TABLE meta DROP COLUMN ever_failed;"
           "ALTER TABLE meta DROP COLUMN ever_canceled;"
           "DROP TABLE texts;"
           "PRAGMA user_version = 1");
  fixture_open (fixture);

  new = add (fixture, "@a{sv} {'timeout': <uint64 90>, 'aborted_starts': <uint32 2>}");
  fixture_close (fixture);
  fixture_open (fixture);

  old_task = get_task (fixture, old, NULL);
  new_task = get_task (fixture, new, NULL);
  g_assert_cmpstr (hw_task_get_string (old_task, HW_TASK_FIELD_TITLE), ==, "Old");
  g_assert_null (hw_task_get_field (old_task, HW_TASK_FIELD_TIMEOUT));
  g_assert_cmpuint (g_variant_get_uint64 (hw_task_get_field (new_task, HW_TASK_FIELD_TIMEOUT)),
                    ==, 90);
  g_assert_cmpuint (g_variant_get_uint32 (hw_task_get_field (new_task,
                                                             HW_TASK_FIELD_ABORTED_STARTS)),
                    ==, 2);
}

static void
test_foreign_database_is_refused (Fixture      *fixture,
                                  gconstpointer kind)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db");

  fixture_close (fixture);
  g_assert_cmpint (g_remove (path), ==, 0);
  execute (fixture, "CREATE TABLE theirs (a)");

  assert_refused (fixture, HW_DB_ERROR_DENIED, "another program");
}

static void
test_other_file_is_refused (Fixture      *fixture,
                            gconstpointer kind)
{
  g_autofree char *noise = g_strnfill (10000, 'x');

  fixture_close (fixture);
  set_contents (fixture, noise, -1);

  assert_refused (fixture, HW_DB_ERROR_DAMAGED, "not a database");
}

static void
test_empty_file_becomes_a_database (Fixture      *fixture,
                                    gconstpointer kind)
{
  fixture_close (fixture);
  set_contents (fixture, "", 0);
  fixture_open (fixture);

  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 1);
}

static void
test_missing_folder_is_an_error (Fixture      *fixture,
                                 gconstpointer kind)
{
  g_autofree char *folder = fixture_build_path (fixture, "missing");
  g_autoptr(GError) error = NULL;
  g_autoptr(HwStore) store = open_sqlite (folder, &error);

  g_assert_null (store);
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED);
}

static void
test_lost_table_is_an_error (Fixture      *fixture,
                             gconstpointer kind)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwStore) store = NULL;

  fixture_close (fixture);
  execute (fixture, "DELETE FROM meta");
  store = open_sqlite (fixture->folder, &error);

  g_assert_null (store);
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED);
}

/* Nothing that a schema says is run when somebody hands us a database. */
static void
test_trigger_is_not_run (Fixture      *fixture,
                         gconstpointer kind)
{
  g_autoptr(HwTask) task = NULL;

  fixture_close (fixture);
  execute (fixture,
           "CREATE TRIGGER evil AFTER INSERT ON tasks"
           " BEGIN UPDATE tasks SET owner = 'uid:0'; END");
  fixture_open (fixture);

  add (fixture, "{'owner': <'uid:1'>}");

  task = get_task (fixture, 1, NULL);
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_OWNER), ==, "uid:1");
}

/* One row that makes no sense: whoever reads it hears so, and the others are there. */
static void
test_damaged_row_is_an_error (Fixture      *fixture,
                              gconstpointer kind)
{
  static const char *const damages[] = {
    "UPDATE tasks SET state = 'Bogus' WHERE id = 1",
    "UPDATE tasks SET title = CAST (x'ff' AS TEXT) WHERE id = 1",
    "UPDATE tasks SET title = CAST (x'610062' AS TEXT) WHERE id = 1",
    "UPDATE tasks SET parameters = x'0102030405' WHERE id = 1",
    "UPDATE tasks SET parameters = zeroblob (100000) WHERE id = 1",
    "UPDATE tasks SET exit_code = 2147483648 WHERE id = 1",
    "UPDATE tasks SET attempt = -1 WHERE id = 1",
  };

  add (fixture, "{'parameters': <{'a': <1>}>}");
  add (fixture, "{'parameters': <{'a': <1>}>}");

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(HwTask) damaged = NULL;
      g_autoptr(HwTask) sound = NULL;

      fixture_close (fixture);
      execute (fixture, damages[i]);
      fixture_open (fixture);

      damaged = get_task (fixture, 1, &error);
      g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED);
      g_clear_error (&error);
      sound = get_task (fixture, 2, &error);
      g_assert_no_error (error);
      fixture_close (fixture);
      execute (fixture,
               "UPDATE tasks SET (state, title, parameters, exit_code, attempt) ="
               " (SELECT state, title, parameters, exit_code, attempt FROM tasks WHERE id = 2)"
               " WHERE id = 1");
      fixture_open (fixture);
    }
}

static void
test_damaged_event_is_an_error (Fixture      *fixture,
                                gconstpointer kind)
{
  static const char *const damages[] = {
    "UPDATE events SET kind = 'bogus'",
    "UPDATE events SET kind = 'added', changes = x'ffffffffffffffffff'",
  };

  add (fixture, "@a{sv} {}");

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(Request) request = NULL;
      g_autoptr(HwEventPage) page = NULL;

      fixture_close (fixture);
      execute (fixture, damages[i]);
      fixture_open (fixture);

      request = request_new (fixture);
      hw_store_read_events_async (fixture->store, &(HwEventQuery) { .limit = 10 }, NULL, on_answered,
                                  request);
      while (request->result == NULL)
        g_main_context_iteration (NULL, TRUE);
      page = hw_store_read_events_finish (fixture->store, request->result, &error);
      g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED);
    }
}

/* Opens whatever is there and does a bit of everything; it may fail, but must end.
 * Returns whether anything worked.
 */
static gboolean
use_damaged (Fixture *fixture)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  fixture->store = open_sqlite (fixture->folder, NULL);
  if (fixture->store == NULL)
    return FALSE;

  filter->limit = 100;
  events = commit (fixture, new_changes (new_add ("@a{sv} {}"), NULL), NULL);
  page = list (fixture, filter, NULL);
  fixture_close (fixture);

  return events != NULL || page != NULL;
}

/* Bits that turned by themselves: an error now and then, and never a crash. */
static void
test_flipped_bits_are_survived (Fixture      *fixture,
                                gconstpointer kind)
{
  g_autofree char *mark_path = fixture_build_path (fixture, "headway.db.high-water");
  g_autofree char *contents = NULL;
  guint n_useful = 0;
  gsize length;

  for (guint i = 0; i < 20; i++)
    bring (fixture, add (fixture, "{'parameters': <{'a': <[1, 2, 3]>}>, 'priority': <1>}"),
           (HwTaskState) (i % HW_N_TASK_STATES));
  fixture_close (fixture);
  contents = get_contents (fixture, &length);

  for (guint i = 0; i < 100; i++)
    {
      guint byte = (guint) g_test_rand_int_range (0, (int) length);
      guint bit = (guint) g_test_rand_int_range (0, 8);

      contents[byte] ^= (char) (1 << bit);
      set_contents (fixture, contents, (gssize) length);
      g_unlink (mark_path); /* it tells of what was added to the last one */
      n_useful += use_damaged (fixture) ? 1 : 0;
      contents[byte] ^= (char) (1 << bit);
    }

  /* Or nothing was tried. */
  g_assert_cmpuint (n_useful, >, 30);
}

static void
assert_indexed (HwDb       *db,
                const char *sql)
{
  g_autofree char *explain = g_strdup_printf ("EXPLAIN QUERY PLAN %s", sql);
  g_autoptr(HwDbStatement) plan = hw_db_prepare (db, explain, NULL);
  gboolean has_row = TRUE;

  while (hw_db_statement_step (plan, &has_row, NULL) && has_row)
    {
      const char *detail = hw_db_statement_get_string (plan, 3);

      g_assert_null (strstr (detail, "TEMP B-TREE"));
    }
}

/* A page costs the same however many tasks there are: no list is sorted. */
static void
test_list_is_never_sorted (Fixture      *fixture,
                           gconstpointer kind)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db");
  g_autoptr(HwDb) db = hw_db_open (path, HW_DB_MODE_READ, NULL);
  g_auto(GStrv) queries = NULL;

  for (guint i = 0; i < 64; i++)
    {
      g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();

      filter->has_state = (i & 1) != 0;
      filter->is_live = (i & 2) != 0;
      filter->type = (i & 4) != 0 ? g_strdup ("t") : NULL;
      filter->owner = (i & 8) != 0 ? g_strdup ("o") : NULL;
      filter->before = (i & 16) != 0 ? 7 : 0;
      filter->text = (i & 32) != 0 ? g_strdup ("some words") : NULL;
      filter->limit = 10;
      hw_task_page_free (hw_task_lists_read (db, filter, NULL));
    }
  hw_task_page_free (hw_task_lists_read_candidates (db, 10, NULL));
  hw_task_page_free (hw_task_lists_read_open (db, NULL));

  queries = (char **) g_hash_table_get_keys_as_array (hw_db_get_statements (db), NULL);
  g_assert_cmpuint (g_strv_length (queries), ==, 71);
  for (guint i = 0; queries[i] != NULL; i++)
    queries[i] = g_strdup (queries[i]);
  for (guint i = 0; queries[i] != NULL; i++)
    assert_indexed (db, queries[i]);
}

static void
test_list_without_limit_is_empty (Fixture      *fixture,
                                  gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;

  add (fixture, "@a{sv} {}");

  page = list (fixture, filter, NULL);
  assert_ids (page, "");
}

/* A page takes little memory, however large the tasks are. */
static void
test_list_of_large_tasks_is_cut (Fixture      *fixture,
                                 gconstpointer kind)
{
  g_autofree char *filler = g_strnfill (1000000, 'x');
  g_autofree char *text = g_strdup_printf ("{'title': <'%s'>}", filler);
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;

  for (guint i = 0; i < 10; i++)
    add (fixture, text);

  filter->limit = 10;
  page = list (fixture, filter, NULL);
  g_assert_cmpuint (page->tasks->len, <, 10);
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
    { "new/is-the-owners-alone", test_new_file_is_the_owners_alone },
    { "closed/stands-alone", test_closed_file_stands_alone },
    { "newer-version/is-refused", test_newer_version_is_refused },
    { "older-version/is-brought-up", test_older_version_is_brought_up },
    { "foreign-database/is-refused", test_foreign_database_is_refused },
    { "other-file/is-refused", test_other_file_is_refused },
    { "empty/becomes-a-database", test_empty_file_becomes_a_database },
    { "missing-folder/is-an-error", test_missing_folder_is_an_error },
    { "lost-numbers/are-an-error", test_lost_table_is_an_error },
    { "trigger/is-not-run", test_trigger_is_not_run },
    { "damaged-row/is-an-error", test_damaged_row_is_an_error },
    { "damaged-event/is-an-error", test_damaged_event_is_an_error },
    { "flipped-bits/are-survived", test_flipped_bits_are_survived },
    { "list/is-never-sorted", test_list_is_never_sorted },
    { "list/without-limit-is-empty", test_list_without_limit_is_empty },
    { "list/of-large-tasks-is-cut", test_list_of_large_tasks_is_cut },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    add_store_test (&sqlite_kind, tests[i].claim, tests[i].test);

  return g_test_run ();
}
