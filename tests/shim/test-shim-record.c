/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-records.h"

#include "hw-io.h"

#include "tests/support/remove-tree.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#define MARK "HEADWAY_TASK=9007199254740991/18446744073709551615/4294967295"
#define START \
  "headway-start 1\n" MARK "\nlife 0ff1ce-b007/17\nshim 12 345\nchild 13 346\ncgroup /sys/fs/cgroup/a b\nbegin 10a5bcb7\n"
#define END \
  "headway-end 1\n" MARK "\nexited 3 0\nstopped no\noom 0\ncut 0\noutput 5000000000\nat 1700000000000000\n" \
  "end c00782fa\n"

/* Test that a record that was written is read as it was meant, with the longest numbers. */
static void
test_start_round_trip (void)
{
  HwShimStart start;
  char text[HW_RECORD_SIZE];

  g_assert_true (hw_shim_start_parse (START, strlen (START), &start));
  g_assert_cmpstr (start.mark, ==, MARK);
  g_assert_cmpstr (start.life, ==, "0ff1ce-b007/17");
  g_assert_cmpint (start.shim, ==, 12);
  g_assert_cmpuint (start.shim_start, ==, 345);
  g_assert_cmpint (start.child, ==, 13);
  g_assert_cmpuint (start.child_start, ==, 346);
  g_assert_cmpstr (start.cgroup, ==, "/sys/fs/cgroup/a b");
  g_assert_false (start.is_never);

  g_assert_cmpuint (hw_shim_start_build (&start, text, sizeof text), ==, strlen (START));
  g_assert_cmpstr (text, ==, START);
}

/* Test that there is room for the longest path of a cgroup that is used, and for none. */
static void
test_start_cgroup (void)
{
  static const gsize lengths[] = { 0, 1, HW_CGROUP_SIZE - 1 };
  HwShimStart start, read;
  char text[HW_RECORD_SIZE];

  g_assert_true (hw_shim_start_parse (START, strlen (START), &start));
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      size_t length;

      memset (start.cgroup, '/', lengths[i]);
      start.cgroup[lengths[i]] = '\0';
      length = hw_shim_start_build (&start, text, sizeof text);

      g_assert_true (hw_shim_start_parse (text, length, &read));
      g_assert_cmpstr (read.cgroup, ==, start.cgroup);
    }
}

static void
test_never_round_trip (void)
{
  HwShimStart start = { .mark = MARK, .is_never = true };
  HwShimStart read;
  char text[HW_RECORD_SIZE];
  size_t length = hw_shim_start_build (&start, text, sizeof text);

  g_assert_true (hw_shim_start_parse (text, length, &read));
  g_assert_true (read.is_never);
  g_assert_cmpstr (read.mark, ==, MARK);
}

static void
test_end_round_trip (void)
{
  static const HwShimEnding endings[] = { HW_SHIM_EXITED, HW_SHIM_KILLED, HW_SHIM_FAILED };
  static const HwShimStopped stops[] = { HW_SHIM_NOT_STOPPED, HW_SHIM_ASKED, HW_SHIM_TIMED_OUT };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      HwShimEnd end = {
        .mark = MARK,
        .ending = endings[i],
        .number = 255,
        .stage = HW_SHIM_STAGE_PROGRAM,
        .stopped = stops[i],
        .n_oom_kills = i == 1 ? G_MAXUINT32 : 0,
        .is_cut = i == 2,
        .output_size = G_MAXUINT64,
        .at = -1,
      };
      char text[HW_RECORD_SIZE];
      size_t length = hw_shim_end_build (&end, text, sizeof text);
      char again[HW_RECORD_SIZE];
      HwShimEnd read;

      /* Bytes between the members of the one need not be those of the other. */
      g_assert_cmpuint (length, >, 0);
      g_assert_true (hw_shim_end_parse (text, length, &read));
      g_assert_cmpuint (hw_shim_end_build (&read, again, sizeof again), ==, length);
      g_assert_cmpstr (again, ==, text);
      g_assert_cmpuint (read.output_size, ==, end.output_size);
      g_assert_cmpint (read.stopped, ==, end.stopped);
    }
}

