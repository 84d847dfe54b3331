/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-answer-json.h"
#include "hw-error.h"
#include "hw-problem-json.h"
#include "hw-request-json.h"
#include "hw-task-json.h"
#include "hw-task-type-json.h"

#include <string.h>

/* 2026-11-22T19:00:00.000001Z */
#define NOON G_GINT64_CONSTANT (1795374000000001)

/* Everything that can be said of a task, in types of core's. */
#define ALL_FIELDS \
  "'type': <'checksum'>, 'title': <'Checksum of “big.bin”'>," \
  " 'parameters': <{'path': <'/x'>, 'snake_case': <true>, 'argv': <['a', '\"']>," \
  " 'ratio': <0.25>, 'count': <int64 7>}>, 'state': <'Completed'>," \
  " 'result': <'success'>, 'error': <'none, \"really\"'>," \
  " 'value': <{'sha_256': <'ab'>}>, 'exit_code': <-1>, 'signal': <'SIGKILL'>," \
  " 'progress': <1.0>, 'message': <'Half way'>, 'unit': <'bytes'>," \
  " 'done': <uint64 512>, 'total': <uint64 1024>, 'activity': <'stopping'>, 'containment': <'scope'>," \
  " 'group': <'disk'>, 'priority': <-3>, 'owner': <'uid:1000'>," \
  " 'attempt': <uint32 2>, 'max_attempts': <uint32 3>, 'timeout': <uint64 90>," \
  " 'created_at': <int64 1795374000000001>, 'started_at': <int64 1795374000999999>," \
  " 'ended_at': <int64 -62135596800000000>, 'output_size': <uint64 9007199254740991>"
#define HIDDEN ", 'hidden_parameters': <{'env': <{'PASSWORD': <'secret'>}>}>"

/* An `a{sv}` out of GVariant's text form. */
static GVariant *
fields (const char *text)
{
  g_autoptr(GError) error = NULL;
  GVariant *value = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);

  return value;
}

/* Compares all that can be said of two tasks, by name. */
static void
assert_fields (HwTask     *task,
               const char *expected)
{
  g_autoptr(GVariant) values = fields (expected);

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      const char *name = hw_task_field_get_name ((HwTaskField) i);
      g_autoptr(GVariant) value = g_variant_lookup_value (values, name, NULL);
      GVariant *got = hw_task_get_field (task, (HwTaskField) i);

      g_test_message ("%s", name);
      if (value != NULL)
        g_assert_cmpvariant (got, value);
      else
        g_assert_null (got);
    }
}

static HwTask *
make_task (guint64     id,
           const char *text)
{
  g_autoptr(GVariant) values = fields (text);

  return hw_task_new (id, id + 5, hw_task_fields_new_from_variant (values));
}

static HwTask *
pass_task (const char *text)
{
  g_autoptr(HwTask) task = make_task (7, text);
  g_autoptr(GBytes) json = hw_task_json_encode_task (task);
  g_autoptr(GError) error = NULL;
  HwTask *read = hw_answer_json_parse_task (json, &error);

  g_assert_no_error (error);

  return read;
}

static void
test_answer_json_task_is_whole (void)
{
  g_autoptr(HwTask) task = pass_task ("{" ALL_FIELDS HIDDEN "}");

  g_assert_cmpuint (hw_task_get_id (task), ==, 7);
  g_assert_cmpuint (hw_task_get_seq (task), ==, 12);
  assert_fields (task, "{" ALL_FIELDS "}");
}

/* Test that a task that has not begun has no values that the daemon's own has not, but
 * for a count that JSON always has.
 */
static void
test_answer_json_task_that_waits (void)
{
  static const char waiting[] =
    "{'type': <'demo'>, 'title': <'Demo'>, 'parameters': <@a{sv} {}>, 'state': <'Pending'>,"
    " 'group': <''>, 'priority': <0>, 'owner': <'uid:1000'>, 'attempt': <uint32 0>,"
    " 'max_attempts': <uint32 1>, 'created_at': <int64 1795374000000001>%s}";
  g_autofree char *sent = g_strdup_printf (waiting, "");
  g_autofree char *expected = g_strdup_printf (waiting, ", 'output_size': <uint64 0>");
  g_autoptr(HwTask) task = pass_task (sent);

  assert_fields (task, expected);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PENDING);
}

