/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-bench.h"
#include "hw-await.h"
#include "hw-test-log.h"
#include "tests/support/parsed-fields.h"

#include <string.h>

/* How an attempt begins and ends. */

typedef HwAttemptBench Bench;

static void
set_up (Bench        *bench,
        gconstpointer test_data)
{
  hw_attempt_bench_set_up (bench, "[Task]\ntitle=T\nfunction=f\non-interrupt=fail\n");
}

static void
set_up_requeue (Bench        *bench,
                gconstpointer test_data)
{
  hw_attempt_bench_set_up (bench, "[Task]\ntitle=T\nfunction=f\non-interrupt=requeue\n");
}

static void
tear_down (Bench        *bench,
           gconstpointer test_data)
{
  hw_attempt_bench_tear_down (bench);
}

#define assert_story(bench, expected) \
  G_STMT_START \
  { \
    g_autofree char *story = hw_attempt_bench_tell (bench); \
    g_assert_cmpstr (story, ==, expected); \
  } \
  G_STMT_END

#define assert_calls(bench, expected) \
  G_STMT_START \
  { \
    g_autofree char *calls = hw_fake_runner_take_calls (bench->runner); \
    g_assert_cmpstr (calls, ==, expected); \
  } \
  G_STMT_END

/* Gets the changes of the newest event that was written down, without its time. */
static char *
print_end (Bench *bench)
{
  g_autoptr(GPtrArray) events = hw_memory_store_dup_events (bench->store, 1);
  GVariant *changes = hw_event_get_changes (g_ptr_array_index (events, events->len - 1));
  g_autoptr(GVariant) fields = NULL;
  GVariantBuilder sorted;

  g_variant_builder_init (&sorted, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      const char *name = hw_task_field_get_name ((HwTaskField) i);
      g_autoptr(GVariant) value = g_variant_lookup_value (changes, name, NULL);

      if (value != NULL && i != HW_TASK_FIELD_ENDED_AT)
        g_variant_builder_add (&sorted, "{sv}", name, value);
    }
  fields = g_variant_ref_sink (g_variant_builder_end (&sorted));

  return g_variant_print (fields, FALSE);
}

static const char *
get_actor (Bench *bench)
{
  g_autoptr(GPtrArray) events = hw_memory_store_dup_events (bench->store, 1);

  /* The string lives as long as its event, which the store holds. */
  return hw_event_get_actor (g_ptr_array_index (events, events->len - 1));
}

static void
test_attempt_start_asks_the_runner (Bench        *bench,
                                    gconstpointer test_data)
{
  hw_attempt_bench_start (bench);

  assert_calls (bench, "start 1/1");
  assert_story (bench, "");
}

/* A runner gets everything; nobody else does. */
static void
test_attempt_start_gives_hidden_parameters_to_the_runner (Bench        *bench,
                                                          gconstpointer test_data)
{
  g_autofree char *parameters = NULL;

  hw_attempt_bench_start (bench);
  parameters = g_variant_print (hw_run_get_parameters (hw_attempt_bench_get_run (bench)), FALSE);

  g_assert_nonnull (strstr (parameters, "'name': <'n'>"));
  g_assert_nonnull (strstr (parameters, "'key': <'s3cret'>"));
}

static void
test_attempt_start_that_fails_is_spawn_failed (Bench        *bench,
                                               gconstpointer test_data)
{
  hw_fake_runner_fail_start (bench->runner, "There is no program “ls”. Install it.");
  hw_attempt_bench_start (bench);

  assert_story (bench, "Failed/1(spawn-failed)");
  g_assert_cmpstr (hw_task_get_string (hw_attempt_bench_peek_task (bench), HW_TASK_FIELD_ERROR),
                   ==, "There is no program “ls”. Install it.");
}

