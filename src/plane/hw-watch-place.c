/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-watch-place.h"

/**
 * hw_watch_place_copy:
 * @self: a place
 * @copy: (out caller-allocates): where to put the copy, for hw_watch_place_clear()
 *
 * Copies a place.
 */
void
hw_watch_place_copy (const HwWatchPlace *self,
                     HwWatchPlace       *copy)
{
  g_return_if_fail (self != NULL && copy != NULL);

  *copy = *self;
  copy->principal = self->principal != NULL ? hw_principal_ref (self->principal) : NULL;
  hw_watch_filter_copy (&self->filter, &copy->filter);
}

/**
 * hw_watch_place_move:
 * @self: a place
 * @moved: (out caller-allocates): where to move it, for hw_watch_place_clear()
 *
 * Moves a place. What it owns is there no more; its numbers still are.
 */
void
hw_watch_place_move (HwWatchPlace *self,
                     HwWatchPlace *moved)
{
  g_return_if_fail (self != NULL && moved != NULL);

  *moved = *self;
  self->principal = NULL;
  self->filter.type = NULL;
  self->filter.owner = NULL;
}

void
hw_watch_place_clear (HwWatchPlace *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->principal, hw_principal_unref);
  hw_watch_filter_clear (&self->filter);
}
