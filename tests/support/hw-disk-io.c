/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-disk-io.h"

#include "hw-io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Stands for src/shim/hw-io.c in a test program: it is that very file, but each call of the
 * system in it that changes the disk is noted on an #HwDisk. A program that has this has all
 * names of the seam, so the linker takes no other.
 */

/* Descriptors that are known here: more than a test has. */
#define MAX_FDS 256

/* What the seam knows of a descriptor. It has no context, and neither has this. */
static struct
{
  HwDisk *disk; /* (unowned) (nullable) */
  gboolean syncs_folders;
  struct
  {
    char *folder; /* (owned) (nullable) */
    guint file;
    gboolean is_file;
  } fds[MAX_FDS];
} seam = { .syncs_folders = TRUE };

void
hw_disk_io_set_disk (HwDisk *disk)
{
  seam.disk = disk;
  for (guint i = 0; i < MAX_FDS; i++)
    {
      g_clear_pointer (&seam.fds[i].folder, g_free);
      seam.fds[i].is_file = FALSE;
    }
}

/* Says whether the names in a folder get to the disk when it is synced. */
void
hw_disk_io_set_syncs_folders (gboolean syncs_folders)
{
  seam.syncs_folders = syncs_folders;
}

/* A descriptor is another one from now on. */
static gboolean
forget (int fd)
{
  if (seam.disk == NULL || fd < 0 || fd >= MAX_FDS)
    return FALSE;

  g_clear_pointer (&seam.fds[fd].folder, g_free);
  seam.fds[fd].is_file = FALSE;

  return TRUE;
}

static char *
build_path (int         folder_fd,
            const char *name)
{
  const char *folder;

  if (seam.disk == NULL || folder_fd < 0 || folder_fd >= MAX_FDS)
    return NULL;

  folder = seam.fds[folder_fd].folder;
  if (folder == NULL)
    return NULL;

  return *folder == '\0' ? g_strdup (name) : g_strconcat (folder, "/", name, NULL);
}

static int
noted_open (const char *path,
            int         flags)
{
  int fd = open (path, flags);
  int number = errno;

  if (forget (fd))
    seam.fds[fd].folder = hw_disk_find_path (seam.disk, path);
  errno = number;

  return fd;
}

/* Finds out which folder it is that a path of ".." has led to. */
static char *
find_folder (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link (link, NULL);

  return path != NULL ? hw_disk_find_path (seam.disk, path) : NULL;
}

static int
noted_openat (int         folder_fd,
              const char *name,
              int         flags,
              ...)
{
  g_autofree char *path = build_path (folder_fd, name);
  int fd = openat (folder_fd, name, flags, HW_IO_FILE_MODE);
  int number = errno;
  gboolean is_known = forget (fd);

  if (is_known && (flags & O_DIRECTORY) != 0)
    {
      seam.fds[fd].folder = find_folder (fd);
    }
  else if (is_known && path != NULL)
    {
      seam.fds[fd].is_file = TRUE;
      seam.fds[fd].file = hw_disk_open (seam.disk, path);
    }
  errno = number;

  return fd;
}

static ssize_t
noted_write (int         fd,
             const void *bytes,
             size_t      size)
{
  ssize_t n = write (fd, bytes, size);

  if (n > 0 && seam.disk != NULL && fd < MAX_FDS && seam.fds[fd].is_file)
    hw_disk_write (seam.disk, seam.fds[fd].file, (guint64) (lseek (fd, 0, SEEK_CUR) - n), bytes,
                   (gsize) n);

  return n;
}

static ssize_t
noted_pwrite (int         fd,
              const void *bytes,
              size_t      size,
              off_t       offset)
{
  ssize_t n = pwrite (fd, bytes, size, offset);

  if (n > 0 && seam.disk != NULL && fd < MAX_FDS && seam.fds[fd].is_file)
    hw_disk_write (seam.disk, seam.fds[fd].file, (guint64) offset, bytes, (gsize) n);

  return n;
}

static int
noted_fsync (int fd)
{
  int code = fsync (fd);

  if (code < 0 || seam.disk == NULL || fd >= MAX_FDS)
    return code;

  if (seam.fds[fd].is_file)
    hw_disk_sync (seam.disk, seam.fds[fd].file);
  else if (seam.fds[fd].folder != NULL && seam.syncs_folders)
    hw_disk_sync_folder (seam.disk, seam.fds[fd].folder);

  return code;
}

static int
noted_ftruncate (int   fd,
                 off_t size)
{
  int code = ftruncate (fd, size);

  if (code == 0 && seam.disk != NULL && fd < MAX_FDS && seam.fds[fd].is_file)
    hw_disk_truncate (seam.disk, seam.fds[fd].file, (guint64) size);

  return code;
}

static int
noted_mkdir (const char *path,
             mode_t      mode)
{
  int code = mkdir (path, mode);
  int number = errno;
  g_autofree char *name = seam.disk != NULL ? hw_disk_find_path (seam.disk, path) : NULL;

  if (code == 0 && name != NULL)
    hw_disk_make_folder (seam.disk, name);
  errno = number;

  return code;
}

static int
noted_unlinkat (int         folder_fd,
                const char *name,
                int         flags)
{
  g_autofree char *path = build_path (folder_fd, name);
  int code = unlinkat (folder_fd, name, flags);
  int number = errno;

  if (code == 0 && path != NULL)
    hw_disk_remove (seam.disk, path);
  errno = number;

  return code;
}

static int
noted_renameat2 (int          folder_fd,
                 const char  *name,
                 int          new_folder_fd,
                 const char  *new_name,
                 unsigned int flags)
{
  g_autofree char *path = build_path (folder_fd, name);
  g_autofree char *new_path = build_path (new_folder_fd, new_name);
  int code = renameat2 (folder_fd, name, new_folder_fd, new_name, flags);
  int number = errno;

  if (code == 0 && path != NULL && new_path != NULL)
    hw_disk_rename (seam.disk, path, new_path);
  errno = number;

  return code;
}

static int
noted_renameat (int         folder_fd,
                const char *name,
                int         new_folder_fd,
                const char *new_name)
{
  return noted_renameat2 (folder_fd, name, new_folder_fd, new_name, 0);
}

#define open noted_open
#define openat noted_openat
#define write noted_write
#define pwrite noted_pwrite
#define fsync noted_fsync
#define fdatasync noted_fsync
#define ftruncate noted_ftruncate
#define mkdir noted_mkdir
#define unlinkat noted_unlinkat
#define renameat noted_renameat
#define renameat2 noted_renameat2

#include "src/shim/hw-io.c"
