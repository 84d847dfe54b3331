/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-folder.h"
#include "hw-output-folder.h"
#include "hw-output-log.h"
#include "hw-shim-output.h"
#include "hw-shim-record.h"

#include "tests/support/remove-tree.h"
#include "tests/support/wait.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that one read gives at most. */
#define MAX_READ (1024 * 1024)

/* A folder with the output of attempt 2 at task 7 of database 5. */
typedef struct
{
  char *root;       /* (owned) */
  char *path;       /* (owned) */
  HwOutput *output; /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = NULL;

  fixture->root = g_dir_make_tmp ("test-output-XXXXXX", &error);
  g_assert_no_error (error);
  folder = hw_attempt_folder_build (fixture->root, 5, 7, 2);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  fixture->path = g_build_filename (folder, "output-0", NULL);
  fixture->output = hw_output_log_new (fixture->root);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  drop_object (fixture->output);
  remove_tree (fixture->root);
  g_free (fixture->path);
  g_free (fixture->root);
}

static void
write_output (Fixture    *fixture,
              const char *contents,
              gssize      length)
{
  g_autoptr(GError) error = NULL;

  g_file_set_contents (fixture->path, contents, length, &error);
  g_assert_no_error (error);
}

static void
on_read (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static GBytes *
read_output (Fixture *fixture,
             guint    attempt,
             guint64  offset,
             gsize    limit,
             GError **error)
{
  const HwOutputQuery query = {
    .of = { .epoch = 5, .task_id = 7, .attempt = attempt },
    .offset = offset, .limit = limit
  };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(HwOutputChunk) chunk = NULL;

  hw_output_read_async (fixture->output, &query, NULL, on_read, &result);
  wait_until (result != NULL);
  chunk = hw_output_read_finish (fixture->output, result, error);
  if (chunk == NULL)
    return NULL;

  g_assert_cmpuint (chunk->offset, ==, offset);
  g_assert_cmpuint (chunk->skip_to, ==, 0);

  return g_bytes_ref (chunk->data);
}

static void
assert_read (Fixture    *fixture,
             guint64     offset,
             gsize       limit,
             const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = read_output (fixture, 2, offset, limit, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   expected, strlen (expected));
}

/* Gets what an attempt printed that began at a time, and the next one later. If it is in any
 * folder, that is of another epoch.
 */
static void
assert_former (Fixture    *fixture,
               gint64      begun_at,
               gint64      next_at,
               const char *expected)
{
  const HwOutputQuery query = {
    .of = {
      .epoch = 9, .task_id = 7, .attempt = 2, .earliest = begun_at, .latest = next_at,
    },
    .limit = 100
  };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(HwOutputChunk) chunk = NULL;

  hw_output_read_async (fixture->output, &query, NULL, on_read, &result);
  wait_until (result != NULL);
  chunk = hw_output_read_finish (fixture->output, result, NULL);
  g_assert_nonnull (chunk);
  g_assert_cmpmem (g_bytes_get_data (chunk->data, NULL), g_bytes_get_size (chunk->data),
                   expected, strlen (expected));
}

/* Has an attempt begun now, in the folder of an epoch. */
static void
begin_attempt (Fixture *fixture,
               guint64  epoch)
{
  g_autofree char *folder = hw_attempt_folder_build (fixture->root, epoch, 7, 2);
  g_autofree char *start = g_build_filename (folder, HW_SHIM_START, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (start, "", 0, NULL));
}

/* Nobody wrote down of which epoch an attempt was that was tried again after a restore. */
static void
test_past_attempt_may_be_of_a_former_epoch (Fixture      *fixture,
                                            gconstpointer test_data)
{
  gint64 now = g_get_real_time ();
  gint64 later = now + G_TIME_SPAN_MINUTE;

  write_output (fixture, "from before", -1);
  assert_former (fixture, now, later, "");
  begin_attempt (fixture, 5);
  assert_former (fixture, 0, 0, "");
  assert_former (fixture, now, later, "from before");

  begin_attempt (fixture, 6);
  assert_former (fixture, now, later, "");
}

/* What was abandoned when a backup was put back had attempts of the same numbers. */
static void
test_past_attempt_is_not_of_an_abandoned_future (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  gint64 now = g_get_real_time ();

  write_output (fixture, "of another", -1);
  begin_attempt (fixture, 5);
  assert_former (fixture, now + G_TIME_SPAN_MINUTE, now + G_TIME_SPAN_HOUR, "");
  assert_former (fixture, now - G_TIME_SPAN_HOUR, now - G_TIME_SPAN_MINUTE, "");
}

static void
test_begins_at_the_offset (Fixture      *fixture,
                           gconstpointer test_data)
{
  write_output (fixture, "0123456789", -1);

  assert_read (fixture, 0, 100, "0123456789");
  assert_read (fixture, 4, 3, "456");
  assert_read (fixture, 9, 100, "9");
}

static void
test_end_has_no_bytes (Fixture      *fixture,
                       gconstpointer test_data)
{
  write_output (fixture, "0123456789", -1);

  assert_read (fixture, 10, 100, "");
  assert_read (fixture, 11, 100, "");
  assert_read (fixture, G_MAXINT64, 100, "");
  assert_read (fixture, G_MAXUINT64, 100, "");
}

static void
test_no_file_has_no_bytes (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) other = read_output (fixture, 3, 0, 100, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (other), ==, 0);
  assert_read (fixture, 0, 100, "");
}

