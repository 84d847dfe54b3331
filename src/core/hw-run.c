/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-run.h"

#include "hw-message.h"

#include <string.h>

/**
 * HwRun:
 *
 * One attempt at a task, as its runner sees it: parameters go in; progress,
 * messages and the end come out. It knows nothing of the queue, and cannot move
 * the task between states.
 *
 * A runner may report from any thread. Who listens hears of it in the main
 * context where the run was made, as often as it comes round to it: progress is
 * one slot where the newest wins, so a fast runner never fills any memory.
 */
struct _HwRun
{
  GObject parent_instance;

  guint64 epoch;
  guint64 task_id;
  guint attempt;
  HwTaskType *type;      /* (owned) (not nullable) */
  GVariant *parameters;  /* (owned) (not nullable) */
  gint64 timeout;        /* in µs, or 0 for none; set before the start */
  GMainContext *context; /* (owned) (not nullable): where the signals are emitted */
  GThread *thread;       /* (unowned): whose context that is, only to compare */

  GMutex lock;           /* of all below */
  HwRunLevel level;      /* the newest */
  gboolean has_level;    /* that nobody took yet */
  GPtrArray *messages;   /* (owned) (element-type utf8): that nobody took yet */
  GSource *source;       /* (owned) (nullable): will emit `changed` */
  gboolean is_stopping;
  gboolean is_paused;
  char *canceled_by;       /* (owned) (nullable): set once */
  const char *containment; /* (nullable): a static string */
  gboolean is_finished;
};

typedef enum
{
  SIGNAL_CHANGED,
  SIGNAL_FINISHED,
} HwRunSignal;

static guint signals[SIGNAL_FINISHED + 1];

/* Messages that may wait for their reader. One round of the main context takes
 * them all, so only a runner that says more than anybody can read meets this.
 */
#define MAX_MESSAGES 100

/* Parts of a share: finer than any bar, and exact in a double. */
#define SHARE_PARTS 1000000

G_DEFINE_FINAL_TYPE (HwRun, hw_run, G_TYPE_OBJECT)

static gboolean
on_changed (gpointer user_data)
{
  HwRun *self = HW_RUN (user_data);

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->source, g_source_unref);
  g_mutex_unlock (&self->lock);

  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);

  return G_SOURCE_REMOVE;
}

/* Has `changed` emitted soon, if it is not going to be. Holds the lock. */
static void
hw_run_wake (HwRun *self)
{
  if (self->source != NULL)
    return;

  self->source = g_idle_source_new ();
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (self->source, "[headway] HwRun::changed");
  g_source_set_callback (self->source, on_changed, g_object_ref (self), g_object_unref);
  g_source_attach (self->source, self->context);
}

static void
hw_run_finalize (GObject *object)
{
  HwRun *self = HW_RUN (object);

  /* A waiting source would hold a reference. */
  g_assert (self->source == NULL);

  g_clear_object (&self->type);
  g_clear_pointer (&self->parameters, g_variant_unref);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_clear_pointer (&self->canceled_by, g_free);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (hw_run_parent_class)->finalize (object);
}

