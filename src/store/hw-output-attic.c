/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-attic.h"

#include "hw-shim-output.h"
#include "hw-shim-record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fast rather than small: what programs print becomes a tenth either way. */
#define PACK_LEVEL 1

/* What does not become smaller than this is left as it is: it was packed already. */
#define PACKED_MAX (HW_SEGMENT_SIZE - HW_SEGMENT_SIZE / 8)

/* When there is too much, so much of what is allowed is left: then it is not looked for what
 * is oldest after each task.
 */
#define PRUNED_PARTS 7
#define ALL_PARTS 8

/* What stat(2) counts in. */
#define BLOCK_SIZE 512

/* Of files that are being written, see hw_io_write_record(): the packed segments and the
 * other records of an output.
 */
#define DRAFT_PREFIX ".output-"

/* The output of one attempt, for whoever looks for the oldest. */
typedef struct
{
  guint64 epoch;
  guint64 task_id;
  guint64 attempt;
  guint64 size;
  gint64 ended_at; /* in seconds */
} Kept;

static gboolean
has_file (HwOutputFolder *folder,
          const char     *name)
{
  return faccessat (folder->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Whether an attempt is known to have ended, so that nobody has a right to its output any
 * more: its shim wrote down how, or somebody said so by hw_output_attic_set_has_ended().
 */
static gboolean
has_ended (HwOutputFolder *folder)
{
  return has_file (folder, HW_SHIM_END) || has_file (folder, HW_OUTPUT_ENDED);
}

/**
 * hw_output_attic_set_has_ended:
 * @folder: the output of an attempt that has ended
 *
 * Writes down that it has, if its shim did not live to do it.
 */
void
hw_output_attic_set_has_ended (HwOutputFolder *folder)
{
  if (!has_ended (folder))
    hw_io_write_record (folder->fd, HW_OUTPUT_ENDED, "", 0, true, true);
}

/* Packs a segment. Returns (nullable): what it becomes, or %NULL if that is not less. */
static GBytes *
pack_bytes (const guint8 *bytes,
            gsize         size)
{
  g_autoptr(GConverter) converter =
    G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, PACK_LEVEL));
  g_autofree guint8 *packed = g_malloc (PACKED_MAX);
  GConverterResult result = G_CONVERTER_CONVERTED;
  gsize n_read = 0, n_written = 0;

  while (result == G_CONVERTER_CONVERTED && n_written < PACKED_MAX)
    {
      gsize read = 0, written = 0;

      result = g_converter_convert (converter, bytes + n_read, size - n_read, packed + n_written,
                                    PACKED_MAX - n_written, G_CONVERTER_INPUT_AT_END, &read,
                                    &written, NULL);
      n_read += read;
      n_written += written;
    }

  if (result != G_CONVERTER_FINISHED)
    return NULL;

  return g_bytes_new_take (g_realloc (g_steal_pointer (&packed), n_written), n_written);
}

/* Reads a segment that is whole. Returns (nullable). */
static guint8 *
read_whole (HwOutputFolder *folder,
            const char     *name)
{
  g_autofree guint8 *bytes = NULL;
  guint64 size = 0;
  gssize n_read = -1;
  int fd = hw_output_folder_open_file (folder, name, &size, NULL);

  if (fd < 0)
    return NULL;

  if (size == HW_SEGMENT_SIZE)
    {
      bytes = g_malloc (HW_SEGMENT_SIZE);
      n_read = hw_output_folder_read_file (fd, bytes, HW_SEGMENT_SIZE, 0);
    }
  close (fd);

  return n_read == (gssize) HW_SEGMENT_SIZE ? g_steal_pointer (&bytes) : NULL;
}

/* The packed one is on disk, name included, before the other one goes: whenever we die,
 * there is one of them at least, and whoever reads finds either. If the other one is gone
 * by itself, a child of the program went on to print, and its shim dropped the segment.
 */
static void
pack_segment (HwOutputFolder *folder,
              guint64         offset)
{
  char name[HW_IO_NAME_MAX];
  char packed_name[HW_IO_NAME_MAX];
  g_autofree guint8 *bytes = NULL;
  g_autoptr(GBytes) packed = NULL;

  hw_segment_build_name (name, offset);
  hw_segment_build_packed_name (packed_name, offset);
  bytes = read_whole (folder, name);
  if (bytes == NULL)
    return;

  packed = pack_bytes (bytes, HW_SEGMENT_SIZE);
  if (packed != NULL &&
      hw_io_write_record (folder->fd, packed_name, g_bytes_get_data (packed, NULL),
                          g_bytes_get_size (packed), true, true) &&
      !hw_io_remove (folder->fd, name) && errno == ENOENT)
    hw_io_remove (folder->fd, packed_name);
}

