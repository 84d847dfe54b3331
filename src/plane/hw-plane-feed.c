/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-plane-feed.h"

#include "hw-plane-loop.h"

/**
 * HwPlaneFeed:
 *
 * Gives the plane what happens: for all who watch there once, however many they are. Main
 * context only.
 */
struct _HwPlaneFeed
{
  HwPlane *plane; /* (unowned) */
  HwTaskQueue *queue; /* (owned) */

  guint64 seq; /* what was given */
  guint64 rev;
  guint listener;
  guint wake_id;
};

static HwEventLog *
hw_plane_feed_get_log (HwPlaneFeed *self)
{
  return hw_task_queue_get_log (self->queue);
}

/* Who watches in the plane and needs what was before is told so there. All that is recent is
 * given next, and all levels.
 */
static void
hw_plane_feed_begin (HwPlaneFeed *self)
{
  guint64 epoch = hw_task_queue_get_epoch (self->queue);

  self->seq = hw_event_log_get_start (hw_plane_feed_get_log (self));
  self->rev = 0;
  hw_plane_order (self->plane, HW_PLANE_SUBJECT_BEGIN, NULL, g_memdup2 (&epoch, sizeof (epoch)),
                  self->seq);
}

/* @events is (transfer full). */
static void
hw_plane_feed_give (HwPlaneFeed   *self,
                    HwPlaneSubject subject,
                    GPtrArray     *events)
{
  if (events->len > 0)
    hw_plane_order (self->plane, subject, NULL, events, 0);
  else
    g_ptr_array_unref (events);
}

/* What was committed comes before the levels, of which the newest is always enough. */
static void
hw_plane_feed_give_all (HwPlaneFeed *self)
{
  HwEventLog *log = hw_plane_feed_get_log (self);
  GPtrArray *events = hw_events_new ();
  GPtrArray *levels = hw_events_new ();

  if (self->seq < hw_event_log_get_start (log))
    hw_plane_feed_begin (self);
  hw_event_log_read_recent (log, 0, self->seq, HW_EVENT_LOG_N_RECENT, events, &self->seq);
  hw_plane_feed_give (self, HW_PLANE_SUBJECT_EVENTS, events);

  hw_event_log_read_levels (log, 0, self->rev, levels);
  if (levels->len > 0)
    self->rev = hw_event_get_rev (g_ptr_array_index (levels, levels->len - 1));
  hw_plane_feed_give (self, HW_PLANE_SUBJECT_LEVELS, levels);
}

static gboolean
on_woken (gpointer user_data)
{
  HwPlaneFeed *self = user_data;

  self->wake_id = 0;
  hw_plane_feed_give_all (self);

  return G_SOURCE_REMOVE;
}

/* All that comes in this turn of the main loop is given at once. */
static void
on_log_listened (gpointer user_data)
{
  HwPlaneFeed *self = user_data;

  if (self->wake_id == 0)
    self->wake_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_woken, self, NULL);
}

/**
 * hw_plane_feed_new:
 * @plane: the plane; it must live longer
 * @queue: what happens where
 *
 * Gives @plane all events from now on, and all levels.
 *
 * Returns: (transfer full): the feed
 */
HwPlaneFeed *
hw_plane_feed_new (HwPlane     *plane,
                   HwTaskQueue *queue)
{
  HwPlaneFeed *self;

  g_return_val_if_fail (HW_IS_PLANE (plane), NULL);
  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);

  self = g_new0 (HwPlaneFeed, 1);
  self->plane = plane;
  self->queue = g_object_ref (queue);
  self->listener = hw_event_log_add_listener (hw_plane_feed_get_log (self), 0, on_log_listened,
                                              self);
  hw_plane_feed_begin (self);
  hw_plane_feed_give_all (self);

  return self;
}

void
hw_plane_feed_free (HwPlaneFeed *self)
{
  g_return_if_fail (self != NULL);

  g_clear_handle_id (&self->wake_id, g_source_remove);
  hw_event_log_remove_listener (hw_plane_feed_get_log (self), self->listener);
  g_clear_object (&self->queue);
  g_free (self);
}
