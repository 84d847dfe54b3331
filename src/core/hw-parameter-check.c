/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-parameter-private.h"

#include "hw-error.h"
#include "hw-quote.h"

#include <math.h>
#include <string.h>

/* What each kind of value is called in a sentence, and how to mend a value that is not one. */
static const struct
{
  const char *what;
  const char *advice;
} words[HW_N_PARAMETER_KINDS] = {
  [HW_PARAMETER_KIND_STRING] = { "a text", "Put it in quotes." },
  [HW_PARAMETER_KIND_PATH] = { "an absolute path", "Send a text that begins with “/”." },
  [HW_PARAMETER_KIND_INTEGER] = { "a whole number", "Send one without quotes, such as 5." },
  [HW_PARAMETER_KIND_NUMBER] = { "a number", "Send one without quotes, such as 0.5." },
  [HW_PARAMETER_KIND_BOOLEAN] = { "true or false", "Send one of these without quotes." },
  [HW_PARAMETER_KIND_STRINGS] = { "a list of texts", "Send one, such as [\"a\", \"b\"]." },
  [HW_PARAMETER_KIND_ENVIRONMENT] = { "an object of texts", "Send one, such as {\"A\": \"b\"}." },
};

/* Says what a value of a kind must be, such as `a whole number`. */
const char *
hw_parameter_kind_describe (HwParameterKind kind)
{
  return words[kind].what;
}

G_GNUC_PRINTF (3, 4)
static GVariant *
refuse (const HwParameter *self,
        GError           **error,
        const char        *format,
        ...)
{
  g_autofree char *field = hw_parameter_build_field (self->name);
  g_autofree char *sentence = NULL;
  va_list arguments;

  va_start (arguments, format);
  sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  hw_error_set_field (error, HW_ERROR_INVALID_PARAMETER, field,
                      "The parameter “%s” %s", self->name, sentence);

  return NULL;
}

/* What nobody is shown does not come back in an error either, which may be logged. */
static char *
quote_value (const HwParameter *self,
             const char        *text)
{
  return self->is_hidden ? g_strdup ("“…”") : hw_quote (text, HW_MAX_QUOTED_LENGTH);
}

/* What a value is, as its sender would call it. */
static const char *
describe (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return "a text";
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (value) ? "true" : "false";
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY))
    return "an object";
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return "a list";
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ||
      g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return "a number";
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return "null";

  return "something else";
}

static GVariant *
refuse_type (const HwParameter *self,
             GVariant          *value,
             GError           **error)
{
  return refuse (self, error, "must be %s, and is %s. %s",
                 words[self->kind].what, describe (value), words[self->kind].advice);
}

/* A text that a GVariant cannot hold comes as its bytes. */
static GVariant *
refuse_bytes (const HwParameter *self,
              GVariant          *value,
              GError           **error)
{
  gsize length;
  const char *bytes = g_variant_get_fixed_array (value, &length, 1);

  if (length > 0 && memchr (bytes, '\0', length) != NULL)
    return refuse (self, error, "holds a NUL character, which no text may hold. Remove it.");

  return refuse (self, error, "is not UTF-8. Send it in that encoding.");
}

/* @unit is what is counted, in the singular. */
static GVariant *
refuse_length (const HwParameter *self,
               gsize              length,
               const char        *unit,
               GError           **error)
{
  const char *plural = length == 1 ? "" : "s";

  if (length < self->min_length)
    return refuse (self, error,
                   "has %" G_GSIZE_FORMAT " %s%s, and must have at least %u. Send a longer one.",
                   length, unit, plural, self->min_length);

  return refuse (self, error,
                 "has %" G_GSIZE_FORMAT " %s%s, and may have at most %u. Send a shorter one.",
                 length, unit, plural, self->max_length);
}

static gboolean
has_length (const HwParameter *self,
            gsize              length)
{
  return length >= self->min_length && length <= self->max_length;
}

