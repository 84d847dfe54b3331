/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/db-fixture.h"
#include "tests/store/sqlite-kind.h"
#include "tests/support/parsed-fields.h"
#include "tests/support/wait.h"

#include "hw-db-writer.h"
#include "hw-error.h"
#include "hw-sqlite-store.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

/* What the SQLite store promises beyond what every store does: how it writes, what it
 * does when it cannot, and how it ends.
 */

/* More requests than one transaction takes. */
#define N_TWO_TRANSACTIONS 1100

/* So many requests are worth a transaction. */
#define ENOUGH 16

/* One more comes after that, so that there is a minute until there are as many as one transaction
 * takes.
 */
#define REQUEST_INTERVAL (60 * G_USEC_PER_SEC / 1024)

static const StoreKind sqlite_kind = {
  .name = "sqlite-writer",
  .open = open_sqlite,
  .close = close_sqlite,
};

/* Opens the database beside the store. */
static HwDb *
open_beside (Fixture *fixture)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db");
  g_autoptr(GError) error = NULL;
  HwDb *db = hw_db_open (path, HW_DB_MODE_WRITE, &error);

  g_assert_no_error (error);

  return db;
}

static gint64
get_file_size (Fixture    *fixture,
               const char *name)
{
  g_autofree char *path = fixture_build_path (fixture, name);
  GStatBuf status;

  return g_stat (path, &status) == 0 ? status.st_size : 0;
}

static HwChange *
new_large_add (gsize size)
{
  g_autofree char *filler = g_strnfill (size, 'x');
  g_autofree char *text = g_strdup_printf ("{'title': <'%s'>}", filler);

  return new_add (text);
}

/* Some requests that come up in one round of the main context cost one transaction. */
static void
test_group_is_one_transaction (Fixture      *fixture,
                               gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);

  for (guint i = 0; i < ENOUGH - 1; i++)
    g_ptr_array_add (requests,
                     send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL)));
  for (guint i = 0; i < requests->len; i++)
    g_ptr_array_unref (receive_events (g_ptr_array_index (requests, i), NULL));

  assert_seqs (fixture->heard, 1, ENOUGH - 1);
  g_assert_cmpuint (fixture->n_told, ==, 1);
}

/* Requests that are worth a transaction do not wait for the round's end if nothing is written:
 * nothing is done here until they are in the database. Whether the thread waits already is
 * looked at with each request.
 */
static void
test_group_begins_when_there_is_enough (Fixture      *fixture,
                                        gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  const gint64 begin = g_get_monotonic_time ();
  g_autoptr(HwDb) db = open_beside (fixture);
  guint64 last_task = 0;

  while (last_task < ENOUGH)
    {
      gint64 n_due = ENOUGH + (g_get_monotonic_time () - begin) / REQUEST_INTERVAL;

      g_assert_cmpint (n_due, <, 1024);
      while (requests->len < n_due)
        g_ptr_array_add (requests,
                         send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL)));
      g_assert_true (hw_db_get_number (db, "SELECT last_task FROM meta", &last_task, NULL));
      g_thread_yield ();
    }

  for (guint i = 0; i < requests->len; i++)
    g_ptr_array_unref (receive_events (g_ptr_array_index (requests, i), NULL));
  assert_seqs (fixture->heard, 1, requests->len);
  g_assert_cmpuint (fixture->n_told, <=, 1 + requests->len / ENOUGH);
}

static void
test_group_does_not_grow_without_end (Fixture      *fixture,
                                      gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);

  for (guint i = 0; i < 3 * 1024; i++)
    g_ptr_array_add (requests,
                     send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL)));
  for (guint i = 0; i < requests->len; i++)
    g_ptr_array_unref (receive_events (g_ptr_array_index (requests, i), NULL));

  g_assert_cmpuint (fixture->n_told, >=, 3);
}

/* A request that is worth a transaction by itself waits for no end of the round: nothing is
 * done here until it is in the database, with what was asked for before it.
 */
