/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-folder.h"
#include "hw-memory-store.h"
#include "hw-output-attic.h"
#include "hw-output-keeper.h"
#include "hw-shim-output.h"
#include "hw-shim-record.h"

#include "tests/support/wait.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#define MIB (1024 * 1024)

/* The folder of all attempts, all of database 5, and who looks after it. */
typedef struct
{
  char *root;             /* (owned) */
  HwStore *store;         /* (owned) */
  HwOutputKeeper *keeper; /* (owned) (nullable) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->root = g_dir_make_tmp ("test-keeper-XXXXXX", NULL);
  fixture->store = HW_STORE (hw_memory_store_new ());
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  const char *argv[] = { "rm", "-rf", "--", fixture->root, NULL };

  if (fixture->keeper != NULL)
    drop_object (fixture->keeper);
  drop_object (fixture->store);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (fixture->root);
}

/* Writes what a task printed, which ended so many seconds after the first one, or runs. */
static void
add_output (Fixture *fixture,
            guint64  task_id,
            gsize    size,
            int      ended_after)
{
  g_autofree char *path = hw_attempt_folder_build (fixture->root, 5, task_id, 1);
  g_autofree char *end = g_build_filename (path, HW_SHIM_END, NULL);
  g_autofree guint8 *bytes = g_malloc (size);
  const struct utimbuf times = { 1000000 + ended_after, 1000000 + ended_after };
  g_autoptr(GRand) rand = g_rand_new_with_seed ((guint) task_id);
  HwShimOutput writer;
  gsize written;
  int fd;

  for (gsize i = 0; i + 4 <= size; i += 4)
    {
      guint number = g_rand_int (rand);

      memcpy (bytes + i, &number, sizeof number);
    }
  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  fd = hw_io_open_folder (path);
  hw_shim_output_init (&writer, fd, 0);
  g_assert_true (hw_shim_output_write (&writer, bytes, size, 0, &written));
  hw_shim_output_clear (&writer);
  close (fd);
  if (ended_after < 0)
    return;

  g_assert_true (g_file_set_contents (end, "x", 1, NULL));
  g_assert_no_errno (utime (end, &times));
}

static void
keep (Fixture *fixture,
      guint64  total)
{
  fixture->keeper = hw_output_keeper_new (fixture->root, fixture->store, total);
  hw_output_keeper_begin (fixture->keeper);
  wait_until (!hw_output_keeper_is_busy (fixture->keeper));
}

static gboolean
has_output (Fixture *fixture,
            guint64  task_id)
{
  g_autofree char *path = hw_attempt_folder_build (fixture->root, 5, task_id, 1);
  g_auto(HwOutputFolder) folder = { .fd = -1 };

  g_assert_true (hw_output_folder_open (&folder, path, NULL, NULL));

  return hw_output_attic_measure (&folder) > 0;
}

static void
test_counts (Fixture      *fixture,
             gconstpointer test_data)
{
  add_output (fixture, 1, MIB, 0);
  add_output (fixture, 2, 5 * MIB, 1);
  keep (fixture, 64 * MIB);

  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), >=, 6 * MIB);
  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), <, 7 * MIB);
  g_assert_true (has_output (fixture, 1));
  g_assert_true (has_output (fixture, 2));
}

/* Test that what ended first goes first, whatever its number, until there is enough room. */
static void
test_oldest_goes (Fixture      *fixture,
                  gconstpointer test_data)
{
  add_output (fixture, 1, 2 * MIB, 30);
  add_output (fixture, 2, 2 * MIB, 10);
  add_output (fixture, 3, 2 * MIB, 20);
  add_output (fixture, 4, 2 * MIB, 40);
  keep (fixture, 5 * MIB);

  g_assert_true (has_output (fixture, 1));
  g_assert_false (has_output (fixture, 2));
  g_assert_false (has_output (fixture, 3));
  g_assert_true (has_output (fixture, 4));
  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), <=, 5 * MIB);
}

/* Test that what runs loses nothing, however much there is. */
static void
test_running_stays (Fixture      *fixture,
                    gconstpointer test_data)
{
  add_output (fixture, 1, 9 * MIB, -1);
  add_output (fixture, 2, 2 * MIB, 10);
  keep (fixture, MIB);

  g_assert_true (has_output (fixture, 1));
  g_assert_false (has_output (fixture, 2));
  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), ==, 0);
}

/* Tells what the store told of the first attempt of a task. */
static void
tell (Fixture    *fixture,
      guint64     task_id,
      const char *changes)
{
  const HwEventOrigin origin = { .epoch = 5, .task_id = task_id, .attempt = 1 };
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  g_autoptr(GVariant) parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, changes, NULL, NULL, NULL);

  g_assert_nonnull (parsed);
  g_ptr_array_add (events, hw_event_new (HW_EVENT_KIND_STATE, &origin, 1,
                                         hw_task_fields_new_from_variant (parsed)));
  hw_store_emit_committed (fixture->store, events);
  wait_until (!hw_output_keeper_is_busy (fixture->keeper));
}

/* Has the first segment of what a task printed be as it is in most logs: much the same. */
static void
make_packable (Fixture *fixture,
               guint64  task_id)
{
  g_autofree char *folder = hw_attempt_folder_build (fixture->root, 5, task_id, 1);
  g_autofree char *path = g_build_filename (folder, "output-0", NULL);
  g_autofree char *bytes = g_malloc (HW_SEGMENT_SIZE);

  memset (bytes, 'x', HW_SEGMENT_SIZE);
  g_assert_true (g_file_set_contents (path, bytes, HW_SEGMENT_SIZE, NULL));
}

