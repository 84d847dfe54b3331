/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-await.h"
#include "hw-error.h"

#include <string.h>

/* How many requests hang up at once, in a test of hanging up. */
#define N_HANG_UPS 20

/* A request that is refused, and the whole answer. */
typedef struct
{
  const char *claim;
  const char *target;
  const char *body;
  guint status;
  const char *text;
} Row;

#define PROBLEM(title, status, error, detail, more) \
  "{\"type\":\"about:blank\",\"title\":\"" title "\",\"status\":" status \
  ",\"error\":\"" error "\",\"detail\":\"" detail "\"" more "}"
#define FIELD(pointer) ",\"field\":\"" pointer "\""

static const Row refusals[] = {
  { "no-json", "POST /api/v1/tasks", "{\"type\" \"demo\"}", 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "The JSON text is not valid at byte 8: a colon should stand here. "
             "Send it without this fault.", "") },
  { "no-body", "POST /api/v1/tasks", NULL, 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "The JSON text is not valid at byte 0: a value should stand here. "
             "Send it without this fault.", "") },
  { "no-type", "POST /api/v1/tasks", "{}", 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "“type” is missing. Send the name of a task type.", FIELD ("/type")) },
  { "unknown-member", "POST /api/v1/tasks", "{\"type\": \"demo\", \"colour\": \"red\"}", 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "There is no member “colour” in such a request. Send only “type”, “title”, "
             "“parameters”, “priority”, “timeout”.", FIELD ("/colour")) },
  { "unknown-type", "POST /api/v1/tasks", "{\"type\": \"nonsense\"}", 400,
    PROBLEM ("Bad Request", "400", "unknown-type",
             "There is no task type “nonsense”. Ask for the list of task types, and take one of "
             "those.", FIELD ("/type")) },
  { "missing-parameter", "POST /api/v1/tasks", "{\"type\": \"checksum\"}", 400,
    PROBLEM ("Bad Request", "400", "invalid-parameter", "…", FIELD ("/parameters/path")) },
  { "parameter-of-another-kind", "POST /api/v1/tasks",
    "{\"type\": \"checksum\", \"parameters\": {\"path\": 7}}", 400,
    PROBLEM ("Bad Request", "400", "invalid-parameter", "…", FIELD ("/parameters/path")) },
  { "unknown-parameter", "POST /api/v1/tasks",
    "{\"type\": \"checksum\", \"parameters\": {\"path\": \"/x\", \"colour\": 1}}", 400,
    PROBLEM ("Bad Request", "400", "invalid-parameter", "…", FIELD ("/parameters/colour")) },
  { "nul-in-a-parameter", "POST /api/v1/tasks",
    "{\"type\": \"checksum\", \"parameters\": {\"path\": \"/x\\u0000y\"}}", 400,
    PROBLEM ("Bad Request", "400", "invalid-request", "…", FIELD ("/parameters/path")) },
  { "bad-body-to-add-task", "POST /add-task", "[]", 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "The request must be a JSON object. Send one, such as {\\\"type\\\": …}.", "") },
  { "query-of-add-task", "POST /add-task?type=demo", NULL, 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "The query has “type”, which means nothing here. It may have: nothing.", "") },
  { "no-such-task", "GET /api/v1/tasks/7", NULL, 404,
    PROBLEM ("Not Found", "404", "not-found",
             "There is no task 7. Look at the list of tasks for the numbers there are.", "") },
  { "no-such-task-to-cancel", "POST /api/v1/tasks/7/cancel", NULL, 404,
    PROBLEM ("Not Found", "404", "not-found",
             "There is no task 7. Look at the list of tasks for the numbers there are.", "") },
  { "no-such-task-to-pause", "POST /api/v1/tasks/7/pause", NULL, 404,
    PROBLEM ("Not Found", "404", "not-found",
             "There is no task 7. Look at the list of tasks for the numbers there are.", "") },
  { "no-such-task-to-resume", "POST /api/v1/tasks/7/resume", NULL, 404,
    PROBLEM ("Not Found", "404", "not-found",
             "There is no task 7. Look at the list of tasks for the numbers there are.", "") },
  { "cancel-that-says-nonsense", "POST /api/v1/tasks/7/cancel", "{\"now\": 1}", 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "“now” must be true or false. Send that, or leave it out.", FIELD ("/now")) },
  { "no-time-at-all", "POST /api/v1/tasks", "{\"type\": \"demo\", \"timeout\": 0}", 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "The timeout must be a number of seconds that is above 0. Send that, or leave it "
             "out.", FIELD ("/timeout")) },
  { "fraction-of-a-second", "POST /api/v1/tasks", "{\"type\": \"demo\", \"timeout\": 1.5}", 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "“timeout” must be a whole number without quotes. Send that, or leave it out.",
             FIELD ("/timeout")) },
  { "timeout-of-years", "POST /api/v1/tasks", "{\"type\": \"demo\", \"timeout\": 99999999}", 400,
    PROBLEM ("Bad Request", "400", "invalid-request", "…", FIELD ("/timeout")) },
  { "no-such-task-to-retry", "POST /api/v1/tasks/7/retry", NULL, 404,
    PROBLEM ("Not Found", "404", "not-found",
             "There is no task 7. Look at the list of tasks for the numbers there are.", "") },
  { "query-of-retry", "POST /api/v1/tasks/7/retry?force=1", NULL, 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "The query has “force”, which means nothing here. It may have: nothing.", "") },
  { "retry-that-says-something", "POST /api/v1/tasks/7/retry", "{\"force\": 1}", 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "There is no member “force” in such a request. Send none.", FIELD ("/force")) },
  { "pause-that-is-no-object", "POST /api/v1/tasks/7/pause", "[]", 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "Such a request says nothing. Send it without a body, or with {}.", "") },
  { "resume-that-says-nothing", "POST /api/v1/tasks/7/resume", "{}", 404,
    PROBLEM ("Not Found", "404", "not-found",
             "There is no task 7. Look at the list of tasks for the numbers there are.", "") },
  { "no-such-task-to-read", "GET /api/v1/tasks/7/log", NULL, 404,
    PROBLEM ("Not Found", "404", "not-found",
             "There is no task 7. Look at the list of tasks for the numbers there are.", "") },
  { "bad-number", "GET /api/v1/tasks/07", NULL, 404,
    PROBLEM ("Not Found", "404", "not-found",
             "There is nothing at this address. Look at “/api/v1/tasks” for the tasks and at "
             "“/api/v1/task-types” for their types.", "") },
  { "bad-state", "GET /api/v1/tasks?state=Running", NULL, 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "“state” in the query must be Pending, Processing, Completed or Failed. Send one "
             "of those, or leave it out.", "") },
  { "bad-offset", "GET /api/v1/tasks/1/log?offset=-1", NULL, 400,
    PROBLEM ("Bad Request", "400", "invalid-request",
             "“offset” in the query must be a whole number from 0 to 9007199254740992. Send "
             "that, or leave it out.", "") },
  { "wrong-method", "PUT /api/v1/tasks/7", NULL, 405,
    PROBLEM ("Method Not Allowed", "405", "invalid-request",
             "This address does not have this method. Use GET, HEAD, DELETE.", "") },
};

