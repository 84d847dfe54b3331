/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-stream.h"
#include "hw-log-items.h"
#include "hw-task-queue.h"

G_BEGIN_DECLS

#define HW_TYPE_LOG_STREAM (hw_log_stream_get_type ())
G_DECLARE_FINAL_TYPE (HwLogStream, hw_log_stream, HW, LOG_STREAM, GObject)

HwHubStream *hw_log_stream_new (HwTaskQueue *queue,
                                HwPrincipal *principal,
                                HwLogItems  *items,
                                guint64 task_id,
                                guint attempt,
                                guint64 offset);

G_END_DECLS
