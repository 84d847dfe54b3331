/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-encoding.h"
#include "hw-hub-stream.h"
#include "hw-task-queue.h"

G_BEGIN_DECLS

#define HW_TYPE_TASK_STREAM (hw_task_stream_get_type ())
G_DECLARE_FINAL_TYPE (HwTaskStream, hw_task_stream, HW, TASK_STREAM, GObject)

HwHubStream *hw_task_stream_new (HwTaskQueue *queue,
                                 HwPrincipal *principal,
                                 guint64 task_id,
                                 HwEncoding encoding);

G_END_DECLS
