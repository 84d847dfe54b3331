/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-fake-runner.h"

/* What was asked of the runner and not answered yet. */
typedef struct
{
  GTask *gtask;  /* (owned) */
  GError *error; /* (owned) (nullable) */
} Answer;

/**
 * HwFakeRunner:
 *
 * A runner that runs nothing: it writes down what it is asked, and each run ends when
 * and how the test says. It answers from the main loop, as a real one does.
 */
struct _HwFakeRunner
{
  GObject parent_instance;

  GHashTable *runs; /* (owned) task id → HwRun (owned), those that have not ended */
  GString *calls;   /* (owned) */
  guint n_settled;
  gint64 deadline;

  GQueue answers; /* (element-type Answer) (owned) */
  guint answer_id;
  gboolean is_holding;

  char *start_failure;   /* (owned) (nullable) */
  char *control_failure; /* (owned) (nullable) */
  gboolean fails_adoption;
  HwError adoption_error;
  char *canceled_by;     /* (owned) (nullable): what a former daemon wrote down */
};

static void hw_fake_runner_iface_init (HwRunnerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwFakeRunner, hw_fake_runner, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_RUNNER, hw_fake_runner_iface_init))

static void
answer_free (Answer *answer)
{
  g_clear_object (&answer->gtask);
  g_clear_error (&answer->error);
  g_free (answer);
}

static gboolean
on_answer_due (gpointer user_data)
{
  HwFakeRunner *self = HW_FAKE_RUNNER (user_data);
  Answer *answer;

  self->answer_id = 0;
  while ((answer = g_queue_pop_head (&self->answers)) != NULL)
    {
      if (answer->error != NULL)
        g_task_return_error (answer->gtask, g_steal_pointer (&answer->error));
      else
        g_task_return_boolean (answer->gtask, TRUE);
      answer_free (answer);
    }

  return G_SOURCE_REMOVE;
}

static void
hw_fake_runner_answer_later (HwFakeRunner *self)
{
  if (self->answer_id == 0 && !self->is_holding && self->answers.length > 0)
    self->answer_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_answer_due, self, NULL);
}

/* Answers with @error, which is (transfer full) (nullable). */
static void
hw_fake_runner_queue_answer (HwFakeRunner *self,
                             GTask        *gtask,
                             GError       *error)
{
  Answer *answer = g_new (Answer, 1);

  *answer = (Answer) { g_object_ref (gtask), error };
  g_queue_push_tail (&self->answers, answer);
  hw_fake_runner_answer_later (self);
}

static void
hw_fake_runner_note (HwFakeRunner *self,
                     const char   *what,
                     HwRun        *run)
{
  g_string_append_printf (self->calls, "%s%s %" G_GUINT64_FORMAT "/%u",
                          self->calls->len > 0 ? ", " : "", what,
                          hw_run_get_task_id (run), hw_run_get_attempt (run));
}

static void
hw_fake_runner_keep_run (HwFakeRunner *self,
                         HwRun        *run)
{
  guint64 task_id = hw_run_get_task_id (run);

  g_hash_table_replace (self->runs, g_memdup2 (&task_id, sizeof (task_id)), g_object_ref (run));
}

static void
hw_fake_runner_start_async (HwRunner           *runner,
                            HwRun              *run,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  HwFakeRunner *self = HW_FAKE_RUNNER (runner);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (gtask, hw_fake_runner_start_async);
  hw_fake_runner_note (self, "start", run);

  if (self->start_failure != NULL)
    error = g_error_new_literal (HW_ERROR, HW_ERROR_FAILED, self->start_failure);
  else
    hw_fake_runner_keep_run (self, run);
  g_clear_pointer (&self->start_failure, g_free);

  hw_fake_runner_queue_answer (self, gtask, error);
}

static void
hw_fake_runner_adopt_async (HwRunner           *runner,
                            HwRun              *run,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  HwFakeRunner *self = HW_FAKE_RUNNER (runner);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (gtask, hw_fake_runner_adopt_async);
  hw_fake_runner_note (self, "adopt", run);
  if (self->canceled_by != NULL)
    hw_run_set_canceled_by (run, self->canceled_by);

  if (self->fails_adoption)
    error = g_error_new_literal (HW_ERROR, (int) self->adoption_error, "Nothing of it is there");
  else
    hw_fake_runner_keep_run (self, run);

  hw_fake_runner_queue_answer (self, gtask, error);
}

