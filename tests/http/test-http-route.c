/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-route.h"

/* How many paths are made up, and from which number on, so that they are the same ones
 * each time. */
#define N_RANDOM_PATHS 20000
#define RANDOM_SEED 5031

/* A path and what it leads to. */
typedef struct
{
  const char *path;
  HwHttpRoute route;
  guint64 task_id;
} Row;

static const Row rows[] = {
  { "/", HW_HTTP_ROUTE_WEB, 0 },
  { "", HW_HTTP_ROUTE_WEB, 0 },
  { "/tasks/7", HW_HTTP_ROUTE_WEB, 0 },
  { "/index.html", HW_HTTP_ROUTE_WEB, 0 },
  { "/assets/index-0a1b2c.js", HW_HTTP_ROUTE_WEB, 0 },
  { "/apis", HW_HTTP_ROUTE_WEB, 0 },
  { "/hubs", HW_HTTP_ROUTE_WEB, 0 },
  { "/add-tasks", HW_HTTP_ROUTE_WEB, 0 },
  { "/healthz/", HW_HTTP_ROUTE_WEB, 0 },
  { "/openapi.json/", HW_HTTP_ROUTE_WEB, 0 },
  { "/openapi.jso", HW_HTTP_ROUTE_WEB, 0 },
  { "//api/v1/tasks", HW_HTTP_ROUTE_WEB, 0 },
  { "/API/v1/tasks", HW_HTTP_ROUTE_WEB, 0 },

  { "/healthz", HW_HTTP_ROUTE_HEALTH, 0 },
  { "/readyz", HW_HTTP_ROUTE_READINESS, 0 },
  { "/metrics", HW_HTTP_ROUTE_METRICS, 0 },
  { "/metrics/", HW_HTTP_ROUTE_WEB, 0 },
  { "/add-task", HW_HTTP_ROUTE_ADD_TASK, 0 },
  { "/api/v1/session", HW_HTTP_ROUTE_SESSION, 0 },
  { "/api/v1/tasks", HW_HTTP_ROUTE_TASKS, 0 },
  { "/api/v1/events", HW_HTTP_ROUTE_EVENTS, 0 },
  { "/api/v1/link", HW_HTTP_ROUTE_LINK, 0 },
  { "/api/v1/about", HW_HTTP_ROUTE_ABOUT, 0 },
  { "/api/v1/task-types", HW_HTTP_ROUTE_TASK_TYPES, 0 },
  { "/openapi.json", HW_HTTP_ROUTE_OPENAPI, 0 },
  { "/hub", HW_HTTP_ROUTE_HUB, 0 },
  { "/hub/", HW_HTTP_ROUTE_HUB, 0 },
  { "/hub/negotiate", HW_HTTP_ROUTE_HUB, 0 },

  { "/api/v1/tasks/7", HW_HTTP_ROUTE_TASK, 7 },
  { "/api/v1/tasks/9007199254740992", HW_HTTP_ROUTE_TASK, G_GUINT64_CONSTANT (9007199254740992) },
  { "/api/v1/tasks/7/cancel", HW_HTTP_ROUTE_CANCEL, 7 },
  { "/api/v1/tasks/7/retry", HW_HTTP_ROUTE_RETRY, 7 },
  { "/api/v1/tasks/7/pause", HW_HTTP_ROUTE_PAUSE, 7 },
  { "/api/v1/tasks/7/resume", HW_HTTP_ROUTE_RESUME, 7 },
  { "/api/v1/tasks/7/events", HW_HTTP_ROUTE_TASK_EVENTS, 7 },
  { "/api/v1/tasks/7/log", HW_HTTP_ROUTE_LOG, 7 },
  { "/api/v1/tasks/7/files", HW_HTTP_ROUTE_FILES, 7 },
  { "/api/v1/tasks/7/files/a", HW_HTTP_ROUTE_FILE, 7 },
  { "/api/v1/tasks/7/files/%2e%2E", HW_HTTP_ROUTE_FILE, 7 },
  { "/api/v1/tasks/7/files/", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v1/tasks/7/files/a/b", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v1/tasks/7/files/a/", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v1/tasks/7/filesa", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v1/tasks/7/file/a", HW_HTTP_ROUTE_NONE, 0 },

  { "/api", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v2/tasks", HW_HTTP_ROUTE_NONE, 0 },
  { "/api//v1/tasks", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v1/tasks/", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v1/events/", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v1/link/7", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v1/session/", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v1/../v1/tasks", HW_HTTP_ROUTE_NONE, 0 },
  { "/api/v1/%74asks", HW_HTTP_ROUTE_NONE, 0 },
  { "/add-task/", HW_HTTP_ROUTE_NONE, 0 },
};

/* What is no task's number. */
static const char *const bad_numbers[] = {
  "0", "00", "07", "-7", "+7", " 7", "7 ", "7.0", "7e0", "0x7", "%37", "seven", "７",
  "9007199254740993", "18446744073709551616", "18446744073709551623",
  "99999999999999999999999999999999", "7;", "7\n", "7\\log", "*", "..", "null",
};

static void
test_http_route_row (gconstpointer test_data)
{
  const Row *row = test_data;
  guint64 task_id = 99;

  g_assert_cmpint (hw_http_route_parse (row->path, &task_id), ==, row->route);
  g_assert_cmpuint (task_id, ==, row->task_id);
}

static void
test_http_route_bad_number (gconstpointer test_data)
{
  static const char *const rests[] = { "", "/cancel", "/retry", "/events", "/log" };

  for (guint i = 0; i < G_N_ELEMENTS (rests); i++)
    {
      g_autofree char *path = g_strconcat ("/api/v1/tasks/", test_data, rests[i], NULL);
      guint64 task_id;

      g_assert_cmpint (hw_http_route_parse (path, &task_id), ==, HW_HTTP_ROUTE_NONE);
    }
}

static void
test_http_route_bad_rest (void)
{
  static const char *const rests[] = {
    "/", "/log/", "//log", "/logs", "/lo", "/cancel/now", "/Cancel", "/%6cog", "/log%00", "/.", "/..",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rests); i++)
    {
      g_autofree char *path = g_strconcat ("/api/v1/tasks/7", rests[i], NULL);
      guint64 task_id;

      g_assert_cmpint (hw_http_route_parse (path, &task_id), ==, HW_HTTP_ROUTE_NONE);
    }
}

/* What is said in a path of the name of a file, and which one that is. */
static const struct
{
  const char *path;
  const char *name;
} file_names[] = {
  { "/api/v1/tasks/7/files/a.txt", "a.txt" },
  { "/api/v1/tasks/7/files/a%20b", "a b" },
  { "/api/v1/tasks/7/files/%61", "a" },
  { "/api/v1/tasks/7/files/%C3%A9", "é" },
  { "/api/v1/tasks/7/files/a+b", "a+b" },
  { "/api/v1/tasks/7/files/%252f", "%2f" },
  { "/api/v1/tasks/7/files/%2e%2e", ".." },
  { "/api/v1/tasks/7/files/a%2fb", NULL },
  { "/api/v1/tasks/7/files/a%2Fb", NULL },
  { "/api/v1/tasks/7/files/a%00", NULL },
  { "/api/v1/tasks/7/files/a%", NULL },
  { "/api/v1/tasks/7/files/a%zz", NULL },
};

static void
test_http_route_file_name (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (file_names); i++)
    {
      g_autofree char *name = hw_http_route_get_file_name (file_names[i].path);

      g_assert_cmpstr (name, ==, file_names[i].name);
    }
}

