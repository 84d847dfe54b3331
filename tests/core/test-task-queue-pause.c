/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-error.h"

#include "tests/support/house-fixture.h"

/* What holds a task, what forces it, and what ends one that brings the daemon down. */

static HwTask *
try_pause (Fixture     *fixture,
           HwPrincipal *principal,
           guint64      task_id,
           GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_pause_async (fixture->house->queue, principal, task_id, NULL, hw_await_result,
                             &result);
  hw_await_quiet ();
  g_assert_nonnull (result);

  return hw_task_queue_pause_finish (fixture->house->queue, result, error);
}

static HwTask *
try_resume (Fixture *fixture,
            guint64  task_id,
            GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_resume_async (fixture->house->queue, fixture->house->owner, task_id, NULL,
                              hw_await_result, &result);
  hw_await_quiet ();
  g_assert_nonnull (result);

  return hw_task_queue_resume_finish (fixture->house->queue, result, error);
}

static void
cancel (Fixture *fixture,
        guint64  task_id,
        gboolean now)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_task_queue_cancel_async (fixture->house->queue, fixture->house->owner, task_id, now, NULL,
                              hw_await_result, &result);
  hw_await_quiet ();
  task = hw_task_queue_cancel_finish (fixture->house->queue, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_ACTIVITY), ==, "stopping");
}

static void
test_queue_pause_running_is_told (Fixture      *fixture,
                                  gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = try_pause (fixture, fixture->house->owner, task_id, &error);

  g_assert_no_error (error);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PROCESSING);
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_ACTIVITY), ==, "paused");
  assert_calls (fixture, "start 1/1, pause 1/1");
}

static void
test_queue_resume_goes_on (Fixture      *fixture,
                           gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) paused = try_pause (fixture, fixture->house->owner, task_id, NULL);
  g_autoptr(HwTask) resumed = try_resume (fixture, task_id, &error);

  g_assert_no_error (error);
  g_assert_null (hw_task_get_string (resumed, HW_TASK_FIELD_ACTIVITY));
  assert_calls (fixture, "start 1/1, pause 1/1, resume 1/1");

  hw_test_house_succeed (fixture->house, task_id);
  assert_story (fixture, task_id, "added Processing/1 Completed/1(success)");
}

