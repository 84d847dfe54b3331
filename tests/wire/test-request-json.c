/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-problem-json.h"
#include "hw-request-json.h"

#include <string.h>

#define MAX_LENGTH 1024

/* A wrong request, and the golden sentence that it meets. */
typedef struct
{
  const char *claim;
  const char *json;
  const char *field;
  const char *sentence;
} Row;

static const Row wrong_tasks[] = {
  { "unknown-member", "{\"type\":\"demo\",\"colour\":1}", "/colour",
    "There is no member “colour” in such a request. "
    "Send only “type”, “title”, “parameters”, “priority”, “timeout”." },
  { "unknown-member-to-be-escaped", "{\"a/b~\":1}", "/a~1b~0",
    "There is no member “a/b~” in such a request. "
    "Send only “type”, “title”, “parameters”, “priority”, “timeout”." },
  { "member-of-other-case", "{\"Type\":\"demo\"}", "/Type",
    "There is no member “Type” in such a request. "
    "Send only “type”, “title”, “parameters”, “priority”, “timeout”." },
  { "type-that-is-a-number", "{\"type\":5}", "/type",
    "“type” must be a text in quotes. Send that, or leave it out." },
  { "title-that-is-an-object", "{\"type\":\"demo\",\"title\":{}}", "/title",
    "“title” must be a text in quotes. Send that, or leave it out." },
  { "parameters-that-are-an-array", "{\"type\":\"demo\",\"parameters\":[]}", "/parameters",
    "“parameters” must be an object. Send that, or leave it out." },
  { "priority-that-is-a-text", "{\"type\":\"demo\",\"priority\":\"high\"}", "/priority",
    "“priority” must be a whole number without quotes. Send that, or leave it out." },
  { "priority-with-a-fraction", "{\"type\":\"demo\",\"priority\":0.5}", "/priority",
    "“priority” must be a whole number without quotes. Send that, or leave it out." },
  { "priority-beyond-an-int", "{\"type\":\"demo\",\"priority\":4294967296}", "/priority",
    "The priority is out of all bounds. Take a smaller one." },
  { "no-type", "{\"title\":\"a\"}", "/type", "“type” is missing. Send the name of a task type." },
  { "type-that-is-null", "{\"type\":null}", "/type",
    "“type” is missing. Send the name of a task type." },
  { "array", "[]", NULL,
    "The request must be a JSON object. Send one, such as {\"type\": …}." },
  { "null", "null", NULL,
    "The request must be a JSON object. Send one, such as {\"type\": …}." },
  { "nothing", "", NULL,
    "The JSON text is not valid at byte 0: a value should stand here. "
    "Send it without this fault." },
  { "nul-in-a-parameter", "{\"parameters\":{\"path\":\"/\\u0000\"}}", "/parameters/path",
    "The JSON text is not valid at byte 26, in /parameters/path: a string must not contain "
    "\\u0000. Send it without this fault." },
};

static void
test_request_json_refuses_task (gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskSpec) spec = NULL;

  spec = hw_request_json_parse_task (row->json, strlen (row->json), MAX_LENGTH, TRUE, &error);

  g_assert_null (spec);
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
  g_assert_cmpstr (error->message, ==, row->sentence);
  g_assert_cmpstr (hw_error_get_field (error), ==, row->field);
}

static void
test_request_json_refuses_large_task (void)
{
  g_autoptr(GError) error = NULL;
  const char *json = "{\"type\":\"demo\"}";

  g_assert_null (hw_request_json_parse_task (json, strlen (json), strlen (json) - 1, TRUE,
                                             &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
}

/* Test that a name of any length is shown in part only. */
static void
test_request_json_shortens_unknown_member (void)
{
  g_autofree char *name = g_strnfill (500, 'a');
  g_autofree char *json = g_strdup_printf ("{\"%s\":1}", name);
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_request_json_parse_task (json, strlen (json), MAX_LENGTH, TRUE, &error));
  g_assert_cmpuint (strlen (error->message), <, 200);
  g_assert_cmpuint (strlen (hw_error_get_field (error)), ==, 65);
}

static void
test_request_json_reads_full_task (void)
{
  const char *json = "{\"priority\":-5,\"parameters\":{\"steps\":3},"
                     "\"title\":\"Three\",\"type\":\"demo\"}";
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskSpec) spec = NULL;
  gint64 steps = 0;

  spec = hw_request_json_parse_task (json, strlen (json), MAX_LENGTH, TRUE, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (spec->type, ==, "demo");
  g_assert_cmpstr (spec->title, ==, "Three");
  g_assert_cmpint (spec->priority, ==, -5);
  g_assert_true (g_variant_lookup (spec->parameters, "steps", "x", &steps));
  g_assert_cmpint (steps, ==, 3);
}

static void
test_request_json_reads_null_as_absent (void)
{
  const char *json = "{\"type\":\"demo\",\"title\":null,\"parameters\":null,\"priority\":null}";
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskSpec) spec = NULL;

  spec = hw_request_json_parse_task (json, strlen (json), MAX_LENGTH, TRUE, &error);

  g_assert_no_error (error);
  g_assert_null (spec->title);
  g_assert_null (spec->parameters);
  g_assert_cmpint (spec->priority, ==, 0);
}

