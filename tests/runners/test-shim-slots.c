/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-files.h"
#include "hw-io.h"
#include "hw-marked-processes.h"
#include "hw-shim-protocol.h"
#include "hw-shim-slot.h"
#include "hw-shim-slots.h"

#include "tests/support/remove-tree.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIFE "a-boot/1"
#define NEXT_LIFE "b-boot/1"

typedef struct
{
  char *folder;       /* (owned) */
  char *root;         /* (owned): of all attempts, not there yet */
  HwTaskType *type;   /* (owned) */
  HwShimSlots *slots; /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("shim-slots-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->root = g_build_filename (fixture->folder, "output", NULL);
  fixture->type = hw_task_type_new_vanished ("command");
  fixture->slots = hw_shim_slots_new (fixture->root, LIFE);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->slots, hw_shim_slots_unref);
  g_clear_object (&fixture->type);
  remove_tree (fixture->folder);
  g_clear_pointer (&fixture->root, g_free);
  g_clear_pointer (&fixture->folder, g_free);
}

static HwRun *
make_run (Fixture *fixture,
          guint    attempt)
{
  return hw_run_new (11, 7, attempt, fixture->type, g_variant_new_parsed ("@a{sv} {}"));
}

/* Makes the attempt's folder and takes a slot. Returns its descriptor. */
static int
take (Fixture *fixture,
      HwRun   *run)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = hw_attempt_files_create (fixture->root, run, &error);
  int fd = -1;

  g_assert_no_error (error);
  g_assert_cmpint (hw_shim_slots_take (fixture->slots, run, &fd), ==, 0);
  g_assert_cmpint (fd, >, HW_SHIM_SLOT_FD);

  return fd;
}

/* Tells which file it is, and closes it. */
static ino_t
identify (int fd)
{
  struct stat status;

  g_assert_no_errno (fstat (fd, &status));
  g_assert_cmpint (status.st_size, ==, HW_SLOT_SIZE);
  close (fd);

  return status.st_ino;
}

/* Another daemon comes, in whatever life. */
static void
begin_again (Fixture    *fixture,
             const char *life)
{
  hw_shim_slots_unref (fixture->slots);
  fixture->slots = hw_shim_slots_new (fixture->root, life);
}

static int
open_attempt (Fixture *fixture,
              HwRun   *run)
{
  g_autofree char *folder = hw_attempt_files_build_folder (fixture->root, run);

  return hw_io_open_folder (folder);
}

/* Does what a shim does at the beginning, and at the end if there is one. */
static void
keep (Fixture *fixture,
      HwRun   *run,
      int      slot_fd,
      gboolean has_end)
{
  g_autofree char *mark = hw_mark_build (run);
  HwShimStart start = { .shim = 12, .shim_start = 3, .child = 13, .child_start = 4 };
  HwShimEnd end = { .ending = HW_SHIM_EXITED, .number = 5, .at = 6 };
  char text[HW_RECORD_SIZE];
  int folder_fd = open_attempt (fixture, run);

  g_strlcpy (start.mark, mark, sizeof start.mark);
  g_strlcpy (start.life, LIFE, sizeof start.life);
  g_strlcpy (end.mark, mark, sizeof end.mark);
  g_assert_true (hw_shim_slot_keep_start (slot_fd, folder_fd, text,
                                          hw_shim_start_build (&start, text, sizeof text)));
  if (has_end)
    g_assert_true (hw_shim_slot_keep_end (slot_fd, folder_fd, text,
                                          hw_shim_end_build (&end, text, sizeof text)));
  close (folder_fd);
}

/* The power fails, and of the attempts' folders nothing is left. */
static void
lose_folders (Fixture *fixture)
{
  g_autofree char *folder = g_build_filename (fixture->root, "11", NULL);

  remove_tree (folder);
}

