/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-template-private.h"

#include <string.h>

/* A text with places for the values of parameters, such as `--file={output}`. A
 * brace that means itself is written twice.
 *
 * What it makes is one text: a value never becomes two arguments, whatever it holds.
 */
struct _HwTemplate
{
  GPtrArray *pieces; /* (owned) (element-type Piece) */
};

/* Either a text or a parameter. */
typedef struct
{
  char *text;                   /* (owned) (nullable) */
  const HwParameter *parameter; /* (unowned) (nullable): lives as long as the type */
} Piece;

static void
piece_free (Piece *piece)
{
  g_clear_pointer (&piece->text, g_free);
  g_free (piece);
}

/* @text is (transfer full) (nullable). */
static void
add_piece (HwTemplate        *self,
           char              *text,
           const HwParameter *parameter)
{
  Piece *piece = g_new0 (Piece, 1);

  piece->text = text;
  piece->parameter = parameter;
  g_ptr_array_add (self->pieces, piece);
}

static void
flush_text (HwTemplate *self,
            GString    *text)
{
  if (text->len > 0)
    add_piece (self, g_strdup (text->str), NULL);

  g_string_truncate (text, 0);
}

const HwParameter *
hw_parameters_find (GPtrArray  *parameters,
                    const char *name)
{
  for (guint i = 0; i < parameters->len; i++)
    {
      const HwParameter *parameter = g_ptr_array_index (parameters, i);

      if (g_str_equal (parameter->name, name))
        return parameter;
    }

  return NULL;
}

/* Reads the placeholder behind the brace that @p is at. Returns its end, or %NULL with an error. */
static const char *
parse_placeholder (HwTemplate *self,
                   const char *p,
                   GPtrArray  *parameters,
                   GError    **error)
{
  const char *end = strchr (p, '}');
  const HwParameter *parameter;
  g_autofree char *name = NULL;

  if (end == NULL)
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                   "A placeholder has no end in “%s”. Write “}” behind its name, "
                   "or “{{” for a brace.", p);
      return NULL;
    }

  name = g_strndup (p + 1, (gsize) (end - p - 1));
  parameter = hw_parameters_find (parameters, name);
  if (parameter == NULL)
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                   "There is no parameter “%s”. Add a group [Parameter %s], "
                   "or write “{{” for a brace.", name, name);
      return NULL;
    }

  add_piece (self, NULL, parameter);

  return end + 1;
}

/* @parameters has #HwParameter elements and must outlive the template. The error
 * is of %G_KEY_FILE_ERROR.
 */
HwTemplate *
hw_template_new (const char *text,
                 GPtrArray  *parameters,
                 GError    **error)
{
  g_autoptr(HwTemplate) self = g_new0 (HwTemplate, 1);
  g_autoptr(GString) literal = g_string_new (NULL);
  const char *p = text;

  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);

  while (*p != '\0')
    {
      if (*p == '{' && p[1] != '{')
        {
          flush_text (self, literal);
          p = parse_placeholder (self, p, parameters, error);
          if (p == NULL)
            return NULL;
          continue;
        }

      if (*p == '}' && p[1] != '}')
        {
          g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                       "“}” ends nothing in “%s”. Write “}}” for a brace.", text);
          return NULL;
        }

      g_string_append_c (literal, *p);
      p += *p == '{' || *p == '}' ? 2 : 1;
    }

  flush_text (self, literal);

  return g_steal_pointer (&self);
}

void
hw_template_free (HwTemplate *self)
{
  g_clear_pointer (&self->pieces, g_ptr_array_unref);
  g_free (self);
}

/* Counts the pieces, of which some are parameters. */
guint
hw_template_get_n_pieces (const HwTemplate *self)
{
  return self->pieces->len;
}

/* Gets the parameter that piece @i is, or %NULL if it is a text. */
const HwParameter *
hw_template_get_parameter (const HwTemplate *self,
                           guint             i)
{
  return ((const Piece *) g_ptr_array_index (self->pieces, i))->parameter;
}

/* Gets the parameter that the whole template is, if it is one. */
const HwParameter *
hw_template_get_only_parameter (const HwTemplate *self)
{
  return self->pieces->len == 1 ? hw_template_get_parameter (self, 0) : NULL;
}

/* Gets the parameter whose value is the first of what the template makes. An empty
 * value lets the next one be first. %NULL if a text is.
 */
const HwParameter *
hw_template_get_leading_parameter (const HwTemplate *self,
                                   GVariant         *values)
{
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const HwParameter *parameter = hw_template_get_parameter (self, i);
      g_autoptr(GVariant) value = NULL;
      g_autofree char *written = NULL;

      if (parameter == NULL)
        return NULL;

      value = g_variant_lookup_value (values, parameter->name, NULL);
      written = value != NULL ? hw_template_write_argument (parameter, value) : NULL;
      if (written != NULL && written[0] != '\0')
        return parameter;
    }

  return NULL;
}

/* Makes the text. Returns (transfer full), or %NULL if a parameter has no value. */
char *
hw_template_fill (const HwTemplate *self,
                  GVariant         *values,
                  HwTemplateWriter  write)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->pieces->len; i++)
    {
      const Piece *piece = g_ptr_array_index (self->pieces, i);
      g_autoptr(GVariant) value = NULL;
      g_autofree char *written = NULL;

      if (piece->parameter == NULL)
        {
          g_string_append (text, piece->text);
          continue;
        }

      value = g_variant_lookup_value (values, piece->parameter->name, NULL);
      if (value == NULL)
        return NULL;

      written = write (piece->parameter, value);
      g_string_append (text, written);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Writes a number so that it reads the same again: with 15 digits it looks as it was
 * sent, with 17 it is the same in any case.
 */
static char *
write_number (double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  double again;

  g_ascii_formatd (buffer, sizeof buffer, "%.15g", number);
  again = g_ascii_strtod (buffer, NULL);
  if (again < number || again > number)
    g_ascii_dtostr (buffer, sizeof buffer, number);

  return g_strdup (buffer);
}

/* Writes a value as a program takes it. Returns (transfer full). */
char *
hw_template_write_argument (const HwParameter *parameter,
                            GVariant          *value)
{
  g_autofree const char **strings = NULL;

  switch (parameter->kind)
    {
    case HW_PARAMETER_KIND_STRING:
    case HW_PARAMETER_KIND_PATH:
      return g_variant_dup_string (value, NULL);
    case HW_PARAMETER_KIND_INTEGER:
      return g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
    case HW_PARAMETER_KIND_NUMBER:
      return write_number (g_variant_get_double (value));
    case HW_PARAMETER_KIND_BOOLEAN:
      return g_strdup (g_variant_get_boolean (value) ? "true" : "false");
    case HW_PARAMETER_KIND_STRINGS:
      strings = g_variant_get_strv (value, NULL);
      return g_strjoinv (" ", (char **) strings);
    case HW_PARAMETER_KIND_ENVIRONMENT:
    default:
      return g_strdup ("");
    }
}

/* Writes a value as a person calls it. Returns (transfer full). */
char *
hw_template_write_title (const HwParameter *parameter,
                         GVariant          *value)
{
  if (parameter->kind == HW_PARAMETER_KIND_PATH)
    return g_path_get_basename (g_variant_get_string (value, NULL));

  return hw_template_write_argument (parameter, value);
}
