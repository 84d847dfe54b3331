/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-msgpack-reader.h"

#include "hw-error.h"
#include "hw-json-scan.h"
#include "hw-json-variant.h"

#include <math.h>
#include <string.h>

/* Reads values as MessagePack's specification has them (github.com/msgpack/msgpack), and makes
 * of them what JSON with the same words would become, under the same limits. No length that
 * somebody names costs anything before the bytes are there, and what it calls itself for is
 * bounded by the depth.
 */

/* JSON's, which every client can tell from the next one: 2⁵³. */
#define MAX_INTEGER ((gint64) 9007199254740992)

/* What extensions are taken, by their types: the specification's own, and what JavaScript's
 * msgpack5, which Microsoft's clients had until 5.0, makes of `undefined`.
 */
#define EXTENSION_TIMESTAMP -1
#define EXTENSION_UNDEFINED 0

typedef enum
{
  KIND_NONE, /* a first byte that no value has */
  KIND_NOTHING,
  KIND_BOOLEAN,
  KIND_UNSIGNED,
  KIND_SIGNED,
  KIND_FLOAT,
  KIND_TEXT,
  KIND_BYTES,
  KIND_EXTENSION,
  KIND_ARRAY,
  KIND_MAP,
} Kind;

/* What a first byte of 0xc0 to 0xdf says. */
typedef struct
{
  Kind kind;
  guint8 size;  /* how many bytes of a number stand behind it */
  guint8 fixed; /* the number, if none does */
} Lead;

#define FIRST_LEAD 0xc0

static const Lead leads[] = {
  [0xc0 - FIRST_LEAD] = { KIND_NOTHING, 0, 0 },
  [0xc2 - FIRST_LEAD] = { KIND_BOOLEAN, 0, FALSE },
  [0xc3 - FIRST_LEAD] = { KIND_BOOLEAN, 0, TRUE },
  [0xc4 - FIRST_LEAD] = { KIND_BYTES, 1, 0 },
  [0xc5 - FIRST_LEAD] = { KIND_BYTES, 2, 0 },
  [0xc6 - FIRST_LEAD] = { KIND_BYTES, 4, 0 },
  [0xc7 - FIRST_LEAD] = { KIND_EXTENSION, 1, 0 },
  [0xc8 - FIRST_LEAD] = { KIND_EXTENSION, 2, 0 },
  [0xc9 - FIRST_LEAD] = { KIND_EXTENSION, 4, 0 },
  [0xca - FIRST_LEAD] = { KIND_FLOAT, 4, 0 },
  [0xcb - FIRST_LEAD] = { KIND_FLOAT, 8, 0 },
  [0xcc - FIRST_LEAD] = { KIND_UNSIGNED, 1, 0 },
  [0xcd - FIRST_LEAD] = { KIND_UNSIGNED, 2, 0 },
  [0xce - FIRST_LEAD] = { KIND_UNSIGNED, 4, 0 },
  [0xcf - FIRST_LEAD] = { KIND_UNSIGNED, 8, 0 },
  [0xd0 - FIRST_LEAD] = { KIND_SIGNED, 1, 0 },
  [0xd1 - FIRST_LEAD] = { KIND_SIGNED, 2, 0 },
  [0xd2 - FIRST_LEAD] = { KIND_SIGNED, 4, 0 },
  [0xd3 - FIRST_LEAD] = { KIND_SIGNED, 8, 0 },
  [0xd4 - FIRST_LEAD] = { KIND_EXTENSION, 0, 1 },
  [0xd5 - FIRST_LEAD] = { KIND_EXTENSION, 0, 2 },
  [0xd6 - FIRST_LEAD] = { KIND_EXTENSION, 0, 4 },
  [0xd7 - FIRST_LEAD] = { KIND_EXTENSION, 0, 8 },
  [0xd8 - FIRST_LEAD] = { KIND_EXTENSION, 0, 16 },
  [0xd9 - FIRST_LEAD] = { KIND_TEXT, 1, 0 },
  [0xda - FIRST_LEAD] = { KIND_TEXT, 2, 0 },
  [0xdb - FIRST_LEAD] = { KIND_TEXT, 4, 0 },
  [0xdc - FIRST_LEAD] = { KIND_ARRAY, 2, 0 },
  [0xdd - FIRST_LEAD] = { KIND_ARRAY, 4, 0 },
  [0xde - FIRST_LEAD] = { KIND_MAP, 2, 0 },
  [0xdf - FIRST_LEAD] = { KIND_MAP, 4, 0 },
};

/* What stands before a value's own bytes, or its parts. */
typedef struct
{
  Kind kind;
  guint8 size;    /* of the number, in bytes; 0 if it was in the first one */
  guint64 number; /* the value, or how many bytes or parts it has */
  gsize start;    /* where it begins */
} Head;

