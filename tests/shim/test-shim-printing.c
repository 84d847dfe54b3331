/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-mask.h"
#include "hw-shim-output.h"

#include "tests/support/shim-fixture.h"

#include <sys/resource.h>

#define LIMIT (2 * HW_SEGMENT_SIZE)

/* Lets the shim have files of this size and no more, as if the disk was full then. */
static void
set_room (ShimFixture *fixture,
          rlim_t       size)
{
  const struct rlimit limit = { size, RLIM_INFINITY };

  g_assert_no_errno (prlimit (fixture->process->pid, RLIMIT_FSIZE, &limit, NULL));
}

/* Gets how many bytes of output there are from @offset to the end of its segment. */
static guint64
get_size (ShimFixture *fixture,
          guint64      offset)
{
  char name[HW_IO_NAME_MAX];
  g_autofree char *path = NULL;
  GStatBuf status;

  hw_segment_build_name (name, offset);
  path = g_build_filename (fixture->folder, name, NULL);

  return g_stat (path, &status) == 0 ? (guint64) status.st_size : 0;
}

static void
assert_output (ShimFixture *fixture,
               const char  *expected)
{
  g_autofree char *path = g_build_filename (fixture->folder, "output-0", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

/* Test that no secret gets to disk, printed in pieces or whole, and that what only looks like
 * one does, with the last bytes of all.
 */
static void
test_secrets (ShimFixture  *fixture,
              gconstpointer test_data)
{
  static const char *const secrets[] = { "hunter2", "sesame", NULL };
  HwShimEnd end;

  begin_with (fixture, "printf hun; sleep 0.05; printf ter2; echo \" sesame hunter \"; printf sesa",
              (HwShimTask) { .secrets = (char **) secrets });

  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 0);
  assert_output (fixture, "******* ****** hunter \nsesa");
  read_end (fixture, &end);
  g_assert_cmpuint (end.output_size, ==, strlen ("hunter2 sesame hunter \nsesa"));
}

/* Test that nothing begins that would show a secret. */
static void
test_too_many_secrets (ShimFixture  *fixture,
                       gconstpointer test_data)
{
  g_autofree char *path = g_build_filename (fixture->folder, HW_SHIM_START, NULL);
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  char *secrets[HW_MASK_PARTS_MAX + 2] = { NULL };
  HwShimFrame frame;

  for (guint i = 0; i <= HW_MASK_PARTS_MAX; i++)
    secrets[i] = g_strdup_printf ("secret %u", i);
  order (fixture, "exit 0", (HwShimTask) { .secrets = secrets });

  g_assert_true (hear (fixture->process->link_fd, bytes, &frame));
  g_assert_cmpint (frame.verb, ==, HW_SHIM_NOT_STARTED);
  g_assert_cmpuint (hw_shim_read_u32 (frame.payload), ==, HW_SHIM_STAGE_SETUP);
  g_assert_cmpuint (hw_shim_read_u32 (frame.payload + 4), ==, E2BIG);
  await_shim (fixture->process);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  for (guint i = 0; i <= HW_MASK_PARTS_MAX; i++)
    g_free (secrets[i]);
}

/* Test that of what is too much, the beginning and the end are kept. */
static void
test_limit (ShimFixture  *fixture,
            gconstpointer test_data)
{
  HwShimEnd end;

  begin_with (fixture, "head -c 20000000 /dev/zero", (HwShimTask) { .output_limit = LIMIT });
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 0);

  read_end (fixture, &end);
  g_assert_cmpuint (end.output_size, ==, 20000000);
  g_assert_false (end.is_cut);
  g_assert_cmpuint (get_size (fixture, 0), ==, HW_SEGMENT_SIZE);
  for (guint i = 1; i <= 3; i++)
    g_assert_cmpuint (get_size (fixture, i * HW_SEGMENT_SIZE), ==, 0);
  g_assert_cmpuint (get_size (fixture, 20000000), ==, 20000000 % HW_SEGMENT_SIZE);
}

/* Counts the segments there are. @newest tells where the last one begins. */
static guint
count_segments (ShimFixture *fixture,
                guint64     *newest)
{
  g_autoptr(GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;
  guint n = 0;

  *newest = 0;
  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "output-"))
      {
        *newest = MAX (*newest, g_ascii_strtoull (name + strlen ("output-"), NULL, 10));
        n++;
      }

  return n;
}

