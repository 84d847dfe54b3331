/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-client-queue.h"
#include "hw-task-news.h"

G_BEGIN_DECLS

#define HW_TYPE_QUEUE_FOLLOWER (hw_queue_follower_get_type ())
G_DECLARE_FINAL_TYPE (HwQueueFollower, hw_queue_follower, HW, QUEUE_FOLLOWER, GObject)

HwQueueFollower *hw_queue_follower_new (void);

void             hw_queue_follower_set_connection (HwQueueFollower *self,
                                                   GDBusConnection *connection);

HwClientQueue   *hw_queue_follower_get_queue (HwQueueFollower *self);

G_END_DECLS
