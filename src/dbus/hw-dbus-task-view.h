/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-dbus-verbs.h"
#include "hw-task.h"

#include "hw-dbus-generated.h"

G_BEGIN_DECLS

#define HW_TYPE_DBUS_TASK_VIEW (hw_dbus_task_view_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusTaskView, hw_dbus_task_view, HW, DBUS_TASK_VIEW, HwDBusTaskSkeleton)

HwDBusTaskView *hw_dbus_task_view_new (HwDBusVerbs *verbs,
                                       HwTask      *task);

guint64         hw_dbus_task_view_get_id (HwDBusTaskView *self);
HwTaskState     hw_dbus_task_view_get_state (HwDBusTaskView *self);
void            hw_dbus_task_view_apply (HwDBusTaskView *self,
                                         HwEvent        *event);
void            hw_dbus_task_view_publish (HwDBusTaskView *self);

G_END_DECLS
