/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-run.h"

/* A runner is given all parameters, those that nobody sees among them. */
static GVariant *
join_parameters (HwTask *task)
{
  GVariant *visible = hw_task_get_field (task, HW_TASK_FIELD_PARAMETERS);
  GVariant *hidden = hw_task_get_field (task, HW_TASK_FIELD_HIDDEN_PARAMETERS);
  g_auto(GVariantDict) all = G_VARIANT_DICT_INIT (visible);
  GVariantIter iter;
  const char *name;
  GVariant *value;

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
  GVariant *progress = hw_task_get_field (task, HW_TASK_FIELD_PROGRESS);
  GVariant *done = hw_task_get_field (task, HW_TASK_FIELD_DONE);
  GVariant *total = hw_task_get_field (task, HW_TASK_FIELD_TOTAL);
  HwRunLevel told;

  if (done != NULL)
    hw_run_set_progress (run, g_variant_get_uint64 (done),
                         total != NULL ? g_variant_get_uint64 (total) : 0, NULL);
  else if (progress != NULL)
    hw_run_set_share (run, CLAMP (g_variant_get_double (progress), 0, 1));

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
  HwRun *run;

  g_return_val_if_fail (HW_IS_TASK_TYPE (type), NULL);
  g_return_val_if_fail (HW_IS_TASK (task), NULL);

  parameters = join_parameters (task);
  run = hw_run_new (epoch, hw_task_get_id (task), hw_task_get_attempt (task), type, parameters);
  hw_run_set_timeout (run, hw_attempt_run_get_number (task, HW_TASK_FIELD_TIMEOUT)
                      * G_USEC_PER_SEC);
  resume_level (run, task);

  return run;
}

/**
 * hw_attempt_run_get_number:
 * @task: a task
 * @field: a field that is a number; one without a sign is a timeout
 *
 * Gets what an attempt has to know of its task.
 *
 * Returns: the number, or 0 if it is not set
 */
gint64
hw_attempt_run_get_number (HwTask     *task,
                           HwTaskField field)
{
  GVariant *value;

  g_return_val_if_fail (HW_IS_TASK (task), 0);

  value = hw_task_get_field (task, field);
  if (value == NULL)
    return 0;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return g_variant_get_uint32 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return (gint64) MIN (g_variant_get_uint64 (value), (guint64) HW_TIMEOUT_MAX);

  return g_variant_get_int64 (value);
}
