/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-json-variant.h"
#include "hw-task-json.h"

#include <string.h>

/* 2026-11-22T19:00:00Z */
#define NOON G_GINT64_CONSTANT (1795374000000000)

#define ASSERT_JSON(bytes, expected) \
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), \
                   expected, strlen (expected))

/* An `a{sv}` out of GVariant's text form. */
static GVariant *
fields (const char *text)
{
  g_autoptr(GError) error = NULL;
  GVariant *value = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);

  return value;
}

/* Everything that can be said of a task that is through. */
static HwTask *
make_full_task (void)
{
  g_autoptr(GVariant) values =
    fields ("{'type': <'checksum'>, 'title': <'Checksum of big.bin'>,"
            " 'parameters': <{'path': <'/x'>, 'snake_case': <true>}>, 'state': <'Completed'>,"
            " 'result': <'success'>, 'error': <'none, \"really\"'>,"
            " 'value': <{'sha_256': <'ab'>}>, 'exit_code': <0>, 'signal': <'SIGKILL'>,"
            " 'progress': <0.5>, 'message': <'Half way'>, 'unit': <'bytes'>,"
            " 'done': <uint64 512>, 'total': <uint64 1024>, 'activity': <'stopping'>, 'containment': <'cgroup'>,"
            " 'group': <'disk'>, 'priority': <-3>, 'owner': <'uid:1000'>,"
            " 'attempt': <uint32 2>, 'max_attempts': <uint32 3>, 'timeout': <uint64 90>,"
            " 'created_at': <int64 1795374000000000>, 'started_at': <int64 1795374000000001>,"
            " 'ended_at': <int64 1795374001000000>, 'output_size': <uint64 9007199254740991>,"
            " 'hidden_parameters': <{'env': <{'PASSWORD': <'secret'>}>}>,"
            " 'aborted_starts': <uint32 2>}");

  return hw_task_new (7, 12, hw_task_fields_new_from_variant (values));
}

static void
test_task_json_says_everything (void)
{
  g_autoptr(HwTask) task = make_full_task ();
  g_autoptr(GBytes) json = hw_task_json_encode_task (task);

  ASSERT_JSON (json,
               "{\"id\":7,\"type\":\"checksum\",\"title\":\"Checksum of big.bin\","
               "\"parameters\":{\"path\":\"/x\",\"snake_case\":true},\"state\":\"Completed\","
               "\"result\":\"success\",\"error\":\"none, \\\"really\\\"\","
               "\"value\":{\"sha_256\":\"ab\"},\"exitCode\":0,\"signal\":\"SIGKILL\","
               "\"progress\":0.5,\"message\":\"Half way\",\"unit\":\"bytes\","
               "\"done\":512,\"total\":1024,\"activity\":\"stopping\",\"containment\":\"cgroup\","
               "\"group\":\"disk\",\"priority\":-3,\"owner\":\"uid:1000\","
               "\"attempt\":2,\"maxAttempts\":3,\"timeout\":90,"
               "\"createdAt\":\"2026-11-22T19:00:00.000000Z\","
               "\"startedAt\":\"2026-11-22T19:00:00.000001Z\","
               "\"endedAt\":\"2026-11-22T19:00:01.000000Z\","
               "\"outputSize\":9007199254740991,\"seq\":12}");
}

static void
test_task_json_has_all_members_always (void)
{
  g_autoptr(GVariant) values = fields ("{'type': <'demo'>, 'state': <'Pending'>}");
  g_autoptr(HwTask) task = hw_task_new (1, 1, hw_task_fields_new_from_variant (values));
  g_autoptr(GBytes) json = hw_task_json_encode_task (task);

  ASSERT_JSON (json,
               "{\"id\":1,\"type\":\"demo\",\"title\":null,\"parameters\":{},\"state\":\"Pending\","
               "\"result\":\"\",\"error\":null,\"value\":null,\"exitCode\":null,\"signal\":null,"
               "\"progress\":null,\"message\":null,\"unit\":null,\"done\":null,\"total\":null,"
               "\"activity\":null,\"containment\":null,\"group\":\"\",\"priority\":0,\"owner\":null,\"attempt\":0,"
               "\"maxAttempts\":1,\"timeout\":null,\"createdAt\":null,\"startedAt\":null,\"endedAt\":null,"
               "\"outputSize\":0,\"seq\":1}");
}

/* Test that each name is the field's with the underscores gone, as the design has
 * it, and that only what is hidden is missing.
 */
static void
test_task_json_names_follow_the_fields (void)
{
  g_autoptr(HwTask) task = make_full_task ();
  g_autoptr(GBytes) json = hw_task_json_encode_task (task);
  g_autoptr(GVariant) members = NULL;

  members = hw_json_variant_parse (g_bytes_get_data (json, NULL), g_bytes_get_size (json),
                                   G_MAXSIZE, NULL);
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      g_auto(GStrv) words = g_strsplit (hw_task_field_get_name ((HwTaskField) i), "_", -1);
      g_autofree char *name = NULL;

      for (guint j = 1; words[j] != NULL; j++)
        words[j][0] = g_ascii_toupper (words[j][0]);
      name = g_strjoinv ("", words);

      g_test_message ("%s", name);
      g_assert_cmpint (g_variant_lookup (members, name, "*", NULL), ==,
                       !hw_task_field_is_hidden ((HwTaskField) i));
    }
}