static void
test_request_json_type_may_be_left_out (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskSpec) spec = hw_request_json_parse_task ("{}", 2, MAX_LENGTH, FALSE, &error);

  g_assert_no_error (error);
  g_assert_null (spec->type);
}

static void
test_request_json_reads_session (void)
{
  const char *json = "{\"token\":\"abc\"}";
  g_autoptr(GError) error = NULL;
  g_autofree char *token = NULL;

  token = hw_request_json_parse_session (json, strlen (json), MAX_LENGTH, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, "abc");
}

static const Row wrong_sessions[] = {
  { "no-token", "{}", "/token", "“token” is missing. Send the daemon's token." },
  { "token-that-is-a-number", "{\"token\":1}", "/token",
    "“token” must be a text in quotes. Send that, or leave it out." },
  { "unknown-member", "{\"token\":\"a\",\"user\":\"b\"}", "/user",
    "There is no member “user” in such a request. Send only “token”." },
};

static void
test_request_json_refuses_session (gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *token = NULL;

  token = hw_request_json_parse_session (row->json, strlen (row->json), MAX_LENGTH, &error);

  g_assert_null (token);
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
  g_assert_cmpstr (error->message, ==, row->sentence);
  g_assert_cmpstr (hw_error_get_field (error), ==, row->field);
}

/* How somebody says that a task is to be canceled. */
static const struct
{
  const char *json;
  gboolean is_valid;
  gboolean now;
} cancels[] = {
  { "", TRUE, FALSE },
  { "{}", TRUE, FALSE },
  { "{\"now\":true}", TRUE, TRUE },
  { "{\"now\":false}", TRUE, FALSE },
  { "{\"now\":1}", FALSE, FALSE },
  { "{\"now\":\"true\"}", FALSE, FALSE },
  { "{\"Now\":true}", FALSE, FALSE },
  { "{\"now\":true,\"grace\":1}", FALSE, FALSE },
  { "true", FALSE, FALSE },
  { "{", FALSE, FALSE },
};

static void
test_request_json_reads_cancel (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cancels); i++)
    {
      g_autoptr(GError) error = NULL;
      gboolean now = TRUE;

      g_test_message ("%s", cancels[i].json);
      g_assert_cmpint (hw_request_json_parse_cancel (cancels[i].json, strlen (cancels[i].json),
                                                     MAX_LENGTH, &now, &error),
                       ==, cancels[i].is_valid);
      g_assert_cmpint (now, ==, cancels[i].now);
      if (!cancels[i].is_valid)
        g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
    }
}

static void
test_request_json_reads_options (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskSpec) spec = hw_task_spec_new ();
  g_autoptr(GVariant) options = g_variant_parse (NULL, "{'title': <'T'>, 'priority': <int64 2>, "
                                                 "'timeout': <int64 90>}", NULL, NULL, NULL);

  g_assert_true (hw_request_json_read_options (options, spec, &error));

  g_assert_no_error (error);
  g_assert_cmpstr (spec->title, ==, "T");
  g_assert_cmpint (spec->priority, ==, 2);
  g_assert_cmpuint (spec->timeout, ==, 90);
}

static void
test_request_json_refuses_unknown_option (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskSpec) spec = hw_task_spec_new ();
  g_autoptr(GVariant) options = g_variant_parse (NULL, "{'type': <'demo'>}", NULL, NULL, NULL);

  g_assert_false (hw_request_json_read_options (options, spec, &error));

  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
  g_assert_cmpstr (hw_error_get_field (error), ==, "/type");
}

static void
test_request_json_reads_filter (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) members = g_variant_parse (NULL, "{'type': <'demo'>, 'owner': <'uid:0'>}",
                                                 NULL, NULL, NULL);
  HwWatchFilter filter = { 0 };

  g_assert_true (hw_request_json_read_filter (members, &filter, &error));

  g_assert_no_error (error);
  g_assert_cmpstr (filter.type, ==, "demo");
  g_assert_cmpstr (filter.owner, ==, "uid:0");
  g_free (filter.type);
  g_free (filter.owner);
}

