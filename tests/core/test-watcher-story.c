/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-story.h"
#include "hw-test-house.h"
#include "hw-test-viewer.h"

/* The promise of the house: whoever watches sees every transition exactly once, in order,
 * whenever they come, however often they go and come back, and however slow they are.
 *
 * Everything is random here, by a seed: what happens to the tasks, when viewers come and
 * go, and what the store holds back. A slow run (`-m slow`) tries many more seeds.
 */

#define N_VIEWERS 10
#define N_STEPS 500
#define N_SEEDS 8
#define N_SEEDS_SLOW 1000

/* Somebody who watches one task, or all, and goes and comes back. */
typedef struct
{
  guint64 task_id;      /* or 0 */
  HwTestViewer *viewer; /* (owned) (nullable): while they are here */
  guint64 epoch;        /* their cursor, while they are not */
  guint64 seq;
  guint64 first_seq;    /* how far a viewer of all knew the world when they came */
  guint64 last_seq;     /* the last transition that they saw */
  guint64 last_rev;
  GString *seen; /* (owned) */
  gboolean has_come;
  gboolean has_ended;
} Person;

typedef struct
{
  HwTestHouse *house; /* (owned) */
  GRand *rand;        /* (owned) */
  Person people[N_VIEWERS];
  guint64 n_tasks;
} World;

static void
set_up (World        *world,
        gconstpointer test_data)
{
  world->house = hw_test_house_new (3);
  world->rand = g_rand_new_with_seed (GPOINTER_TO_UINT (test_data));
  hw_test_house_open (world->house);
  for (guint i = 0; i < N_VIEWERS; i++)
    world->people[i].seen = g_string_new (NULL);
}

static void
tear_down (World        *world,
           gconstpointer test_data)
{
  for (guint i = 0; i < N_VIEWERS; i++)
    {
      g_clear_pointer (&world->people[i].viewer, hw_test_viewer_free);
      g_string_free (world->people[i].seen, TRUE);
    }
  g_clear_pointer (&world->rand, g_rand_free);
  g_clear_pointer (&world->house, hw_test_house_free);
}

/* Throws a die with @n_sides sides. */
static int
throw (World *world,
       int    n_sides)
{
  return g_rand_int_range (world->rand, 0, n_sides);
}

/* Writes a transition as both sides of the comparison do. */
static void
write_event (GString *text,
             HwEvent *event)
{
  g_autofree char *word = hw_story_tell_event (event);

  g_string_append_printf (text, "%" G_GUINT64_FORMAT "#%" G_GUINT64_FORMAT ":%s ",
                          hw_event_get_seq (event), hw_event_get_task_id (event), word);
}

static void
person_note (Person  *self,
             HwEvent *event)
{
  switch (hw_event_get_kind (event))
    {
    case HW_EVENT_KIND_PROGRESS:
      g_assert_cmpuint (hw_event_get_rev (event), >, self->last_rev);
      self->last_rev = hw_event_get_rev (event);
      break;

    case HW_EVENT_KIND_SNAPSHOT:
      g_assert_false (hw_event_get_is_reset (event));
      self->first_seq = hw_event_get_seq (event);
      break;

    case HW_EVENT_KIND_HEARTBEAT:
      break;

    case HW_EVENT_KIND_ADDED:
    case HW_EVENT_KIND_STATE:
    case HW_EVENT_KIND_MESSAGE:
    case HW_EVENT_KIND_CHANGED:
    case HW_EVENT_KIND_REMOVED:
    case HW_EVENT_KIND_HELD:
    default:
      g_assert_cmpuint (hw_event_get_seq (event), >, self->last_seq);
      self->last_seq = hw_event_get_seq (event);
      write_event (self->seen, event);
      break;
    }
}

/* Takes what came so far: it is the person's, whatever becomes of the connection. */
static void
person_take (Person *self)
{
  if (self->viewer == NULL)
    return;

  for (guint i = 0; i < self->viewer->events->len; i++)
    person_note (self, g_ptr_array_index (self->viewer->events, i));
  g_ptr_array_set_size (self->viewer->events, 0);
  self->has_ended = self->viewer->has_ended;
}

static void
person_come (Person *self,
             World  *world)
{
  /* Every other one watches all tasks. */
  if (!self->has_come && world->n_tasks > 0 && throw (world, 2) == 0)
    self->task_id = (guint64) throw (world, (int) world->n_tasks) + 1;

  self->has_come = TRUE;
  self->viewer = hw_test_viewer_new (world->house->queue, world->house->owner,
                                     (HwWatchFilter) { .task_id = self->task_id }, self->epoch,
                                     self->seq);
}

/* The connection breaks. What goes on later goes on at the cursor; the levels begin anew. */
static void
person_go (Person *self,
           World  *world)
{
  if (self->viewer == NULL)
    return;

  hw_memory_store_release (world->house->store);
  hw_test_viewer_stop (self->viewer);
  person_take (self);
  self->epoch = self->viewer->epoch;
  self->seq = self->viewer->seq;
  self->last_rev = 0;
  g_clear_pointer (&self->viewer, hw_test_viewer_free);
}

static void
person_act (Person *self,
            World  *world)
{
  if (self->has_ended)
    return;

  if (self->viewer == NULL)
    person_come (self, world);
  else if (throw (world, 10) == 0)
    person_go (self, world);
  else if (!self->viewer->is_pulling)
    hw_test_viewer_pull (self->viewer);
  person_take (self);
}

static void
on_submitted (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  World *world = user_data;
  g_autoptr(HwTask) task = hw_task_queue_submit_finish (HW_TASK_QUEUE (source), result, NULL);

  g_assert_nonnull (task);
  world->n_tasks = MAX (world->n_tasks, hw_task_get_id (task));
}

