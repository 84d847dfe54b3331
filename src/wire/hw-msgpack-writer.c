/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-msgpack-writer.h"

#include "hw-json-reader.h"

#include <string.h>

/* Writes MessagePack at the end of a string that the caller owns, each value in the shortest
 * form that there is for it. That as many values follow as were announced is the caller's part.
 */

/* Room for a first byte and the longest number behind it. */
#define MAX_HEAD_LENGTH 9

/* The forms of what has a length, by how much that needs. */
typedef struct
{
  guint8 fixed;     /* with the length in the first byte, up to @max_fixed */
  guint8 max_fixed;
  guint8 leads[3];  /* with a length of 1, 2 or 4 bytes behind; 0 if there is no such form */
} Form;

static const Form text_form = { 0xa0, 31, { 0xd9, 0xda, 0xdb } };
static const Form array_form = { 0x90, 15, { 0, 0xdc, 0xdd } };
static const Form map_form = { 0x80, 15, { 0, 0xde, 0xdf } };

static gsize
make_number (char   *head,
             guint8  lead,
             guint64 number,
             gsize   size)
{
  head[0] = (char) lead;
  for (gsize i = 0; i < size; i++)
    head[1 + i] = (char) (number >> (8 * (size - 1 - i)));

  return 1 + size;
}

/* Returns: how long the head is */
static gsize
make_head (char       *head,
           const Form *form,
           gsize       length)
{
  if (length <= form->max_fixed)
    return make_number (head, (guint8) (form->fixed | length), 0, 0);
  if (length <= G_MAXUINT8 && form->leads[0] != 0)
    return make_number (head, form->leads[0], length, 1);
  if (length <= G_MAXUINT16)
    return make_number (head, form->leads[1], length, 2);

  return make_number (head, form->leads[2], length, 4);
}

static void
write_number (GString *output,
              guint8   lead,
              guint64  number,
              gsize    size)
{
  char head[MAX_HEAD_LENGTH];

  g_string_append_len (output, head, (gssize) make_number (head, lead, number, size));
}

static void
write_head (GString    *output,
            const Form *form,
            gsize       length)
{
  char head[MAX_HEAD_LENGTH];

  g_string_append_len (output, head, (gssize) make_head (head, form, length));
}

/**
 * hw_msgpack_write_nothing:
 * @output: where to append
 *
 * Writes a nil.
 */
void
hw_msgpack_write_nothing (GString *output)
{
  write_number (output, 0xc0, 0, 0);
}

/**
 * hw_msgpack_write_boolean:
 * @output: where to append
 * @value: a boolean
 *
 * Writes a boolean.
 */
void
hw_msgpack_write_boolean (GString *output,
                          gboolean value)
{
  write_number (output, value ? 0xc3 : 0xc2, 0, 0);
}

static void
write_unsigned (GString *output,
                guint64  value)
{
  if (value < 0x80)
    write_number (output, (guint8) value, 0, 0);
  else if (value <= G_MAXUINT8)
    write_number (output, 0xcc, value, 1);
  else if (value <= G_MAXUINT16)
    write_number (output, 0xcd, value, 2);
  else if (value <= G_MAXUINT32)
    write_number (output, 0xce, value, 4);
  else
    write_number (output, 0xcf, value, 8);
}

/**
 * hw_msgpack_write_integer:
 * @output: where to append
 * @value: an integer
 *
 * Writes an integer.
 */
void
hw_msgpack_write_integer (GString *output,
                          gint64   value)
{
  if (value >= 0)
    write_unsigned (output, (guint64) value);
  else if (value >= -32)
    write_number (output, (guint8) value, 0, 0);
  else if (value >= G_MININT8)
    write_number (output, 0xd0, (guint64) value, 1);
  else if (value >= G_MININT16)
    write_number (output, 0xd1, (guint64) value, 2);
  else if (value >= G_MININT32)
    write_number (output, 0xd2, (guint64) value, 4);
  else
    write_number (output, 0xd3, (guint64) value, 8);
}

static void
write_double (GString *output,
              double   value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof (bits));
  write_number (output, 0xcb, bits, sizeof (bits));
}

/**
 * hw_msgpack_write_text:
 * @output: where to append
 * @text: (array length=length): UTF-8
 * @length: how many bytes, below 2³²
 *
 * Writes a text.
 */
void
hw_msgpack_write_text (GString    *output,
                       const char *text,
                       gsize       length)
{
  g_return_if_fail (output != NULL && (text != NULL || length == 0));
  g_return_if_fail (length <= G_MAXUINT32);

  write_head (output, &text_form, length);
  g_string_append_len (output, text, (gssize) length);
}

