/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-unpacked.h"

#include "hw-shim-output.h"

/**
 * HwOutputUnpacked:
 *
 * Unpacks segments, and remembers the last one, as whoever reads on in pieces reads the
 * same one again. It has the bytes of that one, and no more. Any thread may use it.
 */
struct _HwOutputUnpacked
{
  GMutex lock;
  char *folder;  /* (owned) (nullable): of the one that is remembered */
  guint64 offset;
  GBytes *bytes; /* (owned) (nullable) */
};

/**
 * hw_output_unpacked_new:
 *
 * Makes one that has unpacked nothing.
 *
 * Returns: (transfer full): it
 */
HwOutputUnpacked *
hw_output_unpacked_new (void)
{
  HwOutputUnpacked *self = g_new0 (HwOutputUnpacked, 1);

  g_mutex_init (&self->lock);

  return self;
}

/**
 * hw_output_unpacked_free:
 * @self: (transfer full): one that no thread uses any more
 *
 * Frees it.
 */
void
hw_output_unpacked_free (HwOutputUnpacked *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * hw_output_unpacked_lookup:
 * @self: where to look
 * @folder: the folder of an attempt
 * @offset: where one of its segments begins
 *
 * Gets a segment that was just unpacked.
 *
 * Returns: (transfer full) (nullable): its bytes, if it is the one that is remembered
 */
GBytes *
hw_output_unpacked_lookup (HwOutputUnpacked *self,
                           const char       *folder,
                           guint64           offset)
{
  GBytes *bytes = NULL;

  g_mutex_lock (&self->lock);
  if (self->bytes != NULL && self->offset == offset && g_str_equal (self->folder, folder))
    bytes = g_bytes_ref (self->bytes);
  g_mutex_unlock (&self->lock);

  return bytes;
}

static void
remember (HwOutputUnpacked *self,
          const char       *folder,
          guint64           offset,
          GBytes           *bytes)
{
  g_mutex_lock (&self->lock);
  g_free (self->folder);
  self->folder = g_strdup (folder);
  self->offset = offset;
  g_clear_pointer (&self->bytes, g_bytes_unref);
  self->bytes = g_bytes_ref (bytes);
  g_mutex_unlock (&self->lock);
}

/* Unpacks into @buffer, which has room for a segment and one byte: what fills that is none of
 * ours, however little of it there is packed. Returns how much it is, or -1.
 */
static gssize
unpack (GBytes  *packed,
        guint8  *buffer,
        GError **error)
{
  g_autoptr(GConverter) converter =
    G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  gsize size;
  const guint8 *bytes = g_bytes_get_data (packed, &size);
  GConverterResult result = G_CONVERTER_CONVERTED;
  gsize n_read = 0, n_written = 0;

  while (result == G_CONVERTER_CONVERTED && n_written <= HW_SEGMENT_SIZE)
    {
      gsize read = 0, written = 0;

      result = g_converter_convert (converter, bytes + n_read, size - n_read, buffer + n_written,
                                    HW_SEGMENT_SIZE + 1 - n_written, G_CONVERTER_INPUT_AT_END,
                                    &read, &written, error);
      n_read += read;
      n_written += written;
    }

  if (result != G_CONVERTER_ERROR && n_written > HW_SEGMENT_SIZE)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "It is too long");

  return result == G_CONVERTER_FINISHED && n_written <= HW_SEGMENT_SIZE ? (gssize) n_written : -1;
}

/**
 * hw_output_unpacked_unpack:
 * @self: where it is remembered
 * @folder: the folder of an attempt
 * @offset: where one of its segments begins
 * @packed: the segment, packed
 * @error: return location for an error
 *
 * Unpacks a segment.
 *
 * Returns: (transfer full): its bytes, or %NULL if they are damaged
 */
GBytes *
hw_output_unpacked_unpack (HwOutputUnpacked *self,
                           const char       *folder,
                           guint64           offset,
                           GBytes           *packed,
                           GError          **error)
{
  g_autofree guint8 *buffer = g_malloc (HW_SEGMENT_SIZE + 1);
  g_autoptr(GBytes) bytes = NULL;
  gssize size = unpack (packed, buffer, error);

  if (size < 0)
    {
      g_prefix_error (error, "A packed part of the output is damaged. Look into the state folder. ");
      return NULL;
    }

  bytes = g_bytes_new_take (g_steal_pointer (&buffer), (gsize) size);
  remember (self, folder, offset, bytes);

  return g_steal_pointer (&bytes);
}
