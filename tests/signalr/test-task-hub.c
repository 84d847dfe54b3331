/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-hub-connection.h"
#include "hw-hub-record.h"
#include "hw-json-variant.h"
#include "hw-task-hub.h"
#include "hw-test-house.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

/* A queue on fakes, and a client of the hub whose bytes are the test's. Separators are
 * written as bars.
 */
typedef struct
{
  HwTestHouse *house;
  HwHubHandler *handler;
  HwHubConnection *connection;
  GString *output;
} Fixture;

static void
on_connection_output (GBytes  *records,
                      gpointer user_data)
{
  Fixture *fixture = user_data;
  gsize length;
  const char *data = g_bytes_get_data (records, &length);

  for (gsize i = 0; i < length; i++)
    g_string_append_c (fixture->output, data[i] == HW_HUB_RECORD_SEPARATOR ? '|' : data[i]);
}

static void
on_connection_closed (gboolean is_clean,
                      gpointer user_data)
{
}

static void
on_connection_wants_input (gpointer user_data)
{
}

static const HwHubConnectionOwner owner = {
  .output = on_connection_output,
  .closed = on_connection_closed,
  .wants_input = on_connection_wants_input,
};

static void
feed (Fixture    *fixture,
      const char *text)
{
  g_autofree char *bytes = g_strdelimit (g_strdup (text), "|", HW_HUB_RECORD_SEPARATOR);

  hw_hub_connection_feed (fixture->connection, bytes, strlen (bytes), 1);
  hw_await_quiet ();
}

/* Lets somebody connect instead of whoever was there. */
static void
connect_as (Fixture     *fixture,
            HwPrincipal *principal)
{
  if (fixture->connection != NULL)
    {
      hw_hub_connection_abort (fixture->connection);
      hw_await_quiet ();
      g_assert_finalize_object (g_steal_pointer (&fixture->connection));
    }

  fixture->connection = hw_hub_connection_new (fixture->handler, principal, 1);
  hw_hub_connection_set_owner (fixture->connection, &owner, fixture);
  feed (fixture, "{\"protocol\":\"json\",\"version\":1}|");
  g_assert_cmpstr (fixture->output->str, ==, "{}|");
  g_string_truncate (fixture->output, 0);
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (1);
  hw_test_house_open (fixture->house);
  fixture->handler = hw_task_hub_new (fixture->house->queue);
  fixture->output = g_string_new (NULL);
  connect_as (fixture, fixture->house->owner);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_hub_connection_abort (fixture->connection);
  hw_fake_clock_advance (fixture->house->clock, SECOND);
  hw_await_quiet ();
  g_assert_finalize_object (g_steal_pointer (&fixture->connection));
  g_assert_finalize_object (g_steal_pointer (&fixture->handler));
  hw_test_house_free (fixture->house);
  g_string_free (fixture->output, TRUE);
}

static void
invoke (Fixture    *fixture,
        const char *target,
        const char *arguments)
{
  g_autofree char *record = g_strdup_printf ("{\"type\":1,\"invocationId\":\"c\",\"target\":\"%s\","
                                             "\"arguments\":[%s]}|", target, arguments);

  feed (fixture, record);
}

static void
open_stream (Fixture    *fixture,
             const char *target,
             const char *arguments)
{
  g_autofree char *record = g_strdup_printf ("{\"type\":4,\"invocationId\":\"s\",\"target\":\"%s\","
                                             "\"arguments\":[%s]}|", target, arguments);

  feed (fixture, record);
}

/* Opens a stream that takes the epoch in the middle of its arguments. */
static void
open_watch (Fixture    *fixture,
            const char *target,
            const char *first,
            guint64     epoch,
            guint64     after)
{
  g_autofree char *arguments = g_strdup_printf ("%s,%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT,
                                                first, epoch, after);

  open_stream (fixture, target, arguments);
}

static guint64
get_epoch (Fixture *fixture)
{
  return hw_task_queue_get_epoch (fixture->house->queue);
}

#define RESULT(json) "{\"type\":3,\"invocationId\":\"c\",\"result\":" json "}|"
#define ERROR(text) "{\"type\":3,\"invocationId\":\"c\",\"error\":\"" text "\"}|"
#define NOT_INVOKED(method, text) \
  ERROR ("Failed to invoke '" method "' due to an error on the server. HubException: " text)
#define FAILED(method, text) \
  ERROR ("An unexpected error occurred invoking '" method "' on the server. HubException: " text)

