/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-disk-image.h"

#include <string.h>

/**
 * HwDiskImage:
 *
 * Goes through what was done to an #HwDisk step by step, and writes down what may be left
 * of its files if the power fails at that moment. A disk may have any part of what nobody
 * waited for: of a write, any of its sectors; of a folder, any change of a name. What was
 * synced, it has.
 */
struct _HwDiskImage
{
  HwDisk *disk;       /* (unowned) */
  guint position;     /* how many steps were taken */
  GPtrArray *files;   /* (owned) (element-type GByteArray): what is on disk, by number */
  GArray *versions;   /* (owned) (element-type guint): how often each was synced, and one */
  GHashTable *names;  /* (owned) (element-type utf8 guint): those on disk */
  GPtrArray *pending; /* (owned) (element-type HwDiskOp): what may be there, in order */
};

/* The least that a disk writes as a whole. */
#define SECTOR 512

/* What the kernel, and a database, write as a whole if they can. */
#define PAGE 4096

/* How often to throw the dice for an image that is out of order. */
#define MAX_THROWS 8

/**
 * hw_disk_image_new:
 * @disk: a disk, to which nothing is done any more
 *
 * Begins at its first step.
 *
 * Returns: (transfer full): an image of an empty disk
 */
HwDiskImage *
hw_disk_image_new (HwDisk *disk)
{
  HwDiskImage *self = g_new0 (HwDiskImage, 1);

  self->disk = disk;
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  self->versions = g_array_new (FALSE, FALSE, sizeof (guint));
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->pending = g_ptr_array_new ();

  return self;
}

void
hw_disk_image_free (HwDiskImage *self)
{
  g_ptr_array_unref (self->pending);
  g_hash_table_unref (self->names);
  g_array_unref (self->versions);
  g_ptr_array_unref (self->files);
  g_free (self);
}

static gboolean
is_of_data (const HwDiskOp *op)
{
  return op->kind == HW_DISK_OP_WRITE || op->kind == HW_DISK_OP_TRUNCATE;
}

/* In how many parts the disk may take a step. */
static guint
count_parts (const HwDiskOp *op)
{
  if (op->kind != HW_DISK_OP_WRITE)
    return 1;

  return (guint) ((op->offset + g_bytes_get_size (op->bytes) - 1) / SECTOR - op->offset / SECTOR) +
         1;
}

static void
set_size (GByteArray *file,
          guint64     size)
{
  guint before = file->len;

  g_byte_array_set_size (file, (guint) size);
  if (size > before)
    memset (file->data + before, 0, (gsize) size - before);
}

/* Writes one sector's share of what is to be written. */
static void
write_part (GByteArray     *file,
            const HwDiskOp *op,
            guint           part)
{
  guint64 end = op->offset + g_bytes_get_size (op->bytes);
  guint64 sector = op->offset / SECTOR + part;
  guint64 from = MAX (op->offset, sector * SECTOR);
  guint64 to = MIN (end, (sector + 1) * SECTOR);
  const guint8 *bytes = g_bytes_get_data (op->bytes, NULL);

  if (file->len < to)
    set_size (file, to);
  memcpy (file->data + from, bytes + (from - op->offset), (gsize) (to - from));
}

static void
apply_name (GHashTable     *names,
            const HwDiskOp *op)
{
  if (op->kind != HW_DISK_OP_NAME && op->kind != HW_DISK_OP_FOLDER)
    g_hash_table_remove (names, op->path);

  if (op->kind == HW_DISK_OP_NAME)
    g_hash_table_insert (names, g_strdup (op->path), GUINT_TO_POINTER (op->file));
  else if (op->kind == HW_DISK_OP_FOLDER)
    g_hash_table_insert (names, g_strdup (op->path), GUINT_TO_POINTER (HW_DISK_FOLDER));
  else if (op->kind == HW_DISK_OP_RENAME)
    g_hash_table_insert (names, g_strdup (op->new_path), GUINT_TO_POINTER (op->file));
}