/* Compares, where @pattern may leave one sentence open by an ellipsis: another part of
 * the house has its words. */
static void
assert_text (const char *text,
             const char *pattern)
{
  g_auto(GStrv) parts = g_strsplit (pattern, "\"…\"", 2);

  if (parts[1] == NULL)
    {
      g_assert_cmpstr (text, ==, pattern);
      return;
    }

  g_assert_true (g_str_has_prefix (text, parts[0]));
  g_assert_true (g_str_has_suffix (text, parts[1]));
}

static void
test_task_api_refuses (HttpHouse    *house,
                       gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(HttpAnswer) answer = http_house_ask (house, row->target, BY_OWNER, row->body);

  g_assert_cmpuint (answer->status, ==, row->status);
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "application/problem+json");
  assert_text (answer->text, row->text);
  g_assert_cmpuint (hw_memory_store_get_n_calls (house->house->store, HW_MEMORY_STORE_COMMIT),
                    ==, 0);
}

/* Every address, and what may be done there. */
static const struct
{
  const char *path;
  const char *allow;
} methods[] = {
  { "/", "GET, HEAD" },
  { "/healthz", "GET, HEAD" },
  { "/readyz", "GET, HEAD" },
  { "/metrics", "GET, HEAD" },
  { "/add-task", "POST" },
  { "/api/v1/session", "GET, HEAD, POST" },
  { "/api/v1/tasks", "GET, HEAD, POST" },
  { "/api/v1/tasks/1", "GET, HEAD, DELETE" },
  { "/api/v1/tasks/1/log", "GET, HEAD" },
  { "/api/v1/tasks/1/cancel", "POST" },
  { "/api/v1/tasks/1/retry", "POST" },
  { "/api/v1/tasks/1/pause", "POST" },
  { "/api/v1/tasks/1/resume", "POST" },
  { "/api/v1/tasks/1/events", "GET, HEAD" },
  { "/api/v1/events", "GET, HEAD" },
  { "/api/v1/link", "GET, HEAD" },
  { "/api/v1/about", "GET, HEAD" },
  { "/api/v1/tasks/1/files", "GET, HEAD" },
  { "/api/v1/tasks/1/files/a", "GET, HEAD" },
  { "/api/v1/task-types", "GET, HEAD" },
};

