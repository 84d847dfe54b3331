/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-sqlite-write.h"

G_BEGIN_DECLS

HwDb *hw_sqlite_opening_open (const char      *path,
                              HwSqliteNumbers *numbers,
                              gboolean        *is_unchecked,
                              GError         **error);

G_END_DECLS
