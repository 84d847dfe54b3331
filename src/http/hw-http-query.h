/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-store.h"

G_BEGIN_DECLS

gboolean hw_http_query_read_filter (const char   *query,
                                    HwTaskFilter *filter,
                                    GError      **error);
gboolean hw_http_query_read_position (const char *query,
                                      guint      *attempt,
                                      guint64    *offset,
                                      GError    **error);
gboolean hw_http_query_read_nothing (const char *query,
                                     GError    **error);

G_END_DECLS
