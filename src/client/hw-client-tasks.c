/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-client-tasks.h"

/* How long the daemon may take for one task, in milliseconds: it looks it up in its database. */
#define TIMEOUT 10000

#define ERROR_NOT_FOUND HW_BUS_NAME ".Error.NotFound"

/* The state of hw_client_get_tasks_async (). */
typedef struct
{
  GArray *ids;      /* (owned) (element-type guint64) */
  guint n_asked;
  GPtrArray *tasks; /* (owned) (element-type GVariant) */
} Reading;

static void
reading_free (Reading *self)
{
  g_clear_pointer (&self->ids, g_array_unref);
  g_clear_pointer (&self->tasks, g_ptr_array_unref);
  g_free (self);
}

static void ask_for_next (GTask *gtask);

static gboolean
is_not_found (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (name, ERROR_NOT_FOUND) == 0;
}

static void
on_get_task_ready (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) gtask = user_data;
  Reading *reading = g_task_get_task_data (gtask);
  g_autoptr(GVariant) task = NULL;
  g_autoptr(GError) error = NULL;

  if (hw_client_queue_call_get_task_finish (HW_CLIENT_QUEUE (source), &task, result, &error))
    {
      g_ptr_array_add (reading->tasks, g_steal_pointer (&task));
    }
  else if (!is_not_found (error))
    {
      g_task_return_error (gtask, g_steal_pointer (&error));
      return;
    }

  ask_for_next (g_steal_pointer (&gtask));
}

/* @gtask is (transfer full). */
static void
ask_for_next (GTask *gtask)
{
  Reading *reading = g_task_get_task_data (gtask);

  if (reading->n_asked == reading->ids->len)
    {
      g_task_return_pointer (gtask, g_steal_pointer (&reading->tasks),
                             (GDestroyNotify) g_ptr_array_unref);
      g_object_unref (gtask);
      return;
    }

  hw_client_queue_call_get_task (g_task_get_source_object (gtask),
                                 g_array_index (reading->ids, guint64, reading->n_asked++),
                                 g_variant_new ("a{sv}", NULL), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                 TIMEOUT, g_task_get_cancellable (gtask), on_get_task_ready, gtask);
}

/**
 * hw_client_get_tasks_async:
 * @queue: the daemon, which is not started for this
 * @ids: (transfer full) (element-type guint64): the numbers of a few tasks
 * @cancellable: (nullable): to cancel it with
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Gets tasks as they are now, one after the other.
 */
void
hw_client_get_tasks_async (HwClientQueue      *queue,
                           GArray             *ids,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask *gtask = g_task_new (queue, cancellable, callback, user_data);
  Reading *reading = g_new0 (Reading, 1);

  g_task_set_source_tag (gtask, hw_client_get_tasks_async);
  reading->ids = ids;
  reading->tasks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_task_set_task_data (gtask, reading, (GDestroyNotify) reading_free);

  ask_for_next (gtask);
}

/**
 * hw_client_get_tasks_finish:
 * @queue: the daemon
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes hw_client_get_tasks_async ().
 *
 * Returns: (transfer full) (element-type GVariant): the tasks, each an `a{sv}`, in the order of
 *   their numbers' list and without those that there are not; or %NULL if the daemon did not say
 */
GPtrArray *
hw_client_get_tasks_finish (HwClientQueue *queue,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, queue), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
