/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-error.h"
#include "hw-task-key.h"

/* Gives a request its key, if it has one. */
static gboolean
set_key (GPtrArray  *changes,
         const char *key,
         GPtrArray  *specs,
         gboolean    is_batch,
         GError    **error)
{
  g_autofree char *digest = NULL;

  if (key == NULL)
    return TRUE;

  if (!hw_task_key_check (key, error))
    return FALSE;

  digest = hw_task_key_make_digest (specs, is_batch);
  hw_change_set_key (g_ptr_array_index (changes, 0), key, digest);

  return TRUE;
}

static GPtrArray *
make_one_change (HwTaskQueue       *self,
                 const HwPrincipal *principal,
                 const HwTaskSpec  *spec,
                 GError           **error)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  g_autoptr(GPtrArray) specs = g_ptr_array_new ();
  gint64 now = hw_clock_get_real_time (hw_task_queue_get_clock (self));
  HwChange *change = hw_task_spec_make_change (spec, hw_task_queue_get_types (self), principal,
                                               now, error);

  if (change == NULL)
    return NULL;

  g_ptr_array_add (changes, change);
  g_ptr_array_add (specs, (gpointer) spec);
  if (!set_key (changes, spec->key, specs, FALSE, error))
    return NULL;

  return g_steal_pointer (&changes);
}

/* A key in one of many would be the key of what? */
static gboolean
check_no_key (const HwTaskSpec *spec,
              GError          **error)
{
  if (spec->key == NULL)
    return TRUE;

  g_set_error_literal (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                       "An idempotency key is that of a whole request. Give it beside the tasks.");

  return FALSE;
}

/* Makes a change of each of several requests. Returns %NULL, and says which of them it
 * is about, if one of them is not right.
 */
static GPtrArray *
make_changes (HwTaskQueue       *self,
              const HwPrincipal *principal,
              GPtrArray         *specs,
              const char        *key,
              GError           **error)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_full (specs->len,
                                                       (GDestroyNotify) hw_change_unref);
  gint64 now = hw_clock_get_real_time (hw_task_queue_get_clock (self));

  for (guint i = 0; i < specs->len; i++)
    {
      const HwTaskSpec *spec = g_ptr_array_index (specs, i);
      g_autofree char *position = NULL;
      HwChange *change = NULL;

      if (check_no_key (spec, error))
        change = hw_task_spec_make_change (spec, hw_task_queue_get_types (self), principal, now,
                                           error);
      if (change == NULL)
        {
          position = g_strdup_printf ("/%u", i);
          hw_error_prefix_field (error, position);
          return NULL;
        }

      g_ptr_array_add (changes, change);
    }

  return set_key (changes, key, specs, TRUE, error) ? g_steal_pointer (&changes) : NULL;
}

/* What is wrong with a key is said as it is. With what went wrong with the disk it must
 * be told that nothing came of the request.
 */
static void
return_error (GTask      *gtask,
              GError     *error,
              const char *prefix)
{
  if (!g_error_matches (error, HW_ERROR, HW_ERROR_CONFLICT) &&
      !g_error_matches (error, HW_ERROR, HW_ERROR_NOT_FOUND))
    g_prefix_error_literal (&error, prefix);
  g_task_return_error (gtask, error);
}

/* Proposes changes that add tasks. @gtask is (transfer full). What has a key may be there
 * already, so it is not claimed before it is known to be new.
 */
static void
propose (GTask              *gtask,
         GPtrArray          *changes,
         gboolean            is_batch,
         GAsyncReadyCallback callback)
{
  HwTaskQueue *self = g_task_get_source_object (gtask);
  HwChange *first = g_ptr_array_index (changes, 0);
  const char *node = hw_dispatcher_expect (hw_task_queue_get_dispatcher (self),
                                           !is_batch && first->key == NULL);

  if (node != NULL)
    hw_change_set_node (first, node);
  g_task_set_task_data (gtask, GINT_TO_POINTER (node != NULL), NULL);
  hw_store_commit_async (hw_task_queue_get_store (self), changes, NULL, callback, gtask);
}

/* Begins what was to begin at once, when whoever asked for it was answered. */
static void
end_proposal (GTask     *gtask,
              GPtrArray *events)
{
  HwTaskQueue *self = g_task_get_source_object (gtask);

  hw_dispatcher_end_expecting (hw_task_queue_get_dispatcher (self),
                               GPOINTER_TO_INT (g_task_get_task_data (gtask)), events);
}