static void
test_task_api_methods (HttpHouse    *house,
                       gconstpointer test_data)
{
  static const char *const tried[] = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get",
  };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    for (guint j = 0; j < G_N_ELEMENTS (tried); j++)
      {
        g_autofree char *target = g_strconcat (tried[j], " ", methods[i].path, NULL);
        g_autoptr(HttpAnswer) answer = http_house_ask (house, target, BY_OWNER, NULL);
        g_auto(GStrv) allowed = g_strsplit (methods[i].allow, ", ", -1);

        if (g_strv_contains ((const char *const *) allowed, tried[j]))
          {
            g_assert_cmpuint (answer->status, !=, 405);
            continue;
          }

        g_assert_cmpuint (answer->status, ==, 405);
        g_assert_cmpstr (http_answer_get (answer, "allow"), ==, methods[i].allow);
      }
}

static void
test_task_api_bare (HttpHouse    *house,
                    gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_post (house, "/add-task", NULL);
  g_autoptr(HttpAnswer) task = http_house_get (house, "/api/v1/tasks/1");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "application/json");
  g_assert_cmpstr (answer->text, ==, "{\"id\":1}");
  assert_member (task, "type", "demo");
}

static void
test_task_api_bare_with_body (HttpHouse    *house,
                              gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_post (house, "/add-task", "{\"type\": \"noop\"}");
  g_autoptr(HttpAnswer) task = http_house_get (house, "/api/v1/tasks/1");

  g_assert_cmpstr (answer->text, ==, "{\"id\":1}");
  assert_member (task, "type", "noop");
}

static void
test_task_api_submit (HttpHouse    *house,
                      gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer =
    http_house_post (house, "/api/v1/tasks",
                     "{\"type\": \"checksum\", \"title\": \"Big\", \"priority\": 3, \"timeout\": 90, "
                     "\"parameters\": {\"path\": \"/x\"}}");

  g_assert_cmpuint (answer->status, ==, 202);
  g_assert_cmpstr (http_answer_get (answer, "location"), ==, "/api/v1/tasks/1");
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "application/json");
  assert_member (answer, "id", "1");
  assert_member (answer, "title", "Big");
  assert_member (answer, "priority", "3");
  assert_member (answer, "timeout", "90");
  assert_member (answer, "state", "Pending");
  assert_member (answer, "parameters", "{'path': <'/x'>}");
}

/* The answer is not sent before the task is on disk. */
static void
test_task_api_submit_is_on_disk (HttpHouse    *house,
                                 gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;

  hw_memory_store_fail_next (house->house->store, HW_MEMORY_STORE_COMMIT, 1);
  answer = http_house_post (house, "/add-task", NULL);

  g_assert_cmpuint (answer->status, >=, 400);
  g_assert_cmpuint (hw_memory_store_get_head (house->house->store), ==, 0);
}

/* A MiB in one parameter is read, so that the answer can say which one it is. */
static void
test_task_api_long_parameter (HttpHouse    *house,
                              gconstpointer test_data)
{
  g_autofree char *filler = g_strnfill (1024 * 1024, 'x');
  g_autofree char *body =
    g_strdup_printf ("{\"type\": \"checksum\", \"parameters\": {\"path\": \"/%s\"}}", filler);
  g_autoptr(HttpAnswer) answer = http_house_post (house, "/api/v1/tasks", body);
  g_autofree char *field = http_answer_dup_member (answer, "field");

  assert_problem (answer, 400, "invalid-parameter");
  g_assert_cmpstr (field, ==, "/parameters/path");
  g_assert_cmpuint (strlen (answer->text), <, 1024);
}