static gboolean
fail (HwMsgpackReader *self,
      gsize            offset,
      const char      *problem)
{
  self->problem = problem;
  self->problem_offset = offset;

  return FALSE;
}

static guint64
read_number (const char *bytes,
             gsize       size)
{
  guint64 number = 0;

  for (gsize i = 0; i < size; i++)
    number = number << 8 | (guint8) bytes[i];

  return number;
}

static Head
make_head (guint8 byte,
           gsize  start)
{
  const Lead *lead;

  if (byte < 0x80)
    return (Head) { KIND_UNSIGNED, 0, byte, start }
  ;
  if (byte < 0x90)
    return (Head) { KIND_MAP, 0, byte & 0x0f, start }
  ;
  if (byte < 0xa0)
    return (Head) { KIND_ARRAY, 0, byte & 0x0f, start }
  ;
  if (byte < FIRST_LEAD)
    return (Head) { KIND_TEXT, 0, byte & 0x1f, start }
  ;
  if (byte >= FIRST_LEAD + G_N_ELEMENTS (leads))
    return (Head) { KIND_SIGNED, 0, (guint64) (gint8) byte, start }
  ;

  lead = &leads[byte - FIRST_LEAD];

  return (Head) { lead->kind, lead->size, lead->fixed, start };
}

/* How many bytes at least have to follow for what the head announces: all of them, or one for
 * each part, which is a value or a name.
 */
static guint64
head_get_least_length (const Head *self)
{
  static const guint8 least_of_each[] = {
    [KIND_TEXT] = 1, [KIND_BYTES] = 1, [KIND_EXTENSION] = 1, [KIND_ARRAY] = 1, [KIND_MAP] = 2,
  };

  return self->number * least_of_each[self->kind] + (self->kind == KIND_EXTENSION);
}

/* Reads what stands before a value, and looks whether the rest can be there. */
static gboolean
take_head (HwMsgpackReader *self,
           Head            *head)
{
  gsize start = self->offset;

  if (start == self->length)
    return fail (self, start, "a value should stand here");
  if (++self->n_values > HW_JSON_MAX_TOKENS)
    return fail (self, start, "there are more than " G_STRINGIFY (HW_JSON_MAX_TOKENS)
                 " values and names");

  *head = make_head ((guint8) self->data[self->offset++], start);
  if (head->kind == KIND_NONE)
    return fail (self, start, "no value begins with this byte");
  if (head->size > self->length - self->offset)
    return fail (self, start, "it ends in the middle of a value");

  if (head->size > 0)
    head->number = read_number (self->data + self->offset, head->size);
  self->offset += head->size;
  if (head_get_least_length (head) > self->length - self->offset)
    return fail (self, start, "it ends before all that is announced here");

  return TRUE;
}

/* Passes over the beginning of an array or a map. */
static gboolean
enter (HwMsgpackReader *self,
       const Head      *head)
{
  if (self->depth == HW_JSON_MAX_DEPTH)
    return fail (self, head->start, "arrays and maps lie more than "
                 G_STRINGIFY (HW_JSON_MAX_DEPTH) " deep");

  self->depth++;

  return TRUE;
}

static gint64
head_get_integer (const Head *self)
{
  guint n_unused = self->size > 0 ? 64 - 8 * (guint) self->size : 0;

  if (self->kind == KIND_UNSIGNED)
    return (gint64) MIN (self->number, (guint64) G_MAXINT64);

  return (gint64) (self->number << n_unused) >> n_unused;
}

/* Returns: (transfer floating) (nullable) */
static GVariant *
make_integer (HwMsgpackReader *self,
              const Head      *head)
{
  gint64 number = head_get_integer (head);

  if (number >= -MAX_INTEGER && number <= MAX_INTEGER)
    return g_variant_new_int64 (number);

  fail (self, head->start, "an integer must lie within ±9007199254740992");

  return NULL;
}

static double
head_get_double (const Head *self)
{
  guint32 narrow = (guint32) self->number;
  float single;
  double number;

  if (self->size == sizeof (number))
    {
      memcpy (&number, &self->number, sizeof (number));
      return number;
    }

  memcpy (&single, &narrow, sizeof (single));

  return single;
}

/* Returns: (transfer floating) (nullable) */
static GVariant *
make_double (HwMsgpackReader *self,
             const Head      *head)
{
  double number = head_get_double (head);

  if (isfinite (number))
    return g_variant_new_double (number);

  fail (self, head->start, "a number must be finite");

  return NULL;
}