static void
test_limit_of_none_has_no_bytes (Fixture      *fixture,
                                 gconstpointer test_data)
{
  write_output (fixture, "0123456789", -1);

  assert_read (fixture, 0, 0, "");
}

static void
test_bytes_are_any_bytes (Fixture      *fixture,
                          gconstpointer test_data)
{
  static const char bytes[] = { 0, 1, (char) 0xff, (char) 0xc3, '\n', '\r', 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) found = NULL;

  write_output (fixture, bytes, sizeof (bytes));

  found = read_output (fixture, 2, 0, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (found, NULL), g_bytes_get_size (found),
                   bytes, sizeof (bytes));
}

static void
test_what_was_appended_comes_next (Fixture      *fixture,
                                   gconstpointer test_data)
{
  write_output (fixture, "abc", -1);
  assert_read (fixture, 0, 100, "abc");

  write_output (fixture, "abcdef", -1);
  assert_read (fixture, 3, 100, "def");
}

/* Whatever somebody asks for, one read takes no more memory than that. */
static void
test_long_output_comes_in_parts (Fixture      *fixture,
                                 gconstpointer test_data)
{
  g_autofree char *contents = g_strnfill (MAX_READ + 1, 'x');
  g_autoptr(GBytes) first = NULL;
  g_autoptr(GBytes) second = NULL;

  write_output (fixture, contents, MAX_READ + 1);

  first = read_output (fixture, 2, 0, G_MAXSIZE, NULL);
  g_assert_cmpuint (g_bytes_get_size (first), ==, MAX_READ);
  second = read_output (fixture, 2, MAX_READ, G_MAXSIZE, NULL);
  g_assert_cmpuint (g_bytes_get_size (second), ==, 1);
}

/* A program may run as the same user, and put a link where its output is. */
static void
test_link_is_not_followed (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = NULL;

  g_assert_cmpint (symlink ("/etc/passwd", fixture->path), ==, 0);

  bytes = read_output (fixture, 2, 0, 100, &error);
  g_assert_null (bytes);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_LINKS);
}

/* Nobody ever writes to it: whoever waited for that would wait for ever. */
static void
test_pipe_is_not_waited_for (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = NULL;

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);

  bytes = read_output (fixture, 2, 0, 100, &error);
  g_assert_null (bytes);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
}

