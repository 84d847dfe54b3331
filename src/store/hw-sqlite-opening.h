/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-high-water.h"
#include "hw-sqlite-write.h"

G_BEGIN_DECLS

HwDb *hw_sqlite_opening_open (const char      *path,
                              HwSqliteNumbers *numbers,
                              HwHighWater    **high_water,
                              gboolean        *is_unchecked,
                              GError         **error);

G_END_DECLS
