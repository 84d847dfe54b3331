/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-watch-audience.h"

struct _HwWatchAudience
{
  HwWatchPlace place;
  HwWatchWriteFunc write;
  GBytes *head; /* (owned) (nullable): for @write */
};

static gboolean
hw_watch_audience_is_of (const HwWatchAudience *self,
                         const HwWatchPlace    *place,
                         HwWatchWriteFunc       write,
                         GBytes                *head)
{
  HwWatchFilter filter = place->filter;

  /* Which task it is about is each one's own. */
  filter.task_id = self->place.filter.task_id;

  return self->place.queue == place->queue && self->write == write &&
         hw_principal_equals (self->place.principal, place->principal) &&
         hw_watch_filter_equals (&self->place.filter, &filter) &&
         (self->head == NULL) == (head == NULL) &&
         (head == NULL || g_bytes_equal (self->head, head));
}

/**
 * hw_watch_audience_share:
 * @newest: (inout) (transfer full) (nullable): the one that came last, or %NULL
 * @place: who watches what; its contents are taken
 * @write: writes what they are told
 * @head: (nullable): what it is written behind
 *
 * Finds the audience that has come last, if it is of such watches; else makes one, which is that
 * from now on. Clients of one kind count their streams alike, and most have one owner: those that
 * come after each other have one in common then.
 *
 * Returns: (transfer full): the one to keep
 */
HwWatchAudience *
hw_watch_audience_share (HwWatchAudience **newest,
                         HwWatchPlace     *place,
                         HwWatchWriteFunc  write,
                         GBytes           *head)
{
  HwWatchAudience *self;

  g_return_val_if_fail (newest != NULL && place != NULL && write != NULL, NULL);

  if (*newest != NULL && hw_watch_audience_is_of (*newest, place, write, head))
    {
      hw_watch_place_clear (place);
      return hw_watch_audience_ref (*newest);
    }

  self = g_rc_box_new0 (HwWatchAudience);
  hw_watch_place_move (place, &self->place);
  self->write = write;
  self->head = head != NULL ? g_bytes_ref (head) : NULL;
  g_clear_pointer (newest, hw_watch_audience_unref);
  *newest = hw_watch_audience_ref (self);

  return self;
}

HwWatchAudience *
hw_watch_audience_ref (HwWatchAudience *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_rc_box_acquire (self);
}

static void
hw_watch_audience_clear (gpointer data)
{
  HwWatchAudience *self = data;

  hw_watch_place_clear (&self->place);
  g_clear_pointer (&self->head, g_bytes_unref);
}

void
hw_watch_audience_unref (HwWatchAudience *self)
{
  g_return_if_fail (self != NULL);

  g_rc_box_release_full (self, hw_watch_audience_clear);
}

/**
 * hw_watch_audience_get_place:
 * @self: an audience
 *
 * Gets who watches what.
 *
 * Returns: (transfer none): a place, of which the numbers are nobody's
 */
const HwWatchPlace *
hw_watch_audience_get_place (const HwWatchAudience *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->place;
}

/**
 * hw_watch_audience_sees:
 * @self: an audience
 * @task_id: the one task that somebody of it watches, or 0
 * @event: what happened
 *
 * Decides whether somebody is told of @event.
 *
 * Returns: %TRUE if they see it
 */
gboolean
hw_watch_audience_sees (const HwWatchAudience *self,
                        guint64                task_id,
                        HwEvent               *event)
{
  HwWatchFilter filter;

  g_return_val_if_fail (self != NULL && event != NULL, FALSE);

  filter = self->place.filter;
  filter.task_id = task_id;

  return hw_watch_filter_sees (&filter, self->place.principal, event);
}

/**
 * hw_watch_audience_write:
 * @self: an audience
 * @event: what somebody of it is told of
 * @output: where to append
 *
 * Writes what they are told.
 */
void
hw_watch_audience_write (const HwWatchAudience *self,
                         HwEvent               *event,
                         GString               *output)
{
  g_return_if_fail (self != NULL && event != NULL && output != NULL);

  self->write (output, self->head, event);
}
