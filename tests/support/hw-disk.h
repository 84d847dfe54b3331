/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwDiskOpKind:
 * @HW_DISK_OP_WRITE: bytes into a file
 * @HW_DISK_OP_TRUNCATE: a file has this size now
 * @HW_DISK_OP_SYNC: what was done to a file before is on disk
 * @HW_DISK_OP_NAME: a new file has a name
 * @HW_DISK_OP_RENAME: a file has another name
 * @HW_DISK_OP_REMOVE: a name is gone
 * @HW_DISK_OP_FOLDER: a folder was made
 * @HW_DISK_OP_SYNC_FOLDER: the names in a folder are on disk
 *
 * What can be done to a disk.
 */
typedef enum
{
  HW_DISK_OP_WRITE,
  HW_DISK_OP_TRUNCATE,
  HW_DISK_OP_SYNC,
  HW_DISK_OP_NAME,
  HW_DISK_OP_RENAME,
  HW_DISK_OP_REMOVE,
  HW_DISK_OP_FOLDER,
  HW_DISK_OP_SYNC_FOLDER,
} HwDiskOpKind;

/* One step. Paths begin at the disk's root; a file is known by a number, whatever its name. */
typedef struct
{
  HwDiskOpKind kind;
  guint file;
  guint64 offset; /* of what is written; or the size */
  GBytes *bytes;  /* (owned) (nullable) */
  char *path;     /* (owned) (nullable) */
  char *new_path; /* (owned) (nullable) */
} HwDiskOp;

typedef struct _HwDisk HwDisk;

HwDisk  *hw_disk_new (const char *root);
void     hw_disk_free (HwDisk *self);

void     hw_disk_lock (HwDisk *self);
void     hw_disk_unlock (HwDisk *self);
char    *hw_disk_find_path (HwDisk     *self,
                            const char *path);

guint    hw_disk_open (HwDisk     *self,
                       const char *path);
void     hw_disk_write (HwDisk       *self,
                        guint         file,
                        guint64       offset,
                        gconstpointer bytes,
                        gsize         size);
void     hw_disk_truncate (HwDisk *self,
                           guint   file,
                           guint64 size);
void     hw_disk_sync (HwDisk *self,
                       guint   file);
void     hw_disk_rename (HwDisk     *self,
                         const char *path,
                         const char *new_path);
void     hw_disk_remove (HwDisk     *self,
                         const char *path);
void     hw_disk_make_folder (HwDisk     *self,
                              const char *path);
void     hw_disk_sync_folder (HwDisk     *self,
                              const char *path);

guint           hw_disk_get_n_ops (HwDisk *self);
const HwDiskOp *hw_disk_get_op (HwDisk *self,
                                guint   index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDisk, hw_disk_free)

G_END_DECLS
