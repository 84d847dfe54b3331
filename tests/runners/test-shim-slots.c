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

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

/* What the system refuses, or has done, below. It has no context, and neither has this. */
static struct
{
  gboolean fails_names;  /* of all folders */
  ino_t unreadable;      /* a file, or 0 */
  gboolean fails_writes; /* over what is there */
  gboolean fails_data;   /* fdatasync(2) */
  gboolean fails_syncs;  /* fsync(2) of folders */
  guint n_syncs;         /* of fsync(2) */
} disk;

static struct stat
look_at (int fd)
{
  struct stat status;

  g_assert_no_errno (fstat (fd, &status));

  return status;
}

struct dirent *
readdir (DIR *folder)
{
  struct dirent *(*next) (DIR *) = dlsym (RTLD_NEXT, "readdir64");

  if (!disk.fails_names)
    return next (folder);

  errno = EIO;
  return NULL;
}

ssize_t
pread (int    fd,
       void  *bytes,
       size_t size,
       off_t  offset)
{
  if (look_at (fd).st_ino != disk.unreadable)
    return syscall (SYS_pread64, fd, bytes, size, offset);

  errno = EIO;
  return -1;
}

ssize_t
pwrite (int         fd,
        const void *bytes,
        size_t      size,
        off_t       offset)
{
  if (!disk.fails_writes)
    return syscall (SYS_pwrite64, fd, bytes, size, offset);

  errno = EIO;
  return -1;
}

int
fdatasync (int fd)
{
  errno = EIO;

  return disk.fails_data ? -1 : 0;
}

int
fsync (int fd)
{
  disk.n_syncs++;
  if (!disk.fails_syncs || !S_ISDIR (look_at (fd).st_mode))
    return 0;

  errno = EIO;
  return -1;
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  memset (&disk, 0, sizeof disk);
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
  struct stat status = look_at (fd);

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

/* Does what a shim does at the end. */
static void
keep_end (Fixture *fixture,
          HwRun   *run,
          int      slot_fd)
{
  g_autofree char *mark = hw_mark_build (run);
  HwShimEnd end = { .ending = HW_SHIM_EXITED, .number = 5, .at = 6 };
  char text[HW_RECORD_SIZE];
  int folder_fd = open_attempt (fixture, run);

  g_strlcpy (end.mark, mark, sizeof end.mark);
  g_assert_true (hw_shim_slot_keep_end (slot_fd, folder_fd, text,
                                        hw_shim_end_build (&end, text, sizeof text)));
  close (folder_fd);
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
  char text[HW_RECORD_SIZE];
  int folder_fd = open_attempt (fixture, run);

  g_strlcpy (start.mark, mark, sizeof start.mark);
  g_strlcpy (start.life, LIFE, sizeof start.life);
  g_assert_true (hw_shim_slot_keep_start (slot_fd, folder_fd, text,
                                          hw_shim_start_build (&start, text, sizeof text)));
  close (folder_fd);
  if (has_end)
    keep_end (fixture, run, slot_fd);
}

/* Keeps the same, in a slot that is lent for it, and is what a shim has left that is gone. */
static void
leave (Fixture *fixture,
       HwRun   *run,
       gboolean has_end)
{
  int slot_fd = take (fixture, run);

  keep (fixture, run, slot_fd, has_end);
  close (slot_fd);
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
  ino_t of_late;
  int fd;

  leave (fixture, old, TRUE);
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

  leave (fixture, ended, TRUE);
  leave (fixture, begun, FALSE);
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

  leave (fixture, first, TRUE);
  hw_shim_slots_release (fixture->slots, first);
  leave (fixture, second, FALSE);
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

  leave (fixture, run, TRUE);
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

  leave (fixture, begun, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_file_set_contents (begun_path, cases[i].text, (gssize) cases[i].length, NULL);
      g_file_set_contents (claimed_path, cases[i].text, (gssize) cases[i].length, NULL);
      begin_again (fixture, NEXT_LIFE);

      assert_restored (fixture, begun, 0, ENOENT);
      assert_restored (fixture, claimed, cases[i].code, ENOENT);
    }
}

/* Test that in the life of the machine that wrote them, too, records are put back whose bytes the
 * disk did not take.
 */
static void
test_blank_record_in_one_life (Fixture      *fixture,
                               gconstpointer test_data)
{
  g_autoptr(HwRun) run = make_run (fixture, 1);
  g_autofree char *folder = hw_attempt_files_build_folder (fixture->root, run);
  g_autofree char *start = g_build_filename (folder, HW_SHIM_START, NULL);
  g_autofree char *end = g_build_filename (folder, HW_SHIM_END, NULL);

  leave (fixture, run, TRUE);
  g_file_set_contents (start, "\0\0\0\0", 4, NULL);
  begin_again (fixture, LIFE);
  assert_restored (fixture, run, 0, 0);

  g_file_set_contents (end, "\0\0\0\0", 4, NULL);
  begin_again (fixture, LIFE);
  assert_restored (fixture, run, 0, 0);

  g_file_set_contents (start, "headway", 7, NULL);
  begin_again (fixture, LIFE);
  assert_restored (fixture, run, EBADMSG, 0);
}

/* Counts what is in the folder of slots. */
static guint
count_slots (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->root, "records", NULL);
  g_autoptr(GDir) folder = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;

  return n;
}

