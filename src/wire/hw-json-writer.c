/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-json-writer.h"

#include <math.h>
#include <string.h>
#include <time.h>

/* The digits of the largest guint64. */
#define MAX_UINT_DIGITS 20

/* Beyond this, 2^53, an integer has neighbours that a double does not tell from it. */
#define MAX_EXACT_INTEGER 9007199254740992.0

/* U+FFFD, which stands for what is not UTF-8. */
#define REPLACEMENT "\357\277\275"

/**
 * hw_json_writer_init:
 * @self: a writer
 * @text: (transfer none): where to write; it must live as long as @self is used
 *
 * Makes @self write one JSON value at the end of @text.
 */
void
hw_json_writer_init (HwJsonWriter *self,
                     GString      *text)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (text != NULL);

  self->text = text;
  self->needs_comma = FALSE;
}

/* Every value goes through here before it is written. */
static void
begin_value (HwJsonWriter *self)
{
  if (self->needs_comma)
    g_string_append_c (self->text, ',');

  self->needs_comma = TRUE;
}

static void
open_level (HwJsonWriter *self,
            char          bracket)
{
  begin_value (self);
  g_string_append_c (self->text, bracket);
  self->needs_comma = FALSE;
}

static void
close_level (HwJsonWriter *self,
             char          bracket)
{
  g_string_append_c (self->text, bracket);
  self->needs_comma = TRUE;
}

/**
 * hw_json_writer_begin_object:
 * @self: a writer
 *
 * Begins an object, whose members come next.
 */
void
hw_json_writer_begin_object (HwJsonWriter *self)
{
  open_level (self, '{');
}

/**
 * hw_json_writer_end_object:
 * @self: a writer
 *
 * Ends the object that was begun last.
 */
void
hw_json_writer_end_object (HwJsonWriter *self)
{
  close_level (self, '}');
}

/**
 * hw_json_writer_begin_array:
 * @self: a writer
 *
 * Begins an array, whose elements come next.
 */
void
hw_json_writer_begin_array (HwJsonWriter *self)
{
  open_level (self, '[');
}

/**
 * hw_json_writer_end_array:
 * @self: a writer
 *
 * Ends the array that was begun last.
 */
void
hw_json_writer_end_array (HwJsonWriter *self)
{
  close_level (self, ']');
}

static void
append_escape (GString *text,
               guint8   byte)
{
  static const char hex[] = "0123456789abcdef";
  static const char controls[] = "\b\f\n\r\t\"\\";
  static const char letters[] = "bfnrt\"\\";
  const char *found = strchr (controls, byte);

  g_string_append_c (text, '\\');
  if (found != NULL)
    {
      g_string_append_c (text, letters[found - controls]);
      return;
    }

  g_string_append (text, "u00");
  g_string_append_c (text, hex[byte >> 4]);
  g_string_append_c (text, hex[byte & 0x0f]);
}

/* Appends one character beyond ASCII and returns what follows it. */
static const char *
append_character (GString    *text,
                  const char *character)
{
  gunichar value = g_utf8_get_char_validated (character, -1);
  const char *next;

  if (value == (gunichar) -1 || value == (gunichar) -2)
    {
      g_string_append_len (text, REPLACEMENT, strlen (REPLACEMENT));
      return character + 1;
    }

  next = g_utf8_next_char (character);
  g_string_append_len (text, character, next - character);
  return next;
}

/* Appends @value in quotes. Runs of plain ASCII, which most strings are, are
 * copied as a whole. */
static void
append_string (GString    *text,
               const char *value)
{
  const char *position = value;

  g_string_append_c (text, '"');
  while (*position != '\0')
    {
      const char *start = position;

      while ((guint8) *position >= 0x20 && (guint8) *position < 0x80 &&
             *position != '"' && *position != '\\')
        position++;

      if (position > start)
        g_string_append_len (text, start, position - start);
      else if ((guint8) *position < 0x80)
        append_escape (text, (guint8) *position++);
      else
        position = append_character (text, position);
    }
  g_string_append_c (text, '"');
}

