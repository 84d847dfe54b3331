/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-event.h"

G_BEGIN_DECLS

#define HW_TYPE_TASK (hw_task_get_type ())
G_DECLARE_FINAL_TYPE (HwTask, hw_task, HW, TASK, GObject)

HwTask       *hw_task_new (guint64 id,
                           guint64 seq,
                           HwTaskFields *fields);
HwTask       *hw_task_new_added (HwEvent *event);
HwTask       *hw_task_copy (HwTask *self);

guint64       hw_task_get_id (HwTask *self);
guint64       hw_task_get_seq (HwTask *self);
HwTaskFields *hw_task_get_fields (HwTask *self);
GVariant     *hw_task_get_field (HwTask     *self,
                                 HwTaskField field);
GVariant     *hw_task_dup_fields (HwTask *self);

HwTaskState   hw_task_get_state (HwTask *self);
guint         hw_task_get_attempt (HwTask *self);
int           hw_task_get_priority (HwTask *self);
guint         hw_task_get_message_count (HwTask *self);
void          hw_task_set_message_count (HwTask *self,
                                         guint   count);
const char   *hw_task_get_string (HwTask     *self,
                                  HwTaskField field);

G_END_DECLS
