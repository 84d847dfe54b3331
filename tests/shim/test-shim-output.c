/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-folder.h"
#include "hw-shim-output.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Two and a half segments. */
#define SIZE (HW_SEGMENT_SIZE * 5 / 2)

/* How many files and folders were synced: it has no context, and neither has this. */
static guint n_syncs;

int
fsync (int fd)
{
  n_syncs++;

  return 0;
}

/* A folder with what was written into it, in pieces of any size. */
typedef struct
{
  char *folder; /* (owned) */
  int folder_fd;
  GByteArray *bytes; /* (owned): what was written */
  HwShimOutput output;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("headway-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->folder_fd = hw_io_open_folder (fixture->folder);
  g_assert_cmpint (fixture->folder_fd, >=, 0);
  fixture->bytes = g_byte_array_new ();
  hw_shim_output_init (&fixture->output, fixture->folder_fd, GPOINTER_TO_SIZE (test_data));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_autoptr(GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  hw_shim_output_clear (&fixture->output);
  while ((name = g_dir_read_name (folder)) != NULL)
    hw_io_remove (fixture->folder_fd, name);
  close (fixture->folder_fd);
  g_assert_no_errno (g_rmdir (fixture->folder));
  g_clear_pointer (&fixture->bytes, g_byte_array_unref);
  g_free (fixture->folder);
}

static void
write_piece (Fixture *fixture,
             gsize    size,
             gint64   now)
{
  const guint8 *piece = fixture->bytes->data + fixture->output.size;
  gsize written;

  g_assert_true (hw_shim_output_write (&fixture->output, piece, size, now, &written));
  g_assert_cmpuint (written, ==, size);
}

/* Writes @size bytes, some of them line breaks, in pieces as they come out of a pipe. */
static void
write_all (Fixture *fixture,
           gsize    size)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (7);
  gint64 now = 1000;

  for (gsize i = 0; i < size; i++)
    {
      guint8 byte = (guint8) g_rand_int_range (rand, 'a', 'z');

      if (g_rand_int_range (rand, 0, 50) == 0)
        byte = '\n';
      g_byte_array_append (fixture->bytes, &byte, 1);
    }

  while (fixture->output.size < size)
    {
      gsize piece = (gsize) g_rand_int_range (rand, 1, 65537);

      write_piece (fixture, MIN (piece, size - fixture->output.size), now);
      now += g_rand_int_range (rand, 0, 500000);
    }
}

static GBytes *
read_file (Fixture    *fixture,
           const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  char *data = NULL;
  gsize size = 0;

  return g_file_get_contents (path, &data, &size, NULL) ? g_bytes_new_take (data, size) : NULL;
}

static void
test_segments (Fixture      *fixture,
               gconstpointer test_data)
{
  static const char *const names[] = { "output-0", "output-4194304", "output-8388608" };
  gsize offset = 0;

  write_all (fixture, SIZE);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(GBytes) segment = read_file (fixture, names[i]);

      g_assert_nonnull (segment);
      g_assert_cmpuint (g_bytes_get_size (segment), ==, MIN (SIZE - offset, HW_SEGMENT_SIZE));
      g_assert_cmpmem (g_bytes_get_data (segment, NULL), g_bytes_get_size (segment),
                       fixture->bytes->data + offset, g_bytes_get_size (segment));
      offset += g_bytes_get_size (segment);
    }
  g_assert_cmpuint (offset, ==, SIZE);
}

static guint64
read_u64 (const guint8 *bytes)
{
  guint64 number;

  memcpy (&number, bytes, sizeof number);

  return GUINT64_FROM_LE (number);
}

/* Adds up what is before @offset and what is said of it, entry by entry. */
typedef struct
{
  guint64 offset;
  guint64 lines;
  gint64 time;
} Sum;

static void
assert_entry (Fixture      *fixture,
              const guint8 *entry,
              Sum          *sum)
{
  for (; sum->offset < read_u64 (entry); sum->offset++)
    sum->lines += fixture->bytes->data[sum->offset] == '\n';

  g_assert_cmpuint (read_u64 (entry), ==, sum->offset);
  g_assert_cmpuint (read_u64 (entry + 8), ==, sum->lines);
  g_assert_cmpint ((gint64) read_u64 (entry + 16), >=, sum->time);
  sum->time = (gint64) read_u64 (entry + 16);
}

/* Test that each entry names the line that its offset is in, that each segment's index
 * begins where the segment does, that there is an entry for every 64 KiB and every second,
 * and no more than that.
 */
