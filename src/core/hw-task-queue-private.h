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
HwTask       *hw_task_queue_get_attempt_finish (HwTaskQueue  *self,
                                                GAsyncResult *result,
                                                guint        *attempt,
                                                GError      **error);

G_END_DECLS
