/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-folder.h"
#include "hw-output-attic.h"
#include "hw-output-log.h"
#include "hw-shim-output.h"

#include "tests/support/wait.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* More than two segments, and a limit at which two more make a hole. */
#define SIZE (HW_SEGMENT_SIZE * 9 / 4)
#define LIMIT (2 * HW_SEGMENT_SIZE)

/* The output of one attempt, as a shim writes it, and as it is read. */
typedef struct
{
  char *root;        /* (owned) */
  char *path;        /* (owned) */
  int fd;
  GByteArray *bytes; /* (owned): what was written */
  GArray *lines;     /* (owned): where each line begins */
  GRand *rand;       /* (owned) */
  HwShimOutput writer;
  HwOutput *output;  /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer limit)
{
  const guint64 begin = 0;

  fixture->root = g_dir_make_tmp ("test-lines-XXXXXX", NULL);
  fixture->path = hw_attempt_folder_build (fixture->root, 5, 7, 2);
  g_assert_cmpint (g_mkdir_with_parents (fixture->path, 0700), ==, 0);
  fixture->fd = hw_io_open_folder (fixture->path);
  fixture->bytes = g_byte_array_new ();
  fixture->lines = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (fixture->lines, begin);
  fixture->rand = g_rand_new_with_seed (3);
  hw_shim_output_init (&fixture->writer, fixture->fd, GPOINTER_TO_SIZE (limit));
  fixture->output = hw_output_log_new (fixture->root);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer limit)
{
  g_autoptr(GDir) folder = g_dir_open (fixture->path, 0, NULL);
  const char *name;

  drop_object (fixture->output);
  hw_shim_output_clear (&fixture->writer);
  while ((name = g_dir_read_name (folder)) != NULL)
    hw_io_remove (fixture->fd, name);
  close (fixture->fd);
  while (strlen (fixture->path) >= strlen (fixture->root))
    {
      char *parent = g_path_get_dirname (fixture->path);

      g_assert_no_errno (g_rmdir (fixture->path));
      g_free (fixture->path);
      fixture->path = parent;
    }
  g_byte_array_unref (fixture->bytes);
  g_array_unref (fixture->lines);
  g_rand_free (fixture->rand);
  g_free (fixture->path);
  g_free (fixture->root);
}

/* Prints lines of any length up to @line_max, as they come out of a pipe. */
static void
print_lines (Fixture *fixture,
             gsize    size,
             int      line_max)
{
  gsize from = fixture->bytes->len;
  gint64 now = 1000;
  int left = 0;

  g_byte_array_set_size (fixture->bytes, (guint) (from + size));
  for (gsize at = from; at < from + size; at++, left--)
    {
      guint64 next = at + 1;

      if (left == 0)
        left = g_rand_int_range (fixture->rand, 1, line_max);
      fixture->bytes->data[at] = left == 1 ? '\n' : (guint8) ('a' + at % 26);
      if (left == 1)
        g_array_append_val (fixture->lines, next);
    }

  while (fixture->writer.size < fixture->bytes->len)
    {
      gsize piece = (gsize) g_rand_int_range (fixture->rand, 1, 65537);
      gsize written;

      piece = MIN (piece, fixture->bytes->len - fixture->writer.size);
      g_assert_true (hw_shim_output_write (&fixture->writer,
                                           fixture->bytes->data + fixture->writer.size, piece,
                                           now, &written));
      now += g_rand_int_range (fixture->rand, 0, 300000);
    }
}

static void
on_read (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static HwOutputChunk *
read_chunk (Fixture *fixture,
            guint64  offset,
            guint64  line,
            guint    n_lines)
{
  const HwOutputQuery query = {
    .of = { .epoch = 5, .task_id = 7, .attempt = 2 },
    .offset = offset, .line = line, .n_lines = n_lines, .limit = 1024 * 1024,
  };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  HwOutputChunk *chunk;

  hw_output_read_async (fixture->output, &query, NULL, on_read, &result);
  wait_until (result != NULL);
  chunk = hw_output_read_finish (fixture->output, result, &error);
  g_assert_no_error (error);

  return chunk;
}

/* Asserts that a piece is what was written there. */
static void
assert_bytes (Fixture             *fixture,
              const HwOutputChunk *chunk)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (chunk->data, &size);

  g_assert_cmpuint (chunk->offset + size, <=, fixture->bytes->len);
  if (size > 0)
    g_assert_cmpmem (data, size, fixture->bytes->data + chunk->offset, size);
}

