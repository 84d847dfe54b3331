/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-http-auth.h"
#include "hw-http-listener.h"
#include "hw-http-reply.h"
#include "hw-http-sessions.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <unistd.h>

/* Somebody who is not root, if the test itself is. */
#define OTHER_USER 65534

#define TOKEN "Authorization: Bearer {token}\n"
#define COOKIE "Cookie: {cookie}\n"
#define KEY "Authorization: Bearer {key}\n"
#define SESSION COOKIE KEY
#define JSON "Content-Type: application/json\n"
#define ORIGIN "Origin: http://127.0.0.1:{port}\n"
#define EVENTS "Accept: text/event-stream\n"
#define TEXT "Content-Type: text/plain;charset=UTF-8\n"
#define UPGRADE "Connection: Upgrade\nUpgrade: websocket\n"

/* A request, and what becomes of it. */
typedef struct
{
  const char *claim;
  const char *target;
  const char *fields;
  guint status;
} Row;

static const Row hosts[] = {
  { "ipv4", "GET /api/v1/tasks", TOKEN "Host: 127.0.0.1:{port}\n", 200 },
  { "localhost", "GET /api/v1/tasks", TOKEN "Host: localhost:{port}\n", 200 },
  { "ipv6", "GET /api/v1/tasks", TOKEN "Host: [::1]:{port}\n", 200 },
  { "in-capitals", "GET /api/v1/tasks", TOKEN "Host: LOCALHOST:{port}\n", 200 },
  { "same-in-the-target", "GET http://127.0.0.1:{port}/api/v1/tasks",
    TOKEN "Host: 127.0.0.1:{port}\n", 400 },

  { "rebound-name", "GET /api/v1/tasks", TOKEN "Host: evil.example:{port}\n", 421 },
  { "rebound-name-page", "GET /", "Host: evil.example:{port}\n", 421 },
  { "rebound-name-health", "GET /healthz", "Host: evil.example:{port}\n", 421 },
  { "rebound-name-hub", "POST /hub/negotiate", TOKEN "Host: evil.example:{port}\n", 421 },
  { "rebound-name-nowhere", "GET /api/nowhere", TOKEN "Host: evil.example:{port}\n", 421 },
  { "name-that-begins-alike", "GET /", "Host: localhost.evil.example:{port}\n", 421 },
  { "name-that-ends-alike", "GET /", "Host: evil.localhost:{port}\n", 421 },
  { "no-port", "GET /", "Host: 127.0.0.1\n", 421 },
  { "other-port", "GET /", "Host: 127.0.0.1:1\n", 421 },
  { "longer-port", "GET /", "Host: 127.0.0.1:{port}0\n", 421 },
  { "port-with-a-zero", "GET /", "Host: 127.0.0.1:0{port}\n", 421 },
  { "other-loopback", "GET /", "Host: 127.0.0.2:{port}\n", 421 },
  { "any-address", "GET /", "Host: 0.0.0.0:{port}\n", 421 },
  { "ipv4-as-a-number", "GET /", "Host: 2130706433:{port}\n", 421 },
  { "ipv6-written-out", "GET /", "Host: [0:0:0:0:0:0:0:1]:{port}\n", 421 },
  { "user", "GET /", "Host: evil@127.0.0.1:{port}\n", 421 },
  { "dot-behind", "GET /", "Host: localhost.:{port}\n", 421 },
  { "two", "GET /", "Host: 127.0.0.1:{port}\nHost: 127.0.0.1:{port}\n", 400 },
  { "two-unlike", "GET /", "Host: evil.example\nHost: 127.0.0.1:{port}\n", 421 },
  { "list", "GET /", "Host: 127.0.0.1:{port}, 127.0.0.1:{port}\n", 421 },
  { "another-in-the-target", "GET http://evil.example:{port}/", TO_US, 400 },
  { "another-port-in-the-target", "GET http://127.0.0.1:1/", TO_US, 400 },
  { "user-in-the-target", "GET http://evil@127.0.0.1:{port}/", TO_US, 400 },
  { "x-forwarded-host-says-nothing", "GET /",
    "Host: evil.example:{port}\nX-Forwarded-Host: 127.0.0.1:{port}\n", 421 },
};

