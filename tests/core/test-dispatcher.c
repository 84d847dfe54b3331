/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-test-house.h"
#include "hw-test-log.h"

#include <string.h>

/* What begins when. The dispatcher is reached through the queue alone, as in the daemon. */

typedef struct
{
  HwTestHouse *house; /* (owned) */
  HwTestLog *log;
} Fixture;

/* One place. */
static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (1);
  fixture->log = (gpointer) test_data;
}

static void
set_up_with_3_places (Fixture      *fixture,
                      gconstpointer test_data)
{
  fixture->house = hw_test_house_new (3);
  fixture->log = (gpointer) test_data;
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_test_log_assert_expected (fixture->log);
  g_clear_pointer (&fixture->house, hw_test_house_free);
}

static void
submit_many (Fixture *fixture,
             guint    n_tasks)
{
  for (guint i = 0; i < n_tasks; i++)
    hw_test_house_submit (fixture->house, "noop");
}

static void
test_dispatcher_open_begins_what_waits (Fixture      *fixture,
                                        gconstpointer test_data)
{
  submit_many (fixture, 2);
  assert_calls (fixture, "");

  hw_test_house_open (fixture->house);
  assert_calls (fixture, "start 1/1");
}

static void
test_dispatcher_max_parallel_is_kept (Fixture      *fixture,
                                      gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  submit_many (fixture, 5);
  assert_calls (fixture, "start 1/1, start 2/1, start 3/1");

  hw_test_house_succeed (fixture->house, 2);
  assert_calls (fixture, "start 4/1");

  for (guint64 i = 0; i < 2; i++)
    hw_test_house_succeed (fixture->house, 3 * i + 1);
  assert_calls (fixture, "start 5/1");
  g_assert_cmpuint (hw_fake_runner_get_n_running (fixture->house->runner), ==, 2);
}

/* Many that come one after the other, while claims are under way, are no more than may run. */
static void
test_dispatcher_max_parallel_counts_what_is_being_claimed (Fixture      *fixture,
                                                           gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_WRITES);
  for (guint i = 0; i < 5; i++)
    {
      hw_test_house_add_many (fixture->house, 1);
      hw_await_quiet ();
    }
  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();

  assert_calls (fixture, "start 1/1, start 2/1, start 3/1");
}

static void
test_dispatcher_priority_then_age (Fixture      *fixture,
                                   gconstpointer test_data)
{
  static const int priorities[] = { 0, 0, 5, -5, 5, 1000, 0 };
  static const guint64 in_order[] = { 1, 6, 3, 5, 2, 7, 4 };

  hw_test_house_open (fixture->house);
  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    hw_test_house_submit_with_priority (fixture->house, "noop", priorities[i]);

  for (guint i = 0; i < G_N_ELEMENTS (in_order); i++)
    {
      g_autofree char *expected = g_strdup_printf ("start %" G_GUINT64_FORMAT "/1", in_order[i]);

      assert_calls (fixture, expected);
      hw_test_house_succeed (fixture->house, in_order[i]);
    }
  assert_calls (fixture, "");
}

/* Which task begins next while @n_tasks wait, until all have run once. */
static void
assert_all_run_in_order (Fixture *fixture,
                         guint    n_tasks)
{
  for (guint64 i = 1; i <= n_tasks; i++)
    {
      g_autofree char *expected = g_strdup_printf ("start %" G_GUINT64_FORMAT "/1", i);

      assert_calls (fixture, expected);
      hw_test_house_succeed (fixture->house, i);
    }
  assert_calls (fixture, "");
}

/* More wait than the window holds: 1,000 and 256. */
static void
test_dispatcher_refill_1000_that_came_before (Fixture      *fixture,
                                              gconstpointer test_data)
{
  submit_many (fixture, 1000);
  hw_test_house_open (fixture->house);

  assert_all_run_in_order (fixture, 1000);
  g_assert_cmpuint (hw_memory_store_get_n_calls (fixture->house->store,
                                                 HW_MEMORY_STORE_LIST_CANDIDATES), <=, 5);
}