#define NO_TASK(id) "There is no task " id ". Look at the list of tasks for the numbers there are."

#define assert_said(fixture, text) \
  G_STMT_START { \
    g_assert_cmpstr ((fixture)->output->str, ==, text); \
    g_string_truncate ((fixture)->output, 0); \
  } G_STMT_END

/* Tells the records since the last time, each by one word: of an item its kind, or its
 * state if it is one of those, of the end `end`, or whole.
 */
static char *
tell (Fixture *fixture)
{
  g_auto(GStrv) records = g_strsplit (fixture->output->str, "|", -1);
  g_autoptr(GString) told = g_string_new (NULL);

  for (guint i = 0; records[i] != NULL && *records[i] != '\0'; i++)
    {
      g_autoptr(GVariant) record =
        hw_json_variant_parse (records[i], strlen (records[i]), G_MAXSIZE, NULL);
      g_autoptr(GVariant) item = g_variant_lookup_value (record, "item", G_VARIANT_TYPE_VARDICT);
      const char *word = "end";

      if (item != NULL && !g_variant_lookup (item, "kind", "&s", &word))
        word = "output";
      if (item != NULL && g_str_equal (word, "state"))
        g_variant_lookup (item, "state", "&s", &word);
      g_string_append_printf (told, "%s%s", i > 0 ? " " : "", word);
    }
  g_string_truncate (fixture->output, 0);

  return g_strdup (told->str);
}

#define assert_told(fixture, words) \
  G_STMT_START { \
    g_autofree char *told = tell (fixture); \
    g_assert_cmpstr (told, ==, words); \
  } G_STMT_END

/* A call, and how it is answered. There is one task, 1, which runs, and it is the
 * owner's, who calls.
 */
typedef struct
{
  const char *claim;
  const char *target;
  const char *arguments;
  const char *answer;
} CallRow;

