/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-error.h"

/* Somebody who wants the files of an attempt, or one of them. Owned by its GTask. */
typedef struct
{
  HwAttemptKey of;
  char *name; /* (owned) (nullable): none if it is the list */
} Request;

static void
request_free (Request *request)
{
  g_clear_pointer (&request->name, g_free);
  g_free (request);
}

/* A request goes through these in this order. */
static void on_task_looked_at (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void on_files_listed (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void on_file_opened (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);

/* @user_data is a GTask, (transfer full). */
static void
ask_files (gpointer user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskQueue *self = g_task_get_source_object (gtask);
  HwFiles *files = hw_task_queue_get_files (self);
  const Request *request = g_task_get_task_data (gtask);
  GCancellable *cancellable = g_task_get_cancellable (gtask);

  if (files == NULL)
    g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_NOT_FOUND,
                             "This daemon keeps no files of programs. Look at their output.");
  else if (request->name == NULL)
    hw_files_list_async (files, &request->of, cancellable, on_files_listed,
                         g_steal_pointer (&gtask));
  else
    hw_files_open_async (files, &request->of, request->name, cancellable, on_file_opened,
                         g_steal_pointer (&gtask));
}

static void
on_task_looked_at (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskQueue *self = HW_TASK_QUEUE (source);
  Request *request = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_find_attempt_finish (self, result, &request->of, &error);

  if (task != NULL)
    ask_files (g_steal_pointer (&gtask));
  else
    g_task_return_error (gtask, error);
}

static void
on_files_listed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  const Request *request = g_task_get_task_data (gtask);
  GError *error = NULL;
  HwFileList *list = hw_files_list_finish (HW_FILES (source), result, &error);

  if (list == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  list->attempt = request->of.attempt;
  g_task_return_pointer (gtask, list, (GDestroyNotify) hw_file_list_free);
}

static void
on_file_opened (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  const Request *request = g_task_get_task_data (gtask);
  GError *error = NULL;
  HwFileContent *content = hw_files_open_finish (HW_FILES (source), result, &error);

  if (content == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  content->attempt = request->of.attempt;
  g_task_return_pointer (gtask, content, (GDestroyNotify) hw_file_content_free);
}

/* @gtask is (transfer full). */
static void
ask_task (GTask       *gtask,
          HwPrincipal *principal,
          guint64      task_id,
          guint        attempt,
          const char  *name)
{
  HwTaskQueue *self = g_task_get_source_object (gtask);
  Request *request = g_new0 (Request, 1);

  request->name = g_strdup (name);
  g_task_set_task_data (gtask, request, (GDestroyNotify) request_free);

  hw_task_queue_find_attempt_async (self, principal, task_id, attempt,
                                    g_task_get_cancellable (gtask), on_task_looked_at, gtask);
}

/**
 * hw_task_queue_list_files_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @attempt: which attempt, or 0 for the newest
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Looks which files a program left as results so far.
 */
void
hw_task_queue_list_files_async (HwTaskQueue        *self,
                                HwPrincipal        *principal,
                                guint64             task_id,
                                guint               attempt,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  GTask *gtask;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_list_files_async);

  ask_task (gtask, principal, task_id, attempt, NULL);
}

/**
 * hw_task_queue_list_files_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND if there is no such task, or
 *   no such attempt of it
 *
 * Ends hw_task_queue_list_files_async().
 *
 * Returns: (transfer full): the files, or %NULL
 */
HwFileList *
hw_task_queue_list_files_finish (HwTaskQueue  *self,
                                 GAsyncResult *result,
                                 GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * hw_task_queue_open_file_async:
 * @self: a queue
 * @principal: who asks
 * @task_id: a task's number
 * @attempt: which attempt, or 0 for the newest
 * @name: the file's name
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Opens a file that a program left as a result.
 */
void
hw_task_queue_open_file_async (HwTaskQueue        *self,
                               HwPrincipal        *principal,
                               guint64             task_id,
                               guint               attempt,
                               const char         *name,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  GTask *gtask;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);
  g_return_if_fail (name != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_open_file_async);

  ask_task (gtask, principal, task_id, attempt, name);
}

/**
 * hw_task_queue_open_file_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND if there is no such task,
 *   attempt or file, or %HW_ERROR_TOO_LARGE
 *
 * Ends hw_task_queue_open_file_async().
 *
 * Returns: (transfer full): the file, or %NULL
 */
HwFileContent *
hw_task_queue_open_file_finish (HwTaskQueue  *self,
                                GAsyncResult *result,
                                GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
