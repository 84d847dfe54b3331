/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-watch-filter.h"

/**
 * hw_watch_filter_copy:
 * @self: a filter
 * @copy: (out caller-allocates): where to put the copy, for hw_watch_filter_clear()
 *
 * Copies a filter.
 */
void
hw_watch_filter_copy (const HwWatchFilter *self,
                      HwWatchFilter       *copy)
{
  g_return_if_fail (self != NULL && copy != NULL);

  copy->task_id = self->task_id;
  copy->type = g_strdup (self->type);
  copy->owner = g_strdup (self->owner);
}

void
hw_watch_filter_clear (HwWatchFilter *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->type, g_free);
  g_clear_pointer (&self->owner, g_free);
}

/**
 * hw_watch_filter_equals:
 * @self: a filter
 * @other: another one
 *
 * Tells whether two filters let the same through.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_watch_filter_equals (const HwWatchFilter *self,
                        const HwWatchFilter *other)
{
  g_return_val_if_fail (self != NULL && other != NULL, FALSE);

  return self->task_id == other->task_id && g_strcmp0 (self->type, other->type) == 0 &&
         g_strcmp0 (self->owner, other->owner) == 0;
}

/**
 * hw_watch_filter_sees:
 * @self: a filter
 * @principal: who watches
 * @event: what happened
 *
 * Decides whether somebody is told of @event: whether it is in the filter, and they
 * may know of it. One task's number is not looked at: its events are read by it.
 *
 * Returns: %TRUE if they see it
 */
gboolean
hw_watch_filter_sees (const HwWatchFilter *self,
                      const HwPrincipal   *principal,
                      HwEvent             *event)
{
  g_return_val_if_fail (self != NULL && principal != NULL && event != NULL, FALSE);

  if (self->type != NULL && !g_str_equal (self->type, hw_event_get_task_type (event)))
    return FALSE;

  if (self->owner != NULL && !g_str_equal (self->owner, hw_event_get_owner (event)))
    return FALSE;

  /* What is of no task, such as a hold of the queue, is for everyone. */
  if (hw_event_get_task_id (event) == 0)
    return self->task_id == 0;

  return hw_may (principal, HW_VERB_VIEW, hw_event_get_owner (event));
}

/**
 * hw_watch_filter_pick:
 * @self: a filter
 * @principal: who watches
 * @events: (element-type HwEvent): what happened
 *
 * Leaves in @events, in their order, those that somebody is told of.
 */
void
hw_watch_filter_pick (const HwWatchFilter *self,
                      const HwPrincipal   *principal,
                      GPtrArray           *events)
{
  guint n_seen = 0;

  g_return_if_fail (self != NULL && principal != NULL && events != NULL);

  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);

      if (!hw_watch_filter_sees (self, principal, event))
        continue;

      g_ptr_array_index (events, i) = g_ptr_array_index (events, n_seen);
      g_ptr_array_index (events, n_seen) = event;
      n_seen++;
    }

  g_ptr_array_set_size (events, (int) n_seen);
}
