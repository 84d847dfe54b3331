/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-story.h"
#include "hw-test-house.h"
#include "hw-watcher.h"

/* How somebody watches who asks again and again. */

/* A queue with one place, and the cursors of who asks. */
typedef struct
{
  HwTestHouse *house; /* (owned) */
  guint64 epoch;
  guint64 seq;
  guint64 rev;
  gboolean has_ended;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (1);
  hw_test_house_open (fixture->house);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->house, hw_test_house_free);
}

/* Looks once, from the cursors on, and tells what came; NULL if it still waits. */
static char *
finish_poll (Fixture      *fixture,
             HwWatcher    *watcher,
             GAsyncResult *result)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GString) story = g_string_new (NULL);

  if (result == NULL)
    return NULL;

  events = hw_watcher_next_finish (watcher, result, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < events->len; i++)
    {
      g_autofree char *word = hw_story_tell_event (g_ptr_array_index (events, i));

      g_string_append_printf (story, "%s%s", i > 0 ? " " : "", word);
    }

  fixture->epoch = hw_watcher_get_epoch (watcher);
  fixture->seq = hw_watcher_get_seq (watcher);
  fixture->rev = hw_watcher_get_rev (watcher);
  fixture->has_ended = hw_watcher_get_has_ended (watcher);

  return g_string_free (g_steal_pointer (&story), FALSE);
}

static HwWatcher *
new_watcher (Fixture    *fixture,
             guint64     task_id,
             HwWatchPoll poll)
{
  const HwWatchFilter filter = { .task_id = task_id };

  return hw_watcher_new_poll (fixture->house->queue, fixture->house->owner, &filter,
                              fixture->epoch, fixture->seq, &poll);
}

static char *
look (Fixture    *fixture,
      guint64     task_id,
      HwWatchPoll poll)
{
  g_autoptr(HwWatcher) watcher = new_watcher (fixture, task_id, poll);
  g_autoptr(GAsyncResult) result = NULL;

  hw_watcher_next_async (watcher, NULL, hw_await_result, &result);
  hw_await_quiet ();

  return finish_poll (fixture, watcher, result);
}

#define assert_look(fixture, task_id, poll, expected) \
  G_STMT_START \
  { \
    g_autofree char *seen = look (fixture, task_id, (HwWatchPoll) poll); \
    g_assert_cmpstr (seen, ==, expected); \
  } \
  G_STMT_END

#define ONCE { .wait = 0 }
#define WITH_LEVELS { .has_levels = TRUE, .rev = fixture->rev }

/* Each look goes on where the one before ended, and one that finds nothing says so. */
static void
test_watcher_poll_goes_on_from_its_cursors (Fixture      *fixture,
                                            gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  assert_look (fixture, 1, ONCE, "added Processing/1");
  assert_look (fixture, 1, ONCE, "heartbeat@2");
  g_assert_false (fixture->has_ended);

  hw_test_house_succeed (fixture->house, 1);
  assert_look (fixture, 1, ONCE, "Completed/1(success)");
  g_assert_true (fixture->has_ended);
  assert_look (fixture, 1, ONCE, "");
  g_assert_true (fixture->has_ended);
}

static void
test_watcher_poll_has_as_many_as_asked_for (Fixture      *fixture,
                                            gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  hw_test_house_succeed (fixture->house, 1);

  assert_look (fixture, 1, { .limit = 2 }, "added Processing/1");
  g_assert_false (fixture->has_ended);
  assert_look (fixture, 1, { .limit = 2 }, "Completed/1(success)");
  g_assert_true (fixture->has_ended);
}

/* A page that happens to end with an end does not say that this was all. */
static void
test_watcher_poll_has_not_ended_before_all_was_told (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  g_autoptr(GAsyncResult) retried = NULL;

  hw_test_house_submit (fixture->house, "noop");
  hw_fake_runner_finish (fixture->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "No."));
  hw_await_quiet ();
  hw_task_queue_retry_async (fixture->house->queue, fixture->house->owner, 1, NULL,
                             hw_await_result, &retried);
  hw_await_quiet ();

  assert_look (fixture, 1, { .limit = 3 }, "added Processing/1 Failed/1(error)");
  g_assert_false (fixture->has_ended);
  assert_look (fixture, 1, { .limit = 3 }, "Pending/1 Processing/2");
}

