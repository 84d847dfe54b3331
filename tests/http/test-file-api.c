/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-attempt-folder.h"
#include "hw-await.h"
#include "hw-file-api.h"
#include "hw-file-download.h"
#include "hw-result-files.h"

#include "tests/support/wait.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than both ends of a connection keep for whoever does not read: this one as little
 * as it may, the other one up to 4 MiB.
 */
#define LARGE (12 * 1024 * 1024)
#define SMALL_BUFFER (64 * 1024)

/* A front door with a task that runs, and the folder where it leaves results. */
typedef struct
{
  HttpHouse house;
  char *root;
  char *folder;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwFiles) files = NULL;
  g_autofree char *attempt = NULL;
  guint64 task_id;

  http_house_set_up (&fixture->house, test_data);
  fixture->root = g_dir_make_tmp ("test-file-api-XXXXXX", &error);
  g_assert_no_error (error);
  files = hw_result_files_new (fixture->root);
  hw_task_queue_set_files (fixture->house.house->queue, files);

  task_id = hw_test_house_submit (fixture->house.house, "demo");
  attempt = hw_attempt_folder_build (fixture->root,
                                     hw_task_queue_get_epoch (fixture->house.house->queue),
                                     task_id, 1);
  fixture->folder = g_build_filename (attempt, "files", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fixture->folder, 0700), ==, 0);
}

/* Counts the descriptors of this process that are for a file of that name. */
static guint
count_open_files (const char *name)
{
  g_autoptr(GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *fd;
  guint n_files = 0;

  while ((fd = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *link = g_build_filename ("/proc/self/fd", fd, NULL);
      g_autofree char *target = g_file_read_link (link, NULL);
      g_autofree char *base = target != NULL ? g_path_get_basename (target) : NULL;

      n_files += g_strcmp0 (base, name) == 0;
    }

  return n_files;
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  const char *argv[] = { "rm", "-rf", "--", fixture->root, NULL };

  /* A piece may still be read, in a thread. */
  hw_http_server_stop (fixture->house.server);
  wait_until_seen (count_open_files ("large") == 0);
  http_house_tear_down (&fixture->house, test_data);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (fixture->folder);
  g_free (fixture->root);
}

static void
write_result (Fixture    *fixture,
              const char *name,
              const char *contents,
              gssize      length)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, contents, length, &error);
  g_assert_no_error (error);
}

static void
resize_result (Fixture    *fixture,
               const char *name,
               off_t       size)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_cmpint (truncate (path, size), ==, 0);
}

static void
test_lists (Fixture      *fixture,
            gconstpointer test_data)
{
  g_autofree char *link = g_build_filename (fixture->folder, "link", NULL);
  g_autoptr(HttpAnswer) answer = NULL;
  g_auto(GStrv) parts = NULL;

  write_result (fixture, "a \"é\"", "12345", -1);
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  answer = http_house_get (&fixture->house, "/api/v1/tasks/1/files");

  /* What is between the parts is the time. */
  parts = g_strsplit (answer->text, "\"modifiedAt\":\"2", 2);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "application/json");
  g_assert_cmpstr (parts[0], ==,
                   "{\"attempt\":1,\"files\":[{\"name\":\"a \\\"é\\\"\",\"size\":5,");
  g_assert_true (g_str_has_suffix (parts[1], "Z\"}],\"others\":1,\"truncated\":false}"));
}

static void
test_lists_nothing (Fixture      *fixture,
                    gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_get (&fixture->house,
                                                 "/api/v1/tasks/1/files?attempt=1");

  g_assert_cmpstr (answer->text, ==,
                   "{\"attempt\":1,\"files\":[],\"others\":0,\"truncated\":false}");
}

/* Test that a file of any bytes comes whole and in order, though it is sent in pieces. */
static void
test_sends_whole (Fixture      *fixture,
                  gconstpointer test_data)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (5031);
  g_autoptr(GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr(HttpAnswer) answer = NULL;

  for (guint i = 0; i < 300001; i++)
    {
      guint32 number = g_rand_int (random);

      g_array_append_val (numbers, number);
    }
  write_result (fixture, "random", numbers->data, (gssize) (numbers->len * sizeof (guint32)));
  answer = http_house_get (&fixture->house, "/api/v1/tasks/1/files/random?attempt=1");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpmem (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body),
                   numbers->data, numbers->len * sizeof (guint32));
}

/* Test that no browser shows a file as a page of ours. */
static void
test_is_for_saving (Fixture      *fixture,
                    gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;

  write_result (fixture, "é.html", "<script>alert (1)</script>", -1);
  answer = http_house_get (&fixture->house, "/api/v1/tasks/1/files/%C3%A9.html");

  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "application/octet-stream");
  g_assert_cmpstr (http_answer_get (answer, "content-disposition"), ==,
                   "attachment; filename=\"_.html\"; filename*=UTF-8''%C3%A9.html");
  g_assert_cmpstr (http_answer_get (answer, "x-content-type-options"), ==, "nosniff");
  g_assert_cmpstr (http_answer_get (answer, "content-security-policy"), ==,
                   "default-src 'none'; sandbox; frame-ancestors 'none'");
  g_assert_cmpstr (http_answer_get (answer, "headway-attempt"), ==, "1");
  g_assert_cmpstr (answer->text, ==, "<script>alert (1)</script>");
}