static void
test_task_api_get (HttpHouse    *house,
                   gconstpointer test_data)
{
  guint64 id = hw_test_house_submit (house->house, "demo");
  g_autoptr(HttpAnswer) answer = http_house_get (house, "/api/v1/tasks/1");

  g_assert_cmpuint (id, ==, 1);
  g_assert_cmpuint (answer->status, ==, 200);
  assert_member (answer, "id", "1");
  assert_member (answer, "state", "Processing");
}

static void
test_task_api_head (HttpHouse    *house,
                    gconstpointer test_data)
{
  guint64 id = hw_test_house_submit (house->house, "demo");
  g_autoptr(HttpAnswer) get = http_house_get (house, "/api/v1/tasks/1");
  g_autoptr(HttpAnswer) head = http_house_ask (house, "HEAD /api/v1/tasks/1", BY_OWNER, NULL);

  g_assert_cmpuint (id, ==, 1);
  g_assert_cmpuint (head->status, ==, 200);
  g_assert_cmpstr (head->text, ==, "");
  g_assert_cmpstr (http_answer_get (head, "content-length"), ==,
                   http_answer_get (get, "content-length"));
}

/* The numbers of the tasks in a list. */
static char *
dup_ids (HttpAnswer *answer)
{
  g_autoptr(GVariant) list = http_answer_read (answer);
  g_autoptr(GVariant) tasks = g_variant_lookup_value (list, "tasks", NULL);
  GString *ids = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (tasks); i++)
    {
      g_autoptr(GVariant) boxed = g_variant_get_child_value (tasks, i);
      g_autoptr(GVariant) task = g_variant_get_variant (boxed);
      gint64 id;

      g_assert_true (g_variant_lookup (task, "id", "x", &id));
      g_string_append_printf (ids, "%" G_GINT64_FORMAT " ", id);
    }

  return g_string_free (ids, FALSE);
}

static void
test_task_api_list (HttpHouse    *house,
                    gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;
  g_autofree char *epoch = NULL;
  g_autofree char *ids = NULL;

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (house->house, "demo");
  answer = http_house_get (house, "/api/v1/tasks");
  epoch = g_strdup_printf ("%" G_GUINT64_FORMAT, hw_task_queue_get_epoch (house->house->queue));
  ids = dup_ids (answer);

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (ids, ==, "3 2 1 ");
  assert_member (answer, "epoch", epoch);
  assert_member (answer, "next", NULL);
}

static void
test_task_api_list_filter (HttpHouse    *house,
                           gconstpointer test_data)
{
  g_autoptr(HttpAnswer) waiting = NULL;
  g_autoptr(HttpAnswer) noops = NULL;
  g_autofree char *waiting_ids = NULL;
  g_autofree char *noop_ids = NULL;

  hw_test_house_submit (house->house, "demo");
  hw_test_house_submit (house->house, "noop");
  hw_test_house_submit (house->house, "demo");
  waiting = http_house_get (house, "/api/v1/tasks?state=Pending");
  noops = http_house_get (house, "/api/v1/tasks?type=noop&state=Processing");
  waiting_ids = dup_ids (waiting);
  noop_ids = dup_ids (noops);

  g_assert_cmpstr (waiting_ids, ==, "3 ");
  g_assert_cmpstr (noop_ids, ==, "2 ");
}

static void
test_task_api_list_pages (HttpHouse    *house,
                          gconstpointer test_data)
{
  g_autofree char *cursor = NULL;
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < 5; i++)
    hw_test_house_submit (house->house, "demo");

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *path = g_strconcat ("/api/v1/tasks?limit=2", cursor != NULL ? "&cursor=" : "",
                                           cursor, NULL);
      g_autoptr(HttpAnswer) answer = http_house_get (house, path);
      g_autofree char *ids = dup_ids (answer);

      g_string_append_printf (all, "%s| ", ids);
      g_free (cursor);
      cursor = http_answer_dup_member (answer, "next");
    }

  g_assert_cmpstr (all->str, ==, "5 4 | 3 2 | 1 | ");
  g_assert_null (cursor);
  g_string_free (all, TRUE);
}

static void
test_task_api_types (HttpHouse    *house,
                     gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_get (house, "/api/v1/task-types");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_true (g_str_has_prefix (answer->text, "{\"taskTypes\":[{\"name\":\"checksum\","));
  g_assert_nonnull (strstr (answer->text, "\"format\":\"path\""));
}

