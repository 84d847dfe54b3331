/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-state.h"

static const char *const state_names[HW_N_TASK_STATES] = {
  [HW_TASK_STATE_PENDING] = "Pending",
  [HW_TASK_STATE_PROCESSING] = "Processing",
  [HW_TASK_STATE_COMPLETED] = "Completed",
  [HW_TASK_STATE_FAILED] = "Failed",
};

static const char *const result_names[HW_N_RESULTS] = {
  [HW_RESULT_NONE] = "",
  [HW_RESULT_SUCCESS] = "success",
  [HW_RESULT_ERROR] = "error",
  [HW_RESULT_EXIT_CODE] = "exit-code",
  [HW_RESULT_SIGNAL] = "signal",
  [HW_RESULT_TIMEOUT] = "timeout",
  [HW_RESULT_CANCELED] = "canceled",
  [HW_RESULT_INTERRUPTED] = "interrupted",
  [HW_RESULT_LOST] = "lost",
  [HW_RESULT_SPAWN_FAILED] = "spawn-failed",
  [HW_RESULT_OOM_KILL] = "oom-kill",
  [HW_RESULT_POISON] = "poison",
  [HW_RESULT_DEPENDENCY] = "dependency",
};

/* The state machine: which state may follow which, and what that is called. */
static const HwTransition transitions[HW_N_TASK_STATES][HW_N_TASK_STATES] = {
  [HW_TASK_STATE_PENDING] = {
    [HW_TASK_STATE_PROCESSING] = HW_TRANSITION_START,
    [HW_TASK_STATE_FAILED] = HW_TRANSITION_REFUSE,
  },
  [HW_TASK_STATE_PROCESSING] = {
    [HW_TASK_STATE_COMPLETED] = HW_TRANSITION_COMPLETE,
    [HW_TASK_STATE_FAILED] = HW_TRANSITION_FAIL,
    [HW_TASK_STATE_PENDING] = HW_TRANSITION_REQUEUE,
  },
  [HW_TASK_STATE_FAILED] = {
    [HW_TASK_STATE_PENDING] = HW_TRANSITION_RETRY,
  },
};

static gboolean
find_name (const char        *name,
           const char *const *names,
           guint              n_names,
           guint             *index)
{
  for (guint i = 0; i < n_names; i++)
    if (g_strcmp0 (names[i], name) == 0)
      {
        *index = i;
        return TRUE;
      }

  return FALSE;
}

/**
 * hw_task_state_to_string:
 * @state: a state
 *
 * Gets the name by which every door calls @state.
 *
 * Returns: a static string
 */
const char *
hw_task_state_to_string (HwTaskState state)
{
  g_return_val_if_fail ((guint) state < HW_N_TASK_STATES, NULL);

  return state_names[state];
}

/**
 * hw_task_state_from_string:
 * @name: (nullable): a name
 * @state: (out): where to put the state
 *
 * Finds the state with a name.
 *
 * Returns: whether there is one
 */
gboolean
hw_task_state_from_string (const char  *name,
                           HwTaskState *state)
{
  guint index;

  if (!find_name (name, state_names, HW_N_TASK_STATES, &index))
    return FALSE;

  *state = (HwTaskState) index;

  return TRUE;
}

/**
 * hw_task_state_is_final:
 * @state: a state
 *
 * Tells whether a task in @state has ended: nothing happens to it any more
 * unless a person retries it.
 *
 * Returns: %TRUE if it has ended
 */
gboolean
hw_task_state_is_final (HwTaskState state)
{
  return state == HW_TASK_STATE_COMPLETED || state == HW_TASK_STATE_FAILED;
}

/**
 * hw_task_state_get_transition:
 * @from: the state that a task is in
 * @to: the state that it shall have
 *
 * Looks a change of state up in the table of those that may be.
 *
 * Returns: the transition, %HW_TRANSITION_NONE if @to never follows @from
 */
HwTransition
hw_task_state_get_transition (HwTaskState from,
                              HwTaskState to)
{
  g_return_val_if_fail ((guint) from < HW_N_TASK_STATES, HW_TRANSITION_NONE);
  g_return_val_if_fail ((guint) to < HW_N_TASK_STATES, HW_TRANSITION_NONE);

  return transitions[from][to];
}

/**
 * hw_result_to_string:
 * @result: a result
 *
 * Gets the word by which every door calls @result; empty for none.
 *
 * Returns: a static string
 */
const char *
hw_result_to_string (HwResult result)
{
  g_return_val_if_fail ((guint) result < HW_N_RESULTS, NULL);

  return result_names[result];
}

/**
 * hw_result_from_string:
 * @name: (nullable): a word
 * @result: (out): where to put the result
 *
 * Finds the result with a name.
 *
 * Returns: whether there is one
 */
gboolean
hw_result_from_string (const char *name,
                       HwResult   *result)
{
  guint index;

  if (!find_name (name, result_names, HW_N_RESULTS, &index))
    return FALSE;

  *result = (HwResult) index;

  return TRUE;
}