/* What follows from each end that a runner can tell: only success completes a task. */
static const struct
{
  HwResult result;
  const char *error;
  int exit_code;
  const char *signal;
  const char *value;
  const char *fields;
} outcomes[] = {
  { HW_RESULT_SUCCESS, NULL, -1, NULL, "{'sha256': <'ab'>}",
    "{'state': <'Completed'>, 'result': <'success'>, 'value': <{'sha256': <'ab'>}>, "
    "'progress': <1.0>, 'output_size': <uint64 5>}" },
  { HW_RESULT_SUCCESS, NULL, 0, NULL, NULL,
    "{'state': <'Completed'>, 'result': <'success'>, 'exit_code': <0>, 'progress': <1.0>, "
    "'output_size': <uint64 5>}" },
  { HW_RESULT_ERROR, "No.", -1, NULL, NULL,
    "{'state': <'Failed'>, 'result': <'error'>, 'error': <'No.'>, 'output_size': <uint64 5>}" },
  { HW_RESULT_EXIT_CODE, "No.", 3, NULL, NULL,
    "{'state': <'Failed'>, 'result': <'exit-code'>, 'error': <'No.'>, 'exit_code': <3>, "
    "'output_size': <uint64 5>}" },
  { HW_RESULT_SIGNAL, "No.", -1, "SIGKILL", NULL,
    "{'state': <'Failed'>, 'result': <'signal'>, 'error': <'No.'>, 'signal': <'SIGKILL'>, "
    "'output_size': <uint64 5>}" },
  { HW_RESULT_TIMEOUT, "No.", -1, "SIGTERM", NULL,
    "{'state': <'Failed'>, 'result': <'timeout'>, 'error': <'No.'>, 'signal': <'SIGTERM'>, "
    "'output_size': <uint64 5>}" },
  { HW_RESULT_CANCELED, "No.", -1, "SIGTERM", NULL,
    "{'state': <'Failed'>, 'result': <'canceled'>, 'error': <'No.'>, 'signal': <'SIGTERM'>, "
    "'output_size': <uint64 5>}" },
  { HW_RESULT_INTERRUPTED, "No.", -1, NULL, NULL,
    "{'state': <'Failed'>, 'result': <'interrupted'>, 'error': <'No.'>, "
    "'output_size': <uint64 5>}" },
  { HW_RESULT_LOST, "No.", -1, NULL, NULL,
    "{'state': <'Failed'>, 'result': <'lost'>, 'error': <'No.'>, 'output_size': <uint64 5>}" },
  { HW_RESULT_SPAWN_FAILED, "No.", -1, NULL, NULL,
    "{'state': <'Failed'>, 'result': <'spawn-failed'>, 'error': <'No.'>, "
    "'output_size': <uint64 5>}" },
  { HW_RESULT_OOM_KILL, "No.", -1, "SIGKILL", NULL,
    "{'state': <'Failed'>, 'result': <'oom-kill'>, 'error': <'No.'>, 'signal': <'SIGKILL'>, "
    "'output_size': <uint64 5>}" },
};

static void
test_attempt_outcome_to_fields (Bench        *bench,
                                gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  HwOutcome *outcome = hw_outcome_new (outcomes[i].result);
  g_autofree char *fields = NULL;

  outcome->error = g_strdup (outcomes[i].error);
  outcome->exit_code = outcomes[i].exit_code;
  outcome->signal = g_strdup (outcomes[i].signal);
  outcome->output_size = 5;
  if (outcomes[i].value != NULL)
    outcome->value = g_variant_parse (G_VARIANT_TYPE_VARDICT, outcomes[i].value, NULL, NULL, NULL);
  hw_attempt_bench_start (bench);
  hw_attempt_bench_finish (bench, outcome);
  fields = print_end (bench);

  g_assert_cmpstr (fields, ==, outcomes[i].fields);
  g_assert_cmpstr (get_actor (bench), ==, "queue");
  g_assert_cmpint (g_variant_get_int64 (hw_task_get_field (hw_attempt_bench_peek_task (bench),
                                                           HW_TASK_FIELD_ENDED_AT)),
                   ==, hw_clock_get_real_time (HW_CLOCK (bench->clock)));
}

