/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-run.h"

#include "tests/support/wait.h"

#include <string.h>

/* A run, and what it told. */
typedef struct
{
  HwRun *run; /* (owned) */
  guint n_changed;
  guint n_finished;
  HwResult result;
  GPtrArray *messages; /* (owned) (element-type utf8): taken at each change */
  HwRunLevel level;    /* the last that was taken */
} Fixture;

static void
on_run_changed (HwRun   *run,
                Fixture *fixture)
{
  g_autoptr(GPtrArray) messages = hw_run_take_messages (run);

  g_assert_cmpuint (fixture->n_finished, ==, 0);
  fixture->n_changed++;
  g_ptr_array_extend_and_steal (fixture->messages, g_steal_pointer (&messages));
  hw_run_take_progress (run, &fixture->level);
}

static void
on_run_finished (HwRun     *run,
                 HwOutcome *outcome,
                 Fixture   *fixture)
{
  fixture->n_finished++;
  fixture->result = outcome->result;
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  static const char data[] = "[Task]\ntitle=T\nfunction=f\n";
  g_autoptr(HwTaskType) type = NULL;
  g_autoptr(GError) error = NULL;

  type = hw_task_type_new_from_data ("noop", data, strlen (data), &error);
  g_assert_no_error (error);

  fixture->run = hw_run_new (9, 7, 1, type, g_variant_new_parsed ("@a{sv} {}"));
  fixture->messages = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (fixture->run, "changed", G_CALLBACK (on_run_changed), fixture);
  g_signal_connect (fixture->run, "finished", G_CALLBACK (on_run_finished), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_assert_finalize_object (g_steal_pointer (&fixture->run));
  g_clear_pointer (&fixture->messages, g_ptr_array_unref);
}

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_run_knows_its_attempt (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_assert_cmpuint (hw_run_get_epoch (fixture->run), ==, 9);
  g_assert_cmpuint (hw_run_get_task_id (fixture->run), ==, 7);
  g_assert_cmpuint (hw_run_get_attempt (fixture->run), ==, 1);
  g_assert_cmpstr (hw_task_type_get_name (hw_run_get_task_type (fixture->run)), ==, "noop");
  g_assert_cmpuint (g_variant_n_children (hw_run_get_parameters (fixture->run)), ==, 0);
}

/* Test that however often a runner reports, its listener is woken once and gets the newest. */
static void
test_run_newest_progress_wins (Fixture      *fixture,
                               gconstpointer test_data)
{
  for (guint i = 1; i <= 1000; i++)
    hw_run_set_progress (fixture->run, i, 1000, "bytes");
  g_assert_cmpuint (fixture->n_changed, ==, 0);
  iterate ();

  g_assert_cmpuint (fixture->n_changed, ==, 1);
  g_assert_cmpuint (fixture->level.done, ==, 1000);
  g_assert_cmpuint (fixture->level.total, ==, 1000);
  g_assert_cmpstr (fixture->level.unit, ==, "bytes");
}

static void
test_run_progress_is_taken_once (Fixture      *fixture,
                                 gconstpointer test_data)
{
  HwRunLevel level = { 0 };

  hw_run_set_progress (fixture->run, 1, 2, NULL);

  g_assert_true (hw_run_take_progress (fixture->run, &level));
  g_assert_cmpuint (level.done, ==, 1);
  g_assert_false (hw_run_take_progress (fixture->run, &level));

  iterate ();
}

static void
test_run_progress_never_falls (Fixture      *fixture,
                               gconstpointer test_data)
{
  hw_run_set_progress (fixture->run, 5, 10, NULL);
  hw_run_set_progress (fixture->run, 4, 10, NULL);
  iterate ();

  g_assert_cmpuint (fixture->level.done, ==, 5);
}

/* Test that a new total, which is a new phase, may begin anywhere. */
static void
test_run_progress_of_another_total_may_fall (Fixture      *fixture,
                                             gconstpointer test_data)
{
  hw_run_set_progress (fixture->run, 5, 10, NULL);
  hw_run_set_progress (fixture->run, 1, 20, NULL);
  iterate ();

  g_assert_cmpuint (fixture->level.done, ==, 1);
  g_assert_cmpuint (fixture->level.total, ==, 20);
}

static void
test_run_share_never_falls (Fixture      *fixture,
                            gconstpointer test_data)
{
  hw_run_set_share (fixture->run, 0.5);
  hw_run_set_share (fixture->run, 0.25);
  iterate ();

  g_assert_true (fixture->level.is_share);
  g_assert_cmpuint (fixture->level.done * 2, ==, fixture->level.total);
  g_assert_null (fixture->level.unit);
}

static void
test_run_progress_is_at_most_all (Fixture      *fixture,
                                  gconstpointer test_data)
{
  hw_run_set_progress (fixture->run, 11, 10, NULL);
  iterate ();

  g_assert_cmpuint (fixture->level.done, ==, 10);
}

static void
test_run_messages_come_in_order (Fixture      *fixture,
                                 gconstpointer test_data)
{
  hw_run_send_message (fixture->run, "Step %u of %u", 1u, 2u);
  hw_run_send_message (fixture->run, "Step %u of %u", 2u, 2u);
  iterate ();

  g_assert_cmpuint (fixture->messages->len, ==, 2);
  g_assert_cmpstr (fixture->messages->pdata[0], ==, "Step 1 of 2");
  g_assert_cmpstr (fixture->messages->pdata[1], ==, "Step 2 of 2");
}

/* Test that a runner that talks faster than anybody reads costs no more memory: the
 * first 99 and the newest stay.
 */
static void
test_run_messages_are_bounded (Fixture      *fixture,
                               gconstpointer test_data)
{
  for (guint i = 0; i < 500; i++)
    hw_run_send_message (fixture->run, "%u", i);
  iterate ();

  g_assert_cmpuint (fixture->messages->len, ==, 100);
  g_assert_cmpstr (fixture->messages->pdata[98], ==, "98");
  g_assert_cmpstr (fixture->messages->pdata[99], ==, "499");
}

/* Test that a message is cut to 1,024 bytes, and never in the middle of a character. */
static void
test_run_long_message_is_cut (Fixture      *fixture,
                              gconstpointer test_data)
{
  g_autofree char *filler = g_strnfill (1023, 'a');

  hw_run_send_message (fixture->run, "%s€", filler);
  iterate ();

  g_assert_cmpstr (fixture->messages->pdata[0], ==, filler);
}

static void
test_run_message_of_any_bytes_is_text (Fixture      *fixture,
                                       gconstpointer test_data)
{
  hw_run_send_message (fixture->run, "a\377b");
  iterate ();

  g_assert_cmpstr (fixture->messages->pdata[0], ==, "a\357\277\275b");
}

/* Test that what was reported last is told before the end. */
static void
test_run_finish_flushes (Fixture      *fixture,
                         gconstpointer test_data)
{
  hw_run_set_progress (fixture->run, 10, 10, NULL);
  hw_run_send_message (fixture->run, "Done");
  hw_run_finish (fixture->run, hw_outcome_new (HW_RESULT_SUCCESS));

  g_assert_cmpuint (fixture->n_changed, ==, 1);
  g_assert_cmpuint (fixture->level.done, ==, 10);
  g_assert_cmpuint (fixture->messages->len, ==, 1);
  g_assert_cmpuint (fixture->n_finished, ==, 1);
  g_assert_cmpint (fixture->result, ==, HW_RESULT_SUCCESS);
}

static void
test_run_finish_without_news_tells_no_change (Fixture      *fixture,
                                              gconstpointer test_data)
{
  hw_run_finish (fixture->run, hw_outcome_new (HW_RESULT_SUCCESS));
  iterate ();

  g_assert_cmpuint (fixture->n_changed, ==, 0);
  g_assert_cmpuint (fixture->n_finished, ==, 1);
}

static void
test_run_is_silent_after_its_end (Fixture      *fixture,
                                  gconstpointer test_data)
{
  HwRunLevel level;

  hw_run_finish (fixture->run, hw_outcome_new (HW_RESULT_SUCCESS));
  hw_run_set_progress (fixture->run, 1, 2, NULL);
  hw_run_send_message (fixture->run, "Late");
  iterate ();

  g_assert_cmpuint (fixture->n_changed, ==, 0);
  g_assert_false (hw_run_take_progress (fixture->run, &level));
}

static void
test_run_second_end_is_a_bug (Fixture      *fixture,
                              gconstpointer test_data)
{
  hw_run_finish (fixture->run, hw_outcome_new (HW_RESULT_SUCCESS));

  g_test_expect_message ("headway-core", G_LOG_LEVEL_CRITICAL, "*is_finished*");
  hw_run_finish (fixture->run, hw_outcome_new (HW_RESULT_ERROR));
  g_test_assert_expected_messages ();

  g_assert_cmpuint (fixture->n_finished, ==, 1);
}

#define N_THREADS 4
#define N_REPORTS 20000

static gpointer
report (gpointer user_data)
{
  HwRun *run = user_data;

  for (guint i = 1; i <= N_REPORTS; i++)
    hw_run_set_progress (run, i, N_REPORTS, "bytes");

  return NULL;
}

/* Test that runners may report from many threads at once, and that all of it is heard
 * in this one.
 */
static void
test_run_any_thread_may_report (Fixture      *fixture,
                                gconstpointer test_data)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("report", report, fixture->run);
  wait_until (fixture->level.done == N_REPORTS);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  iterate ();

  g_assert_cmpuint (fixture->n_changed, <=, N_THREADS * N_REPORTS);
  g_assert_cmpuint (fixture->level.done, ==, N_REPORTS);
}

