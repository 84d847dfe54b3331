/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-queue.h"

G_BEGIN_DECLS

#define HW_TYPE_SERVICE_MANAGER (hw_service_manager_get_type ())
G_DECLARE_FINAL_TYPE (HwServiceManager, hw_service_manager, HW, SERVICE_MANAGER, GObject)

HwServiceManager *hw_service_manager_new (HwClock    *clock,
                                          const char *address,
                                          gint64 watchdog_time);

void              hw_service_manager_tell_ready (HwServiceManager *self);
void              hw_service_manager_tell_stopping (HwServiceManager *self);
void              hw_service_manager_set_status (HwServiceManager *self,
                                                 const char       *status);
void              hw_service_manager_follow_queue (HwServiceManager *self,
                                                   HwTaskQueue      *queue);

G_END_DECLS