/* Asserts which records of an attempt are in its folder, after what slots have was put there. */
static void
assert_restored (Fixture *fixture,
                 HwRun   *run,
                 int      of_start,
                 int      of_end)
{
  HwShimStart start;
  HwShimEnd end;
  int folder_fd;

  hw_shim_slots_expect (fixture->slots, run);
  g_assert_cmpint (hw_shim_slots_restore (fixture->slots, run), ==, 0);

  folder_fd = open_attempt (fixture, run);
  if (folder_fd < 0)
    {
      g_assert_cmpint (of_start, ==, ENOENT);
      g_assert_cmpint (of_end, ==, ENOENT);
      return;
    }

  g_assert_cmpint (hw_attempt_files_read_start (folder_fd, run, &start), ==, of_start);
  g_assert_cmpint (hw_attempt_files_read_end (folder_fd, run, &end), ==, of_end);
  if (of_end == 0)
    g_assert_cmpint (end.number, ==, 5);
  close (folder_fd);
}

/* Test that a slot is one attempt's until that is settled, and then the next one's. */
static void
test_is_used_again (Fixture      *fixture,
                    gconstpointer test_data)
{
  g_autoptr(HwRun) first = make_run (fixture, 1);
  g_autoptr(HwRun) second = make_run (fixture, 2);
  g_autoptr(HwRun) third = make_run (fixture, 3);
  ino_t of_first = identify (take (fixture, first));

  g_assert_cmpuint (identify (take (fixture, second)), !=, of_first);
  hw_shim_slots_release (fixture->slots, first);
  hw_shim_slots_release (fixture->slots, first);
  g_assert_cmpuint (identify (take (fixture, third)), ==, of_first);
}

/* Test that nobody gets a slot in which a shim may still write, whoever lent it. */
static void
test_of_a_shim_is_passed_over (Fixture      *fixture,
                               gconstpointer test_data)
{
  g_autoptr(HwRun) first = make_run (fixture, 1);
  g_autoptr(HwRun) second = make_run (fixture, 2);
  g_autoptr(HwRun) third = make_run (fixture, 3);
  int fd = take (fixture, first);
  int other_fd = -1;
  ino_t of_first;

  hw_shim_slots_release (fixture->slots, first);
  other_fd = take (fixture, second);
  begin_again (fixture, LIFE);
  of_first = identify (fd);
  g_assert_cmpuint (identify (take (fixture, third)), ==, of_first);
  g_assert_cmpuint (identify (other_fd), !=, of_first);
}

/* Test that what a former daemon began keeps its slot when another one lends. */
static void
test_of_an_expected_attempt_is_kept (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(HwRun) first = make_run (fixture, 1);
  g_autoptr(HwRun) second = make_run (fixture, 2);
  g_autoptr(HwRun) third = make_run (fixture, 3);
  int fd = take (fixture, first);
  ino_t of_first;

  keep (fixture, first, fd, FALSE);
  of_first = identify (fd);

  for (guint i = 0; i < 2; i++)
    {
      begin_again (fixture, LIFE);
      if (i == 1)
        hw_shim_slots_restore (fixture->slots, third);
      hw_shim_slots_expect (fixture->slots, first);
      g_assert_cmpuint (identify (take (fixture, second)), !=, of_first);
    }

  hw_shim_slots_release (fixture->slots, first);
  g_assert_cmpuint (identify (take (fixture, third)), ==, of_first);
}

/* Test that a slot is not another one's if the shim that it was lent to writes there after the next
 * daemon has looked at all slots.
 */
static void
test_that_is_late_is_kept (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autoptr(HwRun) old = make_run (fixture, 1);
  g_autoptr(HwRun) late = make_run (fixture, 2);
  g_autoptr(HwRun) other = make_run (fixture, 3);
  int fd = take (fixture, old);
  ino_t of_late;

  keep (fixture, old, fd, TRUE);
  close (fd);
  hw_shim_slots_release (fixture->slots, old);
  fd = take (fixture, late);
  begin_again (fixture, LIFE);
  hw_shim_slots_expect (fixture->slots, late);
  g_assert_cmpint (hw_shim_slots_restore (fixture->slots, late), ==, 0);
  keep (fixture, late, fd, TRUE);
  of_late = identify (fd);

  g_assert_cmpuint (identify (take (fixture, other)), !=, of_late);
  lose_folders (fixture);
  begin_again (fixture, NEXT_LIFE);
  assert_restored (fixture, late, 0, 0);
}

/* Test that records that the power took are there again in the next life of the machine, and how
 * an attempt ended only if it did.
 */
