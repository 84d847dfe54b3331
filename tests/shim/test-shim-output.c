/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-output.h"
#include "hw-shim-record.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Two and a half segments. */
#define SIZE (HW_SEGMENT_SIZE * 5 / 2)

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
  hw_shim_output_init (&fixture->output, fixture->folder_fd);
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

/* Test that each entry names the line that its offset is in, that there is one for every
 * 64 KiB and every second, and no more than that.
 */
static void
test_index (Fixture      *fixture,
            gconstpointer test_data)
{
  g_autoptr(GBytes) index = NULL;
  const guint8 *entry;
  guint64 lines = 0, offset = 0;
  gint64 time = 0;
  gsize size;

  write_all (fixture, SIZE);
  index = read_file (fixture, HW_SHIM_INDEX);
  g_assert_nonnull (index);
  entry = g_bytes_get_data (index, &size);
  g_assert_cmpuint (size % HW_INDEX_ENTRY_SIZE, ==, 0);
  g_assert_cmpuint (size / HW_INDEX_ENTRY_SIZE, >=, SIZE / (128 * 1024));
  g_assert_cmpuint (size / HW_INDEX_ENTRY_SIZE, <=, SIZE / 1024);

  g_assert_cmpuint (read_u64 (entry), ==, 0);
  for (const guint8 *end = entry + size; entry < end; entry += HW_INDEX_ENTRY_SIZE)
    {
      for (; offset < read_u64 (entry); offset++)
        lines += fixture->bytes->data[offset] == '\n';

      g_assert_cmpuint (read_u64 (entry), ==, offset);
      g_assert_cmpuint (read_u64 (entry + 8), ==, lines);
      g_assert_cmpint ((gint64) read_u64 (entry + 16), >=, time);
      time = (gint64) read_u64 (entry + 16);
    }
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

  index = read_file (fixture, HW_SHIM_INDEX);
  g_assert_cmpuint (g_bytes_get_size (index), ==, 2 * HW_INDEX_ENTRY_SIZE);
  entries = g_bytes_get_data (index, NULL);
  g_assert_cmpuint (read_u64 (entries + HW_INDEX_ENTRY_SIZE), ==, 4);
  g_assert_cmpuint (read_u64 (entries + HW_INDEX_ENTRY_SIZE + 8), ==, 2);
  g_assert_cmpuint (read_u64 (entries + HW_INDEX_ENTRY_SIZE + 16), ==, 6000000);
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

#define ADD(path, function) \
  g_test_add ("/shim-output/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("segments", test_segments);
  ADD ("index/every-entry-is-right", test_index);
  ADD ("index/by-time", test_index_by_time);
  ADD ("refused-is-kept", test_refused);

  return g_test_run ();
}
