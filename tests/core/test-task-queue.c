/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-story.h"
#include "hw-test-house.h"

#include <string.h>

/* A queue with two places, and what it told. */
typedef struct
{
  HwTestHouse *house; /* (owned) */
  GPtrArray *events;  /* (owned) (element-type HwEvent) */
  GString *order;     /* (owned): what came when, in words */
} Fixture;

static void
on_queue_event (HwTaskQueue *queue,
                HwEvent     *event,
                Fixture     *fixture)
{
  g_autofree char *word = hw_story_tell_event (event);

  /* What is told is on disk. */
  g_assert_cmpuint (hw_event_get_seq (event), <=,
                    hw_memory_store_get_head (fixture->house->store));
  g_ptr_array_add (fixture->events, hw_event_ref (event));
  g_string_append_printf (fixture->order, "%s ", word);
}

static void
listen (Fixture *fixture)
{
  g_signal_connect (fixture->house->queue, "event", G_CALLBACK (on_queue_event), fixture);
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (2);
  fixture->events = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  fixture->order = g_string_new (NULL);
  listen (fixture);
}

static void
set_up_open (Fixture      *fixture,
             gconstpointer test_data)
{
  set_up (fixture, test_data);
  hw_test_house_open (fixture->house);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->house, hw_test_house_free);
  g_clear_pointer (&fixture->events, g_ptr_array_unref);
  g_string_free (fixture->order, TRUE);
}

/* Goes down and comes back, and opens the queue. */
static void
restart (Fixture *fixture)
{
  hw_test_house_restart (fixture->house);
  listen (fixture);
  hw_test_house_open (fixture->house);
}

static void
submit_async (Fixture       *fixture,
              const char    *type,
              GCancellable  *cancellable,
              GAsyncResult **result)
{
  g_autoptr(HwTaskSpec) spec = hw_task_spec_new ();

  spec->type = g_strdup (type);
  hw_task_queue_submit_async (fixture->house->queue, fixture->house->owner, spec, cancellable,
                              hw_await_result, result);
}

/* Commit first, tell second: no number is given out before it is on disk. */
static void
test_queue_submit_tells_after_commit (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_WRITES);
  submit_async (fixture, "noop", NULL, &result);
  hw_await_quiet ();
  g_assert_null (result);
  g_assert_cmpstr (fixture->order->str, ==, "");

  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();
  task = hw_task_queue_submit_finish (fixture->house->queue, result, NULL);
  g_assert_cmpuint (hw_task_get_id (task), ==, 1);
  g_assert_cmpstr (fixture->order->str, ==, "added Processing/1 ");
}

static void
on_submitted (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Fixture *fixture = user_data;
  g_autoptr(HwTask) task = hw_task_queue_submit_finish (HW_TASK_QUEUE (source), result, NULL);

  g_string_append_printf (fixture->order, "answer:%s ",
                          hw_task_get_string (task, HW_TASK_FIELD_STATE));
}

/* Whoever gets the number finds the task in every view. */
static void
test_queue_submit_tells_everyone_before_who_asked (Fixture      *fixture,
                                                   gconstpointer test_data)
{
  hw_task_queue_submit_async (fixture->house->queue, fixture->house->owner,
                              &(HwTaskSpec) { .type = (char *) "noop" }, NULL, on_submitted,
                              fixture);
  hw_await_quiet ();

  g_assert_cmpstr (fixture->order->str, ==, "added Processing/1 answer:Pending ");
}

static void
test_queue_submit_refuses_unknown_type (Fixture      *fixture,
                                        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_test_house_try_submit (fixture->house, fixture->house->owner,
                                                     "nonsense", NULL, &error);

  g_assert_error (error, HW_ERROR, HW_ERROR_UNKNOWN_TYPE);
  g_assert_cmpstr (hw_error_get_field (error), ==, "/type");
  g_assert_null (task);
  g_assert_cmpuint (hw_memory_store_get_head (fixture->house->store), ==, 0);
}

