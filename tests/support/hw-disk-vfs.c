/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-disk-vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

/**
 * HwDiskVfs:
 *
 * A file system for SQLite that stands over the usual one, and notes on an #HwDisk what
 * is done to databases and their logs. All of the process use it until it is freed. It can
 * fail a sync, refuse writes, or leave out what makes writes last.
 */
struct _HwDiskVfs
{
  sqlite3_vfs base;   /* the first member: what SQLite knows */
  sqlite3_vfs *below; /* (unowned): the usual one */
  sqlite3_syscall_ptr open_folder; /* how the usual one opens a folder to sync it */

  HwDisk *disk;       /* (unowned) (nullable) */
  gboolean syncs_folders;
  gboolean never_syncs;
  int n_syncs;        /* atomic */
  int fails_at;       /* atomic: the sync that fails, or -1 */
  int fails_databases; /* atomic */
  int is_full;         /* atomic */
  int is_index_full;   /* atomic */
  int sync_time;       /* atomic: microseconds that a sync takes beside its own */
};

/* An open file; behind it stands the usual one's. */
typedef struct
{
  sqlite3_file base; /* the first member: what SQLite knows */
  HwDiskVfs *vfs;    /* (unowned) */
  HwDisk *disk;      /* (unowned) (nullable): where to note what is done to it */
  guint number;
  gboolean is_database;
} File;

static HwDiskVfs *the_vfs; /* a system call of SQLite's gets no context */

static sqlite3_file *
get_below (sqlite3_file *file)
{
  return (sqlite3_file *) ((File *) file + 1);
}

static int
file_close (sqlite3_file *file)
{
  return get_below (file)->pMethods->xClose (get_below (file));
}

static int
file_read (sqlite3_file *file,
           void         *bytes,
           int           size,
           sqlite3_int64 offset)
{
  return get_below (file)->pMethods->xRead (get_below (file), bytes, size, offset);
}

static int
file_write (sqlite3_file *file,
            const void   *bytes,
            int           size,
            sqlite3_int64 offset)
{
  File *self = (File *) file;
  int code;

  if (g_atomic_int_get (&self->vfs->is_full))
    {
      errno = ENOSPC;
      return SQLITE_FULL;
    }
  if (self->disk == NULL)
    return get_below (file)->pMethods->xWrite (get_below (file), bytes, size, offset);

  hw_disk_lock (self->disk);
  code = get_below (file)->pMethods->xWrite (get_below (file), bytes, size, offset);
  if (code == SQLITE_OK)
    hw_disk_write (self->disk, self->number, (guint64) offset, bytes, (gsize) size);
  hw_disk_unlock (self->disk);

  return code;
}

static int
file_truncate (sqlite3_file *file,
               sqlite3_int64 size)
{
  File *self = (File *) file;
  int code;

  if (self->disk == NULL)
    return get_below (file)->pMethods->xTruncate (get_below (file), size);

  hw_disk_lock (self->disk);
  code = get_below (file)->pMethods->xTruncate (get_below (file), size);
  if (code == SQLITE_OK)
    hw_disk_truncate (self->disk, self->number, (guint64) size);
  hw_disk_unlock (self->disk);

  return code;
}

static int
file_sync (sqlite3_file *file,
           int           flags)
{
  File *self = (File *) file;
  int code;

  if (g_atomic_int_add (&self->vfs->n_syncs, 1) == g_atomic_int_get (&self->vfs->fails_at) ||
      (self->is_database && g_atomic_int_get (&self->vfs->fails_databases)))
    {
      errno = EIO;
      return SQLITE_IOERR_FSYNC;
    }
  if (g_atomic_int_get (&self->vfs->sync_time) > 0)
    self->vfs->below->xSleep (self->vfs->below, g_atomic_int_get (&self->vfs->sync_time));
  if (self->disk == NULL)
    return get_below (file)->pMethods->xSync (get_below (file), flags);

  hw_disk_lock (self->disk);
  code = get_below (file)->pMethods->xSync (get_below (file), flags);
  if (code == SQLITE_OK && !self->vfs->never_syncs)
    hw_disk_sync (self->disk, self->number);
  hw_disk_unlock (self->disk);

  return code;
}

static int
file_get_size (sqlite3_file  *file,
               sqlite3_int64 *size)
{
  return get_below (file)->pMethods->xFileSize (get_below (file), size);
}

static int
file_lock (sqlite3_file *file,
           int           level)
{
  return get_below (file)->pMethods->xLock (get_below (file), level);
}

static int
file_unlock (sqlite3_file *file,
             int           level)
{
  return get_below (file)->pMethods->xUnlock (get_below (file), level);
}

static int
file_check_lock (sqlite3_file *file,
                 int          *is_reserved)
{
  return get_below (file)->pMethods->xCheckReservedLock (get_below (file), is_reserved);
}

