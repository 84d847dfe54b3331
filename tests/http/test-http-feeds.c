/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"
#include "hw-http-stream.h"

#include "tests/support/parsed-fields.h"

#include <malloc.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

/* So many connect before the first of them have their answer. */
#define N_AT_ONCE 50

/* Who hears nothing for so long never will, in microseconds. */
#define PATIENCE (20 * G_USEC_PER_SEC)

/* How long an answer is that goes out only as far as somebody reads it. */
#define LONG_ANSWER (512 * 1024)

/* Somebody who watches from the beginning, and costs this side nothing but a descriptor. */
typedef struct
{
  GSocket *socket; /* (owned) */
  GString *heard;  /* (owned) */
} Viewer;

static void
viewer_free (Viewer *viewer)
{
  g_clear_object (&viewer->socket);
  g_string_free (viewer->heard, TRUE);
  g_free (viewer);
}

/* The kernel keeps little of what a viewer does not read. */
static Viewer *
viewer_new (HttpHouse  *house,
            const char *target)
{
  const char *fields = strstr (target, "wait=") != NULL
                       ? BY_OWNER : BY_OWNER "Accept: text/event-stream\n";
  g_autofree char *written = http_house_write (house, target, fields, NULL);
  g_autofree char *request = http_house_fill_epoch (house, written);
  Viewer *viewer = g_new0 (Viewer, 1);
  g_autoptr(GError) error = NULL;

  viewer->heard = g_string_new (NULL);
  viewer->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_socket_set_option (viewer->socket, SOL_SOCKET, SO_RCVBUF, 4096, NULL);
  g_socket_connect (viewer->socket, house->address, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (viewer->socket, FALSE);
  g_assert_cmpint (g_socket_send (viewer->socket, request, strlen (request), NULL, &error), ==,
                   (gssize) strlen (request));

  return viewer;
}

/* Reads what has come. */
static void
viewer_hear (Viewer *viewer)
{
  char bytes[65536];
  gssize n_read = 1;

  while (n_read > 0)
    {
      g_autoptr(GError) error = NULL;

      n_read = g_socket_receive (viewer->socket, bytes, sizeof (bytes), NULL, &error);
      if (n_read > 0)
        g_string_append_len (viewer->heard, bytes, n_read);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    }
}

/* Waits for an event that ends in this. */
static void
viewer_wait (HttpHouse  *house,
             Viewer     *viewer,
             const char *text)
{
  viewer_hear (viewer);
  while (strstr (viewer->heard->str, text) == NULL || !g_str_has_suffix (viewer->heard->str, "\n\n"))
    {
      http_house_settle (house);
      viewer_hear (viewer);
    }
}

/* Waits for so many bytes, and reads no more than them. */
static void
viewer_take (Viewer *viewer,
             gsize   length)
{
  char bytes[1024];

  while (length > 0)
    {
      g_autoptr(GError) error = NULL;
      gssize n_read = g_socket_receive (viewer->socket, bytes, MIN (length, sizeof (bytes)), NULL,
                                        &error);

      if (n_read < 0)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      else
        g_assert_cmpint (n_read, >, 0);

      length -= (gsize) MAX (n_read, 0);
      g_main_context_iteration (NULL, FALSE);
    }
}

/* Returns: (transfer full): those who watch, of whom each was told that there is nothing */
static GPtrArray *
gather (HttpHouse *house,
        guint      n_viewers)
{
  GPtrArray *viewers = g_ptr_array_new_with_free_func ((GDestroyNotify) viewer_free);

  for (guint i = 0; i < n_viewers; i++)
    {
      g_ptr_array_add (viewers, viewer_new (house, "GET /api/v1/events?epoch={epoch}&after=0"));
      for (guint j = viewers->len - 1; i % N_AT_ONCE == 0 && j < viewers->len; j++)
        viewer_wait (house, g_ptr_array_index (viewers, j), "\"heartbeat\"");
    }

  for (guint i = 0; i < viewers->len; i++)
    {
      Viewer *viewer = g_ptr_array_index (viewers, i);

      viewer_wait (house, viewer, "\"heartbeat\"");
      g_string_truncate (viewer->heard, 0);
    }

  return viewers;
}

/* Tells what the main context waits for in the kernel. */
static int
count_polls (void)
{
  GMainContext *context = g_main_context_default ();
  int priority, timeout, n_polls;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  n_polls = g_main_context_query (context, G_MAXINT, &timeout, NULL, 0);
  g_main_context_check (context, priority, NULL, 0);
  g_main_context_release (context);

  return n_polls;
}

/* Test that whoever watches is nothing that the main context waits for. */
static void
test_http_feeds_idle (HttpHouse    *house,
                      gconstpointer test_data)
{
  const guint n_viewers = 20;
  g_autoptr(GPtrArray) viewers = NULL;
  int n_polls;

  http_house_settle (house);
  n_polls = count_polls ();
  viewers = gather (house, n_viewers);
  http_house_settle (house);

  g_assert_cmpint (count_polls (), ==, n_polls);
}

/* Reads until the other side has said all. */
static void
viewer_hear_out (HttpHouse *house,
                 Viewer    *viewer)
{
  char bytes[4096];
  gssize n_read = 1;

  while (n_read != 0)
    {
      g_autoptr(GError) error = NULL;

      n_read = g_socket_receive (viewer->socket, bytes, sizeof (bytes), NULL, &error);
      if (n_read > 0)
        g_string_append_len (viewer->heard, bytes, n_read);
      else if (n_read < 0)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      http_house_settle (house);
    }
}

/* Test that who waits for events or output is nothing that the main context waits for, and gets
 * a whole answer.
 */
static void
test_http_feeds_polls (HttpHouse    *house,
                       gconstpointer test_data)
{
  g_autoptr(GPtrArray) viewers = g_ptr_array_new_with_free_func ((GDestroyNotify) viewer_free);
  int n_polls;

  hw_test_house_submit (house->house, "demo");
  http_house_settle (house);
  n_polls = count_polls ();
  for (guint i = 0; i < 20; i++)
    g_ptr_array_add (viewers, viewer_new (house, i % 2 == 0
                                          ? "GET /api/v1/events?epoch={epoch}&after=2&wait=60"
                                          : "GET /api/v1/tasks/1/log?wait=60"));
  http_house_settle (house);
  g_assert_cmpint (count_polls (), ==, n_polls);

  for (guint i = 0; i < 60; i++)
    hw_test_house_advance (house->house, G_USEC_PER_SEC);
  for (guint i = 0; i < viewers->len; i++)
    {
      Viewer *viewer = g_ptr_array_index (viewers, i);
      const char *end;

      viewer_hear_out (house, viewer);
      g_assert_true (g_str_has_prefix (viewer->heard->str, "HTTP/1.1 200 OK\r\n"));
      end = strstr (viewer->heard->str, "\r\n\r\n") + 4;
      g_assert_nonnull (strstr (viewer->heard->str, "\r\nConnection: close\r\n"));
      g_assert_nonnull (strstr (viewer->heard->str, "\r\nX-Content-Type-Options: nosniff\r\n"));
      g_assert_cmpuint (strtoul (strstr (viewer->heard->str, "\r\nContent-Length: ") + 18, NULL, 10),
                        ==, strlen (end));
    }
}

static void
assert_in_order (const char *text,
                 guint       n_events)
{
  guint64 seq = 0;

  for (const char *id = strstr (text, "id: "); id != NULL; id = strstr (id + 1, "\nid: "))
    {
      const char *number = strchr (id, '-');

      g_assert_nonnull (number);
      g_assert_cmpuint (g_ascii_strtoull (number + 1, NULL, 10), ==, ++seq);
    }
  g_assert_cmpuint (seq, ==, n_events);
}

/* Says how many may be here: a descriptor on each side, and some for the house. */
static guint
count_room (guint n_viewers)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);

  return (guint) MIN (n_viewers, limit.rlim_cur / 3);
}

