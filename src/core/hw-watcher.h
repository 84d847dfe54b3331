/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-queue.h"
#include "hw-watch-filter.h"

G_BEGIN_DECLS

/**
 * HW_WATCHER_PATIENCE:
 *
 * How long a watcher waits before it tells a heartbeat, in microseconds, as a viewer learns
 * from one that silence is quiet, and not a fault. Proxies and clients of the hub give up
 * after 30 seconds of silence or more.
 */
#define HW_WATCHER_PATIENCE (15 * G_USEC_PER_SEC)

/**
 * HwWatchPoll:
 * @wait: how long to wait for something to come, in microseconds; 0 to look once
 * @limit: how many transitions one answer may have, or 0 for what is usual
 * @is_piecewise: the answers of one look after the other are one stream, and each is to be as
 *   much as the network is given at once; @limit is 0
 * @has_levels: whether levels are told too
 * @rev: the newest level that the viewer knows, or 0
 *
 * How somebody watches who asks again and again, and remembers the cursors meanwhile.
 */
typedef struct
{
  gint64 wait;
  guint limit;
  gboolean is_piecewise;
  gboolean has_levels;
  guint64 rev;
} HwWatchPoll;

#define HW_TYPE_WATCHER (hw_watcher_get_type ())
G_DECLARE_FINAL_TYPE (HwWatcher, hw_watcher, HW, WATCHER, GObject)

HwWatcher *hw_watcher_new (HwTaskQueue         *queue,
                           HwPrincipal         *principal,
                           const HwWatchFilter *filter,
                           guint64 epoch,
                           guint64 after);

HwWatcher *hw_watcher_new_poll (HwTaskQueue         *queue,
                                HwPrincipal         *principal,
                                const HwWatchFilter *filter,
                                guint64              epoch,
                                guint64              after,
                                const HwWatchPoll   *poll);

void       hw_watcher_set_patience (HwWatcher *self,
                                    gint64     patience);
guint64    hw_watcher_get_epoch (HwWatcher *self);
guint64    hw_watcher_get_seq (HwWatcher *self);
guint64    hw_watcher_get_rev (HwWatcher *self);
gboolean   hw_watcher_get_has_ended (HwWatcher *self);
gboolean   hw_watcher_may_leave (HwWatcher *self);

void       hw_watcher_next_async (HwWatcher          *self,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
GPtrArray *hw_watcher_next_finish (HwWatcher    *self,
                                   GAsyncResult *result,
                                   GError      **error);

G_END_DECLS
