/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"

#include "tests/support/house-fixture.h"

/* Asks for a cancellation, whose answer comes later. */
static void
cancel_async (Fixture       *fixture,
              guint64        task_id,
              GAsyncResult **result)
{
  hw_task_queue_cancel_async (fixture->house->queue, fixture->house->owner, task_id, FALSE, NULL,
                              hw_await_result, result);
}

static void
submit_async (Fixture *fixture)
{
  hw_task_queue_submit_async (fixture->house->queue, fixture->house->owner,
                              &(HwTaskSpec) { .type = (char *) "noop" }, NULL, NULL, NULL);
}

static void
test_queue_cancel_waiting_ends_it (Fixture      *fixture,
                                   gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  for (guint i = 0; i < 2; i++)
    hw_test_house_submit (fixture->house, "noop");
  task = hw_test_house_try_cancel (fixture->house, fixture->house->owner, 2, &error);

  g_assert_no_error (error);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_FAILED);
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_RESULT), ==, "canceled");
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_ERROR), ==,
                   "The task was canceled before it began.");
  assert_story (fixture, 2, "added Failed/0(canceled)");
}

static void
test_queue_cancel_waiting_never_runs (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(HwTask) task = NULL;

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (fixture->house, "noop");
  task = hw_test_house_try_cancel (fixture->house, fixture->house->owner, 2, NULL);
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();

  assert_calls (fixture, "start 1/1, start 3/1");
}

static void
test_queue_cancel_running_is_under_way (Fixture      *fixture,
                                        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_test_house_submit (fixture->house, "noop");
  task = hw_test_house_try_cancel (fixture->house, fixture->house->owner, 1, &error);

  g_assert_no_error (error);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PROCESSING);
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_ACTIVITY), ==, "stopping");
  assert_calls (fixture, "start 1/1, stop 1/1");

  hw_fake_runner_finish (fixture->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_CANCELED, "It was canceled."));
  hw_await_quiet ();
  assert_story (fixture, 1, "added Processing/1 Failed/1(canceled)");
}

static void
test_queue_cancel_ended_is_refused (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_test_house_submit (fixture->house, "noop");
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();
  task = hw_test_house_try_cancel (fixture->house, fixture->house->owner, 1, &error);

  g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
  g_assert_cmpstr (error->message, ==,
                   "Task 1 has ended (Completed), so there is nothing to cancel.");
  g_assert_null (task);
  assert_story (fixture, 1, "added Processing/1 Completed/1(success)");
}

static void
test_queue_cancel_unknown_is_not_found (Fixture      *fixture,
                                        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_test_house_try_cancel (fixture->house, fixture->house->owner, 99,
                                                     &error);

  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==,
                   "There is no task 99. Look at the list of tasks for the numbers there are.");
  g_assert_null (task);
}

/* Whoever may not see a task learns nothing of it, not even that there is one. */
static void
test_queue_cancel_other_owner_is_not_found (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(GError) of_waiting = NULL;
  g_autoptr(GError) of_running = NULL;
  g_autoptr(GError) of_none = NULL;

  for (guint i = 0; i < 2; i++)
    hw_test_house_submit (fixture->house, "noop");
  g_assert_null (hw_test_house_try_cancel (fixture->house, fixture->house->guest, 1,
                                           &of_running));
  g_assert_null (hw_test_house_try_cancel (fixture->house, fixture->house->guest, 2,
                                           &of_waiting));
  g_assert_null (hw_test_house_try_cancel (fixture->house, fixture->house->guest, 3, &of_none));

  g_assert_error (of_running, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_error (of_waiting, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_error (of_none, HW_ERROR, HW_ERROR_NOT_FOUND);
  assert_calls (fixture, "start 1/1");
}

static void
test_queue_cancel_own_is_allowed (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) added = hw_test_house_try_submit (fixture->house, fixture->house->guest,
                                                      "noop", NULL, NULL);
  g_autoptr(HwTask) task = hw_test_house_try_cancel (fixture->house, fixture->house->guest, 1,
                                                     &error);

  g_assert_nonnull (added);
  g_assert_no_error (error);
  g_assert_nonnull (task);
  assert_calls (fixture, "start 1/1, stop 1/1");
}

/* The claim was first: the task runs when the cancellation comes, and is stopped. */
static void
test_queue_cancel_loses_the_race_with_the_claim (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  /* What has a key is claimed after it was added. */
  hw_task_queue_submit_async (fixture->house->queue, fixture->house->owner,
                              &(HwTaskSpec) { .type = (char *) "noop", .key = (char *) "k" },
                              NULL, NULL, NULL);
  g_main_context_iteration (NULL, FALSE);
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_WRITES);
  cancel_async (fixture, 1, &result);
  hw_await_quiet ();
  g_assert_cmpint (hw_task_get_state (hw_memory_store_peek_task (fixture->house->store, 1)), ==,
                   HW_TASK_STATE_PENDING);
  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();
  task = hw_task_queue_cancel_finish (fixture->house->queue, result, &error);

  g_assert_no_error (error);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PROCESSING);
  assert_calls (fixture, "start 1/1, stop 1/1");
}

