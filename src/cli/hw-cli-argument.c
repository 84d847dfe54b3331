/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-argument.h"

#include "hw-cli-i18n.h"
#include "hw-cli-suggestion.h"
#include "hw-error.h"
#include "hw-quote.h"

#include <math.h>
#include <string.h>

/* What is shown of what somebody wrote. In characters. */
#define MAX_SHOWN 64

/* What a shell gives, `name=value`, as the parameters of a task. Everything in a shell is
 * a text; what it means, the type says.
 */

/* The words for true and false, in pairs. */
static const char *const truths[] = { "true", "yes", "on", "1" };
static const char *const falsehoods[] = { "false", "no", "off", "0" };

G_GNUC_PRINTF (3, 4)
static GVariant *
refuse (const HwParameter *parameter,
        GError           **error,
        const char        *format,
        ...)
{
  g_autofree char *field = g_strconcat ("/parameters/", parameter->name, NULL);
  g_autofree char *sentence = NULL;
  va_list arguments;

  va_start (arguments, format);
  sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  hw_error_set_field (error, HW_ERROR_INVALID_PARAMETER, field, "%s", sentence);

  return NULL;
}

static GVariant *
refuse_number (const HwParameter *parameter,
               const char        *text,
               GError           **error)
{
  g_autofree char *shown = hw_quote (text, MAX_SHOWN);

  if (parameter->kind == HW_PARAMETER_KIND_INTEGER)
    return refuse (parameter, error,
                   _("“%s” must be a whole number, and is %s. Write one, such as %s=5."),
                   parameter->name, shown, parameter->name);

  return refuse (parameter, error,
                 _("“%s” must be a number, and is %s. Write one, such as %s=0.5."),
                 parameter->name, shown, parameter->name);
}

static GVariant *
parse_integer (const HwParameter *parameter,
               const char        *text,
               GError           **error)
{
  gint64 number;

  if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return refuse_number (parameter, text, error);

  return g_variant_new_int64 (number);
}

static GVariant *
parse_number (const HwParameter *parameter,
              const char        *text,
              GError           **error)
{
  char *end = NULL;
  double number = g_ascii_strtod (text, &end);

  if (end == text || *end != '\0' || !isfinite (number))
    return refuse_number (parameter, text, error);

  return g_variant_new_double (number);
}

static GVariant *
parse_boolean (const HwParameter *parameter,
               const char        *text,
               GError           **error)
{
  g_autofree char *shown = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (truths); i++)
    {
      if (g_ascii_strcasecmp (text, truths[i]) == 0)
        return g_variant_new_boolean (TRUE);
      if (g_ascii_strcasecmp (text, falsehoods[i]) == 0)
        return g_variant_new_boolean (FALSE);
    }

  shown = hw_quote (text, MAX_SHOWN);

  return refuse (parameter, error, _("“%s” must be yes or no, and is %s. Write one of these."),
                 parameter->name, shown);
}

/* A daemon elsewhere does not know where the caller stands. */
static GVariant *
parse_path (const char *text,
            const char *directory)
{
  if (g_path_is_absolute (text) || *text == '\0')
    return g_variant_new_string (text);

  return g_variant_new_take_string (g_build_filename (directory, text, NULL));
}

static GVariant *
parse_scalar (const HwParameter *parameter,
              const char        *text,
              const char        *directory,
              GError           **error)
{
  switch (parameter->kind)
    {
    case HW_PARAMETER_KIND_PATH:
      return parse_path (text, directory);

    case HW_PARAMETER_KIND_INTEGER:
      return parse_integer (parameter, text, error);

    case HW_PARAMETER_KIND_NUMBER:
      return parse_number (parameter, text, error);

    case HW_PARAMETER_KIND_BOOLEAN:
      return parse_boolean (parameter, text, error);

    case HW_PARAMETER_KIND_STRING:
    case HW_PARAMETER_KIND_STRINGS:
    case HW_PARAMETER_KIND_ENVIRONMENT:
    default:
      return g_variant_new_string (text);
    }
}

/* Several texts of the same name are one list. */
static GVariant *
parse_strings (GPtrArray *texts)
{
  return g_variant_new_strv ((const char *const *) texts->pdata, (gssize) texts->len);
}

/* Each text is a variable with its value. */
static GVariant *
parse_environment (const HwParameter *parameter,
                   GPtrArray         *texts,
                   GError           **error)
{
  g_auto(GVariantDict) variables = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < texts->len; i++)
    {
      const char *text = g_ptr_array_index (texts, i);
      const char *equals = strchr (text, '=');
      g_autofree char *name = NULL;
      g_autofree char *shown = NULL;

      if (equals == NULL)
        {
          shown = hw_quote (text, MAX_SHOWN);
          return refuse (parameter, error,
                         _("“%s” takes variables, and %s is none. Write %s=NAME=VALUE."),
                         parameter->name, shown, parameter->name);
        }

      name = g_strndup (text, (gsize) (equals - text));
      g_variant_dict_insert (&variables, name, "s", equals + 1);
    }

  return g_variant_dict_end (&variables);
}

