/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-json-scan.h"

G_BEGIN_DECLS

GVariant *hw_json_variant_parse (const char *data,
                                 gsize       length,
                                 gsize       max_length,
                                 GError    **error);
GVariant *hw_json_variant_parse_within (const char         *data,
                                        gsize               length,
                                        const HwJsonLimits *limits,
                                        GError            **error);
GVariant *hw_json_variant_flatten (GVariant *value);
GVariant *hw_json_variant_new_array (GPtrArray *values);

G_END_DECLS
