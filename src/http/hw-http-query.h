/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output.h"
#include "hw-watcher.h"

G_BEGIN_DECLS

/**
 * HwHttpPosition:
 * @query: what to read; of which task, the path says
 * @wait: how long to wait if there is none yet, in microseconds
 *
 * Which output somebody wants.
 */
typedef struct
{
  HwOutputQuery query;
  gint64 wait;
} HwHttpPosition;

/**
 * HwHttpPoll:
 * @filter: what somebody wants to see
 * @epoch: the epoch of @after, or 0
 * @after: the number of the last transition that they know, or 0
 * @how: how they watch
 *
 * Which events somebody wants.
 */
typedef struct
{
  HwWatchFilter filter;
  guint64 epoch;
  guint64 after;
  HwWatchPoll how;
} HwHttpPoll;

void     hw_http_poll_clear (HwHttpPoll *self);

gboolean hw_http_query_read_filter (const char   *query,
                                    HwTaskFilter *filter,
                                    GError      **error);
gboolean hw_http_query_read_position (const char     *query,
                                      HwHttpPosition *position,
                                      GError        **error);
gboolean hw_http_query_read_poll (const char *query,
                                  guint64     task_id,
                                  HwHttpPoll *poll,
                                  GError    **error);
gboolean hw_http_query_read_feed (const char *query,
                                  const char *last_id,
                                  guint64     task_id,
                                  HwHttpPoll *poll,
                                  GError    **error);
gboolean hw_http_query_read_task (const char *query,
                                  guint64    *task_id,
                                  GError    **error);
gboolean hw_http_query_read_attempt (const char *query,
                                     guint      *attempt,
                                     GError    **error);
gboolean hw_http_query_read_nothing (const char *query,
                                     GError    **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HwHttpPoll, hw_http_poll_clear)

G_END_DECLS