static void
test_group_ends_with_a_large_request (Fixture      *fixture,
                                      gconstpointer kind)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  GPtrArray *changes = new_changes (new_add ("@a{sv} {}"), NULL);
  g_autoptr(HwDb) db = open_beside (fixture);
  guint64 last_task = 0;
  Request *small;
  Request *large;

  small = send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL));
  while (changes->len < 100)
    g_ptr_array_add (changes, new_add ("@a{sv} {}"));
  large = send_changes (fixture, changes);

  while (last_task < 101)
    {
      g_assert_true (hw_db_get_number (db, "SELECT last_task FROM meta", &last_task, NULL));
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }

  g_ptr_array_unref (receive_events (small, NULL));
  g_ptr_array_unref (receive_events (large, NULL));
  request_free (small);
  request_free (large);
  g_assert_cmpuint (fixture->n_told, ==, 1);
}

/* The one that cannot be written is found, and the others have what they want. */
static void
test_group_loses_only_the_guilty (Fixture      *fixture,
                                  gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);

  for (guint i = 0; i < 10; i++)
    {
      HwChange *change = i == 5 ? new_large_add (9 * 1024 * 1024) : new_add ("@a{sv} {}");

      g_ptr_array_add (requests, send_changes (fixture, new_changes (change, NULL)));
    }

  for (guint i = 0; i < requests->len; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = receive_events (g_ptr_array_index (requests, i), &error);

      if (i == 5)
        g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
      else
        g_assert_no_error (error);
      g_assert_cmpint (events == NULL, ==, i == 5);
    }
  assert_seqs (fixture->heard, 1, 9);
}

/* Half of a claim is written when the second half fails: it must go with it, and
 * with nothing else.
 */
static void
test_group_undoes_what_a_lost_request_wrote (Fixture      *fixture,
                                             gconstpointer kind)
{
  g_autoptr(Request) before = NULL;
  g_autoptr(Request) lost = NULL;
  g_autoptr(Request) after = NULL;
  g_autoptr(HwDb) other = open_beside (fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  add (fixture, "@a{sv} {}");
  add (fixture, "@a{sv} {}");

  /* The number that its second event would get is taken. */
  db_run (other, "INSERT INTO events (seq, task, kind, attempt, type, \"group\", owner, actor, at, changes) VALUES (5, 2, 'added', 0, '', '', '', '', 0, NULL)");
  before = send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL));
  lost = send_claim (fixture, "1 2");
  after = send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL));

  events = receive_events (lost, &error);
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_FAILED);
  g_ptr_array_unref (receive_events (before, NULL));
  g_ptr_array_unref (receive_events (after, NULL));
  assert_seqs (fixture->heard, 1, 4);
  assert_state (fixture, 1, HW_TASK_STATE_PENDING);
}

/* A refusal is nothing that the others would have to be written again for. */
static void
test_group_with_a_conflict_is_one_transaction (Fixture      *fixture,
                                               gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);

  for (guint i = 0; i < ENOUGH / 2 - 1; i++)
    {
      HwChange *conflict = new_state (999, HW_TASK_STATE_PENDING, 0, "{'state': <'Failed'>}");

      g_ptr_array_add (requests,
                       send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL)));
      g_ptr_array_add (requests,
                       send_changes (fixture, new_changes (new_add ("@a{sv} {}"), conflict,
                                                           NULL)));
    }
  for (guint i = 0; i < requests->len; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = receive_events (g_ptr_array_index (requests, i), &error);

      g_assert_cmpint (events == NULL, ==, i % 2 == 1);
    }

  assert_seqs (fixture->heard, 1, ENOUGH / 2 - 1);
  g_assert_cmpuint (fixture->n_told, ==, 1);
}

static void
test_numbers_of_removed_rows_stay_given_out (Fixture      *fixture,
                                             gconstpointer kind)
{
  g_autoptr(HwDb) other = open_beside (fixture);

  add (fixture, "@a{sv} {}");
  add (fixture, "@a{sv} {}");
  db_run (other, "DELETE FROM tasks; DELETE FROM events");
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 3);

  fixture_close (fixture);
  db_run (other, "DELETE FROM tasks; DELETE FROM events");
  fixture_open (fixture);
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 4);
  assert_seqs (fixture->heard, 1, 4);
}