/* What may come for a task that is none, and what is read of it. */
static void
test_answer_json_task_of_a_newer_version (void)
{
  static const char json[] =
    "{\"id\":7,\"seq\":12,\"colour\":\"red\",\"title\":1,\"attempt\":-1,\"done\":1.5,"
    "\"createdAt\":\"yesterday\",\"endedAt\":\"2026-02-30T00:00:00.000000Z\","
    "\"startedAt\":\"2026-11-22T19:00:00Z\",\"exitCode\":4294967296,\"type\":\"demo\"}";
  g_autoptr(GBytes) bytes = g_bytes_new_static (json, strlen (json));
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_answer_json_parse_task (bytes, &error);

  g_assert_no_error (error);
  assert_fields (task, "{'type': <'demo'>}");
}

static void
test_answer_json_list (void)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GBytes) json = NULL;
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(GError) error = NULL;
  guint64 epoch = 0;

  g_ptr_array_add (tasks, make_task (9, "{" ALL_FIELDS "}"));
  g_ptr_array_add (tasks, make_task (8, "{" ALL_FIELDS HIDDEN "}"));
  json = hw_task_json_encode_list (9007199254740991, 15, tasks, 8);
  page = hw_answer_json_parse_list (json, &epoch, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (epoch, ==, 9007199254740991);
  g_assert_cmpuint (page->seq, ==, 15);
  g_assert_cmpuint (page->next, ==, 8);
  g_assert_cmpuint (page->tasks->len, ==, 2);
  g_assert_cmpuint (hw_task_get_id (g_ptr_array_index (page->tasks, 0)), ==, 9);
  g_assert_cmpuint (hw_task_get_id (g_ptr_array_index (page->tasks, 1)), ==, 8);
  assert_fields (g_ptr_array_index (page->tasks, 1), "{" ALL_FIELDS "}");
}

static void
test_answer_json_last_page (void)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new ();
  g_autoptr(GBytes) json = hw_task_json_encode_list (5, 15, tasks, 0);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = hw_answer_json_parse_list (json, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (page->tasks->len, ==, 0);
  g_assert_cmpuint (page->next, ==, 0);
}

/* Test that a page of a hundred tasks can be read although no request may be so large. */
static void
test_answer_json_list_with_long_parameters (void)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GString) text = g_string_new ("{'type': <'command'>, 'parameters': <{'argv': <['x'");
  g_autoptr(GBytes) json = NULL;
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) argv = NULL;

  for (guint i = 1; i < 5000; i++)
    g_string_append (text, ",'x'");
  g_string_append (text, "]>}>}");
  for (guint i = 0; i < 100; i++)
    g_ptr_array_add (tasks, i == 0 ? make_task (1, text->str) : g_object_ref (tasks->pdata[0]));
  json = hw_task_json_encode_list (5, 105, tasks, 0);
  page = hw_answer_json_parse_list (json, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (page->tasks->len, ==, 100);
  argv = g_variant_lookup_value (hw_task_get_field (g_ptr_array_index (page->tasks, 99),
                                                    HW_TASK_FIELD_PARAMETERS),
                                 "argv", G_VARIANT_TYPE_STRING_ARRAY);
  g_assert_cmpuint (g_variant_n_children (argv), ==, 5000);
}

static const HwEventOrigin origin = {
  .epoch = 5, .task_id = 7, .attempt = 2, .type = "checksum", .group = "disk",
  .owner = "uid:1000", .actor = "uid:1001", .at = NOON,
};

