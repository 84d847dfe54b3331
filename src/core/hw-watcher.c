/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-watcher.h"

#include "hw-error.h"
#include "hw-task-queue-private.h"

/* What is read at once: an answer of some ten kilobytes. */
#define PAGE_SIZE 256

/* What may be asked for at once: some hundred kilobytes. */
#define LIMIT_MAX 500

/**
 * HwWatcher:
 *
 * Somebody who watches: who they are, what they see, and how far they have come in
 * the transitions and in the levels. It has no memory of its own and no modes: what
 * comes next is always what stands behind its cursors, in the log or in the store.
 *
 * It is pulled: who cannot take more does not ask, and loses nothing by that.
 * Main context only.
 */
struct _HwWatcher
{
  GObject parent_instance;

  HwTaskQueue *queue;     /* (owned) (not nullable) */
  HwPrincipal *principal; /* (owned) (not nullable) */
  HwWatchFilter filter;
  gint64 patience;     /* how long to wait before a heartbeat is told, in microseconds */
  guint limit;         /* how many events are read at once */
  gboolean is_piecewise; /* @limit is that of a stream's piece */
  gboolean has_levels; /* levels are told too */

  guint64 epoch;       /* what the viewer believes */
  guint64 seq;         /* the cursor in the transitions */
  guint64 rev;         /* the cursor in the levels */
  guint64 asked_at;    /* the head when it was last asked how the task is */
  gboolean is_open;    /* the cursors are valid */
  gboolean is_first;   /* nothing was told yet */
  gboolean from_start; /* the viewer knows nothing */
  gboolean has_ended;  /* the one task has, as far as was told */
  gboolean is_caught_up; /* and there was nothing after that */

  GTask *pending; /* (owned) (nullable), who waits for what comes next */
  gulong cancelled_id;
  guint listener;
  guint wake_id;
  guint heartbeat_timer;
  gboolean is_heartbeat_due; /* the timer rang, and something had been heard */
};

G_DEFINE_FINAL_TYPE (HwWatcher, hw_watcher, G_TYPE_OBJECT)

/* One answer goes through these in this order, as far as it has to. */
static void hw_watcher_open (HwWatcher *self);
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);
static void on_snapshot (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);
static void hw_watcher_read (HwWatcher *self);
static void on_older_read (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);
static void hw_watcher_wait (HwWatcher *self);

static void
hw_watcher_stop_waiting (HwWatcher *self)
{
  if (self->listener != 0)
    hw_event_log_remove_listener (hw_task_queue_get_log (self->queue), self->listener);
  self->listener = 0;
  g_clear_handle_id (&self->wake_id, g_source_remove);
}

/* Takes the operation that waits, to answer it. */
static GTask *
hw_watcher_take_pending (HwWatcher *self)
{
  g_cancellable_disconnect (g_task_get_cancellable (self->pending), self->cancelled_id);
  self->cancelled_id = 0;
  hw_watcher_stop_waiting (self);

  if (self->heartbeat_timer != 0)
    hw_clock_remove_timer (hw_task_queue_get_clock (self->queue), self->heartbeat_timer);
  self->heartbeat_timer = 0;
  self->is_heartbeat_due = FALSE;

  return g_steal_pointer (&self->pending);
}

/* @events is (transfer full). */
static void
hw_watcher_return (HwWatcher *self,
                   GPtrArray *events)
{
  g_autoptr(GTask) gtask = hw_watcher_take_pending (self);

  g_task_return_pointer (gtask, events, (GDestroyNotify) g_ptr_array_unref);
}

/* @error is (transfer full). */
static void
hw_watcher_return_error (HwWatcher *self,
                         GError    *error)
{
  g_autoptr(GTask) gtask = hw_watcher_take_pending (self);

  g_task_return_error (gtask, error);
}

/* @event is (transfer full). */
static void
hw_watcher_return_one (HwWatcher *self,
                       HwEvent   *event)
{
  GPtrArray *events = hw_events_new ();

  g_ptr_array_add (events, event);
  hw_watcher_return (self, events);
}

