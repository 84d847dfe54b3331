/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-type-private.h"

#include "hw-error.h"
#include "hw-parameter-private.h"
#include "hw-quote.h"

#include <string.h>

/* What a task type makes of the parameters of one task. */

/* Characters of a task's title: one line of a list. */
#define MAX_TITLE_LENGTH 200

static char *
list_names (HwTaskType *self)
{
  g_autoptr(GString) names = g_string_new (NULL);

  if (self->parameters->len == 0)
    return g_strdup ("none");

  for (guint i = 0; i < self->parameters->len; i++)
    {
      const HwParameter *parameter = g_ptr_array_index (self->parameters, i);

      g_string_append_printf (names, "%s“%s”", i > 0 ? ", " : "", parameter->name);
    }

  return g_string_free (g_steal_pointer (&names), FALSE);
}

static gboolean
hw_task_type_check_names (HwTaskType *self,
                          GVariant   *parameters,
                          GError    **error)
{
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, parameters);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    {
      g_autofree char *field = NULL;
      g_autofree char *quoted = NULL;
      g_autofree char *known = NULL;

      if (hw_parameters_find (self->parameters, name) != NULL)
        continue;

      field = hw_parameter_build_field (name);
      quoted = hw_quote (name, HW_MAX_QUOTED_LENGTH);
      known = list_names (self);
      hw_error_set_field (error, HW_ERROR_INVALID_PARAMETER, field,
                          "The task type “%s” has no parameter %s; it has %s. "
                          "Correct the name, or leave it out.", self->name, quoted, known);
      return FALSE;
    }

  return TRUE;
}

/* Gets a value that was sent. A null of JSON, a maybe type with nothing in it, is none. */
static GVariant *
lookup_value (GVariant   *parameters,
              const char *name)
{
  g_autoptr(GVariant) value = g_variant_lookup_value (parameters, name, NULL);

  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return g_steal_pointer (&value);

  return g_variant_get_maybe (value);
}

/* Adds the value of one parameter, if it has one. */
static gboolean
check_parameter (const HwParameter *parameter,
                 GVariant          *parameters,
                 GVariantBuilder   *checked,
                 GError           **error)
{
  g_autoptr(GVariant) sent = lookup_value (parameters, parameter->name);
  g_autoptr(GVariant) value = NULL;

  if (sent == NULL && parameter->is_required)
    {
      g_autofree char *field = hw_parameter_build_field (parameter->name);

      hw_error_set_field (error, HW_ERROR_INVALID_PARAMETER, field,
                          "The parameter “%s” is missing. Add it: it must be %s.",
                          parameter->name, hw_parameter_kind_describe (parameter->kind));
      return FALSE;
    }

  if (sent == NULL)
    {
      if (parameter->default_value != NULL)
        g_variant_builder_add (checked, "{sv}", parameter->name, parameter->default_value);
      return TRUE;
    }

  value = hw_parameter_check (parameter, sent, error);
  if (value == NULL)
    return FALSE;

  g_variant_builder_add (checked, "{sv}", parameter->name, value);

  return TRUE;
}

/**
 * hw_task_type_check_parameters:
 * @self: a task type
 * @parameters: (nullable): an `a{sv}` of what somebody sent, see hw_parameter_check(), or
 *   %NULL for nothing
 * @error: return location for a #GError, or %NULL
 *
 * Judges what somebody sent, gives each value the type that its parameter has,
 * and adds the defaults. What it gave passes again unchanged. Any thread.
 *
 * Returns: (transfer full): an `a{sv}`, or %NULL with %HW_ERROR_INVALID_PARAMETER,
 *   which names the field
 */
GVariant *
hw_task_type_check_parameters (HwTaskType *self,
                               GVariant   *parameters,
                               GError    **error)
{
  g_auto(GVariantBuilder) checked = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr(GVariant) sent = NULL;
  g_autoptr(GVariant) values = NULL;

  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);
  g_return_val_if_fail (parameters == NULL ||
                        g_variant_is_of_type (parameters, G_VARIANT_TYPE_VARDICT), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (self->defaults != NULL && (parameters == NULL || g_variant_n_children (parameters) == 0))
    return g_variant_ref (self->defaults);

  sent = parameters != NULL ? g_variant_ref (parameters)
                            : g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  if (!hw_task_type_check_names (self, sent, error))
    return NULL;

  for (guint i = 0; i < self->parameters->len; i++)
    if (!check_parameter (g_ptr_array_index (self->parameters, i), sent, &checked, error))
      return NULL;

  values = g_variant_ref_sink (g_variant_builder_end (&checked));
  if (self->command != NULL && !hw_command_template_check (self->command, values, error))
    return NULL;

  return g_steal_pointer (&values);
}

/* Makes one line that a list can show. Takes @text. */
static GRefString *
make_line (char *text)
{
  g_autofree char *owned = text;
  g_autoptr(GString) line = g_string_new (NULL);
  guint n_characters = 0;

  for (const char *p = owned; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (++n_characters == MAX_TITLE_LENGTH)
        {
          g_string_append (line, "…");
          break;
        }
      g_string_append_unichar (line, g_unichar_isprint (character) ? character : ' ');
    }

  return g_ref_string_new_len (line->str, (gssize) line->len);
}

/* Makes once what is the same for many tasks. */
void
hw_task_type_prepare (HwTaskType *self)
{
  for (guint i = 0; i < self->parameters->len; i++)
    if (((const HwParameter *) g_ptr_array_index (self->parameters, i))->is_hidden)
      self->has_hidden = TRUE;

  self->title_line = make_line (g_strdup (self->title));
  self->defaults = hw_task_type_check_parameters (self, NULL, NULL);
}

