/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-watcher.h"

/* Somebody who waits for a task to end. Owned by its GTask. */
typedef struct
{
  HwPrincipal *principal; /* (owned) */
  guint64 task_id;
  HwWatcher *watcher; /* (owned) */
} Waiting;

static void
waiting_free (Waiting *waiting)
{
  g_clear_object (&waiting->watcher);
  g_clear_pointer (&waiting->principal, hw_principal_unref);
  g_free (waiting);
}

/* Waiting goes through these in this order, the first two again and again. */
static void wait_for_event (GTask *gtask);
static void on_event_came (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);
static void answer (GTask *gtask);
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

/* @gtask is (transfer full). */
static void
wait_for_event (GTask *gtask)
{
  const Waiting *waiting = g_task_get_task_data (gtask);

  hw_watcher_next_async (waiting->watcher, g_task_get_cancellable (gtask), on_event_came, gtask);
}

static void
on_event_came (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = hw_watcher_next_finish (HW_WATCHER (source), result, &error);

  if (events == NULL)
    g_task_return_error (gtask, error);
  else if (events->len > 0)
    wait_for_event (g_steal_pointer (&gtask));
  else
    answer (g_steal_pointer (&gtask));
}

/* @gtask is (transfer full). */
static void
answer (GTask *gtask)
{
  const Waiting *waiting = g_task_get_task_data (gtask);

  hw_task_queue_get_task_async (g_task_get_source_object (gtask), waiting->principal,
                                waiting->task_id, g_task_get_cancellable (gtask), on_task_got,
                                gtask);
}

static void
on_task_got (GObject      *source,
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
 * hw_task_queue_wait_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @cancellable: (nullable): ends the waiting, not the task
 * @callback: called when the task is Completed or Failed
 * @user_data: data for @callback
 *
 * Waits for a task to end; one that has ended is told at once.
 */
void
hw_task_queue_wait_async (HwTaskQueue        *self,
                          HwPrincipal        *principal,
                          guint64             task_id,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  const HwWatchFilter filter = { .task_id = task_id };
  GTask *gtask;
  Waiting *waiting;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_wait_async);

  /* From here on, not from the task's beginning: what led here does not matter. */
  waiting = g_new0 (Waiting, 1);
  waiting->principal = hw_principal_ref (principal);
  waiting->task_id = task_id;
  waiting->watcher = hw_watcher_new (self, principal, &filter, hw_task_queue_get_epoch (self),
                                     hw_event_log_get_head (hw_task_queue_get_log (self)));
  g_task_set_task_data (gtask, waiting, (GDestroyNotify) waiting_free);

  wait_for_event (gtask);
}

/**
 * hw_task_queue_wait_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND
 *
 * Ends hw_task_queue_wait_async().
 *
 * Returns: (transfer full): the task at its end, or as it is now if somebody retried it
 *   since; or %NULL
 */
HwTask *
hw_task_queue_wait_finish (HwTaskQueue  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
