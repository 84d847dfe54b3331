/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-retention.h"
#include "hw-test-house.h"
#include "hw-test-log.h"

/* A queue with a hundred places, and a retention that keeps three tasks of a type, and
 * none for more than an hour.
 */
typedef struct
{
  HwTestHouse *house;     /* (owned) */
  HwRetention *retention; /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  const HwStoreLimits limits = { G_TIME_SPAN_HOUR, 3, 0 };

  fixture->house = hw_test_house_new (100);
  hw_test_house_open (fixture->house);
  fixture->retention = hw_retention_new (HW_STORE (fixture->house->store),
                                         HW_CLOCK (fixture->house->clock), &limits);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_retention_close (fixture->retention);
  hw_await_quiet ();
  g_assert_finalize_object (g_steal_pointer (&fixture->retention));
  g_clear_pointer (&fixture->house, hw_test_house_free);
}

static void
add_ended (Fixture    *fixture,
           const char *type,
           guint       n_tasks)
{
  for (guint i = 0; i < n_tasks; i++)
    hw_test_house_succeed (fixture->house, hw_test_house_submit (fixture->house, type));
}

static void
run_round (Fixture *fixture)
{
  hw_retention_begin (fixture->retention);
  hw_await_quiet ();
}

/* Claims which tasks are there, and which removals were told of. */
static void
assert_kept (Fixture    *fixture,
             guint64     n_tasks,
             const char *kept,
             const char *told)
{
  g_autoptr(GPtrArray) events = hw_memory_store_dup_events (fixture->house->store, 0);
  g_autoptr(GString) ids = g_string_new (NULL);
  g_autoptr(GString) removals = g_string_new (NULL);

  for (guint64 id = 1; id <= n_tasks; id++)
    if (hw_memory_store_peek_task (fixture->house->store, id) != NULL)
      g_string_append_printf (ids, "%" G_GUINT64_FORMAT " ", id);
  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);

      if (hw_event_get_kind (event) == HW_EVENT_KIND_REMOVED)
        g_string_append_printf (removals, "%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT " ",
                                hw_event_get_task_id (event), hw_event_get_last_task_id (event));
    }

  g_assert_cmpstr (ids->str, ==, kept);
  g_assert_cmpstr (removals->str, ==, told);
}

static void
test_retention_keeps_the_newest_of_a_type (Fixture      *fixture,
                                           gconstpointer test_data)
{
  add_ended (fixture, "noop", 2);
  add_ended (fixture, "demo", 1);
  add_ended (fixture, "noop", 3);

  run_round (fixture);

  assert_kept (fixture, 6, "3 4 5 6 ", "1-2 ");
}

static void
test_retention_takes_what_is_old (Fixture      *fixture,
                                  gconstpointer test_data)
{
  add_ended (fixture, "noop", 2);
  hw_fake_clock_advance (fixture->house->clock, G_TIME_SPAN_HOUR / 2);
  add_ended (fixture, "noop", 1);
  hw_fake_clock_advance (fixture->house->clock, G_TIME_SPAN_HOUR / 2);

  run_round (fixture);

  assert_kept (fixture, 3, "3 ", "1-2 ");
}

/* What runs or waits stays, however many there are, and does not count. */
static void
test_retention_leaves_what_lives (Fixture      *fixture,
                                  gconstpointer test_data)
{
  for (guint i = 0; i < 5; i++)
    hw_test_house_submit (fixture->house, "noop");
  add_ended (fixture, "noop", 3);
  hw_fake_clock_advance (fixture->house->clock, G_TIME_SPAN_HOUR / 2);

  run_round (fixture);
  assert_kept (fixture, 8, "1 2 3 4 5 6 7 8 ", "");
}

static void
test_retention_looks_again (Fixture      *fixture,
                            gconstpointer test_data)
{
  add_ended (fixture, "noop", 1);
  run_round (fixture);
  assert_kept (fixture, 1, "1 ", "");

  for (guint i = 0; i < 7; i++)
    {
      hw_fake_clock_advance (fixture->house->clock, 10 * G_TIME_SPAN_MINUTE);
      hw_await_quiet ();
    }

  assert_kept (fixture, 1, "", "1-1 ");
}

/* Events that are too old go, but for those of tasks that are there: whoever watches one
 * hears its whole story.
 */
static void
test_retention_keeps_the_story_of_what_is_there (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  guint64 living = hw_test_house_submit (fixture->house, "noop");
  g_autoptr(GPtrArray) of_living = NULL;
  g_autoptr(GPtrArray) of_gone = NULL;

  add_ended (fixture, "noop", 1);
  hw_fake_clock_advance (fixture->house->clock, 2 * G_TIME_SPAN_HOUR);
  run_round (fixture);

  of_living = hw_memory_store_dup_events (fixture->house->store, living);
  of_gone = hw_memory_store_dup_events (fixture->house->store, 2);
  g_assert_cmpuint (of_living->len, ==, 2);
  g_assert_cmpuint (of_gone->len, ==, 1);
  g_assert_cmpint (hw_event_get_kind (g_ptr_array_index (of_gone, 0)), ==, HW_EVENT_KIND_REMOVED);
}

/* A disk that fails for a while is no end of it. */
static void
test_retention_goes_on_after_a_failure (Fixture      *fixture,
                                        gconstpointer test_data)
{
  HwTestLog *log = hw_test_log_install ();

  add_ended (fixture, "noop", 4);
  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_COMMIT, 1);
  hw_test_log_expect_warning (log, "*could not be removed: The disk is full.");
  run_round (fixture);
  hw_test_log_assert_expected (log);
  assert_kept (fixture, 4, "1 2 3 4 ", "");

  hw_fake_clock_advance (fixture->house->clock, 10 * G_TIME_SPAN_MINUTE);
  hw_await_quiet ();
  assert_kept (fixture, 4, "2 3 4 ", "1-1 ");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/retention/keeps-the-newest-of-a-type", test_retention_keeps_the_newest_of_a_type);
  ADD ("/retention/takes-what-is-old", test_retention_takes_what_is_old);
  ADD ("/retention/leaves-what-lives", test_retention_leaves_what_lives);
  ADD ("/retention/looks-again", test_retention_looks_again);
  ADD ("/retention/keeps-the-story-of-what-is-there",
       test_retention_keeps_the_story_of_what_is_there);
  ADD ("/retention/goes-on-after-a-failure", test_retention_goes_on_after_a_failure);
#undef ADD

  return g_test_run ();
}
