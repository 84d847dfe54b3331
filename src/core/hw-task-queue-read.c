/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-error.h"
#include "hw-search-words.h"

/* What a page of a list may have at most, and has if nobody says. */
#define LIST_MAX 500
#define LIST_DEFAULT 50

/* What a view of all live tasks may have: more than a person can look at. */
#define LIVE_MAX 2000

/* What a verb was asked, until it is answered. Owned by its GTask. */
typedef struct
{
  HwPrincipal *principal; /* (owned) */
  guint64 task_id;
} Request;

static void
request_free (Request *request)
{
  g_clear_pointer (&request->principal, hw_principal_unref);
  g_free (request);
}

static GTask *
request_new (HwTaskQueue        *self,
             HwPrincipal        *principal,
             guint64             task_id,
             GCancellable       *cancellable,
             GAsyncReadyCallback callback,
             gpointer            user_data)
{
  GTask *gtask = g_task_new (self, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  request->principal = hw_principal_ref (principal);
  request->task_id = task_id;
  g_task_set_task_data (gtask, request, (GDestroyNotify) request_free);
  g_task_set_source_tag (gtask, request_new);

  return gtask;
}

/* What the store says of a task may be older than what the dispatcher knows. Gives a
 * copy of the newer one: nobody outside holds a task that changes.
 */
static HwTask *
get_newest (HwTaskQueue *self,
            HwTask      *stored)
{
  HwTask *live = hw_dispatcher_lookup (hw_task_queue_get_dispatcher (self), hw_task_get_id (stored));

  if (live == NULL || hw_task_get_seq (live) < hw_task_get_seq (stored))
    return g_object_ref (stored);

  return hw_task_copy (live);
}

static gboolean
may_view (HwPrincipal *principal,
          HwTask      *task)
{
  return hw_may (principal, HW_VERB_VIEW, hw_task_get_string (task, HW_TASK_FIELD_OWNER));
}

/* Answers a verb with that there is no such task, or none that the asker may know of. */
void
hw_task_queue_return_not_found (GTask  *gtask,
                                guint64 task_id)
{
  g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_NOT_FOUND,
                           "There is no task %" G_GUINT64_FORMAT ". Look at the list of tasks "
                           "for the numbers there are.", task_id);
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskQueue *self = g_task_get_source_object (gtask);
  const Request *request = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_store_get_task_finish (HW_STORE (source), result, &error);

  if (task != NULL && may_view (request->principal, task))
    g_task_return_pointer (gtask, get_newest (self, task), g_object_unref);
  else if (task != NULL || g_error_matches (error, HW_ERROR, HW_ERROR_NOT_FOUND))
    hw_task_queue_return_not_found (gtask, request->task_id);
  else
    g_task_return_error (gtask, g_steal_pointer (&error));

  g_clear_error (&error);
}

/**
 * hw_task_queue_get_task_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Gets one task as it is now.
 */
void
hw_task_queue_get_task_async (HwTaskQueue        *self,
                              HwPrincipal        *principal,
                              guint64             task_id,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr(GTask) gtask = NULL;
  HwTask *live;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);

  gtask = request_new (self, principal, task_id, cancellable, callback, user_data);
  live = hw_dispatcher_lookup (hw_task_queue_get_dispatcher (self), task_id);

  if (live != NULL && may_view (principal, live))
    g_task_return_pointer (gtask, hw_task_copy (live), g_object_unref);
  else
    hw_store_get_task_async (hw_task_queue_get_store (self), task_id, cancellable, on_task_got,
                             g_steal_pointer (&gtask));
}

/**
 * hw_task_queue_get_task_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND
 *
 * Ends hw_task_queue_get_task_async().
 *
 * Returns: (transfer full): a task that does not change, or %NULL
 */
