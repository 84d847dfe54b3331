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

static void
align (GByteArray *blob,
       guint       begin)
{
  static const guint8 zeros[ALIGNMENT] = { 0 };

  g_byte_array_append (blob, zeros, (begin - blob->len) % ALIGNMENT);
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
append_number (GByteArray *blob,
               guint64     number,
               guint       size)
{
  guint64 ordered = GUINT64_TO_LE (number);

  g_byte_array_append (blob, (const guint8 *) &ordered, size);
}

static void
append_string (GByteArray *blob,
               const char *string)
{
  g_byte_array_append (blob, (const guint8 *) string, (guint) strlen (string) + 1);
}

static void
append_dictionary (GByteArray *blob,
                   GVariant   *value)
{
  g_autoptr(GVariant) normal = g_variant_get_normal_form (value);

  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    {
      GVariant *swapped = g_variant_byteswap (normal);

      g_variant_unref (normal);
      normal = swapped;
    }

  /* An empty one has no bytes, and none are no pointer. */
  if (g_variant_get_size (normal) > 0)
    g_byte_array_append (blob, g_variant_get_data (normal), (guint) g_variant_get_size (normal));
}

static void
append_value (GByteArray         *blob,
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

/* @begin is where the whole begins. */
static void
append_entry (GByteArray         *blob,
              guint               begin,
              const HwTaskFields *fields,
              HwTaskField         field)
{
  const GVariantType *type = hw_task_field_get_variant_type (field);
  guint entry;
  guint name_size;

  align (blob, begin);
  entry = blob->len;
  append_string (blob, hw_task_field_get_name (field));
  name_size = blob->len - entry;
  align (blob, begin);
  append_value (blob, fields, field);
  append_number (blob, 0, 1);
  g_byte_array_append (blob, (const guint8 *) g_variant_type_peek_string (type),
                       (guint) g_variant_type_get_string_length (type));
  append_number (blob, name_size, get_number_size (blob->len - entry, 1));
}

/**
 * hw_fields_blob_write:
 * @fields: fields, of which those that nobody may see are passed over
 * @blob: where to append them
 *
 * Writes fields as the bytes of an `a{sv}`.
 */
void
hw_fields_blob_write (const HwTaskFields *fields,
                      GByteArray         *blob)
{
  guint begin;
  guint ends[HW_N_TASK_FIELDS];
  guint n_ends = 0;
  guint size;

  g_return_if_fail (fields != NULL);
  g_return_if_fail (blob != NULL);

  begin = blob->len;
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (hw_task_fields_has (fields, (HwTaskField) i) && !hw_task_field_is_hidden ((HwTaskField) i))
      {
        append_entry (blob, begin, fields, (HwTaskField) i);
        ends[n_ends++] = blob->len - begin;
      }

  size = get_number_size (blob->len - begin, n_ends);
  for (guint i = 0; i < n_ends; i++)
    append_number (blob, ends[i], size);
}
