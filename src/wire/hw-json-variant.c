/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-json-variant.h"

#include "hw-json-reader.h"

/**
 * hw_json_variant_flatten:
 * @value: (transfer floating): a value that was just built
 *
 * Drops the parts of a value, which are objects of their own, ten times as large as their
 * bytes: what waits somewhere is no larger than what was sent.
 *
 * Returns: (transfer full): the value
 */
GVariant *
hw_json_variant_flatten (GVariant *value)
{
  g_return_val_if_fail (value != NULL, NULL);

  g_variant_ref_sink (value);

  /* To look at the bytes is what drops them. */
  g_variant_get_data (value);

  return value;
}

/**
 * hw_json_variant_new_array:
 * @values: (element-type GVariant): the values in it; those that are floating are taken
 *
 * Makes an array. One of strings is an `as`, and so is an empty one, as those are what
 * parameters take; any other is an `av`.
 *
 * Returns: (transfer floating): the array
 */
GVariant *
hw_json_variant_new_array (GPtrArray *values)
{
  gboolean is_strings = TRUE;
  GVariantBuilder builder;

  g_return_val_if_fail (values != NULL, NULL);

  for (guint i = 0; i < values->len; i++)
    is_strings = is_strings &&
                 g_variant_is_of_type (g_ptr_array_index (values, i), G_VARIANT_TYPE_STRING);

  g_variant_builder_init (&builder,
                          is_strings ? G_VARIANT_TYPE_STRING_ARRAY : G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < values->len; i++)
    {
      GVariant *value = g_ptr_array_index (values, i);

      g_variant_builder_add_value (&builder, is_strings ? value : g_variant_new_variant (value));
    }

  return g_variant_builder_end (&builder);
}

/**
 * hw_json_variant_parse:
 * @data: (array length=length) (element-type guint8): bytes from anywhere
 * @length: how many bytes
 * @max_length: the most bytes the caller wants to see
 * @error: return location for a #GError, or %NULL
 *
 * Reads a JSON text as a value: an object becomes an `a{sv}`, a string `s`, an
 * integer `x`, another number `d`, a boolean `b`, an array of strings (an empty
 * one too) `as`, any other array `av`. A member that is `null` is as if it were
 * not there; elsewhere `null` becomes an empty `mv`.
 *
 * The value is in normal form and holds no more memory than its bytes.
 *
 * Returns: (transfer full): the value, or %NULL with an error of hw_json_scan()
 */
GVariant *
hw_json_variant_parse (const char *data,
                       gsize       length,
                       gsize       max_length,
                       GError    **error)
{
  const HwJsonLimits limits = { max_length, HW_JSON_MAX_TOKENS };

  return hw_json_variant_parse_within (data, length, &limits, error);
}

/**
 * hw_json_variant_parse_within:
 * @data: (array length=length) (element-type guint8): bytes from anywhere
 * @length: how many bytes
 * @limits: how large the text may be
 * @error: return location for a #GError, or %NULL
 *
 * Does what hw_json_variant_parse() does, for a text that is no request and may be
 * larger.
 *
 * Returns: (transfer full): the value, or %NULL with an error of hw_json_scan()
 */
GVariant *
hw_json_variant_parse_within (const char         *data,
                              gsize               length,
                              const HwJsonLimits *limits,
                              GError            **error)
{
  HwJsonLexer lexer = { .data = data, .length = length };

  if (!hw_json_scan_within (data, length, limits, error))
    return NULL;

  return hw_json_variant_flatten (hw_json_reader_take_value (&lexer));
}
