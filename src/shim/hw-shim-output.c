/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-output.h"

#include "hw-io.h"
#include "hw-shim-protocol.h"
#include "hw-shim-record.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Names a file of the segment that an offset is in; @name has HW_IO_NAME_MAX bytes. */
void
hw_segment_build (char       *name,
                  const char *prefix,
                  uint64_t    offset,
                  const char *suffix)
{
  snprintf (name, HW_IO_NAME_MAX, "%s%" PRIu64 "%s", prefix, offset - offset % HW_SEGMENT_SIZE,
            suffix);
}

/* Of an output with a @limit, less would not have a beginning and an end. */
void
hw_shim_output_init (HwShimOutput *self,
                     int           folder_fd,
                     uint64_t      limit)
{
  *self = (HwShimOutput) { .folder_fd = folder_fd, .segment_fd = -1, .index_fd = -1 };
  self->limit = limit != 0 && limit < HW_OUTPUT_LIMIT_MIN ? HW_OUTPUT_LIMIT_MIN : limit;
}

void
hw_shim_output_clear (HwShimOutput *self)
{
  if (self->segment_fd >= 0)
    close (self->segment_fd);
  if (self->index_fd >= 0)
    close (self->index_fd);

  self->segment_fd = -1;
  self->index_fd = -1;
  self->index_size = 0;
  self->is_index_torn = false;
}

static bool
is_entry_due (HwShimOutput *self,
              int64_t       now)
{
  return self->index_size == 0 || self->size - self->indexed_at >= HW_INDEX_BYTES ||
         now - self->indexed_time >= HW_INDEX_TIME;
}

/* Adds an entry if it is time for one. It can be made again out of the output, but for the
 * times, so nobody minds if it cannot be written. Only whole ones count: what is left of
 * one that found no room is taken away before the next.
 */
static void
write_index (HwShimOutput *self,
             int64_t       now)
{
  uint8_t entry[HW_INDEX_ENTRY_SIZE];
  char name[HW_IO_NAME_MAX];
  size_t written;

  if (!is_entry_due (self, now))
    return;

  hw_segment_build_index_name (name, self->size);
  if (self->index_fd < 0)
    self->index_fd = hw_io_append (self->folder_fd, name);
  if (self->index_fd < 0)
    return;
  if (self->is_index_torn && !hw_io_truncate (self->index_fd, self->index_size))
    return;

  hw_shim_write_u64 (entry, self->size);
  hw_shim_write_u64 (entry + 8, self->n_lines);
  hw_shim_write_u64 (entry + 16, (uint64_t) now);
  self->is_index_torn = !hw_io_write (self->index_fd, entry, sizeof entry, &written);
  if (self->is_index_torn)
    return;

  self->index_size += sizeof entry;
  self->indexed_at = self->size;
  self->indexed_time = now;
}

/* Drops a segment of the middle if one more would be too many. Its index goes first: bytes
 * without lines can be counted again, lines without bytes are lies. It may be packed, if what
 * prints is a child that the program left behind.
 */
static void
make_room (HwShimOutput *self)
{
  uint64_t n_tail = self->limit / (2 * HW_SEGMENT_SIZE);
  char name[HW_IO_NAME_MAX];
  uint64_t offset;

  if (self->limit == 0 || self->size / HW_SEGMENT_SIZE < self->limit / HW_SEGMENT_SIZE)
    return;

  offset = self->size - n_tail * HW_SEGMENT_SIZE;
  hw_segment_build_index_name (name, offset);
  hw_io_remove (self->folder_fd, name);
  hw_segment_build_name (name, offset);
  hw_io_remove (self->folder_fd, name);
  hw_segment_build_packed_name (name, offset);
  hw_io_remove (self->folder_fd, name);
}

/* Whether the program has left results: the folder has more in it than itself and what it is in, whose
 * names take the least that there is.
 */
static bool
has_results (int folder_fd)
{
  char entries[HW_FOLDER_ENTRIES];
  int fd = openat (folder_fd, HW_SHIM_RESULTS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  bool has_any = syscall (SYS_getdents64, fd, entries, sizeof entries) > 2 * HW_FOLDER_ENTRY;

  close (fd);

  return has_any;
}

/* Returns when all that was written is on disk, with the names of the segments and of the results: an
 * exit record must not be there without them. The folders above have theirs there from the first
 * time on: nobody has done that before, as most that ends at once leaves nothing. From above, as some
 * file systems sync what is above a new folder together with it.
 */
bool
hw_shim_output_sync (HwShimOutput *self)
{
  bool has_files = has_results (self->folder_fd);

  if (self->segment_fd < 0 && !has_files)
    return true;

  self->has_folders = self->has_folders || (hw_io_sync_above (self->folder_fd, "../..") &&
                                            hw_io_sync_above (self->folder_fd, ".."));

  return self->has_folders && (self->segment_fd < 0 || hw_io_sync (self->segment_fd)) &&
         (!has_files || hw_io_sync_above (self->folder_fd, HW_SHIM_RESULTS)) &&
         hw_io_sync (self->folder_fd);
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
      if (!hw_shim_output_sync (self))
        return false;
      hw_shim_output_clear (self);
    }
  if (self->segment_fd >= 0)
    return true;

  make_room (self);
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