static const CallRow calls[] = {
  { "add", "AddTask", "\"demo\",{\"steps\":3},null", RESULT ("2") },
  { "add-in-any-case", "addtask", "\"demo\",{},null", RESULT ("2") },
  { "add-without-type", "AddTask", "null,null,null", RESULT ("2") },
  { "add-with-options", "AddTask", "\"demo\",null,{\"title\":\"Mine\",\"priority\":5}",
    RESULT ("2") },
  { "add-of-unknown-type", "AddTask", "\"nonsense\",{},null",
    FAILED ("AddTask", "There is no task type “nonsense”. Ask for the list of task types, and take "
            "one of those.") },
  { "add-of-local-type", "AddTask", "\"command\",{\"argv\":[\"true\"]},null",
    FAILED ("AddTask", "“command” runs any program, so it is taken over the Unix socket and the bus "
            "only. Add the task from a shell on this machine, or take another type.") },
  { "add-with-unknown-option", "AddTask", "\"demo\",{},{\"type\":\"demo\"}",
    FAILED ("AddTask", "There is no member “type” in such a request. Send only “title”, "
            "“priority”, “timeout”, “idempotencyKey”.") },
  { "add-with-key", "AddTask", "\"demo\",{},{\"idempotencyKey\":\"k\"}", RESULT ("2") },
  { "add-with-wrong-key", "AddTask", "\"demo\",{},{\"idempotencyKey\":\"\"}",
    FAILED ("AddTask", "An idempotency key has 1 to 255 printable ASCII characters. Take a random "
            "number, such as a UUID, and the same one when you ask again.") },
  { "add-with-array-as-parameters", "AddTask", "\"demo\",[],null",
    NOT_INVOKED ("AddTask", "Argument 2, “parameters”, must be an object or null.") },
  { "add-with-number-as-type", "AddTask", "5,{},null",
    NOT_INVOKED ("AddTask", "Argument 1, “type”, must be a text or null.") },
  { "add-with-too-few-arguments", "AddTask", "\"demo\"",
    NOT_INVOKED ("AddTask", "AddTask takes 3 arguments, and was called with 1. "
                 "Call AddTask(type, parameters, options).") },
  { "add-with-too-many-arguments", "AddTask", "\"demo\",{},null,1",
    NOT_INVOKED ("AddTask", "AddTask takes 3 arguments, and was called with 4. "
                 "Call AddTask(type, parameters, options).") },
  { "cancel", "CancelTask", "1", RESULT ("null") },
  { "cancel-with-force", "CancelTask", "1,{\"now\":true}", RESULT ("null") },
  { "cancel-with-null", "CancelTask", "1,null", RESULT ("null") },
  { "cancel-with-unknown-option", "CancelTask", "1,{\"soon\":true}",
    FAILED ("CancelTask", "There is no member “soon” in such a request. Send only “now”.") },
  { "cancel-with-a-truth", "CancelTask", "1,true",
    NOT_INVOKED ("CancelTask", "Argument 2, “options”, must be an object or null.") },
  { "cancel-with-too-many-arguments", "CancelTask", "1,null,null",
    NOT_INVOKED ("CancelTask", "CancelTask takes 2 arguments, and was called with 3. "
                 "Call CancelTask(id[, options]).") },
  { "cancel-of-nothing", "CancelTask", "",
    NOT_INVOKED ("CancelTask", "CancelTask takes 2 arguments, and was called with 0. "
                 "Call CancelTask(id[, options]).") },
  { "pause", "PauseTask", "1", RESULT ("null") },
  { "pause-of-unknown-task", "PauseTask", "9", FAILED ("PauseTask", NO_TASK ("9")) },
  { "pause-of-a-text", "PauseTask", "\"1\"",
    NOT_INVOKED ("PauseTask", "Argument 1, “id”, must be a whole number that is not below 0.") },
  { "resume", "ResumeTask", "1", RESULT ("null") },
  { "resume-of-unknown-task", "ResumeTask", "9", FAILED ("ResumeTask", NO_TASK ("9")) },
  { "cancel-of-unknown-task", "CancelTask", "9",
    FAILED ("CancelTask", NO_TASK ("9")) },
  { "cancel-of-a-text", "CancelTask", "\"1\"",
    NOT_INVOKED ("CancelTask", "Argument 1, “id”, must be a whole number that is not below 0.") },
  { "cancel-of-a-fraction", "CancelTask", "1.5",
    NOT_INVOKED ("CancelTask", "Argument 1, “id”, must be a whole number that is not below 0.") },
  { "cancel-of-a-negative-number", "CancelTask", "-1",
    NOT_INVOKED ("CancelTask", "Argument 1, “id”, must be a whole number that is not below 0.") },
  { "cancel-of-null", "CancelTask", "null",
    NOT_INVOKED ("CancelTask", "Argument 1, “id”, must be a whole number that is not below 0.") },
  { "retry-of-a-task-that-runs", "RetryTask", "1",
    FAILED ("RetryTask", "Task 1 is Processing, and only a task that has failed is retried. "
            "Add it again to run it once more.") },
  { "retry-of-unknown-task", "RetryTask", "9", FAILED ("RetryTask", NO_TASK ("9")) },
  { "retry-of-a-text", "RetryTask", "\"1\"",
    NOT_INVOKED ("RetryTask", "Argument 1, “id”, must be a whole number that is not below 0.") },
  { "subscribe-to-unknown-task", "Subscribe", "9",
    FAILED ("Subscribe", NO_TASK ("9")) },
  { "unsubscribe-from-nothing", "Unsubscribe", "9", RESULT ("null") },
  { "unknown-method", "PaintTask", "1", NOT_INVOKED ("PaintTask", "Method does not exist.") },
};

static void
test_task_hub_call (Fixture      *fixture,
                    gconstpointer test_data)
{
  const CallRow *row = test_data;

  hw_test_house_submit (fixture->house, "noop");
  invoke (fixture, row->target, row->arguments);

  assert_said (fixture, row->answer);
}

static void
test_task_hub_add_says_what_was_asked_for (Fixture      *fixture,
                                           gconstpointer test_data)
{
  g_autoptr(HwTask) task = NULL;

  invoke (fixture, "AddTask", "\"demo\",{\"steps\":3},{\"title\":\"Mine\",\"priority\":5,"
          "\"timeout\":90}");
  task = hw_test_house_get (fixture->house, 1);

  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_TITLE), ==, "Mine");
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_OWNER), ==, "token:owner");
  g_assert_cmpint (hw_task_get_priority (task), ==, 5);
  g_assert_cmpuint (g_variant_get_uint64 (hw_task_get_field (task, HW_TASK_FIELD_TIMEOUT)), ==, 90);
}

static void
test_task_hub_add_locally (Fixture      *fixture,
                           gconstpointer test_data)
{
  connect_as (fixture, fixture->house->local);
  invoke (fixture, "AddTask", "\"command\",{\"argv\":[\"true\"]},null");

  assert_said (fixture, RESULT ("1"));
}