HwTask *
hw_task_queue_get_task_finish (HwTaskQueue  *self,
                               GAsyncResult *result,
                               GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_tasks_listed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskQueue *self = g_task_get_source_object (gtask);
  GError *error = NULL;
  g_autoptr(HwTaskPage) page = hw_store_list_finish (HW_STORE (source), result, &error);
  g_autoptr(GPtrArray) tasks = NULL;

  if (page == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  tasks = g_ptr_array_new_full (page->tasks->len, g_object_unref);
  for (guint i = 0; i < page->tasks->len; i++)
    g_ptr_array_add (tasks, get_newest (self, g_ptr_array_index (page->tasks, i)));
  g_ptr_array_unref (page->tasks);
  page->tasks = g_steal_pointer (&tasks);

  g_task_return_pointer (gtask, g_steal_pointer (&page), (GDestroyNotify) hw_task_page_free);
}

/* Lists what @filter says, as far as @principal may see it. */
static void
list_visible (HwTaskQueue        *self,
              HwPrincipal        *principal,
              const HwTaskFilter *filter,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  const char *name = hw_principal_get_name (principal);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);
  g_autoptr(HwTaskFilter) visible = hw_task_filter_copy (filter);
  GError *error = NULL;

  g_task_set_source_tag (gtask, list_visible);

  if (filter->text != NULL)
    {
      g_auto(GStrv) words = hw_search_words_split (filter->text, &error);

      if (words == NULL)
        {
          g_task_return_error (gtask, error);
          return;
        }
    }

  /* Whoever may not see what others own, sees a list of their own. */
  if (!hw_may (principal, HW_VERB_VIEW, filter->owner))
    {
      if (filter->owner != NULL)
        {
          g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                                   "You may list your own tasks only. Leave the owner out.");
          return;
        }

      visible->owner = g_strdup (name);
    }

  hw_store_list_async (hw_task_queue_get_store (self), visible, cancellable, on_tasks_listed,
                       g_steal_pointer (&gtask));
}

/**
 * hw_task_queue_list_async:
 * @self: a queue
 * @principal: who asks
 * @filter: which tasks
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Lists tasks as they are now, newest first, a page at a time.
 */
void
hw_task_queue_list_async (HwTaskQueue        *self,
                          HwPrincipal        *principal,
                          const HwTaskFilter *filter,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr(HwTaskFilter) limited = NULL;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL && filter != NULL);

  limited = hw_task_filter_copy (filter);
  limited->limit = filter->limit > 0 ? MIN (filter->limit, LIST_MAX) : LIST_DEFAULT;
  list_visible (self, principal, limited, cancellable, callback, user_data);
}

/**
 * hw_task_queue_list_live_async:
 * @self: a queue
 * @principal: who asks
 * @filter: which tasks
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer, for hw_task_queue_list_finish()
 * @user_data: data for @callback
 *
 * Lists the tasks that have not ended, the newest 2,000 at most.
 */
void
hw_task_queue_list_live_async (HwTaskQueue        *self,
                               HwPrincipal        *principal,
                               const HwTaskFilter *filter,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr(HwTaskFilter) live = NULL;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL && filter != NULL);

  live = hw_task_filter_copy (filter);
  live->is_live = TRUE;
  live->limit = LIVE_MAX;
  list_visible (self, principal, live, cancellable, callback, user_data);
}

/**
 * hw_task_queue_list_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends both list verbs.
 *
 * Returns: (transfer full): tasks that do not change, or %NULL
 */
HwTaskPage *
hw_task_queue_list_finish (HwTaskQueue  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_surveyed (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  HwStoreSurvey *survey = hw_store_survey_finish (HW_STORE (source), result, &error);

  if (survey != NULL)
    g_task_return_pointer (gtask, survey, (GDestroyNotify) hw_store_survey_free);
  else
    g_task_return_error (gtask, error);
}

/**
 * hw_task_queue_survey_async:
 * @self: a queue
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Looks how the store is, and how many tasks there are and were. Whom of it what is told is for
 * the doors to decide: there is no task in it.
 */
void
hw_task_queue_survey_async (HwTaskQueue        *self,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr(GTask) gtask = NULL;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_survey_async);
  hw_store_survey_async (hw_task_queue_get_store (self), cancellable, on_surveyed,
                         g_steal_pointer (&gtask));
}

/**
 * hw_task_queue_survey_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_task_queue_survey_async().
 *
 * Returns: (transfer full): how it is, or %NULL if the store cannot be read
 */
HwStoreSurvey *
hw_task_queue_survey_finish (HwTaskQueue  *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
