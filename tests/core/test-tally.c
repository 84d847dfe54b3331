/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-test-house.h"

/* A queue with one place. */
typedef struct
{
  HwTestHouse *house; /* (owned) */
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

static HwTally *
get_tally (Fixture *fixture)
{
  return hw_task_queue_get_tally (fixture->house->queue);
}

static const HwTypeTally *
get_type (Fixture *fixture,
          guint    i)
{
  GPtrArray *types = hw_tally_get_types (get_tally (fixture));

  g_assert_cmpuint (i, <, types->len);

  return g_ptr_array_index (types, i);
}

/* Test that what was begun and what has ended are counted by type and result, and nothing else. */
static void
test_tally_counts_by_type (Fixture      *fixture,
                           gconstpointer test_data)
{
  guint64 first = hw_test_house_submit (fixture->house, "noop");
  guint64 second = hw_test_house_submit (fixture->house, "demo");
  guint64 third = hw_test_house_submit (fixture->house, "demo");
  g_autoptr(HwTask) canceled = NULL;

  canceled = hw_test_house_try_cancel (fixture->house, fixture->house->owner, third, NULL);
  hw_test_house_succeed (fixture->house, first);
  hw_test_house_succeed (fixture->house, second);

  g_assert_cmpuint (hw_tally_get_types (get_tally (fixture))->len, ==, 2);
  g_assert_cmpstr (get_type (fixture, 0)->type, ==, "noop");
  g_assert_cmpuint (get_type (fixture, 0)->n_started, ==, 1);
  g_assert_cmpuint (get_type (fixture, 0)->n_ended[HW_RESULT_SUCCESS], ==, 1);
  g_assert_cmpuint (get_type (fixture, 0)->n_ended[HW_RESULT_CANCELED], ==, 0);
  g_assert_cmpstr (get_type (fixture, 1)->type, ==, "demo");
  g_assert_cmpuint (get_type (fixture, 1)->n_started, ==, 1);
  g_assert_cmpuint (get_type (fixture, 1)->n_ended[HW_RESULT_SUCCESS], ==, 1);
  g_assert_cmpuint (get_type (fixture, 1)->n_ended[HW_RESULT_CANCELED], ==, 1);
}

/* Test that a task waits from when it was added until it begins, and runs until it ends. */
static void
test_tally_measures_waits_and_runs (Fixture      *fixture,
                                    gconstpointer test_data)
{
  HwTally *tally = get_tally (fixture);
  guint64 first = hw_test_house_submit (fixture->house, "noop");
  guint64 second = hw_test_house_submit (fixture->house, "noop");

  hw_test_house_advance (fixture->house, 3 * G_TIME_SPAN_SECOND);
  hw_test_house_succeed (fixture->house, first);
  hw_test_house_advance (fixture->house, 4 * G_TIME_SPAN_SECOND);
  hw_test_house_succeed (fixture->house, second);

  g_assert_cmpuint (hw_histogram_get_count (hw_tally_get_waits (tally)), ==, 2);
  g_assert_cmpint (hw_tally_get_waits (tally)->sum, ==, 3 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (hw_histogram_get_count (hw_tally_get_runs (tally)), ==, 2);
  g_assert_cmpint (hw_tally_get_runs (tally)->sum, ==, 7 * G_TIME_SPAN_SECOND);
}

/* Test that a task that is canceled before it began has run for no time. */
static void
test_tally_counts_no_run_without_attempt (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(HwTask) canceled = NULL;
  guint64 task_id;

  hw_test_house_submit (fixture->house, "noop");
  task_id = hw_test_house_submit (fixture->house, "noop");
  canceled = hw_test_house_try_cancel (fixture->house, fixture->house->owner, task_id, NULL);

  g_assert_nonnull (canceled);
  g_assert_cmpuint (hw_histogram_get_count (hw_tally_get_runs (get_tally (fixture))), ==, 0);
  g_assert_cmpuint (get_type (fixture, 0)->n_ended[HW_RESULT_CANCELED], ==, 1);
}

/* Test that all types beyond the first hundred are one, and that none of them is lost. */
static void
test_tally_is_bounded (void)
{
  g_autoptr(HwTally) tally = hw_tally_new ();
  GPtrArray *types = hw_tally_get_types (tally);
  const HwTypeTally *others;

  for (guint i = 0; i < 3 * HW_TALLY_MAX_TYPES; i++)
    {
      g_autofree char *type = g_strdup_printf ("type-%u", i);
      const HwEventOrigin origin = { .task_id = 1, .attempt = 1, .type = type };
      g_autoptr(HwEvent) event = hw_event_new (HW_EVENT_KIND_STATE, &origin, 1,
                                               hw_task_fields_new ());

      hw_tally_take_start (tally, event, NULL);
    }

  g_assert_cmpuint (types->len, ==, HW_TALLY_MAX_TYPES + 1);
  others = g_ptr_array_index (types, HW_TALLY_MAX_TYPES);
  g_assert_cmpstr (others->type, ==, HW_TALLY_OTHER_TYPES);
  g_assert_cmpuint (others->n_started, ==, 2 * HW_TALLY_MAX_TYPES);
}

/* Test that a bound belongs to what is below it, and what is beyond all is counted, too. */
static void
test_histogram_counts_up_to_bounds (void)
{
  static const gint64 bounds[] = { 10, 20 };
  HwHistogram histogram;

  hw_histogram_init (&histogram, bounds, G_N_ELEMENTS (bounds));
  for (gint64 span = -5; span <= 25; span += 5)
    hw_histogram_add (&histogram, span);

  g_assert_cmpuint (histogram.counts[0], ==, 4);
  g_assert_cmpuint (histogram.counts[1], ==, 2);
  g_assert_cmpuint (histogram.counts[2], ==, 1);
  g_assert_cmpuint (hw_histogram_get_count (&histogram), ==, 7);
  g_assert_cmpint (histogram.sum, ==, 75);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/histogram/counts-up-to-bounds", test_histogram_counts_up_to_bounds);
  g_test_add ("/tally/counts-by-type-and-result", Fixture, NULL,
              set_up, test_tally_counts_by_type, tear_down);
  g_test_add ("/tally/measures-waits-and-runs", Fixture, NULL,
              set_up, test_tally_measures_waits_and_runs, tear_down);
  g_test_add ("/tally/without-attempt-there-is-no-run", Fixture, NULL,
              set_up, test_tally_counts_no_run_without_attempt, tear_down);
  g_test_add_func ("/tally/types-are-bounded", test_tally_is_bounded);

  return g_test_run ();
}
