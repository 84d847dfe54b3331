/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-lines.h"

#include "hw-shim-output.h"

#include <string.h>
#include <unistd.h>

/* What is looked through at once: as much as lies between two entries of an index. */
#define SCAN_SIZE HW_INDEX_BYTES

/* What an entry of an index says. */
typedef struct
{
  guint64 offset;
  guint64 n_lines; /* that end before it */
} Entry;

/* The index of one segment. */
typedef struct
{
  int fd; /* (owned) or -1 */
  guint64 begin;
  guint64 n_entries;
} Index;

static void
index_open (Index          *self,
            HwOutputFolder *folder,
            guint64         begin)
{
  char name[HW_IO_NAME_MAX];
  guint64 size = 0;

  hw_segment_build_index_name (name, begin);
  self->begin = begin;
  self->fd = hw_output_folder_open_file (folder, name, &size, NULL);
  self->n_entries = self->fd >= 0 ? size / HW_INDEX_ENTRY_SIZE : 0;
}

static void
index_clear (Index *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Index, index_clear)

/* Reads one entry. What a crash of the machine left in its place is none. */
static gboolean
index_read (const Index *self,
            guint64      n,
            Entry       *entry)
{
  guint64 numbers[HW_INDEX_ENTRY_SIZE / sizeof (guint64)];

  if (n >= self->n_entries ||
      hw_output_folder_read_file (self->fd, numbers, sizeof numbers,
                                  n * HW_INDEX_ENTRY_SIZE) != sizeof numbers)
    return FALSE;

  entry->offset = GUINT64_FROM_LE (numbers[0]);
  entry->n_lines = GUINT64_FROM_LE (numbers[1]);

  return entry->offset >= self->begin + (n > 0) && entry->offset - self->begin < HW_SEGMENT_SIZE &&
         entry->n_lines <= entry->offset;
}

/* Reads the last entry with fewer lines before it than @n_lines, if there is one. */
static gboolean
index_find (const Index *self,
            guint64      n_lines,
            Entry       *entry)
{
  guint64 low = 0, high = self->n_entries;
  gboolean is_found = FALSE;
  Entry middle;

  while (low < high)
    {
      guint64 n = low + (high - low) / 2;

      if (index_read (self, n, &middle) && middle.n_lines < n_lines)
        {
          *entry = middle;
          is_found = TRUE;
          low = n + 1;
        }
      else
        {
          high = n;
        }
    }

  return is_found;
}

static gboolean
read_first_entry (HwOutputFolder *folder,
                  guint64         begin,
                  Entry          *entry)
{
  g_auto(Index) index = { .fd = -1 };

  index_open (&index, folder, begin);

  return index_read (&index, 0, entry);
}

/* Finds the last segment that begins with fewer lines before it than @n_lines. One whose
 * index is lost says nothing: then the one before it speaks for it.
 */
static gboolean
find_segment (HwOutputFolder *folder,
              GArray         *segments,
              guint64         n_lines,
              guint64        *begin)
{
  guint low = 0, high = segments->len;
  gboolean is_found = FALSE;
  Entry entry = { 0 };

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      guint n = middle;
      gboolean is_known = read_first_entry (folder, g_array_index (segments, guint64, n), &entry);

      while (!is_known && n > low)
        is_known = read_first_entry (folder, g_array_index (segments, guint64, --n), &entry);

      if (is_known && entry.n_lines >= n_lines)
        {
          high = n;
          continue;
        }

      if (is_known)
        *begin = g_array_index (segments, guint64, n);
      is_found = is_found || is_known;
      low = middle + 1;
    }

  return is_found;
}

/* Gets the last place that is known to be before the end of line @n_lines. */
static Entry
find_entry (HwOutputFolder *folder,
            guint64         n_lines)
{
  g_autoptr(GArray) segments = hw_output_folder_list (folder);
  g_auto(Index) index = { .fd = -1 };
  Entry entry = { 0 };
  guint64 begin;

  if (!find_segment (folder, segments, n_lines, &begin))
    return entry;

  index_open (&index, folder, begin);
  index_find (&index, n_lines, &entry);

  return entry;
}

/* Goes on over bytes until @n_lines lines have ended. Returns how many bytes that are. */
static gsize
scan_bytes (const char *bytes,
            gsize       size,
            guint64     n_lines,
            Entry      *entry)
{
  const char *at = bytes;
  const char *end = bytes + size;

  while (entry->n_lines < n_lines && at < end)
    {
      const char *newline = memchr (at, '\n', (gsize) (end - at));

      entry->n_lines += newline != NULL;
      at = newline != NULL ? newline + 1 : end;
    }
  entry->offset += (gsize) (at - bytes);

  return (gsize) (at - bytes);
}

/* Goes on from an entry until @n_lines lines have ended, or there is nothing to read. */
static gboolean
scan (HwOutputFolder *folder,
      guint64         n_lines,
      Entry          *entry,
      GCancellable   *cancellable,
      GError        **error)
{
  g_autofree char *buffer = g_malloc (SCAN_SIZE);

  while (entry->n_lines < n_lines)
    {
      gssize n = hw_output_folder_read (folder, buffer, SCAN_SIZE, entry->offset, error);

      if (n < 0 || g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (n == 0)
        break;
      scan_bytes (buffer, (gsize) n, n_lines, entry);
    }

  return TRUE;
}

/**
 * hw_output_lines_find:
 * @folder: an attempt's output
 * @line: a line, counted from 1
 * @place: (out caller-allocates): where it begins
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Finds where a line begins, by the index: the segment, the entry, and then what is
 * between that and the next one. If it begins in what was dropped, the place is that hole;
 * if there is no such line, it is the end.
 *
 * Returns: whether it could be looked for
 */
gboolean
hw_output_lines_find (HwOutputFolder *folder,
                      guint64         line,
                      HwOutputPlace  *place,
                      GCancellable   *cancellable,
                      GError        **error)
{
  Entry entry = find_entry (folder, line - 1);
  guint64 looked_at = G_MAXUINT64;
  guint64 skip_to;
  Entry next;

  while (TRUE)
    {
      if (!scan (folder, line - 1, &entry, cancellable, error))
        return FALSE;

      *place = (HwOutputPlace) { .offset = entry.offset, .line = entry.n_lines + 1 };
      if (entry.n_lines == line - 1 ||
          !hw_output_folder_find_next (folder, entry.offset, &skip_to))
        return TRUE;

      /* What is missing may just have come, with what is behind it: once more. */
      if (looked_at == entry.offset)
        break;
      looked_at = entry.offset;
    }

  place->skip_to = skip_to;
  if (read_first_entry (folder, skip_to, &next) && next.offset == skip_to)
    place->next_line = next.n_lines + 1;

  return TRUE;
}