/* What would write beside xWrite is not done: it is a help that may be refused. */
static int
file_control (sqlite3_file *file,
              int           operation,
              void         *argument)
{
  if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE)
    return SQLITE_NOTFOUND;

  return get_below (file)->pMethods->xFileControl (get_below (file), operation, argument);
}

static int
file_get_sector_size (sqlite3_file *file)
{
  return get_below (file)->pMethods->xSectorSize (get_below (file));
}

static int
file_get_device (sqlite3_file *file)
{
  return get_below (file)->pMethods->xDeviceCharacteristics (get_below (file));
}

static int
file_map_shared (sqlite3_file   *file,
                 int             page,
                 int             size,
                 int             extend,
                 void volatile **memory)
{
  if (extend && g_atomic_int_get (&((File *) file)->vfs->is_index_full))
    {
      errno = ENOSPC;
      return SQLITE_IOERR_SHMSIZE;
    }

  return get_below (file)->pMethods->xShmMap (get_below (file), page, size, extend, memory);
}

static int
file_lock_shared (sqlite3_file *file,
                  int           offset,
                  int           n,
                  int           flags)
{
  return get_below (file)->pMethods->xShmLock (get_below (file), offset, n, flags);
}

static void
file_fence_shared (sqlite3_file *file)
{
  get_below (file)->pMethods->xShmBarrier (get_below (file));
}

static int
file_unmap_shared (sqlite3_file *file,
                   int           is_to_be_removed)
{
  return get_below (file)->pMethods->xShmUnmap (get_below (file), is_to_be_removed);
}

/* The index beside the log has version 2 of these; memory maps, which nobody uses, 3. */
static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_get_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_lock,
  .xFileControl = file_control,
  .xSectorSize = file_get_sector_size,
  .xDeviceCharacteristics = file_get_device,
  .xShmMap = file_map_shared,
  .xShmLock = file_lock_shared,
  .xShmBarrier = file_fence_shared,
  .xShmUnmap = file_unmap_shared,
};

static int
vfs_open (sqlite3_vfs  *vfs,
          const char   *path,
          sqlite3_file *file,
          int           flags,
          int          *flags_out)
{
  HwDiskVfs *self = (HwDiskVfs *) vfs;
  File *opened = (File *) file;
  g_autofree char *name = self->disk != NULL ? hw_disk_find_path (self->disk, path) : NULL;
  int code;

  memset (opened, 0, sizeof *opened);
  if (name != NULL)
    hw_disk_lock (self->disk);
  code = self->below->xOpen (self->below, path, get_below (file), flags, flags_out);
  if (code == SQLITE_OK)
    {
      opened->vfs = self;
      opened->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
      opened->base.pMethods = &methods;
    }
  if (code == SQLITE_OK && name != NULL)
    {
      opened->disk = self->disk;
      opened->number = hw_disk_open (self->disk, name);
    }
  if (name != NULL)
    hw_disk_unlock (self->disk);

  return code;
}

static int
vfs_delete (sqlite3_vfs *vfs,
            const char  *path,
            int          is_to_be_synced)
{
  HwDiskVfs *self = (HwDiskVfs *) vfs;
  g_autofree char *name = self->disk != NULL ? hw_disk_find_path (self->disk, path) : NULL;
  int code;

  if (name == NULL)
    return self->below->xDelete (self->below, path, is_to_be_synced);

  /* The removal comes before the sync of the folder, which is noted in there. */
  hw_disk_lock (self->disk);
  hw_disk_remove (self->disk, name);
  code = self->below->xDelete (self->below, path, is_to_be_synced);
  hw_disk_unlock (self->disk);

  return code;
}

static int
vfs_check_access (sqlite3_vfs *vfs,
                  const char  *path,
                  int          flags,
                  int         *is_allowed)
{
  HwDiskVfs *self = (HwDiskVfs *) vfs;

  return self->below->xAccess (self->below, path, flags, is_allowed);
}

static int
vfs_get_full_path (sqlite3_vfs *vfs,
                   const char  *path,
                   int          size,
                   char        *full_path)
{
  HwDiskVfs *self = (HwDiskVfs *) vfs;

  return self->below->xFullPathname (self->below, path, size, full_path);
}

static int
vfs_get_random (sqlite3_vfs *vfs,
                int          size,
                char        *bytes)
{
  HwDiskVfs *self = (HwDiskVfs *) vfs;

  return self->below->xRandomness (self->below, size, bytes);
}

static int
vfs_sleep (sqlite3_vfs *vfs,
           int          microseconds)
{
  HwDiskVfs *self = (HwDiskVfs *) vfs;

  return self->below->xSleep (self->below, microseconds);
}

static int
vfs_get_time (sqlite3_vfs *vfs,
              double      *days)
{
  HwDiskVfs *self = (HwDiskVfs *) vfs;

  return self->below->xCurrentTime (self->below, days);
}

static int
vfs_get_last_error (sqlite3_vfs *vfs,
                    int          size,
                    char        *text)
{
  HwDiskVfs *self = (HwDiskVfs *) vfs;

  return self->below->xGetLastError (self->below, size, text);
}

