/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-suite.h"

#include "hw-memory-store.h"

/* That the store of the core's tests does what a real one does: or they would show
 * nothing. It ends with its test, so it promises nothing of a next daemon.
 */

static HwStore *
open_memory (const char *folder,
             GError    **error)
{
  return HW_STORE (hw_memory_store_new ());
}

static void
close_memory (HwStore *store)
{
  /* It holds nothing but memory. */
}

static const StoreKind memory_kind = {
  .name = "memory-store",
  .open = open_memory,
  .close = close_memory,
};

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_store_writing_tests (&memory_kind);
  add_store_claiming_tests (&memory_kind);
  add_store_telling_tests (&memory_kind);
  add_store_reading_tests (&memory_kind);
  add_store_removing_tests (&memory_kind);
  add_store_key_tests (&memory_kind);
  add_store_level_tests (&memory_kind);

  return g_test_run ();
}