static GVariant *
check_string (const HwParameter *self,
              GVariant          *value,
              GError           **error)
{
  g_autofree char *quoted = NULL;
  g_autofree char *choices = NULL;
  const char *text;
  gsize length;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return refuse_type (self, value, error);

  text = g_variant_get_string (value, NULL);
  length = (gsize) g_utf8_strlen (text, -1);
  if (!has_length (self, length))
    return refuse_length (self, length, "character", error);

  if (self->choices == NULL || g_strv_contains ((const char *const *) self->choices, text))
    return g_variant_ref (value);

  quoted = quote_value (self, text);
  choices = g_strjoinv ("”, “", self->choices);

  return refuse (self, error, "is %s, and must be one of “%s”. Send one of these.",
                 quoted, choices);
}

static GVariant *
check_path (const HwParameter *self,
            GVariant          *value,
            GError           **error)
{
  g_autofree char *quoted = NULL;
  const char *text;
  gsize length;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return refuse_type (self, value, error);

  /* The kernel counts bytes. */
  text = g_variant_get_string (value, &length);
  if (length > 0 && !has_length (self, length))
    return refuse_length (self, length, "byte", error);

  if (g_path_is_absolute (text))
    return g_variant_ref (value);

  quoted = quote_value (self, text);

  return refuse (self, error, "is %s, and must be an absolute path. %s",
                 quoted, words[HW_PARAMETER_KIND_PATH].advice);
}

/* Writes @number as a person would, in no locale. */
static char *
write_number (double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.16g", number));
}

static GVariant *
refuse_range (const HwParameter *self,
              double             number,
              GError           **error)
{
  g_autofree char *written = self->is_hidden ? g_strdup ("a number") : write_number (number);
  g_autofree char *minimum = write_number (self->minimum);
  g_autofree char *maximum = write_number (self->maximum);

  if (isinf (self->maximum))
    return refuse (self, error, "is %s, and must be at least %s. Send a greater number.",
                   written, minimum);
  if (isinf (self->minimum))
    return refuse (self, error, "is %s, and may be at most %s. Send a smaller number.",
                   written, maximum);

  return refuse (self, error, "is %s, and must be from %s to %s. Send a number in that range.",
                 written, minimum, maximum);
}

static gboolean
get_number (GVariant *value,
            double   *number)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    *number = (double) g_variant_get_int64 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    *number = g_variant_get_double (value);
  else
    return FALSE;

  return isfinite (*number);
}

static gboolean
is_in_range (const HwParameter *self,
             double             number)
{
  return number >= self->minimum && number <= self->maximum;
}

static GVariant *
check_integer (const HwParameter *self,
               GVariant          *value,
               GError           **error)
{
  g_autofree char *written = NULL;
  double number;

  if (!get_number (value, &number))
    return refuse_type (self, value, error);

  if (!is_in_range (self, number))
    return refuse_range (self, number, error);

  /* In the range, a double holds every whole number. */
  if (number <= floor (number))
    return g_variant_ref_sink (g_variant_new_int64 ((gint64) number));

  written = self->is_hidden ? g_strdup ("a fraction") : write_number (number);

  return refuse (self, error, "is %s, and must be a whole number. Send one, such as 5.", written);
}

static GVariant *
check_number (const HwParameter *self,
              GVariant          *value,
              GError           **error)
{
  double number;

  if (!get_number (value, &number))
    return refuse_type (self, value, error);

  if (!is_in_range (self, number))
    return refuse_range (self, number, error);

  return g_variant_ref_sink (g_variant_new_double (number));
}

static GVariant *
check_boolean (const HwParameter *self,
               GVariant          *value,
               GError           **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return refuse_type (self, value, error);

  return g_variant_ref (value);
}

static GVariant *
refuse_size (const HwParameter *self,
             GError           **error)
{
  return refuse (self, error,
                 "is too large: all its texts may have %d bytes. "
                 "Send less, or put it into a file.", HW_MAX_STRINGS_SIZE);
}

/* Gets entry @i of a list, which may hold values of any type. */
static GVariant *
get_entry (GVariant *list,
           gsize     i)
{
  g_autoptr(GVariant) entry = g_variant_get_child_value (list, i);

  if (g_variant_is_of_type (entry, G_VARIANT_TYPE_VARIANT))
    return g_variant_get_variant (entry);

  return g_steal_pointer (&entry);
}