/* Test that a report that waits for the main context keeps the run, and lets it go. */
static void
test_run_may_be_dropped_while_changed_waits (Fixture      *fixture,
                                             gconstpointer test_data)
{
  HwRun *run = hw_run_new (9, 7, 2, hw_run_get_task_type (fixture->run),
                           g_variant_new_parsed ("@a{sv} {}"));

  g_object_add_weak_pointer (G_OBJECT (run), (gpointer *) &run);
  hw_run_set_progress (run, 1, 2, NULL);
  g_object_unref (run);
  g_assert_nonnull (run);

  iterate ();
  g_assert_null (run);
}

static void
test_outcome_says_why (void)
{
  g_autoptr(HwOutcome) outcome = NULL;

  outcome = hw_outcome_new_failed (HW_RESULT_ERROR, "It broke at %d. Try again.", 3);

  g_assert_cmpint (outcome->result, ==, HW_RESULT_ERROR);
  g_assert_cmpstr (outcome->error, ==, "It broke at 3. Try again.");
  g_assert_cmpint (outcome->exit_code, ==, -1);
  g_assert_null (outcome->signal);
  g_assert_null (outcome->value);
}

static void
test_run_stopping_is_told_once (Fixture      *fixture,
                                gconstpointer test_data)
{
  g_assert_false (hw_run_get_is_stopping (fixture->run));

  hw_run_set_stopping (fixture->run);
  iterate ();
  hw_run_set_stopping (fixture->run);
  iterate ();

  g_assert_true (hw_run_get_is_stopping (fixture->run));
  g_assert_cmpuint (fixture->n_changed, ==, 1);
}

