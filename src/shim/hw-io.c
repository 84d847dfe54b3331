/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not every libc has a function for this call. */
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define renameat2(...) syscall (SYS_renameat2, __VA_ARGS__)
#endif

/* All that the shim and the runners write to disk goes through this file, so that a test
 * can put another one in its place, which records what is written or fails it. Each
 * function tells by errno why it did not succeed. None allocates memory, or keeps any.
 */

/* Makes one folder; the one above it is there. */
bool
hw_io_make_folder (const char *path)
{
  return mkdir (path, HW_IO_FOLDER_MODE) == 0;
}

/* Opens a folder for the functions below. The descriptor is the caller's; or -1. */
int
hw_io_open_folder (const char *path)
{
  return open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Opens a file to write behind what it has, or makes it. The descriptor is the caller's;
 * or -1.
 */
int
hw_io_append (int         folder_fd,
              const char *name)
{
  return openat (folder_fd, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                 HW_IO_FILE_MODE);
}

/* Makes a file that must not be there yet, else EEXIST. Its name is on disk once the folder
 * is synced. The descriptor is the caller's; or -1.
 */
int
hw_io_create (int         folder_fd,
              const char *name)
{
  return openat (folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                 HW_IO_FILE_MODE);
}

/* Opens a file that is there, to write over what it has. The descriptor is the caller's; or
 * -1.
 */
int
hw_io_open (int         folder_fd,
            const char *name)
{
  return openat (folder_fd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
}

/* Writes all, or fails; @written tells how much came through in either case. */
bool
hw_io_write (int         fd,
             const void *bytes,
             size_t      size,
             size_t     *written)
{
  *written = 0;

  while (*written < size)
    {
      ssize_t n = write (fd, (const char *) bytes + *written, size - *written);

      if (n > 0)
        *written += (size_t) n;
      else if (n == 0 || errno != EINTR)
        return false;
    }

  return true;
}

/* Cuts off what a file has behind @size bytes. */
bool
hw_io_truncate (int      fd,
                uint64_t size)
{
  return ftruncate (fd, (off_t) size) == 0;
}

/* Returns when what was written is on disk; of a folder, the names in it. */
bool
hw_io_sync (int fd)
{
  return fsync (fd) == 0;
}

/* Returns when the names are on disk that a folder has: one of those above, as a path of ".."
 * says, or one below.
 */
bool
hw_io_sync_above (int         folder_fd,
                  const char *path)
{
  int fd = openat (folder_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool is_synced = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);

  return is_synced;
}

/* Writes over bytes that a file has, at once or not at all, and returns when they are on disk:
 * nothing but the bytes changes, so that is all that the disk has to do.
 */
bool
hw_io_overwrite (int         fd,
                 off_t       offset,
                 const void *bytes,
                 size_t      size)
{
  return pwrite (fd, bytes, size, offset) == (ssize_t) size && fdatasync (fd) == 0;
}

bool
hw_io_remove (int         folder_fd,
              const char *name)
{
  return unlinkat (folder_fd, name, 0) == 0;
}

/* Gives a file another name, of which no other file is left. */
bool
hw_io_rename (int         folder_fd,
              const char *from,
              const char *to)
{
  return renameat (folder_fd, from, folder_fd, to) == 0;
}

/* Gives a file a second name, which no other file has, else EEXIST. */
bool
hw_io_link (int         folder_fd,
            const char *from,
            const char *to)
{
  return linkat (folder_fd, from, folder_fd, to, 0) == 0;
}

/* Gives a file a name that no other file has, else EEXIST. */
bool
hw_io_rename_new (int         folder_fd,
                  const char *from,
                  const char *to)
{
  if (renameat2 (folder_fd, from, folder_fd, to, RENAME_NOREPLACE) == 0)
    return true;
  if (errno != EINVAL && errno != ENOSYS)
    return false;

  /* This file system cannot do it in one step. */
  return hw_io_link (folder_fd, from, to) && unlinkat (folder_fd, from, 0) == 0;
}

/* Makes a file that has no name yet which anybody looks for. One that is there was left by a
 * thread that had our number and died: in a container that is begun again, all have the numbers
 * that they had. It is never written to, as it may have become a record by link(2).
 */
static int
create_draft (int         folder_fd,
              const char *draft)
{
  int fd = hw_io_create (folder_fd, draft);

  return fd < 0 && errno == EEXIST && hw_io_remove (folder_fd, draft)
         ? hw_io_create (folder_fd, draft) : fd;
}

/* Writes a file as a whole or not at all. If it may not replace an older one that is EEXIST; of all
 * who try, one succeeds. If it is to be kept when the power fails, name included, it is on disk
 * then; else it is there for as long as the machine lives.
 */
bool
hw_io_write_record (int         folder_fd,
                    const char *name,
                    const char *text,
                    size_t      length,
                    bool        may_replace,
                    bool        is_kept)
{
  char draft[HW_IO_NAME_MAX + 32];
  bool is_named;
  size_t written;
  int fd, number;

  /* Another process, or thread, may write the same record at this moment. */
  snprintf (draft, sizeof draft, ".%s.%d", name, (int) syscall (SYS_gettid));

  fd = create_draft (folder_fd, draft);
  if (fd < 0)
    return false;

  is_named = hw_io_write (fd, text, length, &written) && (!is_kept || hw_io_sync (fd)) &&
             (may_replace ? hw_io_rename (folder_fd, draft, name)
                          : hw_io_rename_new (folder_fd, draft, name));
  number = errno;
  close (fd);
  if (!is_named)
    unlinkat (folder_fd, draft, 0);
  errno = number;

  return is_named && (!is_kept || hw_io_sync (folder_fd));
}
