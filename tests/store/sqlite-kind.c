/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/sqlite-kind.h"

#include "hw-db.h"
#include "hw-sqlite-store.h"

HwStore *
open_sqlite (const char *folder,
             GError    **error)
{
  g_autofree char *path = g_build_filename (folder, "headway.db", NULL);

  return hw_sqlite_store_new (path, error);
}

void
close_sqlite (HwStore *store)
{
  hw_sqlite_store_close (HW_SQLITE_STORE (store));
}

void
execute_sql (Fixture    *fixture,
             const char *name,
             const char *sql)
{
  g_autofree char *path = fixture_build_path (fixture, name);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwDb) db = hw_db_open (path, HW_DB_MODE_WRITE, &error);

  g_assert_no_error (error);
  hw_db_execute (db, sql, &error);
  g_assert_no_error (error);
}
