/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-queue.h"

G_BEGIN_DECLS

/**
 * HwWatchFilter:
 * @task_id: the one task to watch, or 0
 * @type: (nullable): the type whose tasks to watch
 * @owner: (nullable): whose tasks to watch
 *
 * What a watcher sees. Only of what never changes, so that no task leaves its view.
 */
typedef struct
{
  guint64 task_id;
  char *type;
  char *owner;
} HwWatchFilter;

#define HW_TYPE_WATCHER (hw_watcher_get_type ())
G_DECLARE_FINAL_TYPE (HwWatcher, hw_watcher, HW, WATCHER, GObject)

HwWatcher *hw_watcher_new (HwTaskQueue         *queue,
                           HwPrincipal         *principal,
                           const HwWatchFilter *filter,
                           guint64 epoch,
                           guint64 after);

void       hw_watcher_next_async (HwWatcher          *self,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
GPtrArray *hw_watcher_next_finish (HwWatcher    *self,
                                   GAsyncResult *result,
                                   GError      **error);

G_END_DECLS