static void
test_task_json_id (void)
{
  g_autoptr(GBytes) json = hw_task_json_encode_id (7);

  ASSERT_JSON (json, "{\"id\":7}");
}

static void
test_task_json_empty_list (void)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new ();
  g_autoptr(GBytes) json = hw_task_json_encode_list (9007199254740991, 3, tasks, 0);

  ASSERT_JSON (json, "{\"epoch\":9007199254740991,\"seq\":3,\"tasks\":[],\"next\":null}");
}

static void
test_task_json_list_goes_on (void)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GBytes) json = NULL;
  g_autoptr(GVariant) list = NULL;
  g_autoptr(GVariant) members = NULL;
  const char *next = NULL;

  g_ptr_array_add (tasks, make_full_task ());
  g_ptr_array_add (tasks, make_full_task ());
  json = hw_task_json_encode_list (1, 3, tasks, 7);
  list = hw_json_variant_parse (g_bytes_get_data (json, NULL), g_bytes_get_size (json),
                                G_MAXSIZE, NULL);

  g_assert_true (g_variant_lookup (list, "tasks", "@av", &members));
  g_assert_cmpuint (g_variant_n_children (members), ==, 2);
  g_assert_true (g_variant_lookup (list, "next", "&s", &next));
  g_assert_cmpstr (next, ==, "7");
}

static const HwEventOrigin origin = {
  .epoch = 5, .task_id = 7, .attempt = 1, .type = "checksum", .group = "", .owner = "uid:1000",
  .actor = "uid:1000", .at = NOON,
};

/* An event, and the JSON that it becomes. */
typedef struct
{
  const char *claim;
  HwEventKind kind;
  const char *changes;
  const char *json;
} EventRow;

#define HEAD(kind) "{\"kind\":\"" kind "\",\"epoch\":5,\"seq\":12,\"task\":7," \
  "\"at\":\"2026-11-22T19:00:00.000000Z\",\"attempt\":1"

static const EventRow events[] = {
  { "added-is-the-whole-task", HW_EVENT_KIND_ADDED,
    "{'type': <'demo'>, 'title': <'Demo'>, 'state': <'Pending'>, 'owner': <'uid:1000'>,"
    " 'attempt': <uint32 1>, 'hidden_parameters': <{'a': <1>}>}",
    HEAD ("added") ",\"type\":\"demo\",\"title\":\"Demo\",\"parameters\":{},"
    "\"state\":\"Pending\",\"result\":\"\",\"error\":null,\"value\":null,\"exitCode\":null,"
    "\"signal\":null,\"progress\":null,\"message\":null,\"unit\":null,\"done\":null,"
    "\"total\":null,\"activity\":null,\"containment\":null,\"group\":\"\",\"priority\":0,\"owner\":\"uid:1000\","
    "\"maxAttempts\":1,\"timeout\":null,\"createdAt\":null,\"startedAt\":null,\"endedAt\":null,"
    "\"outputSize\":0}" },
  { "state-is-what-changed", HW_EVENT_KIND_STATE,
    "{'state': <'Processing'>, 'attempt': <uint32 1>, 'started_at': <int64 1795374000000000>}",
    HEAD ("state") ",\"state\":\"Processing\","
    "\"startedAt\":\"2026-11-22T19:00:00.000000Z\"}" },
  { "end-has-its-result", HW_EVENT_KIND_STATE,
    "{'state': <'Failed'>, 'result': <'exit-code'>, 'exit_code': <2>, 'output_size': <uint64 3>}",
    HEAD ("state") ",\"state\":\"Failed\",\"result\":\"exit-code\",\"exitCode\":2,"
    "\"outputSize\":3}" },
  { "pending-again-forgets-the-attempt", HW_EVENT_KIND_STATE, "{'state': <'Pending'>}",
    HEAD ("state") ",\"state\":\"Pending\",\"result\":\"\",\"error\":null,\"value\":null,"
    "\"exitCode\":null,\"signal\":null,\"progress\":null,\"message\":null,\"unit\":null,"
    "\"done\":null,\"total\":null,\"activity\":null,\"containment\":null,\"startedAt\":null,\"endedAt\":null,"
    "\"outputSize\":0}" },
  { "activity-that-is-over", HW_EVENT_KIND_CHANGED, "{'activity': <''>}",
    HEAD ("changed") ",\"activity\":null}" },
  { "message", HW_EVENT_KIND_MESSAGE, "{'message': <'Step 1\\n'>}",
    HEAD ("message") ",\"message\":\"Step 1\\n\"}" },
  { "changed", HW_EVENT_KIND_CHANGED, "{'title': <'New'>}", HEAD ("changed") ",\"title\":\"New\"}" },
  { "removed", HW_EVENT_KIND_REMOVED, NULL, HEAD ("removed") "}" },
  { "unknown-field-is-left-out", HW_EVENT_KIND_CHANGED, "{'colour': <'red'>, 'title': <1>}",
    HEAD ("changed") "}" },
};

