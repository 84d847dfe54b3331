/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-answer-json.h"
#include "hw-await.h"
#include "hw-http-stream.h"
#include "hw-story.h"
#include "hw-watcher.h"
#include "wait.h"

#include <string.h>
#include <sys/socket.h>

#define WANTS_FEED BY_OWNER "Accept: text/event-stream\n"

static HttpProbe *
begin_with (HttpHouse  *house,
            const char *path,
            const char *fields)
{
  g_autofree char *target = g_strconcat ("GET ", path, NULL);
  g_autofree char *request = http_house_write (house, target, fields, NULL);
  g_autofree char *bytes = http_house_fill_epoch (house, request);

  return http_probe_begin (house->address, bytes, strlen (bytes));
}

static HttpProbe *
begin (HttpHouse  *house,
       const char *path)
{
  return begin_with (house, path, WANTS_FEED);
}

static HttpAnswer *
ask (HttpHouse  *house,
     const char *target,
     const char *fields)
{
  g_autofree char *filled_target = http_house_fill_epoch (house, target);
  g_autofree char *filled_fields = http_house_fill_epoch (house, fields);

  return http_house_ask (house, filled_target, filled_fields, NULL);
}

/* An event of a task has the name under which one can go on; a level has none. */
static void
assert_named (HwEvent    *event,
              const char *name)
{
  g_autofree char *place =
    g_strdup_printf ("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT,
                     hw_event_get_epoch (event), hw_event_get_seq (event));

  g_assert_cmpstr (name, ==,
                   hw_event_get_kind (event) == HW_EVENT_KIND_PROGRESS ? NULL : place);
}

/* Reads events as a browser does, but in its own strict way. */
static void
read_events (const char *text,
             GString    *json,
             GPtrArray  *names)
{
  g_auto(GStrv) blocks = g_strsplit (text, "\n\n", -1);

  for (guint i = 0; blocks[i] != NULL && blocks[i + 1] != NULL; i++)
    {
      g_auto(GStrv) lines = g_strsplit (blocks[i], "\n", -1);
      char **line = lines;

      if (i == 0)
        g_assert_cmpstr (*line++, ==, "retry: 1000");
      g_ptr_array_add (names, g_str_has_prefix (*line, "id: ")
                       ? g_strdup (*line++ + strlen ("id: ")) : NULL);
      g_assert_true (g_str_has_prefix (*line, "data: "));
      g_string_append_printf (json, "%s%s", i > 0 ? "," : "", *line++ + strlen ("data: "));
      g_assert_null (*line);
    }
}

static GPtrArray *
parse_events (const char *text)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GString *json = g_string_new ("{\"epoch\":0,\"seq\":0,\"rev\":0,\"ended\":false,\"events\":[");
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwAnswerPoll) poll = NULL;

  read_events (text, json, names);
  bytes = g_string_free_to_bytes (g_string_append (json, "]}"));
  poll = hw_answer_json_parse_poll (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (poll->events->len, ==, names->len);
  for (guint i = 0; i < names->len; i++)
    assert_named (g_ptr_array_index (poll->events, i), g_ptr_array_index (names, i));

  return g_ptr_array_ref (poll->events);
}

/* Tells what has come until now. */
static char *
tell (HttpProbe *probe)
{
  g_autoptr(HttpAnswer) answer = http_probe_peek (probe);
  g_autoptr(GPtrArray) events = NULL;

  if (answer->status == 0)
    return g_strdup ("");

  g_assert_cmpuint (answer->status, ==, 200);
  events = parse_events (answer->text);

  return hw_story_tell (events);
}

static gboolean
has_told (HttpProbe  *probe,
          const char *story)
{
  g_autofree char *told = tell (probe);

  return g_str_equal (told, story);
}

#define assert_told(probe, story) wait_until (has_told (probe, story))

static gboolean
has_come_to (HttpProbe  *probe,
             const char *place)
{
  g_autoptr(HttpAnswer) answer = http_probe_peek (probe);

  return strstr (answer->text, place) != NULL && g_str_has_suffix (answer->text, "\n\n");
}

/* Waits for more than is to be read again and again. */
static void
wait_for (HttpHouse *house,
          HttpProbe *probe,
          guint64    seq)
{
  g_autofree char *name = g_strdup_printf ("\nid: {epoch}-%" G_GUINT64_FORMAT "\n", seq);
  g_autofree char *place = http_house_fill_epoch (house, name);

  wait_until (has_come_to (probe, place));
}

