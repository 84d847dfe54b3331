/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-listener.h"
#include "hw-http-route.h"
#include "hw-plane.h"
#include "hw-task-queue.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define HW_TYPE_POLL_API (hw_poll_api_get_type ())
G_DECLARE_FINAL_TYPE (HwPollApi, hw_poll_api, HW, POLL_API, GObject)

HwPollApi *hw_poll_api_new (HwTaskQueue    *queue,
                            HwClock        *clock,
                            HwPlane        *plane,
                            HwHttpListener *listener);
void       hw_poll_api_stop (HwPollApi *self);

void       hw_poll_api_answer (HwPollApi         *self,
                               SoupServerMessage *message,
                               HwHttpRoute        route,
                               guint64            task_id,
                               HwPrincipal       *principal);

G_END_DECLS
