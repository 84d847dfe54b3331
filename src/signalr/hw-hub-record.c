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

static gboolean
refuse (GError **error)
{
  g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
               "The maximum message size of %dB was exceeded.", HW_HUB_MAX_RECORD_LENGTH);

  return FALSE;
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
 * Reads one record that ends in a separator. Its bytes are valid until the next call, and as
 * long as @data.
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
    return refuse (error);

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

/**
 * hw_hub_record_append:
 * @output: where to append
 * @bytes: a part of a record
 *
 * Writes what was made before.
 */
void
hw_hub_record_append (GString *output,
                      GBytes  *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  g_string_append_len (output, data, (gssize) length);
}

/**
 * hw_hub_record_make_count:
 * @count: (out caller-allocates): room for %HW_HUB_MAX_COUNT_LENGTH bytes
 * @length: how long a record is
 *
 * Makes what stands before a record that has no separator.
 *
 * Returns: how many bytes that are
 */
gsize
hw_hub_record_make_count (char *count,
                          gsize length)
{
  gsize n_bytes = 0;

  while (length >= 0x80)
    {
      count[n_bytes++] = (char) (length | 0x80);
      length >>= 7;
    }
  count[n_bytes++] = (char) length;

  return n_bytes;
}

/* Reads what stands before a record, of what is there. @count_length is how many bytes that are,
 * or 0 if they are not all there. Returns: %FALSE if the record would be too long
 */
static gboolean
read_count (const char *bytes,
            gsize       n_bytes,
            gsize      *count_length,
            gsize      *record_length,
            GError    **error)
{
  *count_length = 0;
  *record_length = 0;
  for (gsize i = 0; i < MIN (n_bytes, HW_HUB_MAX_COUNT_LENGTH) && *count_length == 0; i++)
    {
      *record_length |= (gsize) (bytes[i] & 0x7f) << (7 * i);
      if ((bytes[i] & 0x80) == 0)
        *count_length = i + 1;
    }

  if (*record_length > HW_HUB_MAX_RECORD_LENGTH ||
      (*count_length == 0 && n_bytes >= HW_HUB_MAX_COUNT_LENGTH))
    return refuse (error);

  return TRUE;
}

/**
 * hw_hub_record_reader_read_counted:
 * @self: a reader; one that is all zeros is at the beginning of a stream
 * @data: (inout) (array length=length): bytes that came; moved behind what was read
 * @length: (inout): how many bytes
 * @record: (out) (nullable) (array length=record_length): the record without its count, or
 *   %NULL if @data was read to its end and the record is not complete
 * @record_length: (out): the record's length
 * @error: return location for a #GError, or %NULL
 *
 * Reads one record that has its length before it. Its bytes are valid until the next call, and
 * as long as @data. What a length announces takes no memory before it comes.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_TOO_LARGE if the record is longer than
 *   %HW_HUB_MAX_RECORD_LENGTH
 */
gboolean
hw_hub_record_reader_read_counted (HwHubRecordReader *self,
                                   const char       **data,
                                   gsize             *length,
                                   const char       **record,
                                   gsize             *record_length,
                                   GError           **error)
{
  gsize count_length;
  gsize n_missing;
  gsize n_bytes;

  if (self->is_complete)
    hw_hub_record_reader_clear (self);

  *record = NULL;
  if (self->part == NULL)
    {
      if (!read_count (*data, *length, &count_length, record_length, error))
        return FALSE;

      /* A record that came in one piece is not copied. */
      n_bytes = count_length + *record_length;
      if (count_length > 0 && n_bytes <= *length)
        {
          *record = *data + count_length;
          *data += n_bytes;
          *length -= n_bytes;
          return TRUE;
        }

      self->part = g_string_new (NULL);
    }

  /* Of the count there is one byte missing at least. */
  do
    {
      if (!read_count (self->part->str, self->part->len, &count_length, record_length, error))
        return FALSE;

      n_missing = count_length > 0 ? count_length + *record_length - self->part->len : 1;
      n_bytes = MIN (n_missing, *length);
      g_string_append_len (self->part, *data, (gssize) n_bytes);
      *data += n_bytes;
      *length -= n_bytes;
    }
  while (n_bytes > 0);

  self->is_complete = n_missing == 0;
  if (self->is_complete)
    *record = self->part->str + count_length;

  return TRUE;
}
