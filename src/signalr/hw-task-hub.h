/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-handler.h"
#include "hw-task-queue.h"

G_BEGIN_DECLS

#define HW_TYPE_TASK_HUB (hw_task_hub_get_type ())
G_DECLARE_FINAL_TYPE (HwTaskHub, hw_task_hub, HW, TASK_HUB, GObject)

HwHubHandler *hw_task_hub_new (HwTaskQueue *queue);

G_END_DECLS
