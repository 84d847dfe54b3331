/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-test-house.h"
#include "hw-test-viewer.h"

/* Where a watcher begins, and what it tells from there. */

/* What the ring of recent events holds. */
#define N_RECENT 4096

/* A queue with one place. */
typedef struct
{
  HwTestHouse *house; /* (owned) */
  guint64 epoch;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (1);
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
watch (Fixture *fixture,
       guint64  task_id,
       guint64  epoch,
       guint64  after)
{
  return hw_test_viewer_new (fixture->house->queue, fixture->house->owner,
                             (HwWatchFilter) { .task_id = task_id }, epoch, after);
}

#define assert_sees(viewer, expected) \
  G_STMT_START \
  { \
    g_autofree char *story = hw_test_viewer_take_story (viewer); \
    g_assert_cmpstr (story, ==, expected); \
  } \
  G_STMT_END

static void
submit (Fixture *fixture)
{
  hw_test_house_submit (fixture->house, "noop");
}

static void
say (Fixture    *fixture,
     guint64     task_id,
     const char *message)
{
  hw_run_send_message (hw_fake_runner_get_run (fixture->house->runner, task_id), "%s", message);
  hw_await_quiet ();
}

static void
test_watcher_task_from_the_beginning (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  viewer = watch (fixture, 1, 0, 0);
  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "added Processing/1");

  say (fixture, 1, "hello");
  assert_sees (viewer, "“hello”");
  hw_test_house_succeed (fixture->house, 1);
  assert_sees (viewer, "Completed/1(success)");
  g_assert_true (viewer->has_ended);
}

static void
test_watcher_task_late_joiner_sees_the_whole_story (Fixture      *fixture,
                                                    gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  say (fixture, 1, "one");
  say (fixture, 1, "two");
  viewer = watch (fixture, 1, 0, 0);
  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "added Processing/1 “one” “two”");

  say (fixture, 1, "three");
  assert_sees (viewer, "“three”");
}

static void
test_watcher_task_joined_after_its_end_is_told_and_ends (Fixture      *fixture,
                                                         gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  hw_test_house_succeed (fixture->house, 1);
  viewer = watch (fixture, 1, 0, 0);
  hw_test_viewer_follow (viewer);

  assert_sees (viewer, "added Processing/1 Completed/1(success)");
  g_assert_true (viewer->has_ended);
  g_assert_cmpuint (viewer->n_answers, ==, 2);
}

/* After a restart the story is in the store alone. */
static void
test_watcher_task_story_outlives_the_daemon (Fixture      *fixture,
                                             gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  say (fixture, 1, "one");
  hw_test_house_restart (fixture->house);
  hw_test_house_open (fixture->house);
  viewer = watch (fixture, 1, 0, 0);
  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "added Processing/1 “one”");

  hw_test_house_succeed (fixture->house, 1);
  assert_sees (viewer, "Completed/1(success)");
  g_assert_true (viewer->has_ended);
}

static void
test_watcher_task_waits_before_its_turn (Fixture      *fixture,
                                         gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  submit (fixture);
  viewer = watch (fixture, 2, 0, 0);
  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "added");

  hw_test_house_succeed (fixture->house, 1);
  assert_sees (viewer, "Processing/1");
}

static void
test_watcher_task_unknown_is_not_found (Fixture      *fixture,
                                        gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = watch (fixture, 9, 0, 0);

  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "");
  g_assert_error (viewer->error, HW_ERROR, HW_ERROR_NOT_FOUND);
}

/* A person's retry goes on where the failure was: nobody who replays stops there. */
static void
test_watcher_task_that_was_retried_goes_on (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  hw_fake_runner_finish (fixture->house->runner, 1, hw_outcome_new_failed (HW_RESULT_ERROR, "No."));
  hw_await_quiet ();
  hw_test_house_change_state (fixture->house, 1, HW_TASK_STATE_FAILED, HW_TASK_STATE_PENDING);
  hw_await_quiet ();
  viewer = watch (fixture, 1, 0, 0);
  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "added Processing/1 Failed/1(error) Pending/1 Processing/2");

  hw_test_house_succeed (fixture->house, 1);
  assert_sees (viewer, "Completed/2(success)");
  g_assert_true (viewer->has_ended);
}

/* From every place in a story, the rest comes exactly once. */
static void
test_watcher_resume_tells_the_rest_once (Fixture      *fixture,
                                         gconstpointer test_data)
{
  static const char *const rests[] = {
    "added Processing/1 “one” Completed/1(success)",
    "Processing/1 “one” Completed/1(success)",
    "“one” Completed/1(success)",
    "Completed/1(success)",
    "",
  };

  submit (fixture);
  say (fixture, 1, "one");
  hw_test_house_succeed (fixture->house, 1);

  for (guint64 after = 0; after < G_N_ELEMENTS (rests); after++)
    {
      g_autoptr(HwTestViewer) viewer = watch (fixture, 1, fixture->epoch, after);

      hw_test_viewer_follow (viewer);
      assert_sees (viewer, rests[after]);
      g_assert_true (viewer->has_ended);
    }
}