/* Test that a record that was cut off anywhere says nothing. */
static void
test_cut_off (void)
{
  HwShimStart start;
  HwShimEnd end;

  for (size_t length = 0; length < strlen (START); length++)
    g_assert_false (hw_shim_start_parse (START, length, &start));
  for (size_t length = 0; length < strlen (END); length++)
    g_assert_false (hw_shim_end_parse (END, length, &end));
}

/* Test that a bit that turned by itself is noticed, wherever it is. */
static void
test_flipped_bits (void)
{
  HwShimStart start;
  HwShimEnd end;

  for (size_t i = 0; i < 8 * strlen (START); i++)
    {
      char text[] = START;

      text[i / 8] ^= (char) (1 << i % 8);
      g_assert_false (hw_shim_start_parse (text, strlen (START), &start));
    }
  for (size_t i = 0; i < 8 * strlen (END); i++)
    {
      char text[] = END;

      text[i / 8] ^= (char) (1 << i % 8);
      g_assert_false (hw_shim_end_parse (text, strlen (END), &end));
    }
}

/* Ends a text as its writer would, so that it is not refused for its sum. */
static size_t
seal (char       *sealed,
      const char *text)
{
  gsize length = strlen (text) - 1;

  memcpy (sealed, text, length);

  return hw_shim_record_seal (sealed, (int) length, HW_RECORD_SIZE);
}

/* Test that nothing is read that we would not have written. */
static void
test_strange (void)
{
  static const char *const starts[] = {
    START "\n",
    " " START,
    "headway-start 2\n" MARK "\nnever\n",
    "headway-start 1\n" MARK "\nnever\nmore\n",
    "headway-start 1\n" MARK "\nlife a\nshim -12 345\nchild 13 346\ncgroup -\nbegin\n",
    "headway-start 1\n" MARK "\nlife a\nshim 0 345\nchild 13 346\ncgroup -\nbegin\n",
    "headway-start 1\n" MARK "\nlife a\nshim 012 345\nchild 13 346\ncgroup -\nbegin\n",
    "headway-start 1\n" MARK "\nlife a\nshim 4294967308 345\nchild 13 346\ncgroup -\nbegin\n",
    "headway-start 1\n" MARK "\nlife a\nshim 12 345\nchild 13 346\ncgroup a\nbegin\n",
    "headway-start 1\n" MARK "\nlife a\nshim 12 345\nchild 13 346\ncgroup \nbegin\n",
    "headway-start 1\n" MARK "\nlife a\nshim 12 345\nchild 13 346\nbegin\n",
    "headway-start 1\n" MARK "\nlife a b\nshim 12 345\nchild 13 346\ncgroup -\nbegin\n",
  };
  static const char *const ends[] = {
    END "x",
    "headway-end 1\n" MARK "\nvanished 3 0\nstopped no\noom 0\ncut 0\noutput 5\nat 17\nend\n",
    "headway-end 1\n" MARK "\nexited 3 9\nstopped no\noom 0\ncut 0\noutput 5\nat 17\nend\n",
    "headway-end 1\n" MARK "\nexited 3 0\nstopped maybe\noom 0\ncut 0\noutput 5\nat 17\nend\n",
    "headway-end 1\n" MARK "\nexited 3 0\nstopped no\noom 0\ncut 0\noutput -5\nat 17\nend\n",
    "headway-end 1\n" MARK "\nexited 3 0\nstopped no\noom -1\ncut 0\noutput 5\nat 17\nend\n",
    "headway-end 1\n" MARK "\nexited 3 0\nstopped no\noom 4294967297\ncut 0\noutput 5\nat 17\nend\n",
    "headway-end 1\n" MARK "\nexited 99999999999 0\nstopped no\noom 0\ncut 0\noutput 5\nat 17\nend\n",
  };
  HwShimStart start;
  HwShimEnd end;

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      char text[HW_RECORD_SIZE];

      g_assert_false (hw_shim_start_parse (starts[i], strlen (starts[i]), &start));
      g_assert_false (hw_shim_start_parse (text, seal (text, starts[i]), &start));
    }
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      char text[HW_RECORD_SIZE];

      g_assert_false (hw_shim_end_parse (ends[i], strlen (ends[i]), &end));
      g_assert_false (hw_shim_end_parse (text, seal (text, ends[i]), &end));
    }
  g_assert_false (hw_shim_end_parse (END "\0", sizeof END, &end));
}

