/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-record.h"

#include "hw-error.h"

#include <string.h>

/**
 * hw_hub_record_reader_clear:
 * @self: a reader, or one that is all zeros
 *
 * Forgets an unfinished record.
 */
void
hw_hub_record_reader_clear (HwHubRecordReader *self)
{
  g_return_if_fail (self != NULL);

  if (self->part != NULL)
    g_string_free (g_steal_pointer (&self->part), TRUE);
  self->is_complete = FALSE;
}

/**
 * hw_hub_record_reader_read:
 * @self: a reader; one that is all zeros is at the beginning of a stream
 * @data: (inout) (array length=length): bytes that came; moved behind what was read
 * @length: (inout): how many bytes
 * @record: (out) (nullable) (array length=record_length): the record without its
 *   separator, or %NULL if @data was read to its end and the record is not complete
 * @record_length: (out): the record's length
 * @error: return location for a #GError, or %NULL
 *
 * Reads one record. Its bytes are valid until the next call, and as long as @data.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_TOO_LARGE if the record is longer than
 *   %HW_HUB_MAX_RECORD_LENGTH
 */
gboolean
hw_hub_record_reader_read (HwHubRecordReader *self,
                           const char       **data,
                           gsize             *length,
                           const char       **record,
                           gsize             *record_length,
                           GError           **error)
{
  const char *start = *data;
  const char *end = memchr (start, HW_HUB_RECORD_SEPARATOR, *length);
  gsize n_bytes = end != NULL ? (gsize) (end - start) : *length;
  gsize n_kept;

  if (self->is_complete)
    hw_hub_record_reader_clear (self);

  n_kept = self->part != NULL ? self->part->len : 0;
  if (n_bytes > HW_HUB_MAX_RECORD_LENGTH - n_kept)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                   "The maximum message size of %dB was exceeded.", HW_HUB_MAX_RECORD_LENGTH);
      return FALSE;
    }

  *data += end != NULL ? n_bytes + 1 : n_bytes;
  *length -= end != NULL ? n_bytes + 1 : n_bytes;
  *record = NULL;
  *record_length = n_kept + n_bytes;

  /* A record that came in one piece is not copied. */
  if (end != NULL && self->part == NULL)
    {
      *record = start;
      return TRUE;
    }

  if (self->part == NULL)
    self->part = g_string_new (NULL);
  g_string_append_len (self->part, start, (gssize) n_bytes);

  if (end != NULL)
    {
      *record = self->part->str;
      self->is_complete = TRUE;
    }

  return TRUE;
}
