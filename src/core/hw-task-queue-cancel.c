/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-error.h"

/* A cancellation, until it is answered. Owned by its GTask. */
typedef struct
{
  HwPrincipal *principal; /* (owned) */
  guint64 task_id;
} Cancellation;

static void
cancellation_free (Cancellation *cancellation)
{
  g_clear_pointer (&cancellation->principal, hw_principal_unref);
  g_free (cancellation);
}

/* A cancellation goes through these in this order. */
static void look_at_task (GTask *gtask);
static void on_task_looked_at (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void cancel_waiting (GTask *gtask);
static void on_waiting_canceled (GObject      *source,
                                 GAsyncResult *result,
                                 gpointer      user_data);
static void answer (GTask *gtask);
static void on_answer_got (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);

/* @gtask is (transfer full). */
static void
look_at_task (GTask *gtask)
{
  const Cancellation *cancellation = g_task_get_task_data (gtask);

  hw_task_queue_get_task_async (g_task_get_source_object (gtask), cancellation->principal,
                                cancellation->task_id, NULL, on_task_looked_at, gtask);
}

static void
on_task_looked_at (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskQueue *self = HW_TASK_QUEUE (source);
  const Cancellation *cancellation = g_task_get_task_data (gtask);
  const char *actor = hw_principal_get_name (cancellation->principal);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (self, result, &error);

  if (task == NULL)
    {
      g_task_return_error (gtask, error);
    }
  else if (!hw_may (cancellation->principal, HW_VERB_CANCEL,
                    hw_task_get_string (task, HW_TASK_FIELD_OWNER)))
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                               "Task %" G_GUINT64_FORMAT " belongs to somebody else. "
                               "Ask them to cancel it.", cancellation->task_id);
    }
  else if (hw_task_state_is_final (hw_task_get_state (task)))
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_WRONG_STATE,
                               "Task %" G_GUINT64_FORMAT " has ended (%s), so there is nothing "
                               "to cancel.", cancellation->task_id,
                               hw_task_get_string (task, HW_TASK_FIELD_STATE));
    }
  else if (hw_dispatcher_cancel (hw_task_queue_get_dispatcher (self), cancellation->task_id,
                                 actor))
    {
      answer (g_steal_pointer (&gtask));
    }
  else
    {
      cancel_waiting (g_steal_pointer (&gtask));
    }
}

/* @gtask is (transfer full). */
static void
cancel_waiting (GTask *gtask)
{
  HwTaskQueue *self = g_task_get_source_object (gtask);
  const Cancellation *cancellation = g_task_get_task_data (gtask);
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  gint64 now = hw_clock_get_real_time (hw_task_queue_get_clock (self));
  g_auto(GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&fields, hw_task_field_get_name (HW_TASK_FIELD_STATE), "s",
                         hw_task_state_to_string (HW_TASK_STATE_FAILED));
  g_variant_dict_insert (&fields, hw_task_field_get_name (HW_TASK_FIELD_RESULT), "s",
                         hw_result_to_string (HW_RESULT_CANCELED));
  g_variant_dict_insert (&fields, hw_task_field_get_name (HW_TASK_FIELD_ERROR), "s",
                         "The task was canceled before it began.");
  g_variant_dict_insert (&fields, hw_task_field_get_name (HW_TASK_FIELD_ENDED_AT), "x", now);

  g_ptr_array_add (changes,
                   hw_change_new_state (cancellation->task_id, HW_TASK_STATE_PENDING,
                                        HW_CHANGE_ANY_ATTEMPT,
                                        hw_principal_get_name (cancellation->principal), now,
                                        g_variant_dict_end (&fields)));
  hw_store_commit_async (hw_task_queue_get_store (self), changes, NULL, on_waiting_canceled,
                         gtask);
}

static void
on_waiting_canceled (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  if (events != NULL)
    {
      answer (g_steal_pointer (&gtask));
      return;
    }

  if (!g_error_matches (error, HW_ERROR, HW_ERROR_CONFLICT))
    {
      g_task_return_error (gtask, error);
      return;
    }

  /* It began, or ended, since it was looked at: a task goes on, so this ends. */
  g_clear_error (&error);
  look_at_task (g_steal_pointer (&gtask));
}

/* @gtask is (transfer full). */
static void
answer (GTask *gtask)
{
  const Cancellation *cancellation = g_task_get_task_data (gtask);

  hw_task_queue_get_task_async (g_task_get_source_object (gtask), cancellation->principal,
                                cancellation->task_id, NULL, on_answer_got, gtask);
}

static void
on_answer_got (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  HwTask *task = hw_task_queue_get_task_finish (HW_TASK_QUEUE (source), result, &error);

  if (task != NULL)
    g_task_return_pointer (gtask, task, g_object_unref);
  else
    g_task_return_error (gtask, error);
}

/**
 * hw_task_queue_cancel_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @cancellable: (nullable): lets the answer go, not the cancellation
 * @callback: called when it is done, or under way
 * @user_data: data for @callback
 *
 * Cancels a task. One that waits has ended then; one that runs is asked to end, and
 * stays Processing until it has.
 */
void
hw_task_queue_cancel_async (HwTaskQueue        *self,
                            HwPrincipal        *principal,
                            guint64             task_id,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  GTask *gtask;
  Cancellation *cancellation;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_cancel_async);

  cancellation = g_new0 (Cancellation, 1);
  cancellation->principal = hw_principal_ref (principal);
  cancellation->task_id = task_id;
  g_task_set_task_data (gtask, cancellation, (GDestroyNotify) cancellation_free);

  look_at_task (gtask);
}

/**
 * hw_task_queue_cancel_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND, %HW_ERROR_WRONG_STATE if
 *   the task has ended, %HW_ERROR_NOT_ALLOWED
 *
 * Ends hw_task_queue_cancel_async().
 *
 * Returns: (transfer full): the task as it is now, or %NULL
 */
HwTask *
hw_task_queue_cancel_finish (HwTaskQueue  *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
