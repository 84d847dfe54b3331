/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-error.h"
#include "hw-level-keeper.h"

/**
 * HwTaskQueue:
 *
 * The door of the house. What anybody wants goes in here as a verb, with who wants
 * it; what happened comes out as #HwTaskQueue::event, after it is on disk.
 *
 * It joins the parts of the core, and holds no task itself: those that run are the
 * dispatcher's, all others the store's. Main context only.
 */
struct _HwTaskQueue
{
  GObject parent_instance;

  HwStore *store;           /* (owned) (not nullable) */
  HwOutput *output;         /* (owned) (not nullable) */
  HwFiles *files;           /* (owned) (nullable): nobody keeps any */
  const char *containment;  /* (nullable): a word of ours, interned */
  HwStoreLimits limits;
  HwClock *clock;           /* (owned) (not nullable) */
  HwTaskTypes *types;       /* (owned) (not nullable) */
  HwEventLog *log;          /* (owned) (not nullable) */
  HwSnapshots *snapshots;   /* (owned) (not nullable) */
  HwDispatcher *dispatcher; /* (owned) (not nullable) */
  HwLevelKeeper *keeper;    /* (owned) (not nullable) */
  HwTally *tally;           /* (owned) (not nullable) */

  HwTaskQueueStage stage;
  guint64 n_pending;
  guint n_processing;
  gboolean is_closed;
};

typedef enum
{
  SIGNAL_EVENT,
} HwTaskQueueSignal;

static guint signals[SIGNAL_EVENT + 1];

G_DEFINE_FINAL_TYPE (HwTaskQueue, hw_task_queue, G_TYPE_OBJECT)

static void
on_dispatcher_level (HwDispatcher *dispatcher,
                     HwEvent      *event,
                     HwTaskQueue  *self)
{
  hw_event_log_set_level (self->log, event);
  hw_level_keeper_note (self->keeper);
  g_signal_emit (self, signals[SIGNAL_EVENT], 0, event);
}

/* Counts what a transition makes of the tasks that have not ended. */
static void
hw_task_queue_count (HwTaskQueue *self,
                     HwEvent     *event,
                     gboolean     was_processing)
{
  gboolean was_pending = !was_processing;
  HwTaskState state;

  if (!hw_event_get_state (event, &state))
    return;

  /* What becomes Pending and did not run is new, or was retried: it had ended. */
  if (hw_event_get_kind (event) == HW_EVENT_KIND_ADDED || state == HW_TASK_STATE_PENDING)
    was_pending = FALSE;

  self->n_pending += (state == HW_TASK_STATE_PENDING) - (was_pending ? 1 : 0);
  self->n_processing += (state == HW_TASK_STATE_PROCESSING) - (was_processing ? 1 : 0);
}

static void
on_store_committed (HwStore     *store,
                    GPtrArray   *events,
                    HwTaskQueue *self)
{
  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);
      guint64 task_id = hw_event_get_task_id (event);
      HwTask *before = hw_dispatcher_lookup (self->dispatcher, task_id);
      HwTask *now = NULL;
      HwTaskState state = HW_TASK_STATE_PENDING;
      gboolean is_change = hw_event_get_kind (event) == HW_EVENT_KIND_STATE;
      gboolean has_state = is_change && hw_event_get_state (event, &state);

      hw_task_queue_count (self, event, before != NULL);
      if (has_state && state != HW_TASK_STATE_PROCESSING)
        hw_tally_take_end (self->tally, event, before);
      hw_dispatcher_fold (self->dispatcher, event);
      if (is_change)
        now = hw_dispatcher_lookup (self->dispatcher, task_id);
      if (has_state && state == HW_TASK_STATE_PROCESSING)
        hw_tally_take_start (self->tally, event, now);

      /* A task that runs no more has no level: a view that comes later reads its end. */
      if (is_change && now == NULL)
        hw_event_log_clear_level (self->log, task_id);
    }

  hw_event_log_append (self->log, events);
  for (guint i = 0; i < events->len; i++)
    g_signal_emit (self, signals[SIGNAL_EVENT], 0, g_ptr_array_index (events, i));

  hw_dispatcher_dispatch (self->dispatcher);
}

static void
hw_task_queue_finalize (GObject *object)
{
  HwTaskQueue *self = HW_TASK_QUEUE (object);

  g_clear_pointer (&self->snapshots, hw_snapshots_free);
  g_clear_pointer (&self->tally, hw_tally_free);
  g_clear_object (&self->keeper);
  g_clear_object (&self->dispatcher);
  g_clear_object (&self->log);
  g_clear_object (&self->types);
  g_clear_object (&self->clock);
  g_clear_object (&self->files);
  g_clear_object (&self->output);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (hw_task_queue_parent_class)->finalize (object);
}