/* @probe is (transfer full). */
static void
assert_ended (HttpProbe  *probe,
              const char *story)
{
  assert_told (probe, story);
  wait_until (http_probe_is_answered (probe));
  http_answer_free (http_probe_finish (probe));
}

static void
test_http_feed_task (HttpHouse    *house,
                     gconstpointer test_data)
{
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  probe = begin (house, "/api/v1/tasks/1/events");
  assert_told (probe, "added Processing/1");
  g_assert_false (http_probe_is_answered (probe));

  hw_test_house_succeed (house->house, 1);
  assert_ended (probe, "added Processing/1 Completed/1(success)");
}

static void
test_http_feed_head (HttpHouse    *house,
                     gconstpointer test_data)
{
  static const char *const fields[][2] = {
    { "content-type", "text/event-stream" },
    { "cache-control", "no-store" },
    { "x-accel-buffering", "no" },
    { "x-content-type-options", "nosniff" },
    { "connection", "close" },
    { "content-length", NULL },
    { "transfer-encoding", NULL },
  };
  g_autoptr(HttpAnswer) head = NULL;
  g_autoptr(HttpAnswer) missing = NULL;

  hw_test_house_submit (house->house, "demo");
  head = ask (house, "HEAD /api/v1/tasks/1/events", WANTS_FEED);
  missing = ask (house, "HEAD /api/v1/tasks/7/events", WANTS_FEED);

  g_assert_cmpuint (head->status, ==, 200);
  g_assert_cmpstr (head->text, ==, "");
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    g_assert_cmpstr (http_answer_get (head, fields[i][0]), ==, fields[i][1]);

  g_assert_cmpuint (missing->status, ==, 404);
}

/* Test that what somebody asks behind a feed is not taken for heard. */
static void
test_http_feed_closes_the_connection (HttpHouse    *house,
                                      gconstpointer test_data)
{
  g_autofree char *last = http_house_write (house, "GET /healthz", TO_US, NULL);
  g_autofree char *feed = http_house_write (house, "GET /api/v1/tasks/1/events", WANTS_FEED, NULL);
  GString *both = g_string_new (feed);
  g_autofree char *bytes = NULL;
  g_autoptr(HttpAnswer) answer = NULL;

  hw_test_house_submit (house->house, "demo");
  hw_test_house_succeed (house->house, 1);
  g_string_replace (both, "Connection: close\r\n", "", 0);
  bytes = g_string_free (g_string_append (both, last), FALSE);
  answer = http_probe_send (house->address, bytes, strlen (bytes));

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (http_answer_get (answer, "connection"), ==, "close");
  g_assert_nonnull (strstr (answer->text, "\"Completed\""));
  g_assert_true (g_str_has_suffix (answer->text, "}\n\n"));
}

static void
test_http_feed_goes_on (HttpHouse    *house,
                        gconstpointer test_data)
{
  HttpProbe *by_id;
  HttpProbe *by_query;
  HttpProbe *by_both;

  hw_test_house_submit (house->house, "demo");
  by_id = begin_with (house, "/api/v1/events", WANTS_FEED "Last-Event-ID: {epoch}-1\n");
  by_query = begin (house, "/api/v1/events?epoch={epoch}&after=0");
  by_both = begin_with (house, "/api/v1/events?epoch={epoch}&after=0",
                        WANTS_FEED "Last-Event-ID: {epoch}-2\n");
  assert_told (by_id, "Processing/1");
  assert_told (by_query, "added Processing/1");
  assert_told (by_both, "heartbeat@2");

  hw_test_house_submit (house->house, "demo");
  assert_told (by_id, "Processing/1 added Processing/1");
  assert_told (by_query, "added Processing/1 added Processing/1");
  assert_told (by_both, "heartbeat@2 added Processing/1");
  http_probe_hang_up (by_id);
  http_probe_hang_up (by_query);
  http_probe_hang_up (by_both);
  http_house_settle (house);
}

/* Test that a browser, which comes again by itself, is told not to when all is known; and
 * is told on when somebody retries the task.
 */
static void
test_http_feed_of_what_has_ended (HttpHouse    *house,
                                  gconstpointer test_data)
{
  g_autoptr(HttpAnswer) known = NULL;
  g_autoptr(HttpAnswer) retried = NULL;
  g_autoptr(HwTask) canceled = NULL;
  HttpProbe *probe;

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (house->house, "demo");
  canceled = hw_test_house_try_cancel (house->house, house->house->owner, 3, NULL);
  g_assert_nonnull (canceled);
  known = ask (house, "GET /api/v1/tasks/3/events", WANTS_FEED "Last-Event-ID: {epoch}-6\n");
  g_assert_cmpuint (known->status, ==, 204);

  retried = http_house_post (house, "/api/v1/tasks/3/retry", NULL);
  g_assert_cmpuint (retried->status, ==, 202);
  probe = begin_with (house, "/api/v1/tasks/3/events",
                      WANTS_FEED "Last-Event-ID: {epoch}-6\n");
  assert_told (probe, "Pending/0");
  http_probe_hang_up (probe);
  http_house_settle (house);
}

