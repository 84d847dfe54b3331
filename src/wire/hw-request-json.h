/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-spec.h"
#include "hw-watcher.h"

G_BEGIN_DECLS

HwTaskSpec *hw_request_json_parse_task (const char *data,
                                        gsize       length,
                                        gsize       max_length,
                                        gboolean    needs_type,
                                        GError    **error);
GPtrArray  *hw_request_json_parse_tasks (const char *data,
                                         gsize       length,
                                         gsize       max_length,
                                         gboolean   *is_batch,
                                         GError    **error);
GBytes     *hw_request_json_encode_task (const HwTaskSpec *spec);
gboolean    hw_request_json_parse_cancel (const char *data,
                                          gsize       length,
                                          gsize       max_length,
                                          gboolean   *now,
                                          GError    **error);
GBytes     *hw_request_json_encode_cancel (gboolean now);
gboolean    hw_request_json_parse_nothing (const char *data,
                                           gsize       length,
                                           gsize       max_length,
                                           GError    **error);
char       *hw_request_json_parse_session (const char *data,
                                           gsize       length,
                                           gsize       max_length,
                                           GError    **error);

gboolean    hw_request_json_read_options (GVariant   *options,
                                          HwTaskSpec *spec,
                                          GError    **error);
gboolean    hw_request_json_read_cancel (GVariant *options,
                                         gboolean *now,
                                         GError  **error);
gboolean    hw_request_json_read_filter (GVariant      *members,
                                         HwWatchFilter *filter,
                                         GError       **error);

G_END_DECLS
