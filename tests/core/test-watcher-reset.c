/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-test-house.h"
#include "hw-test-viewer.h"

/* What a watcher tells when it cannot go on where the viewer was. */

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

/* Pairs that say nothing to this database, for one task and for all. */
static void
test_watcher_reset_on_a_bad_pair (Fixture      *fixture,
                                  gconstpointer test_data)
{
  const struct
  {
    guint64 task_id;
    guint64 epoch;
    guint64 after;
  } pairs[] = {
    { 0, fixture->epoch + 1, 1 }, { 0, 0, 1 }, { 0, fixture->epoch, 4 },
    { 0, fixture->epoch, G_MAXUINT64 }, { 0, fixture->epoch + 1, 0 },
    { 1, fixture->epoch + 1, 1 }, { 1, 0, 1 }, { 1, fixture->epoch, 4 },
    { 1, fixture->epoch, G_MAXUINT64 }, { 1, fixture->epoch + 1, 0 },
  };

  submit (fixture);
  submit (fixture);
  g_assert_cmpuint (hw_memory_store_get_head (fixture->house->store), ==, 3);

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr(HwTestViewer) viewer = watch (fixture, pairs[i].task_id, pairs[i].epoch,
                                              pairs[i].after);

      g_test_message ("pair %u", i);
      viewer->seq = 0;
      hw_test_viewer_follow (viewer);
      assert_sees (viewer, pairs[i].task_id == 0 ? "reset@3{2:Pending,1:Processing}"
                                                 : "reset@3{1:Processing}");
      g_assert_cmpuint (viewer->epoch, ==, fixture->epoch);
    }
}

static void
test_watcher_reset_goes_on_live (Fixture      *fixture,
                                 gconstpointer test_data)
{
  g_autoptr(HwTestViewer) of_task = NULL;
  g_autoptr(HwTestViewer) of_all = NULL;

  submit (fixture);
  of_task = watch (fixture, 1, 1, 1);
  of_all = watch (fixture, 0, 1, 1);
  hw_test_viewer_follow (of_task);
  hw_test_viewer_follow (of_all);
  assert_sees (of_task, "reset@2{1:Processing}");
  assert_sees (of_all, "reset@2{1:Processing}");

  hw_test_house_succeed (fixture->house, 1);
  assert_sees (of_task, "Completed/1(success)");
  assert_sees (of_all, "Completed/1(success)");
  g_assert_true (of_task->has_ended);
  g_assert_false (of_all->has_ended);
}

/* Whoever comes with a foreign pair for a task that has ended learns that, and goes. */
static void
test_watcher_reset_of_an_ended_task_ends (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  submit (fixture);
  hw_test_house_succeed (fixture->house, 1);
  viewer = watch (fixture, 1, 1, 1);
  hw_test_viewer_follow (viewer);

  assert_sees (viewer, "reset@3{1:Completed}");
  g_assert_true (viewer->has_ended);
}

/* Retention took what the viewer should have been told. */
static void
test_watcher_reset_when_too_old (Fixture      *fixture,
                                 gconstpointer test_data)
{
  g_autoptr(HwTestViewer) of_all = NULL;
  g_autoptr(HwTestViewer) of_task = NULL;
  g_autoptr(HwTestViewer) in_time = NULL;

  submit (fixture);
  submit (fixture);
  hw_test_house_succeed (fixture->house, 1);
  hw_test_house_restart (fixture->house);
  hw_memory_store_forget (fixture->house->store, 3);
  hw_test_house_open (fixture->house);

  of_all = watch (fixture, 0, fixture->epoch, 2);
  hw_test_viewer_follow (of_all);
  assert_sees (of_all, "reset@5{2:Processing}");

  of_task = watch (fixture, 2, fixture->epoch, 2);
  hw_test_viewer_follow (of_task);
  assert_sees (of_task, "reset@5{2:Processing}");

  in_time = watch (fixture, 0, fixture->epoch, 3);
  hw_test_viewer_follow (in_time);
  assert_sees (in_time, "Completed/1(success) Processing/1");
}

/* Not even the beginning of a task is kept that has run for longer than events are. */
static void
test_watcher_reset_when_the_beginning_is_gone (Fixture      *fixture,
                                               gconstpointer test_data)
{
  g_autoptr(HwTestViewer) viewer = NULL;

  for (guint i = 0; i < 3; i++)
    submit (fixture);
  hw_test_house_restart (fixture->house);
  hw_memory_store_forget (fixture->house->store, 3);
  hw_test_house_open (fixture->house);
  viewer = watch (fixture, 1, 0, 0);
  hw_test_viewer_follow (viewer);
  assert_sees (viewer, "reset@4{1:Processing}");
  g_assert_cmpuint (viewer->n_answers, ==, 1);

  hw_test_house_succeed (fixture->house, 1);
  assert_sees (viewer, "Completed/1(success)");
  g_assert_true (viewer->has_ended);
}

/* With every event gone there is nothing left to tell how old a pair is. */
static void
test_watcher_reset_when_all_is_gone (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(HwTestViewer) of_all = NULL;
  g_autoptr(HwTestViewer) of_task = NULL;
  g_autoptr(HwTestViewer) at_head = NULL;

  submit (fixture);
  hw_test_house_restart (fixture->house);
  hw_memory_store_forget (fixture->house->store, 2);
  hw_test_house_open (fixture->house);

  of_all = watch (fixture, 0, fixture->epoch, 1);
  hw_test_viewer_follow (of_all);
  assert_sees (of_all, "reset@2{1:Processing}");
  of_task = watch (fixture, 1, 0, 0);
  hw_test_viewer_follow (of_task);
  assert_sees (of_task, "reset@2{1:Processing}");
  at_head = watch (fixture, 0, fixture->epoch, 2);
  hw_test_viewer_follow (at_head);
  assert_sees (at_head, "");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/watcher/reset/on-a-bad-pair", test_watcher_reset_on_a_bad_pair);
  ADD ("/watcher/reset/goes-on-live", test_watcher_reset_goes_on_live);
  ADD ("/watcher/reset/of-an-ended-task-ends", test_watcher_reset_of_an_ended_task_ends);
  ADD ("/watcher/reset/when-too-old", test_watcher_reset_when_too_old);
  ADD ("/watcher/reset/when-the-beginning-is-gone", test_watcher_reset_when_the_beginning_is_gone);
  ADD ("/watcher/reset/when-all-is-gone", test_watcher_reset_when_all_is_gone);

  return g_test_run ();
}