static void
test_http_feed_all (HttpHouse    *house,
                    gconstpointer test_data)
{
  HttpProbe *all;
  HttpProbe *some;

  hw_test_house_submit (house->house, "demo");
  all = begin (house, "/api/v1/events");
  some = begin (house, "/api/v1/events?type=noop");
  assert_told (all, "snapshot@2{1:Processing}");
  assert_told (some, "snapshot@2{}");

  hw_test_house_succeed (house->house, 1);
  hw_test_house_submit (house->house, "noop");
  assert_told (all, "snapshot@2{1:Processing} Completed/1(success) added Processing/1");
  assert_told (some, "snapshot@2{} added Processing/1");
  http_probe_hang_up (all);
  http_probe_hang_up (some);
  http_house_settle (house);
}

static void
test_http_feed_resets (HttpHouse    *house,
                       gconstpointer test_data)
{
  static const char *const fields[] = {
    WANTS_FEED "Last-Event-ID: 7-1\n", WANTS_FEED "Last-Event-ID: {epoch}-99\n",
  };

  hw_test_house_submit (house->house, "demo");
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      HttpProbe *all = begin_with (house, "/api/v1/events", fields[i]);
      HttpProbe *one = begin_with (house, "/api/v1/tasks/1/events", fields[i]);

      assert_told (all, "reset@2{1:Processing}");
      assert_told (one, "reset@2{1:Processing}");
      http_probe_hang_up (all);
      http_probe_hang_up (one);
    }
  http_house_settle (house);
}

/* Test that somebody for whom there is nothing hears so at once, and then again and again. */
static void
test_http_feed_heartbeats (HttpHouse    *house,
                           gconstpointer test_data)
{
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  probe = begin (house, "/api/v1/events?epoch={epoch}&after=2&type=noop");
  assert_told (probe, "heartbeat@2");

  /* The plane hears of the time by the second. */
  hw_test_house_advance (house->house, G_USEC_PER_SEC);
  hw_test_house_submit (house->house, "demo");
  hw_test_house_advance (house->house, HW_WATCHER_PATIENCE);
  assert_told (probe, "heartbeat@2 heartbeat@4");
  hw_test_house_advance (house->house, HW_WATCHER_PATIENCE);
  assert_told (probe, "heartbeat@2 heartbeat@4 heartbeat@4");
  http_probe_hang_up (probe);
  http_house_settle (house);
}

static void
test_http_feed_levels (HttpHouse    *house,
                       gconstpointer test_data)
{
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  probe = begin_with (house, "/api/v1/tasks/1/events",
                      WANTS_FEED "Last-Event-ID: {epoch}-1\n");
  assert_told (probe, "Processing/1");

  hw_run_set_progress (hw_fake_runner_get_run (house->house->runner, 1), 2, 4, NULL);
  assert_told (probe, "Processing/1 0.5");
  http_probe_hang_up (probe);
  http_house_settle (house);
}

/* Test that what is longer than a piece comes whole, and what is behind it, too. */
static void
test_http_feed_long_events (HttpHouse    *house,
                            gconstpointer test_data)
{
  const guint n_tasks = 200;
  GString *expected = g_string_new ("snapshot@202{");
  g_autofree char *story = NULL;
  HttpProbe *probe;

  for (guint i = 0; i < n_tasks; i++)
    hw_test_house_submit (house->house, "demo");
  for (guint i = n_tasks; i > 0; i--)
    g_string_append_printf (expected, "%s%u:%s", i < n_tasks ? "," : "", i,
                            i <= 2 ? "Processing" : "Pending");
  story = g_string_free (g_string_append (expected, "}"), FALSE);

  probe = begin (house, "/api/v1/events");
  wait_for (house, probe, n_tasks + 2);
  assert_told (probe, story);
  http_probe_hang_up (probe);
  http_house_settle (house);
}