static void
hw_run_class_init (HwRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_run_finalize;

  /**
   * HwRun::changed:
   * @self: a run
   *
   * There is progress or a message to take. However much comes meanwhile, this is
   * told once until the main context has come round.
   */
  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * HwRun::finished:
   * @self: a run
   * @outcome: (type gpointer) (transfer none): the #HwOutcome, gone after the signal
   *
   * The attempt has ended. Told exactly once, after the last #HwRun::changed.
   */
  signals[SIGNAL_FINISHED] =
    g_signal_new ("finished", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
hw_run_init (HwRun *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_self ();
  self->messages = g_ptr_array_new_with_free_func (g_free);
}

/**
 * hw_run_new:
 * @epoch: the database's number
 * @task_id: the task
 * @attempt: which attempt at it
 * @type: the task's type
 * @parameters: an `a{sv}` that @type accepted, consumed if floating
 *
 * Creates an attempt. Its signals are emitted in the thread-default main context
 * of the caller.
 *
 * Returns: (transfer full): a new run
 */
HwRun *
hw_run_new (guint64     epoch,
            guint64     task_id,
            guint       attempt,
            HwTaskType *type,
            GVariant   *parameters)
{
  HwRun *self;

  g_return_val_if_fail (HW_IS_TASK_TYPE (type), NULL);
  g_return_val_if_fail (parameters != NULL, NULL);
  g_return_val_if_fail (g_variant_is_of_type (parameters, G_VARIANT_TYPE_VARDICT), NULL);

  self = g_object_new (HW_TYPE_RUN, NULL);
  self->epoch = epoch;
  self->task_id = task_id;
  self->attempt = attempt;
  self->type = g_object_ref (type);
  self->parameters = g_variant_ref_sink (parameters);

  return self;
}

/**
 * hw_run_get_epoch:
 * @self: a run
 *
 * Gets the number of the database that knows the task. Any thread.
 *
 * Returns: the epoch
 */
guint64
hw_run_get_epoch (HwRun *self)
{
  g_return_val_if_fail (HW_IS_RUN (self), 0);

  return self->epoch;
}

/**
 * hw_run_get_task_id:
 * @self: a run
 *
 * Gets the task that is attempted. Any thread.
 *
 * Returns: its ID
 */
guint64
hw_run_get_task_id (HwRun *self)
{
  g_return_val_if_fail (HW_IS_RUN (self), 0);

  return self->task_id;
}

/**
 * hw_run_get_attempt:
 * @self: a run
 *
 * Gets which attempt at the task this is. Any thread.
 *
 * Returns: its number
 */
guint
hw_run_get_attempt (HwRun *self)
{
  g_return_val_if_fail (HW_IS_RUN (self), 0);

  return self->attempt;
}

/**
 * hw_run_get_task_type:
 * @self: a run
 *
 * Gets the type of the task. Any thread.
 *
 * Returns: (transfer none): the type
 */
HwTaskType *
hw_run_get_task_type (HwRun *self)
{
  g_return_val_if_fail (HW_IS_RUN (self), NULL);

  return self->type;
}

/**
 * hw_run_get_parameters:
 * @self: a run
 *
 * Gets what the task was asked to do. Any thread.
 *
 * Returns: (transfer none): an `a{sv}`
 */
GVariant *
hw_run_get_parameters (HwRun *self)
{
  g_return_val_if_fail (HW_IS_RUN (self), NULL);

  return self->parameters;
}

/**
 * hw_run_list_secrets:
 * @self: a run
 *
 * Lists the texts that nobody may read in what the attempt prints. Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): the texts, perhaps none
 */
char **
hw_run_list_secrets (HwRun *self)
{
  g_return_val_if_fail (HW_IS_RUN (self), NULL);

  return hw_task_type_list_secrets (self->type, self->parameters);
}

/**
 * hw_run_set_timeout:
 * @self: a run that nobody has begun
 * @timeout: how long it may take, in microseconds, or 0 for any time
 *
 * Limits the time that the attempt may take. Whoever carries it out keeps to that.
 */
void
hw_run_set_timeout (HwRun *self,
                    gint64 timeout)
{
  g_return_if_fail (HW_IS_RUN (self));
  g_return_if_fail (timeout >= 0);

  self->timeout = timeout;
}

/**
 * hw_run_get_timeout:
 * @self: a run
 *
 * Gets how long the attempt may take from its beginning, pauses not counted, until it ends
 * with %HW_RESULT_TIMEOUT. Any thread.
 *
 * Returns: the time in microseconds, or 0 for any
 */
gint64
hw_run_get_timeout (HwRun *self)
{
  g_return_val_if_fail (HW_IS_RUN (self), 0);

  return self->timeout;
}

static void
hw_run_set_level (HwRun            *self,
                  const HwRunLevel *level)
{
  g_mutex_lock (&self->lock);

  if (!self->is_finished &&
      (level->total != self->level.total || level->is_share != self->level.is_share ||
       level->done >= self->level.done))
    {
      self->level = *level;
      self->has_level = TRUE;
      hw_run_wake (self);
    }

  g_mutex_unlock (&self->lock);
}

/**
 * hw_run_set_canceled_by:
 * @self: a run
 * @actor: who
 *
 * Says who wants the work to end: a person, or what a former daemon wrote down about one.
 * The first who does stays it. Any thread.
 */
void
hw_run_set_canceled_by (HwRun      *self,
                        const char *actor)
{
  g_return_if_fail (HW_IS_RUN (self));
  g_return_if_fail (actor != NULL);

  g_mutex_lock (&self->lock);
  if (self->canceled_by == NULL)
    self->canceled_by = g_strdup (actor);
  g_mutex_unlock (&self->lock);
}

/**
 * hw_run_get_canceled_by:
 * @self: a run
 *
 * Gets who wants the work to end. Any thread.
 *
 * Returns: (transfer none) (nullable): who, or %NULL if nobody does
 */
const char *
hw_run_get_canceled_by (HwRun *self)
{
  const char *actor;

  g_return_val_if_fail (HW_IS_RUN (self), NULL);

  g_mutex_lock (&self->lock);
  actor = self->canceled_by;
  g_mutex_unlock (&self->lock);

  return actor;
}

/**
 * hw_run_set_progress:
 * @self: a run
 * @done: how much is done
 * @total: how much there is to do, or 0 if nobody knows
 * @unit: (nullable): what is counted, a static string such as `bytes`
 *
 * Says how far the attempt is. The newest level wins, except that what is done
 * never falls while @total stays. May be called as often as a runner likes, from
 * any thread; after the end it does nothing.
 */
void
hw_run_set_progress (HwRun      *self,
                     guint64     done,
                     guint64     total,
                     const char *unit)
{
  const HwRunLevel level = {
    .done = total > 0 ? MIN (done, total) : done,
    .total = total,
    .unit = unit,
  };

  g_return_if_fail (HW_IS_RUN (self));

  hw_run_set_level (self, &level);
}

/**
 * hw_run_set_share:
 * @self: a run
 * @share: how much of the work is done, from 0 to 1
 *
 * Says how far the attempt is, if nothing is counted there. All else is as with
 * hw_run_set_progress(): it never falls.
 */
void
hw_run_set_share (HwRun *self,
                  double share)
{
  HwRunLevel level = { .total = SHARE_PARTS, .is_share = TRUE };

  g_return_if_fail (HW_IS_RUN (self));
  g_return_if_fail (share >= 0 && share <= 1);

  level.done = (guint64) (share * SHARE_PARTS + 0.5);
  hw_run_set_level (self, &level);
}

/**
 * hw_run_send_message:
 * @self: a run
 * @format: what to say
 * @...: arguments of @format
 *
 * Says something to whoever watches the task, in at most 1,024 bytes. May be
 * called from any thread; after the end it does nothing. If 100 messages wait for
 * their reader, a new one takes the place of the last.
 */
void
hw_run_send_message (HwRun      *self,
                     const char *format,
                     ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  g_return_if_fail (HW_IS_RUN (self));
  g_return_if_fail (format != NULL);

  va_start (arguments, format);
  message = hw_message_trim (g_strdup_vprintf (format, arguments));
  va_end (arguments);

  g_mutex_lock (&self->lock);

  if (!self->is_finished)
    {
      if (self->messages->len == MAX_MESSAGES)
        g_ptr_array_remove_index (self->messages, MAX_MESSAGES - 1);

      g_ptr_array_add (self->messages, g_steal_pointer (&message));
      hw_run_wake (self);
    }

  g_mutex_unlock (&self->lock);
}

/**
 * hw_run_set_stopping:
 * @self: a run
 *
 * Says that the work is about to end because somebody wants it to: for a runner that
 * hears so of work that it adopted. Any thread.
 */
void
hw_run_set_stopping (HwRun *self)
{
  g_return_if_fail (HW_IS_RUN (self));

  g_mutex_lock (&self->lock);

  if (!self->is_finished && !self->is_stopping)
    {
      self->is_stopping = TRUE;
      hw_run_wake (self);
    }

  g_mutex_unlock (&self->lock);
}

/**
 * hw_run_set_paused:
 * @self: a run
 * @is_paused: whether the work stands still
 *
 * Says that the work stands still because somebody wants it to, or goes on. Any thread.
 */
void
hw_run_set_paused (HwRun   *self,
                   gboolean is_paused)
{
  g_return_if_fail (HW_IS_RUN (self));

  g_mutex_lock (&self->lock);

  if (!self->is_finished && self->is_paused != is_paused)
    {
      self->is_paused = is_paused;
      hw_run_wake (self);
    }

  g_mutex_unlock (&self->lock);
}

/**
 * hw_run_set_containment:
 * @self: a run
 * @containment: a static word
 *
 * Says what holds the processes of the attempt together: `scope`, `cgroup` or `session`.
 * Any thread.
 */
void
hw_run_set_containment (HwRun      *self,
                        const char *containment)
{
  g_return_if_fail (HW_IS_RUN (self));
  g_return_if_fail (containment != NULL);

  g_mutex_lock (&self->lock);

  if (!self->is_finished && g_strcmp0 (self->containment, containment) != 0)
    {
      self->containment = containment;
      hw_run_wake (self);
    }

  g_mutex_unlock (&self->lock);
}

/**
 * hw_run_finish:
 * @self: a run
 * @outcome: (transfer full): how the attempt ended
 *
 * Ends the attempt, once. What was reported before is told before. Only in the
 * thread that made the run.
 */
void
hw_run_finish (HwRun     *self,
               HwOutcome *outcome)
{
  g_autoptr(HwRun) keep_alive = NULL;
  g_autoptr(HwOutcome) owned = outcome;
  g_autoptr(GSource) source = NULL;

  g_return_if_fail (HW_IS_RUN (self));
  g_return_if_fail (outcome != NULL);
  g_return_if_fail (g_thread_self () == self->thread);
  g_return_if_fail (!self->is_finished);

  keep_alive = g_object_ref (self);

  g_mutex_lock (&self->lock);
  self->is_finished = TRUE;
  source = g_steal_pointer (&self->source);
  g_mutex_unlock (&self->lock);

  if (source != NULL)
    {
      g_source_destroy (source);
      g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
    }

  g_signal_emit (self, signals[SIGNAL_FINISHED], 0, owned);
}

/**
 * hw_run_take_progress:
 * @self: a run
 * @level: (out caller-allocates): where to put the newest level
 *
 * Takes the newest level, unless it was taken before. Any thread.
 *
 * Returns: %TRUE if there was a new one
 */
gboolean
hw_run_take_progress (HwRun      *self,
                      HwRunLevel *level)
{
  gboolean has_level;

  g_return_val_if_fail (HW_IS_RUN (self), FALSE);
  g_return_val_if_fail (level != NULL, FALSE);

  g_mutex_lock (&self->lock);

  has_level = self->has_level;
  self->has_level = FALSE;
  if (has_level)
    *level = self->level;

  g_mutex_unlock (&self->lock);

  return has_level;
}

/**
 * hw_run_take_messages:
 * @self: a run
 *
 * Takes the messages that nobody took, oldest first. Any thread.
 *
 * Returns: (transfer full) (element-type utf8): the messages, perhaps none
 */
GPtrArray *
hw_run_take_messages (HwRun *self)
{
  g_autoptr(GPtrArray) messages = NULL;

  g_return_val_if_fail (HW_IS_RUN (self), NULL);

  g_mutex_lock (&self->lock);
  messages = g_steal_pointer (&self->messages);
  self->messages = g_ptr_array_new_with_free_func (g_free);
  g_mutex_unlock (&self->lock);

  return g_steal_pointer (&messages);
}

/**
 * hw_run_get_is_stopping:
 * @self: a run
 *
 * Tells whether the runner said that the work is about to end. Any thread.
 *
 * Returns: %TRUE if hw_run_set_stopping() was called
 */
gboolean
hw_run_get_is_stopping (HwRun *self)
{
  gboolean is_stopping;

  g_return_val_if_fail (HW_IS_RUN (self), FALSE);

  g_mutex_lock (&self->lock);
  is_stopping = self->is_stopping;
  g_mutex_unlock (&self->lock);

  return is_stopping;
}

/**
 * hw_run_get_is_paused:
 * @self: a run
 *
 * Tells whether the work stands still. Any thread.
 *
 * Returns: what hw_run_set_paused() was called with last
 */
gboolean
hw_run_get_is_paused (HwRun *self)
{
  gboolean is_paused;

  g_return_val_if_fail (HW_IS_RUN (self), FALSE);

  g_mutex_lock (&self->lock);
  is_paused = self->is_paused;
  g_mutex_unlock (&self->lock);

  return is_paused;
}

/**
 * hw_run_get_containment:
 * @self: a run
 *
 * Gets what holds the processes of the attempt together. Any thread.
 *
 * Returns: (nullable): a static word, or %NULL if there are none, or not yet
 */
const char *
hw_run_get_containment (HwRun *self)
{
  const char *containment;

  g_return_val_if_fail (HW_IS_RUN (self), NULL);

  g_mutex_lock (&self->lock);
  containment = self->containment;
  g_mutex_unlock (&self->lock);

  return containment;
}