static void
test_task_hub_cancel_of_somebody_else (Fixture      *fixture,
                                       gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  connect_as (fixture, fixture->house->guest);
  invoke (fixture, "CancelTask", "1");

  assert_said (fixture, FAILED ("CancelTask", NO_TASK ("1")));
}

/* Test that each verb of the hub asks the runner for just that. */
static void
test_task_hub_controls (Fixture      *fixture,
                        gconstpointer test_data)
{
  g_autofree char *asked = NULL;

  hw_test_house_submit (fixture->house, "noop");
  invoke (fixture, "PauseTask", "1");
  invoke (fixture, "ResumeTask", "1");
  invoke (fixture, "CancelTask", "1");
  invoke (fixture, "CancelTask", "1,{\"now\":true}");

  asked = hw_fake_runner_take_calls (fixture->house->runner);
  g_assert_cmpstr (asked, ==, "start 1/1, pause 1/1, resume 1/1, stop 1/1, kill 1/1");
}

static void
test_task_hub_retry (Fixture      *fixture,
                     gconstpointer test_data)
{
  g_autofree char *story = NULL;

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (fixture->house, "noop");
  g_object_unref (hw_test_house_try_cancel (fixture->house, fixture->house->owner, 3, NULL));
  invoke (fixture, "RetryTask", "3");
  assert_said (fixture, RESULT ("null"));

  story = hw_test_house_tell (fixture->house, 3);
  g_assert_cmpstr (story, ==, "added Failed/0(canceled) Pending/0");
}

static void
test_task_hub_retry_of_somebody_else (Fixture      *fixture,
                                      gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  connect_as (fixture, fixture->house->guest);
  invoke (fixture, "RetryTask", "1");

  assert_said (fixture, FAILED ("RetryTask", NO_TASK ("1")));
}

static void
test_task_hub_subscribe_tells_at_once (Fixture      *fixture,
                                       gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  invoke (fixture, "Subscribe", "1");

  g_assert_true (g_str_has_prefix (fixture->output->str, RESULT ("null")));
  g_assert_nonnull (strstr (fixture->output->str, "{\"type\":1,\"target\":\"TaskUpdated\","
                            "\"arguments\":[{\"id\":1,\"type\":\"noop\","));
}

static void
test_task_hub_subscribe_tells_each_change (Fixture      *fixture,
                                           gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  invoke (fixture, "Subscribe", "1");
  g_string_truncate (fixture->output, 0);

  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();
  g_assert_nonnull (strstr (fixture->output->str, "\"state\":\"Completed\""));
}

/* Test that a heartbeat, which is no change, is not told as one. */
static void
test_task_hub_subscribe_tells_nothing_else (Fixture      *fixture,
                                            gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  invoke (fixture, "Subscribe", "1");
  g_string_truncate (fixture->output, 0);

  hw_fake_clock_advance (fixture->house->clock, 20 * SECOND);
  hw_await_quiet ();
  assert_said (fixture, "");
}

static void
test_task_hub_unsubscribe (Fixture      *fixture,
                           gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  invoke (fixture, "Subscribe", "1");
  invoke (fixture, "Unsubscribe", "1");
  g_string_truncate (fixture->output, 0);

  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();
  assert_said (fixture, "");
}

/* Test that who subscribes to one task after the other and never lets go is served: a
 * subscription ends with its task.
 */
static void
test_task_hub_subscriptions_end_with_their_tasks (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  for (guint i = 1; i <= 100; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      hw_test_house_submit (fixture->house, "noop");
      invoke (fixture, "Subscribe", id);
      hw_fake_runner_succeed (fixture->house->runner, i);
      hw_await_quiet ();
    }

  g_assert_null (strstr (fixture->output->str, "error\":\""));
}

static void
test_task_hub_watch_task_from_the_beginning (Fixture      *fixture,
                                             gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  open_watch (fixture, "WatchTask", "1", 0, 0);
  assert_told (fixture, "added Processing");

  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();
  assert_told (fixture, "Completed end");
}

static void
test_task_hub_watch_task_after_its_end (Fixture      *fixture,
                                        gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();

  open_watch (fixture, "WatchTask", "1", 0, 0);
  assert_told (fixture, "added Processing Completed end");
}

