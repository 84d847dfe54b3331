/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-readers.h"

#include "tests/store/db-fixture.h"
#include "tests/support/wait.h"

#include <glib/gstdio.h>

/* A query that would run for years. */
#define ENDLESS "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)" \
  " SELECT count(*) FROM n"

/* A database whose newest event is number 5, and readers who were told of 3. */
typedef struct
{
  DbFixture base;
  HwDbReaders *readers; /* (owned) */
  GObject *owner;       /* (owned): of the requests */
} Fixture;

/* A request, and what came of it. */
typedef struct
{
  int has_begun; /* atomic */
  gboolean has_ended;
  GError *error; /* (owned) (nullable) */
  char *text;    /* (owned) (nullable) */

  HwDb *other;   /* (unowned) (nullable): writes in the middle of the query */
} Request;

static void
request_clear (Request *self)
{
  g_clear_error (&self->error);
  g_clear_pointer (&self->text, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Request, request_clear)

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GPtrArray) connections = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_db_free);
  g_autoptr(GError) error = NULL;
  HwDb *connection;

  db_fixture_open (&fixture->base);
  g_assert_true (hw_db_use_log (fixture->base.db, &error));
  db_run (fixture->base.db, "CREATE TABLE meta (last_event); INSERT INTO meta VALUES (5)");

  connection = hw_db_open (fixture->base.path, HW_DB_MODE_READ, &error);
  g_assert_no_error (error);
  g_ptr_array_add (connections, connection);
  fixture->readers = hw_db_readers_new (connections, 3);
  fixture->owner = g_object_new (G_TYPE_OBJECT, NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_db_readers_free (fixture->readers);
  g_assert_finalize_object (fixture->owner);
  db_fixture_close (&fixture->base);
}

static void
on_answered (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Request *request = user_data;

  g_assert_false (request->has_ended);
  request->has_ended = TRUE;
  request->text = g_task_propagate_pointer (G_TASK (result), &request->error);
}

static void
ask (Fixture      *fixture,
     HwDbReadFunc  function,
     GCancellable *cancellable,
     Request      *request)
{
  GTask *gtask = g_task_new (fixture->owner, cancellable, on_answered, request);

  g_task_set_source_tag (gtask, ask);
  g_task_set_task_data (gtask, request, NULL);
  hw_db_readers_push (fixture->readers, gtask, function, g_free);
}

static gpointer
read_seq (HwDb    *db,
          guint64  seq,
          gpointer query,
          GError **error)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, seq);
}

static gpointer
read_endlessly (HwDb    *db,
                guint64  seq,
                gpointer query,
                GError **error)
{
  Request *request = query;
  guint64 number;

  g_atomic_int_set (&request->has_begun, TRUE);
  g_assert_false (hw_db_get_number (db, ENDLESS, &number, error));

  return NULL;
}

/* Reads, lets somebody else write, and reads again. */
static gpointer
read_twice (HwDb    *db,
            guint64  seq,
            gpointer query,
            GError **error)
{
  Request *request = query;
  guint64 number = 0;

  db_run (request->other, "UPDATE meta SET last_event = 6");
  g_assert_true (hw_db_get_number (db, "SELECT last_event FROM meta", &number, NULL));

  return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, seq, number);
}

/* What was read is true at 5: whoever asked must have heard of 4 and 5 first. */
static void
test_answer_waits_for_its_news (Fixture      *fixture,
                                gconstpointer test_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(Request) early = { 0 };
  g_auto(Request) marker = { 0 };

  /* What fails is true at no number: its answer comes at once, after the other's. */
  g_cancellable_cancel (cancellable);
  ask (fixture, read_seq, NULL, &early);
  ask (fixture, read_seq, cancellable, &marker);
  wait_until (marker.has_ended);
  g_assert_false (early.has_ended);

  hw_db_readers_set_told (fixture->readers, 4);
  g_main_context_iteration (NULL, FALSE);
  g_assert_false (early.has_ended);
  hw_db_readers_set_told (fixture->readers, 5);
  wait_until (early.has_ended);
  g_assert_cmpstr (early.text, ==, "5");
}

static void
test_query_sees_one_moment (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_auto(Request) request = { .other = fixture->base.db };

  hw_db_readers_set_told (fixture->readers, 5);
  ask (fixture, read_twice, NULL, &request);
  wait_until (request.has_ended);

  g_assert_cmpstr (request.text, ==, "5 5");
}

static void
test_query_may_be_canceled (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(Request) request = { 0 };
  g_auto(Request) next = { 0 };

  ask (fixture, read_endlessly, cancellable, &request);
  while (!g_atomic_int_get (&request.has_begun))
    g_thread_yield ();
  g_cancellable_cancel (cancellable);
  wait_until (request.has_ended);
  g_assert_error (request.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  hw_db_readers_set_told (fixture->readers, 5);
  ask (fixture, read_seq, NULL, &next);
  wait_until (next.has_ended);
  g_assert_cmpstr (next.text, ==, "5");
}

static void
test_close_ends_what_runs_and_what_waits (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_auto(Request) running = { 0 };
  g_auto(Request) waiting = { 0 };

  ask (fixture, read_endlessly, NULL, &running);
  ask (fixture, read_seq, NULL, &waiting);
  while (!g_atomic_int_get (&running.has_begun))
    g_thread_yield ();
  hw_db_readers_close (fixture->readers);

  wait_until (running.has_ended && waiting.has_ended);
  g_assert_error (running.error, HW_DB_ERROR, HW_DB_ERROR_CLOSED);
  g_assert_error (waiting.error, HW_DB_ERROR, HW_DB_ERROR_CLOSED);
}

/* No more news come then: whoever waits for them gets what was read. */
static void
test_close_lets_early_answers_go (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(Request) early = { 0 };
  g_auto(Request) marker = { 0 };

  g_cancellable_cancel (cancellable);
  ask (fixture, read_seq, NULL, &early);
  ask (fixture, read_seq, cancellable, &marker);
  wait_until (marker.has_ended);

  hw_db_readers_close (fixture->readers);
  wait_until (early.has_ended);
  g_assert_cmpstr (early.text, ==, "5");
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture      *fixture,
                  gconstpointer test_data);
  } tests[] = {
    { "/db-readers/answer-waits-for-its-news", test_answer_waits_for_its_news },
    { "/db-readers/query-sees-one-moment", test_query_sees_one_moment },
    { "/db-readers/query-may-be-canceled", test_query_may_be_canceled },
    { "/db-readers/close-ends-what-runs-and-what-waits",
      test_close_ends_what_runs_and_what_waits },
    { "/db-readers/close-lets-early-answers-go", test_close_lets_early_answers_go },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);

  return g_test_run ();
}
