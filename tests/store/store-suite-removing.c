/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-suite.h"

#include "hw-error.h"

/* What a store promises of tasks that go. */

static HwChange *
new_remove (guint64 first,
            guint64 last)
{
  return hw_change_new_remove (first, last, "keeper", 4000);
}

/* Adds tasks that have ended. */
static void
add_ended (Fixture    *fixture,
           guint       n_tasks,
           const char *text)
{
  for (guint i = 0; i < n_tasks; i++)
    bring (fixture, add (fixture, text), HW_TASK_STATE_COMPLETED);
}

static void
assert_all_are (Fixture    *fixture,
                const char *task_ids)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;

  filter->limit = 100;
  page = list (fixture, filter, NULL);
  assert_ids (page, task_ids);
}

static void
test_many_go_by_one_event (Fixture      *fixture,
                           gconstpointer kind)
{
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(HwEventPage) page = NULL;
  HwEvent *event;

  add_ended (fixture, 4, "{'group': <'g'>, 'owner': <'o'>}");
  events = commit (fixture, new_changes (new_remove (2, 4), NULL), NULL);

  g_assert_cmpuint (events->len, ==, 1);
  assert_all_are (fixture, "1");
  page = read_events (fixture, 0, fixture->heard->len - 1, 100);
  event = g_ptr_array_index (page->events, 0);
  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_REMOVED);
  g_assert_cmpuint (hw_event_get_task_id (event), ==, 2);
  g_assert_cmpuint (hw_event_get_last_task_id (event), ==, 4);
  g_assert_cmpstr (hw_event_get_task_type (event), ==, "demo");
  g_assert_cmpstr (hw_event_get_group (event), ==, "g");
  g_assert_cmpstr (hw_event_get_owner (event), ==, "o");
  g_assert_cmpstr (hw_event_get_actor (event), ==, "keeper");
  g_assert_cmpint (hw_event_get_time (event), ==, 4000);
}

static void
test_living_ones_stay (Fixture      *fixture,
                       gconstpointer kind)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  add_ended (fixture, 2, "@a{sv} {}");
  claim (fixture, add (fixture, "@a{sv} {}"));
  events = commit (fixture, new_changes (new_remove (1, 1), new_remove (2, 3), NULL), &error);

  g_assert_null (events);
  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
  assert_all_are (fixture, "3 2 1");
}

static void
test_only_those_alike_go_together (Fixture      *fixture,
                                   gconstpointer kind)
{
  static const char *const others[] = {
    "{'type': <'other'>}", "{'group': <'other'>}", "{'owner': <'other'>}",
  };

  add_ended (fixture, 1, "{'group': <'g'>, 'owner': <'o'>}");
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = NULL;

      add_ended (fixture, 1, others[i]);
      events = commit (fixture, new_changes (new_remove (1, 2 + i), NULL), &error);
      g_assert_null (events);
      g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
    }
}

static void
test_gone_ones_cannot_go (Fixture      *fixture,
                          gconstpointer kind)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) first = NULL;
  g_autoptr(GPtrArray) second = NULL;

  add_ended (fixture, 1, "@a{sv} {}");
  first = commit (fixture, new_changes (new_remove (1, 1), NULL), NULL);
  second = commit (fixture, new_changes (new_remove (1, 1), NULL), &error);

  g_assert_nonnull (first);
  g_assert_null (second);
  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 2);
}