static const char *const verbs[] = {
  [HW_CONTROL_STOP] = "stop",
  [HW_CONTROL_KILL] = "kill",
  [HW_CONTROL_PAUSE] = "pause",
  [HW_CONTROL_RESUME] = "resume",
  [HW_CONTROL_LEAVE] = "leave",
};

static void
hw_fake_runner_control_async (HwRunner           *runner,
                              HwRun              *run,
                              HwControl           verb,
                              gint64              deadline,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  HwFakeRunner *self = HW_FAKE_RUNNER (runner);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (gtask, hw_fake_runner_control_async);
  hw_fake_runner_note (self, verbs[verb], run);
  self->deadline = deadline;

  if (self->control_failure != NULL)
    error = g_error_new_literal (HW_ERROR, HW_ERROR_WRONG_STATE, self->control_failure);
  else if (verb == HW_CONTROL_PAUSE || verb == HW_CONTROL_RESUME)
    hw_run_set_paused (run, verb == HW_CONTROL_PAUSE);
  g_clear_pointer (&self->control_failure, g_free);

  hw_fake_runner_queue_answer (self, gtask, error);
}

static gboolean
hw_fake_runner_finish_verb (HwRunner     *runner,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, runner), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
hw_fake_runner_settle (HwRunner *runner,
                       HwRun    *run)
{
  HW_FAKE_RUNNER (runner)->n_settled++;
}

static void
hw_fake_runner_iface_init (HwRunnerInterface *iface)
{
  iface->start_async = hw_fake_runner_start_async;
  iface->start_finish = hw_fake_runner_finish_verb;
  iface->adopt_async = hw_fake_runner_adopt_async;
  iface->adopt_finish = hw_fake_runner_finish_verb;
  iface->control_async = hw_fake_runner_control_async;
  iface->control_finish = hw_fake_runner_finish_verb;
  iface->settle = hw_fake_runner_settle;
}

static void
hw_fake_runner_finalize (GObject *object)
{
  HwFakeRunner *self = HW_FAKE_RUNNER (object);

  g_clear_handle_id (&self->answer_id, g_source_remove);
  g_queue_clear_full (&self->answers, (GDestroyNotify) answer_free);
  g_clear_pointer (&self->runs, g_hash_table_unref);
  g_clear_pointer (&self->start_failure, g_free);
  g_clear_pointer (&self->canceled_by, g_free);
  g_string_free (self->calls, TRUE);

  G_OBJECT_CLASS (hw_fake_runner_parent_class)->finalize (object);
}

static void
hw_fake_runner_class_init (HwFakeRunnerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_fake_runner_finalize;
}

static void
hw_fake_runner_init (HwFakeRunner *self)
{
  self->runs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  self->calls = g_string_new (NULL);
  g_queue_init (&self->answers);
}

/**
 * hw_fake_runner_new:
 *
 * Creates a runner that starts and adopts whatever it is asked to.
 *
 * Returns: (transfer full): a runner
 */
HwFakeRunner *
hw_fake_runner_new (void)
{
  return g_object_new (HW_TYPE_FAKE_RUNNER, NULL);
}

/**
 * hw_fake_runner_take_calls:
 * @self: a runner
 *
 * Takes what was asked of the runner since the last time, such as
 * `start 1/1, stop 1/1`: the verb, the task and its attempt.
 *
 * Returns: (transfer full): the calls, empty if there were none
 */
char *
hw_fake_runner_take_calls (HwFakeRunner *self)
{
  char *calls;

  g_return_val_if_fail (HW_IS_FAKE_RUNNER (self), NULL);

  calls = g_strdup (self->calls->str);
  g_string_truncate (self->calls, 0);

  return calls;
}

/**
 * hw_fake_runner_get_n_settled:
 * @self: a runner
 *
 * Gets how often it was told that the store has what became of an attempt.
 *
 * Returns: how often
 */
guint
hw_fake_runner_get_n_settled (HwFakeRunner *self)
{
  g_return_val_if_fail (HW_IS_FAKE_RUNNER (self), 0);

  return self->n_settled;
}

/**
 * hw_fake_runner_get_n_running:
 * @self: a runner
 *
 * Gets how many runs have begun and not ended.
 *
 * Returns: how many
 */
