/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-openapi-json.h"

#include "hw-openapi-resources.h"
#include "hw-task-spec.h"
#include "hw-task-type-json.h"

#include <string.h>

/* All that does not depend on task types: data/openapi.json, made whole when we were built. */
#define OUTLINE_PATH "/org/headway/Headway/openapi.json"

/* Where the outline has room for what does. */
#define ROOM "\"NewTask\":{},\"NewTaskWithoutType\":{}"

/* Schemas of the outline and of ours, as others refer to them. */
#define SCHEMAS "#/components/schemas/"
#define ANY_TASK "NewTask"
#define DEFAULT_TASK "NewTaskWithoutType"
#define TASK_PREFIX "NewTask."
#define PARAMETERS_PREFIX "Parameters."

#define LOCAL_ONLY_SENTENCE "It is taken at the Unix socket and the bus only."

static void
write_reference (HwJsonWriter *writer,
                 const char   *prefix,
                 const char   *name)
{
  g_autofree char *reference = g_strconcat (SCHEMAS, prefix, name, NULL);

  hw_json_writer_write_string (writer, "$ref", reference);
}

/* Writes a member whose schema stands elsewhere. */
static void
write_member (HwJsonWriter *writer,
              const char   *member,
              const char   *prefix,
              const char   *name)
{
  hw_json_writer_name (writer, member);
  hw_json_writer_begin_object (writer);
  write_reference (writer, prefix, name);
  hw_json_writer_end_object (writer);
}

/* A type may give its tasks less time than there can be. */
static void
write_timeout (HwJsonWriter *writer,
               HwTaskType   *type)
{
  guint64 limit = hw_task_type_get_timeout (type);

  hw_json_writer_name (writer, "timeout");
  hw_json_writer_begin_object (writer);
  write_reference (writer, "", "NewTimeout");
  if (limit > 0)
    {
      hw_json_writer_name (writer, "maximum");
      hw_json_writer_add_uint (writer, limit);
    }
  hw_json_writer_end_object (writer);
}

static void
write_properties (HwJsonWriter *writer,
                  HwTaskType   *type,
                  gboolean      has_type)
{
  const char *name = hw_task_type_get_name (type);

  hw_json_writer_name (writer, "properties");
  hw_json_writer_begin_object (writer);
  if (has_type)
    {
      hw_json_writer_name (writer, "type");
      hw_json_writer_begin_object (writer);
      hw_json_writer_write_string (writer, "const", name);
      hw_json_writer_end_object (writer);
    }
  write_member (writer, "title", "", "NewTitle");
  write_member (writer, "parameters", PARAMETERS_PREFIX, name);
  write_member (writer, "priority", "", "NewPriority");
  write_timeout (writer, type);
  hw_json_writer_end_object (writer);
}

static gboolean
needs_parameters (HwTaskType *type)
{
  GPtrArray *parameters = hw_task_type_get_parameters (type);

  for (guint i = 0; i < parameters->len; i++)
    if (((const HwParameter *) g_ptr_array_index (parameters, i))->is_required)
      return TRUE;

  return FALSE;
}

static void
write_required (HwJsonWriter *writer,
                HwTaskType   *type,
                gboolean      has_type)
{
  hw_json_writer_name (writer, "required");
  hw_json_writer_begin_array (writer);
  if (has_type)
    hw_json_writer_add_string (writer, "type");
  if (needs_parameters (type))
    hw_json_writer_add_string (writer, "parameters");
  hw_json_writer_end_array (writer);
}

static void
write_description (HwJsonWriter *writer,
                   HwTaskType   *type)
{
  const char *description = hw_task_type_get_description (type);
  g_autoptr(GString) text = g_string_new (description);

  if (hw_task_type_is_local_only (type))
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", LOCAL_ONLY_SENTENCE);
  if (text->len > 0)
    hw_json_writer_write_string (writer, "description", text->str);
}

/* Writes what a request for a task of a type is. */
static void
write_task (HwJsonWriter *writer,
            HwTaskType   *type,
            gboolean      has_type)
{
  hw_json_writer_begin_object (writer);
  hw_json_writer_write_string (writer, "type", "object");
  hw_json_writer_write_string (writer, "title", hw_task_type_get_title (type));
  write_description (writer, type);
  write_properties (writer, type, has_type);
  write_required (writer, type, has_type);
  hw_json_writer_name (writer, "additionalProperties");
  hw_json_writer_add_boolean (writer, FALSE);
  hw_json_writer_end_object (writer);
}