/* Until the store has it, what the runner has written down of it is all there is. */
static void
test_attempt_ending_is_tried_again (Bench        *bench,
                                    gconstpointer test_data)
{
  HwTestLog *log = (gpointer) test_data;

  hw_attempt_bench_start (bench);
  hw_memory_store_fail_next (bench->store, HW_MEMORY_STORE_COMMIT, 2);
  hw_test_log_expect_warning (log, "Could not write down the end of task 1: The disk is full.");
  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_SUCCESS));
  assert_story (bench, "");

  hw_test_log_expect_warning (log, "Could not write down the end of task 1: The disk is full.");
  hw_fake_clock_advance (bench->clock, G_USEC_PER_SEC);
  hw_await_quiet ();
  assert_story (bench, "");
  g_assert_cmpuint (hw_fake_runner_get_n_settled (bench->runner), ==, 0);

  hw_fake_clock_advance (bench->clock, G_USEC_PER_SEC);
  hw_await_quiet ();
  assert_story (bench, "Completed/1(success)");
  g_assert_cmpuint (hw_fake_runner_get_n_settled (bench->runner), ==, 1);
  hw_test_log_assert_expected (log);
}

/* The task is not as it was any more: there is nothing to write, now or later. */
static void
test_attempt_ending_that_conflicts_is_not_tried_again (Bench        *bench,
                                                       gconstpointer test_data)
{
  HwTestLog *log = (gpointer) test_data;
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  g_autoptr(GPtrArray) events = NULL;

  hw_attempt_bench_start (bench);
  g_ptr_array_add (changes,
                   hw_change_new_state (1, HW_TASK_STATE_PROCESSING, 1, "another-node", 1,
                                        parsed_fields ("@a{sv} {'state': <'Pending'>}")));
  events = hw_memory_store_commit_now (bench->store, changes, NULL);
  hw_test_log_expect_warning (log, "Could not write down the end of task 1: *");
  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_SUCCESS));

  g_assert_cmpuint (hw_fake_clock_get_n_timers (bench->clock), ==, 0);
  assert_story (bench, "Pending/1");
  g_assert_cmpuint (hw_fake_runner_get_n_settled (bench->runner), ==, 1);
  hw_test_log_assert_expected (log);
}

static void
test_attempt_message_that_is_lost_ends_nothing (Bench        *bench,
                                                gconstpointer test_data)
{
  HwTestLog *log = (gpointer) test_data;

  hw_attempt_bench_start (bench);
  hw_memory_store_fail_next (bench->store, HW_MEMORY_STORE_COMMIT, 1);
  hw_test_log_expect_warning (log, "Lost a message of task 1: The disk is full.");
  hw_run_send_message (hw_attempt_bench_get_run (bench), "lost");
  hw_await_quiet ();
  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_SUCCESS));

  assert_story (bench, "Completed/1(success)");
  hw_test_log_assert_expected (log);
}

static void
test_attempt_cancel_asks_and_waits (Bench        *bench,
                                    gconstpointer test_data)
{
  g_autofree char *level = NULL;

  hw_attempt_bench_start (bench);
  hw_attempt_cancel_async (bench->attempt, "uid:1000", FALSE, NULL, NULL);
  hw_await_quiet ();
  level = hw_attempt_bench_print_newest_level (bench);

  assert_calls (bench, "start 1/1, stop 1/1");
  g_assert_cmpint (hw_fake_runner_get_deadline (bench->runner), ==,
                   hw_clock_get_monotonic_time (HW_CLOCK (bench->clock)) + 10 * G_USEC_PER_SEC);
  g_assert_cmpstr (level, ==, "{'activity': <'stopping'>}");
  assert_story (bench, "");
}

static void
test_attempt_cancel_ends_with_who_wanted_it (Bench        *bench,
                                             gconstpointer test_data)
{
  hw_attempt_bench_start (bench);
  hw_attempt_cancel_async (bench->attempt, "uid:1000", FALSE, NULL, NULL);
  hw_attempt_bench_finish (bench, hw_outcome_new_failed (HW_RESULT_CANCELED, "It was canceled."));

  assert_story (bench, "Failed/1(canceled)");
  g_assert_cmpstr (get_actor (bench), ==, "uid:1000");
}