static void
assert_log (HttpHouse  *house,
            const char *query,
            const char *text,
            const char *next_offset)
{
  g_autofree char *path = g_strconcat ("/api/v1/tasks/1/log", query, NULL);
  g_autoptr(HttpAnswer) answer = http_house_get (house, path);

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "text/plain; charset=utf-8");
  g_assert_cmpstr (answer->text, ==, text);
  g_assert_cmpstr (http_answer_get (answer, "headway-next-offset"), ==, next_offset);
  g_assert_cmpstr (http_answer_get (answer, "headway-attempt"), ==, "1");
}

static void
test_task_api_log (HttpHouse    *house,
                   gconstpointer test_data)
{
  hw_test_house_submit (house->house, "demo");
  assert_log (house, "", "", "0");

  hw_fake_output_append (house->house->output, 1, 1, "one\ntwo\n");
  assert_log (house, "", "one\ntwo\n", "8");
  assert_log (house, "?offset=4", "two\n", "8");
  assert_log (house, "?attempt=1&offset=8", "", "8");
}

static void
test_task_api_log_of_no_attempt (HttpHouse    *house,
                                 gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;

  hw_test_house_submit (house->house, "demo");
  answer = http_house_get (house, "/api/v1/tasks/1/log?attempt=2");

  assert_problem (answer, 404, "not-found");
}

static void
test_task_api_log_in_parts (HttpHouse    *house,
                            gconstpointer test_data)
{
  g_autofree char *half = g_strnfill (700 * 1024, 'x');
  g_autoptr(HttpAnswer) first = NULL;
  g_autoptr(HttpAnswer) second = NULL;

  hw_test_house_submit (house->house, "demo");
  hw_fake_output_append (house->house->output, 1, 1, half);
  hw_fake_output_append (house->house->output, 1, 1, half);
  first = http_house_get (house, "/api/v1/tasks/1/log");
  second = http_house_get (house, "/api/v1/tasks/1/log?offset=1048576");

  g_assert_cmpuint (g_bytes_get_size (first->body), ==, 1048576);
  g_assert_cmpstr (http_answer_get (first, "headway-next-offset"), ==, "1048576");
  g_assert_cmpuint (g_bytes_get_size (second->body), ==, 2 * 700 * 1024 - 1048576);
  g_assert_cmpstr (http_answer_get (second, "headway-next-offset"), ==, "1433600");
}

/* Programs print what they like: it is text to a browser, whatever it looks like. */
static void
test_task_api_log_is_text (HttpHouse    *house,
                           gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;

  hw_test_house_submit (house->house, "demo");
  hw_fake_output_append (house->house->output, 1, 1, "<script>alert(1)</script>\xff\033[2J");
  answer = http_house_get (house, "/api/v1/tasks/1/log");

  g_assert_cmpstr (answer->text, ==, "<script>alert(1)</script>\xff\033[2J");
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "text/plain; charset=utf-8");
  g_assert_cmpstr (http_answer_get (answer, "x-content-type-options"), ==, "nosniff");
}

