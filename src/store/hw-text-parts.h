/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"

G_BEGIN_DECLS

GPtrArray *hw_text_parts_split (HwDb       *db,
                                const char *word,
                                GError    **error);

G_END_DECLS
