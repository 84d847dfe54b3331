/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwTaskState:
 *
 * The four states of a task, and no others.
 */
typedef enum
{
  HW_TASK_STATE_PENDING,
  HW_TASK_STATE_PROCESSING,
  HW_TASK_STATE_COMPLETED,
  HW_TASK_STATE_FAILED,
} HwTaskState;

#define HW_N_TASK_STATES (HW_TASK_STATE_FAILED + 1)

/**
 * HwResult:
 *
 * The one word that says why a task ended; %HW_RESULT_NONE before it did.
 */
typedef enum
{
  HW_RESULT_NONE,
  HW_RESULT_SUCCESS,
  HW_RESULT_ERROR,
  HW_RESULT_EXIT_CODE,
  HW_RESULT_SIGNAL,
  HW_RESULT_TIMEOUT,
  HW_RESULT_CANCELED,
  HW_RESULT_INTERRUPTED,
  HW_RESULT_LOST,
  HW_RESULT_SPAWN_FAILED,
  HW_RESULT_OOM_KILL,
  HW_RESULT_POISON,
  HW_RESULT_DEPENDENCY,
} HwResult;

#define HW_N_RESULTS (HW_RESULT_DEPENDENCY + 1)

/**
 * HwTransition:
 * @HW_TRANSITION_NONE: this state never follows that one
 * @HW_TRANSITION_START: Pending to Processing, a new attempt
 * @HW_TRANSITION_REFUSE: Pending to Failed: canceled, or a dependency failed
 * @HW_TRANSITION_COMPLETE: Processing to Completed
 * @HW_TRANSITION_FAIL: Processing to Failed, for good
 * @HW_TRANSITION_RETRY: Failed to Pending: a person tries again
 * @HW_TRANSITION_REQUEUE: Processing to Pending: the queue tries again
 */
typedef enum
{
  HW_TRANSITION_NONE,
  HW_TRANSITION_START,
  HW_TRANSITION_REFUSE,
  HW_TRANSITION_COMPLETE,
  HW_TRANSITION_FAIL,
  HW_TRANSITION_RETRY,
  HW_TRANSITION_REQUEUE,
} HwTransition;

const char  *hw_task_state_to_string (HwTaskState state);
gboolean     hw_task_state_from_string (const char  *name,
                                        HwTaskState *state);
gboolean     hw_task_state_is_final (HwTaskState state);

HwTransition hw_task_state_get_transition (HwTaskState from,
                                           HwTaskState to);

const char  *hw_result_to_string (HwResult result);
gboolean     hw_result_from_string (const char *name,
                                    HwResult   *result);

G_END_DECLS
