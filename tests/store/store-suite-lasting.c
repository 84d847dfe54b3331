/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-suite.h"

#include "hw-error.h"
#include "tests/support/parsed-fields.h"

/* What a store that outlives the daemon promises of the next one. */

/* Numbers pass through JavaScript, whose integers end there. */
#define EPOCH_END (G_GUINT64_CONSTANT (1) << 53)

static void
test_epoch_stays (Fixture      *fixture,
                  gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);

  fixture_close (fixture);
  fixture_open (fixture);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, epoch);
}

static void
test_epoch_is_a_number_of_its_own (Fixture      *fixture,
                                   gconstpointer kind)
{
  Fixture other = { NULL };

  fixture_set_up (&other, kind);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), >, 0);
  g_assert_cmpuint (hw_store_get_epoch (fixture->store), <, EPOCH_END);
  g_assert_cmpuint (hw_store_get_epoch (fixture->store), !=, hw_store_get_epoch (other.store));
  fixture_tear_down (&other, kind);
}

static void
test_starts_are_counted (Fixture      *fixture,
                         gconstpointer kind)
{
  for (guint64 i = 1; i <= 3; i++)
    {
      g_assert_cmpuint (hw_store_get_start (fixture->store), ==, i);
      fixture_close (fixture);
      fixture_open (fixture);
    }
}

static void
test_numbers_go_on (Fixture      *fixture,
                    gconstpointer kind)
{
  add (fixture, "@a{sv} {}");
  claim (fixture, 1);

  fixture_close (fixture);
  fixture_open (fixture);

  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 2);
  assert_seqs (fixture->heard, 1, 3);
}

static void
test_tasks_and_events_stay (Fixture      *fixture,
                            gconstpointer kind)
{
  g_autoptr(HwTaskPage) open = NULL;
  g_autoptr(HwEventPage) page = NULL;

  add (fixture, "@a{sv} {}");
  claim (fixture, 1);

  fixture_close (fixture);
  fixture_open (fixture);

  open = list_open (fixture);
  assert_ids (open, "1");
  page = read_events (fixture, 0, 0, 100);
  assert_seqs (page->events, 1, 2);
}

/* Whoever is so wrong learns it; nothing is stored that nobody can read. */
static void
test_refuses_what_is_no_task (Fixture      *fixture,
                              gconstpointer kind)
{
  static const char *const wrong[] = {
    "{'type': <'demo'>}",
    "{'type': <'demo'>, 'state': <'Waiting'>}",
  };
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(GError) error = NULL;
      HwChange *change = hw_change_new_add ("uid:1000", 0, parsed_fields (wrong[i]));
      g_autoptr(GPtrArray) events = commit (fixture, new_changes (change, NULL), &error);

      g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
      g_assert_null (events);
    }

  filter->limit = 10;
  page = list (fixture, filter, NULL);
  assert_ids (page, "");
}

static void
test_counts_go_on (Fixture      *fixture,
                   gconstpointer kind)
{
  g_autoptr(GPtrArray) removed = NULL;
  g_autoptr(HwTaskPage) open = NULL;

  for (guint i = 0; i < HW_N_TASK_STATES; i++)
    bring (fixture, add (fixture, "@a{sv} {}"), (HwTaskState) i);
  removed = commit (fixture, new_changes (hw_change_new_remove (3, 4, "keeper", 4000), NULL), NULL);
  fixture_close (fixture);
  fixture_open (fixture);

  open = list_open (fixture);
  g_assert_cmpuint (open->counts.ever.n_added, ==, HW_N_TASK_STATES);
  g_assert_cmpuint (open->counts.ever.n_completed, ==, 1);
  g_assert_cmpuint (open->counts.ever.n_failed, ==, 1);
  g_assert_cmpuint (open->counts.ever.n_canceled, ==, 0);
  g_assert_cmpuint (open->counts.n_in_state[HW_TASK_STATE_COMPLETED], ==, 0);
}

void
add_store_lasting_tests (const StoreKind *kind)
{
  add_store_test (kind, "add/refuses-what-is-no-task", test_refuses_what_is_no_task);
  add_store_test (kind, "reopening/epoch-stays", test_epoch_stays);
  add_store_test (kind, "reopening/epoch-is-a-number-of-its-own",
                  test_epoch_is_a_number_of_its_own);
  add_store_test (kind, "reopening/starts-are-counted", test_starts_are_counted);
  add_store_test (kind, "reopening/numbers-go-on", test_numbers_go_on);
  add_store_test (kind, "reopening/counts-go-on", test_counts_go_on);
  add_store_test (kind, "reopening/tasks-and-events-stay", test_tasks_and_events_stay);
}
