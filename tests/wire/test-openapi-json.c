/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-openapi-json.h"

#include "hw-answer-json.h"
#include "hw-error.h"
#include "hw-json-variant.h"
#include "hw-task-state.h"

#include <string.h>

#define ROOM_OF_NOTHING "\"NewTask\":{\"not\":{}},\"NewTaskWithoutType\":{\"not\":{}}"

/* The members that a schema of a task has after its name and description. */
#define TASK(type, timeout, required) \
  "\"properties\":{" type "\"title\":{\"$ref\":\"#/components/schemas/NewTitle\"}," \
  "\"parameters\":{\"$ref\":\"#/components/schemas/Parameters.demo\"}," \
  "\"priority\":{\"$ref\":\"#/components/schemas/NewPriority\"}," \
  "\"timeout\":{\"$ref\":\"#/components/schemas/NewTimeout\"" timeout "}}," \
  "\"required\":[" required "],\"additionalProperties\":false}"
#define TYPE "\"type\":{\"const\":\"demo\"},"

/* A file of the type demo, and what has to stand in the document for it. */
typedef struct
{
  const char *claim;
  const char *file;
  const char *part;
} Row;

static const Row rows[] = {
  { "is-a-schema", "[Task]\ntitle=Try\nfunction=try\n",
    "\"NewTask.demo\":{\"type\":\"object\",\"title\":\"Try\"," TASK (TYPE, "", "\"type\"") },
  { "may-be-left-out", "[Task]\ntitle=Try\nfunction=try\n",
    "\"NewTaskWithoutType\":{\"type\":\"object\",\"title\":\"Try\"," TASK ("", "", "") },
  { "is-one-of-all", "[Task]\ntitle=Try\nfunction=try\n",
    "\"oneOf\":[{\"$ref\":\"#/components/schemas/NewTask.demo\"}],\"discriminator\":"
    "{\"propertyName\":\"type\",\"mapping\":{\"demo\":\"#/components/schemas/NewTask.demo\"}}}" },
  { "says-what-it-does", "[Task]\ntitle=Try\ndescription=It tries.\nfunction=try\n",
    "\"title\":\"Try\",\"description\":\"It tries.\",\"properties\"" },
  { "says-where-it-is-taken",
    "[Task]\ntitle=Try\ndescription=It tries.\nlocal-only=true\n[Command]\nargv=true\n",
    "\"description\":\"It tries. It is taken at the Unix socket and the bus only.\"" },
  { "bounds-the-timeout", "[Task]\ntitle=Try\ntimeout=60\nfunction=try\n",
    TASK (TYPE, ",\"maximum\":60", "\"type\"") },
  { "needs-what-it-needs",
    "[Task]\ntitle=Try\nfunction=try\n[Parameter path]\ntype=path\nrequired=true\n",
    TASK (TYPE, "", "\"type\",\"parameters\"") },
  { "has-its-parameters",
    "[Task]\ntitle=Try\nfunction=try\n[Parameter path]\ntype=path\nmax-length=9\nrequired=true\n",
    "\"Parameters.demo\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\","
    "\"format\":\"path\",\"maxLength\":9,\"title\":\"path\"}},\"required\":[\"path\"],"
    "\"additionalProperties\":false}" },
  { "never-shows-what-is-hidden",
    "[Task]\ntitle=Try\nfunction=try\n[Parameter key]\ntype=string\nmax-length=9\nsecret=true\n",
    "\"key\":{\"type\":\"string\",\"maxLength\":9,\"title\":\"key\",\"writeOnly\":true}" },
};

static HwTaskTypes *
make_types (const char *file)
{
  g_autoptr(HwTaskTypes) types = hw_task_types_new ();
  g_autoptr(HwTaskType) type = NULL;
  g_autoptr(GError) error = NULL;

  if (file == NULL)
    return g_steal_pointer (&types);

  type = hw_task_type_new_from_data ("demo", file, strlen (file), &error);
  g_assert_no_error (error);
  hw_task_types_add (types, type);

  return g_steal_pointer (&types);
}