static GVariant *
check_strings (const HwParameter *self,
               GVariant          *value,
               GError           **error)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  gsize n_entries, length;
  gsize size = 0;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY) &&
      !g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    return refuse_type (self, value, error);

  n_entries = g_variant_n_children (value);
  if (!has_length (self, n_entries))
    return refuse_length (self, n_entries, "text", error);

  for (gsize i = 0; i < n_entries; i++)
    {
      g_autoptr(GVariant) entry = get_entry (value, i);

      if (g_variant_is_of_type (entry, G_VARIANT_TYPE_BYTESTRING))
        return refuse_bytes (self, entry, error);
      if (!g_variant_is_of_type (entry, G_VARIANT_TYPE_STRING))
        return refuse (self, error, "must hold nothing but texts, and entry %" G_GSIZE_FORMAT
                       " is %s. Put it in quotes.", i + 1, describe (entry));

      g_variant_get_string (entry, &length);
      size += length + 1;
      if (size > HW_MAX_STRINGS_SIZE)
        return refuse_size (self, error);

      g_variant_builder_add_value (&builder, entry);
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Judges one variable of an environment. Adds to @size. */
static gboolean
check_variable (const HwParameter *self,
                const char        *name,
                GVariant          *value,
                gsize             *size,
                GError           **error)
{
  g_autofree char *quoted = hw_quote (name, HW_MAX_QUOTED_LENGTH);
  gsize length;

  if (name[0] == '\0' || strchr (name, '=') != NULL)
    {
      refuse (self, error, "names a variable %s: a name is not empty and has no “=”. "
              "Correct the name.", quoted);
      return FALSE;
    }

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    {
      refuse_bytes (self, value, error);
      return FALSE;
    }

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      refuse (self, error, "must hold nothing but texts, and %s is %s. Put it in quotes.",
              quoted, describe (value));
      return FALSE;
    }

  g_variant_get_string (value, &length);
  *size += strlen (name) + length + 2;
  if (*size > HW_MAX_STRINGS_SIZE)
    {
      refuse_size (self, error);
      return FALSE;
    }

  return TRUE;
}

static GVariant *
check_environment (const HwParameter *self,
                   GVariant          *value,
                   GError           **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *child = NULL;
  gsize size = 0;
  gsize n_entries;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return refuse_type (self, value, error);

  n_entries = g_variant_n_children (value);
  if (!has_length (self, n_entries))
    return refuse_length (self, n_entries, "variable", error);

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &child))
    {
      g_autoptr(GVariant) owned = child;

      if (!check_variable (self, name, owned, &size, error))
        return NULL;
    }

  return g_variant_ref (value);
}

static GVariant *(*const checks[HW_N_PARAMETER_KINDS]) (const HwParameter *self,
                                                        GVariant          *value,
                                                        GError           **error) = {
  [HW_PARAMETER_KIND_STRING] = check_string,
  [HW_PARAMETER_KIND_PATH] = check_path,
  [HW_PARAMETER_KIND_INTEGER] = check_integer,
  [HW_PARAMETER_KIND_NUMBER] = check_number,
  [HW_PARAMETER_KIND_BOOLEAN] = check_boolean,
  [HW_PARAMETER_KIND_STRINGS] = check_strings,
  [HW_PARAMETER_KIND_ENVIRONMENT] = check_environment,
};

/**
 * hw_parameter_check:
 * @self: a parameter
 * @value: what somebody sent: a string, int64, double, boolean, an array of
 *   strings or of variants, or an `a{sv}`; a text that no GVariant string can
 *   hold (it has a NUL, or is not UTF-8) as `ay`
 * @error: return location for a #GError, or %NULL
 *
 * Judges a value, and gives it the type that its kind has: `s` (string, path),
 * `x` (integer), `d` (number), `b` (boolean), `as` (strings) or `a{sv}` of strings
 * (environment). What it gave passes again unchanged.
 *
 * Returns: (transfer full): the value, or %NULL with %HW_ERROR_INVALID_PARAMETER,
 *   which names the field
 */
GVariant *
hw_parameter_check (const HwParameter *self,
                    GVariant          *value,
                    GError           **error)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (value != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    return refuse_bytes (self, value, error);

  return checks[self->kind] (self, value, error);
}
