/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-suite.h"

#include "hw-sqlite-store.h"

/* That the SQLite store keeps what every store promises. */

static HwStore *
open_sqlite (const char *folder,
             GError    **error)
{
  g_autofree char *path = g_build_filename (folder, "headway.db", NULL);

  return hw_sqlite_store_new (path, error);
}

static void
close_sqlite (HwStore *store)
{
  hw_sqlite_store_close (HW_SQLITE_STORE (store));
}

static const StoreKind sqlite_kind = {
  .name = "sqlite-store",
  .open = open_sqlite,
  .close = close_sqlite,
};

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_store_writing_tests (&sqlite_kind);
  add_store_claiming_tests (&sqlite_kind);
  add_store_telling_tests (&sqlite_kind);
  add_store_reading_tests (&sqlite_kind);
  add_store_reopening_tests (&sqlite_kind);

  return g_test_run ();
}