static void
hw_task_queue_class_init (HwTaskQueueClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_task_queue_finalize;

  /**
   * HwTaskQueue::event:
   * @self: a queue
   * @event: what happened
   *
   * Tells what happened, after it is on disk; and how far tasks are. The queue's
   * only signal. A handler may only take note: it must not wait, nor call a verb.
   */
  signals[SIGNAL_EVENT] =
    g_signal_new ("event", HW_TYPE_TASK_QUEUE, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, HW_TYPE_EVENT);
}

static void
hw_task_queue_init (HwTaskQueue *self)
{
}

/**
 * hw_task_queue_new:
 * @store: what remembers
 * @output: what programs printed
 * @clock: what time it is
 * @types: the task types that there are
 * @max_parallel: how many tasks may run at once
 *
 * Creates a queue that begins nothing before hw_task_queue_open_async().
 *
 * Returns: (transfer full): a queue
 */
HwTaskQueue *
hw_task_queue_new (HwStore     *store,
                   HwOutput    *output,
                   HwClock     *clock,
                   HwTaskTypes *types,
                   guint        max_parallel)
{
  HwTaskQueue *self;

  g_return_val_if_fail (HW_IS_STORE (store), NULL);
  g_return_val_if_fail (HW_IS_OUTPUT (output), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (HW_IS_TASK_TYPES (types), NULL);

  self = g_object_new (HW_TYPE_TASK_QUEUE, NULL);
  self->store = g_object_ref (store);
  self->output = g_object_ref (output);
  self->clock = g_object_ref (clock);
  self->types = g_object_ref (types);
  self->log = hw_event_log_new (store);
  self->snapshots = hw_snapshots_new (self);
  self->tally = hw_tally_new ();
  self->dispatcher = hw_dispatcher_new (store, clock, types, max_parallel);
  self->keeper = hw_level_keeper_new (store, clock, self->log, self->dispatcher);
  g_signal_connect_object (self->dispatcher, "level", G_CALLBACK (on_dispatcher_level), self,
                           G_CONNECT_DEFAULT);

  return self;
}

/**
 * hw_task_queue_set_runner:
 * @self: a queue
 * @kind: what kind of work
 * @runner: who carries it out
 *
 * Says who carries out a kind of work: before hw_task_queue_open_async().
 */
void
hw_task_queue_set_runner (HwTaskQueue *self,
                          HwRunnerKind kind,
                          HwRunner    *runner)
{
  g_return_if_fail (HW_IS_TASK_QUEUE (self));

  hw_dispatcher_set_runner (self->dispatcher, kind, runner);
}

/**
 * hw_task_queue_set_files:
 * @self: a queue
 * @files: the files that programs leave as results
 *
 * Says where the results of programs are: before anybody asks for one.
 */
void
hw_task_queue_set_files (HwTaskQueue *self,
                         HwFiles     *files)
{
  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (HW_IS_FILES (files));

  g_set_object (&self->files, files);
}

/**
 * hw_task_queue_set_containment:
 * @self: a queue
 * @containment: `scope`, `cgroup` or `session`
 *
 * Says how programs that begin from now on are held together.
 */
void
hw_task_queue_set_containment (HwTaskQueue *self,
                               const char  *containment)
{
  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (containment != NULL);

  self->containment = g_intern_string (containment);
}

/**
 * hw_task_queue_get_containment:
 * @self: a queue
 *
 * Gets how programs are held together.
 *
 * Returns: (nullable): a word, or %NULL if nobody said
 */
const char *
hw_task_queue_get_containment (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return self->containment;
}

/**
 * hw_task_queue_set_limits:
 * @self: a queue
 * @limits: what is kept of tasks that have ended; copied
 *
 * Says what is kept, so that all can be told. It is #HwRetention that removes the rest.
 */
void
hw_task_queue_set_limits (HwTaskQueue         *self,
                          const HwStoreLimits *limits)
{
  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (limits != NULL);

  self->limits = *limits;
}

/**
 * hw_task_queue_get_limits:
 * @self: a queue
 *
 * Gets what is kept of tasks that have ended.
 *
 * Returns: (transfer none): the limits
 */
const HwStoreLimits *
hw_task_queue_get_limits (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return &self->limits;
}

/**
 * hw_task_queue_set_stage:
 * @self: a queue
 * @stage: where in its life the daemon is
 *
 * Says so to whoever asks whether it is ready. The queue itself does nothing else for it.
 */
void
hw_task_queue_set_stage (HwTaskQueue     *self,
                         HwTaskQueueStage stage)
{
  g_return_if_fail (HW_IS_TASK_QUEUE (self));

  self->stage = stage;
}

HwTaskQueueStage
hw_task_queue_get_stage (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), HW_TASK_QUEUE_STARTING);

  return self->stage;
}

