/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-run.h"

/* A runner is given all parameters, those that nobody sees among them. */
static GVariant *
join_parameters (HwTask *task)
{
  HwTaskFields *fields = hw_task_get_fields (task);
  GVariant *visible = hw_task_fields_get_dictionary (fields, HW_TASK_FIELD_PARAMETERS);
  GVariant *hidden = hw_task_fields_get_dictionary (fields, HW_TASK_FIELD_HIDDEN_PARAMETERS);
  GVariantDict all;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (hidden == NULL && visible != NULL)
    return g_variant_ref (visible);

  g_variant_dict_init (&all, visible);
  if (hidden != NULL)
    {
      g_variant_iter_init (&iter, hidden);
      while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
        g_variant_dict_insert_value (&all, name, value);
    }

  return g_variant_ref_sink (g_variant_dict_end (&all));
}

/* An attempt that goes on has said how far it was: it is never behind that again. */
static void
resume_level (HwRun  *run,
              HwTask *task)
{
  HwTaskFields *fields = hw_task_get_fields (task);
  HwRunLevel told;

  if (hw_task_fields_has (fields, HW_TASK_FIELD_DONE))
    hw_run_set_progress (run, (guint64) hw_task_fields_get_number (fields, HW_TASK_FIELD_DONE),
                         (guint64) hw_task_fields_get_number (fields, HW_TASK_FIELD_TOTAL), NULL);
  else if (hw_task_fields_has (fields, HW_TASK_FIELD_PROGRESS))
    hw_run_set_share (run, CLAMP (hw_task_fields_get_real (fields, HW_TASK_FIELD_PROGRESS), 0, 1));

  /* Everybody knows. */
  hw_run_take_progress (run, &told);
}

/**
 * hw_attempt_run_new:
 * @epoch: the database's number
 * @type: the task's type
 * @task: the task, which is Processing
 *
 * Makes what a runner sees of the newest attempt of @task.
 *
 * Returns: (transfer full): a run
 */
HwRun *
hw_attempt_run_new (guint64     epoch,
                    HwTaskType *type,
                    HwTask     *task)
{
  g_autoptr(GVariant) parameters = NULL;
  guint64 timeout;
  HwRun *run;

  g_return_val_if_fail (HW_IS_TASK_TYPE (type), NULL);
  g_return_val_if_fail (HW_IS_TASK (task), NULL);

  parameters = join_parameters (task);
  run = hw_run_new (epoch, hw_task_get_id (task), hw_task_get_attempt (task), type, parameters);
  timeout = (guint64) hw_task_fields_get_number (hw_task_get_fields (task), HW_TASK_FIELD_TIMEOUT);
  hw_run_set_timeout (run, (gint64) MIN (timeout, (guint64) HW_TIMEOUT_MAX) * G_USEC_PER_SEC);
  resume_level (run, task);

  return run;
}
