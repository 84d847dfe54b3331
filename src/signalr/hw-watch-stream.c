/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-watch-stream.h"

/**
 * HwWatchStream:
 *
 * What a watcher sees, as a stream of a hub. It adds nothing but the encoding, which
 * each event has once, however many watch.
 *
 * A stream that may leave never waits: when all that was is told, it says where that is,
 * and has done its part.
 */
struct _HwWatchStream
{
  GObject parent_instance;

  HwWatcher *watcher; /* (owned) (nullable): none when somebody else watches */
  HwWatchPlace place; /* who sees what; what is told already only the watcher knows */
  HwEncoding encoding;
  gboolean may_leave;
};

static void hw_watch_stream_iface_init (HwHubStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwWatchStream, hw_watch_stream, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_HUB_STREAM,
                                                      hw_watch_stream_iface_init))

/* Whoever may leave looks once, and does not wait for what comes. */
static void
hw_watch_stream_watch (HwWatchStream *self,
                       guint64        epoch)
{
  const HwWatchPoll once = { .is_piecewise = TRUE, .has_levels = TRUE, .rev = self->place.rev };
  const HwWatchPlace *place = &self->place;

  self->watcher = self->may_leave
                  ? hw_watcher_new_poll (place->queue, place->principal, &place->filter, epoch,
                                         place->seq, &once)
                  : hw_watcher_new (place->queue, place->principal, &place->filter, epoch,
                                    place->seq);
}

/* That nothing has come is nothing to tell for whoever looked once. */
static gboolean
hw_watch_stream_tells (HwWatchStream *self,
                       HwEvent       *event)
{
  return !self->may_leave || hw_event_get_kind (event) != HW_EVENT_KIND_HEARTBEAT;
}

static void
on_watcher_next (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwWatchStream *self = g_task_get_source_object (gtask);
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
    if (hw_watch_stream_tells (self, g_ptr_array_index (events, i)))
      g_ptr_array_add (items, hw_encoding_encode_event (self->encoding,
                                                        g_ptr_array_index (events, i)));
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

static gboolean
hw_watch_stream_leave (HwHubStream  *stream,
                       HwWatchPlace *place)
{
  HwWatchStream *self = HW_WATCH_STREAM (stream);

  if (!self->may_leave || !hw_watcher_may_leave (self->watcher))
    return FALSE;

  hw_watch_place_copy (&self->place, place);
  place->seq = hw_watcher_get_seq (self->watcher);
  place->rev = hw_watcher_get_rev (self->watcher);
  g_clear_object (&self->watcher);

  return TRUE;
}

static void
hw_watch_stream_iface_init (HwHubStreamInterface *iface)
{
  iface->leave = hw_watch_stream_leave;
  iface->next_async = hw_watch_stream_next_async;
  iface->next_finish = hw_watch_stream_next_finish;
}

static void
hw_watch_stream_finalize (GObject *object)
{
  HwWatchStream *self = HW_WATCH_STREAM (object);

  g_clear_object (&self->watcher);
  g_clear_object (&self->place.queue);
  hw_watch_place_clear (&self->place);

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
 * @queue: what to watch
 * @principal: who watches
 * @filter: what they see
 * @epoch: the epoch of @after, or 0
 * @after: the number of the last transition that they know, or 0
 * @encoding: in which form they are told
 * @may_leave: whether somebody else watches on when all that was is told
 *
 * Creates a stream of the events that a #HwWatcher sees.
 *
 * Returns: (transfer full): a stream
 */
HwHubStream *
hw_watch_stream_new (HwTaskQueue         *queue,
                     HwPrincipal         *principal,
                     const HwWatchFilter *filter,
                     guint64              epoch,
                     guint64              after,
                     HwEncoding           encoding,
                     gboolean             may_leave)
{
  HwWatchStream *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (principal != NULL && filter != NULL, NULL);

  self = g_object_new (HW_TYPE_WATCH_STREAM, NULL);
  self->place.queue = g_object_ref (queue);
  self->place.principal = hw_principal_ref (principal);
  hw_watch_filter_copy (filter, &self->place.filter);
  self->place.seq = after;
  self->encoding = encoding;
  self->may_leave = may_leave;
  hw_watch_stream_watch (self, epoch);

  return HW_HUB_STREAM (self);
}

/**
 * hw_watch_stream_new_at:
 * @place: where somebody stands who may leave again
 * @encoding: in which form they are told
 *
 * Creates a stream that goes on from there.
 *
 * Returns: (transfer full): a stream
 */
HwHubStream *
hw_watch_stream_new_at (const HwWatchPlace *place,
                        HwEncoding          encoding)
{
  HwWatchStream *self;

  g_return_val_if_fail (place != NULL && place->queue != NULL, NULL);

  self = g_object_new (HW_TYPE_WATCH_STREAM, NULL);
  hw_watch_place_copy (place, &self->place);
  g_object_ref (self->place.queue);
  self->encoding = encoding;
  self->may_leave = TRUE;
  hw_watch_stream_watch (self, hw_task_queue_get_epoch (place->queue));

  return HW_HUB_STREAM (self);
}