static void
test_http_feeds_thousand (HttpHouse    *house,
                          gconstpointer test_data)
{
  const guint n_tasks = 10;
  g_autoptr(GPtrArray) viewers = gather (house, count_room (1000));
  Viewer *first = g_ptr_array_index (viewers, 0);
  g_autofree char *last = g_strdup_printf ("-%u\n", n_tasks + 2);

  for (guint i = 0; i < n_tasks; i++)
    hw_test_house_submit (house->house, "demo");

  for (guint i = 0; i < viewers->len; i++)
    {
      Viewer *viewer = g_ptr_array_index (viewers, i);

      viewer_wait (house, viewer, last);
      if (i == 0)
        assert_in_order (first->heard->str, n_tasks + 2);
      g_assert_cmpstr (viewer->heard->str, ==, first->heard->str);
    }
}

/* Has somebody wait for output, and then prints more of it than the kernel takes. */
static Viewer *
begin_long_answer (HttpHouse *house)
{
  g_autofree char *text = g_strnfill (LONG_ANSWER, 'x');
  Viewer *viewer;

  hw_test_house_submit (house->house, "demo");
  hw_plane_set_max_lines (house->plane, 1);
  viewer = viewer_new (house, "GET /api/v1/tasks/1/log?wait=60");
  http_house_settle (house);
  g_assert_false (hw_plane_has_room (house->plane, house->house->owner));

  hw_fake_output_append (house->house->output, 1, 1, text);
  hw_test_house_advance (house->house, G_USEC_PER_SEC / 10);
  http_house_settle (house);

  /* From now on it may come in large pieces. */
  g_socket_set_option (viewer->socket, SOL_SOCKET, SO_RCVBUF, LONG_ANSWER, NULL);

  return viewer;
}

