/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

/* What one answer has at most: little memory, and few answers for a long output. */
#define CHUNK_MAX (1024 * 1024)

/* What is printed within this time is read at once: an eye does not see it, and a program
 * that prints often does not have each of its lines read by itself.
 */
#define GATHER_TIME (G_USEC_PER_SEC / 50)

/* How often the output of a task that runs is looked at where it cannot be watched. */
#define FOLLOW_INTERVAL (G_USEC_PER_SEC / 10)

/* Somebody who reads output. Owned by its GTask. */
typedef struct
{
  HwTaskQueue *queue;     /* (owned) */
  HwPrincipal *principal; /* (owned) */
  HwOutputQuery query;
  gboolean follow;
  gboolean was_running;   /* when the bytes were read, or before */
  gboolean was_waiting;   /* then there was no attempt yet */

  /* Of one who has read all that there is, and follows. */
  GTask *sleeping;        /* (owned) (nullable): while there is nothing to do */
  gboolean is_watching;
  gboolean has_news;      /* since the task was looked at */
  gulong event_id;
  gulong cancelled_id;
  guint watch_id;         /* or 0: nothing would tell of more output */
} Reading;

static void
forget_watch (Reading *reading)
{
  if (reading->watch_id != 0)
    hw_output_unwatch (hw_task_queue_get_output (reading->queue), reading->watch_id);
  reading->watch_id = 0;
}

static void
reading_free (Reading *reading)
{
  forget_watch (reading);
  g_clear_signal_handler (&reading->event_id, reading->queue);
  g_clear_pointer (&reading->principal, hw_principal_unref);
  g_clear_object (&reading->queue);
  g_free (reading);
}

/* Reading goes through these in this order, and round again while it follows. */
static void look_at_task (GTask *gtask);
static void on_task_looked_at (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void on_output_read (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);
static void wait_for_more (GTask *gtask);
static void on_timer (gpointer user_data);

/* @gtask is (transfer full). */
static void
look_at_task (GTask *gtask)
{
  Reading *reading = g_task_get_task_data (gtask);

  reading->has_news = FALSE;
  hw_task_queue_find_attempt_async (reading->queue, reading->principal,
                                    reading->query.of.task_id, reading->query.of.attempt,
                                    g_task_get_cancellable (gtask), on_task_looked_at, gtask);
}

/* Ends what was set up for one who follows. */
static void
reading_stop (Reading *reading,
              GTask   *gtask)
{
  forget_watch (reading);
  g_clear_signal_handler (&reading->event_id, reading->queue);
  if (reading->cancelled_id != 0)
    g_cancellable_disconnect (g_task_get_cancellable (gtask), reading->cancelled_id);
  reading->cancelled_id = 0;
}

static void
return_error (GTask  *gtask,
              GError *error)
{
  reading_stop (g_task_get_task_data (gtask), gtask);
  g_task_return_error (gtask, error);
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
  g_autoptr(HwTask) task = hw_task_queue_find_attempt_finish (self, result, &reading->query.of,
                                                              &error);

  if (task == NULL)
    {
      return_error (gtask, error);
      return;
    }

  reading->was_running = hw_task_get_state (task) == HW_TASK_STATE_PROCESSING &&
                         hw_task_get_attempt (task) == reading->query.of.attempt;
  reading->was_waiting = hw_task_get_state (task) == HW_TASK_STATE_PENDING &&
                         reading->query.of.attempt == 0;

  hw_output_read_async (hw_task_queue_get_output (self), &reading->query, cancellable,
                        on_output_read, g_steal_pointer (&gtask));
}

static void
on_output_read (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Reading *reading = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwOutputChunk) chunk = hw_output_read_finish (HW_OUTPUT (source), result, &error);
  gboolean may_come = reading->was_running || reading->was_waiting;

  if (chunk == NULL || g_cancellable_set_error_if_cancelled (g_task_get_cancellable (gtask),
                                                             &error))
    {
      return_error (gtask, error);
      return;
    }

  if (hw_output_chunk_is_empty (chunk) && reading->follow && may_come)
    {
      wait_for_more (g_steal_pointer (&gtask));
      return;
    }

  reading_stop (reading, gtask);
  chunk->attempt = reading->query.of.attempt;
  chunk->is_end = hw_output_chunk_is_empty (chunk) && !may_come;
  g_task_return_pointer (gtask, g_steal_pointer (&chunk), (GDestroyNotify) hw_output_chunk_free);
}

