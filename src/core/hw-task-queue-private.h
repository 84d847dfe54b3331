/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-dispatcher.h"
#include "hw-snapshots.h"
#include "hw-task-queue.h"

G_BEGIN_DECLS

HwStore      *hw_task_queue_get_store (HwTaskQueue *self);
HwOutput     *hw_task_queue_get_output (HwTaskQueue *self);
HwFiles      *hw_task_queue_get_files (HwTaskQueue *self);
HwDispatcher *hw_task_queue_get_dispatcher (HwTaskQueue *self);
HwSnapshots  *hw_task_queue_get_snapshots (HwTaskQueue *self);

void          hw_task_queue_return_not_found (GTask  *gtask,
                                              guint64 task_id);
void          hw_task_queue_find_attempt_async (HwTaskQueue        *self,
                                                HwPrincipal        *principal,
                                                guint64             task_id,
                                                guint               attempt,
                                                GCancellable       *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer            user_data);
HwTask       *hw_task_queue_find_attempt_finish (HwTaskQueue  *self,
                                                 GAsyncResult *result,
                                                 HwAttemptKey *key,
                                                 GError      **error);

G_END_DECLS
