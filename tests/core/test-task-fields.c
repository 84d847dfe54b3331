/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-fields.h"

#include "tests/support/parsed-fields.h"

static char *
print (const HwTaskFields *fields)
{
  g_autoptr(GVariant) visible = hw_task_fields_dup_visible (fields);

  return g_variant_print (visible, TRUE);
}

/* A value of each type, in the order of the fields. */
static const char all_types[] =
  "{'title': <'T'>, 'parameters': <{'a': <1>}>, 'exit_code': <-1>, 'progress': <0.5>,"
  " 'done': <uint64 18446744073709551615>, 'attempt': <uint32 4294967295>,"
  " 'created_at': <int64 -9223372036854775808>}";

static void
test_task_fields_values_come_back (void)
{
  g_autoptr(HwTaskFields) fields = parsed_fields (all_types);
  g_autofree char *text = print (fields);

  g_assert_cmpstr (text, ==, all_types);
  g_assert_cmpstr (hw_task_fields_get_string (fields, HW_TASK_FIELD_TITLE), ==, "T");
  g_assert_cmpint (hw_task_fields_get_number (fields, HW_TASK_FIELD_EXIT_CODE), ==, -1);
  g_assert_cmpuint ((guint64) hw_task_fields_get_number (fields, HW_TASK_FIELD_DONE), ==,
                    G_MAXUINT64);
  g_assert_cmpfloat_with_epsilon (hw_task_fields_get_real (fields, HW_TASK_FIELD_PROGRESS), 0.5, 0.01);
}

/* What is not set is told from what is empty. */
static void
test_task_fields_that_are_not_set (void)
{
  g_autoptr(HwTaskFields) fields = hw_task_fields_new ();
  HwTaskState state;

  g_assert_true (hw_task_fields_is_empty (fields));
  g_assert_null (hw_task_fields_get_string (fields, HW_TASK_FIELD_TITLE));
  g_assert_null (hw_task_fields_get_dictionary (fields, HW_TASK_FIELD_VALUE));
  g_assert_null (hw_task_fields_dup_value (fields, HW_TASK_FIELD_DONE));
  g_assert_cmpint (hw_task_fields_get_number (fields, HW_TASK_FIELD_DONE), ==, 0);
  g_assert_false (hw_task_fields_get_state (fields, &state));

  hw_task_fields_set_number (fields, HW_TASK_FIELD_DONE, 0);
  g_assert_true (hw_task_fields_has (fields, HW_TASK_FIELD_DONE));
  hw_task_fields_set_string (fields, HW_TASK_FIELD_TITLE, "T");
  hw_task_fields_set_string (fields, HW_TASK_FIELD_TITLE, NULL);
  g_assert_false (hw_task_fields_has (fields, HW_TASK_FIELD_TITLE));
}

/* Whoever has fields too sees nothing of what is changed in a copy. */
static void
test_task_fields_copy_is_apart (void)
{
  g_autoptr(HwTaskFields) fields = parsed_fields (all_types);
  g_autoptr(HwTaskFields) copy = hw_task_fields_copy (fields);
  g_autoptr(HwTaskFields) newer = parsed_fields ("{'title': <'New'>, 'state': <'Failed'>}");
  g_autofree char *text = NULL;

  hw_task_fields_update (copy, newer);
  g_assert_cmpstr (hw_task_fields_get_string (copy, HW_TASK_FIELD_TITLE), ==, "New");
  g_assert_cmpstr (hw_task_fields_get_string (copy, HW_TASK_FIELD_STATE), ==, "Failed");
  g_assert_cmpfloat_with_epsilon (hw_task_fields_get_real (copy, HW_TASK_FIELD_PROGRESS), 0.5, 0.01);

  text = print (fields);
  g_assert_cmpstr (text, ==, all_types);
}

static void
test_task_fields_hidden_ones_are_split_off (void)
{
  g_autoptr(HwTaskFields) fields =
    parsed_fields ("{'title': <'T'>, 'hidden_parameters': <{'key': <'s3cret'>}>}");
  g_autoptr(HwTaskFields) hidden = hw_task_fields_split_hidden (fields);
  g_autofree char *text = print (fields);

  g_assert_cmpstr (text, ==, "{'title': <'T'>}");
  g_assert_false (hw_task_fields_has_hidden (fields));
  g_assert_true (hw_task_fields_has_hidden (hidden));
  g_assert_false (hw_task_fields_has (hidden, HW_TASK_FIELD_TITLE));
  g_assert_nonnull (hw_task_fields_get_dictionary (hidden, HW_TASK_FIELD_HIDDEN_PARAMETERS));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/task-fields/values-come-back", test_task_fields_values_come_back);
  g_test_add_func ("/task-fields/that-are-not-set", test_task_fields_that_are_not_set);
  g_test_add_func ("/task-fields/copy-is-apart", test_task_fields_copy_is_apart);
  g_test_add_func ("/task-fields/hidden-ones-are-split-off",
                   test_task_fields_hidden_ones_are_split_off);

  return g_test_run ();
}