/* Test that a process cannot pretend to be another one by its name. */
static void
test_process_name (void)
{
  static const char text[] =
    "42 (a) R 1 1 1 (evil\n) S 7 42 41 0 -1 4194560 9 0 0 0 1 2 3 4 20 0 1 0 987654321 0 0\n";
  HwProcessStat stat;

  g_assert_true (hw_process_parse (text, &stat));
  g_assert_cmpint (stat.pid, ==, 42);
  g_assert_cmpint (stat.parent, ==, 7);
  g_assert_cmpint (stat.state, ==, 'S');
  g_assert_cmpuint (stat.start, ==, 987654321);

  g_assert_false (hw_process_parse ("42 (sh", &stat));
  g_assert_false (hw_process_parse ("42 (sh) S 1", &stat));
  g_assert_false (hw_process_parse ("", &stat));
}

static void
test_process_is (void)
{
  HwProcessStat stat;

  g_assert_true (hw_process_read (getpid (), &stat));
  g_assert_cmpint (stat.parent, ==, getppid ());
  g_assert_true (hw_process_is (getpid (), stat.start));
  g_assert_false (hw_process_is (getpid (), stat.start + 1));
  g_assert_false (hw_process_is (0, stat.start));
  g_assert_false (hw_process_is (-1, stat.start));
}

/* How many times two write the same record. */
#define N_ROUNDS 50

/* One who writes a record again and again. */
typedef struct
{
  int folder_fd;
  const char *text;
  guint n_written;
} Writer;

static gpointer
write_again (gpointer data)
{
  Writer *self = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    self->n_written += hw_io_write_record (self->folder_fd, "record", self->text,
                                           strlen (self->text), true, true);

  return NULL;
}

/* Test that two threads that write the same record at once do not write each other's. */
static void
test_two_writers (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headway-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "record", NULL);
  g_autofree char *contents = NULL;
  int folder_fd = hw_io_open_folder (folder);
  Writer writers[] = { { folder_fd, START, 0 }, { folder_fd, END, 0 } };
  GThread *threads[G_N_ELEMENTS (writers)];

  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    threads[i] = g_thread_new ("writer", write_again, &writers[i]);
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    g_thread_join (threads[i]);

  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    g_assert_cmpuint (writers[i].n_written, ==, N_ROUNDS);
  g_file_get_contents (path, &contents, NULL, NULL);
  g_assert_true (g_str_equal (contents, START) || g_str_equal (contents, END));
  close (folder_fd);
  remove_tree (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/shim-record/start/round-trip", test_start_round_trip);
  g_test_add_func ("/shim-record/start/cgroup", test_start_cgroup);
  g_test_add_func ("/shim-record/start/never", test_never_round_trip);
  g_test_add_func ("/shim-record/end/round-trip", test_end_round_trip);
  g_test_add_func ("/shim-record/cut-off-is-refused", test_cut_off);
  g_test_add_func ("/shim-record/flipped-bit-is-noticed", test_flipped_bits);
  g_test_add_func ("/shim-record/strange-is-refused", test_strange);
  g_test_add_func ("/shim-record/two-writers-write-two", test_two_writers);
  g_test_add_func ("/shim-record/process/name-cannot-pretend", test_process_name);
  g_test_add_func ("/shim-record/process/is", test_process_is);

  return g_test_run ();
}
