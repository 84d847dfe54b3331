/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-route.h"
#include "hw-task-queue.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

void hw_submit_api_answer (HwTaskQueue       *queue,
                           SoupServerMessage *message,
                           HwHttpRoute        route,
                           HwPrincipal       *principal);

G_END_DECLS
