/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-test-house.h"
#include "hw-test-viewer.h"

/* What a watcher tells while it waits: levels, heartbeats, and what it leaves out. */

/* A queue with two places. */
typedef struct
{
  HwTestHouse *house; /* (owned) */
  guint64 epoch;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (2);
  fixture->epoch = hw_task_queue_get_epoch (fixture->house->queue);
  hw_test_house_open (fixture->house);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->house, hw_test_house_free);
}

static HwTestViewer *
watch (Fixture            *fixture,
       HwPrincipal        *principal,
       const HwWatchFilter filter)
{
  HwTestViewer *viewer = hw_test_viewer_new (fixture->house->queue, principal, filter, 0, 0);

  hw_test_viewer_follow (viewer);
  hw_await_quiet ();

  return viewer;
}

static HwTestViewer *
watch_task (Fixture *fixture,
            guint64  task_id)
{
  return watch (fixture, fixture->house->owner, (HwWatchFilter) { .task_id = task_id });
}

static HwTestViewer *
watch_all (Fixture *fixture)
{
  return watch (fixture, fixture->house->owner, (HwWatchFilter) { 0 });
}

#define assert_sees(viewer, expected) \
  G_STMT_START \
  { \
    g_autofree char *story = hw_test_viewer_take_story (viewer); \
    g_assert_cmpstr (story, ==, expected); \
  } \
  G_STMT_END

static void
submit (Fixture    *fixture,
        const char *type)
{
  hw_test_house_submit (fixture->house, type);
}

static void
report (Fixture *fixture,
        guint64  task_id,
        guint64  done)
{
  hw_run_set_progress (hw_fake_runner_get_run (fixture->house->runner, task_id), done, 4, NULL);
  hw_await_quiet ();
}

static void
test_watcher_levels_come_after_transitions (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(HwTestViewer) of_task = NULL;
  g_autoptr(HwTestViewer) of_all = NULL;

  submit (fixture, "noop");
  report (fixture, 1, 2);
  of_task = watch_task (fixture, 1);
  assert_sees (of_task, "added Processing/1 0.5");
  of_all = watch_all (fixture);
  assert_sees (of_all, "snapshot@2{1:Processing} 0.5");
}

/* A level is told once, and a newer one in its place. */
static void
test_watcher_levels_are_told_once (Fixture      *fixture,
                                   gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture, "noop");
  viewer = watch_task (fixture, 1);
  report (fixture, 1, 1);
  assert_sees (viewer, "added Processing/1 0.25");
  hw_run_send_message (hw_fake_runner_get_run (fixture->house->runner, 1), "hello");
  assert_sees (viewer, "“hello”");

  hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
  report (fixture, 1, 2);
  assert_sees (viewer, "0.5");
}

/* Who does not ask for a while gets the newest, not all that were. */
static void
test_watcher_levels_newest_wins_for_the_slow (Fixture      *fixture,
                                              gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  for (guint i = 0; i < 2; i++)
    submit (fixture, "noop");
  viewer = watch_all (fixture);
  hw_test_viewer_stop (viewer);
  g_clear_object (&viewer->cancellable);
  g_ptr_array_set_size (viewer->events, 0);

  for (guint i = 1; i < 4; i++)
    {
      report (fixture, 2, 1);
      report (fixture, 1, i);
      hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
    }
  viewer->cancellable = g_cancellable_new ();
  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "0.25 0.75");
}

/* The end says it all: no level of an attempt that is over is told. */
static void
test_watcher_levels_end_with_the_attempt (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture, "noop");
  report (fixture, 1, 2);
  hw_test_house_succeed (fixture->house, 1);
  viewer = watch_task (fixture, 1);

  assert_sees (viewer, "added Processing/1 Completed/1(success)");
}

static void
test_watcher_levels_of_others_are_not_told (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(HwTestViewer) of_task = NULL;
  g_autoptr(HwTestViewer) of_guest = NULL;

  for (guint i = 0; i < 2; i++)
    submit (fixture, "noop");
  of_task = watch_task (fixture, 1);
  of_guest = watch (fixture, fixture->house->guest, (HwWatchFilter) { 0 });
  report (fixture, 2, 2);

  assert_sees (of_task, "added Processing/1");
  assert_sees (of_guest, "snapshot@4{}");
}