guint
hw_fake_runner_get_n_running (HwFakeRunner *self)
{
  g_return_val_if_fail (HW_IS_FAKE_RUNNER (self), 0);

  return g_hash_table_size (self->runs);
}

/**
 * hw_fake_runner_get_run:
 * @self: a runner
 * @task_id: a task
 *
 * Gets the run of a task that has begun and not ended.
 *
 * Returns: (transfer none) (nullable): the run, or %NULL if there is none
 */
HwRun *
hw_fake_runner_get_run (HwFakeRunner *self,
                        guint64       task_id)
{
  g_return_val_if_fail (HW_IS_FAKE_RUNNER (self), NULL);

  return g_hash_table_lookup (self->runs, &task_id);
}

/**
 * hw_fake_runner_get_deadline:
 * @self: a runner
 *
 * Gets when force was to be used, the last time that anything was to stop.
 *
 * Returns: the moment, in the clock's monotonic time
 */
gint64
hw_fake_runner_get_deadline (HwFakeRunner *self)
{
  g_return_val_if_fail (HW_IS_FAKE_RUNNER (self), 0);

  return self->deadline;
}

/**
 * hw_fake_runner_finish:
 * @self: a runner
 * @task_id: a task that runs
 * @outcome: (transfer full): how it ends
 *
 * Ends a run.
 */
void
hw_fake_runner_finish (HwFakeRunner *self,
                       guint64       task_id,
                       HwOutcome    *outcome)
{
  g_autoptr(HwRun) run = NULL;

  g_return_if_fail (HW_IS_FAKE_RUNNER (self));

  run = hw_fake_runner_get_run (self, task_id);
  g_return_if_fail (run != NULL);

  g_object_ref (run);
  g_hash_table_remove (self->runs, &task_id);
  hw_run_finish (run, outcome);
}

void
hw_fake_runner_succeed (HwFakeRunner *self,
                        guint64       task_id)
{
  hw_fake_runner_finish (self, task_id, hw_outcome_new (HW_RESULT_SUCCESS));
}

/**
 * hw_fake_runner_hold_answers:
 * @self: a runner
 *
 * Leaves all that is asked unanswered, until hw_fake_runner_release_answers().
 */
void
hw_fake_runner_hold_answers (HwFakeRunner *self)
{
  g_return_if_fail (HW_IS_FAKE_RUNNER (self));

  self->is_holding = TRUE;
  g_clear_handle_id (&self->answer_id, g_source_remove);
}

void
hw_fake_runner_release_answers (HwFakeRunner *self)
{
  g_return_if_fail (HW_IS_FAKE_RUNNER (self));

  self->is_holding = FALSE;
  hw_fake_runner_answer_later (self);
}

/**
 * hw_fake_runner_fail_start:
 * @self: a runner
 * @sentence: why
 *
 * Has the next start fail.
 */
void
hw_fake_runner_fail_start (HwFakeRunner *self,
                           const char   *sentence)
{
  g_return_if_fail (HW_IS_FAKE_RUNNER (self));

  g_free (self->start_failure);
  self->start_failure = g_strdup (sentence);
}

/**
 * hw_fake_runner_fail_control:
 * @self: a runner
 * @sentence: why not
 *
 * Has the next thing that is asked of an attempt fail.
 */
void
hw_fake_runner_fail_control (HwFakeRunner *self,
                             const char   *sentence)
{
  g_return_if_fail (HW_IS_FAKE_RUNNER (self));

  g_free (self->control_failure);
  self->control_failure = g_strdup (sentence);
}

/**
 * hw_fake_runner_set_adopt_error:
 * @self: a runner
 * @code: what became of the attempts of a former daemon
 *
 * Has every adoption fail from now on.
 */
void
hw_fake_runner_set_adopt_error (HwFakeRunner *self,
                                HwError       code)
{
  g_return_if_fail (HW_IS_FAKE_RUNNER (self));

  self->fails_adoption = TRUE;
  self->adoption_error = code;
}

/**
 * hw_fake_runner_set_canceled_by:
 * @self: a runner
 * @actor: who
 *
 * Has what is adopted be canceled already, under a former daemon.
 */
void
hw_fake_runner_set_canceled_by (HwFakeRunner *self,
                                const char   *actor)
{
  g_return_if_fail (HW_IS_FAKE_RUNNER (self));

  g_free (self->canceled_by);
  self->canceled_by = g_strdup (actor);
}
