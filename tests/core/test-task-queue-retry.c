/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"

#include "tests/support/house-fixture.h"

static HwTask *
try_retry (Fixture     *fixture,
           HwPrincipal *principal,
           guint64      task_id,
           GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_retry_async (fixture->house->queue, principal, task_id, NULL, hw_await_result,
                             &result);
  hw_await_quiet ();
  g_assert_nonnull (result);

  return hw_task_queue_retry_finish (fixture->house->queue, result, error);
}

/* Adds a task, and has it fail. */
static void
add_failed (Fixture *fixture)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");

  hw_fake_runner_finish (fixture->house->runner, task_id,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "The disk is full."));
  hw_await_quiet ();
}

static void
test_queue_retry_failed_runs_again (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;
  g_autoptr(HwTask) ended = NULL;

  add_failed (fixture);
  task = try_retry (fixture, fixture->house->owner, 1, &error);
  g_assert_no_error (error);
  g_assert_nonnull (task);
  hw_test_house_succeed (fixture->house, 1);

  assert_calls (fixture, "start 1/1, start 1/2");
  assert_story (fixture, 1, "added Processing/1 Failed/1(error) Pending/1 Processing/2 "
                "Completed/2(success)");
  ended = hw_test_house_get (fixture->house, 1);
  g_assert_null (hw_task_get_field (ended, HW_TASK_FIELD_ERROR));
}

/* While it waits for its turn, nothing of the attempt that failed is told of it. */
static void
test_queue_retry_waits_for_its_turn (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(HwTask) task = NULL;

  add_failed (fixture);
  hw_test_house_submit (fixture->house, "noop");
  task = try_retry (fixture, fixture->house->owner, 1, NULL);

  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PENDING);
  g_assert_cmpuint (hw_task_get_attempt (task), ==, 1);
  g_assert_null (hw_task_get_field (task, HW_TASK_FIELD_RESULT));
  g_assert_null (hw_task_get_field (task, HW_TASK_FIELD_ENDED_AT));
  assert_calls (fixture, "start 1/1, start 2/1");

  hw_test_house_succeed (fixture->house, 2);
  assert_calls (fixture, "start 1/2");
}

static void
test_queue_retry_canceled_runs_again (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) canceled = NULL;
  g_autoptr(HwTask) task = NULL;

  for (guint i = 0; i < 2; i++)
    hw_test_house_submit (fixture->house, "noop");
  canceled = hw_test_house_try_cancel (fixture->house, fixture->house->owner, 2, NULL);
  task = try_retry (fixture, fixture->house->owner, 2, &error);
  g_assert_no_error (error);
  hw_test_house_succeed (fixture->house, 1);

  assert_story (fixture, 2, "added Failed/0(canceled) Pending/0 Processing/1");
}

static void
test_queue_retry_other_states_are_refused (Fixture      *fixture,
                                           gconstpointer test_data)
{
  const char *const sentences[] = {
    "Task 1 is Completed, and only a task that has failed is retried. Add it again to run it "
    "once more.",
    "Task 2 is Processing, and only a task that has failed is retried. Add it again to run it "
    "once more.",
    "Task 3 is Pending, and only a task that has failed is retried. Add it again to run it "
    "once more.",
  };

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (fixture->house, "noop");
  hw_test_house_succeed (fixture->house, 1);

  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (try_retry (fixture, fixture->house->owner, i + 1, &error));
      g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
      g_assert_cmpstr (error->message, ==, sentences[i]);
    }
  assert_calls (fixture, "start 1/1, start 2/1");
}

static void
test_queue_retry_unknown_and_others_are_not_found (Fixture      *fixture,
                                                   gconstpointer test_data)
{
  g_autoptr(GError) of_none = NULL;
  g_autoptr(GError) of_other = NULL;

  add_failed (fixture);
  g_assert_null (try_retry (fixture, fixture->house->owner, 9, &of_none));
  g_assert_null (try_retry (fixture, fixture->house->guest, 1, &of_other));

  g_assert_error (of_none, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_error (of_other, HW_ERROR, HW_ERROR_NOT_FOUND);
  assert_story (fixture, 1, "added Processing/1 Failed/1(error)");
}

/* Has the task say so much, as fast as all of it is kept, and fail. */
static void
say_and_fail (Fixture *fixture,
              guint    n_messages)
{
  for (guint i = 0; i < n_messages; i++)
    {
      hw_run_send_message (hw_fake_runner_get_run (fixture->house->runner, 1), "m%u", i);
      hw_test_house_advance (fixture->house, G_USEC_PER_SEC / 5);
    }

  hw_fake_runner_finish (fixture->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "The disk is full."));
  hw_await_quiet ();
}

