/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-error.h"
#include "hw-http-reply.h"

#include <string.h>

/* What every answer has to say. */
static const struct
{
  const char *name;
  const char *value;
} fields[] = {
  { "content-security-policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vue" },
  { "x-content-type-options", "nosniff" },
  { "x-frame-options", "DENY" },
  { "referrer-policy", "no-referrer" },
  { "cross-origin-opener-policy", "same-origin" },
  { "cross-origin-resource-policy", "same-origin" },
  { "permissions-policy", "camera=(), microphone=(), geolocation=()" },
  { "cache-control", "no-store" },
};

/* An answer of each kind. */
typedef struct
{
  const char *claim;
  const char *target;
  const char *fields;
  guint status;
} Row;

static const Row answers[] = {
  { "list", "GET /api/v1/tasks", BY_OWNER, 200 },
  { "head-of-a-list", "HEAD /api/v1/tasks", BY_OWNER, 200 },
  { "types", "GET /api/v1/task-types", BY_OWNER, 200 },
  { "added", "POST /add-task", BY_OWNER, 200 },
  { "health", "GET /healthz", TO_US, 200 },
  { "session", "GET /api/v1/session", BY_OWNER, 204 },
  { "bad-body", "POST /api/v1/tasks", BY_OWNER, 400 },
  { "bad-query", "GET /api/v1/tasks?limit=x", BY_OWNER, 400 },
  { "bad-line", "GET", TO_US, 400 },
  { "no-host", "GET /", "", 400 },
  { "unauthorized", "GET /api/v1/tasks", TO_US, 401 },
  { "foreign-origin", "GET /", TO_US "Origin: null\n", 403 },
  { "no-such-task", "GET /api/v1/tasks/7", BY_OWNER, 404 },
  { "no-such-log", "GET /api/v1/tasks/7/log", BY_OWNER, 404 },
  { "no-such-address", "GET /api/nowhere", BY_OWNER, 404 },
  { "no-such-file", "GET /nothing.js", TO_US, 404 },
  { "no-pages", "GET /", TO_US, 404 },
  { "no-hub", "GET /hub", BY_OWNER, 404 },
  { "wrong-method", "PUT /api/v1/tasks/7", BY_OWNER, 405 },
  { "too-large", "POST /api/v1/tasks",
    BY_OWNER "Expect: 100-continue\nContent-Length: 10000000\n", 413 },
  { "misdirected", "GET /", "Host: evil.example\n", 421 },
  { "chunked", "POST /add-task",
    BY_OWNER "Transfer-Encoding: chunked\nExpect: 100-continue\n", 501 },
};

static void
test_http_reply_fields (HttpHouse    *house,
                        gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(HttpAnswer) answer = http_house_ask (house, row->target, row->fields, NULL);

  g_assert_cmpuint (answer->status, ==, row->status);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    g_assert_cmpstr (http_answer_get (answer, fields[i].name), ==, fields[i].value);
  g_assert_null (http_answer_get (answer, "server"));
}

/* An answer without a body has an end, too: the next one comes on the same connection. */
static void
test_http_reply_keeps_connection (HttpHouse    *house,
                                  gconstpointer test_data)
{
  g_autofree char *first = http_house_write (house, "GET /api/v1/session", BY_OWNER, NULL);
  g_autofree char *second = http_house_write (house, "GET /healthz", TO_US, NULL);
  g_autoptr(GString) both = g_string_new (first);
  g_autoptr(HttpAnswer) answer = NULL;

  g_string_replace (both, "Connection: close\r\n", "", 0);
  g_string_append (both, second);
  answer = http_probe_send (house->address, both->str, both->len);

  g_assert_cmpuint (answer->status, ==, 204);
  g_assert_true (g_str_has_prefix (answer->text, "HTTP/1.1 200 OK\r\n"));
}

/* A program with no client in it says so, and what to do. */
static void
test_http_reply_no_client (HttpHouse    *house,
                           gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_ask (house, "GET /tasks/7", TO_US, NULL);

  g_assert_cmpuint (answer->status, ==, 404);
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "text/plain; charset=utf-8");
  g_assert_nonnull (strstr (answer->text, "without its web pages"));
  g_assert_nonnull (strstr (answer->text, "-Dweb=enabled"));
}

/* Each error, and what it becomes. */
static const struct
{
  int code;
  guint status;
  const char *body;
} errors[HW_N_ERRORS] = {
#define PROBLEM(title, status, error) \
  "{\"type\":\"about:blank\",\"title\":\"" title "\",\"status\":" status ",\"error\":\"" error \
  "\",\"detail\":\"This is why.\"}"
  { HW_ERROR_INVALID_REQUEST, 400, PROBLEM ("Bad Request", "400", "invalid-request") },
  { HW_ERROR_INVALID_PARAMETER, 400, PROBLEM ("Bad Request", "400", "invalid-parameter") },
  { HW_ERROR_UNKNOWN_TYPE, 400, PROBLEM ("Bad Request", "400", "unknown-type") },
  { HW_ERROR_NOT_FOUND, 404, PROBLEM ("Not Found", "404", "not-found") },
  { HW_ERROR_WRONG_STATE, 409, PROBLEM ("Conflict", "409", "wrong-state") },
  { HW_ERROR_NOT_ALLOWED, 403, PROBLEM ("Forbidden", "403", "not-allowed") },
  { HW_ERROR_UNAUTHORIZED, 401, PROBLEM ("Unauthorized", "401", "unauthorized") },
  { HW_ERROR_TOO_LARGE, 413, PROBLEM ("Content Too Large", "413", "too-large") },
  { HW_ERROR_CONFLICT, 409, PROBLEM ("Conflict", "409", "conflict") },
  { HW_ERROR_NOT_STARTED, 500, PROBLEM ("Internal Server Error", "500", "not-started") },
  { HW_ERROR_INTERRUPTED, 500, PROBLEM ("Internal Server Error", "500", "interrupted") },
  { HW_ERROR_NO_SPACE, 507, PROBLEM ("Insufficient Storage", "507", "no-space") },
  { HW_ERROR_FAILED, 500, PROBLEM ("Internal Server Error", "500", "failed") },
#undef PROBLEM
};

