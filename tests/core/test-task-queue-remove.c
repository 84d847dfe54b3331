/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-error.h"

#include "tests/support/house-fixture.h"

static HwTask *
try_remove (Fixture     *fixture,
            HwPrincipal *principal,
            guint64      task_id,
            GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_remove_async (fixture->house->queue, principal, task_id, NULL, hw_await_result,
                              &result);
  hw_await_quiet ();
  g_assert_nonnull (result);

  return hw_task_queue_remove_finish (fixture->house->queue, result, error);
}

static void
test_queue_remove_takes_what_has_ended (Fixture      *fixture,
                                        gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;
  HwEvent *last;

  hw_test_house_succeed (fixture->house, task_id);
  task = try_remove (fixture, fixture->house->owner, task_id, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (hw_task_get_id (task), ==, task_id);
  g_assert_null (hw_memory_store_peek_task (fixture->house->store, task_id));
  events = hw_memory_store_dup_events (fixture->house->store, 0);
  last = g_ptr_array_index (events, events->len - 1);
  g_assert_cmpint (hw_event_get_kind (last), ==, HW_EVENT_KIND_REMOVED);
  g_assert_cmpuint (hw_event_get_task_id (last), ==, task_id);
  g_assert_cmpstr (hw_event_get_task_type (last), ==, "noop");
}

static void
test_queue_remove_leaves_what_lives (Fixture      *fixture,
                                     gconstpointer test_data)
{
  guint64 ids[2];

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = hw_test_house_submit (fixture->house, "noop");

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (try_remove (fixture, fixture->house->owner, ids[i], &error));
      g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
      g_assert_nonnull (hw_memory_store_peek_task (fixture->house->store, ids[i]));
    }
}

static void
test_queue_remove_is_for_the_owner (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autoptr(HwPrincipal) stranger = hw_principal_new (HW_DOOR_LOCAL, "uid:4", FALSE);
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(GError) error = NULL;

  hw_test_house_succeed (fixture->house, task_id);

  g_assert_null (try_remove (fixture, stranger, task_id, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_nonnull (hw_memory_store_peek_task (fixture->house->store, task_id));
}

/* Somebody retries it while it is about to go: it stays, and whoever wanted it gone
 * hears why.
 */
static void
test_queue_remove_sees_a_retry (Fixture      *fixture,
                                gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  hw_fake_runner_finish (fixture->house->runner, task_id,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "The disk is full."));
  hw_await_quiet ();
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_WRITES);
  hw_task_queue_retry_async (fixture->house->queue, fixture->house->owner, task_id, NULL, NULL,
                             NULL);
  hw_task_queue_remove_async (fixture->house->queue, fixture->house->owner, task_id, NULL,
                              hw_await_result, &result);
  hw_await_quiet ();
  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();

  g_assert_nonnull (result);
  g_assert_null (hw_task_queue_remove_finish (fixture->house->queue, result, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
  g_assert_nonnull (hw_memory_store_peek_task (fixture->house->store, task_id));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/queue/remove/takes-what-has-ended", test_queue_remove_takes_what_has_ended);
  ADD ("/queue/remove/leaves-what-lives", test_queue_remove_leaves_what_lives);
  ADD ("/queue/remove/is-for-the-owner", test_queue_remove_is_for_the_owner);
  ADD ("/queue/remove/sees-a-retry", test_queue_remove_sees_a_retry);
#undef ADD

  return g_test_run ();
}
