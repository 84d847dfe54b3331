/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How many calls of one caller may wait for the ends of tasks: more than a person starts
 * by hand. Who waits for more tasks listens to the signals, which cost nothing.
 */
#define HW_DBUS_WAITS_MAX 64

#define HW_TYPE_DBUS_CALLERS (hw_dbus_callers_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusCallers, hw_dbus_callers, HW, DBUS_CALLERS, GObject)

HwDBusCallers *hw_dbus_callers_new (void);

GCancellable  *hw_dbus_callers_begin_wait (HwDBusCallers   *self,
                                           GDBusConnection *connection,
                                           const char      *name,
                                           GError         **error);
void           hw_dbus_callers_end_wait (HwDBusCallers *self,
                                         const char    *name);
void           hw_dbus_callers_drop_all (HwDBusCallers *self);
guint          hw_dbus_callers_get_n_callers (HwDBusCallers *self);

G_END_DECLS
