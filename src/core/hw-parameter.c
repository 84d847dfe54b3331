/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-parameter-private.h"

#include "hw-type-file-private.h"

#include <math.h>
#include <string.h>

static const char *const kind_names[HW_N_PARAMETER_KINDS] = {
  [HW_PARAMETER_KIND_STRING] = "string",
  [HW_PARAMETER_KIND_PATH] = "path",
  [HW_PARAMETER_KIND_INTEGER] = "integer",
  [HW_PARAMETER_KIND_NUMBER] = "number",
  [HW_PARAMETER_KIND_BOOLEAN] = "boolean",
  [HW_PARAMETER_KIND_STRINGS] = "strings",
  [HW_PARAMETER_KIND_ENVIRONMENT] = "environment",
};

/* The length that a value of each kind may have at most: what a file asks for,
 * and if it does not ask. 0 if values of the kind have no length.
 */
static const struct
{
  guint limit;
  guint fallback;
} max_lengths[HW_N_PARAMETER_KINDS] = {
  /* A character has at most 4 bytes, and the kernel takes 128 KiB as one argument
   * (MAX_ARG_STRLEN, execve(2)). No form needs more than a page of text.
   */
  [HW_PARAMETER_KIND_STRING] = { HW_MAX_STRINGS_SIZE / 4 - 1, 4096 },
  [HW_PARAMETER_KIND_PATH] = { HW_MAX_PATH_SIZE, HW_MAX_PATH_SIZE },
  /* More entries than anybody types; a program that needs more reads a file. */
  [HW_PARAMETER_KIND_STRINGS] = { 1000, 1000 },
  [HW_PARAMETER_KIND_ENVIRONMENT] = { 1000, 1000 },
};

static const char *const known_keys[] = {
  "type", "title", "description", "required", "hidden", "secret", "default", "minimum", "maximum",
  "min-length", "max-length", "choices", "allow-leading-dash", NULL
};

/**
 * hw_parameter_kind_to_string:
 * @kind: a kind
 *
 * Gets the name by which a task type's file calls @kind.
 *
 * Returns: a static string
 */
const char *
hw_parameter_kind_to_string (HwParameterKind kind)
{
  g_return_val_if_fail ((guint) kind < HW_N_PARAMETER_KINDS, NULL);

  return kind_names[kind];
}

/**
 * hw_parameter_free:
 * @self: (transfer full): a parameter
 *
 * Frees a parameter.
 */
void
hw_parameter_free (HwParameter *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->description, g_free);
  g_clear_pointer (&self->default_value, g_variant_unref);
  g_clear_pointer (&self->choices, g_strfreev);
  g_free (self);
}

/* Builds the JSON pointer of the parameter @name (RFC 6901, 3). A name that no
 * parameter can have because of its length is not repeated. Returns (transfer full).
 */
char *
hw_parameter_build_field (const char *name)
{
  g_autoptr(GString) field = g_string_new ("/parameters/");

  if (strlen (name) > HW_MAX_QUOTED_LENGTH)
    return g_strdup ("/parameters");

  for (const char *p = name; *p != '\0'; p++)
    {
      if (*p == '~')
        g_string_append (field, "~0");
      else if (*p == '/')
        g_string_append (field, "~1");
      else
        g_string_append_c (field, *p);
    }

  return g_string_free (g_steal_pointer (&field), FALSE);
}