static void
append_uint (GString *text,
             guint64  value)
{
  char digits[MAX_UINT_DIGITS];
  guint first = MAX_UINT_DIGITS;

  do
    {
      digits[--first] = (char) ('0' + value % 10);
      value /= 10;
    }
  while (value > 0);

  g_string_append_len (text, digits + first, MAX_UINT_DIGITS - first);
}

/**
 * hw_json_writer_name:
 * @self: a writer
 * @name: the name of the member whose value comes next
 *
 * Writes the name of a member.
 */
void
hw_json_writer_name (HwJsonWriter *self,
                     const char   *name)
{
  begin_value (self);
  append_string (self->text, name);
  g_string_append_c (self->text, ':');
  self->needs_comma = FALSE;
}

/**
 * hw_json_writer_add_null:
 * @self: a writer
 *
 * Writes `null`.
 */
void
hw_json_writer_add_null (HwJsonWriter *self)
{
  begin_value (self);
  g_string_append_len (self->text, "null", 4);
}

/**
 * hw_json_writer_add_boolean:
 * @self: a writer
 * @value: what it is
 *
 * Writes a boolean.
 */
void
hw_json_writer_add_boolean (HwJsonWriter *self,
                            gboolean      value)
{
  begin_value (self);
  g_string_append (self->text, value ? "true" : "false");
}

/**
 * hw_json_writer_add_int:
 * @self: a writer
 * @value: a number
 *
 * Writes an integer with all its digits. Beyond ±2^53 a reader that knows only doubles
 * takes it for one of its neighbours; what we count stays below.
 */
void
hw_json_writer_add_int (HwJsonWriter *self,
                        gint64        value)
{
  begin_value (self);
  if (value < 0)
    g_string_append_c (self->text, '-');

  /* In unsigned arithmetic the least integer has an opposite, too. */
  append_uint (self->text, value < 0 ? -(guint64) value : (guint64) value);
}

/**
 * hw_json_writer_add_uint:
 * @self: a writer
 * @value: a number
 *
 * Writes an integer, see hw_json_writer_add_int().
 */
void
hw_json_writer_add_uint (HwJsonWriter *self,
                         guint64       value)
{
  begin_value (self);
  append_uint (self->text, value);
}

/**
 * hw_json_writer_add_double:
 * @self: a writer
 * @value: a number
 *
 * Writes @value with as few digits as bring the same double back. JSON has no word
 * for what is not a finite number: that becomes `null`.
 */
void
hw_json_writer_add_double (HwJsonWriter *self,
                           double        value)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    {
      hw_json_writer_add_null (self);
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      double read_back;

      g_ascii_formatd (digits, sizeof (digits), formats[i], value);
      read_back = g_ascii_strtod (digits, NULL);
      if (memcmp (&read_back, &value, sizeof (value)) == 0)
        break;
    }

  begin_value (self);
  g_string_append (self->text, digits);
  /* So that nobody takes it for an integer, which is exact and has no minus zero. */
  if ((fabs (value) > MAX_EXACT_INTEGER && strpbrk (digits, ".e") == NULL) ||
      g_str_equal (digits, "-0"))
    g_string_append (self->text, ".0");
}

/**
 * hw_json_writer_add_string:
 * @self: a writer
 * @value: (nullable): a string; %NULL becomes `null`
 *
 * Writes a string. Each byte of @value that is not part of valid UTF-8 becomes
 * U+FFFD: names of files and the output of programs may hold any bytes.
 */
void
hw_json_writer_add_string (HwJsonWriter *self,
                           const char   *value)
{
  if (value == NULL)
    {
      hw_json_writer_add_null (self);
      return;
    }

  begin_value (self);
  append_string (self->text, value);
}

/**
 * hw_json_writer_write_string:
 * @self: a writer
 * @name: the member's name
 * @value: (nullable): a string; %NULL becomes `null`
 *
 * Writes a member that is a string, as hw_json_writer_add_string() does.
 */
void
hw_json_writer_write_string (HwJsonWriter *self,
                             const char   *name,
                             const char   *value)
{
  hw_json_writer_name (self, name);
  hw_json_writer_add_string (self, value);
}

