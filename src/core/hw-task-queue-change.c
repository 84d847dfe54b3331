/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-error.h"

/* The verbs by which somebody changes a task: cancel, retry, pause and resume. */
typedef struct
{
  const char *name;
  HwVerb verb;

  /* Goes on with @gtask, (transfer full), when the task was looked at. */
  void (*carry_out)(GTask  *gtask,
                    HwTask *task);
} TaskVerb;

/* What was asked for, until it is answered. Owned by its GTask. */
typedef struct
{
  const TaskVerb *verb;   /* (unowned) */
  HwPrincipal *principal; /* (owned) */
  guint64 task_id;
  gboolean now; /* of a cancellation: use force */
} Request;

static void
request_free (Request *request)
{
  g_clear_pointer (&request->principal, hw_principal_unref);
  g_free (request);
}

/* All verbs go through these in this order. */
static void look_at_task (GTask *gtask);
static void on_task_looked_at (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void cancel_task (GTask  *gtask,
                         HwTask *task);
static void on_canceled (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);
static void retry_task (GTask  *gtask,
                        HwTask *task);
static void pause_task (GTask  *gtask,
                        HwTask *task);
static void resume_task (GTask  *gtask,
                         HwTask *task);
static void on_paused (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);
static void change_state (GTask        *gtask,
                          HwTaskState   from,
                          gint64        now,
                          HwTaskFields *fields);
static void on_state_changed (GObject      *source,
                              GAsyncResult *result,
                              gpointer      user_data);
static void answer (GTask *gtask);
static void on_answer_got (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);

static const TaskVerb cancel_verb = { "cancel", HW_VERB_CANCEL, cancel_task };
static const TaskVerb retry_verb = { "retry", HW_VERB_RETRY, retry_task };
static const TaskVerb pause_verb = { "pause", HW_VERB_PAUSE, pause_task };
static const TaskVerb resume_verb = { "resume", HW_VERB_PAUSE, resume_task };

/* @gtask is (transfer full). */
static void
look_at_task (GTask *gtask)
{
  const Request *request = g_task_get_task_data (gtask);

  hw_task_queue_get_task_async (g_task_get_source_object (gtask), request->principal,
                                request->task_id, NULL, on_task_looked_at, gtask);
}

static void
on_task_looked_at (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  const Request *request = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (HW_TASK_QUEUE (source), result, &error);

  if (task == NULL)
    g_task_return_error (gtask, error);
  else if (!hw_may (request->principal, request->verb->verb,
                    hw_task_get_string (task, HW_TASK_FIELD_OWNER)))
    g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                             "Task %" G_GUINT64_FORMAT " belongs to somebody else. "
                             "Ask them to %s it.", request->task_id, request->verb->name);
  else
    request->verb->carry_out (g_steal_pointer (&gtask), task);
}

static void
cancel_task (GTask  *gtask,
             HwTask *task)
{
  g_autoptr(GTask) owned = gtask;
  HwTaskQueue *self = g_task_get_source_object (gtask);
  const Request *request = g_task_get_task_data (gtask);
  HwDispatcher *dispatcher = hw_task_queue_get_dispatcher (self);
  HwAttempt *attempt = hw_dispatcher_lookup_attempt (dispatcher, request->task_id);
  gint64 now = hw_clock_get_real_time (hw_task_queue_get_clock (self));
  HwTaskFields *fields;

  if (hw_task_state_is_final (hw_task_get_state (task)))
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_WRONG_STATE,
                               "Task %" G_GUINT64_FORMAT " has ended (%s), so there is nothing "
                               "to cancel.", request->task_id,
                               hw_task_get_string (task, HW_TASK_FIELD_STATE));
      return;
    }

  if (attempt != NULL)
    {
      hw_attempt_cancel_async (attempt, hw_principal_get_name (request->principal), request->now,
                               on_canceled, g_steal_pointer (&owned));
      return;
    }
  if (hw_dispatcher_is_refused (dispatcher, request->task_id))
    {
      answer (g_steal_pointer (&owned));
      return;
    }

  fields = hw_task_fields_new ();
  hw_task_fields_set_state (fields, HW_TASK_STATE_FAILED);
  hw_task_fields_set_string (fields, HW_TASK_FIELD_RESULT,
                             hw_result_to_string (HW_RESULT_CANCELED));
  hw_task_fields_set_string (fields, HW_TASK_FIELD_ERROR,
                             "The task was canceled before it began.");
  hw_task_fields_set_number (fields, HW_TASK_FIELD_ENDED_AT, now);
  change_state (g_steal_pointer (&owned), HW_TASK_STATE_PENDING, now, fields);
}