/* Leaves in @events what the viewer sees, and takes note of it. */
static void
hw_watcher_filter (HwWatcher *self,
                   GPtrArray *events)
{
  hw_watch_filter_pick (&self->filter, self->principal, events);

  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);
      HwTaskState state;

      self->rev = MAX (self->rev, hw_event_get_rev (event));
      if (hw_event_get_kind (event) == HW_EVENT_KIND_STATE && hw_event_get_state (event, &state))
        self->has_ended = hw_task_state_is_final (state);
    }
}

static gboolean
hw_watcher_is_valid (HwWatcher *self)
{
  HwEventLog *log = hw_task_queue_get_log (self->queue);

  return self->epoch == hw_task_queue_get_epoch (self->queue) &&
         self->seq <= hw_event_log_get_head (log);
}

/* Tells what is so now, instead of what led there. It may be somewhat older than the levels that
 * the viewer knows, so all of them follow. @snapshot is (transfer full).
 */
static void
hw_watcher_return_snapshot (HwWatcher *self,
                            HwEvent   *snapshot)
{
  self->is_open = TRUE;
  self->is_first = FALSE;
  self->from_start = FALSE;
  self->epoch = hw_event_get_epoch (snapshot);
  self->seq = hw_event_get_seq (snapshot);
  self->rev = 0;
  hw_watcher_return_one (self, snapshot);
}

static void
hw_watcher_return_task (HwWatcher *self,
                        HwTask    *task)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);

  /* Not only at the task's own number: what is after that may be kept no more. */
  guint64 seq = MAX (hw_task_get_seq (task), self->asked_at);

  g_ptr_array_add (tasks, g_object_ref (task));
  self->has_ended = hw_task_state_is_final (hw_task_get_state (task));
  hw_watcher_return_snapshot (self, hw_event_new_snapshot (hw_task_queue_get_epoch (self->queue),
                                                           seq, TRUE, tasks));
}

/* Finds out whether the cursors are any good, and goes back to a snapshot if not. */
static void
hw_watcher_open (HwWatcher *self)
{
  if (self->filter.task_id != 0)
    {
      self->asked_at = hw_event_log_get_head (hw_task_queue_get_log (self->queue));
      hw_task_queue_get_task_async (self->queue, self->principal, self->filter.task_id,
                                    NULL, on_task_got, g_object_ref (self));
      return;
    }

  if (!self->from_start && hw_watcher_is_valid (self))
    {
      self->is_open = TRUE;
      hw_watcher_read (self);
      return;
    }

  hw_snapshots_get_async (hw_task_queue_get_snapshots (self->queue), self->principal,
                          &self->filter, !self->from_start, on_snapshot, g_object_ref (self));
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwWatcher) self = HW_WATCHER (user_data);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (HW_TASK_QUEUE (source), result, &error);

  if (task == NULL)
    {
      hw_watcher_return_error (self, error);
      return;
    }

  /* Where there is a hole in what the viewer could be told. */
  if (self->is_open || (!self->from_start && !hw_watcher_is_valid (self)))
    {
      hw_watcher_return_task (self, task);
      return;
    }

  self->is_open = TRUE;
  self->has_ended = hw_task_state_is_final (hw_task_get_state (task)) &&
                    hw_task_get_seq (task) <= self->seq;
  hw_watcher_read (self);
}

static void
on_snapshot (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwWatcher) self = HW_WATCHER (user_data);
  GError *error = NULL;
  HwEvent *snapshot = hw_snapshots_get_finish (result, &error);

  if (snapshot == NULL)
    hw_watcher_return_error (self, error);
  else
    hw_watcher_return_snapshot (self, snapshot);
}