/* Checks that somebody was told each event once, in order. */
static void
assert_has_all (HttpProbe *probe,
                guint      n_events)
{
  g_autoptr(HttpAnswer) answer = http_probe_peek (probe);
  g_autoptr(GPtrArray) events = parse_events (answer->text);
  guint64 seq = 0;

  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);

      if (hw_event_get_kind (event) == HW_EVENT_KIND_HEARTBEAT)
        continue;

      g_assert_cmpuint (hw_event_get_seq (event), ==, ++seq);
    }

  g_assert_cmpuint (seq, ==, n_events);
}

/* Test that many events come in order, whatever they are cut into. */
static void
test_http_feed_many_events (HttpHouse    *house,
                            gconstpointer test_data)
{
  const guint n_tasks = 400;
  HttpProbe *probe;

  for (guint i = 0; i < n_tasks; i++)
    hw_test_house_submit (house->house, "demo");
  probe = begin (house, "/api/v1/events?epoch={epoch}&after=0");
  wait_for (house, probe, n_tasks + 2);
  assert_has_all (probe, n_tasks + 2);
  http_probe_hang_up (probe);
  http_house_settle (house);
}

static void
test_http_feed_wanted (HttpHouse    *house,
                       gconstpointer test_data)
{
  static const struct
  {
    const char *accept;
    const char *content_type;
  } rows[] = {
    { "*/*", "application/json" },
    { "text/*", "application/json" },
    { "application/json, text/event-stream", "application/json" },
    { "text/event-stream;q=0.5, application/json", "application/json" },
    { "text/event-stream;q=0", "application/json" },
    { "text/event-stream", "text/event-stream" },
    { "Text/Event-Stream, */*", "text/event-stream" },
    { "text/event-stream, application/json;q=0.9", "text/event-stream" },
  };

  hw_test_house_submit (house->house, "demo");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fields = g_strdup_printf (BY_OWNER "Accept: %s\n", rows[i].accept);
      g_autoptr(HttpAnswer) answer = ask (house, "HEAD /api/v1/tasks/1/events", fields);

      g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, rows[i].content_type);
    }
}

static void
test_http_feed_refuses (HttpHouse    *house,
                        gconstpointer test_data)
{
  static const char *const ids[] = {
    "", "7", "-", "7-", "-7", "7-1-1", "07-1", "7-01", "7 - 1", "+7-1", "7-x", "1e3-1",
    "9007199254740993-1", "1-9007199254740993", "1-18446744073709551617",
  };
  static const char *const targets[] = {
    "GET /api/v1/events?wait=1", "GET /api/v1/events?rev=0", "GET /api/v1/tasks/1/events?type=a",
    "GET /api/v1/tasks/1/events?wait=1", "GET /api/v1/events?after=x",
  };
  g_autoptr(HttpAnswer) missing = ask (house, "GET /api/v1/tasks/7/events", WANTS_FEED);

  assert_problem (missing, 404, "not-found");
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *fields = g_strdup_printf (WANTS_FEED "Last-Event-ID: %s\n", ids[i]);
      g_autoptr(HttpAnswer) answer = ask (house, "GET /api/v1/events", fields);

      assert_problem (answer, 400, "invalid-request");
    }
  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr(HttpAnswer) answer = ask (house, targets[i], WANTS_FEED);

      assert_problem (answer, 400, "invalid-request");
    }
}

/* Test that there are never more than there is room for, and whoever leaves makes place. */
static void
test_http_feed_too_many (HttpHouse    *house,
                         gconstpointer test_data)
{
  const guint n_feeds = 3;
  HttpProbe *probes[3];
  HttpProbe *again;
  g_autoptr(HttpAnswer) refused = NULL;

  hw_test_house_submit (house->house, "demo");
  hw_plane_set_max_lines (house->plane, n_feeds);
  for (guint i = 0; i < n_feeds; i++)
    {
      probes[i] = begin (house, "/api/v1/tasks/1/events");
      assert_told (probes[i], "added Processing/1");
    }
  refused = ask (house, "GET /api/v1/events", WANTS_FEED);
  assert_problem (refused, 503, "too-large");

  http_probe_hang_up (probes[0]);
  wait_until (hw_plane_has_room (house->plane, house->house->owner));
  again = begin (house, "/api/v1/tasks/1/events");
  assert_told (again, "added Processing/1");

  http_probe_hang_up (again);
  for (guint i = 1; i < n_feeds; i++)
    http_probe_hang_up (probes[i]);
  http_house_settle (house);
}

