/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-notice.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HW_NOTIFICATION_SERVER_TIMEOUT:
 *
 * How long a server may take for an answer, in milliseconds. One that shows a window takes
 * a few; one that has not answered by then hangs.
 */
#define HW_NOTIFICATION_SERVER_TIMEOUT 5000

#define HW_TYPE_NOTIFICATION_SERVER (hw_notification_server_get_type ())
G_DECLARE_FINAL_TYPE (HwNotificationServer, hw_notification_server, HW, NOTIFICATION_SERVER, GObject)

HwNotificationServer *hw_notification_server_new (guint n_slots,
                                                  gboolean may_start,
                                                  int timeout);

void                  hw_notification_server_set_connection (HwNotificationServer *self,
                                                             GDBusConnection      *connection);

void                  hw_notification_server_show (HwNotificationServer *self,
                                                   guint                 slot,
                                                   HwNotice             *notice);
void                  hw_notification_server_withdraw (HwNotificationServer *self,
                                                       guint                 slot);

G_END_DECLS