/* Until somebody reads it there is no answer, but it is on disk. */
static void
test_write_is_seen_by_others_before_it_is_told (Fixture      *fixture,
                                                gconstpointer kind)
{
  g_autoptr(Request) request = send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL));
  g_autoptr(HwDb) other = open_beside (fixture);
  g_autoptr(GPtrArray) events = NULL;
  guint64 n_tasks = 0;

  /* The end of this round. */
  g_main_context_iteration (NULL, FALSE);
  while (n_tasks == 0)
    g_assert_true (hw_db_get_number (other, "SELECT count(*) FROM tasks", &n_tasks, NULL));

  g_assert_cmpuint (fixture->heard->len, ==, 0);
  events = receive_events (request, NULL);
  g_assert_cmpuint (fixture->heard->len, ==, 1);
}

/* Where nothing of the log can be written any more: its file may be longer than the log is. */
#define BEFORE_THE_END 4096

/* The disk takes no more. What cannot be written is refused, nothing is told of it,
 * and when there is space again all goes on, without a number lost.
 */
static void
test_full_disk_refuses_and_recovers (Fixture      *fixture,
                                     gconstpointer kind)
{
  struct rlimit before;
  struct rlimit full;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  add (fixture, "@a{sv} {}");
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  full = before;
  full.rlim_cur = BEFORE_THE_END;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &full), ==, 0);

  events = commit (fixture, new_changes (new_large_add (100000), NULL), &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_error (error, HW_ERROR, HW_ERROR_NO_SPACE);
  g_assert_cmpuint (fixture->heard->len, ==, 1);

  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 2);
  assert_seqs (fixture->heard, 1, 2);
}

/* Each request of a transaction that fails hears of it. */
static void
test_failed_commit_fails_every_request (Fixture      *fixture,
                                        gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  struct rlimit before;
  struct rlimit full;

  add (fixture, "@a{sv} {}");
  for (guint i = 0; i < 10; i++)
    g_ptr_array_add (requests,
                     send_changes (fixture, new_changes (new_large_add (10000), NULL)));
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  full = before;
  full.rlim_cur = BEFORE_THE_END;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &full), ==, 0);

  for (guint i = 0; i < requests->len; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = receive_events (g_ptr_array_index (requests, i), &error);

      g_assert_null (events);
      g_assert_nonnull (error);
    }
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_cmpuint (fixture->heard->len, ==, 1);
}

/* Levels of tasks that have ended meanwhile cost no commit. */
static void
test_levels_of_the_past_commit_nothing (Fixture      *fixture,
                                        gconstpointer kind)
{
  const HwEventOrigin origin = { .epoch = 1, .task_id = 1, .attempt = 1, .at = 1 };
  g_autoptr(GPtrArray) levels = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  g_autoptr(Request) request = request_new (fixture);
  g_autoptr(GError) error = NULL;
  gint64 log_size;

  add (fixture, "@a{sv} {}");
  bring (fixture, 1, HW_TASK_STATE_COMPLETED);
  log_size = get_file_size (fixture, "headway.db-wal");
  g_ptr_array_add (levels, hw_event_new_progress (&origin, 1,
                                                  parsed_fields ("{'progress': <0.5>}")));
  hw_store_keep_levels_async (fixture->store, levels, NULL, on_answered, request);
  wait_until (request->result != NULL);

  g_assert_true (hw_store_keep_levels_finish (fixture->store, request->result, &error));
  g_assert_no_error (error);
  g_assert_cmpint (get_file_size (fixture, "headway.db-wal"), ==, log_size);
}

/* The log is copied into the database while the store is open, and not at its end
 * alone. No event tells of that: the file is looked at again and again.
 */