static void
test_request_json_refuses_filter_on_what_changes (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) members = g_variant_parse (NULL, "{'state': <'Failed'>}", NULL, NULL, NULL);
  HwWatchFilter filter = { 0 };

  g_assert_false (hw_request_json_read_filter (members, &filter, &error));

  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
}

static void
test_problem_json_names_the_field (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) json = NULL;
  const char *expected = "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
                         "\"error\":\"invalid-parameter\",\"detail\":\"“path” is missing.\","
                         "\"field\":\"/parameters/path\"}";

  hw_error_set_field (&error, HW_ERROR_INVALID_PARAMETER, "/parameters/path",
                      "“path” is missing.");
  json = hw_problem_json_encode (error, 400, "Bad Request");

  g_assert_cmpmem (g_bytes_get_data (json, NULL), g_bytes_get_size (json),
                   expected, strlen (expected));
}

static void
test_problem_json_may_have_no_field (void)
{
  g_autoptr(GError) error = g_error_new_literal (G_FILE_ERROR, 0, "The disk is full.");
  g_autoptr(GBytes) json = hw_problem_json_encode (error, 500, "Internal Server Error");
  const char *expected = "{\"type\":\"about:blank\",\"title\":\"Internal Server Error\","
                         "\"status\":500,\"error\":\"failed\",\"detail\":\"The disk is full.\"}";

  g_assert_cmpmem (g_bytes_get_data (json, NULL), g_bytes_get_size (json),
                   expected, strlen (expected));
}

static void
add_rows (const char   *folder,
          const Row    *rows,
          gsize         n_rows,
          GTestDataFunc function)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      g_autofree char *path = g_strdup_printf ("/request-json/%s/%s", folder, rows[i].claim);

      g_test_add_data_func (path, &rows[i], function);
    }
}

/* A thousand tasks have more values than a request of one may. */
static void
test_request_json_batch_is_long (void)
{
  g_autoptr(GString) json = g_string_new ("[");
  g_autoptr(GPtrArray) specs = NULL;
  g_autoptr(GError) error = NULL;
  gboolean is_batch = FALSE;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (json, "%s{\"type\": \"t\", \"title\": \"a\", \"priority\": %u,"
                            " \"parameters\": {\"a\": 1, \"b\": 2}}", i > 0 ? "," : "", i);
  g_string_append_c (json, ']');
  specs = hw_request_json_parse_tasks (json->str, json->len, json->len, &is_batch, &error);

  g_assert_no_error (error);
  g_assert_true (is_batch);
  g_assert_cmpuint (specs->len, ==, 1000);
  g_assert_cmpint (((HwTaskSpec *) g_ptr_array_index (specs, 999))->priority, ==, 999);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_rows ("refuses-task", wrong_tasks, G_N_ELEMENTS (wrong_tasks),
            test_request_json_refuses_task);
  add_rows ("refuses-session", wrong_sessions, G_N_ELEMENTS (wrong_sessions),
            test_request_json_refuses_session);
  g_test_add_func ("/request-json/task/refused-if-too-large",
                   test_request_json_refuses_large_task);
  g_test_add_func ("/request-json/task/shows-part-of-a-long-name",
                   test_request_json_shortens_unknown_member);
  g_test_add_func ("/request-json/task/reads-all", test_request_json_reads_full_task);
  g_test_add_func ("/request-json/task/null-is-absent", test_request_json_reads_null_as_absent);
  g_test_add_func ("/request-json/task/type-may-be-left-out",
                   test_request_json_type_may_be_left_out);
  g_test_add_func ("/request-json/session/reads-token", test_request_json_reads_session);
  g_test_add_func ("/request-json/cancel/reads-all-and-nothing-else",
                   test_request_json_reads_cancel);
  g_test_add_func ("/request-json/options/reads-all", test_request_json_reads_options);
  g_test_add_func ("/request-json/options/refuses-unknown",
                   test_request_json_refuses_unknown_option);
  g_test_add_func ("/request-json/filter/reads-all", test_request_json_reads_filter);
  g_test_add_func ("/request-json/filter/refuses-what-changes",
                   test_request_json_refuses_filter_on_what_changes);
  g_test_add_func ("/problem-json/names-the-field", test_problem_json_names_the_field);
  g_test_add_func ("/problem-json/may-have-no-field", test_problem_json_may_have_no_field);

  g_test_add_func ("/request-json/batch/may-be-long", test_request_json_batch_is_long);

  return g_test_run ();
}