/**
 * hw_task_type_make_title:
 * @self: a task type
 * @parameters: parameters that hw_task_type_check_parameters() gave
 *
 * Makes the title of a task whose submitter gave it none. Any thread.
 *
 * Returns: (transfer full): one line of at most 200 characters
 */
GRefString *
hw_task_type_make_title (HwTaskType *self,
                         GVariant   *parameters)
{
  char *title = NULL;

  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);
  g_return_val_if_fail (parameters != NULL, NULL);

  if (self->task_title != NULL)
    title = hw_template_fill (self->task_title, parameters, hw_template_write_title);

  return title != NULL ? make_line (title) : g_ref_string_acquire (self->title_line);
}

/**
 * hw_task_type_hide_parameters:
 * @self: a task type
 * @parameters: parameters that hw_task_type_check_parameters() gave
 *
 * Leaves out what nobody is ever shown. Any thread.
 *
 * Returns: (transfer full): an `a{sv}` of the rest
 */
GVariant *
hw_task_type_hide_parameters (HwTaskType *self,
                              GVariant   *parameters)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);
  g_return_val_if_fail (parameters != NULL, NULL);

  if (!self->has_hidden)
    return g_variant_ref (parameters);

  for (guint i = 0; i < self->parameters->len; i++)
    {
      const HwParameter *parameter = g_ptr_array_index (self->parameters, i);
      g_autoptr(GVariant) value = g_variant_lookup_value (parameters, parameter->name, NULL);

      if (value != NULL && !parameter->is_hidden)
        g_variant_builder_add (&builder, "{sv}", parameter->name, value);
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
add_secrets (GPtrArray *secrets,
             GVariant  *value)
{
  GVariantIter iter;
  GVariant *child;
  const char *text;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      g_ptr_array_add (secrets, g_variant_dup_string (value, NULL));
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("{ss}")))
    {
      g_variant_get (value, "{&s&s}", NULL, &text);
      g_ptr_array_add (secrets, g_strdup (text));
    }
  else
    {
      g_variant_iter_init (&iter, value);
      while ((child = g_variant_iter_next_value (&iter)) != NULL)
        {
          add_secrets (secrets, child);
          g_variant_unref (child);
        }
    }
}

/**
 * hw_task_type_list_secrets:
 * @self: a task type
 * @parameters: parameters that hw_task_type_check_parameters() gave
 *
 * Lists the texts that must not be read in what the program prints: the values of secret
 * parameters, of an environment those of its variables. Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): the texts, perhaps none
 */
char **
hw_task_type_list_secrets (HwTaskType *self,
                           GVariant   *parameters)
{
  g_autoptr(GPtrArray) secrets = NULL;

  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);
  g_return_val_if_fail (parameters != NULL, NULL);

  secrets = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->parameters->len; i++)
    {
      const HwParameter *parameter = g_ptr_array_index (self->parameters, i);
      g_autoptr(GVariant) value = g_variant_lookup_value (parameters, parameter->name, NULL);

      if (value != NULL && parameter->is_secret)
        add_secrets (secrets, value);
    }
  g_ptr_array_add (secrets, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&secrets), FALSE);
}

/**
 * hw_task_type_make_argv:
 * @self: a task type whose runner is %HW_RUNNER_KIND_COMMAND
 * @parameters: parameters that hw_task_type_check_parameters() gave
 *
 * Makes the program and its arguments. Each value is one argument or a part of
 * one, whatever it holds. Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): at least the program
 */
char **
hw_task_type_make_argv (HwTaskType *self,
                        GVariant   *parameters)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);
  g_return_val_if_fail (self->command != NULL, NULL);
  g_return_val_if_fail (parameters != NULL, NULL);

  return hw_command_template_make_argv (self->command, parameters);
}

/**
 * hw_task_type_make_directory:
 * @self: a task type whose runner is %HW_RUNNER_KIND_COMMAND
 * @parameters: parameters that hw_task_type_check_parameters() gave
 *
 * Makes the folder that the program begins in. Any thread.
 *
 * Returns: (transfer full) (nullable): an absolute path, or %NULL if nobody said
 */
char *
hw_task_type_make_directory (HwTaskType *self,
                             GVariant   *parameters)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);
  g_return_val_if_fail (self->command != NULL, NULL);
  g_return_val_if_fail (parameters != NULL, NULL);

  return hw_command_template_make_directory (self->command, parameters);
}

/**
 * hw_task_type_make_environment:
 * @self: a task type whose runner is %HW_RUNNER_KIND_COMMAND
 * @parameters: parameters that hw_task_type_check_parameters() gave
 *
 * Makes the program's environment. Any thread.
 *
 * Returns: (transfer full) (nullable): an `a{ss}`, or %NULL for a clean one
 */
GVariant *
hw_task_type_make_environment (HwTaskType *self,
                               GVariant   *parameters)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), NULL);
  g_return_val_if_fail (self->command != NULL, NULL);
  g_return_val_if_fail (parameters != NULL, NULL);

  return hw_command_template_make_environment (self->command, parameters);
}

/**
 * hw_task_type_make_umask:
 * @self: a task type whose runner is %HW_RUNNER_KIND_COMMAND
 * @parameters: parameters that hw_task_type_check_parameters() gave
 *
 * Makes the program's umask. Any thread.
 *
 * Returns: a umask, or -1 for the daemon's
 */
int
hw_task_type_make_umask (HwTaskType *self,
                         GVariant   *parameters)
{
  g_return_val_if_fail (HW_IS_TASK_TYPE (self), -1);
  g_return_val_if_fail (self->command != NULL, -1);
  g_return_val_if_fail (parameters != NULL, -1);

  return hw_command_template_make_umask (self->command, parameters);
}