static void
on_soup_request (SoupServer        *soup,
                 SoupServerMessage *message,
                 const char        *path,
                 GHashTable        *query,
                 gpointer           user_data)
{
  hw_http_reply_error (message, user_data);
}

/* Answers a request by @error. */
static HttpAnswer *
ask_for_error (GError *error)
{
  g_autoptr(SoupServer) soup = g_object_new (SOUP_TYPE_SERVER, NULL);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr(GSocketAddress) bound = NULL;
  g_autoptr(GSList) sockets = NULL;
  const char *request = "GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  HttpAnswer *answer;

  g_assert_true (soup_server_listen (soup, address, 0, NULL));
  soup_server_add_handler (soup, NULL, on_soup_request, error, NULL);
  sockets = soup_server_get_listeners (soup);
  bound = g_socket_get_local_address (sockets->data, NULL);
  answer = http_probe_send (bound, request, strlen (request));
  soup_server_disconnect (soup);

  return answer;
}

static void
test_http_reply_error (gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(GError) error = g_error_new (HW_ERROR, errors[i].code, "This is why.");
  g_autoptr(HttpAnswer) answer = ask_for_error (error);

  g_assert_cmpuint (answer->status, ==, errors[i].status);
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "application/problem+json");
  g_assert_cmpstr (answer->text, ==, errors[i].body);
}

static void
test_http_reply_error_field (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HttpAnswer) answer = NULL;

  hw_error_set_field (&error, HW_ERROR_INVALID_PARAMETER, "/parameters/path", "This is why.");
  answer = ask_for_error (error);

  g_assert_cmpstr (answer->text, ==,
                   "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
                   "\"error\":\"invalid-parameter\",\"detail\":\"This is why.\","
                   "\"field\":\"/parameters/path\"}");
}

static GLogWriterOutput
count_warnings (GLogLevelFlags   log_level,
                const GLogField *log_fields,
                gsize            n_fields,
                gpointer         user_data)
{
  guint *n_warnings = user_data;

  if ((log_level & G_LOG_LEVEL_WARNING) == 0)
    return g_log_writer_default (log_level, log_fields, n_fields, NULL);

  (*n_warnings)++;
  return G_LOG_WRITER_HANDLED;
}

/* A stranger's words may say too much: they are for the log. */
static void
test_http_reply_error_of_others (void)
{
  static guint n_warnings;
  g_autoptr(GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "/home/me: secret");
  g_autoptr(HttpAnswer) answer = NULL;

  g_log_set_writer_func (count_warnings, &n_warnings, NULL);
  answer = ask_for_error (error);

  assert_problem (answer, 500, "failed");
  g_assert_null (strstr (answer->text, "secret"));
  g_assert_cmpuint (n_warnings, ==, 1);
}

static guint
count (const char *text,
       const char *part)
{
  guint n_found = 0;

  for (const char *p = strstr (text, part); p != NULL; p = strstr (p + 1, part))
    n_found++;

  return n_found;
}

/* What an answer says of its own is not said a second time in another way. */
static void
test_http_reply_own_fields (void)
{
  static const char head[] = "HTTP/1.1 200 OK\r\nX-Mine: 1\r\nCache-Control: no-cache\r\n\r\n";
  g_autoptr(GByteArray) bytes = hw_http_reply_write_head (head, strlen (head));
  g_autofree char *text = g_strndup ((const char *) bytes->data, bytes->len);

  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 200 OK\r\n"));
  g_assert_true (g_str_has_suffix (text, "\r\nX-Mine: 1\r\nCache-Control: no-cache\r\n\r\n"));
  g_assert_cmpuint (count (text, "\r\nCache-Control: "), ==, 1);
  g_assert_cmpuint (count (text, "\r\nContent-Security-Policy: default-src"), ==, 1);
  g_assert_cmpuint (count (text, "\r\n\r\n"), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http-reply/fields/%s", answers[i].claim);

      g_test_add (path, HttpHouse, &answers[i], http_house_set_up, test_http_reply_fields,
                  http_house_tear_down);
    }

  g_test_add ("/http-reply/connection/outlives-an-empty-answer", HttpHouse, NULL,
              http_house_set_up, test_http_reply_keeps_connection, http_house_tear_down);
  g_test_add ("/http-reply/pages/missing-ones-are-explained", HttpHouse, NULL, http_house_set_up,
              test_http_reply_no_client, http_house_tear_down);

  g_test_add_func ("/http-reply/fields/are-said-once", test_http_reply_own_fields);

  for (guint i = 0; i < HW_N_ERRORS; i++)
    {
      g_autoptr(GError) error = g_error_new (HW_ERROR, errors[i].code, "This is why.");
      g_autofree char *path = g_strdup_printf ("/http-reply/error/%s", hw_error_get_name (error));

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_http_reply_error);
    }

  g_test_add_func ("/http-reply/error/names-the-field", test_http_reply_error_field);
  g_test_add_func ("/http-reply/error/of-others-is-for-the-log", test_http_reply_error_of_others);

  return g_test_run ();
}
