/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-log-stream.h"

/**
 * HwLogStream:
 *
 * What a program printed, as a stream of a hub: from an offset on, and on with it
 * while the attempt runs. It holds an offset, and what it gives is shared with the others
 * that are at the same place.
 */
struct _HwLogStream
{
  GObject parent_instance;

  HwTaskQueue *queue;     /* (owned) (not nullable) */
  HwPrincipal *principal; /* (owned) (not nullable) */
  HwLogItems *items;      /* (owned) (not nullable) */
  HwOutputQuery query;    /* of attempt 0, until the newest is known */
};

static void hw_log_stream_iface_init (HwHubStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwLogStream, hw_log_stream, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_HUB_STREAM,
                                                      hw_log_stream_iface_init))

static void
on_output_read (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwLogStream *self = g_task_get_source_object (gtask);
  GError *error = NULL;
  g_autoptr(HwOutputChunk) chunk = hw_task_queue_read_output_finish (HW_TASK_QUEUE (source),
                                                                     result, &error);

  if (chunk == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  self->query.of.attempt = chunk->attempt;
  self->query.offset = hw_output_chunk_get_next_offset (chunk);
  if (hw_output_chunk_is_empty (chunk))
    g_task_return_pointer (gtask, NULL, NULL);
  else
    g_task_return_pointer (gtask, hw_log_items_get (self->items, chunk),
                           (GDestroyNotify) g_ptr_array_unref);
}

static void
hw_log_stream_next_async (HwHubStream        *stream,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  HwLogStream *self = HW_LOG_STREAM (stream);
  GTask *gtask = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_log_stream_next_async);
  hw_task_queue_read_output_async (self->queue, self->principal, &self->query, TRUE, cancellable,
                                   on_output_read, gtask);
}

static GPtrArray *
hw_log_stream_next_finish (HwHubStream  *stream,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hw_log_stream_iface_init (HwHubStreamInterface *iface)
{
  iface->next_async = hw_log_stream_next_async;
  iface->next_finish = hw_log_stream_next_finish;
}

static void
hw_log_stream_finalize (GObject *object)
{
  HwLogStream *self = HW_LOG_STREAM (object);

  hw_log_items_leave (self->items);
  g_clear_pointer (&self->items, hw_log_items_unref);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_log_stream_parent_class)->finalize (object);
}

static void
hw_log_stream_class_init (HwLogStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_log_stream_finalize;
}

static void
hw_log_stream_init (HwLogStream *self)
{
}

/**
 * hw_log_stream_new:
 * @queue: the queue
 * @principal: who reads
 * @items: what all such streams give
 * @task_id: a task's number
 * @attempt: which attempt, or 0 for the newest
 * @offset: where to begin, in bytes of what the program wrote
 *
 * Creates a stream of what an attempt printed. It ends when the attempt has and all
 * was read.
 *
 * Returns: (transfer full): a stream
 */
HwHubStream *
hw_log_stream_new (HwTaskQueue *queue,
                   HwPrincipal *principal,
                   HwLogItems  *items,
                   guint64      task_id,
                   guint        attempt,
                   guint64      offset)
{
  HwLogStream *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (principal != NULL, NULL);
  g_return_val_if_fail (items != NULL, NULL);

  self = g_object_new (HW_TYPE_LOG_STREAM, NULL);
  self->queue = g_object_ref (queue);
  self->principal = hw_principal_ref (principal);
  self->items = hw_log_items_ref (items);
  hw_log_items_enter (items);
  self->query.of.task_id = task_id;
  self->query.of.attempt = attempt;
  self->query.offset = offset;

  return HW_HUB_STREAM (self);
}
