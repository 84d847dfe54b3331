/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-queue.h"
#include "hw-watch-filter.h"

G_BEGIN_DECLS

typedef struct _HwSnapshots HwSnapshots;

HwSnapshots *hw_snapshots_new (HwTaskQueue *queue);
void         hw_snapshots_free (HwSnapshots *self);

void         hw_snapshots_get_async (HwSnapshots         *self,
                                     HwPrincipal         *principal,
                                     const HwWatchFilter *filter,
                                     gboolean             is_reset,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data);
HwEvent     *hw_snapshots_get_finish (GAsyncResult *result,
                                      GError      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwSnapshots, hw_snapshots_free)

G_END_DECLS