/* Answers with @events, or waits for there to be some. */
static void
hw_watcher_answer (HwWatcher *self,
                   GPtrArray *events,
                   guint64    reached)
{
  self->is_caught_up = reached >= hw_event_log_get_head (hw_task_queue_get_log (self->queue));
  self->seq = MAX (self->seq, reached);
  if (self->is_caught_up && self->has_levels)
    hw_event_log_read_levels (hw_task_queue_get_log (self->queue), self->filter.task_id, self->rev,
                              events);
  hw_watcher_filter (self, events);

  if (events->len > 0)
    {
      self->is_first = FALSE;
      hw_watcher_return (self, g_ptr_array_ref (events));
    }
  else if (!self->is_caught_up)
    {
      hw_watcher_read (self);
    }
  else if (self->filter.task_id != 0 && self->has_ended)
    {
      hw_watcher_return (self, g_ptr_array_ref (events));
    }
  else
    {
      hw_watcher_wait (self);
    }
}

static void
hw_watcher_read (HwWatcher *self)
{
  HwEventLog *log = hw_task_queue_get_log (self->queue);
  const HwEventQuery query = { self->filter.task_id, self->seq,
                               self->is_piecewise ? 0 : self->limit };
  g_autoptr(GPtrArray) events = hw_events_new ();
  guint64 reached = 0;

  if (hw_event_log_read_recent (log, self->filter.task_id, self->seq, self->limit, events, &reached))
    hw_watcher_answer (self, events, reached);
  else
    hw_event_log_read_older_async (log, &query, g_task_get_cancellable (self->pending),
                                   on_older_read, g_object_ref (self));
}

/* Whether events that the viewer has a right to are there no more. */
static gboolean
hw_watcher_has_hole (HwWatcher         *self,
                     const HwEventPage *page)
{
  guint64 oldest = page->oldest != 0 ? page->oldest : page->head + 1;
  HwEvent *first;

  if (self->seq + 1 >= oldest)
    return FALSE;

  if (!self->from_start || !self->is_first)
    return TRUE;

  first = page->events->len > 0 ? g_ptr_array_index (page->events, 0) : NULL;

  return first == NULL || hw_event_get_kind (first) != HW_EVENT_KIND_ADDED;
}

static void
on_older_read (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(HwWatcher) self = HW_WATCHER (user_data);
  GError *error = NULL;
  g_autoptr(HwEventPage) page = hw_event_log_read_older_finish (HW_EVENT_LOG (source), result,
                                                                &error);

  if (page == NULL)
    {
      hw_watcher_return_error (self, error);
      return;
    }

  if (hw_watcher_has_hole (self, page))
    {
      self->epoch = 0;
      self->from_start = FALSE;
      hw_watcher_open (self);
      return;
    }

  hw_watcher_answer (self, page->events, page->head);
}

static gboolean
on_woken (gpointer user_data)
{
  HwWatcher *self = HW_WATCHER (user_data);

  self->wake_id = 0;
  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->pending)))
    {
      hw_watcher_return_error (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                          "Nobody watches any more"));
      return G_SOURCE_REMOVE;
    }

  hw_watcher_stop_waiting (self);
  hw_watcher_read (self);

  return G_SOURCE_REMOVE;
}

static void
on_log_listened (gpointer user_data)
{
  HwWatcher *self = HW_WATCHER (user_data);

  /* All that comes in this turn of the main loop is told in one answer. */
  if (self->wake_id == 0 && self->listener != 0)
    self->wake_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_woken, self, NULL);
}

static void
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  on_log_listened (user_data);
}

/* Nothing was heard, so nothing up to the head is for this viewer. */
static void
hw_watcher_return_heartbeat (HwWatcher *self)
{
  self->seq = MAX (self->seq, hw_event_log_get_head (hw_task_queue_get_log (self->queue)));
  hw_watcher_return_one (self, hw_event_new_heartbeat (self->epoch, self->seq));
}