static void
test_task_json_event (gconstpointer test_data)
{
  const EventRow *row = test_data;
  g_autoptr(GVariant) changes = row->changes != NULL ? fields (row->changes) : NULL;
  HwTaskFields *fields = changes != NULL ? hw_task_fields_new_from_variant (changes) : NULL;
  g_autoptr(HwEvent) event = hw_event_new (row->kind, &origin, 12, fields);
  g_autoptr(GBytes) json = hw_task_json_encode_event (event);

  ASSERT_JSON (json, row->json);
}

static void
test_task_json_progress (void)
{
  g_autoptr(GVariant) levels = fields ("{'progress': <0.42>, 'done': <uint64 42>,"
                                       " 'total': <uint64 100>, 'unit': <'files'>}");
  HwTaskFields *fields = hw_task_fields_new_from_variant (levels);
  g_autoptr(HwEvent) event = hw_event_new_progress (&origin, 4294967297, fields);
  g_autoptr(GBytes) json = hw_task_json_encode_event (event);

  ASSERT_JSON (json,
               "{\"kind\":\"progress\",\"epoch\":5,\"rev\":4294967297,\"task\":7,"
               "\"at\":\"2026-11-22T19:00:00.000000Z\",\"attempt\":1,\"progress\":0.42,"
               "\"unit\":\"files\",\"done\":42,\"total\":100}");
}

static void
test_task_json_snapshot (void)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new ();
  g_autoptr(HwEvent) event = hw_event_new_snapshot (5, 12, TRUE, tasks);
  g_autoptr(GBytes) json = hw_task_json_encode_event (event);

  ASSERT_JSON (json, "{\"kind\":\"snapshot\",\"epoch\":5,\"seq\":12,\"reset\":true,\"tasks\":[]}");
}

static void
test_task_json_heartbeat (void)
{
  g_autoptr(HwEvent) event = hw_event_new_heartbeat (5, 12);
  g_autoptr(GBytes) json = hw_task_json_encode_event (event);

  ASSERT_JSON (json, "{\"kind\":\"heartbeat\",\"epoch\":5,\"seq\":12}");
}

static void
test_task_json_event_is_encoded_once (void)
{
  g_autoptr(HwEvent) event = hw_event_new_heartbeat (5, 12);
  g_autoptr(GBytes) first = hw_task_json_encode_event (event);
  g_autoptr(GBytes) second = hw_task_json_encode_event (event);

  g_assert_true (first == second);
}

static void
test_task_json_output_may_be_any_bytes (void)
{
  g_autoptr(GBytes) data = g_bytes_new_static ("\0\377a", 3);
  g_autoptr(GBytes) json = hw_task_json_encode_output (1048576, data);

  ASSERT_JSON (json, "{\"offset\":1048576,\"data\":\"AP9h\"}");
}

static void
test_task_json_output_may_be_empty (void)
{
  g_autoptr(GBytes) data = g_bytes_new (NULL, 0);
  g_autoptr(GBytes) json = hw_task_json_encode_output (0, data);

  ASSERT_JSON (json, "{\"offset\":0,\"data\":\"\"}");
}

static void
test_task_json_skip (void)
{
  g_autoptr(GBytes) json = hw_task_json_encode_skip (33554432, 37748736);

  ASSERT_JSON (json, "{\"skip\":{\"from\":33554432,\"to\":37748736}}");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/task-json/task/says-everything", test_task_json_says_everything);
  g_test_add_func ("/task-json/task/has-all-members-always",
                   test_task_json_has_all_members_always);
  g_test_add_func ("/task-json/task/names-follow-the-fields",
                   test_task_json_names_follow_the_fields);
  g_test_add_func ("/task-json/id", test_task_json_id);
  g_test_add_func ("/task-json/list/may-be-empty", test_task_json_empty_list);
  g_test_add_func ("/task-json/list/goes-on", test_task_json_list_goes_on);
  for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
    {
      g_autofree char *path = g_strdup_printf ("/task-json/event/%s", events[i].claim);

      g_test_add_data_func (path, &events[i], test_task_json_event);
    }
  g_test_add_func ("/task-json/event/progress-has-no-seq", test_task_json_progress);
  g_test_add_func ("/task-json/event/snapshot", test_task_json_snapshot);
  g_test_add_func ("/task-json/event/heartbeat", test_task_json_heartbeat);
  g_test_add_func ("/task-json/event/is-encoded-once", test_task_json_event_is_encoded_once);
  g_test_add_func ("/task-json/output/may-be-any-bytes", test_task_json_output_may_be_any_bytes);
  g_test_add_func ("/task-json/output/may-be-empty", test_task_json_output_may_be_empty);
  g_test_add_func ("/task-json/output/skip", test_task_json_skip);

  return g_test_run ();
}