/* @event is (transfer full). */
static HwEvent *
pass_event (HwEvent *event)
{
  g_autoptr(GPtrArray) events =
    g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  g_autoptr(GBytes) json = NULL;
  g_autoptr(HwAnswerPoll) poll = NULL;
  g_autoptr(GError) error = NULL;

  g_ptr_array_add (events, event);
  json = hw_task_json_encode_poll (5, 13, 4294967299, FALSE, events);
  poll = hw_answer_json_parse_poll (json, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (poll->epoch, ==, 5);
  g_assert_cmpuint (poll->seq, ==, 13);
  g_assert_cmpuint (poll->rev, ==, 4294967299);
  g_assert_false (poll->has_ended);
  g_assert_cmpuint (poll->events->len, ==, 1);

  return hw_event_ref (g_ptr_array_index (poll->events, 0));
}

/* What is told of a task, and what is read of it. */
typedef struct
{
  const char *claim;
  HwEventKind kind;
  const char *changes;
  const char *read;
} EventRow;

static const EventRow transitions[] = {
  { "added-is-the-whole-task", HW_EVENT_KIND_ADDED, "{" ALL_FIELDS HIDDEN "}",
    "{" ALL_FIELDS "}" },
  { "state", HW_EVENT_KIND_STATE,
    "{'state': <'Processing'>, 'attempt': <uint32 2>, 'started_at': <int64 1795374000000001>}",
    "{'state': <'Processing'>, 'attempt': <uint32 2>, 'started_at': <int64 1795374000000001>}" },
  { "end", HW_EVENT_KIND_STATE,
    "{'state': <'Failed'>, 'result': <'exit-code'>, 'exit_code': <2>, 'output_size': <uint64 3>}",
    "{'state': <'Failed'>, 'result': <'exit-code'>, 'exit_code': <2>, 'output_size': <uint64 3>,"
    " 'attempt': <uint32 2>}" },
  { "pending-again-has-lost-the-attempt", HW_EVENT_KIND_STATE, "{'state': <'Pending'>}",
    "{'state': <'Pending'>, 'attempt': <uint32 2>, 'output_size': <uint64 0>}" },
  { "message", HW_EVENT_KIND_MESSAGE, "{'message': <'Step 1\\n'>}",
    "{'message': <'Step 1\\n'>, 'attempt': <uint32 2>}" },
  { "changed", HW_EVENT_KIND_CHANGED, "{'title': <'New'>}",
    "{'title': <'New'>, 'attempt': <uint32 2>}" },
  { "removed", HW_EVENT_KIND_REMOVED, "@a{sv} {}", "{'attempt': <uint32 2>}" },
};

static void
assert_same_names (GVariant *got,
                   GVariant *expected)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_assert_cmpuint (g_variant_n_children (got), ==, g_variant_n_children (expected));
  g_variant_iter_init (&iter, expected);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autoptr(GVariant) found = g_variant_lookup_value (got, name, NULL);

      g_test_message ("%s", name);
      g_assert_nonnull (found);
      g_assert_cmpvariant (found, value);
    }
}

static void
test_answer_json_transition (gconstpointer test_data)
{
  const EventRow *row = test_data;
  g_autoptr(GVariant) changes = fields (row->changes);
  g_autoptr(GVariant) expected = fields (row->read);
  HwTaskFields *fields = hw_task_fields_new_from_variant (changes);
  g_autoptr(HwEvent) event = pass_event (hw_event_new (row->kind, &origin, 12, fields));

  g_assert_cmpint (hw_event_get_kind (event), ==, row->kind);
  g_assert_cmpuint (hw_event_get_epoch (event), ==, 5);
  g_assert_cmpuint (hw_event_get_seq (event), ==, 12);
  g_assert_cmpuint (hw_event_get_task_id (event), ==, 7);
  g_assert_cmpuint (hw_event_get_attempt (event), ==, 2);
  g_assert_cmpint (hw_event_get_time (event), ==, NOON);
  g_assert_null (hw_event_get_hidden (event));
  assert_same_names (hw_event_get_changes (event), expected);
}

/* Test that who sees a new task knows whose it is. */
static void
test_answer_json_added_has_its_origin (void)
{
  g_autoptr(GVariant) changes = fields ("{" ALL_FIELDS "}");
  HwTaskFields *fields = hw_task_fields_new_from_variant (changes);
  g_autoptr(HwEvent) event = pass_event (hw_event_new (HW_EVENT_KIND_ADDED, &origin, 12, fields));

  g_assert_cmpstr (hw_event_get_task_type (event), ==, "checksum");
  g_assert_cmpstr (hw_event_get_group (event), ==, "disk");
  g_assert_cmpstr (hw_event_get_owner (event), ==, "uid:1000");
}

static void
test_answer_json_progress (void)
{
  g_autoptr(GVariant) levels = fields ("{'progress': <0.42>, 'done': <uint64 42>,"
                                       " 'total': <uint64 100>, 'unit': <'files'>}");
  g_autoptr(GVariant) expected = fields ("{'progress': <0.42>, 'done': <uint64 42>,"
                                         " 'total': <uint64 100>, 'unit': <'files'>,"
                                         " 'attempt': <uint32 2>}");
  HwTaskFields *fields = hw_task_fields_new_from_variant (levels);
  g_autoptr(HwEvent) event = pass_event (hw_event_new_progress (&origin, 4294967297, fields));

  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_PROGRESS);
  g_assert_cmpuint (hw_event_get_seq (event), ==, 0);
  g_assert_cmpuint (hw_event_get_rev (event), ==, 4294967297);
  g_assert_cmpuint (hw_event_get_attempt (event), ==, 2);
  assert_same_names (hw_event_get_changes (event), expected);
}