/* Made up of pieces of real ones, so that many are nearly right. */
static char *
make_path (GRand *random)
{
  static const char *const pieces[] = {
    "/", "/api/v1/tasks", "/api/v1", "/tasks", "/task-types", "/session", "/hub", "/add-task",
    "/healthz", "/log", "/cancel", "/7", "/0", "/18446744073709551616", "%2f", "%00", "..",
    ".", "?", "#", ";", "\\", "é", "\xff", "-1", " ", "a",
  };
  GString *path = g_string_new (NULL);

  for (int i = g_rand_int_range (random, 0, 8); i > 0; i--)
    g_string_append (path, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);

  return g_string_free (path, FALSE);
}

/* A path that leads to a task can be written in no other way. */
static void
test_http_route_one_spelling (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (RANDOM_SEED);
  guint n_tasks = 0;

  for (guint i = 0; i < N_RANDOM_PATHS; i++)
    {
      g_autofree char *path = make_path (random);
      g_autofree char *expected = NULL;
      guint64 task_id;
      HwHttpRoute route = hw_http_route_parse (path, &task_id);

      if (task_id == 0)
        continue;

      expected = g_strdup_printf ("/api/v1/tasks/%" G_GUINT64_FORMAT "%s", task_id,
                                  route == HW_HTTP_ROUTE_LOG ? "/log" :
                                  route == HW_HTTP_ROUTE_CANCEL ? "/cancel" : "");
      g_assert_cmpstr (path, ==, expected);
      n_tasks++;
    }

  g_assert_cmpuint (n_tasks, >, 0);
}

