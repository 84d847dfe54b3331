/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-state.h"

static const char *const states[] = { "Pending", "Processing", "Completed", "Failed" };

static const char *const results[] = {
  "", "success", "error", "exit-code", "signal", "timeout", "canceled", "interrupted", "lost",
  "spawn-failed", "oom-kill", "poison", "dependency",
};

G_STATIC_ASSERT (G_N_ELEMENTS (states) == HW_N_TASK_STATES);
G_STATIC_ASSERT (G_N_ELEMENTS (results) == HW_N_RESULTS);

/* The whole state machine. Rows are what a task is, columns what it shall be, both in
 * the order Pending, Processing, Completed, Failed.
 */
static const HwTransition golden[4][4] = {
  { HW_TRANSITION_NONE, HW_TRANSITION_START, HW_TRANSITION_NONE, HW_TRANSITION_REFUSE },
  { HW_TRANSITION_REQUEUE, HW_TRANSITION_NONE, HW_TRANSITION_COMPLETE, HW_TRANSITION_FAIL },
  { HW_TRANSITION_NONE, HW_TRANSITION_NONE, HW_TRANSITION_NONE, HW_TRANSITION_NONE },
  { HW_TRANSITION_RETRY, HW_TRANSITION_NONE, HW_TRANSITION_NONE, HW_TRANSITION_NONE },
};

static void
test_task_state_transition_table (void)
{
  for (guint from = 0; from < 4; from++)
    for (guint to = 0; to < 4; to++)
      {
        HwTaskState first;
        HwTaskState second;

        g_assert_true (hw_task_state_from_string (states[from], &first));
        g_assert_true (hw_task_state_from_string (states[to], &second));
        g_test_message ("%s to %s", states[from], states[to]);
        g_assert_cmpint (hw_task_state_get_transition (first, second), ==, golden[from][to]);
      }
}

/* Nothing follows a final state but what a person asks for. */
static void
test_task_state_final_is_what_only_a_person_leaves (void)
{
  for (guint from = 0; from < 4; from++)
    {
      gboolean is_left = FALSE;

      for (guint to = 0; to < 4; to++)
        if (golden[from][to] != HW_TRANSITION_NONE && golden[from][to] != HW_TRANSITION_RETRY)
          is_left = TRUE;

      g_test_message ("%s", states[from]);
      g_assert_cmpint (hw_task_state_is_final ((HwTaskState) from), ==, !is_left);
    }
}

static void
test_task_state_name_of_each (void)
{
  for (guint i = 0; i < HW_N_TASK_STATES; i++)
    {
      HwTaskState state;

      g_assert_cmpstr (hw_task_state_to_string ((HwTaskState) i), ==, states[i]);
      g_assert_true (hw_task_state_from_string (states[i], &state));
      g_assert_cmpuint (state, ==, i);
    }
}

static void
test_task_state_name_of_none (void)
{
  HwTaskState state = HW_TASK_STATE_COMPLETED;

  g_assert_false (hw_task_state_from_string ("pending", &state));
  g_assert_false (hw_task_state_from_string ("", &state));
  g_assert_false (hw_task_state_from_string (NULL, &state));
  g_assert_cmpint (state, ==, HW_TASK_STATE_COMPLETED);
}

static void
test_task_state_result_of_each (void)
{
  for (guint i = 0; i < HW_N_RESULTS; i++)
    {
      HwResult result;

      g_assert_cmpstr (hw_result_to_string ((HwResult) i), ==, results[i]);
      g_assert_true (hw_result_from_string (results[i], &result));
      g_assert_cmpuint (result, ==, i);
    }
}

static void
test_task_state_result_of_none (void)
{
  HwResult result = HW_RESULT_LOST;

  g_assert_false (hw_result_from_string ("Success", &result));
  g_assert_false (hw_result_from_string (NULL, &result));
  g_assert_cmpint (result, ==, HW_RESULT_LOST);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/task-state/transition/table", test_task_state_transition_table);
  g_test_add_func ("/task-state/final/is-what-only-a-person-leaves",
                   test_task_state_final_is_what_only_a_person_leaves);
  g_test_add_func ("/task-state/name/of-each", test_task_state_name_of_each);
  g_test_add_func ("/task-state/name/of-none", test_task_state_name_of_none);
  g_test_add_func ("/task-state/result/of-each", test_task_state_result_of_each);
  g_test_add_func ("/task-state/result/of-none", test_task_state_result_of_none);

  return g_test_run ();
}