static char *
encode (const char *file)
{
  g_autoptr(HwTaskTypes) types = make_types (file);
  g_autoptr(GBytes) json = hw_openapi_json_encode (types);

  return g_strndup (g_bytes_get_data (json, NULL), g_bytes_get_size (json));
}

static void
test_openapi_json_row (gconstpointer test_data)
{
  const Row *row = test_data;
  g_autofree char *text = encode (row->file);

  g_test_message ("%s in %s", row->part, strstr (text, "\"NewTask\""));
  g_assert_nonnull (strstr (text, row->part));
}

/* Test that without task types nothing can be added. */
static void
test_openapi_json_no_types (void)
{
  g_autofree char *text = encode (NULL);

  g_assert_nonnull (strstr (text, ROOM_OF_NOTHING));
}

/* Gets a value of the document by the names on the way to it. */
static GVariant *
look_up (GVariant   *document,
         const char *path)
{
  g_auto(GStrv) names = g_strsplit (path, "/", 0);
  GVariant *value = g_variant_ref (document);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr(GVariant) parent = g_steal_pointer (&value);

      value = g_variant_lookup_value (parent, names[i], NULL);
      g_assert_nonnull (value);
    }

  return value;
}

static GVariant *
parse (void)
{
  const HwJsonLimits limits = { HW_ANSWER_MAX_LENGTH, HW_ANSWER_MAX_TOKENS };
  g_autofree char *text = encode (rows[0].file);
  g_autoptr(GError) error = NULL;
  GVariant *document = hw_json_variant_parse_within (text, strlen (text), &limits, &error);

  g_assert_no_error (error);

  return document;
}

typedef const char *(*NameFunc) (guint i);

static const char *
get_error_name (guint i)
{
  g_autoptr(GError) error = g_error_new_literal (HW_ERROR, (int) i, "");

  return hw_error_get_name (error);
}

static const char *
get_result_name (guint i)
{
  return hw_result_to_string ((HwResult) i);
}

static const char *
get_state_name (guint i)
{
  return hw_task_state_to_string ((HwTaskState) i);
}

static const struct
{
  const char *path;
  NameFunc get_name;
  guint n_names;
} words[] = {
  { "components/schemas/Problem/properties/error/enum", get_error_name, HW_N_ERRORS },
  { "components/schemas/Fields/properties/result/enum", get_result_name, HW_N_RESULTS },
  { "components/schemas/State/enum", get_state_name, HW_N_TASK_STATES },
};

/* Test that where one of a few words may stand, the document has all that there are. */
static void
test_openapi_json_words (void)
{
  g_autoptr(GVariant) document = parse ();

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr(GVariant) listed = look_up (document, words[i].path);
      g_autofree const char **names = g_variant_get_strv (listed, NULL);

      g_assert_cmpuint (g_strv_length ((char **) names), ==, words[i].n_names);
      for (guint j = 0; j < words[i].n_names; j++)
        g_assert_true (g_strv_contains (names, words[i].get_name (j)));
    }
}

/* Test that the document says of which version it is. */
static void
test_openapi_json_version (void)
{
  g_autoptr(GVariant) document = parse ();
  g_autoptr(GVariant) openapi = look_up (document, "openapi");
  g_autoptr(GVariant) version = look_up (document, "info/version");

  g_assert_cmpstr (g_variant_get_string (openapi, NULL), ==, "3.1.1");
  g_assert_cmpstr (g_variant_get_string (version, NULL), ==, HW_VERSION);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/openapi-json/type/%s", rows[i].claim);

      g_test_add_data_func (path, &rows[i], test_openapi_json_row);
    }
  g_test_add_func ("/openapi-json/without-types/nothing-is-taken", test_openapi_json_no_types);
  g_test_add_func ("/openapi-json/words/are-all-there", test_openapi_json_words);
  g_test_add_func ("/openapi-json/version/is-ours", test_openapi_json_version);

  return g_test_run ();
}
