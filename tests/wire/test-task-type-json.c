/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-type-json.h"

#include <string.h>

/* A task type's file, and the JSON that it becomes. */
typedef struct
{
  const char *claim;
  const char *file;
  const char *json;
} Row;

#define HEAD "[Task]\ntitle=Try\nfunction=try\n"
#define PARAMETER(keys) HEAD "[Parameter value]\n" keys
#define TYPE(schema) "{\"taskTypes\":[{\"name\":\"try\",\"title\":\"Try\",\"description\":null," \
  "\"runner\":\"in-process\",\"localOnly\":false,\"onInterrupt\":\"fail\"," \
  "\"schema\":" schema "}]}"
#define SCHEMA(members) TYPE ("{\"type\":\"object\",\"properties\":{\"value\":{" members "}}," \
                              "\"required\":[],\"additionalProperties\":false}")

static const Row rows[] = {
  { "no-parameters", HEAD,
    TYPE ("{\"type\":\"object\",\"properties\":{},\"required\":[],"
          "\"additionalProperties\":false}") },
  { "command", "[Task]\ntitle=Try\ndescription=It tries.\non-interrupt=requeue\nlocal-only=true\n"
    "[Command]\nargv=true\n",
    "{\"taskTypes\":[{\"name\":\"try\",\"title\":\"Try\",\"description\":\"It tries.\","
    "\"runner\":\"command\",\"localOnly\":true,\"onInterrupt\":\"requeue\","
    "\"schema\":{\"type\":\"object\",\"properties\":{},\"required\":[],"
    "\"additionalProperties\":false}}]}" },
  { "required", PARAMETER ("type=boolean\nrequired=true\n"),
    TYPE ("{\"type\":\"object\",\"properties\":{\"value\":{\"type\":\"boolean\","
          "\"title\":\"value\"}},\"required\":[\"value\"],\"additionalProperties\":false}") },
  { "string", PARAMETER ("type=string\nmin-length=1\nmax-length=9\n"),
    SCHEMA ("\"type\":\"string\",\"minLength\":1,\"maxLength\":9,\"title\":\"value\"") },
  { "choices", PARAMETER ("type=string\nmax-length=9\nchoices=fast;slow\ndefault=fast\n"),
    SCHEMA ("\"type\":\"string\",\"maxLength\":9,\"enum\":[\"fast\",\"slow\"],"
            "\"title\":\"value\",\"default\":\"fast\"") },
  { "path", PARAMETER ("type=path\nmax-length=9\ntitle=File\ndescription=It is read.\n"),
    SCHEMA ("\"type\":\"string\",\"format\":\"path\",\"maxLength\":9,\"title\":\"File\","
            "\"description\":\"It is read.\"") },
  { "integer", PARAMETER ("type=integer\nminimum=1\nmaximum=1000\ndefault=5\n"),
    SCHEMA ("\"type\":\"integer\",\"minimum\":1,\"maximum\":1000,\"title\":\"value\","
            "\"default\":5") },
  { "number", PARAMETER ("type=number\nminimum=0.5\ndefault=1\n"),
    SCHEMA ("\"type\":\"number\",\"minimum\":0.5,\"title\":\"value\",\"default\":1") },
  { "boolean", PARAMETER ("type=boolean\ndefault=false\n"),
    SCHEMA ("\"type\":\"boolean\",\"title\":\"value\",\"default\":false") },
  { "strings", PARAMETER ("type=strings\nmin-length=1\nmax-length=9\n"),
    SCHEMA ("\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":1,\"maxItems\":9,"
            "\"title\":\"value\"") },
  { "hidden-environment", PARAMETER ("type=environment\nmax-length=9\nhidden=true\n"),
    SCHEMA ("\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"},"
            "\"maxProperties\":9,\"title\":\"value\",\"writeOnly\":true") },
};

static void
test_task_type_json_row (gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) types = g_ptr_array_new_with_free_func (g_object_unref);
  HwTaskType *type = hw_task_type_new_from_data ("try", row->file, strlen (row->file), &error);
  g_autoptr(GBytes) json = NULL;

  g_assert_no_error (error);
  g_ptr_array_add (types, type);
  json = hw_task_type_json_encode_list (types);

  g_assert_cmpmem (g_bytes_get_data (json, NULL), g_bytes_get_size (json),
                   row->json, strlen (row->json));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/task-type-json/%s", rows[i].claim);

      g_test_add_data_func (path, &rows[i], test_task_type_json_row);
    }

  return g_test_run ();
}