static void
test_queue_submit_refuses_bad_parameters (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_test_house_try_submit (fixture->house, fixture->house->owner, "demo",
                                                     "{'steps': <'five'>}", &error);

  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER);
  g_assert_cmpstr (hw_error_get_field (error), ==, "/parameters/steps");
  g_assert_null (task);
  g_assert_cmpuint (hw_memory_store_get_head (fixture->house->store), ==, 0);
}

static void
test_queue_submit_local_only_by_door (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) by_tcp = hw_test_house_try_submit (fixture->house, fixture->house->owner,
                                                       "command", "{'argv': <['id']>}", &error);
  g_autoptr(HwTask) by_socket = NULL;

  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_ALLOWED);
  g_assert_null (by_tcp);
  g_clear_error (&error);

  by_socket = hw_test_house_try_submit (fixture->house, fixture->house->local, "command",
                                        "{'argv': <['id']>}", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (hw_task_get_string (by_socket, HW_TASK_FIELD_OWNER), ==, "uid:1000");
}

static void
test_queue_submit_that_cannot_be_written_is_refused (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_COMMIT, 1);
  task = hw_test_house_try_submit (fixture->house, fixture->house->owner, "noop", NULL, &error);

  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "The task was not accepted, since it could not be written "
                   "down: The disk is full.");
  g_assert_null (task);
  g_assert_cmpstr (fixture->order->str, ==, "");
}

