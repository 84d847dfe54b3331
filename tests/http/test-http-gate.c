/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-http-stream.h"
#include "hw-http-route.h"

#include <string.h>

#define DEMO "{\"type\": \"demo\"}"
#define DEMO_LENGTH "Content-Length: 16\n"

/* A request whose head is not as it should be. */
typedef struct
{
  const char *claim;
  const char *target;
  const char *fields;
  const char *body; /* sent as it is */
  guint status;
} Row;

static const Row heads[] = {
  { "good", "POST /add-task", BY_OWNER DEMO_LENGTH, DEMO, 200 },
  { "http-1.0", "GET /healthz HTTP/1.0", TO_US, "", 505 },
  { "chunked", "POST /add-task", BY_OWNER "Transfer-Encoding: chunked\n",
    "10\r\n" DEMO "\r\n0\r\n\r\n", 501 },
  { "chunked-and-length", "POST /add-task",
    BY_OWNER "Transfer-Encoding: chunked\n" DEMO_LENGTH, "10\r\n" DEMO "\r\n0\r\n\r\n", 501 },
  { "length-twice", "POST /add-task", BY_OWNER DEMO_LENGTH DEMO_LENGTH, DEMO, 400 },
  { "lengths-unlike", "POST /add-task", BY_OWNER "Content-Length: 3\n" DEMO_LENGTH, DEMO, 400 },
  { "length-with-a-sign", "POST /add-task", BY_OWNER "Content-Length: +16\n", DEMO, 400 },
  { "empty-length", "POST /add-task", BY_OWNER "Content-Length:\n", "", 400 },
  { "asterisk", "OPTIONS *", BY_OWNER, "", 400 },
  { "other-method", "BREW /api/v1/tasks", BY_OWNER, "", 405 },
};

/* Sends a request with a method, version and length of its own. */
static HttpAnswer *
ask_exactly (HttpHouse  *house,
             const char *target,
             const char *fields,
             const char *body)
{
  gboolean has_version = strstr (target, " HTTP/") != NULL;
  g_autofree char *written = http_house_write (house, target, fields, NULL);
  GString *request = g_string_new (written);
  HttpAnswer *answer;

  if (has_version)
    g_string_replace (request, "HTTP/1.0 HTTP/1.1", "HTTP/1.0", 1);

  g_string_append (request, body);
  answer = http_probe_send (house->address, request->str, request->len);
  g_string_free (request, TRUE);

  return answer;
}

static void
test_http_gate_head (HttpHouse    *house,
                     gconstpointer test_data)
{
  const Row *row = test_data;
  g_autoptr(HttpAnswer) answer = ask_exactly (house, row->target, row->fields, row->body);

  g_assert_cmpuint (answer->status, ==, row->status);
}

/* What stands behind a refused request is not taken for another one. */
static void
test_http_gate_smuggling (HttpHouse    *house,
                          gconstpointer test_data)
{
  g_autofree char *hidden = http_house_write (house, "POST /add-task", BY_OWNER, NULL);
  g_autofree char *behind = g_strconcat ("0\r\n\r\n", hidden, NULL);
  g_autofree char *head = http_house_write (house, "POST /add-task",
                                            BY_OWNER "Transfer-Encoding: chunked\n"
                                            "Content-Length: 5\n", NULL);
  g_autoptr(GString) request = g_string_new (head);
  g_autoptr(HttpAnswer) answer = NULL;

  g_string_replace (request, "Connection: close\r\n", "", 0);
  g_string_append (request, behind);
  answer = http_probe_send (house->address, request->str, request->len);

  g_assert_cmpuint (answer->status, ==, 501);
  g_assert_cmpuint (hw_memory_store_get_n_calls (house->house->store, HW_MEMORY_STORE_COMMIT),
                    ==, 0);
}

/* A request for a task whose title is so long that the body has @length bytes. */
static char *
make_body (gsize length)
{
  const char *start = "{\"type\": \"demo\", \"title\": \"";
  const char *end = "\"}";
  GString *body = g_string_sized_new (length);

  g_string_append (body, start);
  while (body->len < length - strlen (end))
    g_string_append_c (body, 'x');
  g_string_append (body, end);

  return g_string_free (body, FALSE);
}

static void
test_http_gate_greatest_body (HttpHouse    *house,
                              gconstpointer test_data)
{
  g_autofree char *body = make_body (hw_http_route_get_max_body (HW_HTTP_ROUTE_TASKS, "POST"));
  g_autoptr(HttpAnswer) answer = http_house_post (house, "/api/v1/tasks", body);

  /* The title is too long, and somebody read it to the end to find that out. */
  assert_problem (answer, 400, "invalid-request");
}

/* It is told by the head alone: nobody has to send the body first. */
static void
test_http_gate_one_byte_more (HttpHouse    *house,
                              gconstpointer test_data)
{
  g_autofree char *fields =
    g_strdup_printf (BY_OWNER "Expect: 100-continue\nContent-Length: %" G_GSIZE_FORMAT "\n",
                     hw_http_route_get_max_body (HW_HTTP_ROUTE_TASKS, "POST") + 1);
  g_autoptr(HttpAnswer) answer = ask_exactly (house, "POST /api/v1/tasks", fields, "");

  assert_problem (answer, 413, "too-large");
}

static void
test_http_gate_many_bytes_more (HttpHouse    *house,
                                gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer =
    ask_exactly (house, "POST /api/v1/tasks",
                 BY_OWNER "Expect: 100-continue\nContent-Length: 1000000000000\n", "");

  assert_problem (answer, 413, "too-large");
}