static guint
count_messages (Fixture *fixture,
                guint    attempt)
{
  g_autoptr(GPtrArray) events = hw_memory_store_dup_events (fixture->house->store, 1);
  guint n_messages = 0;

  for (guint i = 0; i < events->len; i++)
    if (hw_event_get_kind (g_ptr_array_index (events, i)) == HW_EVENT_KIND_MESSAGE &&
        hw_event_get_attempt (g_ptr_array_index (events, i)) == attempt)
      n_messages++;

  return n_messages;
}

/* Test that a task has 1,000 messages in all, however often it is retried, and whether or
 * not the daemon was begun again meanwhile.
 */
static void
test_queue_retry_messages_are_counted_on (Fixture      *fixture,
                                          gconstpointer restart)
{
  g_autoptr(HwTask) again = NULL;
  g_autoptr(HwTask) third = NULL;

  hw_test_house_submit (fixture->house, "noop");
  say_and_fail (fixture, 600);
  if (restart != NULL)
    {
      hw_test_house_restart (fixture->house);
      hw_test_house_open (fixture->house);
    }
  again = try_retry (fixture, fixture->house->owner, 1, NULL);
  say_and_fail (fixture, 600);
  third = try_retry (fixture, fixture->house->owner, 1, NULL);
  say_and_fail (fixture, 5);

  g_assert_cmpuint (count_messages (fixture, 1), ==, 600);
  g_assert_cmpuint (count_messages (fixture, 2), ==, 400);
  g_assert_cmpuint (count_messages (fixture, 3), ==, 0);
}

/* Two people press the button: it runs once more, and the second is told why not twice. */
static void
test_queue_retry_twice_runs_once (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  add_failed (fixture);
  hw_task_queue_retry_async (fixture->house->queue, fixture->house->owner, 1, NULL,
                             hw_await_result, &first);
  hw_task_queue_retry_async (fixture->house->queue, fixture->house->owner, 1, NULL,
                             hw_await_result, &second);
  hw_await_quiet ();
  task = hw_task_queue_retry_finish (fixture->house->queue, first, NULL);

  g_assert_nonnull (task);
  g_assert_null (hw_task_queue_retry_finish (fixture->house->queue, second, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
  assert_calls (fixture, "start 1/1, start 1/2");
}

static void
test_queue_retry_that_cannot_be_written_says_so (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  add_failed (fixture);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_COMMIT, 1);

  g_assert_null (try_retry (fixture, fixture->house->owner, 1, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
  assert_story (fixture, 1, "added Processing/1 Failed/1(error)");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/queue/retry/failed-runs-again", test_queue_retry_failed_runs_again);
  ADD ("/queue/retry/waits-for-its-turn", test_queue_retry_waits_for_its_turn);
  ADD ("/queue/retry/canceled-runs-again", test_queue_retry_canceled_runs_again);
  ADD ("/queue/retry/other-states-are-refused", test_queue_retry_other_states_are_refused);
  ADD ("/queue/retry/unknown-and-others-are-not-found",
       test_queue_retry_unknown_and_others_are_not_found);
  ADD ("/queue/retry/twice-runs-once", test_queue_retry_twice_runs_once);
  ADD ("/queue/retry/that-cannot-be-written-says-so",
       test_queue_retry_that_cannot_be_written_says_so);

  g_test_add ("/queue/retry/messages-are-counted-on", Fixture, NULL, set_up,
              test_queue_retry_messages_are_counted_on, tear_down);
  g_test_add ("/queue/retry/messages-are-counted-on-after-a-restart", Fixture, "restart", set_up,
              test_queue_retry_messages_are_counted_on, tear_down);

  return g_test_run ();
}