/* Nothing below the three is ever taken for a page of the web client. */
static void
test_http_route_web_is_elsewhere (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (RANDOM_SEED);

  for (guint i = 0; i < N_RANDOM_PATHS; i++)
    {
      static const char *const folders[] = { "/api", "/hub", "/add-task" };
      g_autofree char *rest = make_path (random);
      g_autofree char *path = g_strconcat (folders[i % G_N_ELEMENTS (folders)], "/", rest, NULL);
      guint64 task_id;

      g_assert_cmpint (hw_http_route_parse (path, &task_id), !=, HW_HTTP_ROUTE_WEB);
    }
}

static void
test_http_route_public (void)
{
  for (guint i = 0; i < HW_N_HTTP_ROUTES; i++)
    {
      gboolean is_public = i == HW_HTTP_ROUTE_WEB || i == HW_HTTP_ROUTE_HEALTH ||
                           i == HW_HTTP_ROUTE_READINESS;

      g_assert_cmpint (hw_http_route_is_public ((HwHttpRoute) i, "GET"), ==, is_public);
      g_assert_cmpint (hw_http_route_is_public ((HwHttpRoute) i, "POST"), ==,
                       is_public || i == HW_HTTP_ROUTE_SESSION);
    }
}

static void
test_http_route_methods (void)
{
  g_assert_true (hw_http_route_has_method (HW_HTTP_ROUTE_TASK, "GET"));
  g_assert_true (hw_http_route_has_method (HW_HTTP_ROUTE_TASK, "HEAD"));
  g_assert_false (hw_http_route_has_method (HW_HTTP_ROUTE_TASK, "POST"));
  g_assert_false (hw_http_route_has_method (HW_HTTP_ROUTE_TASK, "get"));
  g_assert_false (hw_http_route_has_method (HW_HTTP_ROUTE_TASK, "GET, HEAD"));
  g_assert_false (hw_http_route_has_method (HW_HTTP_ROUTE_TASK, ""));
  g_assert_true (hw_http_route_has_method (HW_HTTP_ROUTE_HUB, "DELETE"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = g_strdelimit (g_strdup (rows[i].path), "/", '|');
      g_autofree char *path = g_strdup_printf ("/http-route/path/%" G_GSIZE_FORMAT ":%s", i,
                                               shown);

      g_test_add_data_func (path, &rows[i], test_http_route_row);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (bad_numbers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http-route/refuses-number/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (path, bad_numbers[i], test_http_route_bad_number);
    }

  g_test_add_func ("/http-route/refuses-what-follows-a-number", test_http_route_bad_rest);
  g_test_add_func ("/http-route/names-of-files-are-decoded-once", test_http_route_file_name);
  g_test_add_func ("/http-route/a-task-has-one-spelling", test_http_route_one_spelling);
  g_test_add_func ("/http-route/web-is-never-below-the-api", test_http_route_web_is_elsewhere);
  g_test_add_func ("/http-route/public-is-little", test_http_route_public);
  g_test_add_func ("/http-route/methods-are-exact", test_http_route_methods);

  return g_test_run ();
}
