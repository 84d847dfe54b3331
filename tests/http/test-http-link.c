/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-answer-json.h"
#include "hw-http-link.h"

#include <string.h>

static void
test_http_link_make (void)
{
  g_autofree char *list = hw_http_link_make (5031, "ab12", 0);
  g_autofree char *task = hw_http_link_make (65535, "ab12", 42);
  g_autofree char *escaped = hw_http_link_make (5031, "a+b c#&=%", 0);

  g_assert_cmpstr (list, ==, "http://127.0.0.1:5031/#token=ab12");
  g_assert_cmpstr (task, ==, "http://127.0.0.1:65535/tasks/42#token=ab12");
  g_assert_cmpstr (escaped, ==, "http://127.0.0.1:5031/#token=a%2Bb%20c%23%26%3D%25");
}

/* Who asks on the Unix socket says no more than where to. */
static void
assert_link (HttpHouse  *house,
             const char *path,
             const char *page)
{
  g_autofree char *target = g_strconcat ("GET ", path, NULL);
  g_autoptr(HttpAnswer) answer = http_house_ask_locally (house, target, "Host: localhost\n", NULL);
  g_autofree char *expected =
    g_strdup_printf ("http://127.0.0.1:%u%s#token=" HTTP_HOUSE_TOKEN,
                     hw_http_server_get_port (house->server), page);
  g_autofree char *link = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (http_answer_get (answer, "cache-control"), ==, "no-store");
  link = hw_answer_json_parse_link (answer->body, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (link, ==, expected);
}

static void
test_http_link_over_the_socket (HttpHouse    *house,
                                gconstpointer test_data)
{
  assert_link (house, "/api/v1/link", "/");
  assert_link (house, "/api/v1/link?task=42", "/tasks/42");
}

/* Test that the link lets its reader in. */
static void
test_http_link_has_the_token (HttpHouse    *house,
                              gconstpointer test_data)
{
  g_autofree char *link = hw_http_server_make_link (house->server, 7);
  g_autoptr(GUri) uri = g_uri_parse (link, G_URI_FLAGS_NONE, NULL);
  g_autofree char *fields =
    g_strdup_printf (TO_US "Authorization: Bearer %s\n",
                     g_uri_get_fragment (uri) + strlen ("token="));
  g_autoptr(HttpAnswer) answer = http_house_ask (house, "GET /api/v1/tasks", fields, NULL);

  g_assert_cmpstr (g_uri_get_path (uri), ==, "/tasks/7");
  g_assert_cmpuint (answer->status, ==, 200);
}

/* Test that nobody on TCP gets the token, whatever they bring. */
static void
test_http_link_not_over_tcp (HttpHouse    *house,
                             gconstpointer test_data)
{
  g_autoptr(HttpAnswer) owner = http_house_get (house, "/api/v1/link");
  g_autoptr(HttpAnswer) nobody = http_house_ask (house, "GET /api/v1/link", TO_US, NULL);

  assert_problem (owner, 403, "not-allowed");
  assert_problem (nobody, 401, "unauthorized");
  g_assert_null (strstr (owner->text, HTTP_HOUSE_TOKEN));
  g_assert_null (strstr (nobody->text, HTTP_HOUSE_TOKEN));
}

static void
test_http_link_bad_query (HttpHouse    *house,
                          gconstpointer test_data)
{
  static const char *const targets[] = {
    "GET /api/v1/link?task=0", "GET /api/v1/link?task=x", "GET /api/v1/link?page=1",
    "GET /api/v1/link?task=7%2f..",
  };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr(HttpAnswer) answer = http_house_ask_locally (house, targets[i],
                                                             "Host: localhost\n", NULL);

      g_test_message ("%s", targets[i]);
      assert_problem (answer, 400, "invalid-request");
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-link/names-the-page", test_http_link_make);
#define ADD(path, test) \
  g_test_add ("/http-link/" path, HttpHouse, NULL, http_house_set_up, test_http_link_ ## test, \
              http_house_tear_down)
  ADD ("is-given-over-the-socket", over_the_socket);
  ADD ("lets-its-reader-in", has_the_token);
  ADD ("is-given-to-nobody-on-tcp", not_over_tcp);
  ADD ("refuses-bad-queries", bad_query);
#undef ADD

  return g_test_run ();
}