/* Work that was done before it heard of it is done. */
static void
test_attempt_cancel_too_late_completes (Bench        *bench,
                                        gconstpointer test_data)
{
  hw_attempt_bench_start (bench);
  hw_attempt_cancel_async (bench->attempt, "uid:1000", FALSE, NULL, NULL);
  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_SUCCESS));

  assert_story (bench, "Completed/1(success)");
  g_assert_cmpstr (get_actor (bench), ==, "queue");
}

static void
test_attempt_cancel_before_the_work_began (Bench        *bench,
                                           gconstpointer test_data)
{
  hw_fake_runner_hold_answers (bench->runner);
  hw_attempt_bench_start (bench);
  hw_attempt_cancel_async (bench->attempt, "uid:1000", FALSE, NULL, NULL);
  hw_fake_runner_release_answers (bench->runner);
  hw_await_quiet ();
  assert_calls (bench, "start 1/1, stop 1/1");

  hw_attempt_bench_finish (bench, hw_outcome_new_failed (HW_RESULT_CANCELED, "It was canceled."));
  assert_story (bench, "Failed/1(canceled)");
}

static void
test_attempt_cancel_twice_asks_once (Bench        *bench,
                                     gconstpointer test_data)
{
  hw_attempt_bench_start (bench);
  hw_attempt_cancel_async (bench->attempt, "uid:1000", FALSE, NULL, NULL);
  hw_attempt_cancel_async (bench->attempt, "uid:1001", FALSE, NULL, NULL);
  hw_attempt_bench_finish (bench, hw_outcome_new_failed (HW_RESULT_CANCELED, "It was canceled."));

  assert_calls (bench, "start 1/1, stop 1/1");
  g_assert_cmpstr (get_actor (bench), ==, "uid:1000");
}

static void
test_attempt_cancel_after_the_end_does_nothing (Bench        *bench,
                                                gconstpointer test_data)
{
  hw_attempt_bench_start (bench);
  hw_fake_runner_succeed (bench->runner, 1);
  hw_attempt_cancel_async (bench->attempt, "uid:1000", FALSE, NULL, NULL);
  hw_await_quiet ();
  hw_attempt_cancel_async (bench->attempt, "uid:1000", FALSE, NULL, NULL);
  hw_await_quiet ();

  assert_calls (bench, "start 1/1");
  assert_story (bench, "Completed/1(success)");
  g_assert_cmpuint (bench->levels->len, ==, 0);
}

/* What is told of the cancellation is all there was to tell. */
static void
test_attempt_cancel_tells_the_newest_progress (Bench        *bench,
                                               gconstpointer test_data)
{
  g_autofree char *level = NULL;

  hw_attempt_bench_start (bench);
  for (guint i = 1; i < 3; i++)
    {
      hw_run_set_progress (hw_attempt_bench_get_run (bench), i, 4, NULL);
      hw_await_quiet ();
    }
  hw_attempt_cancel_async (bench->attempt, "uid:1000", FALSE, NULL, NULL);
  level = hw_attempt_bench_print_newest_level (bench);
  g_assert_cmpstr (level, ==, "{'progress': <0.5>, 'done': <uint64 2>, 'total': <uint64 4>, "
                   "'activity': <'stopping'>}");

  hw_fake_clock_advance (bench->clock, G_USEC_PER_SEC);
  g_assert_cmpuint (bench->levels->len, ==, 2);
}

