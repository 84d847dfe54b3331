/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-shim-record.h"

#include <glib.h>

G_BEGIN_DECLS

gboolean hw_shim_start_parse (const char  *bytes,
                              gsize        length,
                              HwShimStart *start);
gboolean hw_shim_end_parse (const char *bytes,
                            gsize       length,
                            HwShimEnd  *end);

G_END_DECLS