static void
test_dispatcher_refill_1000_that_come_later (Fixture      *fixture,
                                             gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  submit_many (fixture, 1000);

  assert_all_run_in_order (fixture, 1000);
}

/* A task that goes first does so though hundreds are in the window already. */
static void
test_dispatcher_refill_lets_the_urgent_pass (Fixture      *fixture,
                                             gconstpointer test_data)
{
  submit_many (fixture, 400);
  hw_test_house_open (fixture->house);
  assert_calls (fixture, "start 1/1");
  hw_test_house_submit_with_priority (fixture->house, "noop", 1);

  hw_test_house_succeed (fixture->house, 1);
  assert_calls (fixture, "start 401/1");
  hw_test_house_succeed (fixture->house, 401);
  assert_calls (fixture, "start 2/1");
}

static void
test_dispatcher_refill_that_fails_is_tried_again (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  submit_many (fixture, 1);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_LIST_CANDIDATES, 2);
  hw_test_log_expect_warning (fixture->log, "Could not read which tasks wait: *");
  hw_test_house_open (fixture->house);
  assert_calls (fixture, "");

  hw_test_log_expect_warning (fixture->log, "Could not read which tasks wait: *");
  hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
  assert_calls (fixture, "");

  hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
  assert_calls (fixture, "start 1/1");
}

/* What begins at once waits for the disk once. */
static void
test_dispatcher_begins_in_the_transaction_that_adds (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  submit_many (fixture, 4);

  assert_calls (fixture, "start 1/1, start 2/1, start 3/1");
  g_assert_cmpuint (hw_memory_store_get_n_calls (fixture->house->store,
                                                 HW_MEMORY_STORE_CLAIM), ==, 0);
  assert_story (fixture, 3, "added Processing/1");
  assert_story (fixture, 4, "added");
}

/* A place that becomes free is not for who comes last. */
static void
test_dispatcher_overtakes_nobody_who_is_being_added (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  submit_many (fixture, 2);
  assert_calls (fixture, "start 1/1, start 2/1");

  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_WRITES);
  for (guint i = 0; i < 2; i++)
    hw_task_queue_submit_async (fixture->house->queue, fixture->house->owner,
                                &(HwTaskSpec) { .type = (char *) "noop",
                                                .key = (char *) (i == 0 ? "k" : NULL) },
                                NULL, NULL, NULL);
  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();

  assert_calls (fixture, "start 3/1");
  assert_story (fixture, 4, "added");
}

/* A place that was promised to a task that could not be added is free again. */
static void
test_dispatcher_promise_ends_with_a_failure (Fixture      *fixture,
                                             gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  for (guint i = 0; i < 5; i++)
    {
      hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_COMMIT, 1);
      hw_task_queue_submit_async (fixture->house->queue, fixture->house->owner,
                                  &(HwTaskSpec) { .type = (char *) "noop" }, NULL, NULL, NULL);
      hw_await_quiet ();
    }
  submit_many (fixture, 3);

  assert_calls (fixture, "start 1/1, start 2/1, start 3/1");
}

static void
test_dispatcher_claim_that_fails_is_tried_again (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  submit_many (fixture, 2);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_CLAIM, 1);
  hw_test_log_expect_warning (fixture->log, "Could not begin tasks: The disk is full.");
  hw_test_house_open (fixture->house);
  assert_calls (fixture, "");

  hw_test_house_advance (fixture->house, G_USEC_PER_SEC - 1);
  assert_calls (fixture, "");
  hw_test_house_advance (fixture->house, 1);
  assert_calls (fixture, "start 1/1");
  hw_test_house_succeed (fixture->house, 1);
  assert_calls (fixture, "start 2/1");
}

/* Another node, or a cancellation, was quicker than a claim of its own, which a task needs that
 * has a key.
 */