static void
test_attempt_abandon_writes_nothing (Bench        *bench,
                                     gconstpointer test_data)
{
  hw_attempt_bench_start (bench);
  hw_run_set_progress (hw_attempt_bench_get_run (bench), 1, 4, NULL);
  hw_await_quiet ();
  hw_run_set_progress (hw_attempt_bench_get_run (bench), 2, 4, NULL);
  hw_await_quiet ();
  hw_attempt_abandon (bench->attempt);
  hw_run_send_message (hw_attempt_bench_get_run (bench), "help");
  hw_attempt_bench_finish (bench, hw_outcome_new_failed (HW_RESULT_SIGNAL, "It was killed."));
  hw_fake_clock_advance (bench->clock, G_USEC_PER_SEC);
  hw_await_quiet ();

  assert_calls (bench, "start 1/1, leave 1/1");
  assert_story (bench, "");
  g_assert_cmpuint (bench->levels->len, ==, 1);
}

static void
test_attempt_abandon_while_it_starts_writes_nothing (Bench        *bench,
                                                     gconstpointer test_data)
{
  hw_fake_runner_hold_answers (bench->runner);
  hw_fake_runner_fail_start (bench->runner, "No.");
  hw_attempt_bench_start (bench);
  hw_attempt_abandon (bench->attempt);
  hw_fake_runner_release_answers (bench->runner);
  hw_await_quiet ();

  assert_story (bench, "");
}

/* Nor is an end written that could not be written before. */
static void
test_attempt_abandon_drops_what_was_to_be_tried_again (Bench        *bench,
                                                       gconstpointer test_data)
{
  HwTestLog *log = (gpointer) test_data;

  hw_attempt_bench_start (bench);
  hw_memory_store_fail_next (bench->store, HW_MEMORY_STORE_COMMIT, 1);
  hw_test_log_expect_warning (log, "Could not write down the end of task 1: *");
  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_SUCCESS));
  hw_attempt_abandon (bench->attempt);
  hw_fake_clock_advance (bench->clock, 10 * G_USEC_PER_SEC);
  hw_await_quiet ();

  assert_story (bench, "");
  hw_test_log_assert_expected (log);
}

static void
adopt (Bench *bench)
{
  hw_attempt_adopt (bench->attempt);
  hw_await_quiet ();
}

static void
test_attempt_adopt_goes_on (Bench        *bench,
                            gconstpointer test_data)
{
  adopt (bench);
  assert_calls (bench, "adopt 1/1");
  assert_story (bench, "");

  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_SUCCESS));
  assert_story (bench, "Completed/1(success)");
}

/* Test that it is told that work stops which nobody asked this daemon to stop. */
static void
test_attempt_adopt_goes_on_stopping (Bench        *bench,
                                     gconstpointer test_data)
{
  g_autofree char *level = NULL;

  adopt (bench);
  hw_run_set_stopping (hw_attempt_bench_get_run (bench));
  hw_await_quiet ();
  level = hw_attempt_bench_print_newest_level (bench);

  g_assert_cmpstr (level, ==, "{'activity': <'stopping'>}");
  assert_calls (bench, "adopt 1/1");

  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_CANCELED));
  assert_story (bench, "Failed/1(canceled)");
}

/* What never began is Pending again, whatever the rule. */
static void
test_attempt_adopt_not_started_is_pending (Bench        *bench,
                                           gconstpointer test_data)
{
  hw_fake_runner_set_adopt_error (bench->runner, HW_ERROR_NOT_STARTED);
  adopt (bench);

  assert_story (bench, "Pending/1");
}

static void
test_attempt_adopt_interrupted_by_the_rule_fail (Bench        *bench,
                                                 gconstpointer test_data)
{
  hw_fake_runner_set_adopt_error (bench->runner, HW_ERROR_INTERRUPTED);
  adopt (bench);

  assert_story (bench, "Failed/1(interrupted)");
  g_assert_cmpstr (hw_task_get_string (hw_attempt_bench_peek_task (bench), HW_TASK_FIELD_ERROR),
                   ==, "Headway stopped while the task was running. Look at how far it got, "
                   "and retry it if it has to be done.");
}

static void
test_attempt_adopt_interrupted_by_the_rule_requeue (Bench        *bench,
                                                    gconstpointer test_data)
{
  hw_fake_runner_set_adopt_error (bench->runner, HW_ERROR_INTERRUPTED);
  adopt (bench);

  assert_story (bench, "Pending/1");
}