static const Row origins[] = {
  { "none", "GET /api/v1/tasks", BY_OWNER, 200 },
  { "own", "GET /api/v1/tasks", BY_OWNER ORIGIN, 200 },
  { "own-of-localhost", "GET /api/v1/tasks",
    TOKEN "Host: localhost:{port}\nOrigin: http://localhost:{port}\n", 200 },

  { "another-site", "GET /api/v1/tasks", BY_OWNER "Origin: http://evil.example\n", 403 },
  { "another-site-page", "GET /", TO_US "Origin: http://evil.example\n", 403 },
  { "another-site-preflight", "OPTIONS /api/v1/tasks",
    TO_US "Origin: http://evil.example\nAccess-Control-Request-Method: POST\n", 403 },
  { "another-site-session", "POST /api/v1/session", TO_US "Origin: http://evil.example\n", 403 },
  { "another-site-hub", "POST /hub/negotiate", BY_OWNER "Origin: http://evil.example\n", 403 },
  { "another-site-websocket", "GET /hub", BY_OWNER UPGRADE "Origin: http://evil.example\n", 403 },
  { "null", "GET /api/v1/tasks", BY_OWNER "Origin: null\n", 403 },
  { "null-websocket", "GET /hub", BY_OWNER UPGRADE "Origin: null\n", 403 },
  { "empty", "GET /api/v1/tasks", BY_OWNER "Origin: \n", 403 },
  { "other-port", "GET /api/v1/tasks", BY_OWNER "Origin: http://127.0.0.1:1\n", 403 },
  { "other-port-websocket", "GET /hub", BY_OWNER UPGRADE "Origin: http://127.0.0.1:1\n", 403 },
  { "https", "GET /api/v1/tasks", BY_OWNER "Origin: https://127.0.0.1:{port}\n", 403 },
  { "other-name-of-ours", "GET /api/v1/tasks", BY_OWNER "Origin: http://localhost:{port}\n", 403 },
  { "with-a-slash", "GET /api/v1/tasks", BY_OWNER "Origin: http://127.0.0.1:{port}/\n", 403 },
  { "two", "GET /api/v1/tasks", BY_OWNER ORIGIN ORIGIN, 403 },
  { "list", "GET /api/v1/tasks",
    BY_OWNER "Origin: http://127.0.0.1:{port} http://evil.example\n", 403 },

  { "site-same-origin", "GET /api/v1/tasks", BY_OWNER "Sec-Fetch-Site: same-origin\n", 200 },
  { "site-none-reads", "GET /api/v1/tasks", BY_OWNER "Sec-Fetch-Site: none\n", 200 },
  { "site-none-writes", "POST /add-task", BY_OWNER "Sec-Fetch-Site: none\n", 403 },
  { "site-cross-site", "GET /api/v1/tasks", BY_OWNER "Sec-Fetch-Site: cross-site\n", 403 },
  { "site-same-site", "GET /api/v1/tasks", BY_OWNER "Sec-Fetch-Site: same-site\n", 403 },
  { "site-unknown", "GET /api/v1/tasks", BY_OWNER "Sec-Fetch-Site: friendly\n", 403 },
  { "site-cross-site-script", "GET /assets/index.js",
    TO_US "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: script\n", 403 },
  { "site-cross-site-frame", "GET /",
    TO_US "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe\n", 403 },
  { "site-cross-site-link-to-the-api", "GET /api/v1/tasks",
    BY_OWNER "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\n",
    403 },
  { "site-cross-site-form", "POST /",
    TO_US "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\n", 403 },
  /* There are no pages in this test. */
  { "site-cross-site-link-to-a-page", "GET /",
    TO_US "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\n", 404 },
};