static HwTaskPage *
list_expired (Fixture             *fixture,
              const HwStoreLimits *limits,
              gint64               now)
{
  g_autoptr(Request) request = request_new (fixture);

  hw_store_list_expired_async (fixture->store, limits, now, NULL, on_answered, request);
  while (request->result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return hw_store_list_finish (fixture->store, request->result, NULL);
}

/* Carries out all steps there are. */
static void
forget (Fixture             *fixture,
        const HwStoreLimits *limits,
        gint64               now)
{
  gboolean has_more = TRUE;

  while (has_more)
    {
      g_autoptr(Request) request = request_new (fixture);

      hw_store_forget_async (fixture->store, limits, now, NULL, on_answered, request);
      while (request->result == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_true (hw_store_forget_finish (fixture->store, request->result, &has_more, NULL));
    }
}

static void
test_expired_are_the_oldest (Fixture      *fixture,
                             gconstpointer kind)
{
  const HwStoreLimits by_number = { .max_tasks = 2 };
  const HwStoreLimits by_age = { .max_age = 1000 };
  const HwStoreLimits none = { 0 };
  g_autoptr(HwTaskPage) surplus = NULL;
  g_autoptr(HwTaskPage) aged = NULL;
  g_autoptr(HwTaskPage) nothing = NULL;
  g_autoptr(HwTaskPage) too_young = NULL;

  add_ended (fixture, 2, "{'created_at': <int64 1>, 'ended_at': <int64 5000>}");
  claim (fixture, add (fixture, "{'created_at': <int64 2>}"));
  add_ended (fixture, 2, "{'created_at': <int64 3>, 'ended_at': <int64 6000>}");
  add_ended (fixture, 1, "{'type': <'other'>, 'created_at': <int64 5500>, 'ended_at': <int64 5600>}");

  surplus = list_expired (fixture, &by_number, 0);
  assert_ids (surplus, "1 2");
  g_assert_cmpstr (hw_task_get_string (g_ptr_array_index (surplus->tasks, 0),
                                       HW_TASK_FIELD_TYPE), ==, "demo");
  aged = list_expired (fixture, &by_age, 6000);
  assert_ids (aged, "1 2");
  too_young = list_expired (fixture, &by_age, 5999);
  assert_ids (too_young, "");
  nothing = list_expired (fixture, &none, G_MAXINT64 / 2);
  assert_ids (nothing, "");
}

/* Events that are too old go, but for those of tasks that are there. */
static void
test_forgotten_events_are_of_gone_tasks (Fixture      *fixture,
                                         gconstpointer kind)
{
  const HwStoreLimits limits = { .max_age = 1000 };
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(HwEventPage) all = NULL;
  g_autoptr(HwEventPage) living = NULL;
  g_autoptr(HwEventPage) young = NULL;

  add_ended (fixture, 1, "@a{sv} {}");
  add_ended (fixture, 1, "@a{sv} {}");
  events = commit (fixture, new_changes (new_remove (2, 2), NULL), NULL);
  young = read_events (fixture, 0, 0, 100);

  forget (fixture, &limits, 4500);

  all = read_events (fixture, 0, 0, 100);
  living = read_events (fixture, 1, 0, 100);
  g_assert_cmpuint (young->events->len, ==, 7);
  g_assert_cmpuint (young->oldest, ==, 1);
  g_assert_cmpuint (living->events->len, ==, 3);
  g_assert_cmpuint (living->oldest, ==, 1);
  g_assert_cmpuint (all->events->len, ==, 4);
  g_assert_cmpuint (all->oldest, ==, 7);
}

static void
test_events_of_what_goes_later_go_with_it (Fixture      *fixture,
                                           gconstpointer kind)
{
  const HwStoreLimits limits = { .max_age = 1000 };
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(HwEventPage) all = NULL;

  add_ended (fixture, 1, "@a{sv} {}");
  forget (fixture, &limits, 10000);
  events = commit (fixture, new_changes (new_remove (1, 1), NULL), NULL);

  all = read_events (fixture, 0, 0, 100);
  g_assert_cmpuint (all->events->len, ==, 1);
  g_assert_cmpint (hw_event_get_kind (g_ptr_array_index (all->events, 0)), ==,
                   HW_EVENT_KIND_REMOVED);
}

static void
test_events_have_a_number_at_most (Fixture      *fixture,
                                   gconstpointer kind)
{
  const HwStoreLimits limits = { .max_events = 2 };
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(HwEventPage) all = NULL;

  add_ended (fixture, 1, "@a{sv} {}");
  events = commit (fixture, new_changes (new_remove (1, 1), NULL), NULL);
  forget (fixture, &limits, 0);

  all = read_events (fixture, 0, 0, 100);
  assert_seqs (all->events, 3, 4);
  g_assert_cmpuint (all->oldest, ==, 3);
}

/* Those that are gone stay counted among all that there ever were, with how they ended; one
 * that is retried has another end.
 */
static void
test_gone_ones_stay_counted (Fixture      *fixture,
                             gconstpointer kind)
{
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(GPtrArray) events = NULL;

  for (guint i = 0; i < 2 * HW_N_TASK_STATES; i++)
    bring (fixture, add (fixture, "@a{sv} {}"), (HwTaskState) (i % HW_N_TASK_STATES));
  move (fixture, 8, HW_TASK_STATE_FAILED, "{'state': <'Pending'>}");
  move (fixture, 8, HW_TASK_STATE_PENDING, "{'state': <'Failed'>, 'result': <'canceled'>}");
  events = commit (fixture, new_changes (new_remove (3, 4), new_remove (7, 7), NULL), NULL);
  page = list_open (fixture);

  g_assert_cmpuint (events->len, ==, 2);
  g_assert_cmpuint (page->counts.ever.n_added, ==, 2 * HW_N_TASK_STATES);
  g_assert_cmpuint (page->counts.ever.n_completed, ==, 2);
  g_assert_cmpuint (page->counts.ever.n_failed, ==, 2);
  g_assert_cmpuint (page->counts.ever.n_canceled, ==, 1);
  g_assert_cmpuint (page->counts.n_in_state[HW_TASK_STATE_PENDING], ==, 2);
  g_assert_cmpuint (page->counts.n_in_state[HW_TASK_STATE_PROCESSING], ==, 2);
  g_assert_cmpuint (page->counts.n_in_state[HW_TASK_STATE_COMPLETED], ==, 0);
  g_assert_cmpuint (page->counts.n_in_state[HW_TASK_STATE_FAILED], ==, 1);
}

void
add_store_removing_tests (const StoreKind *kind)
{
  add_store_test (kind, "remove/many-go-by-one-event", test_many_go_by_one_event);
  add_store_test (kind, "remove/gone-ones-stay-counted", test_gone_ones_stay_counted);
  add_store_test (kind, "remove/living-ones-stay", test_living_ones_stay);
  add_store_test (kind, "remove/only-those-alike-go-together", test_only_those_alike_go_together);
  add_store_test (kind, "remove/gone-ones-cannot-go", test_gone_ones_cannot_go);
  add_store_test (kind, "expired/are-the-oldest", test_expired_are_the_oldest);
  add_store_test (kind, "forget/takes-events-of-gone-tasks",
                  test_forgotten_events_are_of_gone_tasks);
  add_store_test (kind, "forget/what-goes-later-takes-its-events",
                  test_events_of_what_goes_later_go_with_it);
  add_store_test (kind, "forget/leaves-a-number-of-events", test_events_have_a_number_at_most);
}
