/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-queue.h"
#include "hw-watch-filter.h"

G_BEGIN_DECLS

/**
 * HwWatchPlace:
 * @queue: (unowned): what is watched
 * @principal: (owned): who watches
 * @filter: what they see
 * @seq: the transition up to which all was told
 * @rev: the newest level that was told
 *
 * Where somebody stands who watches: all that it takes to watch on from there, whoever does
 * so.
 */
typedef struct
{
  HwTaskQueue *queue;
  HwPrincipal *principal;
  HwWatchFilter filter;
  guint64 seq;
  guint64 rev;
} HwWatchPlace;

void hw_watch_place_copy (const HwWatchPlace *self,
                          HwWatchPlace       *copy);
void hw_watch_place_move (HwWatchPlace *self,
                          HwWatchPlace *moved);
void hw_watch_place_clear (HwWatchPlace *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HwWatchPlace, hw_watch_place_clear)

/**
 * HwWatchState:
 * @HW_WATCH_GOES_ON: there may be more
 * @HW_WATCH_ENDED: the one task that is watched has ended, and all of it was told
 * @HW_WATCH_BEHIND: what comes next is not among the recent events any more
 *
 * What has become of a watch.
 */
typedef enum
{
  HW_WATCH_GOES_ON,
  HW_WATCH_ENDED,
  HW_WATCH_BEHIND,
} HwWatchState;

/**
 * HwWatchWriteFunc:
 * @output: where to append
 * @head: (nullable): what was given with this function
 * @event: an event
 *
 * Writes what somebody who watches is told of an event. It is called in the plane's thread.
 */
typedef void (*HwWatchWriteFunc) (GString *output,
                                  GBytes  *head,
                                  HwEvent *event);

G_END_DECLS
