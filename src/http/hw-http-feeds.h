/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-query.h"
#include "hw-http-rides.h"
#include "hw-task-queue.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define HW_TYPE_HTTP_FEEDS (hw_http_feeds_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpFeeds, hw_http_feeds, HW, HTTP_FEEDS, GObject)

gboolean     hw_http_feed_is_wanted (SoupServerMessage *message);

HwHttpFeeds *hw_http_feeds_new (HwTaskQueue *queue,
                                HwHttpRides *rides);
void         hw_http_feeds_begin (HwHttpFeeds       *self,
                                  SoupServerMessage *message,
                                  HwPrincipal       *principal,
                                  const HwHttpPoll  *asked);

G_END_DECLS