/* Without what is recent every watcher that comes back reads it for itself, no more. Once the
 * queue is closed, so may be the store, and nobody comes back.
 */
static void
on_log_recalled (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskQueue *self = g_task_get_source_object (gtask);
  g_autoptr(GError) error = NULL;

  if (!hw_event_log_recall_finish (HW_EVENT_LOG (source), result, &error) && !self->is_closed)
    g_warning ("The newest events cannot be read again: %s", error->message);

  g_task_return_boolean (gtask, TRUE);
}

static void
on_open_listed (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskQueue *self = g_task_get_source_object (gtask);
  GError *error = NULL;
  g_autoptr(HwTaskPage) page = hw_store_list_finish (HW_STORE (source), result, &error);

  if (page == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  self->n_pending = page->counts.n_in_state[HW_TASK_STATE_PENDING];
  self->n_processing = page->tasks->len;
  hw_event_log_begin (self->log, page->seq);
  g_signal_connect_object (self->store, "committed", G_CALLBACK (on_store_committed), self,
                           G_CONNECT_DEFAULT);
  hw_dispatcher_open (self->dispatcher, page);
  hw_event_log_recall_async (self->log, on_log_recalled, g_steal_pointer (&gtask));
}

/**
 * hw_task_queue_open_async:
 * @self: a queue
 * @cancellable: (nullable): a cancellable
 * @callback: called when the queue knows where it was
 * @user_data: data for @callback
 *
 * Finds every task again, and begins those that wait.
 */
void
hw_task_queue_open_async (HwTaskQueue        *self,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr(GTask) gtask = NULL;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_open_async);

  hw_store_list_open_async (self->store, cancellable, on_open_listed, g_steal_pointer (&gtask));
}

/**
 * hw_task_queue_open_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_task_queue_open_async().
 *
 * Returns: whether the queue is open
 */
gboolean
hw_task_queue_open_finish (HwTaskQueue  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * hw_task_queue_close:
 * @self: a queue
 *
 * Begins nothing more, and ends what runs; the next start goes on from there.
 */
void
hw_task_queue_close (HwTaskQueue *self)
{
  g_return_if_fail (HW_IS_TASK_QUEUE (self));

  self->is_closed = TRUE;
  hw_level_keeper_close (self->keeper);
  hw_dispatcher_close (self->dispatcher);
}

guint64
hw_task_queue_get_epoch (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), 0);

  return hw_store_get_epoch (self->store);
}

HwClock *
hw_task_queue_get_clock (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return self->clock;
}

HwTaskTypes *
hw_task_queue_get_types (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return self->types;
}

/**
 * hw_task_queue_get_log:
 * @self: a queue
 *
 * Gets what watchers read from.
 *
 * Returns: (transfer none): the log
 */
HwEventLog *
hw_task_queue_get_log (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return self->log;
}

/**
 * hw_task_queue_get_tally:
 * @self: a queue
 *
 * Gets what began and ended since the queue was opened.
 *
 * Returns: (transfer none): the tally
 */
HwTally *
hw_task_queue_get_tally (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return self->tally;
}

/**
 * hw_task_queue_get_n_pending:
 * @self: a queue
 *
 * Counts the tasks that wait, after the newest event.
 *
 * Returns: how many
 */
guint64
hw_task_queue_get_n_pending (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), 0);

  return self->n_pending;
}

/**
 * hw_task_queue_get_n_processing:
 * @self: a queue
 *
 * Counts the tasks that run, after the newest event.
 *
 * Returns: how many
 */
guint
hw_task_queue_get_n_processing (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), 0);

  return self->n_processing;
}

HwStore *
hw_task_queue_get_store (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return self->store;
}

HwDispatcher *
hw_task_queue_get_dispatcher (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return self->dispatcher;
}

HwSnapshots *
hw_task_queue_get_snapshots (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return self->snapshots;
}

HwOutput *
hw_task_queue_get_output (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return self->output;
}

HwFiles *
hw_task_queue_get_files (HwTaskQueue *self)
{
  g_return_val_if_fail (HW_IS_TASK_QUEUE (self), NULL);

  return self->files;
}
