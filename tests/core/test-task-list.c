/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-list.h"

#include "hw-await.h"
#include "hw-test-house.h"
#include "hw-test-log.h"

/* How many tasks a list has at most. */
#define N_TASKS_MAX 2000

/* A queue with one place, a list of its live tasks, and what that told. */
typedef struct
{
  HwTestHouse *house; /* (owned) */
  HwTaskList *list;   /* (owned) (nullable) */
  GString *changes;   /* (owned) */
  HwTestLog *log;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (1);
  fixture->changes = g_string_new (NULL);
  fixture->log = (gpointer) test_data;
  hw_test_house_open (fixture->house);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_await_quiet ();
  hw_test_log_assert_expected (fixture->log);
  g_assert_finalize_object (g_steal_pointer (&fixture->list));
  g_string_free (fixture->changes, TRUE);
  g_clear_pointer (&fixture->house, hw_test_house_free);
}

static void
on_items_changed (GListModel *list,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  Fixture    *fixture)
{
  g_string_append_printf (fixture->changes, "%u-%u+%u ", position, n_removed, n_added);
}

/* Makes a list, which is not loaded yet. */
static void
make_list (Fixture     *fixture,
           HwPrincipal *principal)
{
  fixture->list = hw_task_list_new (fixture->house->queue, principal);
  g_signal_connect (fixture->list, "items-changed", G_CALLBACK (on_items_changed), fixture);
}

static void
load_list (Fixture *fixture)
{
  make_list (fixture, fixture->house->owner);
  hw_await_quiet ();
  g_string_truncate (fixture->changes, 0);
}

/* Writes the tasks of the list: their numbers and states. */
static char *
print_list (Fixture *fixture)
{
  GListModel *model = G_LIST_MODEL (fixture->list);
  GString *text = g_string_new (NULL);

  hw_await_quiet ();
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr(HwTask) task = g_list_model_get_item (model, i);

      g_string_append_printf (text, "%s%" G_GUINT64_FORMAT ":%s", i > 0 ? " " : "",
                              hw_task_get_id (task),
                              hw_task_get_string (task, HW_TASK_FIELD_STATE));
    }

  return g_string_free (text, FALSE);
}

#define assert_list(fixture, expected) \
  G_STMT_START \
  { \
    g_autofree char *text = print_list (fixture); \
    g_assert_cmpstr (text, ==, expected); \
  } \
  G_STMT_END

static void
submit (Fixture *fixture)
{
  hw_test_house_submit (fixture->house, "noop");
}

static void
test_task_list_begins_with_the_live (Fixture      *fixture,
                                     gconstpointer test_data)
{
  for (guint i = 0; i < 3; i++)
    submit (fixture);
  hw_test_house_succeed (fixture->house, 1);
  make_list (fixture, fixture->house->owner);

  assert_list (fixture, "3:Pending 2:Processing");
  g_assert_cmpstr (fixture->changes->str, ==, "0-0+2 ");
}

static void
test_task_list_is_a_list_model (Fixture      *fixture,
                                gconstpointer test_data)
{
  submit (fixture);
  load_list (fixture);

  g_assert_cmpuint (g_list_model_get_item_type (G_LIST_MODEL (fixture->list)), ==, HW_TYPE_TASK);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->list)), ==, 1);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (fixture->list), 1));
}

static void
test_task_list_follows_a_task (Fixture      *fixture,
                               gconstpointer test_data)
{
  load_list (fixture);
  submit (fixture);
  assert_list (fixture, "1:Processing");
  g_assert_cmpstr (fixture->changes->str, ==, "0-0+1 0-1+1 ");

  submit (fixture);
  assert_list (fixture, "2:Pending 1:Processing");
  hw_test_house_succeed (fixture->house, 1);
  assert_list (fixture, "2:Processing");
  g_assert_cmpstr (fixture->changes->str, ==, "0-0+1 0-1+1 0-0+1 1-1+0 0-1+1 ");
}

static void
test_task_list_follows_progress (Fixture      *fixture,
                                 gconstpointer test_data)
{
  g_autoptr(HwTask) task = NULL;

  load_list (fixture);
  submit (fixture);
  hw_run_set_progress (hw_fake_runner_get_run (fixture->house->runner, 1), 1, 2, NULL);
  hw_await_quiet ();
  task = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);

  g_assert_cmpfloat_with_epsilon (
    g_variant_get_double (hw_task_get_field (task, HW_TASK_FIELD_PROGRESS)), 0.5, 1e-9);
}

/* Whoever holds an item holds what it was. */
static void
test_task_list_items_do_not_change (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autoptr(HwTask) task = NULL;

  load_list (fixture);
  submit (fixture);
  task = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);
  hw_test_house_succeed (fixture->house, 1);

  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PROCESSING);
  assert_list (fixture, "");
}