/* Test that who asks on before the answer has come gets all of it, and not a connection that is
 * reset.
 */
static void
test_http_feeds_asks_on (HttpHouse    *house,
                         gconstpointer test_data)
{
  Viewer *viewer = begin_long_answer (house);

  g_assert_cmpint (g_socket_send (viewer->socket, "GET / HTTP/1.1\r\n", 16, NULL, NULL), ==, 16);
  viewer_hear_out (house, viewer);
  g_assert_cmpuint (strspn (strstr (viewer->heard->str, "\r\n\r\n") + 4, "x"), ==, LONG_ANSWER);

  viewer_free (viewer);
  http_house_settle (house);
  g_assert_true (hw_plane_has_room (house->plane, house->house->owner));
}

/* Test that who has all of an answer and does not hang up is not waited for long. */
static void
test_http_feeds_stays (HttpHouse    *house,
                       gconstpointer test_data)
{
  Viewer *viewer = begin_long_answer (house);

  viewer_hear_out (house, viewer);
  for (guint i = 1; i < HW_HTTP_LEAVE_TIMEOUT / G_USEC_PER_SEC; i++)
    {
      hw_test_house_advance (house->house, G_USEC_PER_SEC);
      http_house_settle (house);
    }
  g_assert_false (hw_plane_has_room (house->plane, house->house->owner));

  hw_test_house_advance (house->house, 2 * G_USEC_PER_SEC);
  http_house_settle (house);
  g_assert_true (hw_plane_has_room (house->plane, house->house->owner));
  viewer_free (viewer);
}

/* Test that who takes 16 KiB a second of a large answer is not cut while they do, and is when
 * they take nothing any more.
 */
static void
test_http_feeds_slow (HttpHouse    *house,
                      gconstpointer test_data)
{
  const guint n_seconds = 2 * HW_HTTP_MAX_STALL / G_USEC_PER_SEC;
  Viewer *viewer;

  for (guint i = 0; i < 1000; i++)
    hw_test_house_submit (house->house, "demo");
  hw_plane_set_max_lines (house->plane, 1);
  viewer = viewer_new (house, "GET /api/v1/events");

  for (guint i = 0; i < n_seconds; i++)
    {
      viewer_take (viewer, 16384);
      hw_test_house_advance (house->house, G_USEC_PER_SEC);
      http_house_settle (house);
      g_assert_false (hw_plane_has_room (house->plane, house->house->owner));
    }

  for (guint i = 0; i < n_seconds && !hw_plane_has_room (house->plane, house->house->owner); i++)
    {
      hw_test_house_advance (house->house, G_USEC_PER_SEC);
      http_house_settle (house);
    }
  g_assert_true (hw_plane_has_room (house->plane, house->house->owner));
  viewer_free (viewer);
}

static guint
count_reads (HttpHouse *house)
{
  return hw_memory_store_get_n_calls (house->house->store, HW_MEMORY_STORE_READ_EVENTS) +
         hw_memory_store_get_n_calls (house->house->store, HW_MEMORY_STORE_LIST);
}

/* Test that whoever has missed what is recent is told the rest of it by the plane: the main
 * context does nothing meanwhile.
 */
static void
test_http_feeds_catch_up (HttpHouse    *house,
                          gconstpointer test_data)
{
  const guint n_tasks = 600;
  guint n_reads = count_reads (house);
  g_autofree char *last = g_strdup_printf ("-%u\n", n_tasks + 2);
  Viewer *viewer;

  for (guint i = 0; i < n_tasks; i++)
    hw_test_house_submit (house->house, "demo");
  viewer = viewer_new (house, "GET /api/v1/events?epoch={epoch}&after=0");
  http_house_settle (house);

  while (strstr (viewer->heard->str, last) == NULL || !g_str_has_suffix (viewer->heard->str, "\n\n"))
    {
      g_assert_true (g_socket_condition_timed_wait (viewer->socket, G_IO_IN, PATIENCE, NULL, NULL));
      viewer_hear (viewer);
    }

  assert_in_order (viewer->heard->str, n_tasks + 2);
  g_assert_cmpuint (count_reads (house), ==, n_reads);
  viewer_free (viewer);
}

/* Test that many who come back at once for what they have missed ask nothing of the store, and
 * keep nobody from an answer.
 */