static void
test_index (Fixture      *fixture,
            gconstpointer test_data)
{
  static const char *const names[] = { "index-0", "index-4194304", "index-8388608" };
  Sum sum = { 0 };
  gsize n_entries = 0;

  write_all (fixture, SIZE);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(GBytes) index = read_file (fixture, names[i]);
      const guint8 *entries;
      gsize size;

      g_assert_nonnull (index);
      entries = g_bytes_get_data (index, &size);
      g_assert_cmpuint (size % HW_INDEX_ENTRY_SIZE, ==, 0);
      g_assert_cmpuint (read_u64 (entries), ==, i * HW_SEGMENT_SIZE);
      for (gsize at = 0; at < size; at += HW_INDEX_ENTRY_SIZE)
        assert_entry (fixture, entries + at, &sum);
      n_entries += size / HW_INDEX_ENTRY_SIZE;
    }

  g_assert_cmpuint (n_entries, >=, SIZE / (128 * 1024));
  g_assert_cmpuint (n_entries, <=, SIZE / 1024);
}

/* Test that what comes late has an entry, however little there was before. */
static void
test_index_by_time (Fixture      *fixture,
                    gconstpointer test_data)
{
  g_autoptr(GBytes) index = NULL;
  const guint8 *entries;

  g_byte_array_append (fixture->bytes, (const guint8 *) "a\nb\nc\n", 6);
  write_piece (fixture, 2, 5000000);
  write_piece (fixture, 2, 5999999);
  write_piece (fixture, 2, 6000000);

  index = read_file (fixture, "index-0");
  g_assert_cmpuint (g_bytes_get_size (index), ==, 2 * HW_INDEX_ENTRY_SIZE);
  entries = g_bytes_get_data (index, NULL);
  g_assert_cmpuint (read_u64 (entries + HW_INDEX_ENTRY_SIZE), ==, 4);
  g_assert_cmpuint (read_u64 (entries + HW_INDEX_ENTRY_SIZE + 8), ==, 2);
  g_assert_cmpuint (read_u64 (entries + HW_INDEX_ENTRY_SIZE + 16), ==, 6000000);
}

static void
limit_files (rlim_t size)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &limit));
  limit.rlim_cur = MIN (size, limit.rlim_max);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
}

/* Test that an entry that found no room leaves nothing behind that later ones would be
 * taken apart by.
 */
static void
test_index_torn (Fixture      *fixture,
                 gconstpointer test_data)
{
  g_autoptr(GBytes) index = NULL;
  Sum sum = { 0 };

  g_byte_array_append (fixture->bytes, (const guint8 *) "a\nb\nc\n", 6);
  signal (SIGXFSZ, SIG_IGN);
  write_piece (fixture, 2, 5000000);

  limit_files (HW_INDEX_ENTRY_SIZE + 7);
  write_piece (fixture, 1, 6000000);
  write_piece (fixture, 1, 7000000);
  limit_files (RLIM_INFINITY);
  write_piece (fixture, 2, 8000000);

  index = read_file (fixture, "index-0");
  g_assert_cmpuint (g_bytes_get_size (index), ==, 2 * HW_INDEX_ENTRY_SIZE);
  for (gsize at = 0; at < 2; at++)
    assert_entry (fixture, (const guint8 *) g_bytes_get_data (index, NULL) +
                  at * HW_INDEX_ENTRY_SIZE, &sum);
  g_assert_cmpuint (sum.offset, ==, 4);
}

