/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"

#include "tests/support/house-fixture.h"

static HwTask *
try_get (Fixture     *fixture,
         HwPrincipal *principal,
         guint64      task_id,
         GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_get_task_async (fixture->house->queue, principal, task_id, NULL, hw_await_result,
                                &result);
  hw_await_quiet ();

  return hw_task_queue_get_task_finish (fixture->house->queue, result, error);
}

static HwTaskPage *
try_list (Fixture            *fixture,
          HwPrincipal        *principal,
          const HwTaskFilter *filter,
          GError            **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_list_async (fixture->house->queue, principal, filter, NULL, hw_await_result,
                            &result);
  hw_await_quiet ();

  return hw_task_queue_list_finish (fixture->house->queue, result, error);
}

/* Writes the numbers of the tasks that @principal sees in a list. */
static char *
list (Fixture           *fixture,
      HwPrincipal       *principal,
      const HwTaskFilter filter)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = try_list (fixture, principal, &filter, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < page->tasks->len; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                            hw_task_get_id (g_ptr_array_index (page->tasks, i)));

  return g_string_free (text, FALSE);
}

#define assert_list(fixture, principal, expected, ...) \
  G_STMT_START \
  { \
    g_autofree char *text = list (fixture, principal, (HwTaskFilter) { __VA_ARGS__ }); \
    g_assert_cmpstr (text, ==, expected); \
  } \
  G_STMT_END

static double
get_progress (HwTask *task)
{
  GVariant *progress = hw_task_get_field (task, HW_TASK_FIELD_PROGRESS);

  return progress != NULL ? g_variant_get_double (progress) : -1;
}

/* Task 1 runs, and is half done, which no disk knows. */
static void
run_half (Fixture *fixture)
{
  hw_test_house_submit (fixture->house, "noop");
  hw_run_set_progress (hw_fake_runner_get_run (fixture->house->runner, 1), 1, 2, NULL);
  hw_await_quiet ();
}

static void
test_queue_get_has_the_newest_level (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(HwTask) task = NULL;

  run_half (fixture);
  task = try_get (fixture, fixture->house->owner, 1, NULL);

  g_assert_null (hw_task_get_field (hw_memory_store_peek_task (fixture->house->store, 1),
                                    HW_TASK_FIELD_PROGRESS));
  g_assert_cmpfloat_with_epsilon (get_progress (task), 0.5, 1e-9);
}

static void
test_queue_list_has_the_newest_level (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(HwTaskPage) page = NULL;

  run_half (fixture);
  page = try_list (fixture, fixture->house->owner, &(HwTaskFilter) { 0 }, NULL);

  g_assert_cmpfloat_with_epsilon (get_progress (g_ptr_array_index (page->tasks, 0)), 0.5, 1e-9);
}

/* What is handed out does not change under whoever holds it. */
static void
test_queue_get_gives_what_does_not_change (Fixture      *fixture,
                                           gconstpointer test_data)
{
  g_autoptr(HwTask) task = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  run_half (fixture);
  task = try_get (fixture, fixture->house->owner, 1, NULL);
  page = try_list (fixture, fixture->house->owner, &(HwTaskFilter) { 0 }, NULL);
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();

  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PROCESSING);
  g_assert_cmpint (hw_task_get_state (g_ptr_array_index (page->tasks, 0)), ==,
                   HW_TASK_STATE_PROCESSING);
}

/* A read that grew old while the task went on is not told as the newest. */
static void
test_queue_list_that_grew_old_is_brought_up_to_date (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  for (guint i = 0; i < 2; i++)
    hw_test_house_submit (fixture->house, "noop");
  hw_memory_store_hold (fixture->house->store, HW_MEMORY_STORE_HOLD_READS);
  hw_task_queue_list_async (fixture->house->queue, fixture->house->owner, &(HwTaskFilter) { 0 },
                            NULL, hw_await_result, &result);
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();
  hw_memory_store_release (fixture->house->store);
  hw_await_quiet ();
  page = hw_task_queue_list_finish (fixture->house->queue, result, NULL);

  g_assert_cmpint (hw_task_get_state (g_ptr_array_index (page->tasks, 0)), ==,
                   HW_TASK_STATE_PROCESSING);
}

static void
test_queue_get_unknown_is_not_found (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (try_get (fixture, fixture->house->owner, 5, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==,
                   "There is no task 5. Look at the list of tasks for the numbers there are.");
}

static void
test_queue_get_of_others_is_not_found (Fixture      *fixture,
                                       gconstpointer test_data)
{
  g_autoptr(GError) of_running = NULL;
  g_autoptr(GError) of_waiting = NULL;

  for (guint i = 0; i < 2; i++)
    hw_test_house_submit (fixture->house, "noop");

  g_assert_null (try_get (fixture, fixture->house->guest, 1, &of_running));
  g_assert_error (of_running, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_null (try_get (fixture, fixture->house->guest, 2, &of_waiting));
  g_assert_error (of_waiting, HW_ERROR, HW_ERROR_NOT_FOUND);
}

static void
test_queue_get_tells_that_the_store_failed (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_GET_TASK, 1);

  g_assert_null (try_get (fixture, fixture->house->owner, 5, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
}

static void
test_queue_list_is_newest_first (Fixture      *fixture,
                                 gconstpointer test_data)
{
  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (fixture->house, "noop");

  assert_list (fixture, fixture->house->owner, "3 2 1", .limit = 0);
}

static void
test_queue_list_of_a_guest_is_their_own (Fixture      *fixture,
                                         gconstpointer test_data)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HwTask) task = hw_test_house_try_submit (fixture->house, fixture->house->guest,
                                                         "noop", NULL, NULL);

      g_assert_nonnull (task);
      hw_test_house_submit (fixture->house, "noop");
    }

  assert_list (fixture, fixture->house->guest, "3 1", .limit = 0);
  assert_list (fixture, fixture->house->guest, "3 1", .owner = (char *) "token:guest");
  assert_list (fixture, fixture->house->owner, "4 3 2 1", .limit = 0);
  assert_list (fixture, fixture->house->owner, "3 1", .owner = (char *) "token:guest");
}

