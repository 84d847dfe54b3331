/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt.h"

#include "hw-attempt-run.h"
#include "hw-error.h"
#include "hw-run-news.h"

/* A task at whose start the daemon died so many times in a row, for whatever reason, is not
 * begun a further time.
 */
#define ABORTED_STARTS_MAX 3

/* Work inside of the daemon that went down with it so soon may have been the reason. */
#define START_TIME (60 * G_USEC_PER_SEC)

/* What the disk refused is tried again after that. */
#define RETRY_INTERVAL G_USEC_PER_SEC

/* Who made a change that nobody asked for. */
#define ACTOR "queue"

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

  HwRunNews *news;  /* (owned) (not nullable) */

  gboolean is_killed;   /* somebody wanted it to end now */
  gboolean is_abandoned;
  guint aborted_starts; /* how many times in a row the daemon died while it was begun */
  gint64 started_at;    /* in the clock's real time */

  HwChange *ending; /* (owned) (nullable), what the store has still to take */
  guint retry_timer;
};

typedef enum
{
  SIGNAL_LEVEL,
  SIGNAL_ENDING,
} HwAttemptSignal;

static guint signals[SIGNAL_ENDING + 1];

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

  /* It is there, or the store knows better. */
  if (events != NULL || g_error_matches (error, HW_ERROR, HW_ERROR_CONFLICT))
    hw_runner_settle (self->runner, self->run);
  if (events != NULL || self->is_abandoned)
    return;

  g_warning ("Could not write down the end of task %" G_GUINT64_FORMAT ": %s",
             hw_run_get_task_id (self->run), error->message);
  if (!g_error_matches (error, HW_ERROR, HW_ERROR_CONFLICT))
    self->retry_timer = hw_clock_add_timer (self->clock, RETRY_INTERVAL, on_retry_timer, self);
}

/* Proposes a state to follow Processing. @fields is (transfer full). All but another aborted
 * start makes those before it forgotten.
 */
static void
hw_attempt_leave (HwAttempt    *self,
                  HwTaskState   state,
                  const char   *actor,
                  guint         aborted_starts,
                  HwTaskFields *fields)
{
  g_autoptr(HwTaskFields) owned = fields;
  gint64 now = hw_clock_get_real_time (self->clock);

  if (self->is_abandoned || self->ending != NULL)
    return;

  hw_run_news_close (self->news);
  if (aborted_starts != self->aborted_starts)
    hw_task_fields_set_number (fields, HW_TASK_FIELD_ABORTED_STARTS, aborted_starts);
  hw_task_fields_set_state (fields, state);
  if (hw_task_state_is_final (state))
    hw_task_fields_set_number (fields, HW_TASK_FIELD_ENDED_AT, now);

  self->ending = hw_change_new_state (hw_run_get_task_id (self->run), HW_TASK_STATE_PROCESSING,
                                      hw_run_get_attempt (self->run), actor, now,
                                      g_steal_pointer (&owned));
  hw_attempt_propose (self, self->ending, on_ending_committed);

  /* One that waits again keeps its place until it does, so that nobody overtakes it. */
  if (hw_task_state_is_final (state))
    g_signal_emit (self, signals[SIGNAL_ENDING], 0);
}