/* A runner that knows more says so itself: what was printed is there to be read. */
static void
test_attempt_interrupted_by_the_rule_fail (Bench        *bench,
                                           gconstpointer test_data)
{
  HwOutcome *outcome = hw_outcome_new_failed (HW_RESULT_INTERRUPTED, "The machine went down.");

  outcome->output_size = 7;
  adopt (bench);
  hw_attempt_bench_finish (bench, outcome);

  assert_story (bench, "Failed/1(interrupted)");
  g_assert_cmpuint (g_variant_get_uint64 (hw_task_get_field (hw_attempt_bench_peek_task (bench),
                                                             HW_TASK_FIELD_OUTPUT_SIZE)), ==, 7);
}

static void
test_attempt_interrupted_by_the_rule_requeue (Bench        *bench,
                                              gconstpointer test_data)
{
  adopt (bench);
  hw_attempt_bench_finish (bench, hw_outcome_new_failed (HW_RESULT_INTERRUPTED,
                                                         "The machine went down."));

  assert_story (bench, "Pending/1");
}

/* Whoever cancels a task while nobody knows yet whether it runs must not see it run again. */
static void
test_attempt_adopt_canceled_meanwhile_is_not_tried_again (Bench        *bench,
                                                          gconstpointer test_data)
{
  hw_fake_runner_hold_answers (bench->runner);
  hw_fake_runner_set_adopt_error (bench->runner, HW_ERROR_INTERRUPTED);
  adopt (bench);
  hw_attempt_cancel_async (bench->attempt, "uid:1000", FALSE, NULL, NULL);
  hw_fake_runner_release_answers (bench->runner);
  hw_await_quiet ();

  assert_story (bench, "Failed/1(canceled)");
  g_assert_cmpstr (get_actor (bench), ==, "uid:1000");
}

static void
on_canceled (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  gboolean *is_answered = user_data;

  g_assert_true (hw_attempt_cancel_finish (HW_ATTEMPT (source), result, NULL));
  *is_answered = TRUE;
}

/* Whoever cancels is answered when the runner has taken note of it. */
static void
test_attempt_cancel_is_answered_by_the_runner (Bench        *bench,
                                               gconstpointer test_data)
{
  gboolean is_answered = FALSE;

  hw_attempt_bench_start (bench);
  hw_fake_runner_hold_answers (bench->runner);
  hw_attempt_cancel_async (bench->attempt, "uid:1000", FALSE, on_canceled, &is_answered);
  hw_await_quiet ();
  g_assert_false (is_answered);

  hw_fake_runner_release_answers (bench->runner);
  hw_await_quiet ();
  g_assert_true (is_answered);
}

/* What was canceled under a former daemon is not tried again, and ends with who wanted that. */
static void
test_attempt_adopt_canceled_before_is_not_tried_again (Bench        *bench,
                                                       gconstpointer test_data)
{
  hw_fake_runner_set_canceled_by (bench->runner, "uid:1000");
  hw_fake_runner_set_adopt_error (bench->runner, HW_ERROR_NOT_STARTED);
  adopt (bench);

  assert_story (bench, "Failed/1(canceled)");
  g_assert_cmpstr (get_actor (bench), ==, "uid:1000");
}

static void
test_attempt_adopt_canceled_before_ends_with_who_wanted_it (Bench        *bench,
                                                            gconstpointer test_data)
{
  hw_fake_runner_set_canceled_by (bench->runner, "uid:1000");
  adopt (bench);
  hw_attempt_bench_finish (bench, hw_outcome_new_failed (HW_RESULT_CANCELED, "It was canceled."));

  assert_story (bench, "Failed/1(canceled)");
  g_assert_cmpstr (get_actor (bench), ==, "uid:1000");
}

#define ADD(path, function) g_test_add (path, Bench, log, set_up, function, tear_down)