static gboolean
has_slot (Fixture    *fixture,
          const char *name)
{
  g_autofree char *path = g_build_filename (fixture->root, "records", name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Test that to look for an attempt makes nothing, as there may be no room for it. */
static void
test_restoring_makes_nothing (Fixture      *fixture,
                              gconstpointer test_data)
{
  g_autoptr(HwRun) run = make_run (fixture, 1);

  assert_restored (fixture, run, ENOENT, ENOENT);
  g_assert_false (g_file_test (fixture->root, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (disk.n_syncs, ==, 0);
}

/* Test that nothing is known of an attempt whose slot may be one that cannot be read, or found, and
 * that all is known of others.
 */
static void
test_unreadable_slot_hides_its_own (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autoptr(HwRun) hidden = make_run (fixture, 1);
  g_autoptr(HwRun) other = make_run (fixture, 2);
  g_autoptr(HwRun) third = make_run (fixture, 3);
  ino_t of_hidden;
  int fd = take (fixture, hidden);

  keep (fixture, hidden, fd, TRUE);
  of_hidden = identify (fd);
  leave (fixture, other, TRUE);
  lose_folders (fixture);
  begin_again (fixture, NEXT_LIFE);
  hw_shim_slots_expect (fixture->slots, hidden);

  disk.fails_names = TRUE;
  g_assert_cmpint (hw_shim_slots_restore (fixture->slots, hidden), ==, EIO);
  disk.fails_names = FALSE;
  disk.unreadable = of_hidden;
  g_assert_cmpint (hw_shim_slots_restore (fixture->slots, hidden), ==, EIO);
  assert_restored (fixture, other, 0, 0);
  g_assert_cmpuint (identify (take (fixture, third)), !=, of_hidden);

  /* What its folder says needs no slot. */
  assert_restored (fixture, other, 0, 0);
  disk.unreadable = 0;
  assert_restored (fixture, hidden, 0, 0);
}

/* Test that what has the name of a slot and is none is in nobody's way. */
static void
test_what_is_none_is_let_be (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autoptr(HwRun) run = make_run (fixture, 1);
  g_autoptr(HwRun) other = make_run (fixture, 2);
  g_autofree char *folder = g_build_filename (fixture->root, "records", "7", NULL);
  g_autofree char *link = g_build_filename (fixture->root, "records", "9", NULL);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_assert_no_errno (symlink ("7", link));
  assert_restored (fixture, run, ENOENT, ENOENT);
  close (take (fixture, other));
  g_assert_true (has_slot (fixture, "10"));
  g_assert_cmpuint (count_slots (fixture), ==, 3);
}

/* Test that no file is left of a slot that could not be made, nor of one that was being made when a
 * daemon died.
 */
static void
test_that_fails_to_be_made_is_gone (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autoptr(HwRun) run = make_run (fixture, 1);
  g_autoptr(HwRun) other = make_run (fixture, 2);
  g_autofree char *draft = g_build_filename (fixture->root, "records", ".2.1234", NULL);
  int fd;

  close (take (fixture, run));
  disk.fails_syncs = TRUE;
  g_assert_cmpint (hw_shim_slots_take (fixture->slots, other, &fd), ==, EIO);
  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpuint (count_slots (fixture), ==, 1);

  disk.fails_syncs = FALSE;
  g_assert_true (g_file_set_contents (draft, "", 0, NULL));
  begin_again (fixture, LIFE);
  close (take (fixture, other));
  g_assert_cmpuint (count_slots (fixture), ==, 1);
}

/* Begins an attempt in a slot that takes nothing. */
static void
fail_to_begin (Fixture *fixture,
               HwRun   *run,
               int      slot_fd)
{
  int folder_fd = open_attempt (fixture, run);
  HwShimStart start;

  errno = 0;
  g_assert_false (hw_shim_slot_keep_start (slot_fd, folder_fd, "text", strlen ("text")));
  g_assert_cmpint (errno, ==, EIO);
  g_assert_cmpint (hw_attempt_files_read_start (folder_fd, run, &start), ==, ENOENT);
  close (folder_fd);
  close (slot_fd);
}

/* Test that a slot that takes nothing is not the next one's: if that is known it is removed, else it is
 * the last that is lent again.
 */
static void
test_that_takes_nothing_is_not_lent (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(HwRun) first = make_run (fixture, 1);
  g_autoptr(HwRun) second = make_run (fixture, 2);
  g_autoptr(HwRun) third = make_run (fixture, 3);
  g_autoptr(HwRun) fourth = make_run (fixture, 4);
  int fd = take (fixture, first);
  int second_fd = take (fixture, second);
  ino_t of_second = identify (second_fd);

  hw_shim_slots_release (fixture->slots, second);
  disk.fails_writes = test_data == NULL;
  disk.fails_data = test_data != NULL;
  fail_to_begin (fixture, first, fd);
  if (test_data == NULL)
    hw_shim_slots_distrust (fixture->slots, first);
  hw_shim_slots_release (fixture->slots, first);
  memset (&disk, 0, sizeof disk);

  g_assert_cmpuint (identify (take (fixture, third)), ==, of_second);
  g_assert_true (has_slot (fixture, "1"));
  close (take (fixture, fourth));
  g_assert_true (has_slot (fixture, "1") == (test_data != NULL));
}

/* Test that an end that its slot does not take is kept in the attempt's folder, on disk with all that
 * it takes to find it: two folders above, the file, and the folder.
 */
static void
test_end_beside_ill_slot (Fixture      *fixture,
                          gconstpointer test_data)
{
  g_autoptr(HwRun) run = make_run (fixture, 1);
  int fd = take (fixture, run);

  keep (fixture, run, fd, FALSE);
  disk.fails_writes = test_data == NULL;
  disk.fails_data = test_data != NULL;
  disk.n_syncs = 0;
  keep_end (fixture, run, fd);
  g_assert_cmpuint (disk.n_syncs, ==, 4);
  close (fd);
  begin_again (fixture, NEXT_LIFE);

  assert_restored (fixture, run, 0, 0);
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
  ADD ("restores/blank-in-one-life", test_blank_record_in_one_life);
  ADD ("restores/and-makes-nothing", test_restoring_makes_nothing);
  ADD ("blank-record-says-nothing", test_blank_record_says_nothing);
  ADD ("unreadable-hides-its-own", test_unreadable_slot_hides_its_own);
  ADD ("what-is-none-is-let-be", test_what_is_none_is_let_be);
  ADD ("that-fails-to-be-made-is-gone", test_that_fails_to_be_made_is_gone);
  ADD ("that-takes-nothing/is-removed", test_that_takes_nothing_is_not_lent);
  g_test_add ("/shim-slots/that-takes-nothing/is-last", Fixture, "", set_up,
              test_that_takes_nothing_is_not_lent, tear_down);
  ADD ("end/write-fails", test_end_beside_ill_slot);
  g_test_add ("/shim-slots/end/sync-fails", Fixture, "", set_up, test_end_beside_ill_slot,
              tear_down);

  return g_test_run ();
}