/* Takes those parts of a step that @kept names, or all. */
static void
apply (GPtrArray      *files,
       GHashTable     *names,
       const HwDiskOp *op,
       const guint8   *kept)
{
  guint n_parts = count_parts (op);

  for (guint i = 0; i < n_parts; i++)
    if (kept != NULL && !kept[i])
      continue;
    else if (op->kind == HW_DISK_OP_WRITE)
      write_part (g_ptr_array_index (files, op->file), op, i);
    else if (op->kind == HW_DISK_OP_TRUNCATE)
      set_size (g_ptr_array_index (files, op->file), op->offset);
    else
      apply_name (names, op);
}

/* Whether a sync lets a step last. */
static gboolean
is_synced_by (const HwDiskOp *op,
              const HwDiskOp *sync)
{
  g_autofree char *folder = NULL;

  if (sync->kind == HW_DISK_OP_SYNC)
    return is_of_data (op) && op->file == sync->file;
  if (is_of_data (op))
    return FALSE;

  folder = g_path_get_dirname (op->path);

  return g_str_equal (*sync->path == '\0' ? "." : sync->path, folder);
}

static void
hw_disk_image_sync (HwDiskImage    *self,
                    const HwDiskOp *sync)
{
  GPtrArray *left = g_ptr_array_new ();

  if (sync->kind == HW_DISK_OP_SYNC)
    g_array_index (self->versions, guint, sync->file)++;

  for (guint i = 0; i < self->pending->len; i++)
    {
      HwDiskOp *op = g_ptr_array_index (self->pending, i);

      if (is_synced_by (op, sync))
        apply (self->files, self->names, op, NULL);
      else
        g_ptr_array_add (left, op);
    }

  g_ptr_array_unref (self->pending);
  self->pending = left;
}

/**
 * hw_disk_image_step:
 * @self: an image
 *
 * Goes on by one step.
 *
 * Returns: whether that was a sync
 */
gboolean
hw_disk_image_step (HwDiskImage *self)
{
  const HwDiskOp *op = hw_disk_get_op (self->disk, self->position++);

  if (op->kind == HW_DISK_OP_NAME)
    {
      const guint version = HW_DISK_NO_VERSION + 1;

      g_ptr_array_add (self->files, g_byte_array_new ());
      g_array_append_val (self->versions, version);
    }

  if (op->kind == HW_DISK_OP_SYNC || op->kind == HW_DISK_OP_SYNC_FOLDER)
    {
      hw_disk_image_sync (self, op);
      return TRUE;
    }

  g_ptr_array_add (self->pending, (gpointer) op);

  return FALSE;
}

/* How many steps were taken. */
guint
hw_disk_image_get_position (HwDiskImage *self)
{
  return self->position;
}

/* How many of them may be lost. */
guint
hw_disk_image_get_n_pending (HwDiskImage *self)
{
  return self->pending->len;
}

/* Keeps all up to the middle of a write. Returns whether there is a write with a middle. */
static gboolean
tear (HwDiskImage *self,
      GByteArray  *kept,
      GRand       *rand)
{
  g_autoptr(GArray) starts = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr(GPtrArray) writes = g_ptr_array_new ();
  const HwDiskOp *op;
  guint chosen;
  guint n_parts = 0;
  guint n_kept;

  for (guint i = 0; i < self->pending->len; i++)
    {
      op = g_ptr_array_index (self->pending, i);
      if (count_parts (op) > 1)
        {
          g_array_append_val (starts, n_parts);
          g_ptr_array_add (writes, (gpointer) op);
        }
      n_parts += count_parts (op);
    }
  if (writes->len == 0)
    return FALSE;

  chosen = (guint) g_rand_int_range (rand, 0, (int) writes->len);
  op = g_ptr_array_index (writes, chosen);
  n_kept = (guint) g_rand_int_range (rand, 1, (int) count_parts (op));

  /* Half of them are torn where a page ends, if one ends inside. */
  if (g_rand_boolean (rand) && op->offset / PAGE != (op->offset / SECTOR + n_kept) * SECTOR / PAGE)
    n_kept -= (guint) ((op->offset / SECTOR + n_kept) % (PAGE / SECTOR));

  memset (kept->data, 0, kept->len);
  memset (kept->data, TRUE, g_array_index (starts, guint, chosen) + MAX (n_kept, 1));

  return TRUE;
}