static void
test_read_may_be_canceled (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  const HwOutputQuery query = { .of = { .epoch = 5, .task_id = 7, .attempt = 2 }, .limit = 100 };

  write_output (fixture, "abc", -1);
  g_cancellable_cancel (cancellable);
  hw_output_read_async (fixture->output, &query, cancellable, on_read, &result);
  wait_until (result != NULL);

  g_assert_null (hw_output_read_finish (fixture->output, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Test that nobody sees where one segment ends and the next begins, not even if it does so
 * while one reads.
 */
static void
test_segments_are_one_output (Fixture      *fixture,
                              gconstpointer test_data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  g_autofree char *next = g_build_filename (folder, "output-4194304", NULL);
  g_autofree char *segment = g_strnfill (HW_SEGMENT_SIZE, 'x');

  memcpy (segment + HW_SEGMENT_SIZE - 3, "abc", 3);
  write_output (fixture, segment, (gssize) HW_SEGMENT_SIZE);
  assert_read (fixture, HW_SEGMENT_SIZE - 3, 100, "abc");
  assert_read (fixture, HW_SEGMENT_SIZE, 100, "");

  g_assert_true (g_file_set_contents (next, "defgh", -1, NULL));
  assert_read (fixture, HW_SEGMENT_SIZE - 3, 100, "abcdefgh");
  assert_read (fixture, HW_SEGMENT_SIZE - 1, 2, "cd");
  assert_read (fixture, HW_SEGMENT_SIZE, 100, "defgh");
  assert_read (fixture, HW_SEGMENT_SIZE + 4, 100, "h");
  assert_read (fixture, HW_SEGMENT_SIZE + 5, 100, "");

  g_remove (next);
}

static void
ask (Fixture       *fixture,
     guint64        offset,
     GAsyncResult **result)
{
  const HwOutputQuery query = {
    .of = { .epoch = 5, .task_id = 7, .attempt = 2 }, .offset = offset, .limit = MAX_READ
  };

  hw_output_read_async (fixture->output, &query, NULL, on_read, result);
}

static GBytes *
get_answer (Fixture       *fixture,
            GAsyncResult **result)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GAsyncResult) answer = NULL;
  g_autoptr(HwOutputChunk) chunk = NULL;

  wait_until (*result != NULL);
  answer = g_steal_pointer (result);
  chunk = hw_output_read_finish (fixture->output, answer, &error);
  g_assert_no_error (error);

  return g_bytes_ref (chunk->data);
}

/* Test that what many want at the same time is in memory once. */
static void
test_many_share_one_read (Fixture      *fixture,
                          gconstpointer test_data)
{
  GAsyncResult *results[10] = { NULL };
  g_autoptr(GBytes) first = NULL;

  write_output (fixture, "0123456789", -1);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    ask (fixture, 0, &results[i]);

  first = get_answer (fixture, &results[0]);
  g_assert_cmpmem (g_bytes_get_data (first, NULL), g_bytes_get_size (first), "0123456789", 10);
  for (guint i = 1; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(GBytes) other = get_answer (fixture, &results[i]);

      g_assert_true (g_bytes_get_data (other, NULL) == g_bytes_get_data (first, NULL));
    }
}

/* Test that whoever asks when a read for others has begun is not told that there is nothing,
 * if that was so before.
 */
static void
test_late_one_misses_nothing (Fixture      *fixture,
                              gconstpointer test_data)
{
  for (guint i = 0; i < 200; i++)
    {
      GAsyncResult *early = NULL;
      GAsyncResult *late = NULL;
      g_autoptr(GBytes) any = NULL;
      g_autoptr(GBytes) all = NULL;

      ask (fixture, 0, &early);
      write_output (fixture, "0123456789", -1);
      ask (fixture, 0, &late);

      any = get_answer (fixture, &early);
      all = get_answer (fixture, &late);
      g_assert_cmpuint (g_bytes_get_size (all), ==, 10);
      g_remove (fixture->path);
    }
}

/* Test that whoever follows a little behind the others needs no file: it is gone here. */
static void
test_what_was_just_read_is_in_memory (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autofree char *contents = g_strnfill (MAX_READ, 'x');
  GAsyncResult *result = NULL;
  g_autoptr(GBytes) first = NULL;
  g_autoptr(GBytes) behind = NULL;
  g_autoptr(GBytes) end = NULL;

  contents[1000] = 'y';
  write_output (fixture, contents, MAX_READ);
  ask (fixture, 0, &result);
  first = get_answer (fixture, &result);
  g_remove (fixture->path);

  ask (fixture, 1000, &result);
  behind = get_answer (fixture, &result);
  ask (fixture, MAX_READ, &result);
  end = get_answer (fixture, &result);

  g_assert_cmpmem (g_bytes_get_data (behind, NULL), g_bytes_get_size (behind), contents + 1000,
                   MAX_READ - 1000);
  g_assert_cmpuint (g_bytes_get_size (end), ==, 0);
  assert_read (fixture, 1000, 2, "yx");
}

/* Test that whoever is at the same place of another attempt gets that one's output. */
static void
test_attempts_do_not_mix (Fixture      *fixture,
                          gconstpointer test_data)
{
  g_autofree char *contents = g_strnfill (MAX_READ, 'x');
  GAsyncResult *result = NULL;
  g_autoptr(GBytes) first = NULL;
  g_autoptr(GBytes) other = NULL;

  write_output (fixture, contents, MAX_READ);
  ask (fixture, 0, &result);
  first = get_answer (fixture, &result);
  other = read_output (fixture, 3, 0, MAX_READ, NULL);

  g_assert_cmpuint (g_bytes_get_size (first), ==, MAX_READ);
  g_assert_cmpuint (g_bytes_get_size (other), ==, 0);
}

/* Test that nothing but what we would write is a segment. */
static void
test_names (Fixture      *fixture,
            gconstpointer test_data)
{
  static const struct
  {
    const char *name;
    guint64 offset;
    gboolean is_segment;
  } names[] = {
    { "output-0", 0, TRUE },
    { "output-4194304", 4194304, TRUE },
    { "output-4194304.gz", 4194304, TRUE },
    { "output-18446744073705357312", G_GUINT64_CONSTANT (18446744073705357312), TRUE },
    { "output-18446744073709551616", 0, FALSE },
    { "output-1", 0, FALSE },
    { "output-", 0, FALSE },
    { "output- 0", 0, FALSE },
    { "output-+0", 0, FALSE },
    { "output-00", 0, FALSE },
    { "output-0.gz.gz", 0, FALSE },
    { "output-0x0", 0, FALSE },
    { "index-0", 0, FALSE },
    { "end", 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      guint64 offset = 0;

      g_assert_cmpint (hw_output_folder_parse_name (names[i].name, &offset), ==, names[i].is_segment);
      if (names[i].is_segment)
        g_assert_cmpuint (offset, ==, names[i].offset);
    }
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture      *fixture,
                  gconstpointer test_data);
  } tests[] = {
    { "/output-log/begins-at-the-offset", test_begins_at_the_offset },
    { "/output-log/end-has-no-bytes", test_end_has_no_bytes },
    { "/output-log/names-of-segments", test_names },
    { "/output-log/no-file-has-no-bytes", test_no_file_has_no_bytes },
    { "/output-log/limit-of-none-has-no-bytes", test_limit_of_none_has_no_bytes },
    { "/output-log/bytes-are-any-bytes", test_bytes_are_any_bytes },
    { "/output-log/what-was-appended-comes-next", test_what_was_appended_comes_next },
    { "/output-log/long-output-comes-in-parts", test_long_output_comes_in_parts },
    { "/output-log/segments-are-one-output", test_segments_are_one_output },
    { "/output-log/link-is-not-followed", test_link_is_not_followed },
    { "/output-log/pipe-is-not-waited-for", test_pipe_is_not_waited_for },
    { "/output-log/read-may-be-canceled", test_read_may_be_canceled },
    { "/output-log/many-share-one-read", test_many_share_one_read },
    { "/output-log/late-one-misses-nothing", test_late_one_misses_nothing },
    { "/output-log/what-was-just-read-is-in-memory", test_what_was_just_read_is_in_memory },
    { "/output-log/attempts-do-not-mix", test_attempts_do_not_mix },
    { "/output-log/past-attempt-may-be-of-a-former-epoch",
      test_past_attempt_may_be_of_a_former_epoch },
    { "/output-log/past-attempt-is-not-of-an-abandoned-future",
      test_past_attempt_is_not_of_an_abandoned_future },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);

  return g_test_run ();
}