/* Returns: (transfer full) (nullable) */
static char *
take_text (HwMsgpackReader *self,
           const Head      *head)
{
  const char *text = self->data + self->offset;
  gsize length = (gsize) head->number;

  if (length > 0 && !g_utf8_validate_len (text, length, NULL))
    {
      fail (self, head->start, "a text must be UTF-8 without a NUL");
      return NULL;
    }

  self->offset += length;

  return g_strndup (text, length);
}

/* Makes of a timestamp what it is in JSON: RFC 3339, in UTC. Returns: (transfer floating)
 * (nullable)
 */
static GVariant *
make_time (const char *bytes,
           gsize       length)
{
  guint64 nanoseconds = 0;
  gint64 seconds;
  g_autoptr(GDateTime) whole = NULL;
  g_autoptr(GDateTime) time = NULL;

  if (length == 4)
    {
      seconds = (gint64) read_number (bytes, 4);
    }
  else if (length == 8)
    {
      nanoseconds = read_number (bytes, 8) >> 34;
      seconds = (gint64) (read_number (bytes, 8) & ((G_GUINT64_CONSTANT (1) << 34) - 1));
    }
  else if (length == 12)
    {
      nanoseconds = read_number (bytes, 4);
      seconds = (gint64) read_number (bytes + 4, 8);
    }
  else
    {
      return NULL;
    }

  whole = g_date_time_new_from_unix_utc (seconds);
  if (whole == NULL || nanoseconds > 999999999)
    return NULL;

  time = g_date_time_add (whole, (gint64) nanoseconds / 1000);

  return g_variant_new_take_string (g_date_time_format_iso8601 (time));
}

/* Returns: (transfer floating) (nullable) */
static GVariant *
take_extension (HwMsgpackReader *self,
                const Head      *head)
{
  const char *bytes = self->data + self->offset + 1;
  gsize length = (gsize) head->number;
  gint8 type = (gint8) bytes[-1];
  GVariant *value = NULL;

  self->offset += length + 1;
  if (type == EXTENSION_TIMESTAMP)
    value = make_time (bytes, length);
  else if (type == EXTENSION_UNDEFINED && length == 1 && bytes[0] == 0)
    value = g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);

  if (value == NULL)
    fail (self, head->start, "of all extensions only a timestamp is known");

  return value;
}

/* Reads the parts of an array. Returns: (transfer full) (nullable) (element-type GVariant) */
static GPtrArray *
take_parts (HwMsgpackReader *self,
            const Head      *head)
{
  g_autoptr(GPtrArray) parts =
    g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  if (!enter (self, head))
    return NULL;

  for (guint64 i = 0; i < head->number; i++)
    {
      GVariant *part = hw_msgpack_reader_take_value (self);

      if (part == NULL)
        return NULL;

      g_ptr_array_add (parts, g_variant_ref_sink (part));
    }

  self->depth--;

  return g_steal_pointer (&parts);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorting beats a hash table: nobody can choose names that make it slow. */
static gboolean
check_names (HwMsgpackReader *self,
             const Head      *head,
             GPtrArray       *names)
{
  g_ptr_array_sort (names, compare_names);
  for (guint i = 1; i < names->len; i++)
    if (compare_names (&names->pdata[i - 1], &names->pdata[i]) == 0)
      return fail (self, head->start, "a name stands twice in the map that begins here");

  return TRUE;
}

/* Reads a name and its value. A member that is nothing is as if it were not there. */
static gboolean
take_member (HwMsgpackReader *self,
             GVariantBuilder *builder,
             GPtrArray       *names)
{
  g_autoptr(GVariant) value = NULL;
  char *name;
  Head head;

  if (!take_head (self, &head))
    return FALSE;
  if (head.kind != KIND_TEXT)
    return fail (self, head.start, "the name of a member must be a text");

  name = take_text (self, &head);
  if (name == NULL)
    return FALSE;
  g_ptr_array_add (names, name);

  value = hw_msgpack_reader_take_value (self);
  if (value == NULL)
    return FALSE;

  g_variant_ref_sink (value);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    g_variant_builder_add (builder, "{sv}", name, value);

  return TRUE;
}

/* Returns: (transfer floating) (nullable) */
static GVariant *
take_map (HwMsgpackReader *self,
          const Head      *head)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (!enter (self, head))
    return NULL;

  for (guint64 i = 0; i < head->number; i++)
    if (!take_member (self, &builder, names))
      return NULL;

  if (!check_names (self, head, names))
    return NULL;

  self->depth--;

  return g_variant_builder_end (&builder);
}

/* Returns: (transfer floating) (nullable) */
static GVariant *
take_array (HwMsgpackReader *self,
            const Head      *head)
{
  g_autoptr(GPtrArray) parts = take_parts (self, head);

  return parts != NULL ? hw_json_variant_new_array (parts) : NULL;
}