/* A level is told once, and not at all to who does not care. */
static void
test_watcher_poll_tells_newer_levels_alone (Fixture      *fixture,
                                            gconstpointer test_data)
{
  HwRun *run;

  hw_test_house_submit (fixture->house, "noop");
  run = hw_fake_runner_get_run (fixture->house->runner, 1);
  hw_run_set_progress (run, 1, 4, NULL);
  hw_await_quiet ();
  assert_look (fixture, 1, WITH_LEVELS, "added Processing/1 0.25");
  assert_look (fixture, 1, WITH_LEVELS, "heartbeat@2");

  hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
  hw_run_set_progress (run, 2, 4, NULL);
  hw_await_quiet ();
  assert_look (fixture, 1, ONCE, "heartbeat@2");
  assert_look (fixture, 1, WITH_LEVELS, "0.5");
}

static void
test_watcher_poll_waits_as_long_as_asked_for (Fixture      *fixture,
                                              gconstpointer test_data)
{
  g_autoptr(HwWatcher) watcher = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *story = NULL;

  hw_test_house_submit (fixture->house, "noop");
  assert_look (fixture, 0, ONCE, "snapshot@2{1:Processing}");

  watcher = new_watcher (fixture, 0, (HwWatchPoll) { .wait = 3 * G_USEC_PER_SEC });
  hw_watcher_next_async (watcher, NULL, hw_await_result, &result);
  hw_await_quiet ();
  hw_test_house_advance (fixture->house, 3 * G_USEC_PER_SEC - 1);
  g_assert_null (result);
  hw_test_house_advance (fixture->house, 1);
  story = finish_poll (fixture, watcher, result);
  g_assert_cmpstr (story, ==, "heartbeat@2");
}

static void
test_watcher_poll_ends_with_what_comes (Fixture      *fixture,
                                        gconstpointer test_data)
{
  g_autoptr(HwWatcher) watcher = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *story = NULL;

  hw_test_house_submit (fixture->house, "noop");
  assert_look (fixture, 1, ONCE, "added Processing/1");
  watcher = new_watcher (fixture, 1, (HwWatchPoll) { .wait = 3 * G_USEC_PER_SEC });
  hw_watcher_next_async (watcher, NULL, hw_await_result, &result);
  hw_await_quiet ();
  g_assert_null (result);

  hw_test_house_succeed (fixture->house, 1);
  story = finish_poll (fixture, watcher, result);
  g_assert_cmpstr (story, ==, "Completed/1(success)");
}

static void
test_watcher_poll_of_another_database_is_reset (Fixture      *fixture,
                                                gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  fixture->epoch = 1;
  fixture->seq = 1;
  assert_look (fixture, 0, ONCE, "reset@2{1:Processing}");
  assert_look (fixture, 0, ONCE, "heartbeat@2");
}

/* A snapshot may be one that was kept, and older than what was told: then levels are told again. */
static void
test_watcher_poll_has_no_level_go_back (Fixture      *fixture,
                                        gconstpointer test_data)
{
  HwRun *run;

  hw_test_house_submit (fixture->house, "noop");
  run = hw_fake_runner_get_run (fixture->house->runner, 1);
  hw_run_set_progress (run, 1, 4, NULL);
  hw_await_quiet ();
  fixture->epoch = 1;
  assert_look (fixture, 0, WITH_LEVELS, "reset@2{1:Processing}");

  hw_test_house_advance (fixture->house, G_USEC_PER_SEC / 2);
  hw_run_set_progress (run, 2, 4, NULL);
  hw_await_quiet ();
  assert_look (fixture, 0, WITH_LEVELS, "0.5");

  fixture->epoch = 1;
  assert_look (fixture, 0, WITH_LEVELS, "reset@2{1:Processing}");
  assert_look (fixture, 0, WITH_LEVELS, "0.5");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/watcher/poll/goes-on-from-its-cursors", test_watcher_poll_goes_on_from_its_cursors);
  ADD ("/watcher/poll/has-as-many-as-asked-for", test_watcher_poll_has_as_many_as_asked_for);
  ADD ("/watcher/poll/has-not-ended-before-all-was-told",
       test_watcher_poll_has_not_ended_before_all_was_told);
  ADD ("/watcher/poll/tells-newer-levels-alone", test_watcher_poll_tells_newer_levels_alone);
  ADD ("/watcher/poll/waits-as-long-as-asked-for", test_watcher_poll_waits_as_long_as_asked_for);
  ADD ("/watcher/poll/ends-with-what-comes", test_watcher_poll_ends_with_what_comes);
  ADD ("/watcher/poll/of-another-database-is-reset",
       test_watcher_poll_of_another_database_is_reset);
  ADD ("/watcher/poll/has-no-level-go-back", test_watcher_poll_has_no_level_go_back);

  return g_test_run ();
}
