/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Our own messages are four levels deep; a reader that recurses has to survive
 * what we let through, and 32 frames fit on any stack. */
#define HW_JSON_MAX_DEPTH 32

/* A request names some dozens of values, a batch some thousands. Each token
 * becomes an allocation of about 100 bytes in the tree that is built next, so
 * this holds that tree near 1 MB. */
#define HW_JSON_MAX_TOKENS 10000

gboolean hw_json_scan (const char *data,
                       gsize       length,
                       gsize       max_length,
                       GError    **error);

G_END_DECLS
