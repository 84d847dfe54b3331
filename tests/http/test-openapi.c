/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-answer-json.h"
#include "hw-http-route.h"
#include "hw-json-variant.h"

#include <string.h>

static const char *const methods[] = { "get", "head", "post", "delete", "options", "put", "patch" };

/* Returns: (transfer full): the paths of the document with what they have */
static GVariant *
get_paths (HttpHouse *self)
{
  const HwJsonLimits limits = { HW_ANSWER_MAX_LENGTH, HW_ANSWER_MAX_TOKENS };
  g_autoptr(HttpAnswer) answer = http_house_get (self, "/openapi.json");
  g_autoptr(GVariant) document = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (answer->status, ==, 200);
  document = hw_json_variant_parse_within (answer->text, strlen (answer->text), &limits, &error);
  g_assert_no_error (error);

  return g_variant_lookup_value (document, "paths", G_VARIANT_TYPE_VARDICT);
}

/* Puts values for what stands in braces. */
static char *
fill (const char *path)
{
  g_autoptr(GString) text = g_string_new (path);

  g_string_replace (text, "{id}", "7", 0);
  g_string_replace (text, "{name}", "a.txt", 0);

  return g_strdup (text->str);
}

/* Where the document has operations, and where the router has methods: one by one the same. */
static void
assert_methods (const char *path,
                GVariant   *item,
                HwHttpRoute route)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr(GVariant) operation = g_variant_lookup_value (item, methods[i], NULL);
      g_autofree char *method = g_ascii_strup (methods[i], -1);
      gboolean has_method = hw_http_route_has_method (route, method);

      g_test_message ("%s %s", method, path);
      g_assert_cmpint (operation != NULL, ==, has_method);
    }
}

/* Test that the document has every address that the router has, with its methods, and no
 * other. The pages are for people, and the hub says itself which methods it has.
 */
static void
test_openapi_routes (HttpHouse    *self,
                     gconstpointer test_data)
{
  g_autoptr(GVariant) paths = get_paths (self);
  guint n_paths[HW_N_HTTP_ROUTES] = { 0 };
  GVariantIter iter;
  const char *path;
  GVariant *item;

  g_variant_iter_init (&iter, paths);
  while (g_variant_iter_loop (&iter, "{&sv}", &path, &item))
    {
      g_autofree char *filled = fill (path);
      guint64 task_id;
      HwHttpRoute route = hw_http_route_parse (filled, &task_id);

      n_paths[route]++;
      if (route != HW_HTTP_ROUTE_HUB)
        assert_methods (path, item, route);
    }

  for (guint i = 0; i < HW_N_HTTP_ROUTES; i++)
    {
      g_test_message ("route %u", i);
      if (i == HW_HTTP_ROUTE_NONE || i == HW_HTTP_ROUTE_WEB)
        g_assert_cmpuint (n_paths[i], ==, 0);
      else
        g_assert_cmpuint (n_paths[i], ==, i == HW_HTTP_ROUTE_HUB ? 2 : 1);
    }
}

/* Test that who has the document is not sent it again. */
static void
test_openapi_tag (HttpHouse    *self,
                  gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_get (self, "/openapi.json");
  const char *tag = http_answer_get (answer, "etag");
  g_autofree char *fields = g_strdup_printf (BY_OWNER "If-None-Match: %s\n", tag);
  g_autoptr(HttpAnswer) unchanged = http_house_ask (self, "GET /openapi.json", fields, NULL);
  g_autoptr(HttpAnswer) other =
    http_house_ask (self, "GET /openapi.json", BY_OWNER "If-None-Match: \"x\"\n", NULL);

  g_assert_cmpuint (unchanged->status, ==, 304);
  g_assert_cmpstr (unchanged->text, ==, "");
  g_assert_cmpuint (other->status, ==, 200);
  g_assert_cmpstr (other->text, ==, answer->text);
  g_assert_cmpstr (http_answer_get (other, "etag"), ==, tag);
}

/* Test that the document is packed for whoever can read that. */
static void
test_openapi_packed (HttpHouse    *self,
                     gconstpointer test_data)
{
  g_autoptr(HttpAnswer) plain = http_house_get (self, "/openapi.json");
  g_autoptr(HttpAnswer) packed =
    http_house_ask (self, "GET /openapi.json", BY_OWNER "Accept-Encoding: gzip\n", NULL);

  g_assert_cmpstr (http_answer_get (plain, "content-type"), ==, "application/json");
  g_assert_null (http_answer_get (plain, "content-encoding"));
  g_assert_cmpstr (http_answer_get (packed, "content-encoding"), ==, "gzip");
  g_assert_cmpuint (g_bytes_get_size (packed->body) * 4, <, g_bytes_get_size (plain->body));
}

/* Test that HEAD tells the same without the document. */
static void
test_openapi_head (HttpHouse    *self,
                   gconstpointer test_data)
{
  g_autoptr(HttpAnswer) whole = http_house_get (self, "/openapi.json");
  g_autoptr(HttpAnswer) head = http_house_ask (self, "HEAD /openapi.json", BY_OWNER, NULL);

  g_assert_cmpuint (head->status, ==, 200);
  g_assert_cmpstr (head->text, ==, "");
  g_assert_cmpstr (http_answer_get (head, "content-length"), ==,
                   http_answer_get (whole, "content-length"));
}

/* Test that task types are told to those only who may list them. */
static void
test_openapi_nobody (HttpHouse    *self,
                     gconstpointer test_data)
{
  g_autoptr(HttpAnswer) stranger = http_house_ask (self, "GET /openapi.json", TO_US, NULL);
  g_autoptr(HttpAnswer) owner =
    http_house_ask_locally (self, "GET /openapi.json", "Host: localhost\n", NULL);

  assert_problem (stranger, 401, "unauthorized");
  g_assert_cmpuint (owner->status, ==, 200);
}

static void
test_openapi_query (HttpHouse    *self,
                    gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_get (self, "/openapi.json?a=b");

  assert_problem (answer, 400, "invalid-request");
}

#define ADD(path, test) \
  g_test_add (path, HttpHouse, NULL, http_house_set_up, test, http_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/openapi/routes/are-those-of-the-router", test_openapi_routes);
  ADD ("/openapi/tag/spares-another-answer", test_openapi_tag);
  ADD ("/openapi/encoding/is-gzip-for-who-takes-it", test_openapi_packed);
  ADD ("/openapi/head/has-no-body", test_openapi_head);
  ADD ("/openapi/nobody/is-let-in", test_openapi_nobody);
  ADD ("/openapi/query/is-none", test_openapi_query);

  return g_test_run ();
}
