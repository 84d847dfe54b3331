/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-error.h"

static HwChange *
make_change (HwTaskQueue       *self,
             const HwPrincipal *principal,
             const HwTaskSpec  *spec,
             gint64             at,
             GError           **error)
{
  return hw_task_spec_make_change (spec, hw_task_queue_get_types (self), principal, at, error);
}

/* Makes a change of each of several requests. Returns %NULL, and says which of them it
 * is about, if one of them is not right.
 */
static GPtrArray *
make_changes (HwTaskQueue       *self,
              const HwPrincipal *principal,
              GPtrArray         *specs,
              GError           **error)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_full (specs->len,
                                                       (GDestroyNotify) hw_change_unref);
  gint64 now = hw_clock_get_real_time (hw_task_queue_get_clock (self));

  for (guint i = 0; i < specs->len; i++)
    {
      g_autofree char *position = NULL;
      HwChange *change = make_change (self, principal, g_ptr_array_index (specs, i), now, error);

      if (change == NULL)
        {
          position = g_strdup_printf ("/%u", i);
          hw_error_prefix_field (error, position);
          return NULL;
        }

      g_ptr_array_add (changes, change);
    }

  return g_steal_pointer (&changes);
}

static HwTask *
make_task (HwEvent *event)
{
  return hw_task_new (hw_event_get_task_id (event), hw_event_get_seq (event),
                      hw_event_get_changes (event));
}

static void
on_task_added (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  if (events != NULL)
    {
      g_task_return_pointer (gtask, make_task (g_ptr_array_index (events, 0)), g_object_unref);
      return;
    }

  g_prefix_error_literal (&error, "The task was not accepted, since it could not be written "
                          "down: ");
  g_task_return_error (gtask, error);
}

/**
 * hw_task_queue_submit_async:
 * @self: a queue
 * @principal: who asks
 * @spec: for what
 * @cancellable: (nullable): lets the answer go, not the task
 * @callback: called when the task is on disk, or refused
 * @user_data: data for @callback
 *
 * Adds a task.
 */
void
hw_task_queue_submit_async (HwTaskQueue        *self,
                            HwPrincipal        *principal,
                            const HwTaskSpec   *spec,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr(GPtrArray) changes = NULL;
  g_autoptr(GTask) gtask = NULL;
  GError *error = NULL;
  HwChange *change;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);
  g_return_if_fail (spec != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_submit_async);

  change = make_change (self, principal, spec,
                        hw_clock_get_real_time (hw_task_queue_get_clock (self)), &error);
  if (change == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  g_ptr_array_add (changes, change);
  hw_store_commit_async (hw_task_queue_get_store (self), changes, NULL, on_task_added,
                         g_steal_pointer (&gtask));
}

/**
 * hw_task_queue_submit_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error, with the field that is wrong
 *
 * Ends hw_task_queue_submit_async().
 *
 * Returns: (transfer full): the task as it was accepted, or %NULL
 */
HwTask *
hw_task_queue_submit_finish (HwTaskQueue  *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_tasks_added (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);
  g_autoptr(GPtrArray) tasks = NULL;

  if (events == NULL)
    {
      g_prefix_error_literal (&error, "None of the tasks was accepted, since they could not be "
                              "written down: ");
      g_task_return_error (gtask, error);
      return;
    }

  tasks = g_ptr_array_new_full (events->len, g_object_unref);
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (tasks, make_task (g_ptr_array_index (events, i)));

  g_task_return_pointer (gtask, g_steal_pointer (&tasks), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * hw_task_queue_submit_many_async:
 * @self: a queue
 * @principal: who asks
 * @specs: (element-type HwTaskSpec): for what, at most %HW_SUBMIT_MAX
 * @cancellable: (nullable): lets the answer go, not the tasks
 * @callback: called when the tasks are on disk, or refused
 * @user_data: data for @callback
 *
 * Adds several tasks, all or none of them, with numbers in the order of @specs.
 */
void
hw_task_queue_submit_many_async (HwTaskQueue        *self,
                                 HwPrincipal        *principal,
                                 GPtrArray          *specs,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_autoptr(GPtrArray) changes = NULL;
  g_autoptr(GTask) gtask = NULL;
  GError *error = NULL;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);
  g_return_if_fail (specs != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_submit_many_async);

  if (specs->len == 0 || specs->len > HW_SUBMIT_MAX)
    {
      g_task_return_new_error (gtask, HW_ERROR,
                               specs->len == 0 ? HW_ERROR_INVALID_REQUEST : HW_ERROR_TOO_LARGE,
                               "One request may add 1 to %d tasks, not %u. Ask for the others in "
                               "further requests.", HW_SUBMIT_MAX, specs->len);
      return;
    }

  changes = make_changes (self, principal, specs, &error);
  if (changes == NULL)
    g_task_return_error (gtask, error);
  else
    hw_store_commit_async (hw_task_queue_get_store (self), changes, NULL, on_tasks_added,
                           g_steal_pointer (&gtask));
}

/**
 * hw_task_queue_submit_many_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error; its field begins with which of the tasks it is
 *   about, counted from 0: `/3/parameters/path`; %HW_ERROR_TOO_LARGE for too many
 *
 * Ends hw_task_queue_submit_many_async().
 *
 * Returns: (transfer full) (element-type HwTask): the tasks as they were accepted, in
 *   their order, or %NULL
 */
GPtrArray *
hw_task_queue_submit_many_finish (HwTaskQueue  *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