static void
test_watcher_resume_of_all_tells_what_came_later (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  submit (fixture);
  viewer = watch (fixture, 0, fixture->epoch, 2);
  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "added");

  hw_test_house_succeed (fixture->house, 1);
  assert_sees (viewer, "Completed/1(success) Processing/1");
}

/* At the head there is nothing to tell but what comes. */
static void
test_watcher_resume_at_the_head_waits (Fixture      *fixture,
                                       gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  viewer = watch (fixture, 0, fixture->epoch, 2);
  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "");
  g_assert_true (viewer->is_pulling);

  hw_test_house_succeed (fixture->house, 1);
  assert_sees (viewer, "Completed/1(success)");
}

/* A task's own story is whole although older events of others are gone. */
static void
test_watcher_task_is_told_though_others_are_gone (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  submit (fixture);
  hw_test_house_restart (fixture->house);
  hw_memory_store_forget (fixture->house->store, 2);
  hw_test_house_open (fixture->house);
  viewer = watch (fixture, 2, 0, 0);
  hw_test_viewer_follow (viewer);

  assert_sees (viewer, "added");
}

static void
test_watcher_all_begins_with_a_snapshot_of_the_live (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  submit (fixture);
  hw_test_house_succeed (fixture->house, 1);
  submit (fixture);
  viewer = watch (fixture, 0, 0, 0);
  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "snapshot@6{3:Pending,2:Processing}");

  hw_test_house_succeed (fixture->house, 2);
  assert_sees (viewer, "Completed/1(success) Processing/1");
}

static void
test_watcher_all_of_nothing_is_an_empty_snapshot (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = watch (fixture, 0, 0, 0);

  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "snapshot@0{}");

  submit (fixture);
  assert_sees (viewer, "added Processing/1");
}

/* More than a page, out of the ring and out of the store. */
static void
test_watcher_pages_go_on_without_a_gap (Fixture      *fixture,
                                        gconstpointer test_data)
{
  submit (fixture);
  hw_test_house_add_many (fixture->house, 2 * 64 + 44);
  hw_await_quiet ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HwTestViewer) viewer = watch (fixture, 0, fixture->epoch, 2);

      hw_test_viewer_follow (viewer);
      hw_await_quiet ();
      g_assert_cmpuint (viewer->events->len, ==, 172);
      g_assert_cmpuint (viewer->seq, ==, 174);
      g_assert_cmpuint (viewer->n_answers, ==, 3);
      if (i == 0)
        {
          g_clear_pointer (&viewer, hw_test_viewer_free);
          hw_test_house_restart (fixture->house);
          hw_test_house_open (fixture->house);
        }
    }
}

/* A page that is just full must not be taken for the last one, nor for more to come. */
static void
test_watcher_pages_just_full (Fixture      *fixture,
                              gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  hw_test_house_add_many (fixture->house, 64);
  hw_await_quiet ();
  viewer = watch (fixture, 0, fixture->epoch, 2);
  hw_test_viewer_follow (viewer);
  hw_await_quiet ();

  g_assert_cmpuint (viewer->events->len, ==, 64);
  g_assert_true (viewer->is_pulling);
}

/* A store may end a page early, for its bytes. */
static void
test_watcher_pages_that_end_early_lose_nothing (Fixture      *fixture,
                                                gconstpointer test_data)
{
  g_autoptr(HwTestViewer) of_all = NULL;
  g_autoptr(HwTestViewer) of_task = NULL;

  submit (fixture);
  say (fixture, 1, "one");
  say (fixture, 1, "two");
  submit (fixture);
  hw_test_house_restart (fixture->house);
  hw_test_house_open (fixture->house);
  hw_memory_store_set_page_limit (fixture->house->store, 1);

  of_all = watch (fixture, 0, fixture->epoch, 1);
  hw_test_viewer_follow (of_all);
  assert_sees (of_all, "Processing/1 “one” “two” added");

  of_task = watch (fixture, 1, 0, 0);
  hw_test_viewer_follow (of_task);
  assert_sees (of_task, "added Processing/1 “one” “two”");
}

/* Those who are at about the same place, and behind what is recent, are told of the same pages. */
static void
test_watcher_pages_are_shared (Fixture      *fixture,
                               gconstpointer test_data)
{
  g_autoptr(GPtrArray) viewers =
    g_ptr_array_new_with_free_func ((GDestroyNotify) hw_test_viewer_free);
  const guint n_viewers = 20;
  const guint n_events = N_RECENT + 640;
  guint n_reads = hw_memory_store_get_n_calls (fixture->house->store, HW_MEMORY_STORE_READ_EVENTS);

  submit (fixture);
  hw_test_house_add_many (fixture->house, n_events - 2);
  hw_await_quiet ();
  for (guint i = 0; i < n_viewers; i++)
    {
      g_ptr_array_add (viewers, watch (fixture, 0, fixture->epoch, i + 1));
      hw_test_viewer_follow (g_ptr_array_index (viewers, i));
    }
  hw_await_quiet ();

  for (guint i = 0; i < n_viewers; i++)
    g_assert_cmpuint (((HwTestViewer *) g_ptr_array_index (viewers, i))->events->len, ==,
                      n_events - i - 1);

  /* The first page is each one's own. */
  n_reads = hw_memory_store_get_n_calls (fixture->house->store, HW_MEMORY_STORE_READ_EVENTS) -
            n_reads;
  g_assert_cmpuint (n_reads, <, n_viewers + 3 * 640 / 64);
}

