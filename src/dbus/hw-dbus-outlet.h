/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-dbus-queue-view.h"
#include "hw-dbus-tree.h"

G_BEGIN_DECLS

/* How many events may wait for the bus to take what was sent before. More come only in a
 * burst, of which whoever listens wants to know that it was, and not hold it in memory.
 */
#define HW_DBUS_WAITING_EVENTS_MAX 100

#define HW_TYPE_DBUS_OUTLET (hw_dbus_outlet_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusOutlet, hw_dbus_outlet, HW, DBUS_OUTLET, GObject)

HwDBusOutlet *hw_dbus_outlet_new (HwTaskQueue       *queue,
                                  HwPrincipal       *principal,
                                  HwDBusQueueView   *view,
                                  HwDBusTree        *tree,
                                  HwDBusSubmissions *submissions);

void          hw_dbus_outlet_set_connection (HwDBusOutlet    *self,
                                             GDBusConnection *connection);
guint         hw_dbus_outlet_get_n_waiting (HwDBusOutlet *self);
gboolean      hw_dbus_outlet_is_quiet (HwDBusOutlet *self);

G_END_DECLS
