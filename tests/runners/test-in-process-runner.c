/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-in-process-runner.h"

#include "tests/support/hw-fake-clock.h"
#include "tests/support/run-probe.h"

/* Where the work of a test stands, and what it waits for. */
static GMutex lock;
static GCond changed;
static guint n_working;
static guint most_working;
static guint n_released;
static GThread *worker;

/* Works until it is released or canceled. */
static GVariant *
work_until_released (HwRun        *run,
                     GVariant     *parameters,
                     GCancellable *cancellable,
                     GError      **error)
{
  g_mutex_lock (&lock);

  n_working++;
  most_working = MAX (most_working, n_working);
  g_cond_broadcast (&changed);
  while (n_released == 0 && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait_until (&changed, &lock, g_get_monotonic_time () + 1000);
  if (n_released > 0)
    n_released--;
  n_working--;

  g_mutex_unlock (&lock);

  g_cancellable_set_error_if_cancelled (cancellable, error);

  return NULL;
}

static GVariant *
work_for_value (HwRun        *run,
                GVariant     *parameters,
                GCancellable *cancellable,
                GError      **error)
{
  hw_run_send_message (run, "Working");
  hw_run_set_progress (run, 2, 2, "things");

  return g_variant_ref_sink (g_variant_new_parsed ("{'sum': <int64 3>}"));
}

static GVariant *
work_for_failure (HwRun        *run,
                  GVariant     *parameters,
                  GCancellable *cancellable,
                  GError      **error)
{
  g_set_error (error, HW_ERROR, HW_ERROR_FAILED, "It broke. Mend it.");

  return NULL;
}

/* Takes note of where it was called. */
static GVariant *
work_for_thread (HwRun        *run,
                 GVariant     *parameters,
                 GCancellable *cancellable,
                 GError      **error)
{
  worker = g_thread_self ();

  return NULL;
}

typedef struct
{
  HwFakeClock *clock; /* (owned) */
  HwRunner *runner;   /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  HwInProcessRunner *runner;

  fixture->clock = hw_fake_clock_new ();
  runner = hw_in_process_runner_new (HW_CLOCK (fixture->clock), 2);

  hw_in_process_runner_add (runner, "wait", work_until_released);
  hw_in_process_runner_add (runner, "value", work_for_value);
  hw_in_process_runner_add (runner, "failure", work_for_failure);
  hw_in_process_runner_add (runner, "thread", work_for_thread);
  hw_in_process_runner_add_instant (runner, "instant", work_for_thread);

  fixture->runner = HW_RUNNER (runner);
  n_released = 0;
  most_working = 0;
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  drop_object (g_steal_pointer (&fixture->runner));
  g_assert_cmpuint (hw_fake_clock_get_n_timers (fixture->clock), ==, 0);
  drop_object (g_steal_pointer (&fixture->clock));
}

/* Makes an attempt at a task whose type has @function. */
static RunProbe *
probe_function (const char *function)
{
  g_autofree char *data = g_strdup_printf ("[Task]\ntitle=T\nfunction=%s\n", function);
  g_autoptr(HwTaskType) type = make_task_type ("sample", data);

  return run_probe_new (type, "{}");
}

static guint
count_working (void)
{
  guint count;

  g_mutex_lock (&lock);
  count = n_working;
  g_mutex_unlock (&lock);

  return count;
}

/* Waits on a condition of the threads, which the main context does not hear of. */
static void
wait_for_working (guint expected)
{
  gint64 end = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;

  g_mutex_lock (&lock);
  while (n_working != expected)
    if (!g_cond_wait_until (&changed, &lock, end))
      break;
  g_assert_cmpuint (n_working, ==, expected);
  g_mutex_unlock (&lock);
}

static void
release (guint count)
{
  g_mutex_lock (&lock);
  n_released += count;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

static void
test_in_process_runner_gives_value (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("value");
  g_autoptr(GVariant) expected = g_variant_ref_sink (g_variant_new_parsed ("{'sum': <int64 3>}"));

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpvariant (probe->value, expected);
  g_assert_null (probe->error);
  g_assert_cmpint (probe->exit_code, ==, -1);
}

/* To wake a thread takes longer than what is instant, and so does a round of the main context.
 * All else may take long.
 */
static void
test_in_process_runner_instant_at_once (Fixture      *fixture,
                                        gconstpointer test_data)
{
  g_autoptr(RunProbe) slow = probe_function ("thread");
  g_autoptr(RunProbe) instant = probe_function ("instant");

  run_probe_start (slow, fixture->runner, NULL);
  wait_until (slow->is_finished);
  g_assert_true (worker != g_thread_self ());

  run_probe_start (instant, fixture->runner, NULL);
  g_assert_true (worker == g_thread_self ());
  g_assert_true (instant->is_finished);
  g_assert_cmpint (instant->result, ==, HW_RESULT_SUCCESS);

  wait_until (instant->is_started);
}

static void
test_in_process_runner_passes_reports_on (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("value");

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpuint (probe->messages->len, ==, 1);
  g_assert_cmpstr (probe->messages->pdata[0], ==, "Working");
  g_assert_cmpuint (probe->levels->len, ==, 1);
  g_assert_cmpuint (g_array_index (probe->levels, HwRunLevel, 0).done, ==, 2);
}

static void
test_in_process_runner_passes_error_on (Fixture      *fixture,
                                        gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("failure");

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_ERROR);
  g_assert_cmpstr (probe->error, ==, "It broke. Mend it.");
}

static void
test_in_process_runner_without_function (Fixture      *fixture,
                                         gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("missing");

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_ERROR);
  g_assert_cmpstr (probe->error, ==,
                   "This Headway has no function “missing”. Correct “function” in sample.task, "
                   "or take a Headway that has it.");
}