static void
test_head (Fixture      *fixture,
           gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;

  write_result (fixture, "a", "12345", -1);
  answer = http_house_ask (&fixture->house, "HEAD /api/v1/tasks/1/files/a", BY_OWNER, NULL);

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (http_answer_get (answer, "content-length"), ==, "5");
  g_assert_cmpstr (answer->text, ==, "");
}

static void
test_empty (Fixture      *fixture,
            gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;

  write_result (fixture, "a", "", 0);
  answer = http_house_get (&fixture->house, "/api/v1/tasks/1/files/a");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (http_answer_get (answer, "content-length"), ==, "0");
  g_assert_cmpstr (answer->text, ==, "");
}

/* What nobody gets, and why not. */
static const struct
{
  const char *path;
  guint status;
  const char *error;
} refusals[] = {
  { "/api/v1/tasks/1/files/none", 404, "not-found" },
  { "/api/v1/tasks/1/files/a%2Fb", 404, "not-found" },
  { "/api/v1/tasks/1/files/%00", 400, "invalid-request" },
  { "/api/v1/tasks/1/files/%2e%2e", 400, "invalid-request" },
  { "/api/v1/tasks/1/files/link", 404, "not-found" },
  { "/api/v1/tasks/1/files/a?attempt=2", 404, "not-found" },
  { "/api/v1/tasks/1/files/a?attempt=0", 400, "invalid-request" },
  { "/api/v1/tasks/1/files/a?offset=1", 400, "invalid-request" },
  { "/api/v1/tasks/1/files?attempt=2", 404, "not-found" },
  { "/api/v1/tasks/1/files?limit=2", 400, "invalid-request" },
  { "/api/v1/tasks/9/files", 404, "not-found" },
  { "/api/v1/tasks/9/files/a", 404, "not-found" },
};

static void
test_refuses (Fixture      *fixture,
              gconstpointer test_data)
{
  g_autofree char *link = g_build_filename (fixture->folder, "link", NULL);

  write_result (fixture, "a", "12345", -1);
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr(HttpAnswer) answer = http_house_get (&fixture->house, refusals[i].path);

      g_test_message ("%s", refusals[i].path);
      assert_problem (answer, refusals[i].status, refusals[i].error);
    }
}

static void
test_is_not_public (Fixture      *fixture,
                    gconstpointer test_data)
{
  g_autoptr(HttpAnswer) list = NULL;
  g_autoptr(HttpAnswer) file = NULL;

  write_result (fixture, "a", "12345", -1);
  list = http_house_ask (&fixture->house, "GET /api/v1/tasks/1/files", TO_US, NULL);
  file = http_house_ask (&fixture->house, "GET /api/v1/tasks/1/files/a", TO_US, NULL);

  assert_problem (list, 401, "unauthorized");
  assert_problem (file, 401, "unauthorized");
}