/**
 * hw_msgpack_begin_array:
 * @output: where to append
 * @n_values: how many values follow
 *
 * Begins an array.
 */
void
hw_msgpack_begin_array (GString *output,
                        guint    n_values)
{
  write_head (output, &array_form, n_values);
}

/**
 * hw_msgpack_begin_map:
 * @output: where to append
 * @n_members: how many names and values follow
 *
 * Begins a map.
 */
void
hw_msgpack_begin_map (GString *output,
                      guint    n_members)
{
  write_head (output, &map_form, n_members);
}

static void
write_json_text (GString     *output,
                 HwJsonLexer *lexer)
{
  gsize start = lexer->offset + 1;
  g_autoptr(GString) decoded = NULL;
  gboolean has_escapes = FALSE;
  gsize end;

  hw_json_lexer_take_string (lexer, &has_escapes);
  end = lexer->offset - 1;
  if (!has_escapes)
    {
      hw_msgpack_write_text (output, lexer->data + start, end - start);
      return;
    }

  decoded = g_string_sized_new (end - start);
  hw_json_lexer_unescape (lexer, start, end, decoded);
  hw_msgpack_write_text (output, decoded->str, decoded->len);
}

static void write_json_value (GString     *output,
                              HwJsonLexer *lexer);

/* How many parts there are is known at the end: few have so many that the head has to be made
 * longer.
 */
static void
write_json_parts (GString     *output,
                  HwJsonLexer *lexer,
                  const Form  *form)
{
  gboolean has_names = form == &map_form;
  gsize start = output->len;
  char head[MAX_HEAD_LENGTH];
  guint n_parts = 0;
  gsize head_length;

  g_string_append_c (output, (char) form->fixed);
  for (gboolean has_more = hw_json_reader_enter (lexer); has_more;
       has_more = hw_json_reader_next (lexer))
    {
      if (has_names)
        {
          hw_json_lexer_skip_space (lexer);
          write_json_text (output, lexer);
          hw_json_lexer_skip_space (lexer);
          hw_json_lexer_take (lexer, ':');
        }
      write_json_value (output, lexer);
      n_parts++;
    }

  head_length = make_head (head, form, n_parts);
  output->str[start] = head[0];
  if (head_length > 1)
    g_string_insert_len (output, (gssize) start + 1, head + 1, (gssize) head_length - 1);
}

static void
write_json_number (GString     *output,
                   HwJsonLexer *lexer,
                   gboolean     is_integer)
{
  g_autofree char *text = hw_json_reader_take_number (lexer);

  if (!is_integer)
    write_double (output, g_ascii_strtod (text, NULL));
  else if (*text == '-')
    hw_msgpack_write_integer (output, g_ascii_strtoll (text, NULL, 10));
  else
    write_unsigned (output, g_ascii_strtoull (text, NULL, 10));
}

static void
write_json_value (GString     *output,
                  HwJsonLexer *lexer)
{
  GVariantClass class = hw_json_reader_peek_class (lexer);

  switch ((char) class)
    {
    case G_VARIANT_CLASS_STRING:
      write_json_text (output, lexer);
      break;
    case G_VARIANT_CLASS_INT64:
    case G_VARIANT_CLASS_DOUBLE:
      write_json_number (output, lexer, class == G_VARIANT_CLASS_INT64);
      break;
    case G_VARIANT_CLASS_BOOLEAN:
      hw_msgpack_write_boolean (output, hw_json_reader_take_boolean (lexer));
      break;
    case G_VARIANT_CLASS_DICT_ENTRY:
      write_json_parts (output, lexer, &map_form);
      break;
    case G_VARIANT_CLASS_ARRAY:
      write_json_parts (output, lexer, &array_form);
      break;
    default:
      hw_json_lexer_take_literal (lexer, "null");
      hw_msgpack_write_nothing (output);
      break;
    }
}

/**
 * hw_msgpack_write_json:
 * @output: where to append
 * @json: (array length=length): a JSON text that is ours, or has passed hw_json_scan()
 * @length: how many bytes
 *
 * Writes what a JSON text says: so whatever we say in JSON has a second form, and nobody has
 * to say it twice.
 */
void
hw_msgpack_write_json (GString    *output,
                       const char *json,
                       gsize       length)
{
  HwJsonLexer lexer = { .data = json, .length = length };

  g_return_if_fail (output != NULL && json != NULL);

  write_json_value (output, &lexer);
}
