/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many arrays and objects may be open at once (RFC 8259, section 9, lets a reader
 * set a limit). Our own messages are four levels deep; a reader that recurses has to
 * survive what we let through, and 32 frames fit on any stack. */
#define HW_JSON_MAX_DEPTH 32

/* A request names some dozens of values, a batch some thousands. Each token
 * becomes an object of about 100 bytes until the value of the whole is flattened,
 * so this holds what a request takes meanwhile near 1 MB. */
#define HW_JSON_MAX_TOKENS 10000

/**
 * HwJsonLimits:
 * @max_length: the most bytes
 * @max_tokens: the most values and names
 *
 * How large a text may be.
 */
typedef struct
{
  gsize max_length;
  guint max_tokens;
} HwJsonLimits;

gboolean hw_json_scan (const char *data,
                       gsize       length,
                       gsize       max_length,
                       GError    **error);
gboolean hw_json_scan_within (const char         *data,
                              gsize               length,
                              const HwJsonLimits *limits,
                              GError            **error);

G_END_DECLS