static void
test_task_list_shows_what_one_may_see (Fixture      *fixture,
                                       gconstpointer test_data)
{
  g_autoptr(HwTask) before = NULL;
  g_autoptr(HwTask) after = NULL;

  submit (fixture);
  before = hw_test_house_try_submit (fixture->house, fixture->house->guest, "noop", NULL, NULL);
  make_list (fixture, fixture->house->guest);
  assert_list (fixture, "2:Pending");

  submit (fixture);
  after = hw_test_house_try_submit (fixture->house, fixture->house->guest, "noop", NULL, NULL);
  assert_list (fixture, "4:Pending 2:Pending");
}

/* What happens while the list is on its way is in it. */
static void
test_task_list_loses_nothing_while_it_loads (Fixture      *fixture,
                                             gconstpointer test_data)
{
  for (guint i = 0; i < 2; i++)
    submit (fixture);
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_READS);
  make_list (fixture, fixture->house->owner);
  hw_await_quiet ();
  hw_test_house_succeed (fixture->house, 1);
  submit (fixture);
  assert_list (fixture, "");

  hw_memory_store_release (fixture->house->store);
  assert_list (fixture, "3:Pending 2:Processing");
}

/* More happened meanwhile than the log remembers, so it asks again. */
static void
test_task_list_asks_again_when_the_answer_is_too_old (Fixture      *fixture,
                                                      gconstpointer test_data)
{
  submit (fixture);
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_READS);
  make_list (fixture, fixture->house->owner);
  hw_await_quiet ();
  hw_test_house_add_many (fixture->house, 5000);
  hw_await_quiet ();
  hw_test_house_succeed (fixture->house, 1);
  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();

  g_assert_cmpuint (hw_memory_store_get_n_calls (fixture->house->store, HW_MEMORY_STORE_LIST), ==,
                    2);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->list)), ==, N_TASKS_MAX);
}

static void
test_task_list_asks_again_when_the_store_failed (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  submit (fixture);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_LIST, 1);
  hw_test_log_expect_warning (fixture->log, "Could not list the live tasks: *");
  make_list (fixture, fixture->house->owner);
  assert_list (fixture, "");

  hw_fake_clock_advance (fixture->house->clock, G_USEC_PER_SEC);
  assert_list (fixture, "1:Processing");
}

static void
test_task_list_dropped_while_it_loads_leaves_nothing (Fixture      *fixture,
                                                      gconstpointer test_data)
{
  HwTaskList *list = hw_task_list_new (fixture->house->queue, fixture->house->owner);
  gpointer weak = list;

  hw_test_log_expect_warning (fixture->log, "Could not list the live tasks: *");
  g_object_add_weak_pointer (G_OBJECT (list), &weak);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_LIST, 1);
  g_object_unref (list);
  hw_await_quiet ();
  g_assert_null (weak);

  /* For the end of the test. */
  load_list (fixture);
}

/* The oldest that waits makes room for the newest; what runs stays. */
static void
test_task_list_has_at_most_2000 (Fixture      *fixture,
                                 gconstpointer test_data)
{
  GListModel *model;
  g_autoptr(HwTask) first = NULL;
  g_autoptr(HwTask) last_waiting = NULL;
  g_autoptr(HwTask) last = NULL;

  load_list (fixture);
  submit (fixture);
  hw_test_house_add_many (fixture->house, N_TASKS_MAX + 9);
  hw_await_quiet ();
  model = G_LIST_MODEL (fixture->list);

  g_assert_cmpuint (g_list_model_get_n_items (model), ==, N_TASKS_MAX);
  first = g_list_model_get_item (model, 0);
  g_assert_cmpuint (hw_task_get_id (first), ==, N_TASKS_MAX + 10);
  last_waiting = g_list_model_get_item (model, N_TASKS_MAX - 2);
  g_assert_cmpuint (hw_task_get_id (last_waiting), ==, 12);
  last = g_list_model_get_item (model, N_TASKS_MAX - 1);
  g_assert_cmpuint (hw_task_get_id (last), ==, 1);
}

/* A task that was left out comes in when it runs. */
static void
test_task_list_has_all_that_run (Fixture      *fixture,
                                 gconstpointer test_data)
{
  GListModel *model;
  g_autoptr(HwTask) last = NULL;

  load_list (fixture);
  submit (fixture);
  hw_test_house_add_many (fixture->house, N_TASKS_MAX + 9);
  hw_await_quiet ();
  hw_test_house_succeed (fixture->house, 1);
  model = G_LIST_MODEL (fixture->list);
  last = g_list_model_get_item (model, N_TASKS_MAX - 1);

  g_assert_cmpuint (g_list_model_get_n_items (model), ==, N_TASKS_MAX);
  g_assert_cmpuint (hw_task_get_id (last), ==, 2);
  g_assert_cmpint (hw_task_get_state (last), ==, HW_TASK_STATE_PROCESSING);
}

/* Task 1 has failed, and task 2 has the only place. */
static void
fail_first (Fixture *fixture)
{
  for (guint i = 0; i < 2; i++)
    submit (fixture);
  hw_fake_runner_finish (fixture->house->runner, 1, hw_outcome_new_failed (HW_RESULT_ERROR, "No."));
  hw_await_quiet ();
  load_list (fixture);
  assert_list (fixture, "2:Processing");
}

