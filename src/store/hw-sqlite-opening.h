/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-high-water.h"
#include "hw-sqlite-write.h"

G_BEGIN_DECLS

/**
 * HwSqliteRest:
 * @has_log: there was a log, so whoever had the database last died
 * @is_unchecked: and it is too large to be checked before it is used: see hw_db_check()
 *
 * What somebody left who had a database.
 */
typedef struct
{
  gboolean has_log;
  gboolean is_unchecked;
} HwSqliteRest;

HwDb *hw_sqlite_opening_open (const char      *path,
                              HwSqliteNumbers *numbers,
                              HwHighWater    **high_water,
                              HwSqliteRest    *rest,
                              GError         **error);

G_END_DECLS