static void
test_dispatcher_claim_that_loses_runs_nothing (Fixture      *fixture,
                                               gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_WRITES);
  hw_task_queue_submit_async (fixture->house->queue, fixture->house->owner,
                              &(HwTaskSpec) { .type = (char *) "noop", .key = (char *) "k" },
                              NULL, NULL, NULL);
  hw_memory_store_release (fixture->house->store);
  g_main_context_iteration (NULL, FALSE);

  /* The claim is on its way now. */
  hw_test_house_change_state (fixture->house, 1, HW_TASK_STATE_PENDING, HW_TASK_STATE_FAILED);
  hw_await_quiet ();
  assert_calls (fixture, "");
  assert_story (fixture, 1, "added Failed/0");

  submit_many (fixture, 1);
  assert_calls (fixture, "start 2/1");
}

/* A task that is Pending again is told by its change alone: the rest is in the store. */
static void
test_dispatcher_pending_again_is_begun (Fixture      *fixture,
                                        gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  submit_many (fixture, 1);
  hw_fake_runner_finish (fixture->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "It broke."));
  hw_await_quiet ();
  hw_test_house_change_state (fixture->house, 1, HW_TASK_STATE_FAILED, HW_TASK_STATE_PENDING);
  hw_await_quiet ();

  assert_calls (fixture, "start 1/1, start 1/2");
}

static void
test_dispatcher_ending_is_not_lost (Fixture      *fixture,
                                    gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  submit_many (fixture, 2);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_COMMIT, 1);
  hw_test_log_expect_warning (fixture->log, "Could not write down the end of task 1: *");
  hw_test_house_succeed (fixture->house, 1);

  /* What is not written down has not ended for anybody, but it works no more. */
  assert_story (fixture, 1, "added Processing/1");
  assert_calls (fixture, "start 1/1, start 2/1");

  hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
  assert_story (fixture, 1, "added Processing/1 Completed/1(success)");
  hw_test_house_succeed (fixture->house, 2);
  assert_calls (fixture, "");
}

/* Whoever waits for a place begins in the transaction that has it free: the disk is waited for
 * once, not twice.
 */
static void
test_dispatcher_begins_in_the_transaction_that_ends (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  submit_many (fixture, 3);
  assert_calls (fixture, "start 1/1");

  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_WRITES);
  hw_test_house_succeed (fixture->house, 1);
  assert_story (fixture, 1, "added Processing/1");
  assert_calls (fixture, "");
  g_assert_cmpuint (hw_memory_store_get_n_calls (fixture->house->store,
                                                 HW_MEMORY_STORE_CLAIM), ==, 1);

  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();
  assert_story (fixture, 1, "added Processing/1 Completed/1(success)");
  assert_calls (fixture, "start 2/1");
  assert_story (fixture, 3, "added");
}

/* Takes the type `fragile` away, and brings the daemon back. */
static void
restart_without_type (Fixture *fixture)
{
  g_autoptr(HwTaskTypes) without = hw_task_types_new ();
  g_autoptr(HwTaskType) noop = g_object_ref (hw_task_types_lookup (fixture->house->types, "noop"));

  hw_task_types_add (without, noop);
  g_set_object (&fixture->house->types, without);
  hw_test_house_restart (fixture->house);
}

static void
test_dispatcher_vanished_type_fails_what_waits (Fixture      *fixture,
                                                gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "fragile");
  submit_many (fixture, 1);
  restart_without_type (fixture);
  hw_test_house_open (fixture->house);

  assert_story (fixture, 1, "added Processing/1 Failed/1(spawn-failed)");
  g_assert_cmpstr (hw_task_get_string (hw_memory_store_peek_task (fixture->house->store, 1),
                                       HW_TASK_FIELD_ERROR), ==,
                   "There is no task type “fragile” any more. Put its file back, "
                   "and retry the task.");
  assert_calls (fixture, "start 2/1");
}

/* A program outlives the daemon: it must be watched, and can be canceled. */
static void
test_dispatcher_vanished_type_adopts_what_runs (Fixture      *fixture,
                                                gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  hw_test_house_submit (fixture->house, "fragile");
  restart_without_type (fixture);
  hw_test_house_open (fixture->house);
  hw_test_house_succeed (fixture->house, 1);

  assert_story (fixture, 1, "added Processing/1 Completed/1(success)");
  assert_calls (fixture, "adopt 1/1");
}