/**
 * hw_json_writer_add_base64:
 * @self: a writer
 * @bytes: some bytes
 *
 * Writes any bytes as a string in base64.
 */
void
hw_json_writer_add_base64 (HwJsonWriter *self,
                           GBytes       *bytes)
{
  gsize size;
  const guchar *data = g_bytes_get_data (bytes, &size);
  gsize begin;
  int state = 0, save = 0;

  begin_value (self);
  g_string_append_c (self->text, '"');
  begin = self->text->len;
  g_string_set_size (self->text, begin + (size / 3 + 1) * 4);

  size = g_base64_encode_step (data, size, FALSE, self->text->str + begin, &state, &save);
  size += g_base64_encode_close (FALSE, self->text->str + begin + size, &state, &save);
  g_string_truncate (self->text, begin + size);
  g_string_append_c (self->text, '"');
}

/* Appends @value in @width digits. */
static void
append_padded (GString *text,
               guint    value,
               guint    width)
{
  gsize end = text->len + width;

  g_string_set_size (text, end);
  for (guint i = 1; i <= width; i++)
    {
      text->str[end - i] = (char) ('0' + value % 10);
      value /= 10;
    }
}

/**
 * hw_json_writer_add_time:
 * @self: a writer
 * @microseconds: a time, counted from the Unix epoch
 *
 * Writes a time as RFC 3339, section 5.6, has it, in UTC with microseconds, such as
 * `"2026-11-22T19:00:00.000000Z"`. A time outside the years 0 to 9999 has no such
 * form and becomes `null`.
 */
void
hw_json_writer_add_time (HwJsonWriter *self,
                         gint64        microseconds)
{
  gint64 fraction = microseconds % G_USEC_PER_SEC;
  time_t seconds = microseconds / G_USEC_PER_SEC;
  struct tm parts;

  if (fraction < 0)
    {
      fraction += G_USEC_PER_SEC;
      seconds--;
    }

  if (gmtime_r (&seconds, &parts) == NULL || parts.tm_year < -1900 || parts.tm_year > 8099)
    {
      hw_json_writer_add_null (self);
      return;
    }

  begin_value (self);
  g_string_append_c (self->text, '"');
  append_padded (self->text, (guint) (parts.tm_year + 1900), 4);
  g_string_append_c (self->text, '-');
  append_padded (self->text, (guint) (parts.tm_mon + 1), 2);
  g_string_append_c (self->text, '-');
  append_padded (self->text, (guint) parts.tm_mday, 2);
  g_string_append_c (self->text, 'T');
  append_padded (self->text, (guint) parts.tm_hour, 2);
  g_string_append_c (self->text, ':');
  append_padded (self->text, (guint) parts.tm_min, 2);
  g_string_append_c (self->text, ':');
  append_padded (self->text, (guint) parts.tm_sec, 2);
  g_string_append_c (self->text, '.');
  append_padded (self->text, (guint) fraction, 6);
  g_string_append (self->text, "Z\"");
}

/* Writes the name of a dictionary's entry. JSON has only strings there; GVariant
 * also numbers and booleans, of which the printed form is taken. */
static void
add_entry_name (HwJsonWriter *self,
                GVariant     *name)
{
  g_autofree char *printed = NULL;

  if (g_variant_classify (name) == G_VARIANT_CLASS_STRING)
    {
      hw_json_writer_name (self, g_variant_get_string (name, NULL));
      return;
    }

  printed = g_variant_print (name, FALSE);
  hw_json_writer_name (self, printed);
}

static void
add_dictionary (HwJsonWriter *self,
                GVariant     *dictionary)
{
  gsize n_entries = g_variant_n_children (dictionary);

  hw_json_writer_begin_object (self);
  for (gsize i = 0; i < n_entries; i++)
    {
      g_autoptr(GVariant) entry = g_variant_get_child_value (dictionary, i);
      g_autoptr(GVariant) name = g_variant_get_child_value (entry, 0);
      g_autoptr(GVariant) value = g_variant_get_child_value (entry, 1);

      add_entry_name (self, name);
      hw_json_writer_add_variant (self, value);
    }
  hw_json_writer_end_object (self);
}