/* The claim is on disk and told, but the dispatcher has not begun the work yet. */
static void
test_queue_cancel_between_claim_and_start (Fixture      *fixture,
                                           gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  submit_async (fixture);
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_ANSWERS);
  hw_await_quiet ();
  assert_story (fixture, 1, "added Processing/1");
  assert_calls (fixture, "");
  cancel_async (fixture, 1, &result);
  hw_await_quiet ();
  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();
  task = hw_task_queue_cancel_finish (fixture->house->queue, result, &error);

  g_assert_no_error (error);
  assert_calls (fixture, "start 1/1, stop 1/1");
}

/* The cancellation was first: the claim gets nothing, and the next one runs. */
static void
test_queue_cancel_wins_the_race_with_the_claim (Fixture      *fixture,
                                                gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (fixture->house, "noop");
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_WRITES);
  cancel_async (fixture, 2, &result);
  hw_await_quiet ();
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();
  task = hw_task_queue_cancel_finish (fixture->house->queue, result, &error);

  g_assert_no_error (error);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_FAILED);
  assert_calls (fixture, "start 1/1, start 3/1");
  assert_story (fixture, 2, "added Failed/0(canceled)");
}

/* It ended between the look and the change. */
static void
test_queue_cancel_loses_the_race_with_the_end (Fixture      *fixture,
                                               gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_test_house_submit (fixture->house, "noop");
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_WRITES);
  hw_fake_runner_succeed (fixture->house->runner, 1);
  cancel_async (fixture, 1, &result);
  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();

  /* It was on its way out, so there was nobody left to ask. */
  assert_calls (fixture, "start 1/1");
  assert_story (fixture, 1, "added Processing/1 Completed/1(success)");
  g_assert_nonnull (result);
}

static void
test_queue_cancel_that_cannot_be_written_says_so (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    hw_test_house_submit (fixture->house, "noop");
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_COMMIT, 1);

  g_assert_null (hw_test_house_try_cancel (fixture->house, fixture->house->owner, 2, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
  assert_story (fixture, 2, "added");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/queue/cancel/waiting-ends-it", test_queue_cancel_waiting_ends_it);
  ADD ("/queue/cancel/waiting-never-runs", test_queue_cancel_waiting_never_runs);
  ADD ("/queue/cancel/running-is-under-way", test_queue_cancel_running_is_under_way);
  ADD ("/queue/cancel/ended-is-refused", test_queue_cancel_ended_is_refused);
  ADD ("/queue/cancel/unknown-is-not-found", test_queue_cancel_unknown_is_not_found);
  ADD ("/queue/cancel/other-owner-is-not-found", test_queue_cancel_other_owner_is_not_found);
  ADD ("/queue/cancel/own-is-allowed", test_queue_cancel_own_is_allowed);
  ADD ("/queue/cancel/loses-the-race-with-the-claim",
       test_queue_cancel_loses_the_race_with_the_claim);
  ADD ("/queue/cancel/between-claim-and-start", test_queue_cancel_between_claim_and_start);
  ADD ("/queue/cancel/wins-the-race-with-the-claim",
       test_queue_cancel_wins_the_race_with_the_claim);
  ADD ("/queue/cancel/loses-the-race-with-the-end", test_queue_cancel_loses_the_race_with_the_end);
  ADD ("/queue/cancel/that-cannot-be-written-says-so",
       test_queue_cancel_that_cannot_be_written_says_so);

  return g_test_run ();
}
