/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-arguments.h"

#include "hw-hub-handler.h"

/* The greatest whole number that every client can tell from the next one (2⁵³ − 1). */
#define NUMBER_MAX ((gint64) 9007199254740991)

/* Gets an argument; %NULL for one that is null. */
static GVariant *
get_argument (GVariant *arguments,
              guint     index)
{
  g_autoptr(GVariant) boxed = g_variant_get_child_value (arguments, index);
  GVariant *value = g_variant_get_variant (boxed);

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("mv")))
    return value;

  g_variant_unref (value);

  return NULL;
}

/**
 * hw_hub_arguments_read_number:
 * @arguments: the arguments of a call
 * @index: which of them
 * @name: what it is called
 * @number: (out): the number
 * @error: return location for an error
 *
 * Reads a whole number that is not below 0.
 *
 * Returns: %TRUE, or %FALSE with %HW_HUB_ERROR_ARGUMENTS
 */
gboolean
hw_hub_arguments_read_number (GVariant   *arguments,
                              guint       index,
                              const char *name,
                              guint64    *number,
                              GError    **error)
{
  g_autoptr(GVariant) value = get_argument (arguments, index);
  gint64 read = -1;

  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    read = g_variant_get_int64 (value);

  if (read < 0 || read > NUMBER_MAX)
    {
      g_set_error (error, HW_HUB_ERROR, HW_HUB_ERROR_ARGUMENTS,
                   "Argument %u, “%s”, must be a whole number that is not below 0.",
                   index + 1, name);
      return FALSE;
    }

  *number = (guint64) read;

  return TRUE;
}

/**
 * hw_hub_arguments_read_string:
 * @arguments: the arguments of a call
 * @index: which of them
 * @name: what it is called
 * @string: (out) (transfer full) (nullable): the text, or %NULL if it is null
 * @error: return location for an error
 *
 * Reads a text that may be null.
 *
 * Returns: %TRUE, or %FALSE with %HW_HUB_ERROR_ARGUMENTS
 */
gboolean
hw_hub_arguments_read_string (GVariant   *arguments,
                              guint       index,
                              const char *name,
                              char      **string,
                              GError    **error)
{
  g_autoptr(GVariant) value = get_argument (arguments, index);

  if (value != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      g_set_error (error, HW_HUB_ERROR, HW_HUB_ERROR_ARGUMENTS,
                   "Argument %u, “%s”, must be a text or null.", index + 1, name);
      return FALSE;
    }

  *string = value != NULL ? g_variant_dup_string (value, NULL) : NULL;

  return TRUE;
}

/**
 * hw_hub_arguments_read_object:
 * @arguments: the arguments of a call
 * @index: which of them
 * @name: what it is called
 * @object: (out) (transfer full) (nullable): an `a{sv}`, or %NULL if it is null
 * @error: return location for an error
 *
 * Reads an object that may be null.
 *
 * Returns: %TRUE, or %FALSE with %HW_HUB_ERROR_ARGUMENTS
 */
gboolean
hw_hub_arguments_read_object (GVariant   *arguments,
                              guint       index,
                              const char *name,
                              GVariant  **object,
                              GError    **error)
{
  g_autoptr(GVariant) value = get_argument (arguments, index);

  if (value != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error (error, HW_HUB_ERROR, HW_HUB_ERROR_ARGUMENTS,
                   "Argument %u, “%s”, must be an object or null.", index + 1, name);
      return FALSE;
    }

  *object = g_steal_pointer (&value);

  return TRUE;
}