static const Row tokens[] = {
  { "bearer", "GET /api/v1/tasks", BY_OWNER, 200 },
  { "bearer-in-small-letters", "GET /api/v1/tasks", TO_US "Authorization: bearer {token}\n", 200 },
  { "none", "GET /api/v1/tasks", TO_US, 401 },
  { "none-task", "GET /api/v1/tasks/1", TO_US, 401 },
  { "none-log", "GET /api/v1/tasks/1/log", TO_US, 401 },
  { "none-cancel", "POST /api/v1/tasks/1/cancel", TO_US, 401 },
  { "none-types", "GET /api/v1/task-types", TO_US, 401 },
  { "none-add", "POST /add-task", TO_US, 401 },
  { "none-submit", "POST /api/v1/tasks", TO_US, 401 },
  { "none-session", "GET /api/v1/session", TO_US, 401 },
  { "none-negotiate", "POST /hub/negotiate", TO_US, 401 },
  { "none-websocket", "GET /hub", TO_US UPGRADE, 401 },
  { "none-nowhere", "GET /api/nowhere", TO_US, 401 },
  { "none-bad-number", "GET /api/v1/tasks/x", TO_US, 401 },
  { "none-wrong-method", "DELETE /api/v1/tasks", TO_US, 401 },
  { "wrong", "GET /api/v1/tasks", TO_US "Authorization: Bearer 0{token}\n", 401 },
  { "shorter", "GET /api/v1/tasks", TO_US "Authorization: Bearer d5b4f34e\n", 401 },
  { "longer", "GET /api/v1/tasks", TO_US "Authorization: Bearer {token}0\n", 401 },
  { "empty", "GET /api/v1/tasks", TO_US "Authorization: Bearer \n", 401 },
  { "bare", "GET /api/v1/tasks", TO_US "Authorization: {token}\n", 401 },
  { "basic", "GET /api/v1/tasks", TO_US "Authorization: Basic {token}\n", 401 },
  { "two", "GET /api/v1/tasks", TO_US TOKEN TOKEN, 401 },
  { "as-a-cookie", "GET /api/v1/tasks", TO_US "Cookie: headway_{port}={token}\n", 401 },
  { "wrong-beside-a-cookie", "GET /api/v1/tasks",
    TO_US COOKIE "Authorization: Bearer 0\n", 401 },
  { "in-the-address", "GET /api/v1/tasks?access_token={token}", TO_US, 401 },
  { "in-the-address-of-add", "POST /add-task?access_token={token}", TO_US, 401 },
  { "in-a-negotiation's-address", "POST /hub/negotiate?access_token={token}", TO_US, 401 },
  { "in-a-hub's-post's-address", "POST /hub?access_token={token}", TO_US EVENTS, 401 },
  { "in-a-hub's-poll's-address", "GET /hub?access_token={token}", TO_US, 401 },
  { "in-a-hub's-events'-address", "GET /hub?access_token={token}", TO_US EVENTS, 404 },
  { "in-the-hub's-address", "GET /hub?access_token={token}", TO_US UPGRADE, 404 },
  { "in-the-hub's-address-wrong", "GET /hub?access_token=0{token}", TO_US UPGRADE, 401 },
  { "in-the-hub's-address-twice",
    "GET /hub?access_token={token}&access_token=0", TO_US UPGRADE, 401 },

  { "public-health", "GET /healthz", TO_US, 200 },
  /* There are no pages in this test. */
  { "public-page", "GET /", TO_US, 404 },
  { "public-file", "GET /assets/index.js", TO_US, 404 },
};