static void
on_canceled (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;

  if (hw_attempt_cancel_finish (HW_ATTEMPT (source), result, &error))
    answer (g_steal_pointer (&gtask));
  else
    g_task_return_error (gtask, error);
}

static void
retry_task (GTask  *gtask,
            HwTask *task)
{
  g_autoptr(GTask) owned = gtask;
  HwTaskQueue *self = g_task_get_source_object (gtask);
  const Request *request = g_task_get_task_data (gtask);
  gint64 now = hw_clock_get_real_time (hw_task_queue_get_clock (self));
  HwTaskFields *fields;

  if (hw_task_get_state (task) != HW_TASK_STATE_FAILED)
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_WRONG_STATE,
                               "Task %" G_GUINT64_FORMAT " is %s, and only a task that has "
                               "failed is retried. Add it again to run it once more.",
                               request->task_id, hw_task_get_string (task, HW_TASK_FIELD_STATE));
      return;
    }

  fields = hw_task_fields_new ();
  hw_task_fields_set_state (fields, HW_TASK_STATE_PENDING);
  /* Who is added meanwhile is not to overtake it. */
  hw_dispatcher_expect (hw_task_queue_get_dispatcher (self), FALSE);
  change_state (g_steal_pointer (&owned), HW_TASK_STATE_FAILED, now, fields);
}

/* @gtask is (transfer full). */
static void
set_paused (GTask   *gtask,
            HwTask  *task,
            gboolean is_paused)
{
  g_autoptr(GTask) owned = gtask;
  HwTaskQueue *self = g_task_get_source_object (gtask);
  const Request *request = g_task_get_task_data (gtask);
  HwAttempt *attempt = hw_dispatcher_lookup_attempt (hw_task_queue_get_dispatcher (self),
                                                     request->task_id);

  if (attempt == NULL)
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_WRONG_STATE,
                               "Task %" G_GUINT64_FORMAT " is %s, and only a task that runs can "
                               "%s.", request->task_id,
                               hw_task_get_string (task, HW_TASK_FIELD_STATE),
                               is_paused ? "be paused" : "go on");
    }
  else
    {
      hw_attempt_set_paused_async (attempt, is_paused, on_paused, g_steal_pointer (&owned));
    }
}

static void
pause_task (GTask  *gtask,
            HwTask *task)
{
  set_paused (gtask, task, TRUE);
}

static void
resume_task (GTask  *gtask,
             HwTask *task)
{
  set_paused (gtask, task, FALSE);
}

static void
on_paused (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;

  if (hw_attempt_set_paused_finish (HW_ATTEMPT (source), result, &error))
    answer (g_steal_pointer (&gtask));
  else
    g_task_return_error (gtask, error);
}

/* Proposes another state to the store. @gtask and @fields are (transfer full). */
static void
change_state (GTask        *gtask,
              HwTaskState   from,
              gint64        now,
              HwTaskFields *fields)
{
  const Request *request = g_task_get_task_data (gtask);
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);

  g_ptr_array_add (changes,
                   hw_change_new_state (request->task_id, from, HW_CHANGE_ANY_ATTEMPT,
                                        hw_principal_get_name (request->principal), now, fields));
  hw_store_commit_async (hw_task_queue_get_store (g_task_get_source_object (gtask)), changes,
                         NULL, on_state_changed, gtask);
}

static void
on_state_changed (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  const Request *request = g_task_get_task_data (gtask);
  HwTaskQueue *self = g_task_get_source_object (gtask);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  if (request->verb == &retry_verb)
    hw_dispatcher_end_expecting (hw_task_queue_get_dispatcher (self), FALSE, NULL);

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

  /* It changed since it was looked at: a task goes on, so this ends. */
  g_clear_error (&error);
  look_at_task (g_steal_pointer (&gtask));
}

