/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-stream.h"

G_BEGIN_DECLS

guint         hw_http_crowd_count (GHashTable *streams,
                                   const char *peer);
HwHttpStream *hw_http_crowd_find_idler (GHashTable *streams,
                                        const char *peer);
HwHttpStream *hw_http_crowd_find_slow (GHashTable *streams,
                                       guint       max_slow);

G_END_DECLS
