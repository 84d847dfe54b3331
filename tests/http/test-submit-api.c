/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

static void
assert_member (HttpAnswer *answer,
               const char *name,
               const char *value)
{
  g_autofree char *found = http_answer_dup_member (answer, name);

  g_assert_cmpstr (found, ==, value);
}

/* An array of @n_tasks tasks. */
static char *
make_batch (guint n_tasks)
{
  GString *body = g_string_new ("[");

  for (guint i = 0; i < n_tasks; i++)
    g_string_append (body, i > 0 ? ",{\"type\": \"noop\"}" : "{\"type\": \"noop\"}");

  return g_string_free (g_string_append_c (body, ']'), FALSE);
}

static void
test_submit_api_batch (HttpHouse    *house,
                       gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer =
    http_house_post (house, "/api/v1/tasks",
                     " \n[{\"type\": \"noop\", \"title\": \"First\"}, {\"type\": \"demo\"}]");
  g_autoptr(HttpAnswer) first = http_house_get (house, "/api/v1/tasks/1");
  g_autoptr(HttpAnswer) second = http_house_get (house, "/api/v1/tasks/2");

  g_assert_cmpuint (answer->status, ==, 202);
  g_assert_cmpstr (answer->text, ==, "{\"ids\":[1,2]}");
  g_assert_null (http_answer_get (answer, "location"));
  assert_member (first, "title", "First");
  assert_member (second, "type", "demo");
}

static void
test_submit_api_batch_of_one (HttpHouse    *house,
                              gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_post (house, "/api/v1/tasks", "[{\"type\": \"noop\"}]");

  g_assert_cmpuint (answer->status, ==, 202);
  g_assert_cmpstr (answer->text, ==, "{\"ids\":[1]}");
}

/* A thousand tasks are more values than a request of one may have. */
static void
test_submit_api_batch_is_long (HttpHouse    *house,
                               gconstpointer test_data)
{
  g_autofree char *longest = make_batch (HW_SUBMIT_MAX);
  g_autofree char *longer = make_batch (HW_SUBMIT_MAX + 1);
  g_autoptr(HttpAnswer) refused = http_house_post (house, "/api/v1/tasks", longer);
  g_autoptr(HttpAnswer) taken = http_house_post (house, "/api/v1/tasks", longest);

  assert_problem (refused, 413, "too-large");
  g_assert_cmpuint (taken->status, ==, 202);
  g_assert_true (g_str_has_prefix (taken->text, "{\"ids\":[1,2,3,"));
  g_assert_true (g_str_has_suffix (taken->text, ",999,1000]}"));
}

/* Arrays of which one part is wrong, and which it is. */
static const struct
{
  const char *claim;
  const char *body;
  const char *error;
  const char *field;
} wrong[] = {
  { "member", "[{\"type\": \"noop\"}, {\"type\": \"noop\", \"colour\": 1}]", "invalid-request",
    "/1/colour" },
  { "no-type", "[{\"type\": \"noop\"}, {}]", "invalid-request", "/1/type" },
  { "type", "[{\"type\": \"nonsense\"}, {\"type\": \"noop\"}]", "unknown-type", "/0/type" },
  { "parameter", "[{\"type\": \"noop\"}, {\"type\": \"noop\"}, {\"type\": \"checksum\"}]",
    "invalid-parameter", "/2/parameters/path" },
  { "title", "[{\"type\": \"noop\", \"title\": \"\"}]", "invalid-request", "/0/title" },
  { "text", "[\"noop\"]", "invalid-request", "/0" },
  { "array", "[[{\"type\": \"noop\"}]]", "invalid-request", "/0" },
  { "null", "[{\"type\": \"noop\"}, null]", "invalid-request", "/1" },
  { "empty", "[]", "invalid-request", NULL },
};

/* All or nothing: what is right in an array with a fault is not added either. */
static void
test_submit_api_batch_is_whole (HttpHouse    *house,
                                gconstpointer test_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(HttpAnswer) answer = http_house_post (house, "/api/v1/tasks", wrong[i].body);

      g_test_message ("%s: %s", wrong[i].claim, answer->text);
      assert_problem (answer, 400, wrong[i].error);
      assert_member (answer, "field", wrong[i].field);
    }

  g_assert_cmpuint (hw_memory_store_get_head (house->house->store), ==, 0);
}

static void
test_submit_api_batch_is_on_disk (HttpHouse    *house,
                                  gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;

  hw_memory_store_fail_next (house->house->store, HW_MEMORY_STORE_COMMIT, 1);
  answer = http_house_post (house, "/api/v1/tasks", "[{\"type\": \"noop\"}, {\"type\": \"noop\"}]");

  g_assert_cmpuint (answer->status, >=, 400);
  g_assert_cmpuint (hw_memory_store_get_head (house->house->store), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add (path, HttpHouse, NULL, http_house_set_up, test, http_house_tear_down)
  ADD ("/submit-api/batch/answers-with-all-numbers", test_submit_api_batch);
  ADD ("/submit-api/batch/of-one-is-a-batch", test_submit_api_batch_of_one);
  ADD ("/submit-api/batch/has-a-thousand-at-most", test_submit_api_batch_is_long);
  ADD ("/submit-api/batch/all-or-nothing", test_submit_api_batch_is_whole);
  ADD ("/submit-api/batch/answers-when-it-is-on-disk", test_submit_api_batch_is_on_disk);
#undef ADD

  return g_test_run ();
}
