/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-dbus-request.h"
#include "hw-task-queue.h"

G_BEGIN_DECLS

/* How many logs may be read at once: each is a descriptor and at most a piece of output in
 * memory. A reader may have left the bus, so this is for all together.
 */
#define HW_DBUS_LOGS_MAX 64

#define HW_TYPE_DBUS_LOGS (hw_dbus_logs_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusLogs, hw_dbus_logs, HW, DBUS_LOGS, GObject)

HwDBusLogs *hw_dbus_logs_new (HwTaskQueue *queue,
                              HwPrincipal *principal);

void        hw_dbus_logs_open_async (HwDBusLogs             *self,
                                     const HwDBusLogRequest *request,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data);
int         hw_dbus_logs_open_finish (HwDBusLogs   *self,
                                      GAsyncResult *result,
                                      GError      **error);
guint       hw_dbus_logs_get_n_open (HwDBusLogs *self);
void        hw_dbus_logs_close_all (HwDBusLogs *self);

G_END_DECLS
