/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/sqlite-kind.h"
#include "tests/store/store-suite.h"

/* That the SQLite store keeps what every store promises. */

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
  add_store_removing_tests (&sqlite_kind);
  add_store_key_tests (&sqlite_kind);
  add_store_level_tests (&sqlite_kind);
  add_store_lasting_key_tests (&sqlite_kind);
  add_store_lasting_level_tests (&sqlite_kind);
  add_store_lasting_tests (&sqlite_kind);

  return g_test_run ();
}
