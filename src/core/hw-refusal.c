/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-refusal.h"

/**
 * hw_refusal_new_change:
 * @task: a task that is Processing, and that nobody can run
 * @at: when, in microseconds since the Unix epoch
 *
 * Makes the end of a task whose type was taken away since it was accepted.
 *
 * Returns: (transfer full): the change
 */
HwChange *
hw_refusal_new_change (HwTask *task,
                       gint64  at)
{
  const char *type = hw_task_get_string (task, HW_TASK_FIELD_TYPE);
  g_autofree char *sentence =
    g_strdup_printf ("There is no task type “%s” any more. Put its file back, "
                     "and retry the task.", type);
  HwTaskFields *fields = hw_task_fields_new ();

  hw_task_fields_set_state (fields, HW_TASK_STATE_FAILED);
  hw_task_fields_set_string (fields, HW_TASK_FIELD_RESULT,
                             hw_result_to_string (HW_RESULT_SPAWN_FAILED));
  hw_task_fields_set_string (fields, HW_TASK_FIELD_ERROR, sentence);
  hw_task_fields_set_number (fields, HW_TASK_FIELD_ENDED_AT, at);

  return hw_change_new_state (hw_task_get_id (task), HW_TASK_STATE_PROCESSING,
                              hw_task_get_attempt (task), "queue", at, fields);
}