/* @texts is all that was written for one parameter. Returns (transfer floating). */
static GVariant *
parse_values (const HwParameter *parameter,
              GPtrArray         *texts,
              const char        *directory,
              GError           **error)
{
  if (parameter->kind == HW_PARAMETER_KIND_STRINGS)
    return parse_strings (texts);
  if (parameter->kind == HW_PARAMETER_KIND_ENVIRONMENT)
    return parse_environment (parameter, texts, error);

  if (texts->len > 1)
    return refuse (parameter, error,
                   _("“%s” was given %u times, and takes one value. Write it once."),
                   parameter->name, texts->len);

  return parse_scalar (parameter, g_ptr_array_index (texts, 0), directory, error);
}

static const HwParameter *
find_parameter (HwOfferedType *type,
                const char    *name)
{
  for (guint i = 0; i < type->parameters->len; i++)
    {
      const HwParameter *parameter = g_ptr_array_index (type->parameters, i);

      if (g_str_equal (parameter->name, name))
        return parameter;
    }

  return NULL;
}

/* Returns (transfer container): the names of all parameters. */
static const char **
list_names (HwOfferedType *type)
{
  const char **names = g_new0 (const char *, type->parameters->len + 1);

  for (guint i = 0; i < type->parameters->len; i++)
    names[i] = ((const HwParameter *) g_ptr_array_index (type->parameters, i))->name;

  return names;
}

static void
set_unknown_error (HwOfferedType *type,
                   const char    *name,
                   GError       **error)
{
  g_autofree const char **names = list_names (type);
  g_autofree char *shown = hw_quote (name, MAX_SHOWN);
  g_autofree char *known = g_strjoinv ("”, “", (char **) names);
  const char *nearest = hw_cli_suggestion_find (name, names);

  if (nearest != NULL)
    g_set_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER,
                 _("Tasks of the type “%s” have no parameter %s. Did you mean “%s”?"),
                 type->name, shown, nearest);
  else if (names[0] != NULL)
    g_set_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER,
                 _("Tasks of the type “%s” have no parameter %s. They take “%s”."),
                 type->name, shown, known);
  else
    g_set_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER,
                 _("Tasks of the type “%s” have no parameters. Leave %s out."),
                 type->name, shown);
}

/* Splits `name=value`. A bare name stands for a switch that is on. */
static const HwParameter *
split_argument (HwOfferedType *type,
                const char    *argument,
                const char   **value,
                GError       **error)
{
  const char *equals = strchr (argument, '=');
  g_autofree char *name = equals != NULL ? g_strndup (argument, (gsize) (equals - argument))
                                         : g_strdup (argument);
  const HwParameter *parameter;

  if (!g_utf8_validate (argument, -1, NULL))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER,
                   _("“%s” has bytes that are not UTF-8, and a task can only be told UTF-8."),
                   "…");
      return NULL;
    }

  parameter = find_parameter (type, name);
  if (parameter == NULL)
    {
      set_unknown_error (type, name, error);
      return NULL;
    }

  if (equals == NULL && parameter->kind != HW_PARAMETER_KIND_BOOLEAN)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_INVALID_PARAMETER,
                   _("“%s” has no value. Write %s=VALUE."), name, name);
      return NULL;
    }

  *value = equals != NULL ? equals + 1 : truths[0];

  return parameter;
}

/**
 * hw_cli_argument_parse:
 * @type: what the task is to be
 * @arguments: (array zero-terminated=1): what somebody wrote, each `name=value`
 * @directory: where relative paths begin
 * @error: return location for a #GError, or %NULL
 *
 * Reads the parameters of a task. Whether a value is a good one is for the daemon to say.
 *
 * Returns: (transfer full): the parameters, an `a{sv}`; or %NULL with
 *   %HW_ERROR_INVALID_PARAMETER
 */
GVariant *
hw_cli_argument_parse (HwOfferedType     *type,
                       const char *const *arguments,
                       const char        *directory,
                       GError           **error)
{
  g_autoptr(GHashTable) texts = g_hash_table_new_full (NULL, NULL, NULL,
                                                       (GDestroyNotify) g_ptr_array_unref);
  g_auto(GVariantDict) parameters = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; arguments[i] != NULL; i++)
    {
      const char *value = NULL;
      const HwParameter *parameter = split_argument (type, arguments[i], &value, error);
      GPtrArray *of_parameter;

      if (parameter == NULL)
        return NULL;

      of_parameter = g_hash_table_lookup (texts, parameter);
      if (of_parameter == NULL)
        {
          of_parameter = g_ptr_array_new ();
          g_hash_table_insert (texts, (gpointer) parameter, of_parameter);
        }
      g_ptr_array_add (of_parameter, (gpointer) value);
    }

  for (guint i = 0; i < type->parameters->len; i++)
    {
      const HwParameter *parameter = g_ptr_array_index (type->parameters, i);
      GPtrArray *of_parameter = g_hash_table_lookup (texts, parameter);
      GVariant *value;

      if (of_parameter == NULL)
        continue;

      value = parse_values (parameter, of_parameter, directory, error);
      if (value == NULL)
        return NULL;

      g_variant_dict_insert_value (&parameters, parameter->name, value);
    }

  return g_variant_ref_sink (g_variant_dict_end (&parameters));
}