static gboolean
read_words (HwParameter *self,
            GKeyFile    *file,
            const char  *group,
            GError     **error)
{
  guint kind = G_MAXUINT;

  if (!hw_type_file_get_choice (file, group, "type", kind_names, HW_N_PARAMETER_KINDS,
                                &kind, error) ||
      !hw_type_file_get_text (file, group, "title", &self->title, error) ||
      !hw_type_file_get_text (file, group, "description", &self->description, error) ||
      !hw_type_file_get_boolean (file, group, "required", &self->is_required, error) ||
      !hw_type_file_get_boolean (file, group, "hidden", &self->is_hidden, error) ||
      !hw_type_file_get_boolean (file, group, "secret", &self->is_secret, error) ||
      !hw_type_file_get_boolean (file, group, "allow-leading-dash",
                                 &self->may_begin_with_dash, error))
    return FALSE;

  if (kind == G_MAXUINT)
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_KEY_NOT_FOUND, group, "type",
                              "The key is missing. Write one, such as type=string.");
      return FALSE;
    }

  self->kind = (HwParameterKind) kind;
  if (self->title == NULL)
    self->title = g_strdup (self->name);

  return TRUE;
}

/* Refuses @key if the parameter's kind has no use for it. */
static gboolean
check_use (const HwParameter *self,
           GKeyFile          *file,
           const char        *group,
           const char        *key,
           gboolean           is_of_use,
           GError           **error)
{
  if (is_of_use || !g_key_file_has_key (file, group, key, NULL))
    return TRUE;

  hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, key,
                          "A parameter of type %s has no use for this key. Remove it.",
                          kind_names[self->kind]);

  return FALSE;
}

static gboolean
read_range (HwParameter *self,
            GKeyFile    *file,
            const char  *group,
            GError     **error)
{
  gboolean is_integer = self->kind == HW_PARAMETER_KIND_INTEGER;
  gboolean has_range = is_integer || self->kind == HW_PARAMETER_KIND_NUMBER;

  self->minimum = is_integer ? -HW_MAX_INTEGER : -HUGE_VAL;
  self->maximum = is_integer ? HW_MAX_INTEGER : HUGE_VAL;

  if (!check_use (self, file, group, "minimum", has_range, error) ||
      !check_use (self, file, group, "maximum", has_range, error) ||
      !hw_type_file_get_number (file, group, "minimum", &self->minimum, error) ||
      !hw_type_file_get_number (file, group, "maximum", &self->maximum, error))
    return FALSE;

  if (self->minimum > self->maximum ||
      (is_integer && (self->minimum < -HW_MAX_INTEGER || self->maximum > HW_MAX_INTEGER)))
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, "minimum",
                              "No value can be from minimum to maximum. Correct one of them.");
      return FALSE;
    }

  return TRUE;
}

static gboolean
read_lengths (HwParameter *self,
              GKeyFile    *file,
              const char  *group,
              GError     **error)
{
  guint limit = max_lengths[self->kind].limit;

  self->max_length = max_lengths[self->kind].fallback;

  if (!check_use (self, file, group, "min-length", limit > 0, error) ||
      !check_use (self, file, group, "max-length", limit > 0, error) ||
      !hw_type_file_get_count (file, group, "min-length", 0, limit, &self->min_length, error) ||
      !hw_type_file_get_count (file, group, "max-length", 0, limit, &self->max_length, error))
    return FALSE;

  if (self->min_length > self->max_length)
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, "min-length",
                              "No value can have from min-length to max-length. "
                              "Correct one of them.");
      return FALSE;
    }

  return TRUE;
}

/* What is secret is hidden, too. A number cannot be told from all the others that a
 * program prints.
 */
static gboolean
read_secrecy (HwParameter *self,
              GKeyFile    *file,
              const char  *group,
              GError     **error)
{
  self->is_hidden = self->is_hidden || self->is_secret;

  return check_use (self, file, group, "secret", max_lengths[self->kind].limit > 0, error);
}

static gboolean
read_choices (HwParameter *self,
              GKeyFile    *file,
              const char  *group,
              GError     **error)
{
  gboolean is_string = self->kind == HW_PARAMETER_KIND_STRING;

  if (!check_use (self, file, group, "choices", is_string, error) ||
      !hw_type_file_get_list (file, group, "choices", &self->choices, error))
    return FALSE;

  if (self->choices != NULL && self->choices[0] == NULL)
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, "choices",
                              "The list is empty. Write one, such as fast;thorough, "
                              "or remove the key.");
      return FALSE;
    }

  return TRUE;
}

