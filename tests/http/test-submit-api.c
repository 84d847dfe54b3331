/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

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

static void
test_submit_api_batch_is_long (HttpHouse    *house,
                               gconstpointer test_data)
{
  g_autofree char *long_one = make_batch (100);
  g_autofree char *longer = make_batch (HW_SUBMIT_MAX + 1);
  g_autoptr(HttpAnswer) refused = http_house_post (house, "/api/v1/tasks", longer);
  g_autoptr(HttpAnswer) taken = http_house_post (house, "/api/v1/tasks", long_one);

  assert_problem (refused, 413, "too-large");
  g_assert_cmpuint (taken->status, ==, 202);
  g_assert_true (g_str_has_prefix (taken->text, "{\"ids\":[1,2,3,"));
  g_assert_true (g_str_has_suffix (taken->text, ",99,100]}"));
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

/* Adds with a key; the field may say more than that. */
static HttpAnswer *
post_with_key (HttpHouse  *house,
               const char *path,
               const char *key,
               const char *body)
{
  g_autofree char *target = g_strconcat ("POST ", path, NULL);
  g_autofree char *fields = g_strconcat (BY_OWNER, "Content-Type: application/json\n"
                                         "Idempotency-Key: ", key, "\n", NULL);

  return http_house_ask (house, target, fields, body);
}

static void
test_submit_api_key_counts_once (HttpHouse    *house,
                                 gconstpointer test_data)
{
  g_autoptr(HttpAnswer) first =
    post_with_key (house, "/api/v1/tasks", "1f0e",
                   "{\"type\": \"checksum\", \"parameters\": {\"path\": \"/x\"}}");
  g_autoptr(HttpAnswer) again =
    post_with_key (house, "/api/v1/tasks", "1f0e",
                   "{ \"parameters\": {\"path\":\"/x\"}, \"type\": \"checksum\" }");
  g_autoptr(HttpAnswer) list = http_house_get (house, "/api/v1/tasks/2");

  g_assert_cmpuint (first->status, ==, 202);
  g_assert_cmpuint (again->status, ==, 202);
  g_assert_cmpstr (again->text, ==, first->text);
  g_assert_cmpstr (http_answer_get (again, "location"), ==, "/api/v1/tasks/1");
  g_assert_cmpuint (list->status, ==, 404);
}

static void
test_submit_api_key_of_another (HttpHouse    *house,
                                gconstpointer test_data)
{
  static const char *const others[] = {
    "{\"type\": \"demo\"}",
    "{\"type\": \"noop\", \"title\": \"Other\"}",
    "{\"type\": \"noop\", \"priority\": 1}",
    "[{\"type\": \"noop\"}]",
  };
  g_autoptr(HttpAnswer) first = post_with_key (house, "/api/v1/tasks", "k",
                                               "{\"type\": \"noop\"}");

  g_assert_cmpuint (first->status, ==, 202);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr(HttpAnswer) answer = post_with_key (house, "/api/v1/tasks", "k", others[i]);

      assert_problem (answer, 409, "conflict");
    }
}

static void
test_submit_api_key_of_a_batch (HttpHouse    *house,
                                gconstpointer test_data)
{
  const char *body = "[{\"type\": \"noop\"}, {\"type\": \"demo\"}]";
  g_autoptr(HttpAnswer) first = post_with_key (house, "/api/v1/tasks", "k", body);
  g_autoptr(HttpAnswer) again = post_with_key (house, "/api/v1/tasks", "k", body);
  g_autoptr(HttpAnswer) bare = post_with_key (house, "/add-task", "l", NULL);
  g_autoptr(HttpAnswer) bare_again = post_with_key (house, "/add-task", "l", NULL);

  g_assert_cmpstr (first->text, ==, "{\"ids\":[1,2]}");
  g_assert_cmpstr (again->text, ==, "{\"ids\":[1,2]}");
  g_assert_cmpstr (bare->text, ==, "{\"id\":3}");
  g_assert_cmpstr (bare_again->text, ==, "{\"id\":3}");
}

static void
test_submit_api_key_is_checked (HttpHouse    *house,
                                gconstpointer test_data)
{
  g_autofree char *long_key = g_strnfill (256, 'k');
  g_autofree char *longest_key = g_strnfill (255, 'k');
  const char *const keys[] = { "", "\xc3\xa4", "a\tb", long_key };
  g_autoptr(HttpAnswer) taken = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr(HttpAnswer) answer = post_with_key (house, "/api/v1/tasks", keys[i],
                                                    "{\"type\": \"noop\"}");

      assert_problem (answer, 400, "invalid-request");
    }

  taken = post_with_key (house, "/api/v1/tasks", longest_key, "{\"type\": \"noop\"}");
  g_assert_cmpuint (taken->status, ==, 202);
}

static void
test_submit_api_remove (HttpHouse    *house,
                        gconstpointer test_data)
{
  guint64 id = hw_test_house_submit (house->house, "demo");
  g_autoptr(HttpAnswer) too_early = NULL;
  g_autoptr(HttpAnswer) removed = NULL;
  g_autoptr(HttpAnswer) gone = NULL;
  g_autoptr(HttpAnswer) again = NULL;

  too_early = http_house_ask (house, "DELETE /api/v1/tasks/1", BY_OWNER, NULL);
  hw_test_house_succeed (house->house, id);
  removed = http_house_ask (house, "DELETE /api/v1/tasks/1", BY_OWNER, NULL);
  gone = http_house_get (house, "/api/v1/tasks/1");
  again = http_house_ask (house, "DELETE /api/v1/tasks/1", BY_OWNER, NULL);

  assert_problem (too_early, 409, "wrong-state");
  g_assert_cmpuint (removed->status, ==, 204);
  g_assert_cmpstr (removed->text, ==, "");
  g_assert_cmpuint (gone->status, ==, 404);
  g_assert_cmpuint (again->status, ==, 404);
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
  ADD ("/submit-api/key/counts-once", test_submit_api_key_counts_once);
  ADD ("/submit-api/key/of-another-request-is-a-conflict", test_submit_api_key_of_another);
  ADD ("/submit-api/key/is-that-of-a-whole-batch", test_submit_api_key_of_a_batch);
  ADD ("/submit-api/key/is-checked", test_submit_api_key_is_checked);
  ADD ("/submit-api/remove/takes-a-task-that-has-ended", test_submit_api_remove);
#undef ADD

  return g_test_run ();
}