static const Row cookies[] = {
  { "reads", "GET /api/v1/tasks", TO_US SESSION, 200 },
  { "says-so", "GET /api/v1/session", TO_US SESSION, 204 },
  { "among-others", "GET /api/v1/tasks",
    TO_US KEY "Cookie: a=b; headway_1=0; {cookie}; headway=1\n", 200 },
  { "of-one-name-twice", "GET /api/v1/tasks", TO_US KEY "Cookie: headway_{port}=0; {cookie}\n", 200 },
  { "in-two-fields", "GET /api/v1/tasks", TO_US "Cookie: a=b\n" SESSION, 200 },
  { "unknown", "GET /api/v1/tasks",
    TO_US KEY "Cookie: headway_{port}=00000000000000000000000000000000\n", 401 },
  { "of-another-port", "GET /api/v1/tasks", TO_US KEY "Cookie: headway_1={secret}\n", 401 },
  { "name-that-ends-alike", "GET /api/v1/tasks", TO_US KEY "Cookie: x{cookie}\n", 401 },
  { "empty", "GET /api/v1/tasks", TO_US KEY "Cookie: headway_{port}=\n", 401 },
  { "quoted", "GET /api/v1/tasks", TO_US KEY "Cookie: headway_{port}=\"{secret}\"\n", 401 },

  /* What a server of somebody else on this machine gets to see, and what it could make of it. */
  { "alone", "GET /api/v1/tasks", TO_US COOKIE, 401 },
  { "alone-from-our-page", "POST /add-task", TO_US COOKIE ORIGIN, 401 },
  { "alone-at-the-hub", "GET /hub", TO_US COOKIE ORIGIN UPGRADE, 401 },
  { "alone-at-a-file", "GET /api/v1/tasks/1/files/a", TO_US COOKIE, 401 },
  { "twice", "GET /api/v1/tasks", TO_US COOKIE "Authorization: Bearer {secret}\n", 401 },
  { "with-another-key", "GET /api/v1/tasks",
    TO_US COOKIE "Authorization: Bearer 00000000000000000000000000000000\n", 401 },
  { "with-half-a-key", "GET /api/v1/tasks",
    TO_US "Cookie: headway_{port}={secret}0\n" KEY, 401 },
  { "key-alone", "GET /api/v1/tasks", TO_US KEY, 401 },

  /* Where a browser sets no fields. */
  { "key-in-the-hub's-address", "GET /hub?access_token={key}", TO_US COOKIE ORIGIN UPGRADE, 404 },
  { "key-in-the-address-of-the-hub's-events", "GET /hub?access_token={key}",
    TO_US COOKIE EVENTS, 404 },
  { "key-alone-in-the-address-of-the-hub's-events", "GET /hub?access_token={key}",
    TO_US EVENTS, 401 },
  { "key-in-a-file's-address", "GET /api/v1/tasks/1/files/a?key={key}", TO_US COOKIE, 404 },
  { "key-in-a-feed's-address", "HEAD /api/v1/events?key={key}",
    TO_US COOKIE EVENTS, 200 },
  { "key-in-a-poll's-address", "GET /api/v1/events?key={key}", TO_US COOKIE, 401 },
  { "key-alone-in-a-feed's-address", "HEAD /api/v1/events?key={key}",
    TO_US EVENTS, 401 },
  { "token-in-a-feed's-address", "HEAD /api/v1/events?key={token}",
    TO_US EVENTS, 401 },
  { "key-in-the-list's-address", "GET /api/v1/tasks/1/files?key={key}", TO_US COOKIE, 401 },
  { "token-in-a-file's-address", "GET /api/v1/tasks/1/files/a?key={token}", TO_US, 401 },

  { "writes-from-our-page", "POST /add-task", TO_US SESSION ORIGIN, 200 },
  { "writes-by-site", "POST /add-task", TO_US SESSION "Sec-Fetch-Site: same-origin\n", 200 },
  { "writes-from-nowhere", "POST /add-task", TO_US SESSION, 403 },
  { "writes-from-another-port", "POST /add-task", TO_US SESSION "Origin: http://127.0.0.1:1\n",
    403 },
  { "negotiates-from-our-page", "POST /hub/negotiate", TO_US SESSION ORIGIN, 404 },
  { "negotiates-from-nowhere", "POST /hub/negotiate", TO_US SESSION, 403 },
  { "websocket-from-our-page", "GET /hub", TO_US SESSION ORIGIN UPGRADE, 404 },
  { "websocket-from-nowhere", "GET /hub", TO_US SESSION UPGRADE, 403 },
  { "websocket-by-site", "GET /hub", TO_US SESSION UPGRADE "Sec-Fetch-Site: same-origin\n", 403 },
  { "websocket-whose-site-is-unclear", "GET /hub",
    TO_US SESSION ORIGIN UPGRADE "Sec-Fetch-Site: cross-site\n", 404 },
};

static const Row bodies[] = {
  { "json", "POST /add-task", TO_US SESSION ORIGIN JSON, 200 },
  { "json-with-a-charset", "POST /add-task",
    TO_US SESSION ORIGIN "Content-Type: application/json; charset=utf-8\n", 200 },
  { "form", "POST /add-task",
    TO_US SESSION ORIGIN "Content-Type: application/x-www-form-urlencoded\n", 403 },
  { "text", "POST /add-task", TO_US SESSION ORIGIN "Content-Type: text/plain\n", 403 },
  { "text-to-the-hub", "POST /hub?id=1", TO_US SESSION ORIGIN TEXT, 404 },
  { "text-to-the-hub-from-nowhere", "POST /hub?id=1", TO_US SESSION TEXT, 403 },
  { "text-to-the-hub-from-another-port", "POST /hub?id=1",
    TO_US SESSION TEXT "Origin: http://127.0.0.1:1\n", 403 },
  { "multipart", "POST /add-task",
    TO_US SESSION ORIGIN "Content-Type: multipart/form-data; boundary=x\n", 403 },
  { "untyped", "POST /add-task", TO_US SESSION ORIGIN, 403 },
  { "untyped-with-the-token", "POST /add-task", BY_OWNER, 200 },
};