static void
add_children (HwJsonWriter *self,
              GVariant     *container)
{
  gsize n_children = g_variant_n_children (container);

  hw_json_writer_begin_array (self);
  for (gsize i = 0; i < n_children; i++)
    {
      g_autoptr(GVariant) child = g_variant_get_child_value (container, i);

      hw_json_writer_add_variant (self, child);
    }
  hw_json_writer_end_array (self);
}

/* Writes what is in a variant or a maybe; nothing is `null`. */
static void
add_inner (HwJsonWriter *self,
           GVariant     *container)
{
  g_autoptr(GVariant) child = NULL;

  if (g_variant_n_children (container) > 0)
    child = g_variant_get_child_value (container, 0);

  if (child == NULL)
    hw_json_writer_add_null (self);
  else
    hw_json_writer_add_variant (self, child);
}

/**
 * hw_json_writer_add_variant:
 * @self: a writer
 * @value: a value of any type
 *
 * Writes a value. Dictionaries become objects with their keys as they are, other
 * arrays and tuples become arrays, and an empty maybe becomes `null`.
 *
 * It recurses as deep as @value is; GVariant itself takes no more than 128 levels
 * of what came from outside as bytes.
 */
void
hw_json_writer_add_variant (HwJsonWriter *self,
                            GVariant     *value)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      hw_json_writer_add_boolean (self, g_variant_get_boolean (value));
      break;
    case G_VARIANT_CLASS_BYTE:
      hw_json_writer_add_uint (self, g_variant_get_byte (value));
      break;
    case G_VARIANT_CLASS_INT16:
      hw_json_writer_add_int (self, g_variant_get_int16 (value));
      break;
    case G_VARIANT_CLASS_UINT16:
      hw_json_writer_add_uint (self, g_variant_get_uint16 (value));
      break;
    case G_VARIANT_CLASS_INT32:
      hw_json_writer_add_int (self, g_variant_get_int32 (value));
      break;
    case G_VARIANT_CLASS_UINT32:
      hw_json_writer_add_uint (self, g_variant_get_uint32 (value));
      break;
    case G_VARIANT_CLASS_INT64:
      hw_json_writer_add_int (self, g_variant_get_int64 (value));
      break;
    case G_VARIANT_CLASS_UINT64:
      hw_json_writer_add_uint (self, g_variant_get_uint64 (value));
      break;
    case G_VARIANT_CLASS_HANDLE:
      hw_json_writer_add_int (self, g_variant_get_handle (value));
      break;
    case G_VARIANT_CLASS_DOUBLE:
      hw_json_writer_add_double (self, g_variant_get_double (value));
      break;
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
      hw_json_writer_add_string (self, g_variant_get_string (value, NULL));
      break;
    case G_VARIANT_CLASS_VARIANT:
    case G_VARIANT_CLASS_MAYBE:
      add_inner (self, value);
      break;
    case G_VARIANT_CLASS_ARRAY:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY))
        add_dictionary (self, value);
      else
        add_children (self, value);
      break;
    case G_VARIANT_CLASS_TUPLE:
    case G_VARIANT_CLASS_DICT_ENTRY:
      add_children (self, value);
      break;
    default:
      g_return_if_reached ();
    }
}

/**
 * hw_json_writer_add_json:
 * @self: a writer
 * @json: (array length=length) (element-type guint8): a value that is JSON already
 * @length: how many bytes
 *
 * Writes a value that somebody else has written, or a member with its name. It is not looked at.
 */
void
hw_json_writer_add_json (HwJsonWriter *self,
                         const char   *json,
                         gsize         length)
{
  begin_value (self);
  g_string_append_len (self->text, json, (gssize) length);
}

/**
 * hw_json_writer_add_name:
 * @self: a writer
 * @json: a name in quotes, with the colon behind it
 * @length: how many bytes
 *
 * Writes the name of a member, which is JSON already. Its value comes next.
 */
void
hw_json_writer_add_name (HwJsonWriter *self,
                         const char   *json,
                         gsize         length)
{
  hw_json_writer_add_json (self, json, length);
  self->needs_comma = FALSE;
}
