/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-json-reader.h"

#include "hw-json-variant.h"

#include <string.h>

/* Reads a JSON text that has passed hw_json_scan(), value by value: so nothing can be wrong
 * with it, and how deep it goes is bounded.
 */

/* Whether the number that begins here is an integer. */
static gboolean
is_integer (const HwJsonLexer *lexer)
{
  for (gsize i = lexer->offset; i < lexer->length; i++)
    {
      if (memchr (".eE", lexer->data[i], 3) != NULL)
        return FALSE;
      if (!g_ascii_isdigit (lexer->data[i]) && lexer->data[i] != '-')
        return TRUE;
    }

  return TRUE;
}

/**
 * hw_json_reader_peek_class:
 * @lexer: a lexer before a value, or before space
 *
 * Tells what follows: a string, an integer (%G_VARIANT_CLASS_INT64), another number
 * (%G_VARIANT_CLASS_DOUBLE), a boolean, an object (%G_VARIANT_CLASS_DICT_ENTRY), an array or
 * `null` (%G_VARIANT_CLASS_MAYBE).
 *
 * Returns: of which class it is
 */
GVariantClass
hw_json_reader_peek_class (HwJsonLexer *lexer)
{
  hw_json_lexer_skip_space (lexer);
  switch (hw_json_lexer_peek (lexer))
    {
    case '"':
      return G_VARIANT_CLASS_STRING;
    case '{':
      return G_VARIANT_CLASS_DICT_ENTRY;
    case '[':
      return G_VARIANT_CLASS_ARRAY;
    case 't':
    case 'f':
      return G_VARIANT_CLASS_BOOLEAN;
    case 'n':
      return G_VARIANT_CLASS_MAYBE;
    default:
      return is_integer (lexer) ? G_VARIANT_CLASS_INT64 : G_VARIANT_CLASS_DOUBLE;
    }
}

/* Passes over the end of an object or an array, if it is here. */
static gboolean
take_end (HwJsonLexer *lexer)
{
  hw_json_lexer_skip_space (lexer);

  return hw_json_lexer_take (lexer, '}') || hw_json_lexer_take (lexer, ']');
}

/**
 * hw_json_reader_enter:
 * @lexer: a lexer before an object or an array
 *
 * Passes over its beginning.
 *
 * Returns: whether there is something in it
 */
gboolean
hw_json_reader_enter (HwJsonLexer *lexer)
{
  hw_json_lexer_skip_space (lexer);
  lexer->offset++;

  return !take_end (lexer);
}

/**
 * hw_json_reader_next:
 * @lexer: a lexer behind a value in an object or an array
 *
 * Passes over what stands before the next one, or over the end.
 *
 * Returns: whether there is one more
 */
gboolean
hw_json_reader_next (HwJsonLexer *lexer)
{
  if (take_end (lexer))
    return FALSE;

  lexer->offset++;

  return TRUE;
}

/**
 * hw_json_reader_take_string:
 * @lexer: a lexer before a string, or before space
 *
 * Reads a string.
 *
 * Returns: (transfer full): the string, with its escapes resolved
 */
char *
hw_json_reader_take_string (HwJsonLexer *lexer)
{
  gboolean has_escapes = FALSE;
  GString *decoded;
  gsize start;

  hw_json_lexer_skip_space (lexer);
  start = lexer->offset + 1;
  hw_json_lexer_take_string (lexer, &has_escapes);
  if (!has_escapes)
    return g_strndup (lexer->data + start, lexer->offset - 1 - start);

  decoded = g_string_new (NULL);
  hw_json_lexer_unescape (lexer, start, lexer->offset - 1, decoded);

  return g_string_free (decoded, FALSE);
}

/**
 * hw_json_reader_take_name:
 * @lexer: a lexer before a member, or before space
 *
 * Reads the name of a member, and passes over the colon.
 *
 * Returns: (transfer full): the name
 */
char *
hw_json_reader_take_name (HwJsonLexer *lexer)
{
  char *name = hw_json_reader_take_string (lexer);

  hw_json_lexer_skip_space (lexer);
  lexer->offset++;

  return name;
}

/**
 * hw_json_reader_take_number:
 * @lexer: a lexer before a number
 *
 * Reads a number of any kind.
 *
 * Returns: (transfer full): its text
 */
char *
hw_json_reader_take_number (HwJsonLexer *lexer)
{
  gsize start = lexer->offset;

  hw_json_lexer_take_number (lexer);

  return g_strndup (lexer->data + start, lexer->offset - start);
}

/**
 * hw_json_reader_take_integer:
 * @lexer: a lexer before an integer
 *
 * Reads an integer.
 *
 * Returns: the number
 */
gint64
hw_json_reader_take_integer (HwJsonLexer *lexer)
{
  g_autofree char *text = hw_json_reader_take_number (lexer);

  return g_ascii_strtoll (text, NULL, 10);
}

static double
take_double (HwJsonLexer *lexer)
{
  g_autofree char *text = hw_json_reader_take_number (lexer);

  return g_ascii_strtod (text, NULL);
}

/**
 * hw_json_reader_take_boolean:
 * @lexer: a lexer before a truth value
 *
 * Reads whether something is so.
 *
 * Returns: the value
 */
gboolean
hw_json_reader_take_boolean (HwJsonLexer *lexer)
{
  gboolean value = hw_json_lexer_peek (lexer) == 't';

  hw_json_lexer_take_literal (lexer, value ? "true" : "false");

  return value;
}

static GVariant *
take_nothing (HwJsonLexer *lexer)
{
  hw_json_lexer_take_literal (lexer, "null");

  return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
}

/* A member that is null is as if it were not there. */
static GVariant *
take_object (HwJsonLexer *lexer)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  for (gboolean has_more = hw_json_reader_enter (lexer); has_more;
       has_more = hw_json_reader_next (lexer))
    {
      g_autofree char *name = hw_json_reader_take_name (lexer);

      if (hw_json_reader_peek_class (lexer) == G_VARIANT_CLASS_MAYBE)
        hw_json_lexer_take_literal (lexer, "null");
      else
        g_variant_builder_add (&builder, "{sv}", name, hw_json_reader_take_value (lexer));
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
take_array (HwJsonLexer *lexer)
{
  g_autoptr(GPtrArray) values = g_ptr_array_new ();

  for (gboolean has_more = hw_json_reader_enter (lexer); has_more;
       has_more = hw_json_reader_next (lexer))
    g_ptr_array_add (values, hw_json_reader_take_value (lexer));

  return hw_json_variant_new_array (values);
}

/**
 * hw_json_reader_take_value:
 * @lexer: a lexer before a value, or before space
 *
 * Reads a value whatever it is, as hw_json_variant_parse() tells.
 *
 * Returns: (transfer floating): the value
 */
GVariant *
hw_json_reader_take_value (HwJsonLexer *lexer)
{
  switch ((char) hw_json_reader_peek_class (lexer))
    {
    case G_VARIANT_CLASS_STRING:
      return g_variant_new_take_string (hw_json_reader_take_string (lexer));
    case G_VARIANT_CLASS_INT64:
      return g_variant_new_int64 (hw_json_reader_take_integer (lexer));
    case G_VARIANT_CLASS_DOUBLE:
      return g_variant_new_double (take_double (lexer));
    case G_VARIANT_CLASS_BOOLEAN:
      return g_variant_new_boolean (hw_json_reader_take_boolean (lexer));
    case G_VARIANT_CLASS_DICT_ENTRY:
      return take_object (lexer);
    case G_VARIANT_CLASS_ARRAY:
      return take_array (lexer);
    default:
      return take_nothing (lexer);
    }
}
