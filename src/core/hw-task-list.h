/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-queue.h"

G_BEGIN_DECLS

#define HW_TYPE_TASK_LIST (hw_task_list_get_type ())
G_DECLARE_FINAL_TYPE (HwTaskList, hw_task_list, HW, TASK_LIST, GObject)

HwTaskList *hw_task_list_new (HwTaskQueue *queue,
                              HwPrincipal *principal);

G_END_DECLS