/* Test that a task that was accepted before its type's file changed is judged anew. */
static void
test_in_process_runner_checks_parameters_again (Fixture      *fixture,
                                                gconstpointer test_data)
{
  g_autoptr(HwTaskType) type =
    make_task_type ("sample", "[Task]\ntitle=T\nfunction=value\n"
                    "[Parameter path]\ntype=path\nrequired=true\n");
  g_autoptr(RunProbe) probe =
    run_probe_new_for_run (hw_run_new (PROBE_EPOCH, PROBE_TASK_ID, PROBE_ATTEMPT, type, g_variant_new_parsed ("@a{sv} {}")));

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_ERROR);
  g_assert_cmpstr (probe->error, ==,
                   "The parameter “path” is missing. Add it: it must be an absolute path.");
}

static void
test_in_process_runner_canceled_before (Fixture      *fixture,
                                        gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("value");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  run_probe_start (probe, fixture->runner, cancellable);
  wait_until (probe->start_error != NULL);

  g_assert_error (probe->start_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (probe->is_finished);
}

/* Test that the cancellable of the start does not reach work that has begun. */
static void
test_in_process_runner_cancellable_of_start (Fixture      *fixture,
                                             gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("value");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  run_probe_start (probe, fixture->runner, cancellable);
  g_cancellable_cancel (cancellable);
  wait_until (probe->is_finished);

  g_assert_no_error (probe->start_error);
  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
}

/* Test that both verbs end work that goes on. */
static void
test_in_process_runner_stopped_during (Fixture      *fixture,
                                       gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("wait");

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_started);
  wait_for_working (1);
  run_probe_control (probe, fixture->runner, (HwControl) GPOINTER_TO_INT (test_data), 0);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpstr (probe->error, ==, "The task was canceled. Retry it to do it after all.");
  g_assert_cmpuint (count_working (), ==, 0);
}

/* Test that work that waits for its thread is stopped before it begins. */
static void
test_in_process_runner_stopped_while_waiting (Fixture      *fixture,
                                              gconstpointer test_data)
{
  g_autoptr(RunProbe) first = probe_function ("wait");
  g_autoptr(RunProbe) second = probe_function ("wait");
  g_autoptr(RunProbe) third = probe_function ("value");

  run_probe_start (first, fixture->runner, NULL);
  run_probe_start (second, fixture->runner, NULL);
  wait_for_working (2);
  run_probe_start (third, fixture->runner, NULL);
  run_probe_control (third, fixture->runner, HW_CONTROL_STOP, 0);
  release (2);
  wait_until (first->is_finished && second->is_finished && third->is_finished);

  g_assert_cmpint (third->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpuint (third->messages->len, ==, 0);
}

static void
test_in_process_runner_stopped_after (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("value");

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, 0);

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
}

/* Test that no more work goes on at once than there are threads. */
static void
test_in_process_runner_keeps_its_limit (Fixture      *fixture,
                                        gconstpointer test_data)
{
  RunProbe *probes[6];

  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      probes[i] = probe_function ("wait");
      run_probe_start (probes[i], fixture->runner, NULL);
    }
  wait_for_working (2);
  release (G_N_ELEMENTS (probes));
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      wait_until (probes[i]->is_finished);
      run_probe_free (probes[i]);
    }

  g_assert_cmpuint (most_working, ==, 2);
}

/* Test that a runner whose owner is gone finishes what goes on, and then goes too. */
static void
test_in_process_runner_dropped_while_working (void)
{
  g_autoptr(HwFakeClock) clock = hw_fake_clock_new ();
  HwInProcessRunner *runner = hw_in_process_runner_new (HW_CLOCK (clock), 1);
  g_autoptr(RunProbe) probe = probe_function ("wait");
  int is_gone = FALSE;

  hw_in_process_runner_add (runner, "wait", work_until_released);
  run_probe_start (probe, HW_RUNNER (runner), NULL);
  wait_for_working (1);
  g_object_weak_ref (G_OBJECT (runner), on_object_gone, &is_gone);
  g_object_unref (runner);
  g_assert_false (g_atomic_int_get (&is_gone));

  release (1);
  wait_until (probe->is_finished && g_atomic_int_get (&is_gone));
  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
}

