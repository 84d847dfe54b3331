/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-store.h"

/**
 * HwStore:
 *
 * What the core remembers with. See #HwStoreInterface.
 */
typedef enum
{
  SIGNAL_COMMITTED,
} HwStoreSignal;

static guint signals[SIGNAL_COMMITTED + 1];

G_DEFINE_INTERFACE (HwStore, hw_store, G_TYPE_OBJECT)

static void
hw_store_default_init (HwStoreInterface *iface)
{
  /**
   * HwStore::committed:
   * @self: a store
   * @events: (element-type HwEvent): what was committed, in order
   *
   * Tells what is on disk now, whoever asked for it. In the main context.
   */
  signals[SIGNAL_COMMITTED] =
    g_signal_new ("committed", HW_TYPE_STORE, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
}

HwTaskFilter *
hw_task_filter_new (void)
{
  return g_new0 (HwTaskFilter, 1);
}

HwTaskFilter *
hw_task_filter_copy (const HwTaskFilter *self)
{
  HwTaskFilter *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof (*self));
  copy->type = g_strdup (self->type);
  copy->owner = g_strdup (self->owner);
  copy->text = g_strdup (self->text);

  return copy;
}

void
hw_task_filter_free (HwTaskFilter *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->type);
  g_free (self->owner);
  g_free (self->text);
  g_free (self);
}

/**
 * hw_ever_counts_take:
 * @self: counts
 * @event: what happened
 *
 * Counts a task that was added, or that has ended.
 */
void
hw_ever_counts_take (HwEverCounts *self,
                     HwEvent      *event)
{
  const char *result;
  HwTaskState state;

  g_return_if_fail (self != NULL);
  g_return_if_fail (event != NULL);

  if (hw_event_get_kind (event) == HW_EVENT_KIND_ADDED)
    self->n_added++;
  if (!hw_event_get_state (event, &state) || !hw_task_state_is_final (state))
    return;

  result = hw_task_fields_get_string (hw_event_get_fields (event), HW_TASK_FIELD_RESULT);
  if (state == HW_TASK_STATE_COMPLETED)
    self->n_completed++;
  else if (g_strcmp0 (result, hw_result_to_string (HW_RESULT_CANCELED)) == 0)
    self->n_canceled++;
  else
    self->n_failed++;
}

