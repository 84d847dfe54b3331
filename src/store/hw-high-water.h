/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_HIGH_WATER_STEP:
 *
 * How many numbers of tasks may be given out before the mark has to be on disk. So what was
 * given out after the mark that a power failure left is below it and this; and a sync for that
 * many tasks costs each of them nothing.
 */
#define HW_HIGH_WATER_STEP 1000

/**
 * HwHighWaterMark:
 * @epoch: the database's number, or 0 if there is no mark
 * @last_event: the highest number of an event that was told in that epoch
 * @last_task: the highest number that a task was given
 *
 * How far a database was.
 */
typedef struct
{
  guint64 epoch;
  guint64 last_event;
  guint64 last_task;
} HwHighWaterMark;

typedef struct _HwHighWater HwHighWater;

void         hw_high_water_read (const char      *database_path,
                                 HwHighWaterMark *mark);

HwHighWater *hw_high_water_new (const char            *database_path,
                                const HwHighWaterMark *mark,
                                GError               **error);
gboolean     hw_high_water_raise (HwHighWater *self,
                                  guint64      last_event,
                                  guint64      last_task);
gboolean     hw_high_water_sync (HwHighWater *self);
void         hw_high_water_free (HwHighWater *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwHighWater, hw_high_water_free)

G_END_DECLS