/* Asks for a file and reads nothing of it. Returns (transfer full). */
static GSocket *
ask_and_wait (Fixture    *fixture,
              const char *target)
{
  g_autofree char *request = http_house_write (&fixture->house, target, BY_OWNER, NULL);
  g_autoptr(GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, SMALL_BUFFER, &error);
  g_assert_no_error (error);
  g_socket_connect (socket, fixture->house.address, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (socket, FALSE);
  g_socket_send (socket, request, strlen (request), NULL, &error);
  g_assert_no_error (error);
  wait_until (g_socket_condition_check (socket, G_IO_IN) & G_IO_IN);

  return socket;
}

/* Reads until the server hangs up, which it says or not. Returns how many bytes. */
static gsize
read_rest (GSocket *socket)
{
  static char buffer[1024 * 1024];
  gboolean is_over = FALSE;
  gsize n_all = 0;

  while (!is_over)
    {
      g_autoptr(GError) error = NULL;
      gssize n = g_socket_receive (socket, buffer, sizeof buffer, NULL, &error);

      is_over = n == 0 || (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
      n_all += (gsize) MAX (n, 0);
      g_main_context_iteration (NULL, FALSE);
    }

  return n_all;
}

static void
test_slow_reader_holds_nobody_up (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(GSocket) slow = NULL;
  g_autoptr(HttpAnswer) answer = NULL;

  write_result (fixture, "large", "", 0);
  resize_result (fixture, "large", LARGE);
  write_result (fixture, "a", "12345", -1);
  slow = ask_and_wait (fixture, "GET /api/v1/tasks/1/files/large");
  answer = http_house_get (&fixture->house, "/api/v1/tasks/1/files/a");

  g_assert_cmpstr (answer->text, ==, "12345");
  g_assert_cmpuint (read_rest (slow), >, LARGE);
}

static gboolean
is_cut (GSocket *socket)
{
  return (g_socket_condition_check (socket, G_IO_HUP | G_IO_ERR) & (G_IO_HUP | G_IO_ERR)) != 0;
}

static void
test_stalled_reader_is_cut (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_autoptr(GSocket) slow = NULL;
  gint64 waited = 0;

  write_result (fixture, "large", "", 0);
  resize_result (fixture, "large", LARGE);
  slow = ask_and_wait (fixture, "GET /api/v1/tasks/1/files/large");

  /* It stalls when the kernel takes no more of what threads read. */
  while (!is_cut (slow))
    {
      hw_fake_clock_advance (fixture->house.house->clock, G_USEC_PER_SEC);
      waited += G_USEC_PER_SEC;
      hw_await_quiet ();
    }

  g_assert_cmpint (waited, >=, HW_FILE_MAX_STALL);
  g_assert_cmpuint (read_rest (slow), <, LARGE);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (fixture->house.house->clock), ==, 0);
}

/* Test that nobody takes a part of a file for the whole one. */
static void
test_file_gets_shorter (Fixture      *fixture,
                        gconstpointer test_data)
{
  g_autoptr(GSocket) client = NULL;

  write_result (fixture, "large", "", 0);
  resize_result (fixture, "large", LARGE);
  client = ask_and_wait (fixture, "GET /api/v1/tasks/1/files/large");
  resize_result (fixture, "large", 0);

  g_assert_cmpuint (read_rest (client), <, LARGE);
}

/* Test that what a program writes on is not sent: the length was told. */
static void
test_file_gets_longer (Fixture      *fixture,
                       gconstpointer test_data)
{
  g_autoptr(GSocket) client = NULL;
  gsize n_bytes;

  write_result (fixture, "large", "", 0);
  resize_result (fixture, "large", LARGE);
  client = ask_and_wait (fixture, "GET /api/v1/tasks/1/files/large");
  resize_result (fixture, "large", 2 * LARGE);
  n_bytes = read_rest (client);

  g_assert_cmpuint (n_bytes, >, LARGE);
  g_assert_cmpuint (n_bytes, <, LARGE + 4096);
}

static void
test_client_leaves (Fixture      *fixture,
                    gconstpointer test_data)
{
  g_autoptr(GSocket) client = NULL;

  write_result (fixture, "large", "", 0);
  resize_result (fixture, "large", LARGE);
  client = ask_and_wait (fixture, "GET /api/v1/tasks/1/files/large");
  g_assert_cmpuint (count_open_files ("large"), ==, 1);
  g_socket_close (client, NULL);

  wait_until_seen (count_open_files ("large") == 0);
}

/* The tear-down finds what is left. */
static void
test_server_stops (Fixture      *fixture,
                   gconstpointer test_data)
{
  g_autoptr(GSocket) client = NULL;

  write_result (fixture, "large", "", 0);
  resize_result (fixture, "large", LARGE);
  client = ask_and_wait (fixture, "GET /api/v1/tasks/1/files/large");
  hw_http_server_stop (fixture->house.server);

  g_assert_cmpuint (read_rest (client), <, LARGE);
}

static void
test_too_many (Fixture      *fixture,
               gconstpointer test_data)
{
  g_autoptr(GPtrArray) clients = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(HttpAnswer) refused = NULL;
  g_autoptr(HttpAnswer) answer = NULL;

  write_result (fixture, "large", "", 0);
  resize_result (fixture, "large", LARGE);
  write_result (fixture, "a", "12345", -1);
  for (guint i = 0; i < HW_FILE_MAX_DOWNLOADS; i++)
    g_ptr_array_add (clients, ask_and_wait (fixture, "GET /api/v1/tasks/1/files/large"));

  refused = http_house_get (&fixture->house, "/api/v1/tasks/1/files/a");
  for (guint i = 0; i < clients->len; i++)
    g_socket_close (g_ptr_array_index (clients, i), NULL);
  wait_until_seen (count_open_files ("large") == 0);
  answer = http_house_get (&fixture->house, "/api/v1/tasks/1/files/a");

  assert_problem (refused, 503, "too-large");
  g_assert_cmpuint (answer->status, ==, 200);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add ("/file-api/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("lists-files", test_lists);
  ADD ("lists-nothing", test_lists_nothing);
  ADD ("sends-a-file-whole", test_sends_whole);
  ADD ("sends-a-file-for-saving", test_is_for_saving);
  ADD ("sends-an-empty-file", test_empty);
  ADD ("head-has-no-body", test_head);
  ADD ("refuses-what-is-not-there", test_refuses);
  ADD ("refuses-strangers", test_is_not_public);
  ADD ("slow-reader-holds-nobody-up", test_slow_reader_holds_nobody_up);
  ADD ("stalled-reader-is-cut", test_stalled_reader_is_cut);
  ADD ("file-that-gets-shorter-ends-in-a-cut", test_file_gets_shorter);
  ADD ("file-that-gets-longer-ends-where-it-did", test_file_gets_longer);
  ADD ("client-leaves", test_client_leaves);
  ADD ("server-stops", test_server_stops);
  ADD ("only-so-many-at-once", test_too_many);
#undef ADD

  return g_test_run ();
}