static gboolean
has_file (Fixture    *fixture,
          const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Which segments of so many are left, with their indexes: "0 1 3". */
static char *
name_segments (Fixture *fixture)
{
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint i = 0; i <= fixture->output.size / HW_SEGMENT_SIZE; i++)
    {
      char segment[HW_IO_NAME_MAX];
      char index[HW_IO_NAME_MAX];

      hw_segment_build_name (segment, i * HW_SEGMENT_SIZE);
      hw_segment_build_index_name (index, i * HW_SEGMENT_SIZE);
      g_assert_cmpint (has_file (fixture, segment), ==, has_file (fixture, index));
      if (has_file (fixture, segment))
        g_string_append_printf (names, names->len == 0 ? "%u" : " %u", i);
    }

  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* Writes @size bytes of nothing. */
static void
write_zeros (Fixture *fixture,
             gsize    size)
{
  static const guint8 zeros[64 * 1024];
  gsize written;

  for (; size > 0; size -= written)
    g_assert_true (hw_shim_output_write (&fixture->output, zeros, MIN (size, sizeof zeros), 0,
                                         &written));
}

static void
assert_segments (Fixture    *fixture,
                 const char *expected)
{
  g_autofree char *names = name_segments (fixture);

  g_assert_cmpstr (names, ==, expected);
}

/* Test with 16 MiB that the first half and the last are kept, and never more than that. */
static void
test_limit (Fixture      *fixture,
            gconstpointer test_data)
{
  write_zeros (fixture, 4 * HW_SEGMENT_SIZE);
  assert_segments (fixture, "0 1 2 3");

  write_zeros (fixture, 1);
  assert_segments (fixture, "0 1 3 4");

  write_zeros (fixture, 5 * HW_SEGMENT_SIZE);
  assert_segments (fixture, "0 1 8 9");
}

/* Test that a limit below the least that makes sense is that one. */
static void
test_small_limit (Fixture      *fixture,
                  gconstpointer test_data)
{
  write_zeros (fixture, 2 * HW_SEGMENT_SIZE);
  assert_segments (fixture, "0 1");

  write_zeros (fixture, HW_SEGMENT_SIZE + 1);
  assert_segments (fixture, "0 3");
}

static void
test_odd_limit (Fixture      *fixture,
                gconstpointer test_data)
{
  write_zeros (fixture, 3 * HW_SEGMENT_SIZE);
  assert_segments (fixture, "0 1 2");

  write_zeros (fixture, 2 * HW_SEGMENT_SIZE);
  assert_segments (fixture, "0 1 4");
}

/* Test that a child that prints on, after the rest was packed, does not leave more than the
 * limit.
 */
static void
test_limit_packed (Fixture      *fixture,
                   gconstpointer test_data)
{
  char name[HW_IO_NAME_MAX];
  g_autofree char *path = NULL;
  g_autofree char *packed_path = NULL;

  write_zeros (fixture, 4 * HW_SEGMENT_SIZE);
  hw_segment_build_name (name, 2 * HW_SEGMENT_SIZE);
  path = g_build_filename (fixture->folder, name, NULL);
  hw_segment_build_packed_name (name, 2 * HW_SEGMENT_SIZE);
  packed_path = g_build_filename (fixture->folder, name, NULL);
  g_assert_no_errno (g_rename (path, packed_path));

  write_zeros (fixture, 1);

  assert_segments (fixture, "0 1 3 4");
  g_assert_false (g_file_test (packed_path, G_FILE_TEST_EXISTS));
}

/* Test that what the disk refuses is neither lost nor counted. */
static void
test_refused (Fixture      *fixture,
              gconstpointer test_data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "output-0", NULL);
  gsize written = 1;

  g_assert_no_errno (g_mkdir (path, 0700));
  g_assert_false (hw_shim_output_write (&fixture->output, (const guint8 *) "x", 1, 0, &written));
  g_assert_cmpuint (written, ==, 0);
  g_assert_cmpuint (fixture->output.size, ==, 0);

  g_assert_no_errno (g_rmdir (path));
  g_byte_array_append (fixture->bytes, (const guint8 *) "x", 1);
  write_piece (fixture, 1, 0);
  g_assert_cmpuint (fixture->output.size, ==, 1);
}

#define ADD(path, limit, function) \
  g_test_add ("/shim-output/" path, Fixture, GSIZE_TO_POINTER ((gsize) limit), set_up, function, \
              tear_down)

/* Test that results of a program that prints nothing are on disk with all folders: two above, that of
 * the attempt, and their own.
 */
static void
test_results_are_synced (Fixture      *fixture,
                         gconstpointer test_data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, HW_ATTEMPT_FILES_FOLDER, NULL);
  g_autofree char *path = g_build_filename (folder, "result", NULL);

  n_syncs = 0;
  g_assert_true (hw_shim_output_sync (&fixture->output));
  g_assert_no_errno (g_mkdir (folder, 0700));
  g_assert_true (hw_shim_output_sync (&fixture->output));
  g_assert_cmpuint (n_syncs, ==, 0);

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  n_syncs = 0;
  g_assert_true (hw_shim_output_sync (&fixture->output));
  g_assert_cmpuint (n_syncs, ==, 4);

  g_assert_no_errno (g_unlink (path));
  g_assert_no_errno (g_rmdir (folder));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("segments", 0, test_segments);
  ADD ("index/every-entry-is-right", 0, test_index);
  ADD ("index/by-time", 0, test_index_by_time);
  ADD ("index/torn-entry-is-taken-away", 0, test_index_torn);
  ADD ("limit/keeps-both-ends", 4 * HW_SEGMENT_SIZE, test_limit);
  ADD ("limit/small-one-keeps-both-ends", 1, test_small_limit);
  ADD ("limit/odd-one-keeps-whole-segments", 3 * HW_SEGMENT_SIZE + 1, test_odd_limit);
  ADD ("limit/drops-what-is-packed", 4 * HW_SEGMENT_SIZE, test_limit_packed);
  ADD ("refused-is-kept", 0, test_refused);
  ADD ("results-are-synced", 0, test_results_are_synced);

  return g_test_run ();
}