static void
on_task_added (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  if (events != NULL)
    g_task_return_pointer (gtask, hw_task_new_added (g_ptr_array_index (events, 0)),
                           g_object_unref);
  else
    return_error (gtask, error,
                  "The task was not accepted, since it could not be written down: ");

  end_proposal (gtask, events);
}

/**
 * hw_task_queue_submit_async:
 * @self: a queue
 * @principal: who asks
 * @spec: for what
 * @cancellable: (nullable): lets the answer go, not the task
 * @callback: called when the task is on disk, or refused
 * @user_data: data for @callback
 *
 * Adds a task; if @spec has a key that @principal has used in the last days, gives the
 * task of then, as it was accepted, and refuses with %HW_ERROR_CONFLICT if another one
 * was asked for.
 */
void
hw_task_queue_submit_async (HwTaskQueue        *self,
                            HwPrincipal        *principal,
                            const HwTaskSpec   *spec,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr(GPtrArray) changes = NULL;
  g_autoptr(GTask) gtask = NULL;
  GError *error = NULL;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);
  g_return_if_fail (spec != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_submit_async);

  changes = make_one_change (self, principal, spec, &error);
  if (changes == NULL)
    g_task_return_error (gtask, error);
  else
    propose (g_steal_pointer (&gtask), changes, FALSE, on_task_added);
}

/**
 * hw_task_queue_submit_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error, with the field that is wrong
 *
 * Ends hw_task_queue_submit_async().
 *
 * Returns: (transfer full): the task as it was accepted, or %NULL
 */
HwTask *
hw_task_queue_submit_finish (HwTaskQueue  *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_tasks_added (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  GPtrArray *events = hw_store_commit_finish (HW_STORE (source), result, &error);

  end_proposal (gtask, events);
  if (events != NULL)
    g_task_return_pointer (gtask, events, (GDestroyNotify) g_ptr_array_unref);
  else
    return_error (gtask, error, "None of the tasks was accepted, since they could not be "
                  "written down: ");
}

/**
 * hw_task_queue_submit_many_async:
 * @self: a queue
 * @principal: who asks
 * @specs: (element-type HwTaskSpec): for what, at most %HW_SUBMIT_MAX, without keys
 * @key: (nullable): what @principal calls the request, so that it counts once
 * @cancellable: (nullable): lets the answer go, not the tasks
 * @callback: called when the tasks are on disk, or refused
 * @user_data: data for @callback
 *
 * Adds several tasks, all or none of them, with numbers in the order of @specs.
 */
void
hw_task_queue_submit_many_async (HwTaskQueue        *self,
                                 HwPrincipal        *principal,
                                 GPtrArray          *specs,
                                 const char         *key,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_autoptr(GPtrArray) changes = NULL;
  g_autoptr(GTask) gtask = NULL;
  GError *error = NULL;

  g_return_if_fail (HW_IS_TASK_QUEUE (self));
  g_return_if_fail (principal != NULL);
  g_return_if_fail (specs != NULL);

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_task_queue_submit_many_async);

  if (specs->len == 0)
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                               "The list has no task in it. Put in at least one.");
      return;
    }

  if (specs->len > HW_SUBMIT_MAX)
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_TOO_LARGE,
                               "One request may add up to %d tasks, not %u. Ask for the others in "
                               "further requests.", HW_SUBMIT_MAX, specs->len);
      return;
    }

  changes = make_changes (self, principal, specs, key, &error);
  if (changes == NULL)
    g_task_return_error (gtask, error);
  else
    propose (g_steal_pointer (&gtask), changes, TRUE, on_tasks_added);
}

/**
 * hw_task_queue_submit_many_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error; its field begins with which of the tasks it is
 *   about, counted from 0: `/3/parameters/path`; %HW_ERROR_TOO_LARGE for too many
 *
 * Ends hw_task_queue_submit_many_async().
 *
 * Returns: (transfer full) (element-type HwEvent): how each of the tasks was added, in
 *   their order, or %NULL
 */
GPtrArray *
hw_task_queue_submit_many_finish (HwTaskQueue  *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
