/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-offered-type.h"

#include "hw-task-type-form-private.h"

#include <math.h>
#include <string.h>

void
hw_offered_type_free (HwOfferedType *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->description, g_free);
  g_clear_pointer (&self->parameters, g_ptr_array_unref);
  g_free (self);
}

/* Returns whether @schema says one of the kinds that there are. */
static gboolean
read_kind (GVariant        *schema,
           HwParameterKind *kind)
{
  const char *type = NULL;
  const char *format = NULL;

  g_variant_lookup (schema, HW_SCHEMA_TYPE, "&s", &type);
  g_variant_lookup (schema, HW_SCHEMA_FORMAT, "&s", &format);

  for (guint i = 0; i < HW_N_PARAMETER_KINDS; i++)
    {
      const HwKindForm *form = hw_kind_form_get ((HwParameterKind) i);

      if (g_strcmp0 (form->type, type) == 0 && g_strcmp0 (form->format, format) == 0)
        {
          *kind = (HwParameterKind) i;
          return TRUE;
        }
    }

  return FALSE;
}

/* JSON writes a double that is whole as an integer. */
static double
read_bound (GVariant   *schema,
            const char *name,
            double      absent)
{
  gint64 whole;
  double bound;

  if (g_variant_lookup (schema, name, "d", &bound))
    return bound;

  return g_variant_lookup (schema, name, "x", &whole) ? (double) whole : absent;
}

static guint
read_length (GVariant   *schema,
             const char *name)
{
  gint64 length = 0;

  if (name == NULL || !g_variant_lookup (schema, name, "x", &length) ||
      length < 0 || length > G_MAXUINT)
    return 0;

  return (guint) length;
}

/* The value as core has it; one that the parameter would not take is none. */
static GVariant *
read_default (GVariant          *schema,
              const HwParameter *parameter)
{
  g_autoptr(GVariant) value = g_variant_lookup_value (schema, HW_SCHEMA_DEFAULT, NULL);

  if (value == NULL)
    return NULL;

  return hw_parameter_check (parameter, value, NULL);
}

/* Returns (transfer full) (nullable): the parameter, or %NULL if it is none. */
static HwParameter *
read_parameter (const char *name,
                GVariant   *schema)
{
  g_autoptr(HwParameter) parameter = g_new0 (HwParameter, 1);
  const HwKindForm *form;

  if (!g_variant_is_of_type (schema, G_VARIANT_TYPE_VARDICT) ||
      !read_kind (schema, &parameter->kind))
    return NULL;

  form = hw_kind_form_get (parameter->kind);
  parameter->name = g_strdup (name);
  if (!g_variant_lookup (schema, HW_TYPE_FORM_TITLE, "s", &parameter->title))
    parameter->title = g_strdup (name);
  g_variant_lookup (schema, HW_TYPE_FORM_DESCRIPTION, "s", &parameter->description);
  g_variant_lookup (schema, HW_SCHEMA_WRITE_ONLY, "b", &parameter->is_hidden);
  g_variant_lookup (schema, HW_SCHEMA_ENUM, "^as", &parameter->choices);
  parameter->minimum = read_bound (schema, HW_SCHEMA_MINIMUM, -HUGE_VAL);
  parameter->maximum = read_bound (schema, HW_SCHEMA_MAXIMUM, HUGE_VAL);
  parameter->min_length = read_length (schema, form->min_length);
  parameter->max_length = read_length (schema, form->max_length);

  /* Nothing is said of that here: the daemon looks. */
  parameter->may_begin_with_dash = TRUE;
  parameter->default_value = read_default (schema, parameter);

  return g_steal_pointer (&parameter);
}

/* One of a kind that only a newer daemon knows is left out: the others can be used. */
static GPtrArray *
read_parameters (GVariant *schema)
{
  g_autoptr(GPtrArray) parameters =
    g_ptr_array_new_with_free_func ((GDestroyNotify) hw_parameter_free);
  g_autoptr(GVariant) properties = g_variant_lookup_value (schema, HW_SCHEMA_PROPERTIES,
                                                           G_VARIANT_TYPE_VARDICT);
  g_autofree const char **required = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (properties == NULL)
    return g_steal_pointer (&parameters);

  g_variant_lookup (schema, HW_SCHEMA_REQUIRED, "^a&s", &required);
  g_variant_iter_init (&iter, properties);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      HwParameter *parameter = read_parameter (name, value);

      if (parameter == NULL)
        continue;

      parameter->is_required = required != NULL && g_strv_contains (required, name);
      g_ptr_array_add (parameters, parameter);
    }

  return g_steal_pointer (&parameters);
}

/* Reads a task type and adds it to @types. Returns whether @members are one. */
gboolean
hw_offered_type_read (GVariant  *members,
                      GPtrArray *types)
{
  g_autoptr(HwOfferedType) self = g_new0 (HwOfferedType, 1);
  g_autoptr(GVariant) schema = g_variant_lookup_value (members, HW_TYPE_FORM_SCHEMA,
                                                       G_VARIANT_TYPE_VARDICT);
  const char *on_interrupt = NULL;

  if (schema == NULL || !g_variant_lookup (members, HW_TYPE_FORM_NAME, "s", &self->name) ||
      !g_variant_lookup (members, HW_TYPE_FORM_TITLE, "s", &self->title))
    return FALSE;

  g_variant_lookup (members, HW_TYPE_FORM_DESCRIPTION, "s", &self->description);
  g_variant_lookup (members, HW_TYPE_FORM_LOCAL_ONLY, "b", &self->is_local_only);
  g_variant_lookup (members, HW_TYPE_FORM_ON_INTERRUPT, "&s", &on_interrupt);
  self->is_requeued = g_strcmp0 (on_interrupt, HW_TYPE_FORM_REQUEUE) == 0;
  self->parameters = read_parameters (schema);
  g_ptr_array_add (types, g_steal_pointer (&self));

  return TRUE;
}