/* A run goes on, or ends somehow. */
static void
run_act (World  *world,
         guint64 task_id)
{
  HwFakeRunner *runner = world->house->runner;
  HwRun *run = hw_fake_runner_get_run (runner, task_id);
  int dice = throw (world, 6);

  if (run == NULL)
    return;

  if (dice < 2)
    hw_run_send_message (run, "m%d", throw (world, 100));
  else if (dice < 4)
    hw_run_set_progress (run, (guint64) throw (world, 100), 100, NULL);
  else if (dice == 4)
    hw_fake_runner_succeed (runner, task_id);
  else
    hw_fake_runner_finish (runner, task_id, hw_outcome_new_failed (HW_RESULT_ERROR, "No."));
}

/* Something happens to a task, to time, or to the disk. */
static void
world_act (World *self)
{
  HwTestHouse *house = self->house;
  guint64 task_id = (guint64) throw (self, (int) self->n_tasks + 1) + 1;
  int dice = throw (self, 21);

  if (dice < 4)
    hw_task_queue_submit_async (house->queue, house->owner,
                                &(HwTaskSpec) { .type = (char *) "noop" }, NULL, on_submitted,
                                self);
  else if (dice < 6)
    hw_task_queue_cancel_async (house->queue, house->owner, task_id, FALSE, NULL, NULL, NULL);
  else if (dice < 14)
    run_act (self, task_id);
  else if (dice < 16)
    hw_fake_clock_advance (house->clock, throw (self, 2 * G_USEC_PER_SEC));
  else if (dice < 18)
    hw_memory_store_hold (house->store, (HwMemoryStoreHold) throw (self, 8));
  else if (dice < 20)
    hw_memory_store_release (house->store);
  else
    hw_memory_store_fail_next (house->store, HW_MEMORY_STORE_READ_EVENTS, 1);
}

/* The daemon goes down and comes back, and nobody stays connected. */
static void
world_restart (World *self)
{
  for (guint i = 0; i < N_VIEWERS; i++)
    person_go (&self->people[i], self);

  /* It warns if it cannot read what was recent: test-event-log has that. */
  hw_memory_store_fail_next (self->house->store, HW_MEMORY_STORE_READ_EVENTS, 0);
  hw_test_house_restart (self->house);
  hw_test_house_open (self->house);
}

/* Everything ends that runs, and everybody reads on until nothing more comes. */
static void
world_settle (World *self)
{
  hw_memory_store_release (self->house->store);
  hw_memory_store_fail_next (self->house->store, HW_MEMORY_STORE_READ_EVENTS, 0);
  hw_await_quiet ();
  for (guint64 task_id = 1; task_id <= self->n_tasks; task_id++)
    while (hw_fake_runner_get_run (self->house->runner, task_id) != NULL)
      {
        hw_fake_runner_succeed (self->house->runner, task_id);
        hw_await_quiet ();
      }

  for (guint i = 0; i < N_VIEWERS; i++)
    {
      Person *person = &self->people[i];

      if (person->viewer == NULL && !person->has_ended)
        person_come (person, self);
      if (person->has_ended)
        continue;
      if (!person->viewer->is_pulling)
        hw_test_viewer_pull (person->viewer);
      person->viewer->is_following = TRUE;
      hw_await_quiet ();
      person_take (person);
    }
}

/* What a person must have seen: no more, no less, in this order. */
static void
assert_saw_everything (World        *world,
                       const Person *person)
{
  g_autoptr(GPtrArray) events = hw_memory_store_dup_events (world->house->store, person->task_id);
  g_autoptr(GString) expected = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    if (hw_event_get_seq (g_ptr_array_index (events, i)) > person->first_seq)
      write_event (expected, g_ptr_array_index (events, i));

  g_assert_cmpstr (person->seen->str, ==, expected->str);
  g_assert_cmpint (person->has_ended, ==, person->task_id != 0);
}

static void
play (World *world,
      guint  restart_interval)
{
  for (guint i = 1; i <= N_STEPS; i++)
    {
      world_act (world);
      person_act (&world->people[throw (world, N_VIEWERS)], world);
      for (int turns = throw (world, 4); turns > 0; turns--)
        g_main_context_iteration (NULL, FALSE);
      if (restart_interval != 0 && i % restart_interval == 0)
        world_restart (world);
    }

  world_settle (world);
  g_assert_cmpuint (world->n_tasks, >, 0);
  for (guint i = 0; i < N_VIEWERS; i++)
    assert_saw_everything (world, &world->people[i]);
}

static void
test_watcher_story_is_seen_exactly_once (World        *world,
                                         gconstpointer test_data)
{
  play (world, 0);
}

/* What was before a restart is read again when the daemon opens, a short page at a time. */
static void
test_watcher_story_outlives_restarts (World        *world,
                                      gconstpointer test_data)
{
  hw_memory_store_set_page_limit (world->house->store, 2);
  play (world, 100);
}

int
main (int   argc,
      char *argv[])
{
  guint n_seeds;

  g_test_init (&argc, &argv, NULL);

  n_seeds = g_test_slow () ? N_SEEDS_SLOW : N_SEEDS;
  for (guint i = 0; i < n_seeds; i++)
    {
      g_autofree char *once = g_strdup_printf ("/watcher/story/is-seen-exactly-once/%u", i);
      g_autofree char *restarts = g_strdup_printf ("/watcher/story/outlives-restarts/%u", i);

      g_test_add (once, World, GUINT_TO_POINTER (i), set_up,
                  test_watcher_story_is_seen_exactly_once, tear_down);
      g_test_add (restarts, World, GUINT_TO_POINTER (i), set_up,
                  test_watcher_story_outlives_restarts, tear_down);
    }

  return g_test_run ();
}
