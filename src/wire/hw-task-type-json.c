/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-type-json.h"

#include "hw-task-type-form-private.h"

#include <math.h>

static const char *const runner_names[HW_N_RUNNER_KINDS] = {
  [HW_RUNNER_KIND_IN_PROCESS] = "in-process",
  [HW_RUNNER_KIND_COMMAND] = "command",
};

static const HwKindForm forms[HW_N_PARAMETER_KINDS] = {
  [HW_PARAMETER_KIND_STRING] = { "string", NULL, NULL, "minLength", "maxLength" },
  [HW_PARAMETER_KIND_PATH] = { "string", "path", NULL, "minLength", "maxLength" },
  [HW_PARAMETER_KIND_INTEGER] = { "integer", NULL, NULL, NULL, NULL },
  [HW_PARAMETER_KIND_NUMBER] = { "number", NULL, NULL, NULL, NULL },
  [HW_PARAMETER_KIND_BOOLEAN] = { "boolean", NULL, NULL, NULL, NULL },
  [HW_PARAMETER_KIND_STRINGS] = { "array", NULL, "items", "minItems", "maxItems" },
  [HW_PARAMETER_KIND_ENVIRONMENT] = { "object", NULL, "additionalProperties",
                                      "minProperties", "maxProperties" },
};

/* Gets how a kind of parameter is written. */
const HwKindForm *
hw_kind_form_get (HwParameterKind kind)
{
  return &forms[kind];
}

/* Writes a bound; one that is not finite is none. */
static void
write_bound (HwJsonWriter *writer,
             const char   *name,
             double        value)
{
  if (!isfinite (value))
    return;

  hw_json_writer_name (writer, name);
  hw_json_writer_add_double (writer, value);
}

/* Writes a bound of the length; 0 is none. */
static void
write_length (HwJsonWriter *writer,
              const char   *name,
              guint         value)
{
  if (name == NULL || value == 0)
    return;

  hw_json_writer_name (writer, name);
  hw_json_writer_add_uint (writer, value);
}

static void
write_choices (HwJsonWriter      *writer,
               const char *const *choices)
{
  hw_json_writer_name (writer, HW_SCHEMA_ENUM);
  hw_json_writer_begin_array (writer);
  for (guint i = 0; choices[i] != NULL; i++)
    hw_json_writer_add_string (writer, choices[i]);
  hw_json_writer_end_array (writer);
}

static void
write_kind (HwJsonWriter      *writer,
            const HwParameter *parameter)
{
  const HwKindForm *form = &forms[parameter->kind];

  hw_json_writer_write_string (writer, HW_SCHEMA_TYPE, form->type);
  if (form->format != NULL)
    hw_json_writer_write_string (writer, HW_SCHEMA_FORMAT, form->format);

  if (form->items != NULL)
    {
      hw_json_writer_name (writer, form->items);
      hw_json_writer_begin_object (writer);
      hw_json_writer_write_string (writer, HW_SCHEMA_TYPE, "string");
      hw_json_writer_end_object (writer);
    }

  write_bound (writer, HW_SCHEMA_MINIMUM, parameter->minimum);
  write_bound (writer, HW_SCHEMA_MAXIMUM, parameter->maximum);
  write_length (writer, form->min_length, parameter->min_length);
  write_length (writer, form->max_length, parameter->max_length);
  if (parameter->choices != NULL)
    write_choices (writer, (const char *const *) parameter->choices);
}

static void
write_parameter (HwJsonWriter      *writer,
                 const HwParameter *parameter)
{
  hw_json_writer_name (writer, parameter->name);
  hw_json_writer_begin_object (writer);
  write_kind (writer, parameter);
  hw_json_writer_write_string (writer, HW_TYPE_FORM_TITLE, parameter->title);
  if (parameter->description != NULL)
    hw_json_writer_write_string (writer, HW_TYPE_FORM_DESCRIPTION, parameter->description);

  if (parameter->default_value != NULL)
    {
      hw_json_writer_name (writer, HW_SCHEMA_DEFAULT);
      hw_json_writer_add_variant (writer, parameter->default_value);
    }

  /* It can be sent, but never comes back. */
  if (parameter->is_hidden)
    {
      hw_json_writer_name (writer, HW_SCHEMA_WRITE_ONLY);
      hw_json_writer_add_boolean (writer, TRUE);
    }
  hw_json_writer_end_object (writer);
}

