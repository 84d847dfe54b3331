/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-type.h"

G_BEGIN_DECLS

#define HW_TYPE_TASK_TYPES (hw_task_types_get_type ())
G_DECLARE_FINAL_TYPE (HwTaskTypes, hw_task_types, HW, TASK_TYPES, GObject)

HwTaskTypes *hw_task_types_new (void);

void         hw_task_types_add (HwTaskTypes *self,
                                HwTaskType  *type);
HwTaskType  *hw_task_types_lookup (HwTaskTypes *self,
                                   const char  *name);
GPtrArray   *hw_task_types_list (HwTaskTypes *self);

G_END_DECLS