static void
test_watcher_heartbeat_after_15_seconds_of_quiet (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture, "noop");
  viewer = watch_task (fixture, 1);
  assert_sees (viewer, "added Processing/1");

  hw_test_house_advance (fixture->house, 15 * G_USEC_PER_SEC - 1);
  assert_sees (viewer, "");
  hw_test_house_advance (fixture->house, 1);
  assert_sees (viewer, "heartbeat@2");
  hw_test_house_advance (fixture->house, 15 * G_USEC_PER_SEC);
  assert_sees (viewer, "heartbeat@2");
}

/* The quiet begins with the last thing that was told. */
static void
test_watcher_heartbeat_begins_anew_with_each_answer (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture, "noop");
  viewer = watch_task (fixture, 1);
  hw_test_house_advance (fixture->house, 10 * G_USEC_PER_SEC);
  report (fixture, 1, 2);
  assert_sees (viewer, "added Processing/1 0.5");

  hw_test_house_advance (fixture->house, 10 * G_USEC_PER_SEC);
  assert_sees (viewer, "");
  hw_test_house_advance (fixture->house, 5 * G_USEC_PER_SEC);
  assert_sees (viewer, "heartbeat@2");
}

/* It tells how far the quiet reaches: beyond what others did meanwhile. */
static void
test_watcher_heartbeat_advances_the_cursor (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture, "noop");
  viewer = watch_task (fixture, 1);
  assert_sees (viewer, "added Processing/1");
  for (guint i = 0; i < 3; i++)
    submit (fixture, "noop");
  hw_test_house_advance (fixture->house, 15 * G_USEC_PER_SEC);
  assert_sees (viewer, "heartbeat@6");

  hw_test_house_succeed (fixture->house, 1);
  assert_sees (viewer, "Completed/1(success)");
}

/* What others do is quiet to a viewer who does not see it. */
static void
test_watcher_heartbeat_comes_though_others_are_busy (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = watch (fixture, fixture->house->owner,
                                          (HwWatchFilter) { .type = (char *) "demo" });

  assert_sees (viewer, "snapshot@0{}");
  for (guint i = 0; i < 3; i++)
    {
      submit (fixture, "noop");
      hw_test_house_advance (fixture->house, 5 * G_USEC_PER_SEC);
    }

  assert_sees (viewer, "heartbeat@5");
  submit (fixture, "demo");
  assert_sees (viewer, "added");
}

/* Adds one task of type `demo`, and so many others at once that only the store has it. */
static void
add_more_than_the_ring_holds (Fixture *fixture)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  g_autoptr(GPtrArray) events = NULL;

  for (guint i = 0; i < 5000; i++)
    {
      HwTaskFields *fields = hw_task_fields_new ();

      hw_task_fields_set_state (fields, HW_TASK_STATE_PENDING);
      hw_task_fields_set_string (fields, HW_TASK_FIELD_TYPE, i == 0 ? "demo" : "noop");
      g_ptr_array_add (changes, hw_change_new_add ("me", 1, fields));
    }
  events = hw_memory_store_commit_now (fixture->house->store, changes, NULL);
  g_assert_nonnull (events);
}

/* A beat that falls due while the store is read must not pass over what is read. */
static void
test_watcher_heartbeat_waits_for_what_is_being_read (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = watch (fixture, fixture->house->owner,
                                          (HwWatchFilter) { .type = (char *) "demo" });

  assert_sees (viewer, "snapshot@0{}");
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_READS);
  add_more_than_the_ring_holds (fixture);
  hw_test_house_advance (fixture->house, 20 * G_USEC_PER_SEC);
  assert_sees (viewer, "");

  hw_memory_store_release (fixture->house->store);
  assert_sees (viewer, "added Processing/1");
}

