/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-output.h"

#include "hw-shim-record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The index has an entry after so many bytes, and for bytes that come so long after the
 * last entry: little enough to look through, and few enough to cost nothing.
 */
#define INDEX_BYTES (64 * 1024)
#define INDEX_TIME 1000000

/* Names the segment that an offset is in; @name has HW_IO_NAME_MAX bytes. */
void
hw_segment_build_name (char    *name,
                       uint64_t offset)
{
  snprintf (name, HW_IO_NAME_MAX, "output-%" PRIu64, offset - offset % HW_SEGMENT_SIZE);
}

void
hw_shim_output_init (HwShimOutput *self,
                     int           folder_fd)
{
  memset (self, 0, sizeof *self);
  self->folder_fd = folder_fd;
  self->segment_fd = -1;
  self->index_fd = -1;
}

static void
close_segment (HwShimOutput *self)
{
  if (self->segment_fd >= 0)
    close (self->segment_fd);
  self->segment_fd = -1;
}

void
hw_shim_output_clear (HwShimOutput *self)
{
  close_segment (self);
  if (self->index_fd >= 0)
    close (self->index_fd);
  self->index_fd = -1;
}

static void
write_u64 (uint8_t *bytes,
           uint64_t number)
{
  for (int i = 0; i < 8; i++)
    bytes[i] = (uint8_t) (number >> (8 * i));
}

/* Adds an entry if it is time for one. It can be made again out of the output, but for the
 * times, so nobody minds if it cannot be written.
 */
static void
write_index (HwShimOutput *self,
             int64_t       now)
{
  uint8_t entry[HW_INDEX_ENTRY_SIZE];
  size_t written;

  if (self->has_entry && self->size - self->indexed_at < INDEX_BYTES &&
      now - self->indexed_time < INDEX_TIME)
    return;

  if (self->index_fd < 0)
    self->index_fd = hw_io_append (self->folder_fd, HW_SHIM_INDEX);
  if (self->index_fd < 0)
    return;

  write_u64 (entry, self->size);
  write_u64 (entry + 8, self->n_lines);
  write_u64 (entry + 16, (uint64_t) now);
  if (!hw_io_write (self->index_fd, entry, sizeof entry, &written))
    return;

  self->has_entry = true;
  self->indexed_at = self->size;
  self->indexed_time = now;
}

/* Opens the segment that the next byte goes into. A full one is on disk before the next
 * begins, so that no crash leaves a hole in the midst.
 */
static bool
open_segment (HwShimOutput *self)
{
  char name[HW_IO_NAME_MAX];

  if (self->segment_fd >= 0 && self->size % HW_SEGMENT_SIZE == 0)
    {
      if (!hw_io_sync (self->segment_fd))
        return false;
      close_segment (self);
    }
  if (self->segment_fd >= 0)
    return true;

  hw_segment_build_name (name, self->size);
  self->segment_fd = hw_io_append (self->folder_fd, name);

  return self->segment_fd >= 0;
}

static void
count_lines (HwShimOutput  *self,
             const uint8_t *bytes,
             size_t         size)
{
  const uint8_t *end = bytes + size;

  while (bytes < end && (bytes = memchr (bytes, '\n', (size_t) (end - bytes))) != NULL)
    {
      self->n_lines++;
      bytes++;
    }
}

/* Writes what was read at @now. @written tells how much came through if it fails. */
bool
hw_shim_output_write (HwShimOutput  *self,
                      const uint8_t *bytes,
                      size_t         size,
                      int64_t        now,
                      size_t        *written)
{
  *written = 0;

  while (*written < size)
    {
      size_t n = size - *written;
      uint64_t room;
      bool is_written;

      if (!open_segment (self))
        return false;
      write_index (self, now);

      room = HW_SEGMENT_SIZE - self->size % HW_SEGMENT_SIZE;
      is_written = hw_io_write (self->segment_fd, bytes + *written, n < room ? n : (size_t) room,
                                &n);
      count_lines (self, bytes + *written, n);
      self->size += n;
      *written += n;
      if (!is_written)
        return false;
    }

  return true;
}

/* Returns when all that was written is on disk. */
bool
hw_shim_output_sync (HwShimOutput *self)
{
  return self->segment_fd < 0 || hw_io_sync (self->segment_fd);
}
