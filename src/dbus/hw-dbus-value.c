/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-value.h"

#include <string.h>

static GVariant *
normalize_unsigned (GVariant *value)
{
  guint64 number = g_variant_get_uint64 (value);

  /* No parameter goes that far, and a range is told by a double as well. */
  if (number > G_MAXINT64)
    return g_variant_ref_sink (g_variant_new_double ((double) number));

  return g_variant_ref_sink (g_variant_new_int64 ((gint64) number));
}

/* A file name or an argument as its bytes, with or without the NUL at their end. What
 * is no text stays as it is: that is for the core to refuse.
 */
static GVariant *
normalize_bytes (GVariant *value)
{
  gsize length;
  const char *bytes = g_variant_get_fixed_array (value, &length, 1);

  if (length > 0 && bytes[length - 1] == '\0')
    length--;

  /* Finds a NUL within, too. */
  if (length > 0 && !g_utf8_validate_len (bytes, length, NULL))
    return g_variant_ref (value);

  return g_variant_ref_sink (
    g_variant_new_take_string (length > 0 ? g_strndup (bytes, length) : g_strdup ("")));
}

static GVariant *
normalize_list (GVariant *value)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  GVariantIter iter;
  GVariant *child;

  g_variant_iter_init (&iter, value);
  while ((child = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_autoptr(GVariant) owned = child;
      g_autoptr(GVariant) normalized = hw_dbus_value_normalize (owned);

      g_variant_builder_add (&builder, "v", normalized);
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* @value is a dictionary whose keys are texts. */
static GVariant *
normalize_dictionary (GVariant *value)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  GVariantIter iter;
  GVariant *child;

  g_variant_iter_init (&iter, value);
  while ((child = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_autoptr(GVariant) owned = child;
      g_autoptr(GVariant) key = g_variant_get_child_value (owned, 0);
      g_autoptr(GVariant) content = g_variant_get_child_value (owned, 1);
      g_autoptr(GVariant) normalized = hw_dbus_value_normalize (content);

      g_variant_builder_add (&builder, "{sv}", g_variant_get_string (key, NULL), normalized);
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static GVariant *
normalize_container (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    return normalize_bytes (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    return g_variant_ref (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}")))
    return normalize_dictionary (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY))
    return g_variant_ref (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return normalize_list (value);

  return g_variant_ref (value);
}

/**
 * hw_dbus_value_normalize:
 * @value: a value as somebody sent it over the bus
 *
 * Gives a value the type in which the core knows its kind: a whole number is `x`
 * whatever its size, a text is `s` even if it came as bytes or as a path, a list of
 * texts is `as` or `av`, an object `a{sv}`. So what a person types into `gdbus` or
 * `busctl` is taken. A value of no kind stays as it is. How deep values may be nested
 * is limited by D-Bus itself.
 *
 * Returns: (transfer full): the value
 */
GVariant *
hw_dbus_value_normalize (GVariant *value)
{
  g_autoptr(GVariant) content = NULL;

  g_return_val_if_fail (value != NULL, NULL);

#define MAKE_INTEGER(number) g_variant_ref_sink (g_variant_new_int64 (number))

  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BYTE:
      return MAKE_INTEGER (g_variant_get_byte (value));
    case G_VARIANT_CLASS_INT16:
      return MAKE_INTEGER (g_variant_get_int16 (value));
    case G_VARIANT_CLASS_UINT16:
      return MAKE_INTEGER (g_variant_get_uint16 (value));
    case G_VARIANT_CLASS_INT32:
      return MAKE_INTEGER (g_variant_get_int32 (value));
    case G_VARIANT_CLASS_UINT32:
      return MAKE_INTEGER (g_variant_get_uint32 (value));
    case G_VARIANT_CLASS_UINT64:
      return normalize_unsigned (value);

    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
      return g_variant_ref_sink (g_variant_new_string (g_variant_get_string (value, NULL)));

    case G_VARIANT_CLASS_VARIANT:
      content = g_variant_get_variant (value);
      return hw_dbus_value_normalize (content);

    case G_VARIANT_CLASS_ARRAY:
      return normalize_container (value);

    case G_VARIANT_CLASS_BOOLEAN:
    case G_VARIANT_CLASS_INT64:
    case G_VARIANT_CLASS_DOUBLE:
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_HANDLE:
    case G_VARIANT_CLASS_MAYBE:
    case G_VARIANT_CLASS_TUPLE:
    case G_VARIANT_CLASS_DICT_ENTRY:
    default:
      return g_variant_ref (value);
    }

#undef MAKE_INTEGER
}