static void
test_restores_records (Fixture      *fixture,
                       gconstpointer test_data)
{
  g_autoptr(HwRun) ended = make_run (fixture, 1);
  g_autoptr(HwRun) begun = make_run (fixture, 2);
  g_autoptr(HwRun) claimed = make_run (fixture, 3);
  int fd = take (fixture, ended);

  keep (fixture, ended, fd, TRUE);
  close (fd);
  fd = take (fixture, begun);
  keep (fixture, begun, fd, FALSE);
  close (fd);
  lose_folders (fixture);
  begin_again (fixture, NEXT_LIFE);

  assert_restored (fixture, ended, 0, 0);
  assert_restored (fixture, begun, 0, ENOENT);
  assert_restored (fixture, claimed, ENOENT, ENOENT);
}

/* Test that the end of an attempt is not that of the next one in its slot. */
static void
test_restores_no_end_of_others (Fixture      *fixture,
                                gconstpointer test_data)
{
  g_autoptr(HwRun) first = make_run (fixture, 1);
  g_autoptr(HwRun) second = make_run (fixture, 2);
  int fd = take (fixture, first);

  keep (fixture, first, fd, TRUE);
  close (fd);
  hw_shim_slots_release (fixture->slots, first);
  fd = take (fixture, second);
  keep (fixture, second, fd, FALSE);
  close (fd);
  lose_folders (fixture);
  begin_again (fixture, NEXT_LIFE);

  assert_restored (fixture, second, 0, ENOENT);
  assert_restored (fixture, first, ENOENT, ENOENT);
}

/* Test that while the machine lives its files say what there is: if somebody removed them nobody
 * puts them back.
 */
static void
test_restores_nothing_in_one_life (Fixture      *fixture,
                                   gconstpointer test_data)
{
  g_autoptr(HwRun) run = make_run (fixture, 1);
  int fd = take (fixture, run);

  keep (fixture, run, fd, TRUE);
  close (fd);
  lose_folders (fixture);
  begin_again (fixture, LIFE);

  assert_restored (fixture, run, ENOENT, ENOENT);
}

/* Test that a start record that the power left empty says nothing, and is replaced if a slot has
 * it. One that says something stays.
 */
static void
test_blank_record_says_nothing (Fixture      *fixture,
                                gconstpointer test_data)
{
  static const struct { const char *text; gsize length; int code; } cases[] = {
    { "", 0, ENOENT },
    { "\0\0\0\0", 4, ENOENT },
    { "\0\0\0h", 4, EBADMSG },
    { "headway", 7, EBADMSG },
  };
  g_autoptr(HwRun) begun = make_run (fixture, 1);
  g_autoptr(HwRun) claimed = make_run (fixture, 2);
  g_autofree char *of_begun = hw_attempt_files_build_folder (fixture->root, begun);
  g_autofree char *of_claimed = hw_attempt_files_create (fixture->root, claimed, NULL);
  g_autofree char *begun_path = g_build_filename (of_begun, HW_SHIM_START, NULL);
  g_autofree char *claimed_path = g_build_filename (of_claimed, HW_SHIM_START, NULL);
  int fd = take (fixture, begun);

  keep (fixture, begun, fd, FALSE);
  close (fd);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_file_set_contents (begun_path, cases[i].text, (gssize) cases[i].length, NULL);
      g_file_set_contents (claimed_path, cases[i].text, (gssize) cases[i].length, NULL);
      begin_again (fixture, NEXT_LIFE);

      assert_restored (fixture, begun, 0, ENOENT);
      assert_restored (fixture, claimed, cases[i].code, ENOENT);
    }
}

#define ADD(path, function) \
  g_test_add ("/shim-slots/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("is-used-again", test_is_used_again);
  ADD ("of-a-shim-is-passed-over", test_of_a_shim_is_passed_over);
  ADD ("of-an-expected-attempt-is-kept", test_of_an_expected_attempt_is_kept);
  ADD ("that-is-late-is-kept", test_that_is_late_is_kept);
  ADD ("restores/records", test_restores_records);
  ADD ("restores/no-end-of-others", test_restores_no_end_of_others);
  ADD ("restores/nothing-in-one-life", test_restores_nothing_in_one_life);
  ADD ("blank-record-says-nothing", test_blank_record_says_nothing);

  return g_test_run ();
}
