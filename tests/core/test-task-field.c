/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-field.h"

/* The vocabulary of the house. A name that changes here changes rows and doors; what is
 * of the attempt is unset when a task becomes Pending again.
 */
static const struct
{
  const char *name;
  const char *type;
  gboolean is_stored;
  gboolean is_of_attempt;
  gboolean is_hidden;
} golden[] = {
  { "type", "s", TRUE, FALSE, FALSE },
  { "title", "s", TRUE, FALSE, FALSE },
  { "parameters", "a{sv}", TRUE, FALSE, FALSE },
  { "state", "s", TRUE, FALSE, FALSE },
  { "result", "s", TRUE, TRUE, FALSE },
  { "error", "s", TRUE, TRUE, FALSE },
  { "value", "a{sv}", TRUE, TRUE, FALSE },
  { "exit_code", "i", TRUE, TRUE, FALSE },
  { "signal", "s", TRUE, TRUE, FALSE },
  { "progress", "d", TRUE, TRUE, FALSE },
  { "message", "s", TRUE, TRUE, FALSE },
  { "unit", "s", TRUE, TRUE, FALSE },
  { "done", "t", TRUE, TRUE, FALSE },
  { "total", "t", TRUE, TRUE, FALSE },
  { "activity", "s", FALSE, TRUE, FALSE },
  { "containment", "s", FALSE, TRUE, FALSE },
  { "group", "s", TRUE, FALSE, FALSE },
  { "priority", "i", TRUE, FALSE, FALSE },
  { "owner", "s", TRUE, FALSE, FALSE },
  { "attempt", "u", TRUE, FALSE, FALSE },
  { "max_attempts", "u", TRUE, FALSE, FALSE },
  { "timeout", "t", TRUE, FALSE, FALSE },
  { "created_at", "x", TRUE, FALSE, FALSE },
  { "started_at", "x", TRUE, TRUE, FALSE },
  { "ended_at", "x", TRUE, TRUE, FALSE },
  { "output_size", "t", TRUE, TRUE, FALSE },
  { "hidden_parameters", "a{sv}", TRUE, FALSE, TRUE },
  { "aborted_starts", "u", TRUE, FALSE, TRUE },
  { "epoch", "t", TRUE, FALSE, TRUE },
};

G_STATIC_ASSERT (G_N_ELEMENTS (golden) == HW_N_TASK_FIELDS);

static void
test_task_field_facts_of_each (void)
{
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      HwTaskField field;

      g_test_message ("%s", golden[i].name);
      g_assert_true (hw_task_field_from_name (golden[i].name, &field));
      g_assert_cmpuint (field, ==, i);
      g_assert_cmpstr (hw_task_field_get_name (field), ==, golden[i].name);
      g_assert_true (g_variant_type_equal (hw_task_field_get_variant_type (field),
                                           G_VARIANT_TYPE (golden[i].type)));
      g_assert_cmpint (hw_task_field_is_stored (field), ==, golden[i].is_stored);
      g_assert_cmpint (hw_task_field_is_of_attempt (field), ==, golden[i].is_of_attempt);
      g_assert_cmpint (hw_task_field_is_hidden (field), ==, golden[i].is_hidden);
    }
}

static void
test_task_field_name_of_none (void)
{
  HwTaskField field = HW_TASK_FIELD_UNIT;

  g_assert_false (hw_task_field_from_name ("exitCode", &field));
  g_assert_false (hw_task_field_from_name ("", &field));
  g_assert_cmpint (field, ==, HW_TASK_FIELD_UNIT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/task-field/facts/of-each", test_task_field_facts_of_each);
  g_test_add_func ("/task-field/name/of-none", test_task_field_name_of_none);

  return g_test_run ();
}