/* Trades the token for a session. Returns: (transfer full): `NAME=SECRET`, and the other half */
static char *
log_in (HttpHouse *house,
        char     **key)
{
  g_autoptr(HttpAnswer) answer =
    http_house_ask (house, "POST /api/v1/session", TO_US ORIGIN JSON,
                    "{\"token\": \"" HTTP_HOUSE_TOKEN "\"}");
  const char *field = http_answer_get (answer, "set-cookie");

  g_assert_cmpuint (answer->status, ==, 200);
  *key = g_strndup (answer->text + strlen ("{\"key\":\""), HW_HTTP_SESSION_HALF);

  return g_strndup (field, strcspn (field, ";"));
}

/* Puts the session into @text. */
static char *
fill_in (const char *text,
         const char *cookie,
         const char *key)
{
  GString *filled = g_string_new (text);

  g_string_replace (filled, "{cookie}", cookie, 0);
  g_string_replace (filled, "{secret}", strchr (cookie, '=') + 1, 0);
  g_string_replace (filled, "{key}", key, 0);

  return g_string_free (filled, FALSE);
}

static HttpAnswer *
ask_for_row (HttpHouse  *house,
             const Row  *row,
             const char *body)
{
  g_autofree char *key = NULL;
  g_autofree char *cookie = log_in (house, &key);
  g_autofree char *target = fill_in (row->target, cookie, key);
  g_autofree char *fields = fill_in (row->fields, cookie, key);

  return http_house_ask (house, target, fields, body);
}

static void
test_http_auth_row (HttpHouse    *house,
                    gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(HttpAnswer) answer = ask_for_row (house, row, NULL);

  g_assert_cmpuint (answer->status, ==, row->status);
}

static void
test_http_auth_body (HttpHouse    *house,
                     gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(HttpAnswer) answer = ask_for_row (house, row, "{\"type\": \"noop\"}");

  g_assert_cmpuint (answer->status, ==, row->status);
}

static void
test_http_auth_refused_changes_nothing (HttpHouse    *house,
                                        gconstpointer test_data)
{
  g_autoptr(HttpAnswer) stranger = http_house_ask (house, "POST /add-task", TO_US, NULL);
  g_autoptr(HttpAnswer) page =
    http_house_ask (house, "POST /add-task", BY_OWNER "Origin: http://evil.example\n", NULL);

  g_assert_cmpuint (stranger->status, ==, 401);
  g_assert_cmpuint (page->status, ==, 403);
  g_assert_cmpuint (hw_memory_store_get_n_calls (house->house->store, HW_MEMORY_STORE_COMMIT),
                    ==, 0);
}

static void
test_http_auth_errors (HttpHouse    *house,
                       gconstpointer test_data)
{
  g_autoptr(HttpAnswer) nobody = http_house_ask (house, "GET /api/v1/tasks", TO_US, NULL);
  g_autoptr(HttpAnswer) misdirected = http_house_ask (house, "GET /", "Host: evil\n", NULL);
  g_autoptr(HttpAnswer) foreign = http_house_ask (house, "GET /", TO_US "Origin: null\n", NULL);

  assert_problem (nobody, 401, "unauthorized");
  g_assert_cmpstr (http_answer_get (nobody, "www-authenticate"), ==, "Bearer");
  assert_problem (misdirected, 421, "not-allowed");
  assert_problem (foreign, 403, "not-allowed");
}

/* No page of another site may read an answer, whatever it says of itself. */
static void
test_http_auth_shares_nothing (HttpHouse    *house,
                               gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer =
    http_house_ask (house, "OPTIONS /api/v1/tasks",
                    TO_US ORIGIN "Access-Control-Request-Method: POST\n", NULL);
  g_autoptr(HttpAnswer) list = http_house_ask (house, "GET /api/v1/tasks", BY_OWNER ORIGIN, NULL);

  g_assert_null (http_answer_get (answer, "access-control-allow-origin"));
  g_assert_null (http_answer_get (answer, "access-control-allow-methods"));
  g_assert_null (http_answer_get (list, "access-control-allow-origin"));
}