static void
test_task_hub_watch_task_goes_on (Fixture      *fixture,
                                  gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();

  open_watch (fixture, "WatchTask", "1", get_epoch (fixture), 2);
  assert_told (fixture, "Completed end");
}

static void
test_task_hub_watch_task_of_another_epoch (Fixture      *fixture,
                                           gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  open_watch (fixture, "WatchTask", "1", get_epoch (fixture) + 1, 2);

  g_assert_nonnull (strstr (fixture->output->str, "\"reset\":true"));
  assert_told (fixture, "snapshot");
}

static void
test_task_hub_watch_task_that_is_none (Fixture      *fixture,
                                       gconstpointer test_data)
{
  open_watch (fixture, "WatchTask", "9", 0, 0);

  assert_said (fixture, "{\"type\":3,\"invocationId\":\"s\",\"error\":\"An error occurred on the "
               "server while streaming results. HubException: " NO_TASK ("9") "\"}|");
}

static void
test_task_hub_watch_task_0 (Fixture      *fixture,
                            gconstpointer test_data)
{
  open_watch (fixture, "WatchTask", "0", 0, 0);

  assert_said (fixture, "{\"type\":3,\"invocationId\":\"s\",\"error\":\"Failed to invoke "
               "'WatchTask' due to an error on the server. HubException: Argument 1, “id”, must "
               "be the number of a task.\"}|");
}

static void
test_task_hub_watch_tasks_begins_with_a_snapshot (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  open_watch (fixture, "WatchTasks", "null", 0, 0);
  g_assert_nonnull (strstr (fixture->output->str, "\"tasks\":[{\"id\":1,"));
  assert_told (fixture, "snapshot");

  hw_test_house_submit (fixture->house, "demo");
  assert_told (fixture, "added");
}

static void
test_task_hub_watch_tasks_goes_on (Fixture      *fixture,
                                   gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  open_watch (fixture, "WatchTasks", "null", get_epoch (fixture), 1);

  assert_told (fixture, "Processing");
}

static void
test_task_hub_watch_tasks_of_a_type (Fixture      *fixture,
                                     gconstpointer test_data)
{
  open_watch (fixture, "WatchTasks", "{\"type\":\"demo\"}", 0, 0);
  assert_told (fixture, "snapshot");

  hw_test_house_submit (fixture->house, "noop");
  assert_told (fixture, "");
  hw_test_house_submit (fixture->house, "demo");
  assert_told (fixture, "added");
}

static void
test_task_hub_watch_tasks_of_others (Fixture      *fixture,
                                     gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  connect_as (fixture, fixture->house->guest);
  open_watch (fixture, "WatchTasks", "null", 0, 0);

  g_assert_nonnull (strstr (fixture->output->str, "\"tasks\":[]"));
}

static void
test_task_hub_watch_tasks_by_what_changes (Fixture      *fixture,
                                           gconstpointer test_data)
{
  open_watch (fixture, "WatchTasks", "{\"state\":\"Failed\"}", 0, 0);

  g_assert_nonnull (strstr (fixture->output->str, "There is no member “state” in such a request."));
}

static void
test_task_hub_cancelled_watch_is_silent (Fixture      *fixture,
                                         gconstpointer test_data)
{
  open_watch (fixture, "WatchTasks", "null", 0, 0);
  feed (fixture, "{\"type\":5,\"invocationId\":\"s\"}|");
  assert_told (fixture, "snapshot end");

  hw_test_house_submit (fixture->house, "noop");
  assert_told (fixture, "");
}

static void
test_task_hub_read_log_to_the_end (Fixture      *fixture,
                                   gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  hw_fake_output_append (fixture->house->output, 1, 1, "Hello");
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();

  open_stream (fixture, "ReadLog", "1,1,1");
  assert_said (fixture,
               "{\"type\":2,\"invocationId\":\"s\",\"item\":{\"offset\":1,\"data\":\"ZWxsbw==\"}}|"
               "{\"type\":3,\"invocationId\":\"s\"}|");
}

static void
test_task_hub_read_log_follows (Fixture      *fixture,
                                gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  hw_fake_output_append (fixture->house->output, 1, 1, "He");
  open_stream (fixture, "ReadLog", "1,0,0");
  assert_told (fixture, "output");

  hw_fake_output_append (fixture->house->output, 1, 1, "llo");
  hw_fake_clock_advance (fixture->house->clock, SECOND);
  hw_await_quiet ();
  assert_said (fixture, "{\"type\":2,\"invocationId\":\"s\","
               "\"item\":{\"offset\":2,\"data\":\"bGxv\"}}|");

  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();
  hw_fake_clock_advance (fixture->house->clock, SECOND);
  hw_await_quiet ();
  assert_told (fixture, "end");
}