/* Test that nothing goes on for somebody who has left. */
static void
test_http_feed_client_leaves (HttpHouse    *house,
                              gconstpointer test_data)
{
  guint n_timers;
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  n_timers = hw_fake_clock_get_n_timers (house->house->clock);
  probe = begin (house, "/api/v1/events?epoch={epoch}&after=2");
  assert_told (probe, "heartbeat@2");
  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->house->clock), >, n_timers);

  http_probe_hang_up (probe);
  http_house_settle (house);
  hw_test_house_advance (house->house, G_USEC_PER_SEC);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->house->clock), <=, n_timers);
}

static void
test_http_feed_server_stops (HttpHouse    *house,
                             gconstpointer test_data)
{
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  probe = begin (house, "/api/v1/tasks/1/events");
  assert_told (probe, "added Processing/1");
  hw_http_server_stop (house->server);

  wait_until (http_probe_is_answered (probe));
  http_probe_hang_up (probe);
}

/* Connects somebody of whom the kernel keeps little, and who reads nothing. */
static GSocket *
connect_deaf (HttpHouse  *house,
              const char *request)
{
  g_autoptr(GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, 4096, NULL);
  g_socket_connect (socket, house->address, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (socket, FALSE);
  g_assert_cmpint (g_socket_send (socket, request, strlen (request), NULL, &error), ==,
                   (gssize) strlen (request));

  return socket;
}

/* Reads what came before the connection was cut. */
static gsize
read_until_cut (GSocket *socket,
                GError **error)
{
  gsize n_read = 0;
  char bytes[65536];

  for (;;)
    {
      gssize n = g_socket_receive (socket, bytes, sizeof (bytes), NULL, error);

      if (n < 0 && g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_clear_error (error);
          g_main_context_iteration (NULL, FALSE);
          continue;
        }
      if (n <= 0)
        return n_read;

      n_read += (gsize) n;
    }
}

/* Lets seconds pass until somebody is cut. Returns: how many */
static guint
wait_until_cut (HttpHouse *house)
{
  guint n_seconds = 0;

  while (!hw_plane_has_room (house->plane, house->house->owner))
    {
      hw_test_house_advance (house->house, G_USEC_PER_SEC);
      http_house_settle (house);
      n_seconds++;
    }

  return n_seconds;
}

/* Test that who reads nothing is cut off after ten seconds, and others see no gap. */
static void
test_http_feed_deaf_client (HttpHouse    *house,
                            gconstpointer test_data)
{
  const guint n_tasks = 500;
  g_autofree char *written = http_house_write (house, "GET /api/v1/events?epoch={epoch}&after=0",
                                               WANTS_FEED, NULL);
  g_autofree char *request = http_house_fill_epoch (house, written);
  g_autoptr(GSocket) deaf = connect_deaf (house, request);
  g_autoptr(GError) error = NULL;
  HttpProbe *other = begin (house, "/api/v1/events?epoch={epoch}&after=0");

  assert_told (other, "heartbeat@0");
  hw_plane_set_max_lines (house->plane, 2);
  for (guint i = 0; i < n_tasks; i++)
    hw_test_house_submit (house->house, "demo");
  http_house_settle (house);
  wait_for (house, other, n_tasks + 2);
  g_assert_cmpuint (wait_until_cut (house), >=, HW_HTTP_MAX_STALL / G_USEC_PER_SEC);

  /* Less than all of it came. */
  g_assert_cmpuint (read_until_cut (deaf, &error), <, n_tasks * 300);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  assert_has_all (other, n_tasks + 2);
  http_probe_hang_up (other);
  http_house_settle (house);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add ("/http-feed/" path, HttpHouse, NULL, http_house_set_up, test_http_feed_ ## test, \
              http_house_tear_down)
  ADD ("task/from-the-beginning-to-the-end", task);
  ADD ("task/closes-the-connection", closes_the_connection);
  ADD ("task/of-which-all-is-known-is-empty", of_what_has_ended);
  ADD ("all/begins-with-a-snapshot", all);
  ADD ("head", head);
  ADD ("goes-on-where-it-was", goes_on);
  ADD ("resets-wrong-places", resets);
  ADD ("heartbeats", heartbeats);
  ADD ("levels-have-no-name", levels);
  ADD ("pieces/long-events", long_events);
  ADD ("pieces/many-events", many_events);
  ADD ("is-for-those-who-want-it", wanted);
  ADD ("refuses", refuses);
  ADD ("is-for-so-many-at-once", too_many);
  ADD ("ends/with-the-client", client_leaves);
  ADD ("ends/with-the-server", server_stops);
  ADD ("ends/for-who-reads-nothing", deaf_client);
#undef ADD

  return g_test_run ();
}