static void
test_http_feeds_come_back (HttpHouse    *house,
                           gconstpointer test_data)
{
  const guint n_viewers = count_room (300);
  const guint n_tasks = 20;
  guint n_reads;
  g_autofree char *last = g_strdup_printf ("-%u\n", n_tasks + 2);
  g_autoptr(GPtrArray) viewers = g_ptr_array_new_with_free_func ((GDestroyNotify) viewer_free);
  g_autoptr(HttpAnswer) answer = NULL;

  for (guint i = 0; i < n_tasks; i++)
    hw_test_house_submit (house->house, "demo");
  n_reads = count_reads (house);
  for (guint i = 0; i < n_viewers; i++)
    {
      g_ptr_array_add (viewers, viewer_new (house, "GET /api/v1/events?epoch={epoch}&after=5"));
      if (i == n_viewers / 2)
        answer = http_house_post (house, "/api/v1/tasks", "{\"type\":\"demo\"}");
    }

  g_assert_cmpuint (answer->status, ==, 202);
  for (guint i = 0; i < viewers->len; i++)
    viewer_wait (house, g_ptr_array_index (viewers, i), last);
  g_assert_cmpuint (count_reads (house), ==, n_reads);
}

/* Large pieces are counted apart. */
static gsize
get_memory (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* Test that those who come at once have one snapshot between them, which none of them takes. */
static void
test_http_feeds_snapshot (HttpHouse    *house,
                          gconstpointer test_data)
{
  const guint n_viewers = 40;
  g_autoptr(GPtrArray) viewers =
    g_ptr_array_new_with_free_func ((GDestroyNotify) viewer_free);
  gsize memory;
  guint n_lists;

  for (guint i = 0; i < 500; i++)
    hw_test_house_submit (house->house, "demo");
  g_ptr_array_add (viewers, viewer_new (house, "GET /api/v1/events"));
  http_house_settle (house);
  memory = get_memory ();
  n_lists = hw_memory_store_get_n_calls (house->house->store, HW_MEMORY_STORE_LIST);

  for (guint i = 0; i < n_viewers; i++)
    {
      Viewer *viewer = viewer_new (house, "GET /api/v1/events");

      g_ptr_array_add (viewers, viewer);
      viewer_take (viewer, 1024);
    }
  http_house_settle (house);

  /* It has more than 150 kB. */
  g_assert_cmpuint (get_memory (), <, memory + n_viewers * 32768);
  g_assert_cmpuint (hw_memory_store_get_n_calls (house->house->store, HW_MEMORY_STORE_LIST), ==,
                    n_lists);
}

/* Test that those who are told of large events, and take little of them, have no copies. */
static void
test_http_feeds_large (HttpHouse    *house,
                       gconstpointer test_data)
{
  const guint n_viewers = 20;
  const guint n_events = 40;
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  g_autoptr(GPtrArray) viewers = g_ptr_array_new_with_free_func ((GDestroyNotify) viewer_free);
  g_autofree char *title = g_strnfill (16384, 'x');
  g_autofree char *fields = g_strdup_printf ("@a{sv} {'state': <'Pending'>, 'type': <'noop'>,"
                                             " 'title': <'%s'>}", title);
  gsize memory = 0;

  for (guint i = 0; i < n_events; i++)
    g_ptr_array_add (changes, hw_change_new_add ("uid:1001", 1, parsed_fields (fields)));
  hw_test_house_commit (house->house, changes);
  http_house_settle (house);

  for (guint i = 0; i < n_viewers + 1; i++)
    {
      Viewer *viewer = viewer_new (house, "GET /api/v1/events?epoch={epoch}&after=0");

      g_ptr_array_add (viewers, viewer);
      viewer_take (viewer, 1024);
      http_house_settle (house);
      if (i == 0)
        memory = get_memory ();
    }

  /* All of them have 600 kB. */
  g_assert_cmpuint (get_memory (), <, memory + n_viewers * 65536);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add ("/http-feeds/" path, HttpHouse, NULL, http_house_set_up, test_http_feeds_ ## test, \
              http_house_tear_down)
  ADD ("idle-ones-cost-the-main-context-no-source", idle);
  ADD ("polls-that-wait-cost-the-main-context-no-source", polls);
  ADD ("a-thousand-are-told-each-event-once-in-order", thousand);
  ADD ("who-takes-16-kib-a-second-stays", slow);
  ADD ("who-asks-on-gets-all-of-a-long-answer", asks_on);
  ADD ("who-has-it-and-stays-is-not-waited-for-long", stays);
  ADD ("who-come-at-once-have-one-snapshot", snapshot);
  ADD ("large-events-are-not-copied", large);
  ADD ("what-is-recent-is-caught-up-with-in-the-plane", catch_up);
  ADD ("many-come-back-without-the-store", come_back);
#undef ADD

  return g_test_run ();
}
