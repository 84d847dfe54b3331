/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-error.h"

/* What one answer has at most: little memory, and few answers for a long output. */
#define CHUNK_MAX (1024 * 1024)

/* How often the output of a task that runs is looked at for somebody who follows. It
 * is what "live" means to an eye.
 */
#define FOLLOW_INTERVAL (G_USEC_PER_SEC / 10)

/* How often a task that was never begun is looked at for the same: each look asks the
 * store.
 */
#define BEGIN_INTERVAL (G_USEC_PER_SEC / 2)

/* Somebody who reads output. Owned by its GTask. */
typedef struct
{
  HwPrincipal *principal; /* (owned) */
  guint64 task_id;
  guint attempt;
  guint64 offset;
  gboolean follow;
  gboolean was_running; /* when the bytes were read, or before */
  gboolean was_waiting; /* then there was no attempt yet */
} Reading;

static void
reading_free (Reading *reading)
{
  g_clear_pointer (&reading->principal, hw_principal_unref);
  g_free (reading);
}

void
hw_output_chunk_free (HwOutputChunk *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->data, g_bytes_unref);
  g_free (self);
}

/* Reading goes through these in this order, and round again while it follows. */
static void look_at_task (GTask *gtask);
static void on_task_looked_at (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void on_output_read (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);
static void on_follow_timer (gpointer user_data);

/* @gtask is (transfer full). */
static void
look_at_task (GTask *gtask)
{
  const Reading *reading = g_task_get_task_data (gtask);

  hw_task_queue_get_task_async (g_task_get_source_object (gtask), reading->principal,
                                reading->task_id, g_task_get_cancellable (gtask),
                                on_task_looked_at, gtask);
}

static void
on_task_looked_at (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskQueue *self = HW_TASK_QUEUE (source);
  Reading *reading = g_task_get_task_data (gtask);
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (self, result, &error);

  if (task == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  if (reading->attempt > hw_task_get_attempt (task))
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_NOT_FOUND,
                               "Task %" G_GUINT64_FORMAT " has had %u attempts so far. "
                               "Ask for one of those, or leave the attempt out.",
                               reading->task_id, hw_task_get_attempt (task));
      return;
    }

  if (reading->attempt == 0)
    reading->attempt = hw_task_get_attempt (task);
  reading->was_running = hw_task_get_state (task) == HW_TASK_STATE_PROCESSING &&
                         hw_task_get_attempt (task) == reading->attempt;
  reading->was_waiting = hw_task_get_state (task) == HW_TASK_STATE_PENDING &&
                         reading->attempt == 0;

  hw_output_read_async (hw_task_queue_get_output (self), hw_task_queue_get_epoch (self),
                        reading->task_id, reading->attempt, reading->offset, CHUNK_MAX,
                        cancellable, on_output_read, g_steal_pointer (&gtask));
}

static void
on_output_read (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskQueue *self = g_task_get_source_object (gtask);
  Reading *reading = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(GBytes) data = hw_output_read_finish (HW_OUTPUT (source), result, &error);
  HwOutputChunk *chunk;
  gboolean may_come;
  guint timer;

  if (data == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  if (g_task_return_error_if_cancelled (gtask))
    return;

  may_come = reading->was_running || reading->was_waiting;
  if (g_bytes_get_size (data) == 0 && reading->follow && may_come)
    {
      /* Not kept: it holds the only reference to its GTask, and always rings. */
      timer = hw_clock_add_timer (hw_task_queue_get_clock (self),
                                  reading->was_running ? FOLLOW_INTERVAL : BEGIN_INTERVAL,
                                  on_follow_timer, g_steal_pointer (&gtask));
      g_assert (timer != 0);
      return;
    }

  chunk = g_new0 (HwOutputChunk, 1);
  chunk->attempt = reading->attempt;
  chunk->offset = reading->offset;
  chunk->is_end = g_bytes_get_size (data) == 0 && !may_come;
  chunk->data = g_steal_pointer (&data);
  g_task_return_pointer (gtask, chunk, (GDestroyNotify) hw_output_chunk_free);
}

static void
on_follow_timer (gpointer user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);

  if (!g_task_return_error_if_cancelled (gtask))
    look_at_task (g_steal_pointer (&gtask));
}

/**
 * hw_task_queue_read_output_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @attempt: which attempt, or 0 for the newest
 * @offset: where to begin, in bytes of what the program wrote
 * @follow: whether to wait for more if there is nothing yet and the attempt runs, or
 *   there was none yet
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Reads what a program printed.
 */
void
hw_task_queue_read_output_async (HwTaskQueue        *self,
                                 HwPrincipal        *principal,
                                 guint64             task_id,
                                 guint               attempt,
                                 guint64             offset,
                                 gboolean            follow,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  GTask *gtask;
  Reading *reading;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_read_output_async);

  reading = g_new0 (Reading, 1);
  reading->principal = hw_principal_ref (principal);
  reading->task_id = task_id;
  reading->attempt = attempt;
  reading->offset = offset;
  reading->follow = follow;
  g_task_set_task_data (gtask, reading, (GDestroyNotify) reading_free);

  look_at_task (gtask);
}

/**
 * hw_task_queue_read_output_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND
 *
 * Ends hw_task_queue_read_output_async().
 *
 * Returns: (transfer full): a piece of output, or %NULL
 */
HwOutputChunk *
hw_task_queue_read_output_finish (HwTaskQueue  *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
