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

void
add_store_removing_tests (const StoreKind *kind)
{
  add_store_test (kind, "remove/many-go-by-one-event", test_many_go_by_one_event);
  add_store_test (kind, "remove/living-ones-stay", test_living_ones_stay);
  add_store_test (kind, "remove/only-those-alike-go-together", test_only_those_alike_go_together);
  add_store_test (kind, "remove/gone-ones-cannot-go", test_gone_ones_cannot_go);
}
