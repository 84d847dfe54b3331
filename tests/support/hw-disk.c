/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-disk.h"

#include <string.h>

/**
 * HwDisk:
 *
 * Remembers every step that was done to the files of one folder, in order, whoever did
 * it: out of that it can be told what may be left of them when the power fails.
 *
 * Any thread. Whoever takes a step holds the lock while it is taken *and* noted, so the
 * order here is the order on the disk.
 */
struct _HwDisk
{
  GRecMutex lock;
  char *root;        /* (owned) */
  GPtrArray *ops;    /* (owned) (element-type HwDiskOp) */
  GHashTable *files; /* (owned) (element-type utf8 guint): by their names now */
  GArray *sizes;     /* (owned) (element-type guint64): of each file, now */
};

static void
op_free (HwDiskOp *op)
{
  g_clear_pointer (&op->bytes, g_bytes_unref);
  g_free (op->path);
  g_free (op->new_path);
  g_free (op);
}

/**
 * hw_disk_new:
 * @root: an absolute path: what is below it is remembered
 *
 * Makes a disk to which nothing was done yet.
 *
 * Returns: (transfer full): the disk
 */
HwDisk *
hw_disk_new (const char *root)
{
  HwDisk *self = g_new0 (HwDisk, 1);

  g_rec_mutex_init (&self->lock);
  self->root = g_strdup (root);
  self->ops = g_ptr_array_new_with_free_func ((GDestroyNotify) op_free);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->sizes = g_array_new (FALSE, FALSE, sizeof (guint64));

  return self;
}

void
hw_disk_free (HwDisk *self)
{
  g_array_unref (self->sizes);
  g_hash_table_unref (self->files);
  g_ptr_array_unref (self->ops);
  g_free (self->root);
  g_rec_mutex_clear (&self->lock);
  g_free (self);
}

void
hw_disk_lock (HwDisk *self)
{
  g_rec_mutex_lock (&self->lock);
}

void
hw_disk_unlock (HwDisk *self)
{
  g_rec_mutex_unlock (&self->lock);
}

/**
 * hw_disk_find_path:
 * @self: a disk
 * @path: (nullable): an absolute path
 *
 * Tells what a path is called on the disk; the root is "".
 *
 * Returns: (transfer full) (nullable): the path there, or %NULL if it is elsewhere
 */
char *
hw_disk_find_path (HwDisk     *self,
                   const char *path)
{
  gsize length = strlen (self->root);

  if (path == NULL || strncmp (path, self->root, length) != 0 ||
      (path[length] != '/' && path[length] != '\0'))
    return NULL;

  return g_strdup (path[length] == '/' ? path + length + 1 : "");
}

static HwDiskOp *
hw_disk_note (HwDisk      *self,
              HwDiskOpKind kind,
              guint        file,
              const char  *path)
{
  HwDiskOp *op = g_new0 (HwDiskOp, 1);

  op->kind = kind;
  op->file = file;
  op->path = g_strdup (path);
  g_rec_mutex_lock (&self->lock);
  g_ptr_array_add (self->ops, op);
  g_rec_mutex_unlock (&self->lock);

  return op;
}

/**
 * hw_disk_open:
 * @self: a disk, locked
 * @path: a path on it
 *
 * Notes that a file was opened, which makes a new one if there is none.
 *
 * Returns: the number of the file
 */
guint
hw_disk_open (HwDisk     *self,
              const char *path)
{
  const guint64 empty = 0;
  gpointer file;

  if (g_hash_table_lookup_extended (self->files, path, NULL, &file))
    return GPOINTER_TO_UINT (file);

  file = GUINT_TO_POINTER (self->sizes->len);
  g_array_append_val (self->sizes, empty);
  g_hash_table_insert (self->files, g_strdup (path), file);
  hw_disk_note (self, HW_DISK_OP_NAME, GPOINTER_TO_UINT (file), path);

  return GPOINTER_TO_UINT (file);
}

void
hw_disk_write (HwDisk       *self,
               guint         file,
               guint64       offset,
               gconstpointer bytes,
               gsize         size)
{
  HwDiskOp *op = hw_disk_note (self, HW_DISK_OP_WRITE, file, NULL);
  guint64 *file_size = &g_array_index (self->sizes, guint64, file);

  op->offset = offset;
  op->bytes = g_bytes_new (bytes, size);
  *file_size = MAX (*file_size, offset + size);
}

void
hw_disk_truncate (HwDisk *self,
                  guint   file,
                  guint64 size)
{
  hw_disk_note (self, HW_DISK_OP_TRUNCATE, file, NULL)->offset = size;
  g_array_index (self->sizes, guint64, file) = size;
}

void
hw_disk_sync (HwDisk *self,
              guint   file)
{
  hw_disk_note (self, HW_DISK_OP_SYNC, file, NULL);
}

void
hw_disk_rename (HwDisk     *self,
                const char *path,
                const char *new_path)
{
  gpointer file = g_hash_table_lookup (self->files, path);
  HwDiskOp *op = hw_disk_note (self, HW_DISK_OP_RENAME, GPOINTER_TO_UINT (file), path);

  op->new_path = g_strdup (new_path);
  g_hash_table_remove (self->files, path);
  g_hash_table_insert (self->files, g_strdup (new_path), file);
}

void
hw_disk_remove (HwDisk     *self,
                const char *path)
{
  hw_disk_note (self, HW_DISK_OP_REMOVE, 0, path);
  g_hash_table_remove (self->files, path);
}

void
hw_disk_make_folder (HwDisk     *self,
                     const char *path)
{
  hw_disk_note (self, HW_DISK_OP_FOLDER, 0, path);
}

void
hw_disk_sync_folder (HwDisk     *self,
                     const char *path)
{
  hw_disk_note (self, HW_DISK_OP_SYNC_FOLDER, 0, path);
}

guint
hw_disk_get_n_ops (HwDisk *self)
{
  guint n_ops;

  g_rec_mutex_lock (&self->lock);
  n_ops = self->ops->len;
  g_rec_mutex_unlock (&self->lock);

  return n_ops;
}

/* Gets a step; nothing is done to the disk any more. */
const HwDiskOp *
hw_disk_get_op (HwDisk *self,
                guint   index)
{
  return g_ptr_array_index (self->ops, index);
}