/* The timer holds the only reference to its GTask, and always rings: it need not be removed. */
static void
reading_wake_after (Reading *reading,
                    gint64   delay)
{
  guint timer = hw_clock_add_timer (hw_task_queue_get_clock (reading->queue), delay, on_timer,
                                    g_steal_pointer (&reading->sleeping));

  g_assert (timer != 0);
}

static void
reading_wake (Reading *reading)
{
  reading->has_news = TRUE;
  if (reading->sleeping != NULL)
    reading_wake_after (reading, GATHER_TIME);
}

static void
on_output_more (gpointer user_data)
{
  Reading *reading = user_data;

  reading->watch_id = 0;
  reading_wake (reading);
}

static void
on_queue_event (HwTaskQueue *queue,
                HwEvent     *event,
                gpointer     user_data)
{
  Reading *reading = user_data;
  HwEventKind kind = hw_event_get_kind (event);

  if (kind == HW_EVENT_KIND_REMOVED ||
      (kind == HW_EVENT_KIND_STATE && hw_event_get_task_id (event) == reading->query.of.task_id))
    reading_wake (reading);
}

/* Nothing is gathered for one who has gone. Not at once, as in here the cancellable cannot
 * be left.
 */
static void
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  Reading *reading = user_data;

  reading->has_news = TRUE;
  if (reading->sleeping != NULL)
    /* check-source: allow source-id: it holds the only reference to its GTask, and always rings */
    g_idle_add_once (on_timer, g_steal_pointer (&reading->sleeping));
}

/* Sees to it that whatever may bring more output wakes the one who reads. What came just
 * before has to be looked for again.
 */
static void
reading_watch (Reading *reading,
               GTask   *gtask)
{
  GCancellable *cancellable = g_task_get_cancellable (gtask);

  if (reading->event_id == 0)
    {
      reading->event_id = g_signal_connect (reading->queue, "event",
                                            G_CALLBACK (on_queue_event), reading);
      reading->has_news = TRUE;
    }
  if (reading->cancelled_id == 0 && cancellable != NULL)
    reading->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
                                                   reading, NULL);
  if (reading->watch_id == 0 && reading->was_running)
    {
      reading->watch_id = hw_output_watch (hw_task_queue_get_output (reading->queue),
                                           &reading->query, on_output_more, reading);
      reading->has_news = reading->has_news || reading->watch_id != 0;
    }
}

/* @gtask is (transfer full). */
static void
wait_for_more (GTask *gtask)
{
  Reading *reading = g_task_get_task_data (gtask);

  reading_watch (reading, gtask);
  if (reading->has_news)
    {
      look_at_task (gtask);
      return;
    }

  reading->sleeping = gtask;
  if (reading->was_running && reading->watch_id == 0)
    reading_wake_after (reading, FOLLOW_INTERVAL);
}

static void
on_timer (gpointer user_data)
{
  GTask *gtask = G_TASK (user_data);
  GError *error = NULL;

  if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (gtask), &error))
    {
      look_at_task (gtask);
      return;
    }

  return_error (gtask, error);
  g_object_unref (gtask);
}

/**
 * hw_task_queue_read_output_async:
 * @self: a queue
 * @principal: who asks
 * @query: what to read; of attempt 0, the newest is read, and at most 1 MiB at once
 * @follow: whether to wait for more if there is nothing yet and the attempt runs, or
 *   there was none yet
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Reads what a program printed.
 */
void
hw_task_queue_read_output_async (HwTaskQueue         *self,
                                 HwPrincipal         *principal,
                                 const HwOutputQuery *query,
                                 gboolean             follow,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  GTask *gtask;
  Reading *reading;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);
  g_return_if_fail (query != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_read_output_async);

  reading = g_new0 (Reading, 1);
  reading->queue = g_object_ref (self);
  reading->principal = hw_principal_ref (principal);
  reading->query = *query;
  reading->query.limit = query->limit == 0 ? CHUNK_MAX : MIN (query->limit, CHUNK_MAX);
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