static void
test_http_gate_continue (HttpHouse    *house,
                         gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer =
    ask_exactly (house, "POST /add-task", BY_OWNER "Expect: 100-continue\n" DEMO_LENGTH, DEMO);

  g_assert_true (g_str_has_prefix (answer->head, "HTTP/1.1 100 "));
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (http_answer_get (answer, "x-frame-options"), ==, "DENY");
}

static void
test_http_gate_unknown_people (HttpHouse    *house,
                               gconstpointer test_data)
{
  g_autofree char *body = make_body (2048);
  g_autoptr(HttpAnswer) answer = http_house_ask (house, "POST /api/v1/session", TO_US, body);

  assert_problem (answer, 413, "too-large");
}

static void
test_http_gate_no_body (HttpHouse    *house,
                        gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_ask (house, "GET /api/v1/tasks", BY_OWNER, "{}");

  assert_problem (answer, 413, "too-large");
}

/* Sends @length bytes of a body that has no end. */
static HttpAnswer *
send_endless_body (HttpHouse *house,
                   gsize      length)
{
  g_autofree char *head =
    http_house_write (house, "POST /nowhere", TO_US "Content-Length: 1000000000000\n", NULL);
  g_autofree char *filler = g_strnfill (length, 'x');
  g_autofree char *request = g_strconcat (head, filler, NULL);

  return http_probe_send (house->address, request, strlen (request));
}

static void
on_soup_request_started (SoupServer        *soup,
                         SoupServerMessage *message,
                         gpointer           user_data)
{
  (*(guint *) user_data)++;
}

/* Whoever sends without end is cut, and nobody ever sees anything of it. */
static void
test_http_gate_endless_body (HttpHouse    *house,
                             gconstpointer test_data)
{
  guint n_seen = 0;
  g_autoptr(HttpAnswer) answer = NULL;

  g_signal_connect (hw_http_server_get_soup_server (house->server), "request-started",
                    G_CALLBACK (on_soup_request_started), &n_seen);
  answer = send_endless_body (house, 4 * HW_HTTP_MAX_REFUSED_BODY);

  g_assert_cmpuint (answer->status, !=, 200);
  g_assert_cmpuint (n_seen, ==, 0);
}

/* Up to there a client that reads only when it has sent everything is told why. */
static void
test_http_gate_refused_body_is_read (HttpHouse    *house,
                                     gconstpointer test_data)
{
  g_autofree char *filler = g_strnfill (HW_HTTP_MAX_REFUSED_BODY, 'x');
  g_autoptr(HttpAnswer) answer = http_house_post (house, "/api/v1/tasks", filler);

  assert_problem (answer, 413, "too-large");
}

/* libsoup answers those itself, with more than there is. */
static void
test_http_gate_range (HttpHouse    *house,
                      gconstpointer test_data)
{
  static const char *const ranges[] = {
    "bytes=0-0", "bytes=0-99999999", "bytes=-99999999", "bytes=0-1,0-1,0-1,0-1", "bytes=5-",
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autofree char *fields = g_strconcat (TO_US "Range: ", ranges[i], "\n", NULL);
      g_autoptr(HttpAnswer) answer = http_house_ask (house, "GET /healthz", fields, NULL);

      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (answer->text, ==, "ok\n");
      g_assert_null (http_answer_get (answer, "content-range"));
    }
}

/* libsoup refuses some itself. They get a sentence too, where libsoup lets us say one. */
static void
test_http_gate_garbage (HttpHouse    *house,
                        gconstpointer test_data)
{
  static const char *const garbage[] = {
    "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
    "GET / HTTP/1.1\r\nHost\r\n\r\n", "GET /%00 HTTP/1.1\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_autoptr(HttpAnswer) answer = http_probe_send (house->address, garbage[i],
                                                      strlen (garbage[i]));

      g_assert_cmpuint (answer->status, >=, 400);
      g_assert_cmpuint (answer->status, !=, 500);
    }
}

static void
test_http_gate_garbage_is_explained (HttpHouse    *house,
                                     gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_ask (house, "GET https://127.0.0.1:{port}/", TO_US,
                                                 NULL);

  assert_problem (answer, 400, "invalid-request");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http-gate/head/%s", heads[i].claim);

      g_test_add (path, HttpHouse, &heads[i], http_house_set_up, test_http_gate_head,
                  http_house_tear_down);
    }

#define ADD(path, test) \
  g_test_add (path, HttpHouse, NULL, http_house_set_up, test, http_house_tear_down)
  ADD ("/http-gate/head/hides-no-other-request", test_http_gate_smuggling);
  ADD ("/http-gate/body/takes-greatest", test_http_gate_greatest_body);
  ADD ("/http-gate/body/refuses-one-byte-more", test_http_gate_one_byte_more);
  ADD ("/http-gate/body/refuses-many-bytes-more", test_http_gate_many_bytes_more);
  ADD ("/http-gate/body/comes-after-continue", test_http_gate_continue);
  ADD ("/http-gate/body/of-nobody-is-small", test_http_gate_unknown_people);
  ADD ("/http-gate/body/none-where-none-belongs", test_http_gate_no_body);
  ADD ("/http-gate/body/refused-one-gets-its-answer", test_http_gate_refused_body_is_read);
  ADD ("/http-gate/body/without-end-is-cut", test_http_gate_endless_body);
  ADD ("/http-gate/range/is-not-known", test_http_gate_range);
  ADD ("/http-gate/garbage/is-refused", test_http_gate_garbage);
  ADD ("/http-gate/garbage/is-explained", test_http_gate_garbage_is_explained);
#undef ADD

  return g_test_run ();
}
