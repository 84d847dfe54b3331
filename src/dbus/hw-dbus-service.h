/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-dbus-outlet.h"
#include "hw-dbus-verbs.h"

G_BEGIN_DECLS

#define HW_TYPE_DBUS_SERVICE (hw_dbus_service_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusService, hw_dbus_service, HW, DBUS_SERVICE, GObject)

HwDBusService *hw_dbus_service_new (HwTaskQueue *queue,
                                    const char  *address,
                                    const char  *http_uri);
void           hw_dbus_service_set_link (HwDBusService *self,
                                         HwDBusLinkFunc function,
                                         gpointer       user_data);

void           hw_dbus_service_start_async (HwDBusService      *self,
                                            GAsyncReadyCallback callback,
                                            gpointer            user_data);
gboolean       hw_dbus_service_start_finish (HwDBusService *self,
                                             GAsyncResult  *result,
                                             GError       **error);
void           hw_dbus_service_stop (HwDBusService *self);

gboolean       hw_dbus_service_has_name (HwDBusService *self);
HwDBusOutlet  *hw_dbus_service_get_outlet (HwDBusService *self);
HwDBusTree    *hw_dbus_service_get_tree (HwDBusService *self);
HwDBusVerbs   *hw_dbus_service_get_verbs (HwDBusService *self);

G_END_DECLS