static void
test_task_hub_read_log_skips (Fixture      *fixture,
                              gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  hw_fake_output_append (fixture->house->output, 1, 1, "Hello");
  hw_fake_output_drop (fixture->house->output, 1, 1, 1, 4);
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();

  open_stream (fixture, "ReadLog", "1,1,0");
  assert_said (fixture,
               "{\"type\":2,\"invocationId\":\"s\",\"item\":{\"offset\":0,\"data\":\"SA==\"}}|"
               "{\"type\":2,\"invocationId\":\"s\",\"item\":{\"skip\":{\"from\":1,\"to\":4}}}|"
               "{\"type\":2,\"invocationId\":\"s\",\"item\":{\"offset\":4,\"data\":\"bw==\"}}|"
               "{\"type\":3,\"invocationId\":\"s\"}|");
}

static void
test_task_hub_read_log_of_somebody_else (Fixture      *fixture,
                                         gconstpointer test_data)
{
  hw_test_house_submit (fixture->house, "noop");
  connect_as (fixture, fixture->house->guest);
  open_stream (fixture, "ReadLog", "1,0,0");

  assert_said (fixture, "{\"type\":3,\"invocationId\":\"s\",\"error\":\"An error occurred on the "
               "server while streaming results. HubException: " NO_TASK ("1") "\"}|");
}

#define ADD(path, function) \
  g_test_add ("/task-hub/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autofree char *path = g_strdup_printf ("/task-hub/call/%s", calls[i].claim);

      g_test_add (path, Fixture, &calls[i], set_up, test_task_hub_call, tear_down);
    }
  ADD ("add/says-what-was-asked-for", test_task_hub_add_says_what_was_asked_for);
  ADD ("add/locally", test_task_hub_add_locally);
  ADD ("cancel/of-somebody-else", test_task_hub_cancel_of_somebody_else);
  ADD ("controls/are-asked-of-the-runner", test_task_hub_controls);
  ADD ("retry/brings-a-task-back", test_task_hub_retry);
  ADD ("retry/of-somebody-else", test_task_hub_retry_of_somebody_else);
  ADD ("subscribe/tells-at-once", test_task_hub_subscribe_tells_at_once);
  ADD ("subscribe/tells-each-change", test_task_hub_subscribe_tells_each_change);
  ADD ("subscribe/tells-nothing-else", test_task_hub_subscribe_tells_nothing_else);
  ADD ("subscribe/ends-with-unsubscribe", test_task_hub_unsubscribe);
  ADD ("subscribe/ends-with-the-task", test_task_hub_subscriptions_end_with_their_tasks);
  ADD ("watch-task/from-the-beginning", test_task_hub_watch_task_from_the_beginning);
  ADD ("watch-task/after-its-end", test_task_hub_watch_task_after_its_end);
  ADD ("watch-task/goes-on", test_task_hub_watch_task_goes_on);
  ADD ("watch-task/of-another-epoch", test_task_hub_watch_task_of_another_epoch);
  ADD ("watch-task/that-is-none", test_task_hub_watch_task_that_is_none);
  ADD ("watch-task/number-0", test_task_hub_watch_task_0);
  ADD ("watch-tasks/begins-with-a-snapshot", test_task_hub_watch_tasks_begins_with_a_snapshot);
  ADD ("watch-tasks/goes-on", test_task_hub_watch_tasks_goes_on);
  ADD ("watch-tasks/of-a-type", test_task_hub_watch_tasks_of_a_type);
  ADD ("watch-tasks/of-others", test_task_hub_watch_tasks_of_others);
  ADD ("watch-tasks/by-what-changes", test_task_hub_watch_tasks_by_what_changes);
  ADD ("watch-tasks/cancelled-is-silent", test_task_hub_cancelled_watch_is_silent);
  ADD ("read-log/to-the-end", test_task_hub_read_log_to_the_end);
  ADD ("read-log/follows", test_task_hub_read_log_follows);
  ADD ("read-log/what-was-dropped-is-a-skip", test_task_hub_read_log_skips);
  ADD ("read-log/of-somebody-else", test_task_hub_read_log_of_somebody_else);

  return g_test_run ();
}