static void
test_http_auth_cookie_form (HttpHouse    *house,
                            gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer =
    http_house_ask (house, "POST /api/v1/session", TO_US JSON,
                    "{\"token\": \"" HTTP_HOUSE_TOKEN "\"}");
  g_autofree char *pattern =
    g_strdup_printf ("^headway_%u=[0-9a-f]{32}; HttpOnly; SameSite=Strict; Path=/$",
                     hw_http_server_get_port (house->server));

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_true (g_regex_match_simple (pattern, http_answer_get (answer, "set-cookie"), 0, 0));
  g_assert_true (g_regex_match_simple ("^{\"key\":\"[0-9a-f]{32}\"}$", answer->text, 0, 0));
  g_assert_null (strstr (answer->head, HTTP_HOUSE_TOKEN));
}

static void
test_http_auth_cookie_wrong_token (HttpHouse    *house,
                                   gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer =
    http_house_ask (house, "POST /api/v1/session", TO_US JSON, "{\"token\": \"guess\"}");

  assert_problem (answer, 401, "unauthorized");
  g_assert_null (http_answer_get (answer, "set-cookie"));
}

static void
test_http_auth_cookie_bad_body (HttpHouse    *house,
                                gconstpointer test_data)
{
  static const char *const wrong[] = {
    "", "{}", "[]", "null", "{\"token\": 7}", "{\"token\": \"\\u0000\"}",
    "{\"token\": \"" HTTP_HOUSE_TOKEN "\", \"more\": 1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(HttpAnswer) answer =
        http_house_ask (house, "POST /api/v1/session", TO_US JSON, wrong[i]);

      assert_problem (answer, 400, "invalid-request");
    }
}

static void
test_http_auth_cookie_ends (HttpHouse    *house,
                            gconstpointer test_data)
{
  g_autofree char *key = NULL;
  g_autofree char *cookie = log_in (house, &key);
  g_autofree char *fields = fill_in (TO_US SESSION, cookie, key);
  g_autoptr(HttpAnswer) before = NULL;
  g_autoptr(HttpAnswer) after = NULL;

  before = http_house_ask (house, "GET /api/v1/session", fields, NULL);
  hw_fake_clock_advance (house->house->clock, HW_HTTP_SESSION_IDLE);
  after = http_house_ask (house, "GET /api/v1/session", fields, NULL);

  g_assert_cmpuint (before->status, ==, 204);
  assert_problem (after, 401, "unauthorized");
}

static char *
dup_owner (HttpHouse *house)
{
  g_autoptr(HttpAnswer) answer = http_house_get (house, "/api/v1/tasks/1");

  return http_answer_dup_member (answer, "owner");
}

static void
test_http_auth_token_name (HttpHouse    *house,
                           gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_post (house, "/add-task", NULL);
  g_autofree char *owner = dup_owner (house);

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (owner, ==, "token:owner");
}

static void
test_http_auth_user_name (HttpHouse    *house,
                          gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_ask_locally (house, "POST /add-task",
                                                         "Host: localhost\n", NULL);
  g_autofree char *expected = g_strdup_printf ("uid:%u", (guint) geteuid ());
  g_autofree char *owner = dup_owner (house);

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (owner, ==, expected);
}

/* What only the kernel's word opens is open there, and with the token it is not. */
static void
test_http_auth_local_only (HttpHouse    *house,
                           gconstpointer test_data)
{
  const char *body = "{\"type\": \"command\", \"parameters\": {\"argv\": [\"true\"]}}";
  g_autoptr(HttpAnswer) by_token = http_house_post (house, "/api/v1/tasks", body);
  g_autoptr(HttpAnswer) by_user = http_house_ask_locally (house, "POST /api/v1/tasks",
                                                          "Host: localhost\n", body);

  assert_problem (by_token, 403, "not-allowed");
  g_assert_cmpuint (by_user->status, ==, 202);
}

static void
test_http_auth_local_browser (HttpHouse    *house,
                              gconstpointer test_data)
{
  g_autoptr(HttpAnswer) origin = http_house_ask_locally (house, "POST /add-task",
                                                         TO_US ORIGIN, NULL);
  g_autoptr(HttpAnswer) site = http_house_ask_locally (house, "POST /add-task",
                                                       TO_US "Sec-Fetch-Site: none\n", NULL);

  assert_problem (origin, 403, "not-allowed");
  assert_problem (site, 403, "not-allowed");
}

