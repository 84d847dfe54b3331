/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-template-private.h"

#include "hw-error.h"
#include "hw-parameter-private.h"
#include "hw-template-private.h"
#include "hw-type-file-private.h"

#include <math.h>

/* The [Command] group of a task type's file: how parameters become a program, its
 * arguments and its surroundings. Immutable; knows the values only while it makes
 * something of them.
 */
struct _HwCommandTemplate
{
  GPtrArray *argv;                          /* (owned) (element-type HwTemplate) */
  char *directory;                          /* (owned) (nullable): the same for every task */
  const HwParameter *directory_parameter;   /* (unowned) (nullable) */
  const HwParameter *environment_parameter; /* (unowned) (nullable) */
  const HwParameter *umask_parameter;       /* (unowned) (nullable) */
  int umask;                                /* the same for every task, or -1 */
};

static const char *const known_keys[] = { "argv", "directory", "environment", "umask", NULL };

/* Elements of a template, placeholders of lists counted once: what a person writes by hand. */
#define MAX_ELEMENTS 256

/* The permission bits, which are all that a umask may have (umask(2)). */
#define MAX_UMASK 0777

void
hw_command_template_free (HwCommandTemplate *self)
{
  g_clear_pointer (&self->argv, g_ptr_array_unref);
  g_clear_pointer (&self->directory, g_free);
  g_free (self);
}

/* A list is spliced, so it must be all of its element; an environment is no argument. */
static gboolean
check_kinds (const HwTemplate *element,
             const char       *key,
             GError          **error)
{
  for (guint i = 0; i < hw_template_get_n_pieces (element); i++)
    {
      const HwParameter *parameter = hw_template_get_parameter (element, i);

      if (parameter == NULL)
        continue;

      if (parameter->kind == HW_PARAMETER_KIND_ENVIRONMENT)
        {
          hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, HW_COMMAND_GROUP, key,
                                  "“{%s}” is an environment. Write environment={%s} instead.",
                                  parameter->name, parameter->name);
          return FALSE;
        }

      if (parameter->kind == HW_PARAMETER_KIND_STRINGS &&
          hw_template_get_only_parameter (element) == NULL)
        {
          hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, HW_COMMAND_GROUP, key,
                                  "“{%s}” is a list. Write nothing else into its element.",
                                  parameter->name);
          return FALSE;
        }
    }

  return TRUE;
}

/* The first element names the program: it must be there, whatever was sent. */
static gboolean
check_program (const HwTemplate *element,
               GError          **error)
{
  for (guint i = 0; i < hw_template_get_n_pieces (element); i++)
    {
      const HwParameter *parameter = hw_template_get_parameter (element, i);

      if (parameter == NULL)
        continue;

      if ((!parameter->is_required && parameter->default_value == NULL) ||
          (parameter->kind == HW_PARAMETER_KIND_STRINGS && parameter->min_length == 0))
        {
          hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, HW_COMMAND_GROUP, "argv",
                                  "“{%s}” names the program, and may be missing. "
                                  "Write required=true, and min-length=1 for a list.",
                                  parameter->name);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
read_element (HwCommandTemplate *self,
              const char        *text,
              GPtrArray         *parameters,
              GError           **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(HwTemplate) element = hw_template_new (text, parameters, &problem);

  if (element == NULL)
    {
      hw_type_file_set_error (error, problem->code, HW_COMMAND_GROUP, "argv",
                              "%s", problem->message);
      return FALSE;
    }

  if (!check_kinds (element, "argv", error) ||
      (self->argv->len == 0 && !check_program (element, error)))
    return FALSE;

  g_ptr_array_add (self->argv, g_steal_pointer (&element));

  return TRUE;
}

static gboolean
read_argv (HwCommandTemplate *self,
           GKeyFile          *file,
           GPtrArray         *parameters,
           GError           **error)
{
  g_auto(GStrv) elements = NULL;

  self->argv = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_template_free);

  if (!hw_type_file_get_list (file, HW_COMMAND_GROUP, "argv", &elements, error))
    return FALSE;

  if (elements == NULL || elements[0] == NULL || elements[0][0] == '\0')
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_KEY_NOT_FOUND, HW_COMMAND_GROUP, "argv",
                              "The program is missing. "
                              "Write it and its arguments, such as argv=rsync;-a;{folder}.");
      return FALSE;
    }

  if (g_strv_length (elements) > MAX_ELEMENTS)
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, HW_COMMAND_GROUP, "argv",
                              "There are more than %d elements. Write a script that holds them.",
                              MAX_ELEMENTS);
      return FALSE;
    }

  for (guint i = 0; elements[i] != NULL; i++)
    if (!read_element (self, elements[i], parameters, error))
      return FALSE;

  return TRUE;
}