static gboolean
has_file (Fixture    *fixture,
          guint64     task_id,
          const char *name)
{
  g_autofree char *folder = hw_attempt_folder_build (fixture->root, 5, task_id, 1);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_told_is_packed (Fixture      *fixture,
                     gconstpointer test_data)
{
  keep (fixture, 64 * MIB);
  add_output (fixture, 1, 5 * MIB, 0);
  make_packable (fixture, 1);
  tell (fixture, 1, "{'state': <'Completed'>, 'output_size': <uint64 5242880>}");

  g_assert_true (has_file (fixture, 1, "output-0.gz"));
  g_assert_false (has_file (fixture, 1, "output-0"));
  g_assert_true (has_file (fixture, 1, "output-4194304"));
  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), >=, MIB);
  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), <, 2 * MIB);
}

/* Test that of what is too small to be packed it is counted how much the store told. */
static void
test_told_is_counted (Fixture      *fixture,
                      gconstpointer test_data)
{
  keep (fixture, 64 * MIB);
  tell (fixture, 1, "{'state': <'Completed'>, 'output_size': <uint64 5000>}");
  tell (fixture, 2, "{'state': <'Completed'>, 'output_size': <uint64 0>}");

  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), ==, 3 * 4096);
}

static void
test_told_makes_room (Fixture      *fixture,
                      gconstpointer test_data)
{
  add_output (fixture, 1, 6 * MIB, 0);
  keep (fixture, 10 * MIB);
  add_output (fixture, 2, 6 * MIB, 1);
  tell (fixture, 2, "{'state': <'Completed'>, 'output_size': <uint64 6291456>}");

  g_assert_false (has_output (fixture, 1));
  g_assert_true (has_output (fixture, 2));
  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), <, 7 * MIB);
}

/* Test with an attempt of which nobody knows how it ended, or how much it printed. */
static void
test_lost (Fixture      *fixture,
           gconstpointer test_data)
{
  const char *changes = test_data;

  keep (fixture, 10 * MIB);
  add_output (fixture, 1, 5 * MIB, -1);
  make_packable (fixture, 1);
  tell (fixture, 1, changes);

  g_assert_true (has_file (fixture, 1, "output-0.gz"));
  g_assert_true (has_file (fixture, 1, HW_OUTPUT_ENDED));
  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), >=, MIB);

  add_output (fixture, 2, 10 * MIB, 2000000000);
  tell (fixture, 2, "{'state': <'Completed'>, 'output_size': <uint64 10485760>}");

  g_assert_false (has_output (fixture, 1));
}

/* Test that an attempt that begins is left alone. */
static void
test_begun (Fixture      *fixture,
            gconstpointer test_data)
{
  keep (fixture, 10 * MIB);
  add_output (fixture, 1, 5 * MIB, -1);
  make_packable (fixture, 1);
  tell (fixture, 1, "{'state': <'Processing'>}");
  tell (fixture, 1, "{'message': <'so far'>}");

  g_assert_true (has_file (fixture, 1, "output-0"));
  g_assert_false (has_file (fixture, 1, HW_OUTPUT_ENDED));
  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), ==, 0);
}

/* Test that what a daemon left that died while it packed takes no room for ever. */
static void
test_died (Fixture      *fixture,
           gconstpointer test_data)
{
  g_autofree char *folder = hw_attempt_folder_build (fixture->root, 5, 1, 1);
  g_autofree char *draft = g_build_filename (folder, ".output-4194304.gz.321", NULL);
  g_autofree char *packed = g_build_filename (folder, "output-0.gz", NULL);

  add_output (fixture, 1, 9 * MIB, 0);
  g_assert_true (g_file_set_contents (draft, "half", -1, NULL));
  g_assert_true (g_file_set_contents (packed, "whole", -1, NULL));
  keep (fixture, 64 * MIB);

  g_assert_false (g_file_test (draft, G_FILE_TEST_EXISTS));
  g_assert_false (has_file (fixture, 1, "output-0"));
  g_assert_true (has_file (fixture, 1, "output-0.gz"));
  g_assert_true (has_file (fixture, 1, "output-4194304"));
  g_assert_true (has_file (fixture, 1, "output-8388608"));
  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), <, 6 * MIB);
}

static void
test_strange_folders (Fixture      *fixture,
                      gconstpointer test_data)
{
  g_autofree char *word = g_build_filename (fixture->root, "5", "word", NULL);
  g_autofree char *file = g_build_filename (fixture->root, "6", NULL);

  add_output (fixture, 1, MIB, 0);
  g_assert_no_errno (g_mkdir (word, 0700));
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  keep (fixture, 64 * MIB);

  g_assert_true (has_output (fixture, 1));
  g_assert_cmpuint (hw_output_keeper_get_size (fixture->keeper), <, 2 * MIB);
}

#define ADD(path, function) \
  ADD_WITH (path, NULL, function)
#define ADD_WITH(path, data, function) \
  g_test_add ("/output-keeper/" path, Fixture, data, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("counts-what-there-is", test_counts);
  ADD ("what-ended-first-goes-first", test_oldest_goes);
  ADD ("what-runs-stays", test_running_stays);
  ADD ("what-the-store-tells/is-packed", test_told_is_packed);
  ADD ("what-the-store-tells/is-counted", test_told_is_counted);
  ADD ("what-the-store-tells/makes-room", test_told_makes_room);
  ADD ("what-the-store-tells/that-begins-is-left-alone", test_begun);
  ADD_WITH ("lost/failed-is-packed-and-goes", "{'state': <'Failed'>}", test_lost);
  ADD_WITH ("lost/tried-again-is-packed-and-goes", "{'state': <'Pending'>}", test_lost);
  ADD ("what-died-while-it-packed-is-made-good", test_died);
  ADD ("strange-folders-are-passed-over", test_strange_folders);

  return g_test_run ();
}