static void
test_log_is_copied_meanwhile (Fixture      *fixture,
                              gconstpointer kind)
{
  for (guint i = 0; i < 4; i++)
    g_ptr_array_unref (commit (fixture, new_changes (new_large_add (3000000), NULL), NULL));

  wait_until_seen (get_file_size (fixture, "headway.db") > 16000000);
}

static void
on_told (GPtrArray *events,
         gpointer   user_data)
{
  /* Nobody wants to know. */
}

/* Under a load that never pauses the checkpointer cannot get to the log's end. This one
 * is as good as that: it looks after another database. The writer must see to it that
 * the log does not grow for ever: eight times 14 MB go through it.
 */
static void
test_log_is_begun_anew (Fixture      *fixture,
                        gconstpointer kind)
{
  g_autofree char *other_path = fixture_build_path (fixture, "other.db");
  g_autoptr(HwDb) db = NULL;
  g_autoptr(HwDbWriter) writer = NULL;
  HwHighWaterMark mark = { 0 };
  HwSqliteNumbers numbers;
  HwDbTimes times;

  hw_db_times_init (&times);
  fixture_close (fixture);
  db = open_beside (fixture);
  g_assert_true (hw_sqlite_numbers_start (&numbers, db, NULL));
  writer = hw_db_writer_new (g_steal_pointer (&db),
                             hw_db_checkpointer_new (hw_db_open (other_path, HW_DB_MODE_WRITE,
                                                                 NULL)),
                             hw_high_water_new (other_path, &mark, NULL), &numbers, &times, on_told,
                             NULL);

  for (guint i = 0; i < 8; i++)
    {
      g_autoptr(GPtrArray) changes = new_changes (new_large_add (7000000), NULL);
      g_autoptr(GTask) gtask = g_task_new (NULL, NULL, NULL, NULL);

      g_task_set_source_tag (gtask, test_log_is_begun_anew);
      g_task_set_task_data (gtask, hw_sqlite_write_new_commit (changes),
                            (GDestroyNotify) hw_sqlite_write_free);
      hw_db_writer_push (writer, g_object_ref (gtask));
      wait_until (g_task_get_completed (gtask));
    }

  g_assert_cmpint (get_file_size (fixture, "headway.db-wal"), <, 90000000);
}

static void
test_close_writes_what_waits (Fixture      *fixture,
                              gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);

  for (guint i = 0; i < 100; i++)
    g_ptr_array_add (requests,
                     send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL)));
  hw_sqlite_store_close (HW_SQLITE_STORE (fixture->store));

  assert_seqs (fixture->heard, 1, 100);
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = receive_events (g_ptr_array_index (requests, i), &error);

      g_assert_no_error (error);
      assert_seqs (events, i + 1, i + 1);
    }
}

static void
test_close_ends_every_read (Fixture      *fixture,
                            gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);

  for (guint i = 0; i < 100; i++)
    {
      Request *request = request_new (fixture);

      g_ptr_array_add (requests, request);
      hw_store_list_open_async (fixture->store, NULL, on_answered, request);
    }
  hw_sqlite_store_close (HW_SQLITE_STORE (fixture->store));

  for (guint i = 0; i < 100; i++)
    {
      Request *request = g_ptr_array_index (requests, i);
      g_autoptr(GError) error = NULL;
      g_autoptr(HwTaskPage) page = NULL;

      wait_until (request->result != NULL);
      page = hw_store_list_finish (fixture->store, request->result, &error);
      if (page == NULL)
        g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_CLOSED);
    }
}

static void
test_close_refuses_what_comes_later (Fixture      *fixture,
                                     gconstpointer kind)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_sqlite_store_close (HW_SQLITE_STORE (fixture->store));

  events = commit (fixture, new_changes (new_add ("@a{sv} {}"), NULL), &error);
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_CLOSED);
  g_clear_error (&error);
  task = get_task (fixture, 1, &error);
  g_assert_error (error, HW_DB_ERROR, HW_DB_ERROR_CLOSED);
}

static void
on_committed_close (HwStore   *store,
                    GPtrArray *events,
                    gpointer   user_data)
{
  hw_sqlite_store_close (HW_SQLITE_STORE (store));
}

