/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-slot-files.h"

#include "hw-attempt-files.h"
#include "hw-shim-protocol.h"
#include "hw-shim-records.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The files that are slots, and how what is in one gets back to where everybody reads it. All of
 * this blocks. Any thread.
 */

/**
 * hw_slot_files_is_of_none:
 * @number: a number of `errno`
 *
 * Tells whether that is what is said of something that is no slot, whatever its name is.
 *
 * Returns: %TRUE if it is
 */
gboolean
hw_slot_files_is_of_none (int number)
{
  return number == EBADMSG || number == ENOENT || number == ELOOP || number == ENXIO;
}

/**
 * hw_slot_files_read:
 * @folder_fd: the folder of all slots
 * @slot_number: one of them
 * @contents: (out caller-allocates): what is in it
 *
 * Reads a slot.
 *
 * Returns: 0, or a number of `errno`
 */
int
hw_slot_files_read (int             folder_fd,
                    guint64         slot_number,
                    HwSlotContents *contents)
{
  const char *end_text = contents->bytes + HW_SLOT_END;
  char name[HW_IO_NAME_MAX];
  struct stat status;
  int number = 0;
  int fd;

  hw_slot_files_build_name (name, slot_number);
  fd = openat (folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  memset (contents, 0, sizeof *contents);
  if (fd < 0)
    return errno;

  if (fstat (fd, &status) < 0)
    number = errno;
  else if (!S_ISREG (status.st_mode))
    number = EBADMSG;
  else if (pread (fd, contents->bytes, HW_SLOT_SIZE, 0) < 0)
    number = errno;
  close (fd);
  if (number != 0)
    return number;

  contents->has_start = hw_shim_start_parse (contents->bytes,
                                             strnlen (contents->bytes, HW_RECORD_SIZE),
                                             &contents->start);
  contents->has_end = contents->has_start &&
                      hw_shim_end_parse (end_text, strnlen (end_text, HW_RECORD_SIZE),
                                         &contents->end) &&
                      g_str_equal (contents->start.mark, contents->end.mark);

  return 0;
}

/* Moves a descriptor out of the way of those that a shim is born with. Returns it, or -1. */
static int
lift (int fd)
{
  int lifted = fd;
  int number;

  if (fd < 0 || fd > HW_SHIM_SLOT_FD)
    return fd;

  lifted = fcntl (fd, F_DUPFD_CLOEXEC, HW_SHIM_SLOT_FD + 1);
  number = errno;
  close (fd);
  errno = number;

  return lifted;
}

/**
 * hw_slot_files_open:
 * @folder_fd: the folder of all slots
 * @slot_number: one of them
 *
 * Opens a slot that nobody has a lock on, and gets the lock.
 *
 * Returns: its descriptor, beyond %HW_SHIM_SLOT_FD; or -1 with `errno`: `EWOULDBLOCK` if somebody
 *   may still write there
 */
int
hw_slot_files_open (int     folder_fd,
                    guint64 slot_number)
{
  char name[HW_IO_NAME_MAX];
  struct stat status;
  int number = 0;
  int fd;

  hw_slot_files_build_name (name, slot_number);
  fd = lift (hw_io_open (folder_fd, name));
  if (fd < 0)
    return -1;

  if (fstat (fd, &status) < 0 || flock (fd, LOCK_EX | LOCK_NB) < 0)
    number = errno;
  else if (!S_ISREG (status.st_mode) || status.st_size != HW_SLOT_SIZE)
    number = EBADMSG;
  if (number == 0)
    return fd;

  close (fd);
  errno = number;

  return -1;
}

/* Whether a record has not a byte in it that is not 0: nothing but its name, or its size, got to
 * disk. It is nothing else, as it got its name when all of it was written.
 */
static gboolean
is_blank (int         folder_fd,
          const char *name)
{
  int fd = openat (folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  char text[HW_RECORD_SIZE] = "";
  gssize length = fd >= 0 ? read (fd, text, sizeof text) : -1;

  if (fd >= 0)
    close (fd);

  return length == 0 || (length > 0 && text[0] == '\0' &&
                         memcmp (text, text + 1, (gsize) length - 1) == 0);
}

/**
 * hw_slot_files_are_needless:
 * @run: an attempt
 * @folder_fd: its folder
 * @life: this life of the machine
 *
 * Tells whether the attempt's folder says all that a slot could say.
 *
 * Returns: %TRUE if it does
 */
gboolean
hw_slot_files_are_needless (HwRun      *run,
                            int         folder_fd,
                            const char *life)
{
  HwShimStart start;
  HwShimEnd end;
  int of_start = hw_attempt_files_read_start (folder_fd, run, &start);
  int of_end = hw_attempt_files_read_end (folder_fd, run, &end);

  return of_start == 0 &&
         (of_end == 0 || start.is_never ||
          (of_end == ENOENT && g_str_equal (start.life, life)));
}

/* Whether a record is to be put back, of which @number says how it is in the attempt's folder. In the
 * life of the machine that it is of, one that is missing was removed by somebody.
 */
static gboolean
is_wanting (int         folder_fd,
            const char *name,
            int         number,
            gboolean    is_same_life)
{
  return number != 0 && (!is_same_life || is_blank (folder_fd, name));
}

/* Puts into the attempt's folder what it does not have. It is not synced: the slot stays. Returns
 * 0, or a number of errno.
 */
static int
put_back (HwRun                *run,
          int                   folder_fd,
          const HwSlotContents *contents,
          gboolean              is_same_life)
{
  const char *end_text = contents->bytes + HW_SLOT_END;
  HwShimStart start;
  HwShimEnd end;

  if (is_wanting (folder_fd, HW_SHIM_START, hw_attempt_files_read_start (folder_fd, run, &start),
                  is_same_life) &&
      !hw_io_write_record (folder_fd, HW_SHIM_START, contents->bytes, strlen (contents->bytes), TRUE,
                           FALSE))
    return errno;

  if (contents->has_end &&
      is_wanting (folder_fd, HW_SHIM_END, hw_attempt_files_read_end (folder_fd, run, &end),
                  is_same_life) &&
      !hw_io_write_record (folder_fd, HW_SHIM_END, end_text, strlen (end_text), TRUE, FALSE))
    return errno;

  return 0;
}

/**
 * hw_slot_files_put_back:
 * @root: the folder of all attempts
 * @run: an attempt
 * @folder_fd: its folder, or -1 if that is not there
 * @contents: what is in its slot: nothing, if it has none
 * @life: this life of the machine
 *
 * Puts into the attempt's folder what only its slot has: if that is of this life, only what is there
 * and has no bytes. Without one, such a start record is removed: what no slot has has not begun.
 *
 * Returns: 0, or a number of `errno`
 */
int
hw_slot_files_put_back (const char           *root,
                        HwRun                *run,
                        int                   folder_fd,
                        const HwSlotContents *contents,
                        const char           *life)
{
  gboolean is_same_life = g_str_equal (contents->start.life, life);
  g_autofree char *folder = NULL;
  int number;

  if (!contents->has_start)
    {
      if (folder_fd >= 0 && is_blank (folder_fd, HW_SHIM_START))
        hw_io_remove (folder_fd, HW_SHIM_START);
      return 0;
    }
  if (folder_fd >= 0)
    return put_back (run, folder_fd, contents, is_same_life);
  if (is_same_life)
    return 0;

  folder = hw_attempt_files_create (root, run, NULL);
  folder_fd = folder != NULL ? hw_io_open_folder (folder) : -1;
  if (folder_fd < 0)
    return errno;

  number = put_back (run, folder_fd, contents, FALSE);
  close (folder_fd);

  return number;
}
