/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-route.h"
#include "hw-task-queue.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HW_FILE_MAX_DOWNLOADS:
 *
 * How many files may be sent at once. Each has a descriptor, a connection and a piece in
 * memory, for as long as whoever gets it takes.
 */
#define HW_FILE_MAX_DOWNLOADS 64

#define HW_TYPE_FILE_API (hw_file_api_get_type ())
G_DECLARE_FINAL_TYPE (HwFileApi, hw_file_api, HW, FILE_API, GObject)

HwFileApi *hw_file_api_new (HwTaskQueue *queue);

void       hw_file_api_answer (HwFileApi         *self,
                               SoupServerMessage *message,
                               HwHttpRoute        route,
                               guint64            task_id,
                               HwPrincipal       *principal);

G_END_DECLS