/* Stands for the call by which SQLite opens the folder of a file, to sync it. */
static int
open_folder (const char *path,
             int        *fd)
{
  HwDiskVfs *self = the_vfs;
  int (*open_below) (const char *,
                     int *) =
    (int (*)(const char *, int *))self->open_folder;
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = self->disk != NULL ? hw_disk_find_path (self->disk, folder) : NULL;

  /* SQLite takes it that there are systems where this cannot be done. */
  if (!self->syncs_folders)
    return SQLITE_CANTOPEN;

  if (name != NULL)
    hw_disk_sync_folder (self->disk, name);

  return open_below (path, fd);
}

/**
 * hw_disk_vfs_new:
 *
 * Has SQLite use this file system from now on.
 *
 * Returns: (transfer full): the file system
 */
HwDiskVfs *
hw_disk_vfs_new (void)
{
  HwDiskVfs *self = g_new0 (HwDiskVfs, 1);

  self->below = sqlite3_vfs_find (NULL);
  self->syncs_folders = TRUE;
  self->fails_at = -1;

  self->base.iVersion = 1;
  self->base.szOsFile = (int) sizeof (File) + self->below->szOsFile;
  self->base.mxPathname = self->below->mxPathname;
  self->base.zName = "headway-disk";
  self->base.xOpen = vfs_open;
  self->base.xDelete = vfs_delete;
  self->base.xAccess = vfs_check_access;
  self->base.xFullPathname = vfs_get_full_path;
  self->base.xRandomness = vfs_get_random;
  self->base.xSleep = vfs_sleep;
  self->base.xCurrentTime = vfs_get_time;
  self->base.xGetLastError = vfs_get_last_error;

  the_vfs = self;
  self->open_folder = self->below->xGetSystemCall (self->below, "openDirectory");
  self->below->xSetSystemCall (self->below, "openDirectory", (sqlite3_syscall_ptr) open_folder);
  g_assert_cmpint (sqlite3_vfs_register (&self->base, TRUE), ==, SQLITE_OK);

  return self;
}

/* No database may be open any more. */
void
hw_disk_vfs_free (HwDiskVfs *self)
{
  sqlite3_vfs_unregister (&self->base);
  self->below->xSetSystemCall (self->below, "openDirectory", self->open_folder);
  the_vfs = NULL;
  g_free (self);
}

/**
 * hw_disk_vfs_set_disk:
 * @self: a file system
 * @disk: (nullable): where to note what is done to the files that are opened from now on
 *
 * Begins, or ends, to note what is done.
 */
void
hw_disk_vfs_set_disk (HwDiskVfs *self,
                      HwDisk    *disk)
{
  self->disk = disk;
}

/* Says whether the names in a folder are synced when SQLite wants that. */
void
hw_disk_vfs_set_syncs_folders (HwDiskVfs *self,
                               gboolean   syncs_folders)
{
  self->syncs_folders = syncs_folders;
}

/* Says whether a sync does nothing, as with `PRAGMA synchronous = OFF`. */
void
hw_disk_vfs_set_never_syncs (HwDiskVfs *self,
                             gboolean   never_syncs)
{
  self->never_syncs = never_syncs;
}

/**
 * hw_disk_vfs_fail_sync:
 * @self: a file system
 * @n_before: how many syncs succeed before
 *
 * Has one sync fail, from now on counted: what was to be synced is not noted as such, and
 * the next sync succeeds, as the kernel does it.
 */
void
hw_disk_vfs_fail_sync (HwDiskVfs *self,
                       guint      n_before)
{
  g_atomic_int_set (&self->fails_at, g_atomic_int_get (&self->n_syncs) + (int) n_before);
}

/* Says whether every sync of a database fails, but for its log. */
void
hw_disk_vfs_set_fails_databases (HwDiskVfs *self,
                                 gboolean   fails_databases)
{
  g_atomic_int_set (&self->fails_databases, fails_databases);
}

/* Says whether every write is refused, as if there were no space left. */
void
hw_disk_vfs_set_is_full (HwDiskVfs *self,
                         gboolean   is_full)
{
  g_atomic_int_set (&self->is_full, is_full);
}

/* Says whether the index beside the log cannot grow, as if there were no space left for it. What it
 * has is not asked for again.
 */
void
hw_disk_vfs_set_is_index_full (HwDiskVfs *self,
                               gboolean   is_index_full)
{
  g_atomic_int_set (&self->is_index_full, is_index_full);
}

/* Says how much longer than the disk below a sync takes, in microseconds. */
void
hw_disk_vfs_set_sync_time (HwDiskVfs *self,
                           guint      sync_time)
{
  g_atomic_int_set (&self->sync_time, (int) sync_time);
}

guint
hw_disk_vfs_get_n_syncs (HwDiskVfs *self)
{
  return (guint) g_atomic_int_get (&self->n_syncs);
}
