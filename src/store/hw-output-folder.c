/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-folder.h"

#include "hw-shim-output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a packed segment may have: one that cannot be packed becomes longer, by little. */
#define PACKED_MAX (HW_SEGMENT_SIZE + 64 * 1024)

static void
set_error (GError    **error,
           const char *what)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (code),
               "%s: %s. Look into the state folder.", what, g_strerror (code));
}

/**
 * hw_output_folder_open:
 * @self: (out caller-allocates): a folder
 * @path: where it is
 * @unpacked: where packed segments are remembered
 * @error: return location for an error
 *
 * Opens the folder of an attempt. If there is none, it has no output.
 *
 * Returns: whether it can be read
 */
gboolean
hw_output_folder_open (HwOutputFolder   *self,
                       const char       *path,
                       HwOutputUnpacked *unpacked,
                       GError          **error)
{
  self->path = g_strdup (path);
  self->unpacked = unpacked;
  self->fd = g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0);
  if (self->fd >= 0 || errno == ENOENT)
    return TRUE;

  set_error (error, "The output cannot be opened");

  return FALSE;
}

/**
 * hw_output_folder_clear:
 * @self: a folder
 *
 * Closes it.
 */
void
hw_output_folder_clear (HwOutputFolder *self)
{
  if (self->fd >= 0 && self->path != NULL)
    close (self->fd);
  self->fd = -1;
  g_clear_pointer (&self->path, g_free);
}

/**
 * hw_output_folder_open_file:
 * @self: a folder
 * @name: a file in it
 * @size: (out): its size
 * @error: return location for an error
 *
 * Opens a file. It stands where only we write, but a program may run as the same user: no
 * link leads elsewhere, and no pipe holds the thread.
 *
 * Returns: it, -1 if there is none, or -2
 */
int
hw_output_folder_open_file (HwOutputFolder *self,
                            const char     *name,
                            guint64        *size,
                            GError        **error)
{
  struct stat status;
  int fd = -1;

  if (self->fd >= 0)
    fd = openat (self->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (self->fd < 0 || (fd < 0 && errno == ENOENT))
    return -1;

  if (fd < 0 || fstat (fd, &status) < 0)
    {
      set_error (error, "The output cannot be opened");
    }
  else if (!S_ISREG (status.st_mode))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                           "The output is not a file. Look into the state folder.");
    }
  else
    {
      *size = (guint64) status.st_size;
      return fd;
    }

  if (fd >= 0)
    close (fd);

  return -2;
}

/**
 * hw_output_folder_read_file:
 * @fd: a file
 * @buffer: where to read to
 * @size: how much
 * @offset: where in the file
 *
 * Reads @size bytes, or as many as there are.
 *
 * Returns: how many, or -1
 */
gssize
hw_output_folder_read_file (int     fd,
                            void   *buffer,
                            gsize   size,
                            guint64 offset)
{
  gsize n_read = 0;

  while (n_read < size)
    {
      gssize n = pread (fd, (char *) buffer + n_read, size - n_read, (off_t) (offset + n_read));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      n_read += (gsize) n;
    }

  return (gssize) n_read;
}

static int
compare_offsets (gconstpointer a,
                 gconstpointer b)
{
  const guint64 *first = a;
  const guint64 *second = b;

  return *first < *second ? -1 : *first > *second;
}

/**
 * hw_output_folder_parse_name:
 * @name: the name of a file
 * @offset: (out): where in the output it begins, if it is a segment
 *
 * Looks for what can only be a segment: no sign, no zeros, no number that is too large.
 *
 * Returns: whether it is one, packed or not
 */
gboolean
hw_output_folder_parse_name (const char *name,
                             guint64    *offset)
{
  char plain[HW_IO_NAME_MAX];
  char packed[HW_IO_NAME_MAX];

  if (!g_str_has_prefix (name, HW_SEGMENT_PREFIX))
    return FALSE;

  *offset = g_ascii_strtoull (name + strlen (HW_SEGMENT_PREFIX), NULL, 10);
  hw_segment_build_name (plain, *offset);
  hw_segment_build_packed_name (packed, *offset);

  return g_str_equal (name, plain) || g_str_equal (name, packed);
}

/**
 * hw_output_folder_list:
 * @self: a folder
 *
 * Gets where the segments begin that are there. One that is being packed may be named twice.
 *
 * Returns: (transfer full) (element-type guint64): their offsets, in order
 */