static void
test_answer_json_held (void)
{
  const HwEventOrigin held = { .epoch = 5, .group = "disk", .at = NOON };
  g_autoptr(HwEvent) event = pass_event (hw_event_new (HW_EVENT_KIND_HELD, &held, 12, NULL));

  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_HELD);
  g_assert_cmpuint (hw_event_get_task_id (event), ==, 0);
  g_assert_cmpstr (hw_event_get_group (event), ==, "disk");
}

static void
test_answer_json_snapshot (void)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(HwEvent) event = NULL;

  g_ptr_array_add (tasks, make_task (7, "{" ALL_FIELDS HIDDEN "}"));
  event = pass_event (hw_event_new_snapshot (5, 12, TRUE, tasks));

  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_SNAPSHOT);
  g_assert_cmpuint (hw_event_get_epoch (event), ==, 5);
  g_assert_cmpuint (hw_event_get_seq (event), ==, 12);
  g_assert_true (hw_event_get_is_reset (event));
  g_assert_cmpuint (hw_event_get_tasks (event)->len, ==, 1);
  assert_fields (g_ptr_array_index (hw_event_get_tasks (event), 0), "{" ALL_FIELDS "}");
}

static void
test_answer_json_heartbeat (void)
{
  g_autoptr(HwEvent) event = pass_event (hw_event_new_heartbeat (5, 12));

  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_HEARTBEAT);
  g_assert_cmpuint (hw_event_get_epoch (event), ==, 5);
  g_assert_cmpuint (hw_event_get_seq (event), ==, 12);
}