/* To stop waiting for the answer takes nothing back. */
static void
test_queue_submit_canceled_lets_the_answer_go (Fixture      *fixture,
                                               gconstpointer test_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  submit_async (fixture, "noop", cancellable, &result);
  g_cancellable_cancel (cancellable);
  hw_await_quiet ();

  g_assert_null (hw_task_queue_submit_finish (fixture->house->queue, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_calls (fixture, "start 1/1");
}

static void
assert_hides (GVariant *fields)
{
  g_autofree char *text = g_variant_print (fields, TRUE);

  g_assert_null (strstr (text, "s3cret"));
  g_assert_null (strstr (text, "hidden"));
}

static void
assert_task_hides (HwTask *task)
{
  g_autoptr(GVariant) fields = hw_task_dup_fields (task);

  assert_hides (fields);
}

static void
assert_runner_knows_the_key (Fixture *fixture)
{
  HwRun *run = hw_fake_runner_get_run (fixture->house->runner, 1);
  const char *key = NULL;

  g_assert_nonnull (run);
  g_assert_true (g_variant_lookup (hw_run_get_parameters (run), "key", "&s", &key));
  g_assert_cmpstr (key, ==, "s3cret");
}

/* What is hidden reaches the runner, and nobody else by any way out of the queue. */
static void
test_queue_submit_hidden_parameters_reach_the_runner_alone (Fixture      *fixture,
                                                            gconstpointer test_data)
{
  g_autoptr(HwTask) accepted =
    hw_test_house_try_submit (fixture->house, fixture->house->owner, "secret",
                              "{'name': <'n'>, 'key': <'s3cret'>}", NULL);
  g_autoptr(HwTask) got = hw_test_house_get (fixture->house, 1);
  g_autoptr(GPtrArray) stored = hw_memory_store_dup_events (fixture->house->store, 1);

  assert_runner_knows_the_key (fixture);
  assert_task_hides (accepted);
  assert_task_hides (got);
  for (guint i = 0; i < fixture->events->len; i++)
    assert_hides (hw_event_get_changes (g_ptr_array_index (fixture->events, i)));
  for (guint i = 0; i < stored->len; i++)
    assert_hides (hw_event_get_changes (g_ptr_array_index (stored, i)));
}

/* One that waited while the daemon was away is run with all its parameters, too. */
static void
test_queue_open_hidden_parameters_outlive_the_daemon (Fixture      *fixture,
                                                      gconstpointer test_data)
{
  g_autoptr(HwTask) task = hw_test_house_try_submit (fixture->house, fixture->house->owner,
                                                     "secret",
                                                     "{'name': <'n'>, 'key': <'s3cret'>}", NULL);

  restart (fixture);

  g_assert_nonnull (task);
  assert_runner_knows_the_key (fixture);
}

static void
test_queue_event_tells_progress_too (Fixture      *fixture,
                                     gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  hw_run_set_progress (hw_fake_runner_get_run (fixture->house->runner, 1), 1, 2, NULL);
  hw_await_quiet ();
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();

  g_assert_cmpstr (fixture->order->str, ==, "added Processing/1 0.5 Completed/1(success) ");
}

/* Nothing follows the end: what was still to be said of an attempt is gone with it. */
static void
test_queue_event_no_progress_after_the_end (Fixture      *fixture,
                                            gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  for (guint i = 1; i < 3; i++)
    {
      hw_run_set_progress (hw_fake_runner_get_run (fixture->house->runner, 1), i, 4, NULL);
      hw_await_quiet ();
    }
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_fake_clock_advance (fixture->house->clock, G_USEC_PER_SEC);
  hw_await_quiet ();

  g_assert_cmpstr (fixture->order->str, ==, "added Processing/1 0.25 Completed/1(success) ");
}

static void
test_queue_open_finds_every_waiting_task_again (Fixture      *fixture,
                                                gconstpointer test_data)
{
  for (guint i = 0; i < 100; i++)
    hw_test_house_submit (fixture->house, "noop");
  restart (fixture);

  for (guint64 i = 1; i <= 100; i++)
    {
      hw_fake_runner_succeed (fixture->house->runner, i);
      hw_await_quiet ();
      assert_story (fixture, i, "added Processing/1 Completed/1(success)");
    }
}

static void
test_queue_open_fails_if_the_store_does (Fixture      *fixture,
                                         gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_LIST_OPEN, 1);
  hw_task_queue_open_async (fixture->house->queue, NULL, hw_await_result, &result);
  hw_await_quiet ();

  g_assert_false (hw_task_queue_open_finish (fixture->house->queue, result, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
}

/* Who ends while it still looks back has a store that is closed, which is nobody's news. */
static void
test_queue_open_is_quiet_once_closed (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_test_house_submit (fixture->house, "noop");
  hw_test_house_restart (fixture->house);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_READ_EVENTS, 1);
  hw_task_queue_open_async (fixture->house->queue, NULL, hw_await_result, &result);
  hw_task_queue_close (fixture->house->queue);
  hw_await_quiet ();

  g_assert_true (hw_task_queue_open_finish (fixture->house->queue, result, NULL));
}

/* A claimed one whose work never began waits again, whatever its rule, and runs. */
static void
test_queue_recovery_not_started_runs (Fixture      *fixture,
                                      gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "fragile");
  hw_test_house_restart (fixture->house);
  hw_fake_runner_set_adopt_error (fixture->house->runner, HW_ERROR_NOT_STARTED);
  hw_test_house_open (fixture->house);

  assert_calls (fixture, "adopt 1/1, start 1/2");
  assert_story (fixture, 1, "added Processing/1 Pending/1 Processing/2");
}

static void
test_queue_recovery_interrupted_follows_the_rule (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "fragile");
  hw_test_house_submit (fixture->house, "noop");
  hw_test_house_restart (fixture->house);
  hw_fake_runner_set_adopt_error (fixture->house->runner, HW_ERROR_INTERRUPTED);
  hw_test_house_open (fixture->house);

  assert_story (fixture, 1, "added Processing/1 Failed/1(interrupted)");
  assert_story (fixture, 2, "added Processing/1 Pending/1 Processing/2");
}

