/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-watch-stream.h"

#include "hw-task-json.h"

/**
 * HwWatchStream:
 *
 * What a watcher sees, as a stream of a hub. It adds nothing but the JSON, which
 * each event has once, however many watch.
 */
struct _HwWatchStream
{
  GObject parent_instance;

  HwWatcher *watcher; /* (owned) (not nullable) */
};

static void hw_watch_stream_iface_init (HwHubStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwWatchStream, hw_watch_stream, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_HUB_STREAM,
                                                      hw_watch_stream_iface_init))

static void
on_watcher_next (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = hw_watcher_next_finish (HW_WATCHER (source), result, &error);
  GPtrArray *items;

  if (events == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  if (events->len == 0)
    {
      g_task_return_pointer (gtask, NULL, NULL);
      return;
    }

  items = g_ptr_array_new_full (events->len, (GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (items, hw_task_json_encode_event (g_ptr_array_index (events, i)));
  g_task_return_pointer (gtask, items, (GDestroyNotify) g_ptr_array_unref);
}

static void
hw_watch_stream_next_async (HwHubStream        *stream,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  HwWatchStream *self = HW_WATCH_STREAM (stream);
  GTask *gtask = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_watch_stream_next_async);
  hw_watcher_next_async (self->watcher, cancellable, on_watcher_next, gtask);
}

static GPtrArray *
hw_watch_stream_next_finish (HwHubStream  *stream,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hw_watch_stream_iface_init (HwHubStreamInterface *iface)
{
  iface->next_async = hw_watch_stream_next_async;
  iface->next_finish = hw_watch_stream_next_finish;
}

static void
hw_watch_stream_finalize (GObject *object)
{
  HwWatchStream *self = HW_WATCH_STREAM (object);

  g_clear_object (&self->watcher);

  G_OBJECT_CLASS (hw_watch_stream_parent_class)->finalize (object);
}

static void
hw_watch_stream_class_init (HwWatchStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_watch_stream_finalize;
}

static void
hw_watch_stream_init (HwWatchStream *self)
{
}

/**
 * hw_watch_stream_new:
 * @watcher: a watcher, for this stream alone
 *
 * Creates a stream of the events that @watcher sees.
 *
 * Returns: (transfer full): a stream
 */
HwHubStream *
hw_watch_stream_new (HwWatcher *watcher)
{
  HwWatchStream *self;

  g_return_val_if_fail (HW_IS_WATCHER (watcher), NULL);

  self = g_object_new (HW_TYPE_WATCH_STREAM, NULL);
  self->watcher = g_object_ref (watcher);

  return HW_HUB_STREAM (self);
}