/* Makes a value out of how a file writes it; the check of values then judges it. */
static gboolean
read_value (HwParameter *self,
            GKeyFile    *file,
            const char  *group,
            GVariant   **value,
            GError     **error)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) list = NULL;
  gboolean boolean = FALSE;
  double number = 0.0;

  switch (self->kind)
    {
    case HW_PARAMETER_KIND_STRING:
    case HW_PARAMETER_KIND_PATH:
      if (!hw_type_file_get_text (file, group, "default", &text, error))
        return FALSE;
      *value = g_variant_new_string (text);
      return TRUE;
    case HW_PARAMETER_KIND_INTEGER:
    case HW_PARAMETER_KIND_NUMBER:
      if (!hw_type_file_get_number (file, group, "default", &number, error))
        return FALSE;
      *value = g_variant_new_double (number);
      return TRUE;
    case HW_PARAMETER_KIND_BOOLEAN:
      if (!hw_type_file_get_boolean (file, group, "default", &boolean, error))
        return FALSE;
      *value = g_variant_new_boolean (boolean);
      return TRUE;
    case HW_PARAMETER_KIND_STRINGS:
      if (!hw_type_file_get_list (file, group, "default", &list, error))
        return FALSE;
      *value = g_variant_new_strv ((const char *const *) list, -1);
      return TRUE;
    case HW_PARAMETER_KIND_ENVIRONMENT:
    default:
      return check_use (self, file, group, "default", FALSE, error);
    }
}

static gboolean
read_default (HwParameter *self,
              GKeyFile    *file,
              const char  *group,
              GError     **error)
{
  g_autoptr(GVariant) value = NULL;
  g_autoptr(GError) problem = NULL;

  if (!g_key_file_has_key (file, group, "default", NULL))
    return TRUE;

  if (self->is_required)
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, "default",
                              "A required parameter has no use for this key. "
                              "Remove it, or required=true.");
      return FALSE;
    }

  if (!read_value (self, file, group, &value, error))
    return FALSE;
  g_variant_ref_sink (value);

  self->default_value = hw_parameter_check (self, value, &problem);
  if (self->default_value == NULL)
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, group, "default",
                              "%s", problem->message);
      return FALSE;
    }

  return TRUE;
}

/**
 * hw_parameter_new_from_key_file:
 * @file: the file of a task type
 * @group: the group of the parameter, such as `Parameter path`
 * @error: return location for a #GError, or %NULL
 *
 * Reads a parameter from the file of its task type.
 *
 * Returns: (transfer full): a parameter, or %NULL with an error of
 *   %G_KEY_FILE_ERROR that names the key and what to write there
 */
HwParameter *
hw_parameter_new_from_key_file (GKeyFile   *file,
                                const char *group,
                                GError    **error)
{
  g_autoptr(HwParameter) self = NULL;
  const char *name;

  g_return_val_if_fail (file != NULL, NULL);
  g_return_val_if_fail (g_str_has_prefix (group, HW_PARAMETER_GROUP_PREFIX), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  name = group + strlen (HW_PARAMETER_GROUP_PREFIX);
  if (!hw_name_is_valid (name))
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_PARSE, group, NULL,
                              "The name of a parameter has lower-case letters, digits and dashes, "
                              "begins with a letter, and is at most %d long. Choose such a name.",
                              HW_MAX_NAME_LENGTH);
      return NULL;
    }

  self = g_new0 (HwParameter, 1);
  self->name = g_strdup (name);

  if (!hw_type_file_check_keys (file, group, known_keys, error) ||
      !read_words (self, file, group, error) ||
      !read_secrecy (self, file, group, error) ||
      !read_range (self, file, group, error) ||
      !read_lengths (self, file, group, error) ||
      !read_choices (self, file, group, error) ||
      !read_default (self, file, group, error))
    return NULL;

  return g_steal_pointer (&self);
}