static void
test_queue_pause_waiting_is_refused (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  hw_test_house_submit (fixture->house, "noop");
  hw_test_house_submit (fixture->house, "noop");

  g_assert_null (try_pause (fixture, fixture->house->owner, 2, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
  g_assert_cmpstr (error->message, ==,
                   "Task 2 is Pending, and only a task that runs can be paused.");
  assert_calls (fixture, "start 1/1");
}

static void
test_queue_resume_ended_is_refused (Fixture      *fixture,
                                    gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(GError) error = NULL;

  hw_test_house_succeed (fixture->house, task_id);
  g_assert_null (try_resume (fixture, task_id, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
  g_assert_cmpstr (error->message, ==, "Task 1 is Completed, and only a task that runs can go on.");
}

static void
test_queue_pause_stopping_is_refused (Fixture      *fixture,
                                      gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(GError) error = NULL;

  cancel (fixture, task_id, FALSE);
  g_assert_null (try_pause (fixture, fixture->house->owner, task_id, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
  assert_calls (fixture, "start 1/1, stop 1/1");
}

/* What the runner says of it is the answer. */
static void
test_queue_pause_that_work_cannot (Fixture      *fixture,
                                   gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_fake_runner_fail_control (fixture->house->runner, "It cannot be held.");
  g_assert_null (try_pause (fixture, fixture->house->owner, task_id, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
  g_assert_cmpstr (error->message, ==, "It cannot be held.");

  task = hw_test_house_get (fixture->house, task_id);
  g_assert_null (hw_task_get_string (task, HW_TASK_FIELD_ACTIVITY));
}

static void
test_queue_pause_of_somebody_elses (Fixture      *fixture,
                                    gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(GError) error = NULL;

  g_assert_null (try_pause (fixture, fixture->house->guest, task_id, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
  assert_calls (fixture, "start 1/1");
}

static void
test_queue_cancel_now_uses_force (Fixture      *fixture,
                                  gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");

  cancel (fixture, task_id, TRUE);
  assert_calls (fixture, "start 1/1, kill 1/1");
}

static void
test_queue_cancel_now_after_patience (Fixture      *fixture,
                                      gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");

  for (guint i = 0; i < 4; i++)
    cancel (fixture, task_id, i > 1);
  assert_calls (fixture, "start 1/1, stop 1/1, kill 1/1");
}

static void
test_queue_cancel_gives_the_time_of_the_type (Fixture      *fixture,
                                              gconstpointer test_data)
{
  HwClock *clock = HW_CLOCK (fixture->house->clock);
  guint64 task_id;

  hw_test_house_add_type (fixture->house, "patient",
                          "[Task]\ntitle=P\nfunction=noop\nstop-timeout=300\n");
  task_id = hw_test_house_submit (fixture->house, "patient");
  cancel (fixture, task_id, FALSE);

  g_assert_cmpint (hw_fake_runner_get_deadline (fixture->house->runner), ==,
                   hw_clock_get_monotonic_time (clock) + 300 * G_USEC_PER_SEC);
}

/* Starts the daemon anew, which finds that the one before it had not begun the work. */
static void
die_at_start (Fixture *fixture)
{
  hw_test_house_restart (fixture->house);
  hw_fake_runner_set_adopt_error (fixture->house->runner, HW_ERROR_NOT_STARTED);
  hw_test_house_open (fixture->house);
}

static void
test_queue_poison_after_three_deaths (Fixture      *fixture,
                                      gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(HwTask) task = NULL;

  for (guint i = 0; i < 3; i++)
    die_at_start (fixture);

  assert_story (fixture, task_id,
                "added Processing/1 Pending/1 Processing/2 Pending/2 Processing/3 "
                "Failed/3(poison)");
  task = hw_test_house_get (fixture->house, task_id);
  g_assert_true (g_str_has_prefix (hw_task_get_string (task, HW_TASK_FIELD_ERROR),
                                   "Headway ended three times while it began the task"));
}

/* Whoever ends the daemon has nothing against the task. */
static void
test_queue_poison_needs_deaths (Fixture      *fixture,
                                gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");

  die_at_start (fixture);
  hw_memory_store_set_was_closed (fixture->house->store, TRUE);
  die_at_start (fixture);
  die_at_start (fixture);
  hw_memory_store_set_was_closed (fixture->house->store, FALSE);
  die_at_start (fixture);
  assert_story (fixture, task_id,
                "added Processing/1 Pending/1 Processing/2 Pending/2 Processing/3 Pending/3 "
                "Processing/4 Pending/4 Processing/5");

  die_at_start (fixture);
  assert_story (fixture, task_id,
                "added Processing/1 Pending/1 Processing/2 Pending/2 Processing/3 Pending/3 "
                "Processing/4 Pending/4 Processing/5 Failed/5(poison)");
}

/* Test that deaths are counted in a row: a start that went well is between these. */
static void
test_queue_poison_counts_in_a_row (Fixture      *fixture,
                                   gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");

  die_at_start (fixture);
  die_at_start (fixture);
  hw_fake_runner_finish (fixture->house->runner, task_id, hw_outcome_new (HW_RESULT_INTERRUPTED));
  hw_await_quiet ();
  die_at_start (fixture);
  die_at_start (fixture);

  assert_story (fixture, task_id,
                "added Processing/1 Pending/1 Processing/2 Pending/2 Processing/3 Pending/3 "
                "Processing/4 Pending/4 Processing/5 Pending/5 Processing/6");
}

/* Work inside of the daemon that brings it down does so soon; what went down late was not the
 * reason.
 */
static void
test_queue_poison_of_work_inside (Fixture      *fixture,
                                  gconstpointer test_data)
{
  gint64 age = GPOINTER_TO_INT (test_data) * G_USEC_PER_SEC;
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(HwTask) task = NULL;

  for (guint i = 0; i < 3; i++)
    {
      hw_test_house_advance (fixture->house, age);
      hw_test_house_restart (fixture->house);
      hw_fake_runner_set_adopt_error (fixture->house->runner, HW_ERROR_INTERRUPTED);
      hw_test_house_open (fixture->house);
    }

  task = hw_test_house_get (fixture->house, task_id);
  g_assert_cmpint (hw_task_get_state (task), ==,
                   age < 60 * G_USEC_PER_SEC ? HW_TASK_STATE_FAILED : HW_TASK_STATE_PROCESSING);
}

#define ADD(path, data, function) g_test_add (path, Fixture, data, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/queue/pause/running-is-told", NULL, test_queue_pause_running_is_told);
  ADD ("/queue/pause/resume-goes-on", NULL, test_queue_resume_goes_on);
  ADD ("/queue/pause/waiting-is-refused", NULL, test_queue_pause_waiting_is_refused);
  ADD ("/queue/pause/resume-ended-is-refused", NULL, test_queue_resume_ended_is_refused);
  ADD ("/queue/pause/stopping-is-refused", NULL, test_queue_pause_stopping_is_refused);
  ADD ("/queue/pause/that-work-cannot", NULL, test_queue_pause_that_work_cannot);
  ADD ("/queue/pause/of-somebody-elses", NULL, test_queue_pause_of_somebody_elses);
  ADD ("/queue/cancel-now/uses-force", NULL, test_queue_cancel_now_uses_force);
  ADD ("/queue/cancel-now/after-patience", NULL, test_queue_cancel_now_after_patience);
  ADD ("/queue/cancel/gives-the-time-of-the-type", NULL,
       test_queue_cancel_gives_the_time_of_the_type);
  ADD ("/queue/poison/after-three-deaths", NULL, test_queue_poison_after_three_deaths);
  ADD ("/queue/poison/needs-deaths", NULL, test_queue_poison_needs_deaths);
  ADD ("/queue/poison/counts-in-a-row", NULL, test_queue_poison_counts_in_a_row);
  ADD ("/queue/poison/of-work-inside", GINT_TO_POINTER (59), test_queue_poison_of_work_inside);
  ADD ("/queue/poison/not-of-long-work", GINT_TO_POINTER (60), test_queue_poison_of_work_inside);

  return g_test_run ();
}
