/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt.h"

#include "hw-error.h"

/* How long a task may take to end by itself once it was asked to. */
#define GRACE (10 * G_USEC_PER_SEC)

/* A level oftener than that is more than anyone can read. */
#define LEVEL_INTERVAL (G_USEC_PER_SEC / 10)

/* Messages are kept for good: more than that is chatter, and told as a level. */
#define MESSAGES_A_SECOND 10
#define MESSAGES_IN_ALL 1000

/* What the disk refused is tried again after that. */
#define RETRY_INTERVAL G_USEC_PER_SEC

/* Who made a change that nobody asked for. */
#define ACTOR "queue"

/* What is done, of what is to be done, before it has succeeded: all of it at most
 * then, so that a full bar always means an ended task.
 */
#define ALMOST_ALL 0.999

/**
 * HwAttempt:
 *
 * One attempt of one task: has it carried out by a runner, passes on what the run
 * says of itself, at a rate that viewers and disk can bear, and proposes to the
 * store what follows from its end.
 *
 * It decides nothing about other tasks, and keeps no task's state: that comes back
 * from the store as an event. Main context only.
 */
struct _HwAttempt
{
  GObject parent_instance;

  HwStore *store;   /* (owned) (not nullable) */
  HwClock *clock;   /* (owned) (not nullable) */
  HwRunner *runner; /* (owned) (not nullable) */
  HwRun *run;       /* (owned) (not nullable) */

  char *canceled_by;    /* (owned) (nullable) */
  gboolean is_stopping; /* the work says so: a former daemon was asked */
  gboolean is_abandoned;

  HwRunLevel level; /* the newest */
  gboolean has_level;
  gboolean has_news;   /* the newest was not told */
  char *level_message; /* (owned) (nullable), one that is not kept */
  gint64 level_time;   /* when one was told */
  guint level_timer;

  guint n_messages; /* of the task, those of former attempts too */
  double message_tokens;
  gint64 message_time;

  HwChange *ending; /* (owned) (nullable), what the store has still to take */
  guint retry_timer;
};

typedef enum
{
  SIGNAL_LEVEL,
} HwAttemptSignal;

static guint signals[SIGNAL_LEVEL + 1];

G_DEFINE_FINAL_TYPE (HwAttempt, hw_attempt, G_TYPE_OBJECT)

static void on_runner_started (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void on_runner_adopted (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void on_ending_committed (GObject      *source,
                                 GAsyncResult *result,
                                 gpointer      user_data);

static void
insert (GVariantDict *fields,
        HwTaskField   field,
        GVariant     *value)
{
  g_variant_dict_insert_value (fields, hw_task_field_get_name (field), value);
}

static void
insert_string (GVariantDict *fields,
               HwTaskField   field,
               const char   *value)
{
  if (value != NULL)
    insert (fields, field, g_variant_new_string (value));
}

static void
insert_level (GVariantDict     *fields,
              const HwRunLevel *level)
{
  if (level->total > 0)
    {
      double progress = MIN ((double) level->done / (double) level->total, ALMOST_ALL);

      insert (fields, HW_TASK_FIELD_PROGRESS, g_variant_new_double (progress));
      insert (fields, HW_TASK_FIELD_TOTAL, g_variant_new_uint64 (level->total));
    }

  insert (fields, HW_TASK_FIELD_DONE, g_variant_new_uint64 (level->done));
  insert_string (fields, HW_TASK_FIELD_UNIT, level->unit);
}

static void
hw_attempt_propose (HwAttempt          *self,
                    HwChange           *change,
                    GAsyncReadyCallback callback)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);

  g_ptr_array_add (changes, hw_change_ref (change));
  hw_store_commit_async (self->store, changes, NULL, callback, g_object_ref (self));
}

static void
on_retry_timer (gpointer user_data)
{
  HwAttempt *self = HW_ATTEMPT (user_data);

  self->retry_timer = 0;
  hw_attempt_propose (self, self->ending, on_ending_committed);
}