static void
test_task_list_has_what_is_retried (Fixture      *fixture,
                                    gconstpointer test_data)
{
  fail_first (fixture);
  hw_test_house_change_state (fixture->house, 1, HW_TASK_STATE_FAILED, HW_TASK_STATE_PENDING);

  assert_list (fixture, "2:Processing 1:Pending");
}

/* It ended again while the list asked how it is: an old answer must not bring it back. */
static void
test_task_list_leaves_out_what_ended_meanwhile (Fixture      *fixture,
                                                gconstpointer test_data)
{
  fail_first (fixture);
  hw_test_house_change_state (fixture->house, 1, HW_TASK_STATE_FAILED, HW_TASK_STATE_PENDING);
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_READS);
  hw_await_quiet ();
  hw_test_house_change_state (fixture->house, 1, HW_TASK_STATE_PENDING, HW_TASK_STATE_FAILED);
  hw_await_quiet ();
  hw_memory_store_release (fixture->house->store);

  assert_list (fixture, "2:Processing");
}

/* Something random happens to a task. */
static void
act (Fixture *fixture,
     GRand   *rand)
{
  guint64 task_id = (guint64) g_rand_int_range (rand, 1, 60);
  int dice = g_rand_int_range (rand, 0, 10);

  if (dice < 3)
    hw_task_queue_submit_async (fixture->house->queue, fixture->house->owner,
                                &(HwTaskSpec) { .type = (char *) "noop" }, NULL, NULL, NULL);
  else if (dice < 5)
    hw_task_queue_cancel_async (fixture->house->queue, fixture->house->owner, task_id, FALSE, NULL,
                                NULL, NULL);
  else if (dice < 8 && hw_fake_runner_get_run (fixture->house->runner, task_id) != NULL)
    hw_fake_runner_succeed (fixture->house->runner, task_id);

  for (int turns = g_rand_int_range (rand, 0, 4); turns > 0; turns--)
    g_main_context_iteration (NULL, FALSE);
}

/* Whatever happens in whatever order, the list ends as the queue's own. */
static void
test_task_list_agrees_with_the_queue (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (1);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(GString) expected = g_string_new (NULL);

  make_list (fixture, fixture->house->owner);
  for (guint i = 0; i < 300; i++)
    act (fixture, rand);
  hw_await_quiet ();

  hw_task_queue_list_live_async (fixture->house->queue, fixture->house->owner,
                                 &(HwTaskFilter) { 0 }, NULL, hw_await_result, &result);
  hw_await_quiet ();
  page = hw_task_queue_list_finish (fixture->house->queue, result, NULL);
  for (guint i = 0; i < page->tasks->len; i++)
    g_string_append_printf (expected, "%s%" G_GUINT64_FORMAT ":%s", i > 0 ? " " : "",
                            hw_task_get_id (g_ptr_array_index (page->tasks, i)),
                            hw_task_get_string (g_ptr_array_index (page->tasks, i),
                                                HW_TASK_FIELD_STATE));
  assert_list (fixture, expected->str);
}

#define ADD(path, function) g_test_add (path, Fixture, log, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  HwTestLog *log;

  g_test_init (&argc, &argv, NULL);
  log = hw_test_log_install ();

  ADD ("/task-list/begins-with-the-live", test_task_list_begins_with_the_live);
  ADD ("/task-list/is-a-list-model", test_task_list_is_a_list_model);
  ADD ("/task-list/follows-a-task", test_task_list_follows_a_task);
  ADD ("/task-list/follows-progress", test_task_list_follows_progress);
  ADD ("/task-list/items-do-not-change", test_task_list_items_do_not_change);
  ADD ("/task-list/shows-what-one-may-see", test_task_list_shows_what_one_may_see);
  ADD ("/task-list/loses-nothing-while-it-loads", test_task_list_loses_nothing_while_it_loads);
  ADD ("/task-list/asks-again-when-the-answer-is-too-old",
       test_task_list_asks_again_when_the_answer_is_too_old);
  ADD ("/task-list/asks-again-when-the-store-failed",
       test_task_list_asks_again_when_the_store_failed);
  ADD ("/task-list/dropped-while-it-loads-leaves-nothing",
       test_task_list_dropped_while_it_loads_leaves_nothing);
  ADD ("/task-list/has-at-most-2000", test_task_list_has_at_most_2000);
  ADD ("/task-list/has-all-that-run", test_task_list_has_all_that_run);
  ADD ("/task-list/has-what-is-retried", test_task_list_has_what_is_retried);
  ADD ("/task-list/leaves-out-what-ended-meanwhile",
       test_task_list_leaves_out_what_ended_meanwhile);
  ADD ("/task-list/agrees-with-the-queue", test_task_list_agrees_with_the_queue);

  return g_test_run ();
}