static void
test_watcher_filter_by_type (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture, "noop");
  submit (fixture, "demo");
  viewer = watch (fixture, fixture->house->owner, (HwWatchFilter) { .type = (char *) "demo" });
  assert_sees (viewer, "snapshot@4{2:Processing}");

  hw_test_house_succeed (fixture->house, 1);
  submit (fixture, "noop");
  hw_test_house_succeed (fixture->house, 2);
  assert_sees (viewer, "Completed/1(success)");
}

static void
test_watcher_filter_by_owner (Fixture      *fixture,
                              gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer =
    watch (fixture, fixture->house->owner, (HwWatchFilter) { .owner = (char *) "token:guest" });
  g_autoptr(HwTask) task = NULL;

  submit (fixture, "noop");
  task = hw_test_house_try_submit (fixture->house, fixture->house->guest, "noop", NULL, NULL);
  hw_test_house_succeed (fixture->house, 1);

  assert_sees (viewer, "snapshot@0{} added Processing/1");
}

/* The fan-out asks who may see, as every verb does. */
static void
test_watcher_filter_by_principal (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(HwTask) task = NULL;
  g_autoptr(HwTestViewer) from_snapshot = NULL;
  g_autoptr(HwTestViewer) from_cursor = NULL;
  g_autoptr(HwTestViewer) of_task = NULL;

  submit (fixture, "noop");
  task = hw_test_house_try_submit (fixture->house, fixture->house->guest, "noop", NULL, NULL);
  from_snapshot = watch (fixture, fixture->house->guest, (HwWatchFilter) { 0 });
  assert_sees (from_snapshot, "snapshot@4{2:Processing}");
  from_cursor = hw_test_viewer_new (fixture->house->queue, fixture->house->guest,
                                    (HwWatchFilter) { 0 }, fixture->epoch, 1);
  hw_test_viewer_follow (from_cursor);
  assert_sees (from_cursor, "added Processing/1");
  of_task = watch (fixture, fixture->house->guest, (HwWatchFilter) { .task_id = 1 });
  g_assert_error (of_task->error, HW_ERROR, HW_ERROR_NOT_FOUND);

  report (fixture, 1, 2);
  hw_test_house_succeed (fixture->house, 1);
  assert_sees (from_snapshot, "");
  assert_sees (from_cursor, "");
}

static void
test_watcher_filter_by_somebody_else_is_refused (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer =
    watch (fixture, fixture->house->guest, (HwWatchFilter) { .owner = (char *) "token:owner" });

  g_assert_error (viewer->error, HW_ERROR, HW_ERROR_NOT_ALLOWED);
}

/* What is left out fills whole pages, in the ring and in the store. */
static void
test_watcher_filter_reads_on_past_what_it_leaves_out (Fixture      *fixture,
                                                      gconstpointer test_data)
{
  const HwWatchFilter filter = { .type = (char *) "demo" };

  for (guint i = 0; i < 300; i++)
    submit (fixture, "noop");
  submit (fixture, "demo");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HwTestViewer) viewer = hw_test_viewer_new (fixture->house->queue,
                                                           fixture->house->owner, filter,
                                                           fixture->epoch, 1);

      hw_test_viewer_follow (viewer);
      assert_sees (viewer, "added");
      g_clear_pointer (&viewer, hw_test_viewer_free);
      if (i == 0)
        {
          hw_test_house_restart (fixture->house);
          hw_test_house_open (fixture->house);
        }
    }
}

static void
test_watcher_cancel_while_waiting_ends_it (Fixture      *fixture,
                                           gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture, "noop");
  viewer = watch_task (fixture, 1);
  g_assert_true (viewer->is_pulling);
  hw_test_viewer_stop (viewer);

  g_assert_error (viewer->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (fixture->house->clock), ==, 0);
}

