/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-json-variant.h"

#include "hw-json-reader.h"

/* It calls those for objects and arrays, which call it. How deep they go is bounded,
 * because every text went through hw_json_scan(). */
static GVariant *variant_from_node (JsonNode *node);

static void
add_member (JsonObject *object,
            const char *name,
            JsonNode   *node,
            gpointer    user_data)
{
  GVariantBuilder *builder = user_data;

  if (!JSON_NODE_HOLDS_NULL (node))
    g_variant_builder_add (builder, "{sv}", name, variant_from_node (node));
}

static GVariant *
variant_from_object (JsonObject *object)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  json_object_foreach_member (object, add_member, &builder);

  return g_variant_builder_end (&builder);
}

static gboolean
is_all_strings (JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (json_node_get_value_type (json_array_get_element (array, i)) != G_TYPE_STRING)
      return FALSE;

  return TRUE;
}

/* An empty array is one of strings: those are the ones that parameters take. */
static GVariant *
variant_from_array (JsonArray *array)
{
  gboolean is_strings = is_all_strings (array);
  g_auto(GVariantBuilder) builder =
    G_VARIANT_BUILDER_INIT (is_strings ? G_VARIANT_TYPE_STRING_ARRAY : G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (is_strings)
        g_variant_builder_add (&builder, "s", json_node_get_string (node));
      else
        g_variant_builder_add (&builder, "v", variant_from_node (node));
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
variant_from_scalar (JsonNode *node)
{
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return g_variant_new_string (json_node_get_string (node));
    case G_TYPE_BOOLEAN:
      return g_variant_new_boolean (json_node_get_boolean (node));
    case G_TYPE_INT64:
      return g_variant_new_int64 (json_node_get_int (node));
    case G_TYPE_DOUBLE:
      return g_variant_new_double (json_node_get_double (node));
    default:
      g_return_val_if_reached (NULL);
    }
}

/* Returns: (transfer floating) */
static GVariant *
variant_from_node (JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      return variant_from_object (json_node_get_object (node));
    case JSON_NODE_ARRAY:
      return variant_from_array (json_node_get_array (node));
    case JSON_NODE_VALUE:
      return variant_from_scalar (node);
    case JSON_NODE_NULL:
      return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
    default:
      g_return_val_if_reached (NULL);
    }
}

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
 * hw_json_variant_new_from_node:
 * @node: a node of a text that has passed hw_json_scan()
 *
 * Makes a value of a part of a JSON text, as hw_json_variant_parse() does of a
 * whole one.
 *
 * Returns: (transfer full): the value
 */
GVariant *
hw_json_variant_new_from_node (JsonNode *node)
{
  g_return_val_if_fail (node != NULL, NULL);

  return hw_json_variant_flatten (variant_from_node (node));
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
