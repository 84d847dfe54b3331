/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-dbus-verbs.h"

#include "hw-dbus-generated.h"

G_BEGIN_DECLS

#define HW_TYPE_DBUS_QUEUE_VIEW (hw_dbus_queue_view_get_type ())
G_DECLARE_FINAL_TYPE (HwDBusQueueView, hw_dbus_queue_view, HW, DBUS_QUEUE_VIEW,
                      HwDBusQueueSkeleton)

HwDBusQueueView *hw_dbus_queue_view_new (HwDBusVerbs *verbs,
                                         const char  *http_uri);

void             hw_dbus_queue_view_publish_counts (HwDBusQueueView *self);
void             hw_dbus_queue_view_tell (HwDBusQueueView *self,
                                          HwEvent         *event);

G_END_DECLS
