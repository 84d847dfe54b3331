/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-change.h"
#include "tests/support/parsed-fields.h"

static void
test_change_add_is_of_no_task_yet (void)
{
  g_autoptr(HwChange) change = hw_change_new_add ("uid:1000", 99,
                                                  parsed_fields ("@a{sv} {}"));

  g_assert_cmpint (change->kind, ==, HW_CHANGE_KIND_ADD);
  g_assert_cmpuint (change->task_id, ==, 0);
  g_assert_cmpstr (change->actor, ==, "uid:1000");
  g_assert_cmpint (change->at, ==, 99);
}

static void
test_change_state_has_its_precondition (void)
{
  g_autoptr(HwChange) change =
    hw_change_new_state (7, HW_TASK_STATE_PROCESSING, 2, "queue", 99,
                         parsed_fields ("@a{sv} {'state': <'Completed'>}"));

  g_assert_cmpint (change->kind, ==, HW_CHANGE_KIND_STATE);
  g_assert_cmpuint (change->task_id, ==, 7);
  g_assert_cmpint (change->from, ==, HW_TASK_STATE_PROCESSING);
  g_assert_cmpuint (change->attempt, ==, 2);
}

/* Only an attempt that runs may speak: a late message of a former one must not pass. */
static void
test_change_message_is_of_an_attempt_that_runs (void)
{
  g_autoptr(HwChange) change = hw_change_new_message (7, 2, "queue", 99, "hello");
  g_autoptr(GVariant) visible = hw_task_fields_dup_visible (change->fields);
  g_autofree char *fields = g_variant_print (visible, FALSE);

  g_assert_cmpint (change->kind, ==, HW_CHANGE_KIND_MESSAGE);
  g_assert_cmpint (change->from, ==, HW_TASK_STATE_PROCESSING);
  g_assert_cmpuint (change->attempt, ==, 2);
  g_assert_cmpstr (fields, ==, "{'message': <'hello'>}");
}

static void
test_change_reference_keeps_it (void)
{
  g_autoptr(HwChange) change = hw_change_new_message (7, 2, "queue", 99, "hello");
  g_autoptr(HwChange) other = hw_change_ref (change);

  g_clear_pointer (&change, hw_change_unref);

  g_assert_cmpstr (other->actor, ==, "queue");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/change/add/is-of-no-task-yet", test_change_add_is_of_no_task_yet);
  g_test_add_func ("/change/state/has-its-precondition", test_change_state_has_its_precondition);
  g_test_add_func ("/change/message/is-of-an-attempt-that-runs",
                   test_change_message_is_of_an_attempt_that_runs);
  g_test_add_func ("/change/reference/keeps-it", test_change_reference_keeps_it);

  return g_test_run ();
}
