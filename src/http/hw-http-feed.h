/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-exchange.h"
#include "hw-watcher.h"

G_BEGIN_DECLS

/**
 * HW_HTTP_FEED_CONTENT_TYPE:
 *
 * What a feed is (WHATWG HTML, 9.2).
 */
#define HW_HTTP_FEED_CONTENT_TYPE "text/event-stream"

gboolean hw_http_feed_is_wanted (SoupServerMessage *message);

void     hw_http_feed_begin (HwHttpExchange *exchange,
                             HwWatcher      *watcher,
                             GDestroyNotify  on_end,
                             gpointer        user_data);

G_END_DECLS