/* @gtask is (transfer full). */
static void
answer (GTask *gtask)
{
  const Request *request = g_task_get_task_data (gtask);

  hw_task_queue_get_task_async (g_task_get_source_object (gtask), request->principal,
                                request->task_id, NULL, on_answer_got, gtask);
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

static void
begin_verb (HwTaskQueue        *self,
            const TaskVerb     *verb,
            HwPrincipal        *principal,
            guint64             task_id,
            gboolean            now,
            GCancellable       *cancellable,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  GTask *gtask = g_task_new (self, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  g_task_set_source_tag (gtask, begin_verb);
  request->verb = verb;
  request->principal = hw_principal_ref (principal);
  request->task_id = task_id;
  request->now = now;
  g_task_set_task_data (gtask, request, (GDestroyNotify) request_free);

  look_at_task (gtask);
}

/**
 * hw_task_queue_cancel_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @now: whether to use force at once: on work that was asked to end before, too
 * @cancellable: (nullable): lets the answer go, not the cancellation
 * @callback: called when it is done, or under way
 * @user_data: data for @callback
 *
 * Cancels a task. One that waits has ended then; one that runs is asked to end, with
 * force after the time that its type gives it, and stays Processing until it has.
 */
void
hw_task_queue_cancel_async (HwTaskQueue        *self,
                            HwPrincipal        *principal,
                            guint64             task_id,
                            gboolean            now,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);

  begin_verb (self, &cancel_verb, principal, task_id, now, cancellable, callback, user_data);
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

/**
 * hw_task_queue_retry_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @cancellable: (nullable): lets the answer go, not the retry
 * @callback: called when the task waits again
 * @user_data: data for @callback
 *
 * Has a task run again that has failed: it is Pending again, and its next attempt
 * begins when its turn comes.
 */
void
hw_task_queue_retry_async (HwTaskQueue        *self,
                           HwPrincipal        *principal,
                           guint64             task_id,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);

  begin_verb (self, &retry_verb, principal, task_id, FALSE, cancellable, callback, user_data);
}

/**
 * hw_task_queue_retry_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND, %HW_ERROR_WRONG_STATE if
 *   the task has not failed, %HW_ERROR_NOT_ALLOWED
 *
 * Ends hw_task_queue_retry_async().
 *
 * Returns: (transfer full): the task as it is now, or %NULL
 */
HwTask *
hw_task_queue_retry_finish (HwTaskQueue  *self,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * hw_task_queue_pause_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @cancellable: (nullable): lets the answer go, not what was asked
 * @callback: called when it is done
 * @user_data: data for @callback
 *
 * Has a task that runs stand still: all its processes, until it is resumed or canceled.
 * What it was given in time does not pass meanwhile. One that stands still already is left so.
 */
void
hw_task_queue_pause_async (HwTaskQueue        *self,
                           HwPrincipal        *principal,
                           guint64             task_id,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);

  begin_verb (self, &pause_verb, principal, task_id, FALSE, cancellable, callback, user_data);
}

/**
 * hw_task_queue_pause_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND, %HW_ERROR_WRONG_STATE if
 *   the task does not run, or cannot stand still, %HW_ERROR_NOT_ALLOWED
 *
 * Ends hw_task_queue_pause_async().
 *
 * Returns: (transfer full): the task as it is now, or %NULL
 */
HwTask *
hw_task_queue_pause_finish (HwTaskQueue  *self,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * hw_task_queue_resume_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @cancellable: (nullable): lets the answer go, not what was asked
 * @callback: called when it is done
 * @user_data: data for @callback
 *
 * Has a task go on that stands still. One that runs is left alone.
 */
void
hw_task_queue_resume_async (HwTaskQueue        *self,
                            HwPrincipal        *principal,
                            guint64             task_id,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);

  begin_verb (self, &resume_verb, principal, task_id, FALSE, cancellable, callback, user_data);
}

/**
 * hw_task_queue_resume_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND, %HW_ERROR_WRONG_STATE if
 *   the task does not run, %HW_ERROR_NOT_ALLOWED
 *
 * Ends hw_task_queue_resume_async().
 *
 * Returns: (transfer full): the task as it is now, or %NULL
 */
HwTask *
hw_task_queue_resume_finish (HwTaskQueue  *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