static void
on_soup_request (SoupServer        *soup,
                 SoupServerMessage *message,
                 const char        *path,
                 GHashTable        *query,
                 gpointer           user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwPrincipal) principal = hw_http_auth_authenticate (user_data, message, &error);

  if (principal != NULL)
    hw_http_reply_empty (message, SOUP_STATUS_NO_CONTENT);
  else
    hw_http_reply_error (message, error);
}

/* The socket is one without a file, since nobody else could open the daemon's. */
static void
test_http_auth_other_user (void)
{
  gboolean is_root = geteuid () == 0;
  guint owner = is_root ? 0 : (guint) geteuid () + 1;
  g_autoptr(HwFakeClock) clock = hw_fake_clock_new ();
  g_autoptr(HwHttpAuth) auth = hw_http_auth_new (HW_CLOCK (clock), HTTP_HOUSE_TOKEN, owner);
  g_autoptr(SoupServer) soup = g_object_new (SOUP_TYPE_SERVER, NULL);
  g_autoptr(HwHttpListener) listener = hw_http_listener_new (soup, HW_CLOCK (clock));
  g_autoptr(GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autofree char *name = g_strdup_printf ("headway-test-%d", getpid ());
  g_autoptr(GSocketAddress) address =
    g_unix_socket_address_new_with_type (name, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  const char *request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        "Authorization: Bearer " HTTP_HOUSE_TOKEN "\r\n\r\n";
  g_autoptr(HttpAnswer) answer = NULL;

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL) && g_socket_listen (socket, NULL));
  hw_http_listener_add (listener, socket, HW_HTTP_ENTRANCE_OWNER);
  soup_server_add_handler (soup, NULL, on_soup_request, auth, NULL);

  /* The kernel notes who somebody is when they connect. */
  g_assert_true (!is_root || seteuid (OTHER_USER) == 0);
  answer = http_probe_send (address, request, strlen (request));
  g_assert_true (!is_root || seteuid (0) == 0);

  assert_problem (answer, 403, "not-allowed");
  hw_http_listener_close (listener);
}

static void
add_rows (const char *folder,
          const Row  *rows,
          gsize       n_rows,
          void (     *test ) (HttpHouse    *house,
                              gconstpointer test_data))
{
  for (gsize i = 0; i < n_rows; i++)
    {
      g_autofree char *path = g_strdup_printf ("/http-auth/%s/%s", folder, rows[i].claim);

      g_test_add (path, HttpHouse, &rows[i], http_house_set_up, test, http_house_tear_down);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_rows ("host", hosts, G_N_ELEMENTS (hosts), test_http_auth_row);
  add_rows ("origin", origins, G_N_ELEMENTS (origins), test_http_auth_row);
  add_rows ("token", tokens, G_N_ELEMENTS (tokens), test_http_auth_row);
  add_rows ("cookie", cookies, G_N_ELEMENTS (cookies), test_http_auth_row);
  add_rows ("body", bodies, G_N_ELEMENTS (bodies), test_http_auth_body);

#define ADD(path, test) \
  g_test_add (path, HttpHouse, NULL, http_house_set_up, test, http_house_tear_down)
  ADD ("/http-auth/refused/changes-nothing", test_http_auth_refused_changes_nothing);
  ADD ("/http-auth/refused/names-its-error", test_http_auth_errors);
  ADD ("/http-auth/refused/shares-nothing-across-origins", test_http_auth_shares_nothing);
  ADD ("/http-auth/session/cookie-has-its-form", test_http_auth_cookie_form);
  ADD ("/http-auth/session/refuses-a-wrong-token", test_http_auth_cookie_wrong_token);
  ADD ("/http-auth/session/refuses-what-is-no-token", test_http_auth_cookie_bad_body);
  ADD ("/http-auth/session/ends", test_http_auth_cookie_ends);
  ADD ("/http-auth/name/of-the-token", test_http_auth_token_name);
  ADD ("/http-auth/name/of-the-user", test_http_auth_user_name);
  ADD ("/http-auth/local/runs-any-program", test_http_auth_local_only);
  ADD ("/http-auth/local/is-not-for-browsers", test_http_auth_local_browser);
#undef ADD
  g_test_add_func ("/http-auth/local/another-user-is-refused", test_http_auth_other_user);

  return g_test_run ();
}