static void
assert_line (Fixture *fixture,
             guint64  line,
             guint    n_lines)
{
  g_autoptr(HwOutputChunk) chunk = read_chunk (fixture, 0, line, n_lines);
  guint64 begin = g_array_index (fixture->lines, guint64, line - 1);

  g_assert_cmpuint (chunk->offset, ==, begin);
  g_assert_cmpuint (chunk->line, ==, line);
  g_assert_cmpuint (chunk->skip_to, ==, 0);
  assert_bytes (fixture, chunk);
  if (line + n_lines <= fixture->lines->len)
    g_assert_cmpuint (hw_output_chunk_get_next_offset (chunk), ==,
                      g_array_index (fixture->lines, guint64, line - 1 + n_lines));
}

/* Test that every line is found at its offset, in lines of all lengths: long ones over
 * many entries of the index, short ones many to an entry.
 */
static void
test_index_is_right_at_every_line (Fixture      *fixture,
                                   gconstpointer limit)
{
  print_lines (fixture, SIZE / 2, 4000);
  print_lines (fixture, SIZE / 2, 200000);
  print_lines (fixture, 5000, 5);

  g_assert_cmpuint (fixture->lines->len, >, 3000);
  for (guint line = 1; line <= fixture->lines->len; line++)
    assert_line (fixture, line, 1);
}

static void
test_window_of_lines (Fixture      *fixture,
                      gconstpointer limit)
{
  g_autoptr(HwOutputChunk) chunk = NULL;

  print_lines (fixture, SIZE / 9, 100);
  for (guint line = 1; line + 50 < fixture->lines->len; line += 997)
    assert_line (fixture, line, 50);

  chunk = read_chunk (fixture, 0, 10, 7);
  g_assert_cmpuint (chunk->next_line, ==, 17);
}

static void
test_line_behind_the_end (Fixture      *fixture,
                          gconstpointer limit)
{
  g_autoptr(HwOutputChunk) chunk = NULL;

  print_lines (fixture, 100000, 100);
  chunk = read_chunk (fixture, 0, fixture->lines->len + 1, 1);

  g_assert_true (hw_output_chunk_is_empty (chunk));
  g_assert_cmpuint (chunk->offset, ==, fixture->bytes->len);
  g_assert_cmpuint (chunk->line, ==, fixture->lines->len);
}

/* Test that an index that was lost costs time, and nothing else. */
static void
test_without_an_index (Fixture      *fixture,
                       gconstpointer limit)
{
  print_lines (fixture, SIZE, 4000);
  g_assert_true (hw_io_remove (fixture->fd, "index-4194304"));
  for (guint line = 1; line <= fixture->lines->len; line += 501)
    assert_line (fixture, line, 1);

  g_assert_true (hw_io_remove (fixture->fd, "index-0"));
  g_assert_true (hw_io_remove (fixture->fd, "index-8388608"));
  for (guint line = 1; line <= fixture->lines->len; line += 1001)
    assert_line (fixture, line, 1);
}

/* Test that zeros, which a crash of the machine leaves, are no entries. */
static void
test_index_of_zeros (Fixture      *fixture,
                     gconstpointer limit)
{
  g_autofree char *path = g_build_filename (fixture->path, "index-4194304", NULL);
  static const char zeros[40 * HW_INDEX_ENTRY_SIZE];
  FILE *file = NULL;

  print_lines (fixture, SIZE, 4000);
  file = g_fopen (path, "r+");
  g_assert_cmpint (fseek (file, 10 * HW_INDEX_ENTRY_SIZE, SEEK_SET), ==, 0);
  g_assert_cmpuint (fwrite (zeros, 1, sizeof zeros, file), ==, sizeof zeros);
  g_assert_cmpint (fclose (file), ==, 0);

  for (guint line = 1; line <= fixture->lines->len; line += 501)
    assert_line (fixture, line, 1);
}

/* Reads all, and asserts that all that is not in the hole is what was written. */
static void
assert_all (Fixture *fixture,
            guint64  hole,
            guint64  hole_end)
{
  guint64 offset = 0;
  guint n_skips = 0;

  while (offset < fixture->bytes->len)
    {
      g_autoptr(HwOutputChunk) chunk = read_chunk (fixture, offset, 0, 0);

      g_assert_cmpuint (chunk->offset, ==, offset);
      g_assert_false (hw_output_chunk_is_empty (chunk));
      assert_bytes (fixture, chunk);
      if (chunk->skip_to != 0)
        {
          g_assert_cmpuint (offset, ==, hole);
          g_assert_cmpuint (chunk->skip_to, ==, hole_end);
          n_skips++;
        }
      offset = hw_output_chunk_get_next_offset (chunk);
    }

  g_assert_cmpuint (n_skips, ==, hole_end > hole);
}

static void
test_hole_is_a_skip (Fixture      *fixture,
                     gconstpointer limit)
{
  g_autoptr(HwOutputChunk) inside = NULL;

  print_lines (fixture, HW_SEGMENT_SIZE * 9 / 2, 4000);
  assert_all (fixture, HW_SEGMENT_SIZE, 4 * HW_SEGMENT_SIZE);

  inside = read_chunk (fixture, 2 * HW_SEGMENT_SIZE + 5, 0, 0);
  g_assert_cmpuint (inside->skip_to, ==, 4 * HW_SEGMENT_SIZE);
}