/* Keeps whatever the dice say, each step by a third whole, not at all, or in parts. Returns
 * whether something is there that came after something that is not.
 */
static gboolean
shuffle (HwDiskImage *self,
         GByteArray  *kept,
         GRand       *rand)
{
  gboolean has_gap = FALSE;
  gboolean is_reordered = FALSE;
  guint8 *part = kept->data;

  for (guint i = 0; i < self->pending->len; i++)
    {
      guint n_parts = count_parts (g_ptr_array_index (self->pending, i));
      int chance = g_rand_int_range (rand, 0, 3);

      for (guint j = 0; j < n_parts; j++, part++)
        {
          *part = chance == 2 || (chance == 1 && g_rand_boolean (rand));
          is_reordered |= *part && has_gap;
          has_gap |= !*part;
        }
    }

  return is_reordered;
}

/* Chooses which parts of what is pending are kept. Returns FALSE if a loss of this kind
 * cannot be had here.
 */
static gboolean
hw_disk_image_choose (HwDiskImage *self,
                      HwDiskLoss   loss,
                      GRand       *rand,
                      GByteArray  *kept)
{
  guint n_parts = 0;

  for (guint i = 0; i < self->pending->len; i++)
    n_parts += count_parts (g_ptr_array_index (self->pending, i));
  g_byte_array_set_size (kept, n_parts);

  if (loss == HW_DISK_LOSS_TORN)
    return tear (self, kept, rand);

  if (loss == HW_DISK_LOSS_REORDERED)
    {
      for (guint i = 0; i < MAX_THROWS; i++)
        if (shuffle (self, kept, rand))
          return TRUE;
      return FALSE;
    }

  if (n_parts > 0)
    memset (kept->data, loss == HW_DISK_LOSS_NONE, n_parts);

  return TRUE;
}

/* Gives the files that are still to be changed a copy of what is on disk. */
static void
copy_changed (HwDiskImage *self,
              GPtrArray   *files,
              GArray      *versions)
{
  for (guint i = 0; i < self->pending->len; i++)
    {
      const HwDiskOp *op = g_ptr_array_index (self->pending, i);
      GByteArray *file;
      GByteArray *copy;

      if (!is_of_data (op))
        continue;

      file = g_ptr_array_index (self->files, op->file);
      if (g_ptr_array_index (files, op->file) != file)
        continue;

      copy = g_byte_array_sized_new (file->len);
      g_byte_array_append (copy, file->data, file->len);
      g_byte_array_unref (file);
      files->pdata[op->file] = copy;
      g_array_index (versions, guint, op->file) = HW_DISK_NO_VERSION;
    }
}

/**
 * hw_disk_image_write:
 * @self: an image
 * @loss: what happens to what was not synced
 * @rand: chooses
 * @left: where to
 *
 * Writes the files as they may be when the power fails after the last step.
 *
 * Returns: %FALSE if there is no such loss here: then nothing was written
 */
gboolean
hw_disk_image_write (HwDiskImage *self,
                     HwDiskLoss   loss,
                     GRand       *rand,
                     HwDiskLeft  *left)
{
  g_autoptr(GByteArray) kept = g_byte_array_new ();
  g_autoptr(GPtrArray) files =
    g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  g_autoptr(GArray) versions = g_array_copy (self->versions);
  g_autoptr(GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer path;
  gpointer number;
  guint n_parts = 0;

  if (!hw_disk_image_choose (self, loss, rand, kept))
    return FALSE;

  for (guint i = 0; i < self->files->len; i++)
    g_ptr_array_add (files, g_byte_array_ref (g_ptr_array_index (self->files, i)));
  copy_changed (self, files, versions);
  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &path, &number))
    g_hash_table_insert (names, g_strdup (path), number);

  for (guint i = 0; i < self->pending->len; i++)
    {
      const HwDiskOp *op = g_ptr_array_index (self->pending, i);

      apply (files, names, op, kept->data + n_parts);
      n_parts += count_parts (op);
    }
  hw_disk_left_write (left, names, files, versions);

  return TRUE;
}
