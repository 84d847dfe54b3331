/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-error.h"

/* The verb by which somebody removes a task that has ended. */

/* What was asked for, until it is answered. Owned by its GTask. */
typedef struct
{
  HwPrincipal *principal; /* (owned) */
  guint64 task_id;
  HwTask *task; /* (owned) (nullable), as it is about to go */
} Request;

static void
request_free (Request *request)
{
  g_clear_pointer (&request->principal, hw_principal_unref);
  g_clear_object (&request->task);
  g_free (request);
}

/* The verb goes through these in this order. */
static void look_at_task (GTask *gtask);
static void on_task_looked_at (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void on_task_removed (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);

/* @gtask is (transfer full). */
static void
look_at_task (GTask *gtask)
{
  const Request *request = g_task_get_task_data (gtask);

  hw_task_queue_get_task_async (g_task_get_source_object (gtask), request->principal,
                                request->task_id, NULL, on_task_looked_at, gtask);
}

/* Whether a task may go, and whoever asks may have it go. */
static gboolean
check_removal (const Request *request,
               HwTask        *task,
               GError       **error)
{
  if (!hw_may (request->principal, HW_VERB_REMOVE, hw_task_get_string (task, HW_TASK_FIELD_OWNER)))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                   "Task %" G_GUINT64_FORMAT " belongs to somebody else. Ask them to remove it.",
                   request->task_id);
      return FALSE;
    }

  if (!hw_task_state_is_final (hw_task_get_state (task)))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_WRONG_STATE,
                   "Task %" G_GUINT64_FORMAT " is %s, and only a task that has ended is removed. "
                   "Cancel it first.", request->task_id,
                   hw_task_get_string (task, HW_TASK_FIELD_STATE));
      return FALSE;
    }

  return TRUE;
}

static void
on_task_looked_at (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  HwTaskQueue *self = HW_TASK_QUEUE (source);
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Request *request = g_task_get_task_data (gtask);
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (self, result, &error);

  if (task == NULL || !check_removal (request, task, &error))
    {
      g_task_return_error (gtask, error);
      return;
    }

  g_set_object (&request->task, task);
  g_ptr_array_add (changes,
                   hw_change_new_remove (request->task_id, request->task_id,
                                         hw_principal_get_name (request->principal),
                                         hw_clock_get_real_time (hw_task_queue_get_clock (self))));
  hw_store_commit_async (hw_task_queue_get_store (self), changes, NULL, on_task_removed,
                         g_steal_pointer (&gtask));
}

static void
on_task_removed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  const Request *request = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  if (events != NULL)
    {
      g_task_return_pointer (gtask, g_object_ref (request->task), g_object_unref);
      return;
    }

  if (!g_error_matches (error, HW_ERROR, HW_ERROR_CONFLICT))
    {
      g_task_return_error (gtask, error);
      return;
    }

  /* It was retried, or is gone, since it was looked at: a task ends or goes, so this ends. */
  g_clear_error (&error);
  look_at_task (g_steal_pointer (&gtask));
}

/**
 * hw_task_queue_remove_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @cancellable: (nullable): lets the answer go, not the removal
 * @callback: called when it is gone, or may not go
 * @user_data: data for @callback
 *
 * Removes a task that has ended, with its output.
 */
void
hw_task_queue_remove_async (HwTaskQueue        *self,
                            HwPrincipal        *principal,
                            guint64             task_id,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  GTask *gtask;
  Request *request;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  request = g_new0 (Request, 1);
  g_task_set_source_tag (gtask, hw_task_queue_remove_async);
  request->principal = hw_principal_ref (principal);
  request->task_id = task_id;
  g_task_set_task_data (gtask, request, (GDestroyNotify) request_free);

  look_at_task (gtask);
}

/**
 * hw_task_queue_remove_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND, %HW_ERROR_NOT_ALLOWED, or
 *   %HW_ERROR_WRONG_STATE if the task has not ended
 *
 * Ends hw_task_queue_remove_async().
 *
 * Returns: (transfer full): the task as it was, or %NULL
 */
HwTask *
hw_task_queue_remove_finish (HwTaskQueue  *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