/* Test that a child that goes on to print when its program has ended costs no more disk than
 * the program may, however long that goes on.
 */
static void
test_limit_of_child (ShimFixture  *fixture,
                     gconstpointer test_data)
{
  gint64 begin_time = g_get_monotonic_time ();
  guint64 newest = 0;

  begin_with (fixture, "cat /dev/zero & exit 4", (HwShimTask) { .output_limit = LIMIT });
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 4);

  while (newest < 5 * LIMIT)
    {
      g_assert_cmpint (g_get_monotonic_time () - begin_time, <, WAIT_SECONDS * G_USEC_PER_SEC);
      count_segments (fixture, &newest);
      g_thread_yield ();
    }
  say (fixture->process->link_fd, HW_SHIM_VERSION, HW_SHIM_KILL, NULL, 0);
  await_shim (fixture->process);

  g_assert_cmpuint (count_segments (fixture, &newest), <=, LIMIT / HW_SEGMENT_SIZE);
}

/* Test that a program waits while the disk is full, and that nothing is lost. */
static void
test_full_disk (ShimFixture  *fixture,
                gconstpointer test_data)
{
  gint64 begin_time = g_get_monotonic_time ();
  HwShimEnd end;

  begin (fixture, "while [ ! -e go ]; do sleep 0.01; done; head -c 1000000 /dev/zero; touch done");
  set_room (fixture, 100000);
  let_go (fixture);
  while (get_size (fixture, 0) < 100000)
    g_assert_cmpint (g_get_monotonic_time () - begin_time, <, WAIT_SECONDS * G_USEC_PER_SEC);
  say (fixture->process->link_fd, HW_SHIM_VERSION, HW_SHIM_STATUS, NULL, 0);
  assert_hears (fixture->process->link_fd, HW_SHIM_HELLO);
  g_assert_cmpuint (get_size (fixture, 0), ==, 100000);

  set_room (fixture, RLIM_INFINITY);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 0);
  read_end (fixture, &end);
  g_assert_cmpuint (end.output_size, ==, 1000000);
  g_assert_cmpuint (get_size (fixture, 0), ==, 1000000);
  g_assert_false (end.is_cut);
}

/* Test that a full disk keeps the end from nobody, and that it is said that bytes are missing. */
static void
test_full_disk_at_end (ShimFixture  *fixture,
                       gconstpointer test_data)
{
  HwShimEnd end;

  begin (fixture, "while [ ! -e go ]; do sleep 0.01; done; head -c 20000 /dev/zero; exit 6");
  set_room (fixture, 10000);
  let_go (fixture);

  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 6);
  read_end (fixture, &end);
  g_assert_cmpuint (end.output_size, ==, 10000);
  g_assert_true (end.is_cut);
}

/* Test that an end that cannot be written down is told all the same, and is written down as
 * soon as it can be.
 */
static void
test_full_disk_for_record (ShimFixture  *fixture,
                           gconstpointer test_data)
{
  g_autofree char *path = g_build_filename (fixture->folder, HW_SHIM_END, NULL);
  HwShimEnd end;

  begin (fixture, "while [ ! -e go ]; do sleep 0.01; done; exit 6");
  set_room (fixture, 0);
  let_go (fixture);
  assert_hears (fixture->process->link_fd, HW_SHIM_ENDED);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  set_room (fixture, RLIM_INFINITY);
  wait_for_file (fixture, HW_SHIM_END);
  read_end (fixture, &end);
  g_assert_cmpint (end.number, ==, 6);
}

#define ADD(path, function) \
  g_test_add ("/shim-printing/" path, ShimFixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("secrets", test_secrets);
  ADD ("secrets/too-many", test_too_many_secrets);
  ADD ("limit", test_limit);
  ADD ("limit/holds-for-those-left-behind", test_limit_of_child);
  ADD ("full-disk", test_full_disk);
  ADD ("full-disk/at-the-end", test_full_disk_at_end);
  ADD ("full-disk/for-the-record", test_full_disk_for_record);

  return g_test_run ();
}