/* While somebody dawdles, more happens than the ring holds. */
static void
test_watcher_slow_one_loses_nothing (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  viewer = watch (fixture, 0, fixture->epoch, 1);
  hw_test_viewer_pull (viewer);
  hw_await_quiet ();
  g_assert_cmpuint (viewer->seq, ==, 2);
  hw_test_house_add_many (fixture->house, N_RECENT + 1000);
  hw_await_quiet ();

  hw_test_viewer_follow (viewer);
  hw_await_quiet ();
  g_assert_cmpuint (viewer->events->len, ==, 1 + N_RECENT + 1000);
  g_assert_cmpuint (viewer->seq, ==, 2 + N_RECENT + 1000);
}

static void
test_watcher_store_failure_is_told_and_loses_nothing (Fixture      *fixture,
                                                      gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  hw_test_house_add_many (fixture->house, N_RECENT);
  hw_await_quiet ();
  viewer = watch (fixture, 0, fixture->epoch, 1);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_READ_EVENTS, 1);
  hw_test_viewer_pull (viewer);
  assert_sees (viewer, "");
  g_assert_error (viewer->error, HW_ERROR, HW_ERROR_FAILED);

  hw_test_viewer_follow (viewer);
  hw_await_quiet ();
  g_assert_cmpuint (viewer->events->len, ==, 1 + N_RECENT);
}

/* All who come back after a restart are told what they missed, and none of them asks the store. */
static void
test_watcher_restart_does_without_the_store (Fixture      *fixture,
                                             gconstpointer test_data)
{
  guint n_reads;

  submit (fixture);
  hw_test_house_restart (fixture->house);
  hw_test_house_open (fixture->house);
  hw_await_quiet ();
  n_reads = hw_memory_store_get_n_calls (fixture->house->store, HW_MEMORY_STORE_READ_EVENTS);

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(HwTestViewer) viewer = watch (fixture, 0, fixture->epoch, 1);

      hw_test_viewer_pull (viewer);
      assert_sees (viewer, "Processing/1");
    }

  g_assert_cmpuint (hw_memory_store_get_n_calls (fixture->house->store,
                                                 HW_MEMORY_STORE_READ_EVENTS), ==, n_reads);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

static void
add_tests_of_one_task (void)
{
  ADD ("/watcher/task/from-the-beginning", test_watcher_task_from_the_beginning);
  ADD ("/watcher/task/late-joiner-sees-the-whole-story",
       test_watcher_task_late_joiner_sees_the_whole_story);
  ADD ("/watcher/task/joined-after-its-end-is-told-and-ends",
       test_watcher_task_joined_after_its_end_is_told_and_ends);
  ADD ("/watcher/task/story-outlives-the-daemon", test_watcher_task_story_outlives_the_daemon);
  ADD ("/watcher/task/waits-before-its-turn", test_watcher_task_waits_before_its_turn);
  ADD ("/watcher/task/unknown-is-not-found", test_watcher_task_unknown_is_not_found);
  ADD ("/watcher/task/that-was-retried-goes-on", test_watcher_task_that_was_retried_goes_on);
  ADD ("/watcher/task/is-told-though-others-are-gone",
       test_watcher_task_is_told_though_others_are_gone);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_tests_of_one_task ();
  ADD ("/watcher/resume/tells-the-rest-once", test_watcher_resume_tells_the_rest_once);
  ADD ("/watcher/resume/of-all-tells-what-came-later",
       test_watcher_resume_of_all_tells_what_came_later);
  ADD ("/watcher/resume/at-the-head-waits", test_watcher_resume_at_the_head_waits);
  ADD ("/watcher/all/begins-with-a-snapshot-of-the-live",
       test_watcher_all_begins_with_a_snapshot_of_the_live);
  ADD ("/watcher/all/of-nothing-is-an-empty-snapshot",
       test_watcher_all_of_nothing_is_an_empty_snapshot);
  ADD ("/watcher/pages/go-on-without-a-gap", test_watcher_pages_go_on_without_a_gap);
  ADD ("/watcher/pages/just-full", test_watcher_pages_just_full);
  ADD ("/watcher/pages/that-end-early-lose-nothing",
       test_watcher_pages_that_end_early_lose_nothing);
  ADD ("/watcher/pages/are-shared", test_watcher_pages_are_shared);
  ADD ("/watcher/slow/one-loses-nothing", test_watcher_slow_one_loses_nothing);
  ADD ("/watcher/restart/does-without-the-store", test_watcher_restart_does_without_the_store);
  ADD ("/watcher/store/failure-is-told-and-loses-nothing",
       test_watcher_store_failure_is_told_and_loses_nothing);

  return g_test_run ();
}