/* Test that each line is found where it is, or in the hole, which knows its lines. */
static void
test_lines_around_a_hole (Fixture      *fixture,
                          gconstpointer limit)
{
  guint n_skips = 0;

  print_lines (fixture, HW_SEGMENT_SIZE * 7 / 2, 4000);
  for (guint line = 1; line <= fixture->lines->len; line += 7)
    {
      g_autoptr(HwOutputChunk) chunk = read_chunk (fixture, 0, line, 1);
      guint64 begin = g_array_index (fixture->lines, guint64, line - 1);

      if (begin < HW_SEGMENT_SIZE || begin > 3 * HW_SEGMENT_SIZE)
        {
          assert_line (fixture, line, 1);
          continue;
        }

      n_skips++;
      g_assert_cmpuint (chunk->offset, ==, HW_SEGMENT_SIZE);
      g_assert_cmpuint (chunk->skip_to, ==, 3 * HW_SEGMENT_SIZE);
      g_assert_cmpuint (chunk->line, <=, line);
      g_assert_cmpuint (chunk->next_line, >=, line);
    }

  g_assert_cmpuint (n_skips, >, 100);
}

static gboolean
has_file (Fixture    *fixture,
          const char *name)
{
  g_autofree char *path = g_build_filename (fixture->path, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
open_folder (Fixture        *fixture,
             HwOutputFolder *folder)
{
  g_assert_true (hw_output_folder_open (folder, fixture->path, NULL, NULL));
}

/* Test that full segments are packed, and nobody who reads sees it. */
static void
test_packed_reads_the_same (Fixture      *fixture,
                            gconstpointer limit)
{
  g_auto(HwOutputFolder) folder = { .fd = -1 };
  guint64 size;

  print_lines (fixture, SIZE, 4000);
  open_folder (fixture, &folder);
  size = hw_output_attic_measure (&folder);
  hw_output_attic_pack (&folder, NULL);

  g_assert_true (has_file (fixture, "output-0.gz"));
  g_assert_false (has_file (fixture, "output-0"));
  g_assert_true (has_file (fixture, "output-8388608"));
  g_assert_cmpuint (hw_output_attic_measure (&folder), <, size / 2);
  assert_all (fixture, 0, 0);
  for (guint line = 1; line <= fixture->lines->len; line += 101)
    assert_line (fixture, line, 3);
}

/* Test that a crash between the two names is read, and made good the next time. */
static void
test_packed_twice (Fixture      *fixture,
                   gconstpointer limit)
{
  g_auto(HwOutputFolder) folder = { .fd = -1 };
  g_autofree char *path = g_build_filename (fixture->path, "output-0", NULL);

  print_lines (fixture, SIZE, 4000);
  open_folder (fixture, &folder);
  hw_output_attic_pack (&folder, NULL);
  g_assert_true (g_file_set_contents (path, (const char *) fixture->bytes->data, HW_SEGMENT_SIZE,
                                      NULL));
  assert_all (fixture, 0, 0);

  hw_output_attic_pack (&folder, NULL);
  g_assert_false (has_file (fixture, "output-0"));
  assert_all (fixture, 0, 0);
}

/* Packs @size zeros: a few kilobytes. */
static void
write_packed_zeros (Fixture *fixture,
                    gsize    size)
{
  g_autofree char *path = g_build_filename (fixture->path, "output-0.gz", NULL);
  g_autofree char *zeros = g_malloc0 (size);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr(GConverter) converter =
    G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1));
  g_autoptr(GOutputStream) stream = g_converter_output_stream_new (memory, converter);
  g_autoptr(GError) error = NULL;
  GMemoryOutputStream *packed = G_MEMORY_OUTPUT_STREAM (memory);

  g_assert_true (g_output_stream_write_all (stream, zeros, size, NULL, NULL, &error));
  g_assert_true (g_output_stream_close (stream, NULL, &error));
  g_assert_true (g_file_set_contents (path, g_memory_output_stream_get_data (packed),
                                      (gssize) g_memory_output_stream_get_data_size (packed),
                                      &error));
}