/* What did not begin waits again, and finds that its type is gone. */
static void
test_dispatcher_vanished_type_fails_what_never_began (Fixture      *fixture,
                                                      gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  hw_test_house_submit (fixture->house, "fragile");
  restart_without_type (fixture);
  hw_fake_runner_set_adopt_error (fixture->house->runner, HW_ERROR_NOT_STARTED);
  hw_test_house_open (fixture->house);

  assert_story (fixture, 1,
                "added Processing/1 Pending/1 Processing/2 Failed/2(spawn-failed)");
}

/* A place that such a task takes is given back, though the disk was full at first. */
static void
test_dispatcher_vanished_type_is_written_down_in_the_end (Fixture      *fixture,
                                                          gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "fragile");
  submit_many (fixture, 1);
  restart_without_type (fixture);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_COMMIT, 1);
  hw_test_log_expect_warning (fixture->log, "Could not write down that a task has no runner: *");
  hw_test_house_open (fixture->house);
  assert_story (fixture, 1, "added Processing/1");

  hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
  assert_story (fixture, 1, "added Processing/1 Failed/1(spawn-failed)");
  assert_calls (fixture, "start 2/1");
}

/* Whoever cancels it then must not go round in circles. */
static void
test_dispatcher_vanished_type_can_be_canceled (Fixture      *fixture,
                                               gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_test_house_submit (fixture->house, "fragile");
  restart_without_type (fixture);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_COMMIT, 1);
  hw_test_log_expect_warning (fixture->log, "Could not write down that a task has no runner: *");
  hw_test_house_open (fixture->house);
  task = hw_test_house_try_cancel (fixture->house, fixture->house->owner, 1, &error);

  g_assert_no_error (error);
  hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
  assert_story (fixture, 1, "added Processing/1 Failed/1(spawn-failed)");
}

static void
test_dispatcher_close_begins_nothing_more (Fixture      *fixture,
                                           gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  submit_many (fixture, 2);
  hw_task_queue_close (fixture->house->queue);
  hw_fake_runner_finish (fixture->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_SIGNAL, "It was killed."));
  hw_await_quiet ();

  assert_calls (fixture, "start 1/1, leave 1/1");
  assert_story (fixture, 1, "added Processing/1");
  assert_story (fixture, 2, "added");
}

/* What could not be asked is not asked again by a daemon that goes. */
static void
test_dispatcher_close_forgets_what_was_to_be_tried_again (Fixture      *fixture,
                                                          gconstpointer test_data)
{
  submit_many (fixture, 1);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_CLAIM, 1);
  hw_test_log_expect_warning (fixture->log, "Could not begin tasks: *");
  hw_test_house_open (fixture->house);
  hw_task_queue_close (fixture->house->queue);
  hw_test_house_advance (fixture->house, 10 * G_USEC_PER_SEC);

  assert_calls (fixture, "");
}

/* A claim that was answered after the daemon closed leaves the task for the next one. */
static void
test_dispatcher_close_while_a_claim_is_under_way (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  hw_test_house_open (fixture->house);
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_ANSWERS);
  hw_task_queue_submit_async (fixture->house->queue, fixture->house->owner,
                              &(HwTaskSpec) { .type = (char *) "noop" }, NULL, NULL, NULL);
  hw_await_quiet ();
  hw_task_queue_close (fixture->house->queue);
  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();

  assert_calls (fixture, "");
  assert_story (fixture, 1, "added Processing/1");
}

/* Revs rise over restarts, so that a viewer can tell what is late. */
static void
test_dispatcher_revs_rise_over_restarts (Fixture      *fixture,
                                         gconstpointer test_data)
{
  guint64 last = 0;

  for (guint i = 1; i < 4; i++)
    {
      g_autoptr(GPtrArray) levels =
        g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
      HwEventLog *log = hw_task_queue_get_log (fixture->house->queue);
      guint64 rev;

      hw_test_house_open (fixture->house);
      if (i == 1)
        submit_many (fixture, 1);
      hw_run_set_progress (hw_fake_runner_get_run (fixture->house->runner, 1), i, 10, NULL);
      hw_await_quiet ();
      hw_event_log_read_levels (log, 1, 0, levels);
      rev = hw_event_get_rev (g_ptr_array_index (levels, 0));

      g_assert_cmpuint (rev, >, last);
      g_assert_cmpuint (rev, ==, ((guint64) i << 32) + 1);
      last = rev;
      hw_test_house_restart (fixture->house);
    }
}