static void
test_in_process_runner_timeout_ends_work (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("wait");

  hw_run_set_timeout (probe->run, 90 * G_USEC_PER_SEC);
  run_probe_start (probe, fixture->runner, NULL);
  wait_for_working (1);
  hw_fake_clock_advance (fixture->clock, 90 * G_USEC_PER_SEC - 1);
  g_assert_false (hw_run_get_is_stopping (probe->run));

  hw_fake_clock_advance (fixture->clock, 1);
  g_assert_true (hw_run_get_is_stopping (probe->run));
  wait_until (probe->is_finished);
  g_assert_cmpint (probe->result, ==, HW_RESULT_TIMEOUT);
  g_assert_cmpstr (probe->error, ==, "The task took longer than the 90 seconds that it had. "
                   "Give it more time, and add it again.");
}

/* Whoever cancels it is the reason of its end, however long that takes. */
static void
test_in_process_runner_timeout_after_stop (Fixture      *fixture,
                                           gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("wait");

  hw_run_set_timeout (probe->run, G_USEC_PER_SEC);
  run_probe_start (probe, fixture->runner, NULL);
  wait_for_working (1);
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, 0);
  hw_fake_clock_advance (fixture->clock, G_USEC_PER_SEC);
  wait_until (probe->is_finished);
  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
}

/* A thread cannot be held; it is told so, and goes on. */
static void
test_in_process_runner_refuses_to_pause (Fixture      *fixture,
                                         gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("wait");
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_working (1);
  hw_runner_control_async (fixture->runner, probe->run, GPOINTER_TO_INT (test_data), 0, NULL,
                           on_probe_result, &result);
  wait_until (result != NULL);
  g_assert_false (hw_runner_control_finish (fixture->runner, result, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);

  release (1);
  wait_until (probe->is_finished);
  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
}

static void
test_in_process_runner_adopts_nothing (Fixture      *fixture,
                                       gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_function ("value");
  g_autoptr(GError) error = run_probe_adopt (probe, fixture->runner);

  g_assert_error (error, HW_ERROR, HW_ERROR_INTERRUPTED);
  g_assert_false (probe->is_finished);
}

#define ADD(path, data, function) \
  g_test_add (path, Fixture, data, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/in-process-runner/gives-value", NULL, test_in_process_runner_gives_value);
  ADD ("/in-process-runner/instant-at-once", NULL,
       test_in_process_runner_instant_at_once);
  ADD ("/in-process-runner/passes-reports-on", NULL, test_in_process_runner_passes_reports_on);
  ADD ("/in-process-runner/passes-error-on", NULL, test_in_process_runner_passes_error_on);
  ADD ("/in-process-runner/without-function", NULL, test_in_process_runner_without_function);
  ADD ("/in-process-runner/checks-parameters-again", NULL,
       test_in_process_runner_checks_parameters_again);
  ADD ("/in-process-runner/canceled/before", NULL, test_in_process_runner_canceled_before);
  ADD ("/in-process-runner/canceled/only-the-start", NULL,
       test_in_process_runner_cancellable_of_start);
  ADD ("/in-process-runner/stop/during", GINT_TO_POINTER (HW_CONTROL_STOP),
       test_in_process_runner_stopped_during);
  ADD ("/in-process-runner/kill/during", GINT_TO_POINTER (HW_CONTROL_KILL),
       test_in_process_runner_stopped_during);
  ADD ("/in-process-runner/stop/while-waiting", NULL,
       test_in_process_runner_stopped_while_waiting);
  ADD ("/in-process-runner/stop/after", NULL, test_in_process_runner_stopped_after);
  ADD ("/in-process-runner/keeps-its-limit", NULL, test_in_process_runner_keeps_its_limit);
  g_test_add_func ("/in-process-runner/dropped-while-working",
                   test_in_process_runner_dropped_while_working);
  ADD ("/in-process-runner/timeout/ends-work", NULL, test_in_process_runner_timeout_ends_work);
  ADD ("/in-process-runner/timeout/after-a-stop", NULL, test_in_process_runner_timeout_after_stop);
  ADD ("/in-process-runner/refuses/pause", GINT_TO_POINTER (HW_CONTROL_PAUSE),
       test_in_process_runner_refuses_to_pause);
  ADD ("/in-process-runner/refuses/resume", GINT_TO_POINTER (HW_CONTROL_RESUME),
       test_in_process_runner_refuses_to_pause);
  ADD ("/in-process-runner/adopts-nothing", NULL, test_in_process_runner_adopts_nothing);

  return g_test_run ();
}
