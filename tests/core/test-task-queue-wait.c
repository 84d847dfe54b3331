/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"

#include "tests/support/house-fixture.h"

/* Waiting for an end, and counting what has not ended. */

static void
wait_async (Fixture       *fixture,
            HwPrincipal   *principal,
            guint64        task_id,
            GCancellable  *cancellable,
            GAsyncResult **result)
{
  hw_task_queue_wait_async (fixture->house->queue, principal, task_id, cancellable,
                            hw_await_result, result);
  hw_await_quiet ();
}

static void
test_queue_wait_ends_with_the_task (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_test_house_submit (fixture->house, "noop");
  wait_async (fixture, fixture->house->owner, 1, NULL, &result);
  hw_run_send_message (hw_fake_runner_get_run (fixture->house->runner, 1), "hello");
  hw_await_quiet ();
  g_assert_null (result);

  hw_test_house_succeed (fixture->house, 1);
  g_assert_nonnull (result);
  task = hw_task_queue_wait_finish (fixture->house->queue, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_COMPLETED);
}

static void
test_queue_wait_for_what_has_ended_is_over_at_once (Fixture      *fixture,
                                                    gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_test_house_submit (fixture->house, "noop");
  hw_test_house_succeed (fixture->house, 1);
  wait_async (fixture, fixture->house->owner, 1, NULL, &result);

  g_assert_nonnull (result);
  task = hw_task_queue_wait_finish (fixture->house->queue, result, NULL);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_COMPLETED);
}

/* What is tried again has not ended. */
static void
test_queue_wait_goes_on_through_a_requeue (Fixture      *fixture,
                                           gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_test_house_submit (fixture->house, "noop");
  wait_async (fixture, fixture->house->owner, 1, NULL, &result);
  hw_test_house_change_state (fixture->house, 1, HW_TASK_STATE_PROCESSING,
                              HW_TASK_STATE_PENDING);
  hw_await_quiet ();
  g_assert_null (result);

  hw_test_house_succeed (fixture->house, 1);
  g_assert_nonnull (result);
}

static void
test_queue_wait_for_unknown_and_others_is_not_found (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  g_autoptr(GAsyncResult) of_none = NULL;
  g_autoptr(GAsyncResult) of_other = NULL;
  g_autoptr(GError) none = NULL;
  g_autoptr(GError) other = NULL;

  hw_test_house_submit (fixture->house, "noop");
  wait_async (fixture, fixture->house->owner, 9, NULL, &of_none);
  wait_async (fixture, fixture->house->guest, 1, NULL, &of_other);

  g_assert_null (hw_task_queue_wait_finish (fixture->house->queue, of_none, &none));
  g_assert_error (none, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_null (hw_task_queue_wait_finish (fixture->house->queue, of_other, &other));
  g_assert_error (other, HW_ERROR, HW_ERROR_NOT_FOUND);
}

static void
test_queue_wait_canceled_leaves_the_task (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_test_house_submit (fixture->house, "noop");
  wait_async (fixture, fixture->house->owner, 1, cancellable, &result);
  g_cancellable_cancel (cancellable);
  hw_await_quiet ();

  g_assert_null (hw_task_queue_wait_finish (fixture->house->queue, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  task = hw_test_house_get (fixture->house, 1);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PROCESSING);
}

#define assert_counts(fixture, pending, processing) \
  G_STMT_START \
  { \
    g_assert_cmpuint (hw_task_queue_get_n_pending (fixture->house->queue), ==, pending); \
    g_assert_cmpuint (hw_task_queue_get_n_processing (fixture->house->queue), ==, processing); \
  } \
  G_STMT_END

/* Every way in which a task's state changes is counted. */
static void
test_queue_counts_follow_every_transition (Fixture      *fixture,
                                           gconstpointer test_data)
{
  g_autoptr(HwTask) canceled = NULL;
  g_autoptr(GAsyncResult) retried = NULL;

  assert_counts (fixture, 0, 0);
  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (fixture->house, "noop");
  assert_counts (fixture, 2, 1);

  canceled = hw_test_house_try_cancel (fixture->house, fixture->house->owner, 3, NULL);
  assert_counts (fixture, 1, 1);

  hw_fake_runner_finish (fixture->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "No."));
  hw_await_quiet ();
  assert_counts (fixture, 0, 1);

  hw_task_queue_retry_async (fixture->house->queue, fixture->house->owner, 1, NULL,
                             hw_await_result, &retried);
  hw_await_quiet ();
  assert_counts (fixture, 1, 1);

  hw_test_house_succeed (fixture->house, 2);
  assert_counts (fixture, 0, 1);
  hw_test_house_succeed (fixture->house, 1);
  assert_counts (fixture, 0, 0);
}

/* What becomes Pending again while it runs waits once, not twice. */
static void
test_queue_counts_follow_a_requeue (Fixture      *fixture,
                                    gconstpointer test_data)
{
  for (guint i = 0; i < 2; i++)
    hw_test_house_submit (fixture->house, "noop");
  hw_test_house_change_state (fixture->house, 1, HW_TASK_STATE_PROCESSING,
                              HW_TASK_STATE_PENDING);
  hw_await_quiet ();

  assert_counts (fixture, 1, 1);
}

static void
test_queue_counts_are_right_after_a_restart (Fixture      *fixture,
                                             gconstpointer test_data)
{
  for (guint i = 0; i < 5; i++)
    hw_test_house_submit (fixture->house, "noop");
  hw_test_house_succeed (fixture->house, 1);
  hw_test_house_restart (fixture->house);
  hw_test_house_open (fixture->house);

  assert_counts (fixture, 3, 1);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/queue/wait/ends-with-the-task", test_queue_wait_ends_with_the_task);
  ADD ("/queue/wait/for-what-has-ended-is-over-at-once",
       test_queue_wait_for_what_has_ended_is_over_at_once);
  ADD ("/queue/wait/goes-on-through-a-requeue", test_queue_wait_goes_on_through_a_requeue);
  ADD ("/queue/wait/for-unknown-and-others-is-not-found",
       test_queue_wait_for_unknown_and_others_is_not_found);
  ADD ("/queue/wait/canceled-leaves-the-task", test_queue_wait_canceled_leaves_the_task);
  ADD ("/queue/counts/follow-every-transition", test_queue_counts_follow_every_transition);
  ADD ("/queue/counts/follow-a-requeue", test_queue_counts_follow_a_requeue);
  ADD ("/queue/counts/are-right-after-a-restart", test_queue_counts_are_right_after_a_restart);

  return g_test_run ();
}