static void
on_heartbeat_timer (gpointer user_data)
{
  HwWatcher *self = HW_WATCHER (user_data);

  self->heartbeat_timer = 0;
  self->is_heartbeat_due = TRUE;

  /* Else something was heard, and may be for this viewer. */
  if (self->listener != 0 && self->wake_id == 0)
    hw_watcher_return_heartbeat (self);
}

static void
hw_watcher_wait (HwWatcher *self)
{
  self->epoch = hw_task_queue_get_epoch (self->queue);
  if (self->is_heartbeat_due || self->patience == 0)
    {
      hw_watcher_return_heartbeat (self);
      return;
    }

  self->listener = hw_event_log_add_listener (hw_task_queue_get_log (self->queue), self->filter.task_id,
                                              on_log_listened, self);

  /* What was heard and is not for this viewer does not put a heartbeat off. */
  if (self->heartbeat_timer == 0)
    self->heartbeat_timer = hw_clock_add_timer (hw_task_queue_get_clock (self->queue),
                                                self->patience, on_heartbeat_timer, self);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->pending)))
    on_log_listened (self);
}

static void
hw_watcher_finalize (GObject *object)
{
  HwWatcher *self = HW_WATCHER (object);

  g_clear_pointer (&self->principal, hw_principal_unref);
  hw_watch_filter_clear (&self->filter);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_watcher_parent_class)->finalize (object);
}

static void
hw_watcher_class_init (HwWatcherClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_watcher_finalize;
}

static void
hw_watcher_init (HwWatcher *self)
{
  self->is_first = TRUE;
}

/**
 * hw_watcher_new:
 * @queue: what to watch
 * @principal: who watches
 * @filter: what they see
 * @epoch: the epoch of @after, or 0
 * @after: the number of the last transition that they know, or 0
 *
 * Creates a watcher that goes on after (@epoch, @after). From (0, 0) one task is
 * told from its beginning, and all tasks from a snapshot of those that are live. A
 * pair that is too old, of another database or beyond the head is answered with a
 * snapshot that says `reset`.
 *
 * Returns: (transfer full): a watcher
 */
HwWatcher *
hw_watcher_new (HwTaskQueue         *queue,
                HwPrincipal         *principal,
                const HwWatchFilter *filter,
                guint64              epoch,
                guint64              after)
{
  HwWatcher *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (principal != NULL && filter != NULL, NULL);

  self = g_object_new (HW_TYPE_WATCHER, NULL);
  self->queue = g_object_ref (queue);
  self->principal = hw_principal_ref (principal);
  hw_watch_filter_copy (filter, &self->filter);
  self->epoch = epoch;
  self->seq = after;
  self->from_start = epoch == 0 && after == 0;
  self->patience = HW_WATCHER_PATIENCE;
  self->limit = HW_EVENT_LOG_N_PIECE;
  self->is_piecewise = TRUE;
  self->has_levels = TRUE;

  return self;
}

/**
 * hw_watcher_new_poll:
 * @queue: what to watch
 * @principal: who watches
 * @filter: what they see
 * @epoch: the epoch of @after, or 0
 * @after: the number of the last transition that they know, or 0
 * @poll: how they watch
 *
 * Creates a watcher for one look, as hw_watcher_new() does: what there is, or what
 * comes within a time; a heartbeat if nothing came. Its cursors are then where the
 * next look begins.
 *
 * Returns: (transfer full): a watcher
 */
HwWatcher *
hw_watcher_new_poll (HwTaskQueue         *queue,
                     HwPrincipal         *principal,
                     const HwWatchFilter *filter,
                     guint64              epoch,
                     guint64              after,
                     const HwWatchPoll   *poll)
{
  HwWatcher *self;

  g_return_val_if_fail (poll != NULL, NULL);

  self = hw_watcher_new (queue, principal, filter, epoch, after);
  g_return_val_if_fail (self != NULL, NULL);

  self->patience = MAX (poll->wait, 0);
  self->is_piecewise = poll->is_piecewise;
  if (!poll->is_piecewise)
    self->limit = poll->limit > 0 ? MIN (poll->limit, LIMIT_MAX) : PAGE_SIZE;
  self->has_levels = poll->has_levels;
  self->rev = poll->rev;

  return self;
}