#define ADD(path, function) g_test_add (path, Fixture, log, set_up, function, tear_down)
#define ADD_WITH_3_PLACES(path, function) \
  g_test_add (path, Fixture, log, set_up_with_3_places, function, tear_down)

static void
add_tests_of_failures (HwTestLog *log)
{
  ADD ("/dispatcher/refill/that-fails-is-tried-again",
       test_dispatcher_refill_that_fails_is_tried_again);
  ADD ("/dispatcher/claim/that-fails-is-tried-again",
       test_dispatcher_claim_that_fails_is_tried_again);
  ADD_WITH_3_PLACES ("/dispatcher/adding/promise-ends-with-a-failure",
                     test_dispatcher_promise_ends_with_a_failure);
  ADD ("/dispatcher/claim/that-loses-runs-nothing", test_dispatcher_claim_that_loses_runs_nothing);
  ADD ("/dispatcher/ending/is-not-lost", test_dispatcher_ending_is_not_lost);
  ADD ("/dispatcher/vanished-type/fails-what-waits",
       test_dispatcher_vanished_type_fails_what_waits);
  ADD ("/dispatcher/vanished-type/adopts-what-runs",
       test_dispatcher_vanished_type_adopts_what_runs);
  ADD ("/dispatcher/vanished-type/fails-what-never-began",
       test_dispatcher_vanished_type_fails_what_never_began);
  ADD ("/dispatcher/vanished-type/is-written-down-in-the-end",
       test_dispatcher_vanished_type_is_written_down_in_the_end);
  ADD ("/dispatcher/vanished-type/can-be-canceled", test_dispatcher_vanished_type_can_be_canceled);
}

int
main (int   argc,
      char *argv[])
{
  HwTestLog *log;

  g_test_init (&argc, &argv, NULL);
  log = hw_test_log_install ();

  ADD ("/dispatcher/open/begins-what-waits", test_dispatcher_open_begins_what_waits);
  ADD_WITH_3_PLACES ("/dispatcher/max-parallel/is-kept", test_dispatcher_max_parallel_is_kept);
  ADD_WITH_3_PLACES ("/dispatcher/max-parallel/counts-what-is-being-claimed",
                     test_dispatcher_max_parallel_counts_what_is_being_claimed);
  ADD_WITH_3_PLACES ("/dispatcher/adding/begins-in-the-same-transaction",
                     test_dispatcher_begins_in_the_transaction_that_adds);
  ADD_WITH_3_PLACES ("/dispatcher/adding/overtakes-nobody",
                     test_dispatcher_overtakes_nobody_who_is_being_added);
  ADD ("/dispatcher/ending/makes-room-in-the-same-transaction",
       test_dispatcher_begins_in_the_transaction_that_ends);
  ADD ("/dispatcher/order/is-priority-then-age", test_dispatcher_priority_then_age);
  ADD ("/dispatcher/refill/1000-that-came-before", test_dispatcher_refill_1000_that_came_before);
  ADD ("/dispatcher/refill/1000-that-come-later", test_dispatcher_refill_1000_that_come_later);
  ADD ("/dispatcher/refill/lets-the-urgent-pass", test_dispatcher_refill_lets_the_urgent_pass);
  ADD ("/dispatcher/pending-again/is-begun", test_dispatcher_pending_again_is_begun);
  add_tests_of_failures (log);
  ADD ("/dispatcher/close/begins-nothing-more", test_dispatcher_close_begins_nothing_more);
  ADD ("/dispatcher/close/forgets-what-was-to-be-tried-again",
       test_dispatcher_close_forgets_what_was_to_be_tried_again);
  ADD ("/dispatcher/close/while-a-claim-is-under-way",
       test_dispatcher_close_while_a_claim_is_under_way);
  ADD ("/dispatcher/revs/rise-over-restarts", test_dispatcher_revs_rise_over_restarts);

  return g_test_run ();
}