static void
hw_attempt_fail (HwAttempt  *self,
                 HwResult    result,
                 const char *actor,
                 const char *sentence)
{
  HwTaskFields *fields = hw_task_fields_new ();

  hw_task_fields_set_string (fields, HW_TASK_FIELD_RESULT, hw_result_to_string (result));
  hw_task_fields_set_string (fields, HW_TASK_FIELD_ERROR, sentence);
  hw_attempt_leave (self, HW_TASK_STATE_FAILED, actor, 0, fields);
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

static void
hw_attempt_clear_retry_timer (HwAttempt *self)
{
  if (self->retry_timer != 0)
    hw_clock_remove_timer (self->clock, self->retry_timer);
  self->retry_timer = 0;
}

static void
on_news_message (const char *message,
                 gpointer    user_data)
{
  HwAttempt *self = HW_ATTEMPT (user_data);
  g_autoptr(HwChange) change =
    hw_change_new_message (hw_run_get_task_id (self->run), hw_run_get_attempt (self->run), ACTOR,
                           hw_clock_get_real_time (self->clock), message);

  hw_attempt_propose (self, change, on_message_committed);
}

static void
on_news_level (HwTaskFields *fields,
               gpointer      user_data)
{
  g_signal_emit (HW_ATTEMPT (user_data), signals[SIGNAL_LEVEL], 0, fields);
}

static const HwRunNewsFuncs news_funcs = {
  .level = on_news_level,
  .message = on_news_message,
};

/* The queue tries again: the task is Pending, and nothing is known of the attempt. */
static void
hw_attempt_requeue (HwAttempt *self,
                    guint      aborted_starts)
{
  hw_attempt_leave (self, HW_TASK_STATE_PENDING, ACTOR, aborted_starts, hw_task_fields_new ());
}

/* The daemon ended while it began the attempt. If it died and the task is the reason, beginning it
 * once more kills this one as well; one that somebody ended says nothing about the task.
 */
static void
hw_attempt_requeue_aborted (HwAttempt *self)
{
  if (hw_store_was_closed (self->store))
    hw_attempt_requeue (self, self->aborted_starts);
  else if (self->aborted_starts + 1 < ABORTED_STARTS_MAX)
    hw_attempt_requeue (self, self->aborted_starts + 1);
  else
    hw_attempt_fail (self, HW_RESULT_POISON, ACTOR,
                     "Headway ended three times while it began the task, so it is not begun "
                     "again by itself. Look for the reason in Headway’s log, and retry the task.");
}

/* Whether what was interrupted is tried again. Whoever canceled it meanwhile does not want
 * that.
 */
static gboolean
hw_attempt_is_requeued (HwAttempt *self)
{
  HwTaskType *type = hw_run_get_task_type (self->run);

  return hw_run_get_canceled_by (self->run) == NULL &&
         hw_task_type_get_on_interrupt (type) == HW_ON_INTERRUPT_REQUEUE;
}

static void
on_run_finished (HwRun           *run,
                 const HwOutcome *outcome,
                 HwAttempt       *self)
{
  HwTaskFields *fields;
  gboolean is_success = outcome->result == HW_RESULT_SUCCESS;
  const char *canceled_by = hw_run_get_canceled_by (run);
  gboolean is_canceled = outcome->result == HW_RESULT_CANCELED && canceled_by != NULL;

  if (outcome->result == HW_RESULT_INTERRUPTED && hw_attempt_is_requeued (self))
    {
      hw_attempt_requeue (self, 0);
      return;
    }

  fields = hw_run_news_dup_level (self->news);
  if (is_success)
    hw_task_fields_set_real (fields, HW_TASK_FIELD_PROGRESS, 1.0);
  hw_task_fields_set_string (fields, HW_TASK_FIELD_RESULT, hw_result_to_string (outcome->result));
  hw_task_fields_set_string (fields, HW_TASK_FIELD_ERROR, outcome->error);
  hw_task_fields_set_string (fields, HW_TASK_FIELD_SIGNAL, outcome->signal);
  if (outcome->value != NULL)
    hw_task_fields_set_dictionary (fields, HW_TASK_FIELD_VALUE, outcome->value);
  if (outcome->exit_code >= 0)
    hw_task_fields_set_number (fields, HW_TASK_FIELD_EXIT_CODE, outcome->exit_code);
  hw_task_fields_set_number (fields, HW_TASK_FIELD_OUTPUT_SIZE, (gint64) outcome->output_size);

  hw_attempt_leave (self, is_success ? HW_TASK_STATE_COMPLETED : HW_TASK_STATE_FAILED,
                    is_canceled ? canceled_by : ACTOR, 0, fields);
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

/* Whether the attempt went down so soon that it may be what brought the daemon down. */
static gboolean
hw_attempt_was_young (HwAttempt *self)
{
  return hw_clock_get_real_time (self->clock) - self->started_at < START_TIME;
}

static void
on_runner_adopted (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(HwAttempt) self = HW_ATTEMPT (user_data);
  const char *canceled_by = hw_run_get_canceled_by (self->run);
  g_autoptr(GError) error = NULL;

  if (hw_runner_adopt_finish (HW_RUNNER (source), result, &error))
    return;

  /* Whoever canceled it, now or then, does not want it tried again. */
  if (canceled_by != NULL)
    hw_attempt_fail (self, HW_RESULT_CANCELED, canceled_by,
                     "The task was canceled. Retry it to do it after all.");
  /* What a restored database tells of may have been begun elsewhere. */
  else if ((g_error_matches (error, HW_ERROR, HW_ERROR_NOT_STARTED) &&
            hw_run_get_epoch (self->run) == hw_store_get_epoch (self->store)) ||
           (hw_attempt_is_requeued (self) && hw_attempt_was_young (self)))
    hw_attempt_requeue_aborted (self);
  else if (hw_attempt_is_requeued (self))
    hw_attempt_requeue (self, 0);
  else
    hw_attempt_fail (self, HW_RESULT_INTERRUPTED, ACTOR,
                     "Headway stopped while the task was running. Look at how far it got, "
                     "and retry it if it has to be done.");
}

static void
hw_attempt_dispose (GObject *object)
{
  HwAttempt *self = HW_ATTEMPT (object);

  hw_attempt_clear_retry_timer (self);
  g_signal_handlers_disconnect_by_data (self->run, self);

  G_OBJECT_CLASS (hw_attempt_parent_class)->dispose (object);
}

static void
hw_attempt_finalize (GObject *object)
{
  HwAttempt *self = HW_ATTEMPT (object);

  g_clear_pointer (&self->news, hw_run_news_free);
  g_clear_object (&self->run);
  g_clear_object (&self->runner);
  g_clear_object (&self->clock);
  g_clear_object (&self->store);
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
   * @fields: what is known of it
   *
   * Tells how far the attempt is, at most ten times a second.
   */
  signals[SIGNAL_LEVEL] =
    g_signal_new ("level", HW_TYPE_ATTEMPT, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, HW_TYPE_TASK_FIELDS | G_SIGNAL_TYPE_STATIC_SCOPE);

  /**
   * HwAttempt::ending:
   * @self: an attempt
   *
   * Tells, once, that the work is over: the store was asked to write that down, before
   * whatever it is asked for from now on.
   */
  signals[SIGNAL_ENDING] =
    g_signal_new ("ending", HW_TYPE_ATTEMPT, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
hw_attempt_init (HwAttempt *self)
{
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
  HwTaskFields *fields;
  HwAttempt *self;

  g_return_val_if_fail (HW_IS_STORE (store), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (HW_IS_RUNNER (runner), NULL);
  g_return_val_if_fail (HW_IS_TASK_TYPE (type), NULL);
  g_return_val_if_fail (HW_IS_TASK (task), NULL);

  self = g_object_new (HW_TYPE_ATTEMPT, NULL);
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->runner = g_object_ref (runner);
  self->run = hw_attempt_run_new (hw_store_get_epoch_of_task (store, task), type, task);
  fields = hw_task_get_fields (task);
  self->aborted_starts = (guint) hw_task_fields_get_number (fields, HW_TASK_FIELD_ABORTED_STARTS);
  self->started_at = hw_task_fields_get_number (fields, HW_TASK_FIELD_STARTED_AT);

  self->news = hw_run_news_new (self->run, clock, hw_task_get_message_count (task), &news_funcs,
                                self);
  g_signal_connect (self->run, "finished", G_CALLBACK (on_run_finished), self);

  return self;
}

guint64
hw_attempt_get_task_id (HwAttempt *self)
{
  g_return_val_if_fail (HW_IS_ATTEMPT (self), 0);

  return hw_run_get_task_id (self->run);
}

/**
 * hw_attempt_dup_level:
 * @self: an attempt
 *
 * Gets how far the attempt is, as far as that is to outlive the daemon: the newest level,
 * and a message that is not kept otherwise.
 *
 * Returns: (transfer full): the fields
 */
HwTaskFields *
hw_attempt_dup_level (HwAttempt *self)
{
  g_return_val_if_fail (HW_IS_ATTEMPT (self), NULL);

  return hw_run_news_dup_level (self->news);
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
hw_attempt_control (HwAttempt          *self,
                    HwControl           verb,
                    GAsyncReadyCallback callback,
                    gpointer            user_data)
{
  gint64 grace = hw_task_type_get_stop_timeout (hw_run_get_task_type (self->run));

  hw_runner_control_async (self->runner, self->run, verb,
                           hw_clock_get_monotonic_time (self->clock) + grace,
                           NULL, callback, user_data);
}

/* Whoever asked hears of no failure: the task says what it does. */
static void
on_cancel_controlled (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwAttempt *self = g_task_get_source_object (gtask);
  g_autoptr(GError) error = NULL;

  if (!hw_runner_control_finish (HW_RUNNER (source), result, &error))
    g_warning ("Could not stop task %" G_GUINT64_FORMAT ": %s",
               hw_run_get_task_id (self->run), error->message);
  g_task_return_boolean (gtask, TRUE);
}

/**
 * hw_attempt_cancel_async:
 * @self: an attempt
 * @actor: who wants it to end
 * @now: whether to use force at once, even if it was asked to end before
 * @callback: called when it was asked to, and whoever comes after us would know that
 * @user_data: data for @callback
 *
 * Asks the work to end, and forces it to after the time that its type gives it. The
 * attempt ends when the work has.
 */
void
hw_attempt_cancel_async (HwAttempt          *self,
                         const char         *actor,
                         gboolean            now,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr(GTask) gtask = NULL;
  gboolean is_first;

  g_return_if_fail (HW_IS_ATTEMPT (self));
  g_return_if_fail (actor != NULL);

  gtask = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (gtask, hw_attempt_cancel_async);
  is_first = hw_run_get_canceled_by (self->run) == NULL;

  if (self->ending != NULL || self->is_killed || (!is_first && !now))
    {
      g_task_return_boolean (gtask, TRUE);
      return;
    }

  hw_run_set_canceled_by (self->run, actor);
  if (is_first)
    hw_run_news_set_stopping (self->news);
  self->is_killed = now;
  hw_attempt_control (self, now ? HW_CONTROL_KILL : HW_CONTROL_STOP, on_cancel_controlled,
                      g_steal_pointer (&gtask));
}

/**
 * hw_attempt_cancel_finish:
 * @self: an attempt
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_attempt_cancel_async().
 *
 * Returns: %TRUE
 */
gboolean
hw_attempt_cancel_finish (HwAttempt    *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_pause_controlled (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwAttempt *self = g_task_get_source_object (gtask);
  GError *error = NULL;

  /* Whoever asked is shown the task next. */
  hw_run_news_catch_up (self->news);
  if (hw_runner_control_finish (HW_RUNNER (source), result, &error))
    g_task_return_boolean (gtask, TRUE);
  else
    g_task_return_error (gtask, error);
}

/**
 * hw_attempt_set_paused_async:
 * @self: an attempt
 * @is_paused: whether the work is to stand still, or to go on
 * @callback: called when it does
 * @user_data: data for @callback
 *
 * Has the work stand still, or go on. Work that does already is asked again.
 */
void
hw_attempt_set_paused_async (HwAttempt          *self,
                             gboolean            is_paused,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr(GTask) gtask = NULL;

  g_return_if_fail (HW_IS_ATTEMPT (self));

  gtask = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (gtask, hw_attempt_set_paused_async);

  if (self->ending != NULL || hw_run_get_canceled_by (self->run) != NULL || hw_run_get_is_stopping (self->run))
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_WRONG_STATE,
                               "Task %" G_GUINT64_FORMAT " is about to end. Wait until it has.",
                               hw_run_get_task_id (self->run));
      return;
    }

  hw_runner_control_async (self->runner, self->run,
                           is_paused ? HW_CONTROL_PAUSE : HW_CONTROL_RESUME, 0, NULL,
                           on_pause_controlled, g_steal_pointer (&gtask));
}

/**
 * hw_attempt_set_paused_finish:
 * @self: an attempt
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_WRONG_STATE if the work cannot do that
 *
 * Ends hw_attempt_set_paused_async().
 *
 * Returns: whether the work does what was asked
 */
gboolean
hw_attempt_set_paused_finish (HwAttempt    *self,
                              GAsyncResult *result,
                              GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_left (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(HwRun) run = HW_RUN (user_data);
  g_autoptr(GError) error = NULL;

  if (!hw_runner_control_finish (HW_RUNNER (source), result, &error))
    g_warning ("Could not leave task %" G_GUINT64_FORMAT ": %s",
               hw_run_get_task_id (run), error->message);
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
  hw_run_news_close (self->news);
  hw_attempt_clear_retry_timer (self);
  hw_attempt_control (self, HW_CONTROL_LEAVE, on_left, g_object_ref (self->run));
}
