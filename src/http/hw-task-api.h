/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-listener.h"
#include "hw-http-route.h"
#include "hw-task-queue.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define HW_TYPE_TASK_API (hw_task_api_get_type ())
G_DECLARE_FINAL_TYPE (HwTaskApi, hw_task_api, HW, TASK_API, GObject)

HwTaskApi *hw_task_api_new (HwTaskQueue    *queue,
                            HwHttpListener *listener);

void       hw_task_api_answer (HwTaskApi         *self,
                               SoupServerMessage *message,
                               HwHttpRoute        route,
                               guint64            task_id,
                               HwPrincipal       *principal);

G_END_DECLS