/**
 * hw_task_type_json_write_schema:
 * @writer: a writer
 * @type: a task type
 *
 * Writes the JSON Schema of the parameters: the small part of it that says all
 * that a parameter may be asked to be.
 */
void
hw_task_type_json_write_schema (HwJsonWriter *writer,
                                HwTaskType   *type)
{
  GPtrArray *parameters;

  g_return_if_fail (writer != NULL);
  g_return_if_fail (HW_IS_TASK_TYPE (type));

  parameters = hw_task_type_get_parameters (type);

  hw_json_writer_begin_object (writer);
  hw_json_writer_write_string (writer, HW_SCHEMA_TYPE, "object");

  hw_json_writer_name (writer, HW_SCHEMA_PROPERTIES);
  hw_json_writer_begin_object (writer);
  for (guint i = 0; i < parameters->len; i++)
    write_parameter (writer, g_ptr_array_index (parameters, i));
  hw_json_writer_end_object (writer);

  hw_json_writer_name (writer, HW_SCHEMA_REQUIRED);
  hw_json_writer_begin_array (writer);
  for (guint i = 0; i < parameters->len; i++)
    {
      const HwParameter *parameter = g_ptr_array_index (parameters, i);

      if (parameter->is_required)
        hw_json_writer_add_string (writer, parameter->name);
    }
  hw_json_writer_end_array (writer);

  hw_json_writer_name (writer, "additionalProperties");
  hw_json_writer_add_boolean (writer, FALSE);
  hw_json_writer_end_object (writer);
}

/**
 * hw_task_type_json_write:
 * @writer: a writer
 * @type: a task type
 *
 * Writes a task type with the JSON Schema of its parameters, from which a client
 * makes a form.
 */
void
hw_task_type_json_write (HwJsonWriter *writer,
                         HwTaskType   *type)
{
  gboolean is_requeued = hw_task_type_get_on_interrupt (type) == HW_ON_INTERRUPT_REQUEUE;

  g_return_if_fail (writer != NULL);
  g_return_if_fail (HW_IS_TASK_TYPE (type));

  hw_json_writer_begin_object (writer);
  hw_json_writer_write_string (writer, HW_TYPE_FORM_NAME, hw_task_type_get_name (type));
  hw_json_writer_write_string (writer, HW_TYPE_FORM_TITLE, hw_task_type_get_title (type));
  hw_json_writer_write_string (writer, HW_TYPE_FORM_DESCRIPTION, hw_task_type_get_description (type));
  hw_json_writer_write_string (writer, "runner", runner_names[hw_task_type_get_runner_kind (type)]);
  hw_json_writer_name (writer, HW_TYPE_FORM_LOCAL_ONLY);
  hw_json_writer_add_boolean (writer, hw_task_type_is_local_only (type));
  hw_json_writer_write_string (writer, HW_TYPE_FORM_ON_INTERRUPT, is_requeued ? HW_TYPE_FORM_REQUEUE : "fail");
  hw_json_writer_name (writer, HW_TYPE_FORM_SCHEMA);
  hw_task_type_json_write_schema (writer, type);
  hw_json_writer_end_object (writer);
}

/**
 * hw_task_type_json_encode_list:
 * @types: (element-type HwTaskType): task types
 *
 * Gets a list of task types as JSON.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_task_type_json_encode_list (GPtrArray *types)
{
  GString *text = NULL;
  HwJsonWriter writer;

  g_return_val_if_fail (types != NULL, NULL);

  text = g_string_new (NULL);
  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  hw_json_writer_name (&writer, HW_TYPE_FORM_TYPES);
  hw_json_writer_begin_array (&writer);
  for (guint i = 0; i < types->len; i++)
    hw_task_type_json_write (&writer, g_ptr_array_index (types, i));
  hw_json_writer_end_array (&writer);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}
