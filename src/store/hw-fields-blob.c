/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-fields-blob.h"

#include <string.h>

/* Fields as the bytes of an `a{sv}`, in the one form that GVariant calls normal and in
 * little-endian order: what hw_db_statement_get_variant() reads. GVariant itself makes an
 * object of each part first, which takes longer than SQLite takes for the row.
 *
 * The form: each entry begins at a multiple of 8. It is a name with a nul byte; at the next
 * multiple of 8 the value, a nul byte and the value's type; and where the name ends, as a
 * number. Behind the entries stand where each of them ends, as numbers. A number has 1, 2,
 * 4 or 8 bytes: as few as can say the size of the whole, with all such numbers.
 */

#define ALIGNMENT 8

/* Where the next byte goes. There is room for all. */
typedef struct
{
  guint8 *bytes;
  guint n_bytes;
} Blob;

static void
append_bytes (Blob         *blob,
              gconstpointer bytes,
              gsize         n_bytes)
{
  memcpy (blob->bytes + blob->n_bytes, bytes, n_bytes);
  blob->n_bytes += (guint) n_bytes;
}

static void
align (Blob *blob)
{
  while (blob->n_bytes % ALIGNMENT != 0)
    blob->bytes[blob->n_bytes++] = 0;
}

/* Gets the size of the numbers of what has @n_bytes without them and @n_numbers. */
static guint
get_number_size (guint n_bytes,
                 guint n_numbers)
{
  if ((guint64) n_bytes + n_numbers <= G_MAXUINT8)
    return 1;
  if ((guint64) n_bytes + 2 * (guint64) n_numbers <= G_MAXUINT16)
    return 2;

  return 4;
}

static void
append_number (Blob   *blob,
               guint64 number,
               guint   size)
{
  guint64 ordered = GUINT64_TO_LE (number);

  append_bytes (blob, &ordered, size);
}

static void
append_string (Blob       *blob,
               const char *string)
{
  append_bytes (blob, string, strlen (string) + 1);
}

/* Fields have their dictionaries in normal form. */
static void
append_dictionary (Blob     *blob,
                   GVariant *value)
{
  g_autoptr(GVariant) ordered = G_BYTE_ORDER == G_BIG_ENDIAN ? g_variant_byteswap (value)
                                                             : g_variant_ref (value);

  g_variant_store (ordered, blob->bytes + blob->n_bytes);
  blob->n_bytes += (guint) g_variant_get_size (ordered);
}

static void
append_value (Blob               *blob,
              const HwTaskFields *fields,
              HwTaskField         field)
{
  double real;
  guint64 bits;

  switch ((char) hw_task_field_get_class (field))
    {
    case G_VARIANT_CLASS_STRING:
      append_string (blob, hw_task_fields_get_string (fields, field));
      break;
    case G_VARIANT_CLASS_DOUBLE:
      real = hw_task_fields_get_real (fields, field);
      memcpy (&bits, &real, sizeof (bits));
      append_number (blob, bits, sizeof (bits));
      break;
    case G_VARIANT_CLASS_INT32:
    case G_VARIANT_CLASS_UINT32:
      append_number (blob, (guint64) hw_task_fields_get_number (fields, field), sizeof (guint32));
      break;
    case G_VARIANT_CLASS_INT64:
    case G_VARIANT_CLASS_UINT64:
      append_number (blob, (guint64) hw_task_fields_get_number (fields, field), sizeof (guint64));
      break;
    default:
      append_dictionary (blob, hw_task_fields_get_dictionary (fields, field));
      break;
    }
}

static void
append_entry (Blob               *blob,
              const HwTaskFields *fields,
              HwTaskField         field)
{
  const GVariantType *type = hw_task_field_get_variant_type (field);
  guint begin;
  guint name_size;

  align (blob);
  begin = blob->n_bytes;
  append_string (blob, hw_task_field_get_name (field));
  name_size = blob->n_bytes - begin;
  align (blob);
  append_value (blob, fields, field);
  append_number (blob, 0, 1);
  append_bytes (blob, g_variant_type_peek_string (type), g_variant_type_get_string_length (type));
  append_number (blob, name_size, get_number_size (blob->n_bytes - begin, 1));
}

/* Gets the set of fields that are written. */
static guint64
get_written (const HwTaskFields *fields)
{
  return hw_task_fields_get_set (fields) & ~HW_TASK_FIELDS_HIDDEN;
}

/* More than a name, a number, a type, the bytes that align them and where they end take. */
#define ENTRY_SIZE 64

/* Gets as many bytes as the whole has at most. */
static gsize
get_room (const HwTaskFields *fields)
{
  gsize room = 0;

  for (guint64 left = get_written (fields); left != 0;)
    {
      HwTaskField field = hw_task_field_take_first (&left);
      GVariantClass value_class = hw_task_field_get_class (field);

      room += ENTRY_SIZE;
      if (value_class == G_VARIANT_CLASS_STRING)
        room += strlen (hw_task_fields_get_string (fields, field));
      else if (value_class == G_VARIANT_CLASS_ARRAY)
        room += g_variant_get_size (hw_task_fields_get_dictionary (fields, field));
    }

  return room;
}

/**
 * hw_fields_blob_new:
 * @fields: fields, of which those that nobody may see are passed over
 * @size: (out): how many bytes there are
 *
 * Writes fields as the bytes of an `a{sv}`.
 *
 * Returns: (transfer full): the bytes
 */
guint8 *
hw_fields_blob_new (const HwTaskFields *fields,
                    gsize              *size)
{
  guint ends[HW_N_TASK_FIELDS];
  guint n_ends = 0;
  guint number_size;
  Blob blob;

  g_return_val_if_fail (fields != NULL, NULL);
  g_return_val_if_fail (size != NULL, NULL);

  blob = (Blob) { g_malloc (get_room (fields)), 0 };
  for (guint64 left = get_written (fields); left != 0;)
    {
      append_entry (&blob, fields, hw_task_field_take_first (&left));
      ends[n_ends++] = blob.n_bytes;
    }

  number_size = get_number_size (blob.n_bytes, n_ends);
  for (guint i = 0; i < n_ends; i++)
    append_number (&blob, ends[i], number_size);
  *size = blob.n_bytes;

  return blob.bytes;
}