static void
test_queue_recovery_goes_on_where_work_does (Fixture      *fixture,
                                             gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "fragile");
  restart (fixture);
  assert_calls (fixture, "adopt 1/1");

  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();
  assert_story (fixture, 1, "added Processing/1 Completed/1(success)");
}

/* What ran takes its places before what waits gets any. */
static void
test_queue_recovery_keeps_max_parallel (Fixture      *fixture,
                                        gconstpointer test_data)
{
  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (fixture->house, "noop");
  restart (fixture);
  assert_calls (fixture, "adopt 2/1, adopt 1/1");

  hw_fake_runner_succeed (fixture->house->runner, 2);
  hw_await_quiet ();
  assert_calls (fixture, "start 3/1");
}

/* What an attempt of the daemon before had said is gone when its task waits again. */
static void
test_queue_recovery_requeue_forgets_the_attempt (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  HwTask *task;

  hw_test_house_submit (fixture->house, "noop");
  hw_run_send_message (hw_fake_runner_get_run (fixture->house->runner, 1), "half way");
  hw_await_quiet ();
  hw_test_house_restart (fixture->house);
  hw_fake_runner_set_adopt_error (fixture->house->runner, HW_ERROR_INTERRUPTED);
  hw_test_house_open (fixture->house);
  task = hw_memory_store_peek_task (fixture->house->store, 1);

  g_assert_cmpuint (hw_task_get_attempt (task), ==, 2);
  g_assert_null (hw_task_get_field (task, HW_TASK_FIELD_MESSAGE));
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up_open, function, tear_down)

static void
add_tests_of_recovery (void)
{
  ADD ("/queue/open/finds-every-waiting-task-again",
       test_queue_open_finds_every_waiting_task_again);
  ADD ("/queue/open/is-quiet-once-closed", test_queue_open_is_quiet_once_closed);
  ADD ("/queue/open/hidden-parameters-outlive-the-daemon",
       test_queue_open_hidden_parameters_outlive_the_daemon);
  g_test_add ("/queue/open/fails-if-the-store-does", Fixture, NULL,
              set_up, test_queue_open_fails_if_the_store_does, tear_down);
  ADD ("/queue/recovery/not-started-runs", test_queue_recovery_not_started_runs);
  ADD ("/queue/recovery/interrupted-follows-the-rule",
       test_queue_recovery_interrupted_follows_the_rule);
  ADD ("/queue/recovery/goes-on-where-work-does", test_queue_recovery_goes_on_where_work_does);
  ADD ("/queue/recovery/keeps-max-parallel", test_queue_recovery_keeps_max_parallel);
  ADD ("/queue/recovery/requeue-forgets-the-attempt",
       test_queue_recovery_requeue_forgets_the_attempt);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/queue/submit/tells-after-commit", test_queue_submit_tells_after_commit);
  ADD ("/queue/submit/tells-everyone-before-who-asked",
       test_queue_submit_tells_everyone_before_who_asked);
  ADD ("/queue/submit/refuses-unknown-type", test_queue_submit_refuses_unknown_type);
  ADD ("/queue/submit/refuses-bad-parameters", test_queue_submit_refuses_bad_parameters);
  ADD ("/queue/submit/local-only-by-door", test_queue_submit_local_only_by_door);
  ADD ("/queue/submit/that-cannot-be-written-is-refused",
       test_queue_submit_that_cannot_be_written_is_refused);
  ADD ("/queue/submit/canceled-lets-the-answer-go", test_queue_submit_canceled_lets_the_answer_go);
  ADD ("/queue/submit/hidden-parameters-reach-the-runner-alone",
       test_queue_submit_hidden_parameters_reach_the_runner_alone);
  ADD ("/queue/event/tells-progress-too", test_queue_event_tells_progress_too);
  ADD ("/queue/event/no-progress-after-the-end", test_queue_event_no_progress_after_the_end);
  add_tests_of_recovery ();

  return g_test_run ();
}