static void
test_answer_json_poll_keeps_the_order (void)
{
  g_autoptr(GPtrArray) events =
    g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  g_autoptr(GBytes) json = NULL;
  g_autoptr(HwAnswerPoll) poll = NULL;
  g_autoptr(GError) error = NULL;

  for (guint64 seq = 1; seq <= 3; seq++)
    g_ptr_array_add (events, hw_event_new_heartbeat (5, seq));
  json = hw_task_json_encode_poll (5, 3, 0, TRUE, events);
  poll = hw_answer_json_parse_poll (json, &error);

  g_assert_no_error (error);
  g_assert_true (poll->has_ended);
  g_assert_cmpuint (poll->events->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (hw_event_get_seq (g_ptr_array_index (poll->events, i)), ==, i + 1);
}

static void
test_answer_json_poll_passes_over_unknown_kinds (void)
{
  static const char json[] =
    "{\"epoch\":5,\"seq\":3,\"rev\":0,\"ended\":false,\"events\":["
    "{\"kind\":\"painted\",\"epoch\":5,\"seq\":2,\"colour\":\"red\"},"
    "{\"kind\":\"heartbeat\",\"epoch\":5,\"seq\":3}]}";
  g_autoptr(GBytes) bytes = g_bytes_new_static (json, strlen (json));
  g_autoptr(GError) error = NULL;
  g_autoptr(HwAnswerPoll) poll = hw_answer_json_parse_poll (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (poll->events->len, ==, 1);
}

static void
test_answer_json_link (void)
{
  static const char url[] = "http://127.0.0.1:5031/tasks/42#token=\"%20";
  g_autoptr(GBytes) json = hw_task_json_encode_link (url);
  g_autoptr(GError) error = NULL;
  g_autofree char *read = hw_answer_json_parse_link (json, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (read, ==, url);
}

/* One parameter of each kind, with all that can be said of it. */
static const char type_file[] =
  "[Task]\ntitle=Try\ndescription=It tries.\non-interrupt=requeue\nlocal-only=true\n"
  "[Command]\nargv=true\n"
  "[Parameter string]\ntype=string\nrequired=true\nmin-length=1\nmax-length=9\n"
  "[Parameter choice]\ntype=string\nmax-length=9\nchoices=fast;slow\ndefault=fast\n"
  "[Parameter path]\ntype=path\nmax-length=9\ntitle=File\ndescription=It is read.\n"
  "[Parameter integer]\ntype=integer\nminimum=1\nmaximum=1000\ndefault=5\n"
  "[Parameter number]\ntype=number\nminimum=0.5\ndefault=1\n"
  "[Parameter boolean]\ntype=boolean\ndefault=false\n"
  "[Parameter strings]\ntype=strings\nmin-length=1\nmax-length=9\n"
  "[Parameter environment]\ntype=environment\nmax-length=9\nhidden=true\n";

static void
assert_parameter (const HwParameter *got,
                  const HwParameter *expected)
{
  g_test_message ("%s", expected->name);
  g_assert_cmpstr (got->name, ==, expected->name);
  g_assert_cmpint (got->kind, ==, expected->kind);
  g_assert_cmpstr (got->title, ==, expected->title);
  g_assert_cmpstr (got->description, ==, expected->description);
  g_assert_cmpint (got->is_required, ==, expected->is_required);
  g_assert_cmpint (got->is_hidden, ==, expected->is_hidden);
  g_assert_cmpmem (&got->minimum, sizeof (double), &expected->minimum, sizeof (double));
  g_assert_cmpmem (&got->maximum, sizeof (double), &expected->maximum, sizeof (double));
  g_assert_cmpuint (got->min_length, ==, expected->min_length);
  g_assert_cmpuint (got->max_length, ==, expected->max_length);
  g_assert_cmpint (got->choices != NULL, ==, expected->choices != NULL);
  if (expected->choices != NULL)
    g_assert_true (g_strv_equal ((const char *const *) got->choices,
                                 (const char *const *) expected->choices));
  g_assert_cmpint (got->default_value != NULL, ==, expected->default_value != NULL);
  if (expected->default_value != NULL)
    g_assert_cmpvariant (got->default_value, expected->default_value);
}

static void
test_answer_json_types (void)
{
  g_autoptr(GPtrArray) types = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GError) error = NULL;
  HwTaskType *type = hw_task_type_new_from_data ("try", type_file, strlen (type_file), &error);
  g_autoptr(GPtrArray) read = NULL;
  g_autoptr(GBytes) json = NULL;
  const HwOfferedType *offered;
  GPtrArray *parameters;

  g_assert_no_error (error);
  g_ptr_array_add (types, type);
  json = hw_task_type_json_encode_list (types);
  read = hw_answer_json_parse_types (json, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 1);
  offered = g_ptr_array_index (read, 0);
  g_assert_cmpstr (offered->name, ==, "try");
  g_assert_cmpstr (offered->title, ==, "Try");
  g_assert_cmpstr (offered->description, ==, "It tries.");
  g_assert_true (offered->is_local_only);
  g_assert_true (offered->is_requeued);
  parameters = hw_task_type_get_parameters (type);
  g_assert_cmpuint (offered->parameters->len, ==, parameters->len);
  for (guint i = 0; i < parameters->len; i++)
    assert_parameter (g_ptr_array_index (offered->parameters, i),
                      g_ptr_array_index (parameters, i));
}

static void
test_answer_json_problem (void)
{
  for (guint code = 0; code < HW_N_ERRORS; code++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GError) read = NULL;
      g_autoptr(GBytes) json = NULL;

      hw_error_set_field (&error, (HwError) code, "/parameters/path", "It is %d %%. Wait.", 5);
      json = hw_problem_json_encode (error, 400, "Bad Request");
      read = hw_problem_json_parse (json);

      g_assert_error (read, HW_ERROR, (int) code);
      g_assert_cmpstr (read->message, ==, "It is 5 %. Wait.");
      g_assert_cmpstr (hw_error_get_field (read), ==, "/parameters/path");
    }
}

static void
test_answer_json_problem_without_field (void)
{
  g_autoptr(GError) error = g_error_new (HW_ERROR, HW_ERROR_NOT_FOUND, "There is none. Wait.");
  g_autoptr(GBytes) json = hw_problem_json_encode (error, 404, "Not Found");
  g_autoptr(GError) read = hw_problem_json_parse (json);

  g_assert_error (read, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_null (hw_error_get_field (read));
}

/* Test that an answer that is no problem of ours becomes an error all the same. */
static void
test_answer_json_problem_of_somebody_else (void)
{
  static const char *const answers[] = {
    "", "<html>502</html>", "[]", "{}", "{\"error\":\"painted\"}", "{\"error\":1,\"detail\":[]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr(GBytes) json = g_bytes_new_static (answers[i], strlen (answers[i]));
      g_autoptr(GError) error = hw_problem_json_parse (json);

      g_test_message ("%s", answers[i]);
      g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
    }
}

static void
test_answer_json_request (void)
{
  g_autoptr(HwTaskSpec) spec = hw_task_spec_new ();
  g_autoptr(HwTaskSpec) read = NULL;
  g_autoptr(GBytes) json = NULL;
  g_autoptr(GError) error = NULL;

  spec->type = g_strdup ("command");
  spec->title = g_strdup ("Say “a”");
  spec->priority = -7;
  spec->parameters = fields ("{'argv': <['echo', '\\n\"']>, 'cwd': <'/'>, 'umask': <int64 18>,"
                             " 'env': <{'A': <'b'>}>}");
  json = hw_request_json_encode_task (spec);
  read = hw_request_json_parse_task (g_bytes_get_data (json, NULL), g_bytes_get_size (json),
                                     g_bytes_get_size (json), TRUE, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (read->type, ==, spec->type);
  g_assert_cmpstr (read->title, ==, spec->title);
  g_assert_cmpint (read->priority, ==, spec->priority);
  g_assert_cmpvariant (read->parameters, spec->parameters);
}

static void
test_answer_json_empty_request (void)
{
  g_autoptr(HwTaskSpec) spec = hw_task_spec_new ();
  g_autoptr(HwTaskSpec) read = NULL;
  g_autoptr(GBytes) json = hw_request_json_encode_task (spec);
  g_autoptr(GError) error = NULL;

  read = hw_request_json_parse_task (g_bytes_get_data (json, NULL), g_bytes_get_size (json),
                                     g_bytes_get_size (json), FALSE, &error);

  g_assert_no_error (error);
  g_assert_null (read->type);
  g_assert_null (read->title);
  g_assert_null (read->parameters);
}

/* What is no answer of ours, to any question. */
static const char *const foreign[] = {
  "", "null", "7", "[]", "{}", "{\"id\":7}", "{\"id\":-1,\"seq\":1}", "{\"id\":\"7\",\"seq\":1}",
  "{\"epoch\":5,\"seq\":1}", "{\"epoch\":5,\"seq\":1,\"tasks\":{},\"next\":null}",
  "{\"epoch\":5,\"seq\":1,\"tasks\":[{}],\"next\":null}",
  "{\"epoch\":5,\"seq\":1,\"tasks\":[null],\"next\":null}",
  "{\"epoch\":5,\"seq\":1,\"tasks\":[\"a\"],\"next\":null}",
  "{\"epoch\":5,\"seq\":1,\"tasks\":[[]],\"next\":null}",
  "{\"epoch\":5,\"seq\":1,\"tasks\":[],\"next\":\"0\"}",
  "{\"epoch\":5,\"seq\":1,\"rev\":0,\"ended\":false,\"events\":[{}]}",
  "{\"epoch\":5,\"seq\":1,\"rev\":0,\"ended\":false,\"events\":[{\"kind\":\"state\"}]}",
  ("{\"epoch\":5,\"seq\":1,\"rev\":0,\"ended\":false,"
   "\"events\":[{\"kind\":\"state\",\"task\":7,\"at\":\"2026-11-22T19:00:00.000000Z\"}]}"),
  "{\"epoch\":5,\"seq\":1,\"rev\":0,\"ended\":false,\"events\":[{\"kind\":\"snapshot\"}]}",
  "{\"epoch\":5,\"seq\":1,\"rev\":0,\"ended\":1,\"events\":[]}",
  "{\"taskTypes\":[{\"name\":\"a\"}]}", "{\"url\":7}",
};

static void
test_answer_json_refuses_foreign (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      g_autoptr(GBytes) json = g_bytes_new_static (foreign[i], strlen (foreign[i]));
      GError *errors[5] = { NULL };

      g_test_message ("%s", foreign[i]);
      g_assert_null (hw_answer_json_parse_task (json, &errors[0]));
      g_assert_null (hw_answer_json_parse_list (json, NULL, &errors[1]));
      g_assert_null (hw_answer_json_parse_poll (json, &errors[2]));
      g_assert_null (hw_answer_json_parse_types (json, &errors[3]));
      g_assert_null (hw_answer_json_parse_link (json, &errors[4]));
      for (guint j = 0; j < G_N_ELEMENTS (errors); j++)
        {
          g_assert_error (errors[j], HW_ERROR, HW_ERROR_FAILED);
          g_clear_error (&errors[j]);
        }
    }
}

static void
test_answer_json_is_bounded_in_bytes (void)
{
  gsize size = HW_ANSWER_MAX_LENGTH + 1;
  char *text = g_malloc (size);
  g_autoptr(GBytes) json = NULL;
  g_autoptr(GError) error = NULL;

  memset (text, ' ', size);
  json = g_bytes_new_take (text, size);

  g_assert_null (hw_answer_json_parse_task (json, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
}

static void
test_answer_json_is_bounded_in_values (void)
{
  g_autoptr(GString) text = g_string_new ("{\"id\":7,\"seq\":12,\"colours\":[0");
  g_autoptr(GBytes) json = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < HW_ANSWER_MAX_TOKENS; i++)
    g_string_append (text, ",0");
  g_string_append (text, "]}");
  json = g_bytes_new_static (text->str, text->len);
  g_assert_null (hw_answer_json_parse_task (json, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
}

static void
test_answer_json_about (void)
{
  const HwStoreLimits limits = { .max_age = 3 * G_TIME_SPAN_DAY, .max_tasks = 5 };
  const HwTaskCounts counts = { .n_in_state = { 1, 2, 3, 4 },
                                .ever = { .n_added = 20, .n_completed = 6, .n_failed = 7 } };
  const HwTraffic traffic = { 1, 512, 70, 4, 5, G_GUINT64_CONSTANT (0x100000000), 3000 };
  g_autoptr(GBytes) json = hw_task_json_encode_about ("1", 9, "scope", "Full.", &limits, &counts,
                                                      &traffic);
  g_autoptr(GBytes) older = g_bytes_new_static ("{\"version\":\"1\"}", 15);
  g_autoptr(HwAnswerAbout) about = hw_answer_json_parse_about (json, NULL);
  g_autoptr(HwAnswerAbout) bare = hw_answer_json_parse_about (older, NULL);

  g_assert_cmpstr (about->containment, ==, "scope");
  g_assert_cmpstr (about->hindrance, ==, "Full.");
  g_assert_true (about->has_readiness && about->has_counts && about->has_traffic);
  g_assert_cmpuint (about->keep_days, ==, 3);
  g_assert_cmpuint (about->n_there, ==, 10);
  g_assert_cmpmem (&about->ever, sizeof (about->ever), &counts.ever, sizeof (counts.ever));
  g_assert_cmpmem (&about->traffic, sizeof (about->traffic), &traffic, sizeof (traffic));
  g_assert_false (bare->has_readiness || bare->has_counts || bare->has_traffic);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add_func ("/answer-json/" path, test_answer_json_ ## test)
  ADD ("task/is-whole", task_is_whole);
  ADD ("task/that-waits", task_that_waits);
  ADD ("task/of-a-newer-version", task_of_a_newer_version);
  ADD ("list/goes-on", list);
  ADD ("list/ends", last_page);
  ADD ("list/with-long-parameters", list_with_long_parameters);
  for (gsize i = 0; i < G_N_ELEMENTS (transitions); i++)
    {
      g_autofree char *path = g_strdup_printf ("/answer-json/event/%s", transitions[i].claim);

      g_test_add_data_func (path, &transitions[i], test_answer_json_transition);
    }
  ADD ("event/added-has-its-origin", added_has_its_origin);
  ADD ("event/progress", progress);
  ADD ("event/held", held);
  ADD ("event/snapshot", snapshot);
  ADD ("event/heartbeat", heartbeat);
  ADD ("poll/keeps-the-order", poll_keeps_the_order);
  ADD ("poll/passes-over-unknown-kinds", poll_passes_over_unknown_kinds);
  ADD ("link", link);
  ADD ("types", types);
  ADD ("problem/is-the-error-it-was", problem);
  ADD ("problem/without-field", problem_without_field);
  ADD ("problem/of-somebody-else", problem_of_somebody_else);
  ADD ("request/is-read-back", request);
  ADD ("request/may-be-empty", empty_request);
  ADD ("refuses-what-is-no-answer", refuses_foreign);
  ADD ("is-bounded/in-bytes", is_bounded_in_bytes);
  ADD ("is-bounded/in-values", is_bounded_in_values);
  ADD ("about", about);
#undef ADD

  return g_test_run ();
}
