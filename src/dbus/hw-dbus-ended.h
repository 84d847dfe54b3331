/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"

G_BEGIN_DECLS

/* How many tasks that have ended keep their objects, and for how long: whoever looked at
 * a task may read how it ended.
 */
#define HW_DBUS_ENDED_OBJECTS_MAX 200
#define HW_DBUS_ENDED_OBJECT_TIME (60 * G_USEC_PER_SEC)

#define HW_TYPE_DBUS_ENDED (hw_dbus_ended_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusEnded, hw_dbus_ended, HW, DBUS_ENDED, GObject)

HwDBusEnded *hw_dbus_ended_new (HwClock *clock);

void         hw_dbus_ended_add (HwDBusEnded *self,
                                guint64      task_id);
void         hw_dbus_ended_remove (HwDBusEnded *self,
                                   guint64      task_id);

G_END_DECLS