/* Writes the schema that no value has. */
static void
write_nothing (HwJsonWriter *writer)
{
  hw_json_writer_begin_object (writer);
  hw_json_writer_name (writer, "not");
  hw_json_writer_begin_object (writer);
  hw_json_writer_end_object (writer);
  hw_json_writer_end_object (writer);
}

static void
write_choice (HwJsonWriter *writer,
              GPtrArray    *types)
{
  hw_json_writer_name (writer, "oneOf");
  hw_json_writer_begin_array (writer);
  for (guint i = 0; i < types->len; i++)
    {
      hw_json_writer_begin_object (writer);
      write_reference (writer, TASK_PREFIX,
                       hw_task_type_get_name (g_ptr_array_index (types, i)));
      hw_json_writer_end_object (writer);
    }
  hw_json_writer_end_array (writer);
}

/* Says by which member one knows which of the schemas it is. */
static void
write_discriminator (HwJsonWriter *writer,
                     GPtrArray    *types)
{
  hw_json_writer_name (writer, "discriminator");
  hw_json_writer_begin_object (writer);
  hw_json_writer_write_string (writer, "propertyName", "type");
  hw_json_writer_name (writer, "mapping");
  hw_json_writer_begin_object (writer);
  for (guint i = 0; i < types->len; i++)
    {
      const char *name = hw_task_type_get_name (g_ptr_array_index (types, i));
      g_autofree char *reference = g_strconcat (SCHEMAS TASK_PREFIX, name, NULL);

      hw_json_writer_write_string (writer, name, reference);
    }
  hw_json_writer_end_object (writer);
  hw_json_writer_end_object (writer);
}

static void
write_any_task (HwJsonWriter *writer,
                GPtrArray    *types)
{
  hw_json_writer_name (writer, ANY_TASK);
  if (types->len == 0)
    {
      write_nothing (writer);
      return;
    }

  hw_json_writer_begin_object (writer);
  hw_json_writer_write_string (writer, "description", "Of which task type, and with which parameters");
  write_choice (writer, types);
  write_discriminator (writer, types);
  hw_json_writer_end_object (writer);
}

static void
write_default_task (HwJsonWriter *writer,
                    HwTaskTypes  *types)
{
  HwTaskType *type = hw_task_types_lookup (types, HW_TASK_DEFAULT_TYPE);

  hw_json_writer_name (writer, DEFAULT_TASK);
  if (type != NULL)
    write_task (writer, type, FALSE);
  else
    write_nothing (writer);
}

static void
write_type (HwJsonWriter *writer,
            HwTaskType   *type)
{
  const char *name = hw_task_type_get_name (type);
  g_autofree char *task = g_strconcat (TASK_PREFIX, name, NULL);
  g_autofree char *parameters = g_strconcat (PARAMETERS_PREFIX, name, NULL);

  hw_json_writer_name (writer, task);
  write_task (writer, type, TRUE);
  hw_json_writer_name (writer, parameters);
  hw_task_type_json_write_schema (writer, type);
}

/**
 * hw_openapi_json_encode:
 * @types: the task types that there are
 *
 * Gets what there is over REST, as OpenAPI 3.1 has it. Each task type is a schema of what
 * adds a task of it.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_openapi_json_encode (HwTaskTypes *types)
{
  g_autoptr(GBytes) outline = NULL;
  g_autoptr(GPtrArray) list = NULL;
  GString *text = NULL;
  HwJsonWriter writer;
  const char *start, *room;
  gsize length;

  g_return_val_if_fail (HW_IS_TASK_TYPES (types), NULL);

  outline = g_resource_lookup_data (hw_openapi_get_resource (), OUTLINE_PATH,
                                    G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_assert (outline != NULL);
  start = g_bytes_get_data (outline, &length);
  room = memmem (start, length, ROOM, strlen (ROOM));
  g_assert (room != NULL);

  list = hw_task_types_list (types);
  text = g_string_new_len (start, room - start);
  hw_json_writer_init (&writer, text);
  write_any_task (&writer, list);
  write_default_task (&writer, types);
  for (guint i = 0; i < list->len; i++)
    write_type (&writer, g_ptr_array_index (list, i));

  room += strlen (ROOM);
  g_string_append_len (text, room, (gssize) length - (room - start));

  return g_string_free_to_bytes (text);
}