/* Reads a key that is one placeholder of @kind. If it has anything else and @text is not
 * %NULL, gives that instead, as (transfer full).
 */
static gboolean
read_parameter (GKeyFile           *file,
                const char         *key,
                HwParameterKind     kind,
                GPtrArray          *parameters,
                const HwParameter **parameter,
                char              **text,
                GError            **error)
{
  g_autofree char *value = NULL;
  g_autoptr(HwTemplate) element = NULL;
  const HwParameter *found = NULL;

  if (!hw_type_file_get_text (file, HW_COMMAND_GROUP, key, &value, error))
    return FALSE;
  if (value == NULL)
    return TRUE;

  element = hw_template_new (value, parameters, NULL);
  if (element != NULL)
    found = hw_template_get_only_parameter (element);

  if (found != NULL && found->kind == kind)
    {
      *parameter = found;
      return TRUE;
    }

  if (found == NULL && text != NULL)
    {
      *text = g_steal_pointer (&value);
      return TRUE;
    }

  hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, HW_COMMAND_GROUP, key,
                          "“%s” is not one parameter of type %s. Write its name in braces.",
                          value, hw_parameter_kind_to_string (kind));

  return FALSE;
}

static gboolean
read_directory (HwCommandTemplate *self,
                GKeyFile          *file,
                GPtrArray         *parameters,
                GError           **error)
{
  if (!read_parameter (file, "directory", HW_PARAMETER_KIND_PATH, parameters,
                       &self->directory_parameter, &self->directory, error))
    return FALSE;

  if (self->directory == NULL || g_path_is_absolute (self->directory))
    return TRUE;

  hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, HW_COMMAND_GROUP, "directory",
                          "“%s” is neither an absolute path nor one parameter of type path. "
                          "Begin it with “/”.", self->directory);

  return FALSE;
}

static gboolean
read_umask (HwCommandTemplate *self,
            GKeyFile          *file,
            GPtrArray         *parameters,
            GError           **error)
{
  g_autofree char *text = NULL;
  guint64 number;

  if (!read_parameter (file, "umask", HW_PARAMETER_KIND_INTEGER, parameters,
                       &self->umask_parameter, &text, error))
    return FALSE;

  if (self->umask_parameter != NULL &&
      (self->umask_parameter->minimum < 0 || self->umask_parameter->maximum > MAX_UMASK))
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, HW_COMMAND_GROUP, "umask",
                              "“{%s}” may be more than a umask. "
                              "Write minimum=0 and maximum=%d into its group.",
                              self->umask_parameter->name, MAX_UMASK);
      return FALSE;
    }

  if (text == NULL)
    return TRUE;

  if (!g_ascii_string_to_unsigned (text, 8, 0, MAX_UMASK, &number, NULL))
    {
      hw_type_file_set_error (error, G_KEY_FILE_ERROR_INVALID_VALUE, HW_COMMAND_GROUP, "umask",
                              "“%s” is neither an octal number nor one parameter of type integer. "
                              "Write one, such as 022.", text);
      return FALSE;
    }

  self->umask = (int) number;

  return TRUE;
}

/* @parameters has #HwParameter elements and must outlive the template. The error is of
 * %G_KEY_FILE_ERROR.
 */