static void
test_queue_list_of_others_is_refused_to_a_guest (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  const HwTaskFilter filter = { .owner = (char *) "token:owner" };

  g_assert_null (try_list (fixture, fixture->house->guest, &filter, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_ALLOWED);
  g_assert_cmpstr (error->message, ==, "You may list your own tasks only. Leave the owner out.");
}

static void
test_queue_list_by_state_and_type (Fixture      *fixture,
                                   gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  hw_test_house_submit (fixture->house, "demo");
  hw_test_house_submit (fixture->house, "noop");

  assert_list (fixture, fixture->house->owner, "3 1", .type = (char *) "noop");
  assert_list (fixture, fixture->house->owner, "1", .has_state = TRUE,
               .state = HW_TASK_STATE_PROCESSING);
  assert_list (fixture, fixture->house->owner, "3", .has_state = TRUE,
               .state = HW_TASK_STATE_PENDING, .type = (char *) "noop");
}

/* Nobody gets more than 500 at once, nor 50 without asking; the next page goes on. */
static void
test_queue_list_comes_in_pages (Fixture      *fixture,
                                gconstpointer test_data)
{
  static const struct
  {
    guint limit;
    guint n_tasks;
  } golden[] = { { 0, 50 }, { 7, 7 }, { 500, 500 }, { 501, 500 }, { G_MAXUINT, 500 } };

  hw_test_house_add_many (fixture->house, 501);
  hw_await_quiet ();
  for (guint i = 0; i < G_N_ELEMENTS (golden); i++)
    {
      HwTaskFilter filter = { .limit = golden[i].limit };
      g_autoptr(HwTaskPage) page = try_list (fixture, fixture->house->owner, &filter, NULL);
      g_autoptr(HwTaskPage) next = NULL;

      g_assert_cmpuint (page->tasks->len, ==, golden[i].n_tasks);
      g_assert_cmpuint (page->next, ==, 501 - golden[i].n_tasks + 1);

      filter.before = page->next;
      next = try_list (fixture, fixture->house->owner, &filter, NULL);
      g_assert_cmpuint (hw_task_get_id (g_ptr_array_index (next->tasks, 0)), ==, page->next - 1);
    }
}

static void
test_queue_list_live_is_2000_at_most (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  hw_test_house_add_many (fixture->house, 2001);
  hw_await_quiet ();
  hw_task_queue_list_live_async (fixture->house->queue, fixture->house->owner,
                                 &(HwTaskFilter) { 0 }, NULL, hw_await_result, &result);
  hw_await_quiet ();
  page = hw_task_queue_list_finish (fixture->house->queue, result, NULL);

  g_assert_cmpuint (page->tasks->len, ==, 2000);
  g_assert_cmpuint (hw_task_get_id (g_ptr_array_index (page->tasks, 0)), ==, 2001);
}

static void
test_queue_list_live_leaves_out_what_ended (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (fixture->house, "noop");
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();
  hw_task_queue_list_live_async (fixture->house->queue, fixture->house->owner,
                                 &(HwTaskFilter) { 0 }, NULL, hw_await_result, &result);
  hw_await_quiet ();
  page = hw_task_queue_list_finish (fixture->house->queue, result, NULL);

  g_assert_cmpuint (page->tasks->len, ==, 2);
  g_assert_cmpuint (page->seq, ==, hw_memory_store_get_head (fixture->house->store));
}

static void
test_queue_list_tells_that_the_store_failed (Fixture      *fixture,
                                             gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_LIST, 1);

  g_assert_null (try_list (fixture, fixture->house->owner, &(HwTaskFilter) { 0 }, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/queue/get/has-the-newest-level", test_queue_get_has_the_newest_level);
  ADD ("/queue/get/gives-what-does-not-change", test_queue_get_gives_what_does_not_change);
  ADD ("/queue/get/unknown-is-not-found", test_queue_get_unknown_is_not_found);
  ADD ("/queue/get/of-others-is-not-found", test_queue_get_of_others_is_not_found);
  ADD ("/queue/get/tells-that-the-store-failed", test_queue_get_tells_that_the_store_failed);
  ADD ("/queue/list/has-the-newest-level", test_queue_list_has_the_newest_level);
  ADD ("/queue/list/that-grew-old-is-brought-up-to-date",
       test_queue_list_that_grew_old_is_brought_up_to_date);
  ADD ("/queue/list/is-newest-first", test_queue_list_is_newest_first);
  ADD ("/queue/list/of-a-guest-is-their-own", test_queue_list_of_a_guest_is_their_own);
  ADD ("/queue/list/of-others-is-refused-to-a-guest",
       test_queue_list_of_others_is_refused_to_a_guest);
  ADD ("/queue/list/by-state-and-type", test_queue_list_by_state_and_type);
  ADD ("/queue/list/comes-in-pages", test_queue_list_comes_in_pages);
  ADD ("/queue/list/tells-that-the-store-failed", test_queue_list_tells_that_the_store_failed);
  ADD ("/queue/list-live/is-2000-at-most", test_queue_list_live_is_2000_at_most);
  ADD ("/queue/list-live/leaves-out-what-ended", test_queue_list_live_leaves_out_what_ended);

  return g_test_run ();
}