static void
add_tests_of_cancellation (HwTestLog *log)
{
  ADD ("/attempt/cancel/asks-and-waits", test_attempt_cancel_asks_and_waits);
  ADD ("/attempt/cancel/is-answered-by-the-runner",
       test_attempt_cancel_is_answered_by_the_runner);
  ADD ("/attempt/adopt/canceled-before/is-not-tried-again",
       test_attempt_adopt_canceled_before_is_not_tried_again);
  ADD ("/attempt/adopt/canceled-before/ends-with-who-wanted-it",
       test_attempt_adopt_canceled_before_ends_with_who_wanted_it);
  ADD ("/attempt/cancel/ends-with-who-wanted-it", test_attempt_cancel_ends_with_who_wanted_it);
  ADD ("/attempt/cancel/too-late-completes", test_attempt_cancel_too_late_completes);
  ADD ("/attempt/cancel/before-the-work-began", test_attempt_cancel_before_the_work_began);
  ADD ("/attempt/cancel/twice-asks-once", test_attempt_cancel_twice_asks_once);
  ADD ("/attempt/cancel/after-the-end-does-nothing",
       test_attempt_cancel_after_the_end_does_nothing);
  ADD ("/attempt/cancel/tells-the-newest-progress", test_attempt_cancel_tells_the_newest_progress);
  ADD ("/attempt/abandon/writes-nothing", test_attempt_abandon_writes_nothing);
  ADD ("/attempt/abandon/while-it-starts-writes-nothing",
       test_attempt_abandon_while_it_starts_writes_nothing);
  ADD ("/attempt/abandon/drops-what-was-to-be-tried-again",
       test_attempt_abandon_drops_what_was_to_be_tried_again);
}

int
main (int   argc,
      char *argv[])
{
  HwTestLog *log;

  g_test_init (&argc, &argv, NULL);
  log = hw_test_log_install ();

  ADD ("/attempt/start/asks-the-runner", test_attempt_start_asks_the_runner);
  ADD ("/attempt/start/gives-hidden-parameters-to-the-runner",
       test_attempt_start_gives_hidden_parameters_to_the_runner);
  ADD ("/attempt/start/that-fails-is-spawn-failed",
       test_attempt_start_that_fails_is_spawn_failed);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/attempt/outcome/%s-%u",
                                               hw_result_to_string (outcomes[i].result), i);

      g_test_add (path, Bench, GUINT_TO_POINTER (i), set_up, test_attempt_outcome_to_fields,
                  tear_down);
    }
  ADD ("/attempt/ending/is-tried-again", test_attempt_ending_is_tried_again);
  ADD ("/attempt/ending/that-conflicts-is-not-tried-again",
       test_attempt_ending_that_conflicts_is_not_tried_again);
  ADD ("/attempt/message/that-is-lost-ends-nothing",
       test_attempt_message_that_is_lost_ends_nothing);
  add_tests_of_cancellation (log);
  ADD ("/attempt/adopt/goes-on", test_attempt_adopt_goes_on);
  ADD ("/attempt/adopt/goes-on-stopping", test_attempt_adopt_goes_on_stopping);
  ADD ("/attempt/adopt/not-started-is-pending", test_attempt_adopt_not_started_is_pending);
  ADD ("/attempt/interrupted/by-the-rule-fail", test_attempt_interrupted_by_the_rule_fail);
  g_test_add ("/attempt/interrupted/by-the-rule-requeue", Bench, log, set_up_requeue,
              test_attempt_interrupted_by_the_rule_requeue, tear_down);
  ADD ("/attempt/adopt/interrupted-by-the-rule-fail",
       test_attempt_adopt_interrupted_by_the_rule_fail);
  g_test_add ("/attempt/adopt/interrupted-by-the-rule-requeue", Bench, log, set_up_requeue,
              test_attempt_adopt_interrupted_by_the_rule_requeue, tear_down);
  g_test_add ("/attempt/adopt/canceled-meanwhile-is-not-tried-again", Bench, log, set_up_requeue,
              test_attempt_adopt_canceled_meanwhile_is_not_tried_again, tear_down);

  return g_test_run ();
}