GArray *
hw_output_folder_list (HwOutputFolder *self)
{
  GArray *offsets = g_array_new (FALSE, FALSE, sizeof (guint64));
  int fd = self->fd >= 0 ? openat (self->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  DIR *folder = fd >= 0 ? fdopendir (fd) : NULL;
  const struct dirent *entry;
  guint64 offset;

  if (folder == NULL && fd >= 0)
    close (fd);
  if (folder == NULL)
    return offsets;

  while ((entry = readdir (folder)) != NULL)
    if (hw_output_folder_parse_name (entry->d_name, &offset))
      g_array_append_val (offsets, offset);
  closedir (folder);
  g_array_sort (offsets, compare_offsets);

  return offsets;
}

/* Reads from a segment that is not packed. Returns how much, -1 if there is none, or -2. */
static gssize
read_plain (HwOutputFolder *self,
            char           *buffer,
            gsize           size,
            guint64         offset,
            GError        **error)
{
  guint64 begin = offset % HW_SEGMENT_SIZE;
  char name[HW_IO_NAME_MAX];
  guint64 length = 0;
  gssize n_read = 0;
  int fd;

  hw_segment_build_name (name, offset);
  fd = hw_output_folder_open_file (self, name, &length, error);
  if (fd < 0)
    return fd;

  if (begin < length)
    n_read = hw_output_folder_read_file (fd, buffer, MIN (size, length - begin), begin);
  if (n_read < 0)
    set_error (error, "The output cannot be read");
  g_close (fd, NULL); /* nothing was written, so nothing is lost */

  return n_read < 0 ? -2 : n_read;
}

/* Reads a whole packed file. Returns (nullable) %NULL, without an error if there is none. */
static GBytes *
read_packed_file (HwOutputFolder *self,
                  guint64         offset,
                  GError        **error)
{
  char name[HW_IO_NAME_MAX];
  g_autofree char *buffer = NULL;
  guint64 length = 0;
  gssize n_read = -1;
  int fd;

  hw_segment_build_packed_name (name, offset);
  fd = hw_output_folder_open_file (self, name, &length, error);
  if (fd < 0)
    return NULL;

  if (length <= PACKED_MAX)
    {
      buffer = g_malloc (MAX (length, 1));
      n_read = hw_output_folder_read_file (fd, buffer, length, 0);
    }
  else
    {
      errno = EFBIG;
    }

  if (n_read < 0)
    set_error (error, "The output cannot be read");
  g_close (fd, NULL);

  return n_read < 0 ? NULL : g_bytes_new_take (g_steal_pointer (&buffer), (gsize) n_read);
}

/* Gets the bytes of a packed segment, like read_packed_file(). */
static GBytes *
get_unpacked (HwOutputFolder *self,
              guint64         offset,
              GError        **error)
{
  guint64 begin = offset - offset % HW_SEGMENT_SIZE;
  GBytes *bytes = hw_output_unpacked_lookup (self->unpacked, self->path, begin);
  g_autoptr(GBytes) packed = NULL;

  if (bytes != NULL)
    return bytes;

  packed = read_packed_file (self, begin, error);
  if (packed == NULL)
    return NULL;

  return hw_output_unpacked_unpack (self->unpacked, self->path, begin, packed, error);
}

static gssize
read_packed (HwOutputFolder *self,
             char           *buffer,
             gsize           size,
             guint64         offset,
             GError        **error)
{
  guint64 begin = offset % HW_SEGMENT_SIZE;
  GError *own_error = NULL;
  g_autoptr(GBytes) bytes = get_unpacked (self, offset, &own_error);
  gsize length;
  const char *data;

  if (bytes == NULL)
    {
      if (own_error == NULL)
        return -1;
      g_propagate_error (error, own_error);
      return -2;
    }

  data = g_bytes_get_data (bytes, &length);
  if (begin >= length)
    return 0;

  length = MIN (size, length - (gsize) begin);
  memcpy (buffer, data + begin, length);

  return (gssize) length;
}

/* Reads from one segment. Before one that is not packed is gone, the packed one is there. */
static gssize
read_segment (HwOutputFolder *self,
              char           *buffer,
              gsize           size,
              guint64         offset,
              GError        **error)
{
  gssize n_read = read_plain (self, buffer, size, offset, error);

  if (n_read == -1)
    n_read = read_packed (self, buffer, size, offset, error);

  return n_read == -1 ? 0 : n_read;
}

/**
 * hw_output_folder_read:
 * @self: a folder
 * @buffer: where to read to
 * @size: how much
 * @offset: where in the output
 * @error: return location for an error
 *
 * Reads @size bytes, or as many as there are without a gap.
 *
 * Returns: how many, or -1
 */
gssize
hw_output_folder_read (HwOutputFolder *self,
                       char           *buffer,
                       gsize           size,
                       guint64         offset,
                       GError        **error)
{
  gsize n_all = 0;

  while (n_all < size)
    {
      guint64 room = HW_SEGMENT_SIZE - (offset + n_all) % HW_SEGMENT_SIZE;
      gsize wanted = (gsize) MIN (size - n_all, room);
      gssize n = read_segment (self, buffer + n_all, wanted, offset + n_all, error);

      if (n < 0)
        return -1;

      n_all += (gsize) n;
      if ((gsize) n < wanted)
        break;
    }

  return (gssize) n_all;
}

/* Gets how much there was of an output that was removed, or 0. */
static guint64
read_removed (HwOutputFolder *self)
{
  char text[32];
  guint64 size = 0, removed = 0;
  gssize n_read = -1;
  int fd = hw_output_folder_open_file (self, HW_OUTPUT_REMOVED, &size, NULL);

  if (fd < 0)
    return 0;

  n_read = hw_output_folder_read_file (fd, text, sizeof text - 1, 0);
  g_close (fd, NULL);
  text[MAX (n_read, 0)] = '\0';
  if (!g_ascii_string_to_unsigned (g_strchomp (text), 10, 0, G_MAXINT64, &removed, NULL))
    return 0;

  return removed;
}

/**
 * hw_output_folder_find_next:
 * @self: a folder
 * @offset: where there is nothing to read
 * @next: (out): where there is again
 *
 * Finds out whether nothing is there because it was dropped, and what is behind it. If so,
 * read once more at @offset: it may just have come, with what is behind it.
 *
 * Returns: whether the output goes on behind @offset
 */
gboolean
hw_output_folder_find_next (HwOutputFolder *self,
                            guint64         offset,
                            guint64        *next)
{
  g_autoptr(GArray) segments = hw_output_folder_list (self);

  for (guint i = 0; i < segments->len; i++)
    {
      *next = g_array_index (segments, guint64, i);
      if (*next > offset)
        return TRUE;
    }

  *next = read_removed (self);

  return *next > offset;
}