/**
 * hw_output_attic_pack:
 * @folder: the output of an attempt that has ended
 * @cancellable: (nullable): ends it between two segments
 *
 * Packs what is full of it, if that makes it smaller. The last segment is not full: a child
 * of the program may go on to print. What cannot be packed stays as it is.
 */
void
hw_output_attic_pack (HwOutputFolder *folder,
                      GCancellable   *cancellable)
{
  g_autoptr(GArray) segments = hw_output_folder_list (folder);

  for (guint i = 0; i < segments->len && !g_cancellable_is_cancelled (cancellable); i++)
    pack_segment (folder, g_array_index (segments, guint64, i));
}

/* Removes what is not needed of a segment that has both names. */
static void
remove_packed_twice (HwOutputFolder *folder)
{
  g_autoptr(GArray) segments = hw_output_folder_list (folder);

  for (guint i = 1; i < segments->len; i++)
    {
      guint64 offset = g_array_index (segments, guint64, i);
      char name[HW_IO_NAME_MAX];

      hw_segment_build_name (name, offset);
      if (offset == g_array_index (segments, guint64, i - 1))
        hw_io_remove (folder->fd, name);
    }
}

/* Makes good what a daemon left that died while it wrote here. Nobody else writes such
 * files, and of us nobody does at the same time.
 */
static void
clean_up (HwOutputFolder *folder)
{
  g_autoptr(GDir) names = g_dir_open (folder->path, 0, NULL);
  const char *name;

  while (names != NULL && (name = g_dir_read_name (names)) != NULL)
    if (g_str_has_prefix (name, DRAFT_PREFIX))
      hw_io_remove (folder->fd, name);

  remove_packed_twice (folder);
}

typedef void (*NameFunc) (char   *name,
                          guint64 offset);

static const NameFunc name_funcs[] = {
  hw_segment_build_index_name, hw_segment_build_name, hw_segment_build_packed_name,
};

/**
 * hw_output_attic_measure:
 * @folder: an attempt's output
 *
 * Gets how much room an output takes.
 *
 * Returns: bytes of the disk
 */