static GSocket *
send_request (HttpHouse  *house,
              const char *target)
{
  g_autofree char *request = http_house_write (house, target, BY_OWNER, NULL);
  g_autoptr(GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_socket_connect (socket, house->address, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_socket_send (socket, request, strlen (request), NULL, &error), ==,
                   strlen (request));
  hw_await_quiet ();

  return socket;
}

/* The store takes its time, and nobody is there any more when it answers. */
static void
test_task_api_client_leaves (HttpHouse    *house,
                             gconstpointer test_data)
{
  static const char *const targets[] = {
    "GET /api/v1/tasks", "GET /api/v1/tasks/7", "GET /api/v1/tasks/7/log", "POST /add-task",
    "POST /api/v1/tasks/7/cancel",
  };

  hw_memory_store_hold (house->house->store,
                        HW_MEMORY_STORE_HOLD_ANSWERS | HW_MEMORY_STORE_HOLD_READS);
  for (guint i = 0; i < N_HANG_UPS; i++)
    {
      g_autoptr(GSocket) socket = send_request (house, targets[i % G_N_ELEMENTS (targets)]);

      g_socket_close (socket, NULL);
      hw_await_quiet ();
    }

  hw_memory_store_release (house->house->store);
  hw_await_quiet ();
  g_assert_cmpuint (hw_memory_store_get_head (house->house->store), >, 0);
}

/* What somebody asked for is carried out, if the door is closed before they are told. */
static void
test_task_api_server_stops (HttpHouse    *house,
                            gconstpointer test_data)
{
  g_autoptr(GSocket) reader = NULL;
  g_autoptr(GSocket) writer = NULL;

  hw_memory_store_hold (house->house->store,
                        HW_MEMORY_STORE_HOLD_ANSWERS | HW_MEMORY_STORE_HOLD_READS);
  reader = send_request (house, "GET /api/v1/tasks");
  writer = send_request (house, "POST /add-task");
  hw_http_server_stop (house->server);
  hw_memory_store_release (house->house->store);
  hw_await_quiet ();

  g_assert_nonnull (hw_memory_store_peek_task (house->house->store, 1));
}

/* An ordinary HTTP client, which keeps its connections. */
static HttpAnswer *
ask_as_client (HttpHouse      *house,
               GSocketAddress *address,
               const char     *path)
{
  g_autoptr(SoupSession) session =
    g_object_new (SOUP_TYPE_SESSION,
                  "remote-connectable", address,
                  "proxy-resolver", NULL,
                  NULL);
  g_autofree char *uri = g_strdup_printf ("http://localhost:%u%s",
                                          hw_http_server_get_port (house->server), path);
  g_autoptr(SoupMessage) message = soup_message_new ("POST", uri);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  HttpAnswer *answer = g_new0 (HttpAnswer, 1);

  soup_message_headers_append (soup_message_get_request_headers (message),
                               "Authorization", "Bearer " HTTP_HOUSE_TOKEN);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL,
                                    hw_await_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  answer->body = soup_session_send_and_read_finish (session, result, &error);
  g_assert_no_error (error);
  answer->fields = g_hash_table_new (g_str_hash, g_str_equal);
  answer->status = soup_message_get_status (message);
  answer->text = g_strndup (g_bytes_get_data (answer->body, NULL),
                            g_bytes_get_size (answer->body));

  return answer;
}

static void
test_task_api_real_client (HttpHouse    *house,
                           gconstpointer test_data)
{
  g_autoptr(HttpAnswer) over_tcp = ask_as_client (house, house->address, "/add-task");
  g_autoptr(HttpAnswer) over_unix = ask_as_client (house, house->socket_address, "/add-task");

  g_assert_cmpuint (over_tcp->status, ==, 200);
  g_assert_cmpstr (over_tcp->text, ==, "{\"id\":1}");
  g_assert_cmpuint (over_unix->status, ==, 200);
  g_assert_cmpstr (over_unix->text, ==, "{\"id\":2}");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD_WITH(path, data, test) \
  g_test_add (path, HttpHouse, data, http_house_set_up, test, http_house_tear_down)
#define ADD(path, test) ADD_WITH (path, NULL, test)
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/task-api/refuses/%s", refusals[i].claim);

      ADD_WITH (path, &refusals[i], test_task_api_refuses);
    }

  ADD ("/task-api/refuses/every-other-method", test_task_api_methods);
  ADD ("/task-api/refuses/a-long-parameter", test_task_api_long_parameter);
  ADD ("/task-api/add-task/runs-the-default-type", test_task_api_bare);
  ADD ("/task-api/add-task/takes-a-body", test_task_api_bare_with_body);
  ADD ("/task-api/submit/answers-with-the-task", test_task_api_submit);
  ADD ("/task-api/submit/answers-when-it-is-on-disk", test_task_api_submit_is_on_disk);
  ADD ("/task-api/get/answers-with-the-task", test_task_api_get);
  ADD ("/task-api/get/head-has-no-body", test_task_api_head);
  ADD ("/task-api/list/is-newest-first", test_task_api_list);
  ADD ("/task-api/list/is-filtered", test_task_api_list_filter);
  ADD ("/task-api/list/has-pages", test_task_api_list_pages);
  ADD ("/task-api/types/are-listed", test_task_api_types);
  ADD ("/task-api/log/is-read-by-offset", test_task_api_log);
  ADD ("/task-api/log/of-an-attempt-that-never-was", test_task_api_log_of_no_attempt);
  ADD ("/task-api/log/comes-in-parts-of-a-mebibyte", test_task_api_log_in_parts);
  ADD ("/task-api/log/is-text-to-a-browser", test_task_api_log_is_text);
  ADD ("/task-api/waiting/client-leaves", test_task_api_client_leaves);
  ADD ("/task-api/waiting/server-stops", test_task_api_server_stops);
  ADD ("/task-api/client/of-another-make", test_task_api_real_client);
#undef ADD
#undef ADD_WITH

  return g_test_run ();
}