/* Whoever hears of something may close the store: the rest still comes, in order. */
static void
test_close_may_follow_on_news (Fixture      *fixture,
                               gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  gulong handler = g_signal_connect (fixture->store, "committed",
                                     G_CALLBACK (on_committed_close), NULL);

  for (guint i = 0; i < N_TWO_TRANSACTIONS; i++)
    g_ptr_array_add (requests,
                     send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL)));
  for (guint i = 0; i < N_TWO_TRANSACTIONS; i++)
    g_ptr_array_unref (receive_events (g_ptr_array_index (requests, i), NULL));

  assert_seqs (fixture->heard, 1, N_TWO_TRANSACTIONS);
  g_signal_handler_disconnect (fixture->store, handler);
}

/* A look at the store tells how often, and for how long, something was written; and what it costs
 * the disk. What was refused, or is only read, does not count.
 */
static void
test_survey_measures_each_transaction (Fixture      *fixture,
                                       gconstpointer kind)
{
  g_autoptr(HwStoreSurvey) before = survey (fixture);
  g_autoptr(HwStoreSurvey) after = NULL;
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GError) error = NULL;

  add (fixture, "@a{sv} {}");
  add (fixture, "@a{sv} {}");
  events = commit (fixture, new_changes (new_state (1, HW_TASK_STATE_PROCESSING, 1,
                                                    "{'state': <'Completed'>}"), NULL), &error);
  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
  after = survey (fixture);

  g_assert_cmpuint (hw_histogram_get_count (&before->commits), ==, 0);
  g_assert_cmpuint (hw_histogram_get_count (&after->commits), ==, 2);
  g_assert_cmpuint (hw_histogram_get_count (&after->syncs), ==, 2);
  g_assert_cmpint (after->syncs.sum, >, 0);
  g_assert_cmpint (after->commits.sum, >=, after->syncs.sum);
  g_assert_cmpuint (after->n_database_bytes, >, 0);
  g_assert_cmpuint (after->n_log_bytes, >, before->n_log_bytes);
  g_assert_cmpuint (after->n_free_bytes, >, after->n_reserved_bytes);
  g_assert_cmpuint (after->n_reserved_bytes, >, 0);
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
    { "group/is-one-transaction", test_group_is_one_transaction },
    { "group/begins-when-there-is-enough", test_group_begins_when_there_is_enough },
    { "group/does-not-grow-without-end", test_group_does_not_grow_without_end },
    { "group/ends-with-a-large-request", test_group_ends_with_a_large_request },
    { "group/loses-only-the-guilty", test_group_loses_only_the_guilty },
    { "group/undoes-what-a-lost-request-wrote", test_group_undoes_what_a_lost_request_wrote },
    { "group/with-a-conflict-is-one-transaction",
      test_group_with_a_conflict_is_one_transaction },
    { "numbers/of-removed-rows-stay-given-out", test_numbers_of_removed_rows_stay_given_out },
    { "write/is-seen-by-others-before-it-is-told",
      test_write_is_seen_by_others_before_it_is_told },
    { "survey/measures-each-transaction", test_survey_measures_each_transaction },
    { "full-disk/refuses-and-recovers", test_full_disk_refuses_and_recovers },
    { "full-disk/fails-every-request", test_failed_commit_fails_every_request },
    { "levels/of-the-past-commit-nothing", test_levels_of_the_past_commit_nothing },
    { "log/is-copied-meanwhile", test_log_is_copied_meanwhile },
    { "log/is-begun-anew", test_log_is_begun_anew },
    { "close/writes-what-waits", test_close_writes_what_waits },
    { "close/ends-every-read", test_close_ends_every_read },
    { "close/refuses-what-comes-later", test_close_refuses_what_comes_later },
    { "close/may-follow-on-news", test_close_may_follow_on_news },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    add_store_test (&sqlite_kind, tests[i].claim, tests[i].test);

  return g_test_run ();
}