static void
on_ending_committed (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(HwAttempt) self = HW_ATTEMPT (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  if (events != NULL || self->is_abandoned)
    return;

  g_warning ("Could not write down the end of task %" G_GUINT64_FORMAT ": %s",
             hw_run_get_task_id (self->run), error->message);
  if (!g_error_matches (error, HW_ERROR, HW_ERROR_CONFLICT))
    self->retry_timer = hw_clock_add_timer (self->clock, RETRY_INTERVAL, on_retry_timer, self);
}

/* Proposes a state to follow Processing. Takes what @fields holds. */
static void
hw_attempt_leave (HwAttempt    *self,
                  HwTaskState   state,
                  const char   *actor,
                  GVariantDict *fields)
{
  gint64 now = hw_clock_get_real_time (self->clock);

  if (self->is_abandoned || self->ending != NULL)
    return;

  insert_string (fields, HW_TASK_FIELD_STATE, hw_task_state_to_string (state));
  if (hw_task_state_is_final (state))
    insert (fields, HW_TASK_FIELD_ENDED_AT, g_variant_new_int64 (now));

  self->ending = hw_change_new_state (hw_run_get_task_id (self->run), HW_TASK_STATE_PROCESSING,
                                      hw_run_get_attempt (self->run), actor, now,
                                      g_variant_dict_end (fields));
  hw_attempt_propose (self, self->ending, on_ending_committed);
}

static void
hw_attempt_fail (HwAttempt  *self,
                 HwResult    result,
                 const char *actor,
                 const char *sentence)
{
  g_auto(GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);

  insert_string (&fields, HW_TASK_FIELD_RESULT, hw_result_to_string (result));
  insert_string (&fields, HW_TASK_FIELD_ERROR, sentence);
  hw_attempt_leave (self, HW_TASK_STATE_FAILED, actor, &fields);
}

static void
on_message_committed (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr(HwAttempt) self = HW_ATTEMPT (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  if (events == NULL && !self->is_abandoned)
    g_warning ("Lost a message of task %" G_GUINT64_FORMAT ": %s",
               hw_run_get_task_id (self->run), error->message);
}

/* Whether one more message may be kept: a bucket that fills with time. */
static gboolean
hw_attempt_take_message_token (HwAttempt *self)
{
  gint64 now = hw_clock_get_monotonic_time (self->clock);
  double seconds = (double) (now - self->message_time) / G_USEC_PER_SEC;

  self->message_time = now;
  self->message_tokens = MIN (self->message_tokens + seconds * MESSAGES_A_SECOND,
                              MESSAGES_A_SECOND);

  if (self->n_messages >= MESSAGES_IN_ALL || self->message_tokens < 1)
    return FALSE;

  self->n_messages++;
  self->message_tokens -= 1;

  return TRUE;
}

static void
hw_attempt_clear_level_timer (HwAttempt *self)
{
  if (self->level_timer != 0)
    hw_clock_remove_timer (self->clock, self->level_timer);
  self->level_timer = 0;
}

static void
hw_attempt_clear_retry_timer (HwAttempt *self)
{
  if (self->retry_timer != 0)
    hw_clock_remove_timer (self->clock, self->retry_timer);
  self->retry_timer = 0;
}

static void
hw_attempt_tell_level (HwAttempt *self)
{
  g_auto(GVariantDict) changes = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GVariant) owned = NULL;

  if (self->has_level)
    insert_level (&changes, &self->level);
  insert_string (&changes, HW_TASK_FIELD_MESSAGE, self->level_message);
  if (self->canceled_by != NULL || hw_run_get_is_stopping (self->run))
    insert_string (&changes, HW_TASK_FIELD_ACTIVITY, "stopping");
  g_clear_pointer (&self->level_message, g_free);
  self->level_time = hw_clock_get_monotonic_time (self->clock);
  self->has_news = FALSE;
  hw_attempt_clear_level_timer (self);

  owned = g_variant_ref_sink (g_variant_dict_end (&changes));
  g_signal_emit (self, signals[SIGNAL_LEVEL], 0, owned);
}

static void
on_level_timer (gpointer user_data)
{
  HwAttempt *self = HW_ATTEMPT (user_data);

  self->level_timer = 0;

  /* A message that came after all may have been kept instead. */
  if (self->has_news || self->level_message != NULL)
    hw_attempt_tell_level (self);
}

/* Tells the level now, or when it is due. */
static void
hw_attempt_schedule_level (HwAttempt *self)
{
  gint64 due = self->level_time + LEVEL_INTERVAL;
  gint64 now = hw_clock_get_monotonic_time (self->clock);

  if (self->level_timer != 0)
    return;

  if (self->level_time == 0 || now >= due)
    hw_attempt_tell_level (self);
  else
    self->level_timer = hw_clock_add_timer (self->clock, due - now, on_level_timer, self);
}

static void
hw_attempt_pass_messages (HwAttempt *self)
{
  g_autoptr(GPtrArray) messages = hw_run_take_messages (self->run);

  for (guint i = 0; i < messages->len; i++)
    {
      const char *message = g_ptr_array_index (messages, i);
      g_autoptr(HwChange) change = NULL;

      if (!hw_attempt_take_message_token (self))
        {
          g_free (self->level_message);
          self->level_message = g_strdup (message);
          continue;
        }

      g_clear_pointer (&self->level_message, g_free);
      change = hw_change_new_message (hw_run_get_task_id (self->run),
                                      hw_run_get_attempt (self->run), ACTOR,
                                      hw_clock_get_real_time (self->clock), message);
      hw_attempt_propose (self, change, on_message_committed);
    }
}

static void
on_run_changed (HwRun     *run,
                HwAttempt *self)
{
  if (self->is_abandoned || self->ending != NULL)
    return;

  hw_attempt_pass_messages (self);

  if (hw_run_take_progress (run, &self->level))
    {
      self->has_level = TRUE;
      self->has_news = TRUE;
    }
  if (hw_run_get_is_stopping (run) && !self->is_stopping)
    {
      self->is_stopping = TRUE;
      self->has_news = TRUE;
    }

  if (self->has_news || self->level_message != NULL)
    hw_attempt_schedule_level (self);
}

/* The queue tries again: the task is Pending, and nothing is known of the attempt. */
static void
hw_attempt_requeue (HwAttempt *self)
{
  g_auto(GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);

  hw_attempt_leave (self, HW_TASK_STATE_PENDING, ACTOR, &fields);
}

/* Whether what was interrupted is tried again. Whoever canceled it meanwhile does not want
 * that.
 */
static gboolean
hw_attempt_is_requeued (HwAttempt *self)
{
  HwTaskType *type = hw_run_get_task_type (self->run);

  return self->canceled_by == NULL &&
         hw_task_type_get_on_interrupt (type) == HW_ON_INTERRUPT_REQUEUE;
}

static void
on_run_finished (HwRun           *run,
                 const HwOutcome *outcome,
                 HwAttempt       *self)
{
  g_auto(GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);
  gboolean is_success = outcome->result == HW_RESULT_SUCCESS;
  gboolean is_canceled = outcome->result == HW_RESULT_CANCELED && self->canceled_by != NULL;

  hw_attempt_clear_level_timer (self);
  if (outcome->result == HW_RESULT_INTERRUPTED && hw_attempt_is_requeued (self))
    {
      hw_attempt_requeue (self);
      return;
    }

  if (self->has_level)
    insert_level (&fields, &self->level);
  if (is_success)
    insert (&fields, HW_TASK_FIELD_PROGRESS, g_variant_new_double (1.0));
  insert_string (&fields, HW_TASK_FIELD_MESSAGE, self->level_message);
  insert_string (&fields, HW_TASK_FIELD_RESULT, hw_result_to_string (outcome->result));
  insert_string (&fields, HW_TASK_FIELD_ERROR, outcome->error);
  insert_string (&fields, HW_TASK_FIELD_SIGNAL, outcome->signal);
  if (outcome->value != NULL)
    insert (&fields, HW_TASK_FIELD_VALUE, outcome->value);
  if (outcome->exit_code >= 0)
    insert (&fields, HW_TASK_FIELD_EXIT_CODE, g_variant_new_int32 (outcome->exit_code));
  insert (&fields, HW_TASK_FIELD_OUTPUT_SIZE, g_variant_new_uint64 (outcome->output_size));

  hw_attempt_leave (self, is_success ? HW_TASK_STATE_COMPLETED : HW_TASK_STATE_FAILED,
                    is_canceled ? self->canceled_by : ACTOR, &fields);
}

static void
on_runner_started (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(HwAttempt) self = HW_ATTEMPT (user_data);
  g_autoptr(GError) error = NULL;

  if (!hw_runner_start_finish (HW_RUNNER (source), result, &error))
    hw_attempt_fail (self, HW_RESULT_SPAWN_FAILED, ACTOR, error->message);
}

static void
on_runner_adopted (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(HwAttempt) self = HW_ATTEMPT (user_data);
  g_autoptr(GError) error = NULL;

  if (hw_runner_adopt_finish (HW_RUNNER (source), result, &error))
    return;

  /* Whoever canceled it meanwhile does not want it tried again. */
  if (self->canceled_by != NULL)
    hw_attempt_fail (self, HW_RESULT_CANCELED, self->canceled_by,
                     "The task was canceled. Retry it to do it after all.");
  else if (g_error_matches (error, HW_ERROR, HW_ERROR_NOT_STARTED) ||
           hw_attempt_is_requeued (self))
    hw_attempt_requeue (self);
  else
    hw_attempt_fail (self, HW_RESULT_INTERRUPTED, ACTOR,
                     "Headway stopped while the task was running. Look at how far it got, "
                     "and retry it if it has to be done.");
}

static void
hw_attempt_dispose (GObject *object)
{
  HwAttempt *self = HW_ATTEMPT (object);

  hw_attempt_clear_level_timer (self);
  hw_attempt_clear_retry_timer (self);

  G_OBJECT_CLASS (hw_attempt_parent_class)->dispose (object);
}

static void
hw_attempt_finalize (GObject *object)
{
  HwAttempt *self = HW_ATTEMPT (object);

  g_clear_object (&self->run);
  g_clear_object (&self->runner);
  g_clear_object (&self->clock);
  g_clear_object (&self->store);
  g_clear_pointer (&self->canceled_by, g_free);
  g_clear_pointer (&self->level_message, g_free);
  g_clear_pointer (&self->ending, hw_change_unref);

  G_OBJECT_CLASS (hw_attempt_parent_class)->finalize (object);
}

static void
hw_attempt_class_init (HwAttemptClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_attempt_dispose;
  object_class->finalize = hw_attempt_finalize;

  /**
   * HwAttempt::level:
   * @self: an attempt
   * @changes: an `a{sv}` of field names
   *
   * Tells how far the attempt is, at most ten times a second.
   */
  signals[SIGNAL_LEVEL] =
    g_signal_new ("level", HW_TYPE_ATTEMPT, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_VARIANT);
}

static void
hw_attempt_init (HwAttempt *self)
{
  self->message_tokens = MESSAGES_A_SECOND;
}

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

/**
 * hw_attempt_new:
 * @store: where what happens is written down
 * @clock: what time it is
 * @runner: who carries it out
 * @type: the task's type
 * @task: the task, which is Processing
 *
 * Creates the newest attempt of @task. Nothing happens yet.
 *
 * Returns: (transfer full): an attempt
 */
HwAttempt *
hw_attempt_new (HwStore    *store,
                HwClock    *clock,
                HwRunner   *runner,
                HwTaskType *type,
                HwTask     *task)
{
  g_autoptr(GVariant) parameters = NULL;
  HwAttempt *self;

  g_return_val_if_fail (HW_IS_STORE (store), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (HW_IS_RUNNER (runner), NULL);
  g_return_val_if_fail (HW_IS_TASK_TYPE (type), NULL);
  g_return_val_if_fail (HW_IS_TASK (task), NULL);

  parameters = join_parameters (task);
  self = g_object_new (HW_TYPE_ATTEMPT, NULL);
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->runner = g_object_ref (runner);
  self->n_messages = hw_task_get_message_count (task);
  self->message_time = hw_clock_get_monotonic_time (clock);
  self->run = hw_run_new (hw_store_get_epoch (store), hw_task_get_id (task),
                          hw_task_get_attempt (task), type, parameters);
  g_signal_connect_object (self->run, "changed", G_CALLBACK (on_run_changed), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->run, "finished", G_CALLBACK (on_run_finished), self,
                           G_CONNECT_DEFAULT);

  return self;
}

guint64
hw_attempt_get_task_id (HwAttempt *self)
{
  g_return_val_if_fail (HW_IS_ATTEMPT (self), 0);

  return hw_run_get_task_id (self->run);
}

/**
 * hw_attempt_start:
 * @self: an attempt that was just claimed
 *
 * Begins the work.
 */
void
hw_attempt_start (HwAttempt *self)
{
  g_return_if_fail (HW_IS_ATTEMPT (self));

  hw_runner_start_async (self->runner, self->run, NULL, on_runner_started, g_object_ref (self));
}

/**
 * hw_attempt_adopt:
 * @self: an attempt that a former daemon claimed
 *
 * Goes on with the work, or does what the type's rule says if it went down.
 */
void
hw_attempt_adopt (HwAttempt *self)
{
  g_return_if_fail (HW_IS_ATTEMPT (self));

  hw_runner_adopt_async (self->runner, self->run, NULL, on_runner_adopted, g_object_ref (self));
}

static void
on_control_finished (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(HwRun) run = HW_RUN (user_data);
  g_autoptr(GError) error = NULL;

  if (!hw_runner_control_finish (HW_RUNNER (source), result, &error))
    g_warning ("Could not stop task %" G_GUINT64_FORMAT ": %s",
               hw_run_get_task_id (run), error->message);
}

static void
hw_attempt_control (HwAttempt *self,
                    HwControl  verb)
{
  hw_runner_control_async (self->runner, self->run, verb,
                           hw_clock_get_monotonic_time (self->clock) + GRACE,
                           NULL, on_control_finished, g_object_ref (self->run));
}

/**
 * hw_attempt_cancel:
 * @self: an attempt
 * @actor: who wants it to end
 *
 * Asks the work to end, and forces it to after some seconds. The attempt ends when
 * the work has.
 */
void
hw_attempt_cancel (HwAttempt  *self,
                   const char *actor)
{
  g_return_if_fail (HW_IS_ATTEMPT (self));
  g_return_if_fail (actor != NULL);

  if (self->canceled_by != NULL || self->ending != NULL)
    return;

  self->canceled_by = g_strdup (actor);
  hw_attempt_tell_level (self);
  hw_attempt_control (self, HW_CONTROL_STOP);
}

/**
 * hw_attempt_abandon:
 * @self: an attempt
 *
 * Lets go of the work, and writes nothing down: the daemon goes, and the next one finds
 * the task Processing as after a crash. What can go on without us goes on.
 */
void
hw_attempt_abandon (HwAttempt *self)
{
  g_return_if_fail (HW_IS_ATTEMPT (self));

  self->is_abandoned = TRUE;
  hw_attempt_clear_level_timer (self);
  hw_attempt_clear_retry_timer (self);
  hw_attempt_control (self, HW_CONTROL_LEAVE);
}
