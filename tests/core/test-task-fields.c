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

/* A string that is shared, or part of the program, is as good as one of its own, in a copy too,
 * when all others who had it are gone.
 */
static void
test_task_fields_shared_strings_stay (void)
{
  GRefString *name = g_ref_string_new ("uid:1000");
  HwTaskFields *fields = hw_task_fields_new ();
  g_autoptr(HwTaskFields) copy = NULL;
  g_autoptr(GRefString) owner = NULL;
  g_autoptr(GRefString) group = NULL;
  HwTaskState state;

  hw_task_fields_share_string (fields, HW_TASK_FIELD_OWNER, name);
  hw_task_fields_set_constant (fields, HW_TASK_FIELD_GROUP, "tests");
  hw_task_fields_set_state (fields, HW_TASK_STATE_FAILED);
  copy = hw_task_fields_copy (fields);
  g_ref_string_release (name);
  hw_task_fields_unref (fields);

  g_assert_cmpstr (hw_task_fields_get_string (copy, HW_TASK_FIELD_OWNER), ==, "uid:1000");
  g_assert_cmpstr (hw_task_fields_get_string (copy, HW_TASK_FIELD_GROUP), ==, "tests");
  g_assert_cmpstr (hw_task_fields_get_string (copy, HW_TASK_FIELD_STATE), ==, "Failed");
  g_assert_true (hw_task_fields_get_state (copy, &state));
  g_assert_cmpint (state, ==, HW_TASK_STATE_FAILED);

  owner = hw_task_fields_dup_string (copy, HW_TASK_FIELD_OWNER);
  group = hw_task_fields_dup_string (copy, HW_TASK_FIELD_GROUP);
  hw_task_fields_set_string (copy, HW_TASK_FIELD_OWNER, "uid:0");
  hw_task_fields_set_string (copy, HW_TASK_FIELD_GROUP, "others");
  g_assert_cmpstr (owner, ==, "uid:1000");
  g_assert_cmpstr (group, ==, "tests");
  g_assert_null (hw_task_fields_dup_string (copy, HW_TASK_FIELD_TITLE));
}

/* A word that is no state, of a newer version's row, is kept as it is. */
static void
test_task_fields_state_of_another_version (void)
{
  g_autoptr(HwTaskFields) fields = parsed_fields ("{'state': <'Dreaming'>}");
  g_autoptr(HwTaskFields) known = parsed_fields ("{'state': <'Pending'>}");
  HwTaskState state;

  g_assert_false (hw_task_fields_get_state (fields, &state));
  g_assert_cmpstr (hw_task_fields_get_string (fields, HW_TASK_FIELD_STATE), ==, "Dreaming");

  hw_task_fields_update (known, fields);
  g_assert_false (hw_task_fields_get_state (known, &state));

  hw_task_fields_set_string (fields, HW_TASK_FIELD_STATE, "Processing");
  g_assert_true (hw_task_fields_get_state (fields, &state));
  g_assert_cmpint (state, ==, HW_TASK_STATE_PROCESSING);
}

/* What came as bytes from somewhere may be in any form. */
static void
test_task_fields_dictionaries_are_in_normal_form (void)
{
  /* A name that nothing ends: GVariant takes it for an empty one. */
  static const guint8 bytes[] = { 'a', 'b', 'c', 0, 0, 0, 0, 0, 1, 0, 'y', 99, 13 };
  g_autoptr(HwTaskFields) fields = hw_task_fields_new ();
  GVariant *value = g_variant_new_from_data (G_VARIANT_TYPE_VARDICT, bytes, sizeof (bytes), FALSE,
                                             NULL, NULL);

  g_assert_false (g_variant_is_normal_form (value));
  hw_task_fields_set_dictionary (fields, HW_TASK_FIELD_VALUE, value);
  g_assert_true (g_variant_is_normal_form (hw_task_fields_get_dictionary (fields,
                                                                          HW_TASK_FIELD_VALUE)));
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
  g_test_add_func ("/task-fields/shared-strings-stay", test_task_fields_shared_strings_stay);
  g_test_add_func ("/task-fields/state-of-another-version",
                   test_task_fields_state_of_another_version);
  g_test_add_func ("/task-fields/dictionaries-are-in-normal-form",
                   test_task_fields_dictionaries_are_in_normal_form);

  return g_test_run ();
}
