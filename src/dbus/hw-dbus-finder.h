/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-queue.h"

G_BEGIN_DECLS

#define HW_TYPE_DBUS_FINDER (hw_dbus_finder_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusFinder, hw_dbus_finder, HW, DBUS_FINDER, GObject)

HwDBusFinder *hw_dbus_finder_new (HwTaskQueue *queue,
                                  HwPrincipal *principal);

void          hw_dbus_finder_find (HwDBusFinder *self,
                                   guint64       task_id,
                                   guint64       seq);
void          hw_dbus_finder_note (HwDBusFinder *self,
                                   guint64       task_id,
                                   guint64       seq);

G_END_DECLS