/* Test that what a program put in the place of a packed segment does not fill the memory. */
static void
test_packed_too_long (Fixture      *fixture,
                      gconstpointer limit)
{
  const HwOutputQuery query = { .of = { .epoch = 5, .task_id = 7, .attempt = 2 }, .limit = 100 };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  write_packed_zeros (fixture, HW_SEGMENT_SIZE + 1);
  hw_output_read_async (fixture->output, &query, NULL, on_read, &result);
  wait_until (result != NULL);

  g_assert_null (hw_output_read_finish (fixture->output, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* Test that a packed segment that a crash of the machine left without bytes is an error. */
static void
test_packed_empty (Fixture      *fixture,
                   gconstpointer limit)
{
  const HwOutputQuery query = { .of = { .epoch = 5, .task_id = 7, .attempt = 2 }, .limit = 100 };
  g_autofree char *path = g_build_filename (fixture->path, "output-0.gz", NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  hw_output_read_async (fixture->output, &query, NULL, on_read, &result);
  wait_until (result != NULL);

  g_assert_null (hw_output_read_finish (fixture->output, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
}

/* Test that what was removed is one skip, of all that was printed. */
static void
test_removed_is_a_skip (Fixture      *fixture,
                        gconstpointer limit)
{
  g_auto(HwOutputFolder) folder = { .fd = -1 };
  g_autoptr(HwOutputChunk) chunk = NULL;
  g_autoptr(HwOutputChunk) by_line = NULL;

  print_lines (fixture, HW_SEGMENT_SIZE * 7 / 2, 4000);
  open_folder (fixture, &folder);
  g_assert_true (hw_output_attic_remove (&folder));
  g_assert_cmpuint (hw_output_attic_measure (&folder), ==, 0);
  assert_all (fixture, 0, fixture->bytes->len);

  by_line = read_chunk (fixture, 0, 100, 10);
  g_assert_cmpuint (by_line->offset, ==, 0);
  g_assert_cmpuint (by_line->skip_to, ==, fixture->bytes->len);
  g_assert_cmpuint (by_line->next_line, ==, 0);
}

/* What another thread does to the files while they are read. */
static gpointer
churn (gpointer data)
{
  Fixture *fixture = data;
  gsize at = 0;

  while (at < fixture->bytes->len)
    {
      gsize n = MIN (65536, fixture->bytes->len - at);
      gsize written;

      g_assert_true (hw_shim_output_write (&fixture->writer, fixture->bytes->data + at, n, 0,
                                           &written));
      at += n;
    }

  return NULL;
}

/* Test that who follows while segments come and go, and are packed, reads no wrong byte,
 * and is told of each byte that there is none of.
 */
static void
test_follow_during_rotation (Fixture      *fixture,
                             gconstpointer limit)
{
  g_auto(HwOutputFolder) folder = { .fd = -1 };
  g_autoptr(GArray) segments = NULL;
  GThread *thread = NULL;
  guint64 offset = 0;
  guint n_looks = 0;

  g_byte_array_set_size (fixture->bytes, 12 * HW_SEGMENT_SIZE + 12345);
  for (gsize at = 0; at < fixture->bytes->len; at++)
    fixture->bytes->data[at] = (guint8) (at ^ (at >> 8) ^ (at >> 16));
  open_folder (fixture, &folder);

  thread = g_thread_new ("churn", churn, fixture);
  while (offset < fixture->bytes->len)
    {
      g_autoptr(HwOutputChunk) chunk = read_chunk (fixture, offset, 0, 0);

      g_assert_cmpuint (chunk->offset, ==, offset);
      assert_bytes (fixture, chunk);
      offset = hw_output_chunk_get_next_offset (chunk);
      if (++n_looks % 50 == 0)
        hw_output_attic_pack (&folder, NULL);
    }
  g_thread_join (thread);

  /* Packing puts nothing back that was dropped meanwhile. */
  segments = hw_output_folder_list (&folder);
  g_assert_cmpuint (segments->len, ==, 2);
}

#define ADD(path, limit, function) \
  g_test_add ("/output/" path, Fixture, GSIZE_TO_POINTER ((gsize) limit), set_up, function, \
              tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("lines/index-is-right-at-every-line", 0, test_index_is_right_at_every_line);
  ADD ("lines/window", 0, test_window_of_lines);
  ADD ("lines/behind-the-end", 0, test_line_behind_the_end);
  ADD ("lines/without-an-index", 0, test_without_an_index);
  ADD ("lines/index-of-zeros", 0, test_index_of_zeros);
  ADD ("lines/around-a-hole", LIMIT, test_lines_around_a_hole);
  ADD ("hole-is-a-skip", LIMIT, test_hole_is_a_skip);
  ADD ("packed/reads-the-same", 0, test_packed_reads_the_same);
  ADD ("packed/twice-after-a-crash", 0, test_packed_twice);
  ADD ("packed/too-long-is-refused", 0, test_packed_too_long);
  ADD ("packed/empty-is-refused", 0, test_packed_empty);
  ADD ("removed-is-a-skip", 0, test_removed_is_a_skip);
  ADD ("follow-during-rotation", LIMIT, test_follow_during_rotation);

  return g_test_run ();
}
