/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-error.h"

#include "tests/support/house-fixture.h"

/* Makes requests, all of the type @type. */
static GPtrArray *
make_specs (const char *type,
            guint       n_specs)
{
  GPtrArray *specs = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_task_spec_free);

  for (guint i = 0; i < n_specs; i++)
    {
      HwTaskSpec *spec = hw_task_spec_new ();

      spec->type = g_strdup (type);
      g_ptr_array_add (specs, spec);
    }

  return specs;
}

static GPtrArray *
try_submit (Fixture   *fixture,
            GPtrArray *specs,
            GError   **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_submit_many_async (fixture->house->queue, fixture->house->owner, specs, NULL, NULL,
                                   hw_await_result, &result);
  hw_await_quiet ();
  g_assert_nonnull (result);

  return hw_task_queue_submit_many_finish (fixture->house->queue, result, error);
}

static void
test_queue_submit_many_adds_all_in_order (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(GPtrArray) specs = make_specs ("noop", 3);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  for (guint i = 0; i < 3; i++)
    ((HwTaskSpec *) g_ptr_array_index (specs, i))->title = g_strdup_printf ("No. %u", i);
  events = try_submit (fixture, specs, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);
      HwTaskState state = HW_TASK_STATE_FAILED;
      g_autofree char *title = g_strdup_printf ("No. %u", i);

      g_assert_cmpuint (hw_event_get_task_id (event), ==, i + 1);
      g_assert_true (hw_event_get_state (event, &state));
      g_assert_cmpint (state, ==, HW_TASK_STATE_PENDING);
      g_assert_cmpstr (hw_task_fields_get_string (hw_event_get_fields (event), HW_TASK_FIELD_TITLE),
                       ==, title);
    }
}

/* One that is not right: none is added, and it is named. */
static void
test_queue_submit_many_is_all_or_none (Fixture      *fixture,
                                       gconstpointer test_data)
{
  g_autoptr(GPtrArray) specs = make_specs ("demo", 5);
  HwTaskSpec *wrong = g_ptr_array_index (specs, 3);
  g_autoptr(GError) error = NULL;

  wrong->parameters = g_variant_ref_sink (g_variant_new_parsed ("{'steps': <'five'>}"));

  g_assert_null (try_submit (fixture, specs, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER);
  g_assert_cmpstr (hw_error_get_field (error), ==, "/3/parameters/steps");
  g_assert_cmpuint (hw_memory_store_get_head (fixture->house->store), ==, 0);
}

static void
test_queue_submit_many_that_cannot_be_written_adds_none (Fixture      *fixture,
                                                         gconstpointer test_data)
{
  g_autoptr(GPtrArray) specs = make_specs ("noop", 2);
  g_autoptr(GError) error = NULL;

  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_COMMIT, 1);

  g_assert_null (try_submit (fixture, specs, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "None of the tasks was accepted, since they could not be "
                   "written down: The disk is full.");
  g_assert_cmpuint (hw_memory_store_get_head (fixture->house->store), ==, 0);
}

static void
test_queue_submit_many_has_a_limit (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autoptr(GPtrArray) none = make_specs ("noop", 0);
  g_autoptr(GPtrArray) most = make_specs ("noop", HW_SUBMIT_MAX);
  g_autoptr(GPtrArray) too_many = make_specs ("noop", HW_SUBMIT_MAX + 1);
  g_autoptr(GError) of_none = NULL;
  g_autoptr(GError) of_too_many = NULL;
  g_autoptr(GPtrArray) events = NULL;

  g_assert_null (try_submit (fixture, none, &of_none));
  g_assert_error (of_none, HW_ERROR, HW_ERROR_INVALID_REQUEST);
  g_assert_null (try_submit (fixture, too_many, &of_too_many));
  g_assert_error (of_too_many, HW_ERROR, HW_ERROR_TOO_LARGE);
  g_assert_cmpuint (hw_memory_store_get_head (fixture->house->store), ==, 0);

  events = try_submit (fixture, most, NULL);
  g_assert_cmpuint (events->len, ==, HW_SUBMIT_MAX);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/queue/submit-many/adds-all-in-order", test_queue_submit_many_adds_all_in_order);
  ADD ("/queue/submit-many/is-all-or-none", test_queue_submit_many_is_all_or_none);
  ADD ("/queue/submit-many/that-cannot-be-written-adds-none",
       test_queue_submit_many_that_cannot_be_written_adds_none);
  ADD ("/queue/submit-many/has-a-limit", test_queue_submit_many_has_a_limit);

  return g_test_run ();
}