#define ADD(path, function) \
  g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/run/knows-its-attempt", test_run_knows_its_attempt);
  ADD ("/run/progress/newest-wins", test_run_newest_progress_wins);
  ADD ("/run/progress/is-taken-once", test_run_progress_is_taken_once);
  ADD ("/run/progress/never-falls", test_run_progress_never_falls);
  ADD ("/run/share/never-falls", test_run_share_never_falls);
  ADD ("/run/progress/of-another-total-may-fall", test_run_progress_of_another_total_may_fall);
  ADD ("/run/progress/is-at-most-all", test_run_progress_is_at_most_all);
  ADD ("/run/messages/come-in-order", test_run_messages_come_in_order);
  ADD ("/run/messages/are-bounded", test_run_messages_are_bounded);
  ADD ("/run/messages/long-one-is-cut", test_run_long_message_is_cut);
  ADD ("/run/messages/any-bytes-are-text", test_run_message_of_any_bytes_is_text);
  ADD ("/run/finish/flushes", test_run_finish_flushes);
  ADD ("/run/finish/without-news-tells-no-change", test_run_finish_without_news_tells_no_change);
  ADD ("/run/finish/is-silent-afterwards", test_run_is_silent_after_its_end);
  ADD ("/run/finish/second-is-a-bug", test_run_second_end_is_a_bug);
  ADD ("/run/any-thread-may-report", test_run_any_thread_may_report);
  ADD ("/run/stopping-is-told-once", test_run_stopping_is_told_once);
  ADD ("/run/may-be-dropped-while-changed-waits", test_run_may_be_dropped_while_changed_waits);
  g_test_add_func ("/run/outcome/says-why", test_outcome_says_why);

  return g_test_run ();
}
