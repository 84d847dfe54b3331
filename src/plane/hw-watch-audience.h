/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-watch-place.h"

G_BEGIN_DECLS

/**
 * HwWatchAudience:
 *
 * What those have in common who watch alike: all but where each of them stands, and which task it
 * is about. To be used in one thread.
 */
typedef struct _HwWatchAudience HwWatchAudience;

HwWatchAudience *hw_watch_audience_share (HwWatchAudience **newest,
                                          HwWatchPlace     *place,
                                          HwWatchWriteFunc  write,
                                          GBytes           *head);
HwWatchAudience *hw_watch_audience_ref (HwWatchAudience *self);
void             hw_watch_audience_unref (HwWatchAudience *self);

const HwWatchPlace *hw_watch_audience_get_place (const HwWatchAudience *self);
gboolean            hw_watch_audience_sees (const HwWatchAudience *self,
                                            guint64                task_id,
                                            HwEvent               *event);
void                hw_watch_audience_write (const HwWatchAudience *self,
                                             HwEvent               *event,
                                             GString               *output);

G_END_DECLS