/**
 * hw_msgpack_reader_enter_array:
 * @self: a reader before a value
 * @n_values: (out): how many values are in it
 *
 * Passes over the beginning of an array. What is read then lies one level deeper, to the end.
 *
 * Returns: %TRUE, or %FALSE with a problem
 */
gboolean
hw_msgpack_reader_enter_array (HwMsgpackReader *self,
                               guint           *n_values)
{
  Head head;

  g_return_val_if_fail (self != NULL && n_values != NULL, FALSE);

  if (!take_head (self, &head))
    return FALSE;
  if (head.kind != KIND_ARRAY)
    return fail (self, head.start, "an array should stand here");

  *n_values = (guint) head.number;

  return enter (self, &head);
}

/* Reads a value behind its head. Returns (transfer floating) (nullable): the value. */
static GVariant *
take_rest (HwMsgpackReader *self,
           const Head      *head)
{
  char *text = NULL;

  switch ((int) head->kind)
    {
    case KIND_NOTHING:
      return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
    case KIND_BOOLEAN:
      return g_variant_new_boolean (head->number != 0);
    case KIND_UNSIGNED:
    case KIND_SIGNED:
      return make_integer (self, head);
    case KIND_FLOAT:
      return make_double (self, head);
    case KIND_TEXT:
      text = take_text (self, head);
      return text != NULL ? g_variant_new_take_string (text) : NULL;
    case KIND_EXTENSION:
      return take_extension (self, head);
    case KIND_ARRAY:
      return take_array (self, head);
    case KIND_MAP:
      return take_map (self, head);
    default:
      fail (self, head->start, "there is no place for bytes, only for texts");
      return NULL;
    }
}

/**
 * hw_msgpack_reader_take_value:
 * @self: a reader before a value
 *
 * Reads a value whatever it is, as hw_json_variant_parse() tells of JSON. A timestamp becomes
 * a text, as it is one there. Bytes are refused, for which there is nothing in JSON, and so is
 * what hw_json_scan() refuses.
 *
 * Returns: (transfer floating) (nullable): the value, or %NULL with a problem
 */
GVariant *
hw_msgpack_reader_take_value (HwMsgpackReader *self)
{
  Head head;

  g_return_val_if_fail (self != NULL, NULL);

  return take_head (self, &head) ? take_rest (self, &head) : NULL;
}

/**
 * hw_msgpack_reader_take_values:
 * @self: a reader before a value
 *
 * Reads a value as hw_msgpack_reader_take_value() does, but makes an `av` of any array.
 *
 * Returns: (transfer floating) (nullable): the value, or %NULL with a problem
 */
GVariant *
hw_msgpack_reader_take_values (HwMsgpackReader *self)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_autoptr(GPtrArray) parts = NULL;
  Head head;

  g_return_val_if_fail (self != NULL, NULL);

  if (!take_head (self, &head))
    return NULL;
  if (head.kind != KIND_ARRAY)
    return take_rest (self, &head);

  parts = take_parts (self, &head);
  if (parts == NULL)
    return NULL;

  for (guint i = 0; i < parts->len; i++)
    g_variant_builder_add (&builder, "v", g_ptr_array_index (parts, i));

  return g_variant_builder_end (&builder);
}

/**
 * hw_msgpack_reader_skip_value:
 * @self: a reader before a value
 *
 * Passes over a value that nobody looks at. It may be one that hw_msgpack_reader_take_value()
 * refuses, with bytes, any extension, names that are no texts, or any integer; but there may not
 * be more of it.
 *
 * Returns: %TRUE, or %FALSE with a problem
 */
gboolean
hw_msgpack_reader_skip_value (HwMsgpackReader *self)
{
  guint64 n_parts;
  Head head;

  g_return_val_if_fail (self != NULL, FALSE);

  if (!take_head (self, &head))
    return FALSE;

  if (head.kind != KIND_ARRAY && head.kind != KIND_MAP)
    {
      self->offset += (gsize) head_get_least_length (&head);
      return TRUE;
    }

  if (!enter (self, &head))
    return FALSE;

  n_parts = head_get_least_length (&head);
  for (guint64 i = 0; i < n_parts; i++)
    if (!hw_msgpack_reader_skip_value (self))
      return FALSE;

  self->depth--;

  return TRUE;
}

/**
 * hw_msgpack_reader_set_error:
 * @self: a reader with a problem
 * @error: return location for a #GError, or %NULL
 *
 * Sets %HW_ERROR_INVALID_REQUEST, with a text that names the byte.
 */
void
hw_msgpack_reader_set_error (const HwMsgpackReader *self,
                             GError               **error)
{
  g_return_if_fail (self != NULL && self->problem != NULL);

  g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
               "The MessagePack data are not valid at byte %" G_GSIZE_FORMAT ": %s. "
               "Send them without this fault.", self->problem_offset, self->problem);
}
