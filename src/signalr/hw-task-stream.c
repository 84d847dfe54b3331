/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-stream.h"

#include "hw-task-json.h"
#include "hw-watcher.h"

/**
 * HwTaskStream:
 *
 * A task as it is after each change: what the client's `TaskUpdated` is called with.
 * A level: whoever reads slowly gets fewer of them, and always the newest last.
 */
struct _HwTaskStream
{
  GObject parent_instance;

  HwTaskQueue *queue;     /* (owned) (not nullable) */
  HwPrincipal *principal; /* (owned) (not nullable) */
  HwWatcher *watcher;     /* (owned) (not nullable) */
  guint64 task_id;
  HwEncoding encoding;
};

static void hw_task_stream_iface_init (HwHubStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwTaskStream, hw_task_stream, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_HUB_STREAM,
                                                      hw_task_stream_iface_init))

/* An item goes through these in this order. */
static void wait_for_change (GTask *gtask);
static void on_watcher_next (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

/* @gtask is (transfer full). */
static void
wait_for_change (GTask *gtask)
{
  HwTaskStream *self = g_task_get_source_object (gtask);

  hw_watcher_next_async (self->watcher, g_task_get_cancellable (gtask), on_watcher_next, gtask);
}

static gboolean
is_quiet (GPtrArray *events)
{
  for (guint i = 0; i < events->len; i++)
    if (hw_event_get_kind (g_ptr_array_index (events, i)) != HW_EVENT_KIND_HEARTBEAT)
      return FALSE;

  return TRUE;
}

static void
on_watcher_next (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskStream *self = g_task_get_source_object (gtask);
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = hw_watcher_next_finish (HW_WATCHER (source), result, &error);

  if (events == NULL)
    g_task_return_error (gtask, error);
  else if (events->len == 0)
    g_task_return_pointer (gtask, NULL, NULL);
  else if (is_quiet (events))
    wait_for_change (g_steal_pointer (&gtask));
  else
    hw_task_queue_get_task_async (self->queue, self->principal, self->task_id,
                                  cancellable, on_task_got, g_steal_pointer (&gtask));
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskStream *self = g_task_get_source_object (gtask);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (HW_TASK_QUEUE (source), result, &error);
  GPtrArray *items;

  if (task == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  items = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (items, hw_encoding_take_json (self->encoding, hw_task_json_encode_task (task)));
  g_task_return_pointer (gtask, items, (GDestroyNotify) g_ptr_array_unref);
}

static void
hw_task_stream_next_async (HwHubStream        *stream,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask *gtask = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_task_stream_next_async);
  wait_for_change (gtask);
}

static GPtrArray *
hw_task_stream_next_finish (HwHubStream  *stream,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hw_task_stream_iface_init (HwHubStreamInterface *iface)
{
  iface->next_async = hw_task_stream_next_async;
  iface->next_finish = hw_task_stream_next_finish;
}

static void
hw_task_stream_finalize (GObject *object)
{
  HwTaskStream *self = HW_TASK_STREAM (object);

  g_clear_object (&self->watcher);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_task_stream_parent_class)->finalize (object);
}

static void
hw_task_stream_class_init (HwTaskStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_task_stream_finalize;
}

static void
hw_task_stream_init (HwTaskStream *self)
{
}

/**
 * hw_task_stream_new:
 * @queue: the queue
 * @principal: who watches
 * @task_id: a task's number
 * @encoding: in which form they are told
 *
 * Creates a stream of a task as it is now and after each change. It ends when the
 * task has ended and that was told.
 *
 * Returns: (transfer full): a stream
 */
HwHubStream *
hw_task_stream_new (HwTaskQueue *queue,
                    HwPrincipal *principal,
                    guint64      task_id,
                    HwEncoding   encoding)
{
  const HwWatchFilter filter = { .task_id = task_id };
  HwTaskStream *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (principal != NULL, NULL);

  self = g_object_new (HW_TYPE_TASK_STREAM, NULL);
  self->queue = g_object_ref (queue);
  self->principal = hw_principal_ref (principal);
  self->task_id = task_id;
  self->encoding = encoding;
  self->watcher = hw_watcher_new (queue, principal, &filter, 0, 0);

  return HW_HUB_STREAM (self);
}
