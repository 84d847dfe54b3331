/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dispatcher-private.h"

/* Tasks that are being added. If it is clear that one begins at once, it is claimed in the
 * transaction that adds it: each spares a wait for the disk. All others wait, are told of, and
 * are claimed when their turn comes.
 */

/**
 * hw_dispatcher_expect:
 * @self: a dispatcher
 * @may_begin: whether a place may be promised
 *
 * Takes note that a task, or several, are about to be added. A place is promised if one is
 * free and nobody waits for it, nor is about to. hw_dispatcher_end_expecting() must follow.
 *
 * Returns: (nullable): whose the task is from when it is added, or %NULL if it has to wait
 */
const char *
hw_dispatcher_expect (HwDispatcher *self,
                      gboolean      may_begin)
{
  g_return_val_if_fail (HW_IS_DISPATCHER (self), NULL);

  if (may_begin && self->is_open && self->n_expected == 0 &&
      hw_dispatcher_count_running (self) < self->max_parallel &&
      hw_candidates_is_idle (self->candidates))
    {
      self->n_reserved++;
      return HW_DISPATCHER_NODE;
    }

  self->n_expected++;

  return NULL;
}

/**
 * hw_dispatcher_end_expecting:
 * @self: a dispatcher
 * @is_promised: whether hw_dispatcher_expect() promised a place
 * @events: (nullable) (element-type HwEvent): what was committed, if it was
 *
 * Takes note that a task was added, or refused; begins it if it was claimed. What was
 * committed must have been folded.
 */
void
hw_dispatcher_end_expecting (HwDispatcher *self,
                             gboolean      is_promised,
                             GPtrArray    *events)
{
  g_return_if_fail (HW_IS_DISPATCHER (self));

  if (!is_promised)
    {
      self->n_expected--;
      return;
    }

  self->n_reserved--;
  if (events != NULL && self->is_open)
    hw_dispatcher_start_claimed (self, events);

  hw_dispatcher_dispatch (self);
}
