/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/kept-file.h"
#include "tests/store/sqlite-kind.h"

#include "hw-high-water.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* What a database is taken for that is not the one that was there: an older one that somebody
 * copied there, one that has lost its end, another one. It gets a new epoch, and no number is
 * given out twice; and the one that is there is never taken for another one.
 */

static const StoreKind marked_kind = {
  .name = "high-water",
  .open = open_sqlite,
  .close = close_sqlite,
};

/* Somebody copied the file while nobody used it, and puts that back. */
static void
test_older_one_is_noticed (Fixture      *fixture,
                           gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);
  g_autoptr(Kept) older = NULL;
  guint64 newest;

  add (fixture, "@a{sv} {}");
  fixture_close (fixture);
  older = keep (fixture, "headway.db");
  fixture_open (fixture);
  newest = add (fixture, "@a{sv} {}");
  fixture_close (fixture);
  put (fixture, older);
  fixture_open (fixture);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), !=, epoch);
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), >, newest);
}

/* A log that ends early reads as if what is missing had never been committed. */
static void
test_lost_end_is_noticed (Fixture      *fixture,
                          gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);
  g_autoptr(Kept) database = NULL;
  g_autoptr(Kept) log = NULL;
  g_autoptr(Kept) mark = NULL;
  guint64 newest;

  add (fixture, "@a{sv} {}");
  database = keep (fixture, "headway.db");
  log = keep (fixture, "headway.db-wal");
  newest = add (fixture, "@a{sv} {}");
  mark = keep (fixture, HIGH_WATER);
  fixture_close (fixture);
  put (fixture, database);
  put (fixture, log);
  put (fixture, mark);
  fixture_open (fixture);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), !=, epoch);
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), >, newest);
}

/* It may come of another machine, where its epoch goes on. */
static void
test_other_one_is_noticed (Fixture      *fixture,
                           gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);
  g_autoptr(Kept) other = NULL;
  guint64 other_epoch;

  fixture_close (fixture);
  drop (fixture, "headway.db");
  drop (fixture, HIGH_WATER);
  fixture_open (fixture);
  other_epoch = hw_store_get_epoch (fixture->store);
  for (guint i = 0; i < 5; i++)
    add (fixture, "@a{sv} {}");
  fixture_close (fixture);
  other = keep (fixture, "headway.db");
  drop (fixture, "headway.db");
  drop (fixture, HIGH_WATER);
  fixture_open (fixture);
  fixture_close (fixture);
  put (fixture, other);
  fixture_open (fixture);

  g_assert_cmpuint (other_epoch, !=, epoch);
  g_assert_cmpuint (hw_store_get_epoch (fixture->store), !=, other_epoch);
}

/* What a daemon leaves that ends, or dies, is what was there. */
static void
test_same_one_is_the_same (Fixture      *fixture,
                           gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);

  for (guint i = 0; i < 5; i++)
    {
      static const char *const names[] = { "headway.db", "headway.db-wal", HIGH_WATER };
      g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func ((GDestroyNotify) kept_free);

      g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 2 * i + 1);
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        g_ptr_array_add (left, keep (fixture, names[j]));
      fixture_close (fixture);
      for (guint j = 0; j < left->len; j++)
        put (fixture, g_ptr_array_index (left, j));
      fixture_open (fixture);
      g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, epoch);

      g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 2 * i + 2);
      fixture_close (fixture);
      fixture_open (fixture);
      g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, epoch);
    }
}

/* A mark of which a bit turned says nothing, rather than something that is not so. */
static void
test_flipped_mark_says_nothing (Fixture      *fixture,
                                gconstpointer kind)
{
  guint64 epoch = hw_store_get_epoch (fixture->store);
  g_autoptr(Kept) mark = NULL;
  g_autofree char *path = fixture_build_path (fixture, "headway.db");

  add (fixture, "@a{sv} {}");
  fixture_close (fixture);
  mark = keep (fixture, HIGH_WATER);
  for (guint bit = 0; bit < mark->length * 8; bit++)
    {
      HwHighWaterMark read;

      mark->contents[bit / 8] ^= (char) (1 << bit % 8);
      put (fixture, mark);
      hw_high_water_read (path, &read);
      g_assert_cmpuint (read.epoch, ==, 0);
      mark->contents[bit / 8] ^= (char) (1 << bit % 8);
    }
  fixture_open (fixture);

  g_assert_cmpuint (hw_store_get_epoch (fixture->store), ==, epoch);
}

/* Has a file of ours be a disk that is full, from now on. */
static void
fill_disk (const char *path)
{
  g_autoptr(GDir) descriptors = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (descriptors)) != NULL)
    {
      g_autofree char *link = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (link, NULL);

      if (g_strcmp0 (target, path) == 0)
        {
          int full_fd = open ("/dev/full", O_WRONLY | O_CLOEXEC);

          g_assert_cmpint (dup2 (full_fd, atoi (name)), >=, 0);
          close (full_fd);
          return;
        }
    }

  g_assert_not_reached ();
}

/* Whoever reads it counts on its being no more than a step behind. */
static void
test_mark_without_space_is_near_enough (Fixture      *fixture,
                                        gconstpointer kind)
{
  g_autofree char *folder = realpath (fixture->folder, NULL);
  g_autofree char *database_path = g_build_filename (folder, "other.db", NULL);
  g_autofree char *path = g_strconcat (database_path, ".high-water", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwHighWater) mark = hw_high_water_new (database_path,
                                                   &(HwHighWaterMark) { 1, 10, 10 }, &error);

  g_assert_no_error (error);
  fill_disk (path);

  g_assert_true (hw_high_water_raise (mark, 10, 10 + HW_HIGH_WATER_STEP - 1));
  g_assert_false (hw_high_water_raise (mark, 10, 10 + HW_HIGH_WATER_STEP));
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *claim;
    FixtureFunc test;
  } tests[] = {
    { "older-one-is-noticed", test_older_one_is_noticed },
    { "lost-end-is-noticed", test_lost_end_is_noticed },
    { "other-one-is-noticed", test_other_one_is_noticed },
    { "same-one-is-the-same", test_same_one_is_the_same },
    { "without-space-is-near-enough", test_mark_without_space_is_near_enough },
    { "flipped-mark-says-nothing", test_flipped_mark_says_nothing },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    add_store_test (&marked_kind, tests[i].claim, tests[i].test);

  return g_test_run ();
}