static void
test_watcher_cancel_before_waiting_ends_it (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = hw_test_viewer_new (fixture->house->queue,
                                                       fixture->house->owner,
                                                       (HwWatchFilter) { 0 }, fixture->epoch, 0);

  g_cancellable_cancel (viewer->cancellable);
  hw_test_viewer_pull (viewer);
  hw_await_quiet ();

  g_assert_false (viewer->is_pulling);
  g_assert_error (viewer->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Whenever somebody stops waiting, what they did not get comes when they ask again. */
static void
test_watcher_cancel_loses_nothing (Fixture      *fixture,
                                   gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture, "noop");
  viewer = hw_test_viewer_new (fixture->house->queue, fixture->house->owner,
                               (HwWatchFilter) { .task_id = 1 }, 0, 0);
  for (guint n_turns = 0; n_turns < 8; n_turns++)
    {
      hw_test_viewer_pull (viewer);
      for (guint i = 0; i < n_turns; i++)
        g_main_context_iteration (NULL, FALSE);
      hw_run_send_message (hw_fake_runner_get_run (fixture->house->runner, 1), "m%u", n_turns);
      hw_test_viewer_stop (viewer);
      g_object_unref (viewer->cancellable);
      viewer->cancellable = g_cancellable_new ();
    }
  hw_test_viewer_follow (viewer);

  assert_sees (viewer, "added Processing/1 “m0” “m1” “m2” “m3” “m4” “m5” “m6” “m7”");
}

/* A hundred who wait cost the store nothing when something happens. */
static void
test_watcher_waiting_does_not_touch_the_store (Fixture      *fixture,
                                               gconstpointer test_data)
{
  HwTestViewer *viewers[100];
  guint n_reads;

  submit (fixture, "noop");
  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    viewers[i] = watch_task (fixture, 1);
  n_reads = hw_memory_store_get_n_calls (fixture->house->store, HW_MEMORY_STORE_READ_EVENTS);
  hw_test_house_succeed (fixture->house, 1);

  g_assert_cmpuint (hw_memory_store_get_n_calls (fixture->house->store,
                                                 HW_MEMORY_STORE_READ_EVENTS), ==, n_reads);
  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    {
      assert_sees (viewers[i], "added Processing/1 Completed/1(success)");
      hw_test_viewer_free (viewers[i]);
    }
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

static void
add_tests_of_heartbeats (void)
{
  ADD ("/watcher/heartbeat/after-15-seconds-of-quiet",
       test_watcher_heartbeat_after_15_seconds_of_quiet);
  ADD ("/watcher/heartbeat/begins-anew-with-each-answer",
       test_watcher_heartbeat_begins_anew_with_each_answer);
  ADD ("/watcher/heartbeat/advances-the-cursor", test_watcher_heartbeat_advances_the_cursor);
  ADD ("/watcher/heartbeat/comes-though-others-are-busy",
       test_watcher_heartbeat_comes_though_others_are_busy);
  ADD ("/watcher/heartbeat/waits-for-what-is-being-read",
       test_watcher_heartbeat_waits_for_what_is_being_read);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/watcher/levels/come-after-transitions", test_watcher_levels_come_after_transitions);
  ADD ("/watcher/levels/are-told-once", test_watcher_levels_are_told_once);
  ADD ("/watcher/levels/newest-wins-for-the-slow", test_watcher_levels_newest_wins_for_the_slow);
  ADD ("/watcher/levels/end-with-the-attempt", test_watcher_levels_end_with_the_attempt);
  ADD ("/watcher/levels/of-others-are-not-told", test_watcher_levels_of_others_are_not_told);
  add_tests_of_heartbeats ();
  ADD ("/watcher/filter/by-type", test_watcher_filter_by_type);
  ADD ("/watcher/filter/by-owner", test_watcher_filter_by_owner);
  ADD ("/watcher/filter/by-principal", test_watcher_filter_by_principal);
  ADD ("/watcher/filter/by-somebody-else-is-refused",
       test_watcher_filter_by_somebody_else_is_refused);
  ADD ("/watcher/filter/reads-on-past-what-it-leaves-out",
       test_watcher_filter_reads_on_past_what_it_leaves_out);
  ADD ("/watcher/cancel/while-waiting-ends-it", test_watcher_cancel_while_waiting_ends_it);
  ADD ("/watcher/cancel/before-waiting-ends-it", test_watcher_cancel_before_waiting_ends_it);
  ADD ("/watcher/cancel/loses-nothing", test_watcher_cancel_loses_nothing);
  ADD ("/watcher/waiting/does-not-touch-the-store", test_watcher_waiting_does_not_touch_the_store);

  return g_test_run ();
}