HwTaskPage *
hw_task_page_new (void)
{
  HwTaskPage *self = g_new0 (HwTaskPage, 1);

  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

void
hw_task_page_free (HwTaskPage *self)
{
  g_return_if_fail (self != NULL);

  g_ptr_array_unref (self->tasks);
  g_free (self);
}

HwEventPage *
hw_event_page_new (void)
{
  HwEventPage *self = g_new0 (HwEventPage, 1);

  self->events = hw_events_new ();

  return self;
}

void
hw_event_page_free (HwEventPage *self)
{
  g_return_if_fail (self != NULL);

  g_ptr_array_unref (self->events);
  g_free (self);
}

HwStoreSurvey *
hw_store_survey_new (void)
{
  return g_new0 (HwStoreSurvey, 1);
}

void
hw_store_survey_free (HwStoreSurvey *self)
{
  g_return_if_fail (self != NULL);

  g_clear_error (&self->refusal);
  g_free (self);
}

guint64
hw_store_get_epoch (HwStore *self)
{
  g_return_val_if_fail (HW_IS_STORE (self), 0);

  return HW_STORE_GET_IFACE (self)->get_epoch (self);
}

/**
 * hw_store_get_epoch_of_task:
 * @self: a store
 * @task: one of its tasks
 *
 * Gets the epoch in which the attempts at a task were begun, by which their files and processes
 * are known: a former one, if the database got a new one since.
 *
 * Returns: the epoch
 */
guint64
hw_store_get_epoch_of_task (HwStore *self,
                            HwTask  *task)
{
  HwTaskFields *fields = hw_task_get_fields (task);

  return hw_task_fields_has (fields, HW_TASK_FIELD_EPOCH)
         ? (guint64) hw_task_fields_get_number (fields, HW_TASK_FIELD_EPOCH)
         : hw_store_get_epoch (self);
}

guint64
hw_store_get_start (HwStore *self)
{
  g_return_val_if_fail (HW_IS_STORE (self), 0);

  return HW_STORE_GET_IFACE (self)->get_start (self);
}

/**
 * hw_store_was_closed:
 * @self: a store
 *
 * Tells how the daemon before this one ended. One that had nothing before it was closed, too.
 *
 * Returns: whether it closed the database, rather than died
 */
gboolean
hw_store_was_closed (HwStore *self)
{
  g_return_val_if_fail (HW_IS_STORE (self), FALSE);

  return HW_STORE_GET_IFACE (self)->was_closed (self);
}

/**
 * hw_store_commit_async:
 * @self: a store
 * @changes: (element-type HwChange): what to change; all or nothing
 * @cancellable: (nullable): lets the answer go, not the changes
 * @callback: called when they are on disk, or refused
 * @user_data: data for @callback
 *
 * Carries out changes.
 */
void
hw_store_commit_async (HwStore            *self,
                       GPtrArray          *changes,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_return_if_fail (HW_IS_STORE (self));
  g_return_if_fail (changes != NULL && changes->len > 0);

  HW_STORE_GET_IFACE (self)->commit_async (self, changes, cancellable, callback, user_data);
}

/**
 * hw_store_commit_finish:
 * @self: a store
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_CONFLICT if a task is not as it
 *   had to be; then nothing was changed
 *
 * Ends hw_store_commit_async().
 *
 * Returns: (transfer full) (element-type HwEvent): an event for each change, in
 *   order, each of a claimed task followed by that of its claim; or %NULL
 */
GPtrArray *
hw_store_commit_finish (HwStore      *self,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (HW_IS_STORE (self), NULL);

  return HW_STORE_GET_IFACE (self)->commit_finish (self, result, error);
}

/**
 * hw_store_claim_async:
 * @self: a store
 * @task_ids: (element-type guint64): the tasks to begin
 * @node: whose they are from then on
 * @at: when, in microseconds since the Unix epoch
 * @cancellable: (nullable): lets the answer go, not the claim
 * @callback: called when it is on disk
 * @user_data: data for @callback
 *
 * Takes Pending tasks. Another node, or a cancellation, may have been quicker.
 */
void
hw_store_claim_async (HwStore            *self,
                      GArray             *task_ids,
                      const char         *node,
                      gint64              at,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_return_if_fail (HW_IS_STORE (self));
  g_return_if_fail (task_ids != NULL && task_ids->len > 0);

  HW_STORE_GET_IFACE (self)->claim_async (self, task_ids, node, at, cancellable, callback,
                                          user_data);
}

/**
 * hw_store_claim_finish:
 * @self: a store
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_store_claim_async().
 *
 * Returns: (transfer full) (element-type HwEvent): an event for each task that it
 *   got, or %NULL
 */
GPtrArray *
hw_store_claim_finish (HwStore      *self,
                       GAsyncResult *result,
                       GError      **error)
{
  g_return_val_if_fail (HW_IS_STORE (self), NULL);

  return HW_STORE_GET_IFACE (self)->claim_finish (self, result, error);
}

/**
 * hw_store_keep_levels_async:
 * @self: a store
 * @levels: (element-type HwEvent): how far tasks are: their newest levels
 * @cancellable: (nullable): lets the answer go, not the work
 * @callback: called when they are on disk
 * @user_data: data for @callback
 *
 * Writes down how far tasks are, all in one transaction, for whoever comes after a crash.
 * Nobody is told: it is no event, and gets no number.
 */
void
hw_store_keep_levels_async (HwStore            *self,
                            GPtrArray          *levels,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (HW_IS_STORE (self));
  g_return_if_fail (levels != NULL && levels->len > 0);

  HW_STORE_GET_IFACE (self)->keep_levels_async (self, levels, cancellable, callback, user_data);
}

/**
 * hw_store_keep_levels_finish:
 * @self: a store
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_store_keep_levels_async().
 *
 * Returns: whether that worked
 */
gboolean
hw_store_keep_levels_finish (HwStore      *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (HW_IS_STORE (self), FALSE);

  return HW_STORE_GET_IFACE (self)->keep_levels_finish (self, result, error);
}

/**
 * hw_store_list_candidates_async:
 * @self: a store
 * @limit: how many at most
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer, for hw_store_list_finish()
 * @user_data: data for @callback
 *
 * Lists the Pending tasks that come first: by priority, then by age.
 */
void
hw_store_list_candidates_async (HwStore            *self,
                                guint               limit,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (HW_IS_STORE (self));

  HW_STORE_GET_IFACE (self)->list_candidates_async (self, limit, cancellable, callback,
                                                    user_data);
}

/**
 * hw_store_list_open_async:
 * @self: a store
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer, for hw_store_list_finish()
 * @user_data: data for @callback
 *
 * Lists all Processing tasks: after a start, those of the daemon before.
 */
void
hw_store_list_open_async (HwStore            *self,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (HW_IS_STORE (self));

  HW_STORE_GET_IFACE (self)->list_open_async (self, cancellable, callback, user_data);
}

/**
 * hw_store_list_async:
 * @self: a store
 * @filter: which tasks; copied
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer, for hw_store_list_finish()
 * @user_data: data for @callback
 *
 * Lists tasks, newest first.
 */
void
hw_store_list_async (HwStore            *self,
                     const HwTaskFilter *filter,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_return_if_fail (HW_IS_STORE (self));
  g_return_if_fail (filter != NULL);

  HW_STORE_GET_IFACE (self)->list_async (self, filter, cancellable, callback, user_data);
}

/**
 * hw_store_list_expired_async:
 * @self: a store
 * @limits: what is to be kept
 * @now: what time it is, in microseconds since the Unix epoch
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer, for hw_store_list_finish()
 * @user_data: data for @callback
 *
 * Finds tasks that have ended and were kept for long enough, the oldest first.
 */
void
hw_store_list_expired_async (HwStore             *self,
                             const HwStoreLimits *limits,
                             gint64               now,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_return_if_fail (HW_IS_STORE (self));
  g_return_if_fail (limits != NULL);

  HW_STORE_GET_IFACE (self)->list_expired_async (self, limits, now, cancellable, callback,
                                                 user_data);
}

/**
 * hw_store_forget_async:
 * @self: a store
 * @limits: what is to be kept
 * @now: what time it is, in microseconds since the Unix epoch
 * @cancellable: (nullable): lets the answer go, not the work
 * @callback: called when a step is done
 * @user_data: data for @callback
 *
 * Removes some of the events that are too old, and of what else nobody is told of. It is
 * one step, during which others wait only shortly.
 */
void
hw_store_forget_async (HwStore             *self,
                       const HwStoreLimits *limits,
                       gint64               now,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_return_if_fail (HW_IS_STORE (self));
  g_return_if_fail (limits != NULL);

  HW_STORE_GET_IFACE (self)->forget_async (self, limits, now, cancellable, callback, user_data);
}

/**
 * hw_store_forget_finish:
 * @self: a store
 * @result: what the callback was given
 * @has_more: (out): whether there is more to do
 * @error: return location for an error
 *
 * Ends hw_store_forget_async().
 *
 * Returns: whether that worked
 */
gboolean
hw_store_forget_finish (HwStore      *self,
                        GAsyncResult *result,
                        gboolean     *has_more,
                        GError      **error)
{
  g_return_val_if_fail (HW_IS_STORE (self), FALSE);
  g_return_val_if_fail (has_more != NULL, FALSE);

  return HW_STORE_GET_IFACE (self)->forget_finish (self, result, has_more, error);
}

/**
 * hw_store_survey_async:
 * @self: a store
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Looks how the store is. It takes the same few steps however many tasks there are.
 */
void
hw_store_survey_async (HwStore            *self,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_return_if_fail (HW_IS_STORE (self));

  HW_STORE_GET_IFACE (self)->survey_async (self, cancellable, callback, user_data);
}

/**
 * hw_store_survey_finish:
 * @self: a store
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_store_survey_async().
 *
 * Returns: (transfer full): how it is, or %NULL if nothing can be read
 */
HwStoreSurvey *
hw_store_survey_finish (HwStore      *self,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (HW_IS_STORE (self), NULL);

  return HW_STORE_GET_IFACE (self)->survey_finish (self, result, error);
}

/**
 * hw_store_list_finish:
 * @self: a store
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends each of the list operations.
 *
 * Returns: (transfer full): the tasks, and the number at which that is true
 */
HwTaskPage *
hw_store_list_finish (HwStore      *self,
                      GAsyncResult *result,
                      GError      **error)
{
  g_return_val_if_fail (HW_IS_STORE (self), NULL);

  return HW_STORE_GET_IFACE (self)->list_finish (self, result, error);
}

/**
 * hw_store_get_task_async:
 * @self: a store
 * @task_id: the task's number
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Gets one task.
 */
void
hw_store_get_task_async (HwStore            *self,
                         guint64             task_id,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_return_if_fail (HW_IS_STORE (self));

  HW_STORE_GET_IFACE (self)->get_task_async (self, task_id, cancellable, callback, user_data);
}

/**
 * hw_store_get_task_finish:
 * @self: a store
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND if there is no such task
 *
 * Ends hw_store_get_task_async().
 *
 * Returns: (transfer full): the task, or %NULL
 */
HwTask *
hw_store_get_task_finish (HwStore      *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (HW_IS_STORE (self), NULL);

  return HW_STORE_GET_IFACE (self)->get_task_finish (self, result, error);
}

/**
 * hw_store_read_events_async:
 * @self: a store
 * @query: which ones
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Reads events in their order.
 */
void
hw_store_read_events_async (HwStore            *self,
                            const HwEventQuery *query,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (HW_IS_STORE (self));
  g_return_if_fail (query != NULL);

  HW_STORE_GET_IFACE (self)->read_events_async (self, query, cancellable, callback, user_data);
}

/**
 * hw_store_read_events_finish:
 * @self: a store
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_store_read_events_async().
 *
 * Returns: (transfer full): the events, or %NULL
 */
HwEventPage *
hw_store_read_events_finish (HwStore      *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (HW_IS_STORE (self), NULL);

  return HW_STORE_GET_IFACE (self)->read_events_finish (self, result, error);
}

/**
 * hw_store_emit_committed:
 * @self: a store
 * @events: (element-type HwEvent): what is on disk now, in order
 *
 * Emits #HwStore::committed: for stores only.
 */
void
hw_store_emit_committed (HwStore   *self,
                         GPtrArray *events)
{
  g_return_if_fail (HW_IS_STORE (self));
  g_return_if_fail (events != NULL);

  g_signal_emit (self, signals[SIGNAL_COMMITTED], 0, events);
}