/**
 * hw_watcher_set_patience:
 * @self: a watcher for which nobody waits
 * @patience: how long it waits from now on before it tells a heartbeat, in microseconds
 *
 * Has somebody who has looked once wait for what comes.
 */
void
hw_watcher_set_patience (HwWatcher *self,
                         gint64     patience)
{
  g_return_if_fail (HW_IS_WATCHER (self));
  g_return_if_fail (self->pending == NULL);

  self->patience = patience;
}

/**
 * hw_watcher_get_epoch:
 * @self: a watcher
 *
 * Gets the epoch of what was told: that of hw_watcher_get_seq().
 *
 * Returns: the epoch
 */
guint64
hw_watcher_get_epoch (HwWatcher *self)
{
  g_return_val_if_fail (HW_IS_WATCHER (self), 0);

  return hw_task_queue_get_epoch (self->queue);
}

/**
 * hw_watcher_get_seq:
 * @self: a watcher
 *
 * Gets up to which transition everything was told that is for this viewer.
 *
 * Returns: the number
 */
guint64
hw_watcher_get_seq (HwWatcher *self)
{
  g_return_val_if_fail (HW_IS_WATCHER (self), 0);

  return self->seq;
}

/**
 * hw_watcher_get_rev:
 * @self: a watcher
 *
 * Gets the newest level that was told.
 *
 * Returns: its number
 */
guint64
hw_watcher_get_rev (HwWatcher *self)
{
  g_return_val_if_fail (HW_IS_WATCHER (self), 0);

  return self->rev;
}

/**
 * hw_watcher_get_has_ended:
 * @self: a watcher
 *
 * Tells whether the one task that is watched has ended, and all of it was told.
 *
 * Returns: %TRUE if nothing comes any more, unless somebody retries the task
 */
gboolean
hw_watcher_get_has_ended (HwWatcher *self)
{
  g_return_val_if_fail (HW_IS_WATCHER (self), FALSE);

  return self->filter.task_id != 0 && self->has_ended && self->is_caught_up;
}

/**
 * hw_watcher_may_leave:
 * @self: a watcher for which nobody waits
 *
 * Tells whether all transitions that come next are recent, and there may be some: then whoever
 * knows its cursors and has what is recent can go on without it.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_watcher_may_leave (HwWatcher *self)
{
  g_return_val_if_fail (HW_IS_WATCHER (self), FALSE);

  return self->is_open && self->pending == NULL &&
         (self->filter.task_id == 0 || !self->has_ended) &&
         self->seq >= hw_event_log_get_start (hw_task_queue_get_log (self->queue));
}

/**
 * hw_watcher_next_async:
 * @self: a watcher
 * @cancellable: (nullable): ends the waiting
 * @callback: called when there is something
 * @user_data: data for @callback
 *
 * Waits for what comes next. One at a time.
 */
void
hw_watcher_next_async (HwWatcher          *self,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_return_if_fail (HW_IS_WATCHER (self));
  g_return_if_fail (self->pending == NULL);

  self->pending = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->pending, hw_watcher_next_async);

  /* What the cursors have passed is told, canceled or not: else it would be lost. */
  g_task_set_check_cancellable (self->pending, FALSE);
  if (cancellable != NULL)
    self->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self,
                                                NULL);

  if (self->is_open)
    hw_watcher_read (self);
  else
    hw_watcher_open (self);
}

/**
 * hw_watcher_next_finish:
 * @self: a watcher
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND if there is no such task
 *
 * Ends hw_watcher_next_async().
 *
 * Returns: (transfer full) (element-type HwEvent): what came, in order; empty when
 *   the one task that is watched has ended and all was told; or %NULL
 */
GPtrArray *
hw_watcher_next_finish (HwWatcher    *self,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