HwCommandTemplate *
hw_command_template_new_from_key_file (GKeyFile  *file,
                                       GPtrArray *parameters,
                                       GError   **error)
{
  g_autoptr(HwCommandTemplate) self = g_new0 (HwCommandTemplate, 1);

  self->umask = -1;

  if (!hw_type_file_check_keys (file, HW_COMMAND_GROUP, known_keys, error) ||
      !read_argv (self, file, parameters, error) ||
      !read_directory (self, file, parameters, error) ||
      !read_parameter (file, "environment", HW_PARAMETER_KIND_ENVIRONMENT, parameters,
                       &self->environment_parameter, NULL, error) ||
      !read_umask (self, file, parameters, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* Refuses the first string of a list that looks like an option. */
static gboolean
check_strings (const HwParameter *parameter,
               GVariant          *values)
{
  g_autoptr(GVariant) value = g_variant_lookup_value (values, parameter->name,
                                                      G_VARIANT_TYPE_STRING_ARRAY);
  g_autofree const char **strings = NULL;

  if (value == NULL)
    return TRUE;

  strings = g_variant_get_strv (value, NULL);
  for (guint i = 0; strings[i] != NULL; i++)
    if (strings[i][0] == '-')
      return FALSE;

  return TRUE;
}

/* Tells whether no value can make the program take @element for an option. One that
 * follows a text cannot, nor one of those that the type's author chose.
 */
static gboolean
is_harmless (const HwTemplate   *element,
             GVariant           *values,
             const HwParameter **culprit)
{
  const HwParameter *parameter = hw_template_get_leading_parameter (element, values);
  g_autofree char *text = NULL;

  *culprit = parameter;
  if (parameter == NULL || parameter->may_begin_with_dash || parameter->choices != NULL)
    return TRUE;

  if (parameter->kind == HW_PARAMETER_KIND_STRINGS)
    return check_strings (parameter, values);

  text = hw_template_fill (element, values, hw_template_write_argument);

  return text == NULL || text[0] != '-';
}

/* Refuses values that would be taken for options: nobody but the type's author says
 * which options a program gets. The error is %HW_ERROR_INVALID_PARAMETER.
 */
gboolean
hw_command_template_check (const HwCommandTemplate *self,
                           GVariant                *values,
                           GError                 **error)
{
  for (guint i = 0; i < self->argv->len; i++)
    {
      const HwParameter *culprit;
      g_autofree char *field = NULL;

      if (is_harmless (g_ptr_array_index (self->argv, i), values, &culprit))
        continue;

      field = hw_parameter_build_field (culprit->name);
      hw_error_set_field (error, HW_ERROR_INVALID_PARAMETER, field,
                          "The parameter “%s” begins with “-”, which a program would take for an "
                          "option. Send a value that begins with something else.", culprit->name);
      return FALSE;
    }

  return TRUE;
}

/* Makes the program and its arguments. A list becomes as many as it has, an element
 * with a parameter that has no value is left out. Returns (transfer full).
 */
char **
hw_command_template_make_argv (const HwCommandTemplate *self,
                               GVariant                *values)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->argv->len; i++)
    {
      const HwTemplate *element = g_ptr_array_index (self->argv, i);
      const HwParameter *only = hw_template_get_only_parameter (element);
      g_autofree char *text = NULL;
      g_auto(GStrv) strings = NULL;

      if (only != NULL && only->kind == HW_PARAMETER_KIND_STRINGS)
        {
          if (g_variant_lookup (values, only->name, "^as", &strings))
            g_strv_builder_addv (builder, (const char **) strings);
          continue;
        }

      text = hw_template_fill (element, values, hw_template_write_argument);
      if (text != NULL)
        g_strv_builder_add (builder, text);
    }

  return g_strv_builder_end (builder);
}

/* Makes the folder to begin in. Returns (transfer full) (nullable). */
char *
hw_command_template_make_directory (const HwCommandTemplate *self,
                                    GVariant                *values)
{
  char *directory = NULL;

  if (self->directory_parameter == NULL)
    return g_strdup (self->directory);

  g_variant_lookup (values, self->directory_parameter->name, "s", &directory);

  return directory;
}

/* Makes the environment. Returns (transfer full) (nullable): an `a{ss}`. */
GVariant *
hw_command_template_make_environment (const HwCommandTemplate *self,
                                      GVariant                *values)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr(GVariant) given = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *child;

  if (self->environment_parameter != NULL)
    given = g_variant_lookup_value (values, self->environment_parameter->name,
                                    G_VARIANT_TYPE_VARDICT);
  if (given == NULL)
    return NULL;

  g_variant_iter_init (&iter, given);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &child))
    {
      g_autoptr(GVariant) value = child;

      g_variant_builder_add (&builder, "{ss}", name, g_variant_get_string (value, NULL));
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Makes the umask, -1 if the type does not say. */
int
hw_command_template_make_umask (const HwCommandTemplate *self,
                                GVariant                *values)
{
  gint64 number = self->umask;

  if (self->umask_parameter != NULL)
    g_variant_lookup (values, self->umask_parameter->name, "x", &number);

  return (int) number;
}