guint64
hw_output_attic_measure (HwOutputFolder *folder)
{
  g_autoptr(GArray) segments = hw_output_folder_list (folder);
  guint64 size = 0;

  for (guint i = 0; i < segments->len; i++)
    for (guint j = 0; j < G_N_ELEMENTS (name_funcs); j++)
      {
        char name[HW_IO_NAME_MAX];
        struct stat status;

        name_funcs[j] (name, g_array_index (segments, guint64, i));
        if (fstatat (folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
          size += (guint64) status.st_blocks * BLOCK_SIZE;
      }

  return size;
}

/* Gets how much an attempt printed, what was dropped of it included. */
static guint64
get_output_size (HwOutputFolder *folder,
                 GArray         *segments)
{
  guint64 last = g_array_index (segments, guint64, segments->len - 1);
  char name[HW_IO_NAME_MAX];
  struct stat status;

  hw_segment_build_name (name, last);
  if (fstatat (folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
    return last + HW_SEGMENT_SIZE; /* only a full one is packed */

  return last + (guint64) status.st_size;
}

/**
 * hw_output_attic_remove:
 * @folder: the output of an attempt that has ended
 *
 * Removes an output. How much it was is written down first, so that whoever reads it is
 * told what is not there any more.
 *
 * Returns: whether it is gone
 */
gboolean
hw_output_attic_remove (HwOutputFolder *folder)
{
  g_autoptr(GArray) segments = hw_output_folder_list (folder);
  char text[32];
  int length;
  gboolean is_removed = TRUE;

  if (segments->len == 0)
    return TRUE;

  length = g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT "\n",
                       get_output_size (folder, segments));
  if (!hw_io_write_record (folder->fd, HW_OUTPUT_REMOVED, text, (gsize) length, true, true))
    return FALSE;

  for (guint i = 0; i < segments->len; i++)
    for (guint j = 0; j < G_N_ELEMENTS (name_funcs); j++)
      {
        char name[HW_IO_NAME_MAX];

        name_funcs[j] (name, g_array_index (segments, guint64, i));
        if (!hw_io_remove (folder->fd, name) && errno != ENOENT)
          is_removed = FALSE;
      }

  return is_removed;
}

static char *
build_path (const char *root,
            const Kept *kept)
{
  return g_strdup_printf ("%s/%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                          root, kept->epoch, kept->task_id, kept->attempt);
}

/* A walk through all folders. */
typedef struct
{
  const char *root;
  GCancellable *cancellable; /* (nullable) */
  Kept at;                   /* where it is */
  GArray *all;               /* (element-type Kept): who has ended and has output */
  GArray *found;             /* (nullable) (element-type HwOutputFound) */
} Walk;

static void
walk_find (Walk   *self,
           guint64 attempt)
{
  const HwOutputFound found = { self->at.epoch, self->at.task_id, attempt };

  if (self->found != NULL)
    g_array_append_val (self->found, found);
}

static gboolean
has_output (HwOutputFolder *folder)
{
  g_autoptr(GArray) segments = hw_output_folder_list (folder);

  return segments->len > 0;
}

static void
walk_look_at_attempt (Walk *self)
{
  g_autofree char *path = build_path (self->root, &self->at);
  g_auto(HwOutputFolder) folder = { .fd = -1 };
  struct stat status;

  if (!hw_output_folder_open (&folder, path, NULL, NULL) || folder.fd < 0)
    return;

  if (!has_ended (&folder))
    {
      if (has_output (&folder))
        walk_find (self, self->at.attempt);
      return;
    }

  clean_up (&folder);
  self->at.size = hw_output_attic_measure (&folder);
  if (fstatat (folder.fd, HW_SHIM_END, &status, AT_SYMLINK_NOFOLLOW) == 0 ||
      fstat (folder.fd, &status) == 0)
    self->at.ended_at = status.st_mtime;
  if (self->at.size > 0)
    g_array_append_val (self->all, self->at);
}

/* Goes down one level of folders, each named by a number: database, task, attempt. */
static void
walk_into (Walk       *self,
           const char *path,
           guint       level)
{
  guint64 *const numbers[] = { &self->at.epoch, &self->at.task_id, &self->at.attempt };
  g_autoptr(GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && !g_cancellable_is_cancelled (self->cancellable) &&
         (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = NULL;

      if (!g_ascii_string_to_unsigned (name, 10, 0, G_MAXUINT64, numbers[level], NULL))
        continue;

      child = g_build_filename (path, name, NULL);
      if (numbers[level] == &self->at.task_id)
        walk_find (self, 0);
      if (level + 1 < G_N_ELEMENTS (numbers))
        walk_into (self, child, level + 1);
      else
        walk_look_at_attempt (self);
    }
}

static int
compare_ages (gconstpointer a,
              gconstpointer b)
{
  const Kept *first = a;
  const Kept *second = b;

  if (first->ended_at != second->ended_at)
    return first->ended_at < second->ended_at ? -1 : 1;

  return first->task_id < second->task_id ? -1 : first->task_id > second->task_id;
}

static gboolean
remove_kept (const char *root,
             const Kept *kept)
{
  g_autofree char *path = build_path (root, kept);
  g_auto(HwOutputFolder) folder = { .fd = -1 };

  return hw_output_folder_open (&folder, path, NULL, NULL) && hw_output_attic_remove (&folder);
}

/**
 * hw_output_attic_prune:
 * @root: the folder of all attempts
 * @total: how much the output of all that have ended may take
 * @found: (nullable) (element-type HwOutputFound): where to add all tasks that have a folder,
 *   and the attempts that may have ended
 * @cancellable: (nullable): ends it
 *
 * Measures the output of all attempts that have ended, and if it is too much, removes that
 * of those that ended first.
 *
 * Returns: how much there is now
 */
guint64
hw_output_attic_prune (const char   *root,
                       guint64       total,
                       GArray       *found,
                       GCancellable *cancellable)
{
  g_autoptr(GArray) all = g_array_new (FALSE, FALSE, sizeof (Kept));
  Walk walk = { .root = root, .cancellable = cancellable, .all = all, .found = found };
  guint64 sum = 0;

  walk_into (&walk, root, 0);
  for (guint i = 0; i < all->len; i++)
    sum += g_array_index (all, Kept, i).size;
  if (sum <= total)
    return sum;

  g_array_sort (all, compare_ages);
  for (guint i = 0; i < all->len && sum > total / ALL_PARTS * PRUNED_PARTS; i++)
    {
      const Kept *oldest = &g_array_index (all, Kept, i);

      if (g_cancellable_is_cancelled (cancellable))
        break;
      if (remove_kept (root, oldest))
        sum -= oldest->size;
    }

  return sum;
}
