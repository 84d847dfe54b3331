/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-answer-json.h"
#include "hw-await.h"
#include "hw-poll-api.h"
#include "hw-story.h"
#include "wait.h"

#include <string.h>

static HttpProbe *
begin (HttpHouse  *house,
       const char *path)
{
  g_autofree char *target = http_house_fill_epoch (house, path);

  return http_house_begin (house, target);
}

static HttpAnswer *
get_filled (HttpHouse  *house,
            const char *path)
{
  g_autofree char *target = http_house_fill_epoch (house, path);

  return http_house_get (house, target);
}

static HwAnswerPoll *
read_poll (HttpAnswer *answer)
{
  g_autoptr(GError) error = NULL;
  HwAnswerPoll *poll = NULL;

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "application/json");
  poll = hw_answer_json_parse_poll (answer->body, &error);
  g_assert_no_error (error);

  return poll;
}

/* Writes an answer: its events, up to where they reach, and a dot at the end of all. */
static char *
tell (HttpAnswer *answer)
{
  g_autoptr(HwAnswerPoll) poll = read_poll (answer);
  g_autofree char *story = hw_story_tell (poll->events);

  return g_strdup_printf ("%s @%" G_GUINT64_FORMAT "%s", story, poll->seq,
                          poll->has_ended ? "." : "");
}

static void
assert_poll (HttpHouse  *house,
             const char *path,
             const char *story)
{
  g_autoptr(HttpAnswer) answer = get_filled (house, path);
  g_autofree char *told = tell (answer);

  g_assert_cmpstr (told, ==, story);
}

/* @probe is (transfer full). */
static void
assert_answered (HttpProbe  *probe,
                 const char *story)
{
  g_autoptr(HttpAnswer) answer = http_probe_finish (probe);
  g_autofree char *told = tell (answer);

  g_assert_cmpstr (told, ==, story);
}

static void
set_progress (HttpHouse *house,
              guint64    task_id,
              guint64    done)
{
  hw_run_set_progress (hw_fake_runner_get_run (house->house->runner, task_id), done, 4, NULL);
  hw_await_quiet ();
}

static void
test_poll_api_task_from_the_beginning (HttpHouse    *house,
                                       gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;
  g_autoptr(HwAnswerPoll) poll = NULL;

  hw_test_house_submit (house->house, "demo");
  answer = http_house_get (house, "/api/v1/tasks/1/events");
  poll = read_poll (answer);

  g_assert_cmpuint (poll->epoch, ==, hw_task_queue_get_epoch (house->house->queue));
  assert_poll (house, "/api/v1/tasks/1/events", "added Processing/1 @2");
}

static void
test_poll_api_task_after_a_number (HttpHouse    *house,
                                   gconstpointer test_data)
{
  hw_test_house_submit (house->house, "demo");

  assert_poll (house, "/api/v1/tasks/1/events?epoch={epoch}&after=1", "Processing/1 @2");
  assert_poll (house, "/api/v1/tasks/1/events?epoch={epoch}&after=2", "heartbeat@2 @2");
}

static void
test_poll_api_task_to_the_end (HttpHouse    *house,
                               gconstpointer test_data)
{
  hw_test_house_submit (house->house, "demo");
  hw_test_house_succeed (house->house, 1);

  assert_poll (house, "/api/v1/tasks/1/events?epoch={epoch}&after=2",
               "Completed/1(success) @3.");
}

/* Test that who knows all of a task that has ended is not kept waiting. */
static void
test_poll_api_task_after_the_end (HttpHouse    *house,
                                  gconstpointer test_data)
{
  hw_test_house_submit (house->house, "demo");
  hw_test_house_succeed (house->house, 1);

  assert_poll (house, "/api/v1/tasks/1/events?epoch={epoch}&after=3&wait=60", " @3.");
}

static void
test_poll_api_task_waits (HttpHouse    *house,
                          gconstpointer test_data)
{
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  probe = begin (house, "/api/v1/tasks/1/events?epoch={epoch}&after=2&wait=60");
  hw_test_house_advance (house->house, 59 * G_USEC_PER_SEC);
  g_assert_false (http_probe_is_answered (probe));

  hw_test_house_succeed (house->house, 1);
  assert_answered (probe, "Completed/1(success) @3.");
}

static void
test_poll_api_wait_ends (HttpHouse    *house,
                         gconstpointer test_data)
{
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  probe = begin (house, "/api/v1/tasks/1/events?epoch={epoch}&after=2&wait=5");
  hw_test_house_advance (house->house, 5 * G_USEC_PER_SEC);

  assert_answered (probe, "heartbeat@2 @2");
}

static void
test_poll_api_levels_if_asked_for (HttpHouse    *house,
                                   gconstpointer test_data)
{
  hw_test_house_submit (house->house, "demo");
  set_progress (house, 1, 2);

  assert_poll (house, "/api/v1/tasks/1/events?epoch={epoch}&after=2", "heartbeat@2 @2");
  assert_poll (house, "/api/v1/tasks/1/events?epoch={epoch}&after=2&rev=0", "0.5 @2");
}

/* Test that the next poll can begin where the last one ended, in both cursors. */
static void
test_poll_api_levels_after_the_last (HttpHouse    *house,
                                     gconstpointer test_data)
{
  g_autoptr(HttpAnswer) first = NULL;
  g_autoptr(HwAnswerPoll) poll = NULL;
  g_autofree char *path = NULL;
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  set_progress (house, 1, 2);
  first = http_house_get (house, "/api/v1/tasks/1/events?rev=0");
  poll = read_poll (first);
  path = g_strdup_printf ("/api/v1/tasks/1/events?epoch=%" G_GUINT64_FORMAT "&after=%"
                          G_GUINT64_FORMAT "&rev=%" G_GUINT64_FORMAT "&wait=60",
                          poll->epoch, poll->seq, poll->rev);
  probe = begin (house, path);
  g_assert_false (http_probe_is_answered (probe));

  hw_test_house_advance (house->house, G_USEC_PER_SEC);
  set_progress (house, 1, 3);
  assert_answered (probe, "0.75 @2");
}

static void
test_poll_api_all_begins_with_a_snapshot (HttpHouse    *house,
                                          gconstpointer test_data)
{
  hw_test_house_submit (house->house, "demo");
  hw_test_house_succeed (house->house, 1);
  hw_test_house_submit (house->house, "demo");

  assert_poll (house, "/api/v1/events", "snapshot@5{2:Processing} @5");
}

static void
test_poll_api_all_goes_on (HttpHouse    *house,
                           gconstpointer test_data)
{
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  assert_poll (house, "/api/v1/events?epoch={epoch}&after=1", "Processing/1 @2");

  probe = begin (house, "/api/v1/events?epoch={epoch}&after=2&wait=60");
  g_assert_false (http_probe_is_answered (probe));
  hw_test_house_submit (house->house, "noop");
  assert_answered (probe, "added Processing/1 @4");
}

static void
test_poll_api_all_of_a_type (HttpHouse    *house,
                             gconstpointer test_data)
{
  HttpProbe *probe = begin (house, "/api/v1/events?epoch={epoch}&after=0&type=noop&wait=60");

  hw_test_house_submit (house->house, "demo");
  g_assert_false (http_probe_is_answered (probe));
  hw_test_house_submit (house->house, "noop");

  assert_answered (probe, "added Processing/1 @4");
}

static void
test_poll_api_all_of_an_owner (HttpHouse    *house,
                               gconstpointer test_data)
{
  g_autoptr(HwTask) theirs =
    hw_test_house_try_submit (house->house, house->house->guest, "demo", NULL, NULL);
  const char *owner = hw_principal_get_name (house->house->guest);
  g_autofree char *escaped = g_uri_escape_string (owner, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/api/v1/events?owner=", escaped, NULL);

  g_assert_nonnull (theirs);
  hw_test_house_submit (house->house, "demo");

  assert_poll (house, path, "snapshot@4{1:Processing} @4");
}

/* Test that cursors of another database, and such as nobody has given out, are answered
 * with all there is.
 */
static void
test_poll_api_resets (HttpHouse    *house,
                      gconstpointer test_data)
{
  hw_test_house_submit (house->house, "demo");

  assert_poll (house, "/api/v1/tasks/1/events?epoch=7&after=1", "reset@2{1:Processing} @2");
  assert_poll (house, "/api/v1/tasks/1/events?epoch={epoch}&after=99",
               "reset@2{1:Processing} @2");
  assert_poll (house, "/api/v1/events?epoch={epoch}&after=99", "reset@2{1:Processing} @2");
}

/* Test that a task that runs again after its end is followed further. */
static void
test_poll_api_task_that_is_retried (HttpHouse    *house,
                                    gconstpointer test_data)
{
  g_autoptr(HwTask) canceled = NULL;
  g_autoptr(HttpAnswer) retried = NULL;
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  hw_test_house_submit (house->house, "demo");
  hw_test_house_submit (house->house, "demo");
  canceled = hw_test_house_try_cancel (house->house, house->house->owner, 3, NULL);
  g_assert_nonnull (canceled);
  assert_poll (house, "/api/v1/tasks/3/events?epoch={epoch}&after=5", "Failed/0(canceled) @6.");

  retried = http_house_post (house, "/api/v1/tasks/3/retry", NULL);
  g_assert_cmpuint (retried->status, ==, 202);
  assert_poll (house, "/api/v1/tasks/3/events?epoch={epoch}&after=6", "Pending/0 @7");

  probe = begin (house, "/api/v1/tasks/3/events?epoch={epoch}&after=7&wait=60");
  hw_test_house_succeed (house->house, 1);
  assert_answered (probe, "Processing/1 @9");
}

static void
test_poll_api_no_task (HttpHouse    *house,
                       gconstpointer test_data)
{
  static const char *const paths[] = {
    "/api/v1/tasks/7/events", "/api/v1/tasks/7/events?wait=60", "/api/v1/tasks/7/log?wait=60",
  };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(HttpAnswer) answer = http_house_get (house, paths[i]);

      assert_problem (answer, 404, "not-found");
    }
}

static void
test_poll_api_bad_query (HttpHouse    *house,
                         gconstpointer test_data)
{
  g_autoptr(HttpAnswer) unknown = http_house_get (house, "/api/v1/tasks/1/events?type=demo");
  g_autoptr(HttpAnswer) too_long = http_house_get (house, "/api/v1/events?wait=61");
  g_autofree char *detail = http_answer_dup_member (too_long, "detail");

  assert_problem (unknown, 400, "invalid-request");
  assert_problem (too_long, 400, "invalid-request");
  g_assert_cmpstr (detail, ==, "“wait” in the query must be a whole number from 0 to 60. "
                   "Send that, or leave it out.");
}

/* Test that nothing goes on for somebody who has left: neither the watcher's timer nor
 * the reader's.
 */
static void
test_poll_api_client_leaves (HttpHouse    *house,
                             gconstpointer test_data)
{
  const char *path = test_data;
  guint n_timers;
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  n_timers = hw_fake_clock_get_n_timers (house->house->clock);
  probe = begin (house, path);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->house->clock), >, n_timers);

  http_probe_hang_up (probe);
  http_house_settle (house);

  /* The reader looks whether it was cancelled when it would look at the output; and after
   * a second the connection is found to be left. */
  hw_test_house_advance (house->house, G_USEC_PER_SEC / 10);
  hw_test_house_advance (house->house, G_USEC_PER_SEC);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->house->clock), <=, n_timers);
}

static void
test_poll_api_server_stops (HttpHouse    *house,
                            gconstpointer test_data)
{
  HttpProbe *events;
  HttpProbe *log;

  hw_test_house_submit (house->house, "demo");
  events = begin (house, "/api/v1/events?epoch={epoch}&after=2&wait=60");
  log = begin (house, "/api/v1/tasks/1/log?wait=60");
  hw_http_server_stop (house->server);
  hw_test_house_advance (house->house, G_USEC_PER_SEC / 10);
  http_house_settle (house);

  g_assert_true (http_probe_is_answered (events));
  g_assert_true (http_probe_is_answered (log));
  http_probe_hang_up (events);
  http_probe_hang_up (log);
}

static void
test_poll_api_too_many_wait (HttpHouse    *house,
                             gconstpointer test_data)
{
  const guint n_waiting = 6;
  g_autoptr(GPtrArray) probes = g_ptr_array_new ();
  g_autoptr(HttpAnswer) refused = NULL;
  HttpProbe *again;

  hw_test_house_submit (house->house, "demo");
  hw_plane_set_max_lines (house->plane, n_waiting + 1);
  for (guint i = 0; i < n_waiting; i++)
    g_ptr_array_add (probes, begin (house, i % 2 == 0
                                    ? "/api/v1/events?epoch={epoch}&after=2&wait=60"
                                    : "/api/v1/tasks/1/log?wait=60"));
  refused = get_filled (house, "/api/v1/events?epoch={epoch}&after=2&wait=1");
  assert_problem (refused, 503, "too-large");
  assert_poll (house, "/api/v1/tasks/1/events", "added Processing/1 @2");

  /* Whoever leaves makes place. */
  http_probe_hang_up (g_ptr_array_steal_index (probes, 0));
  http_house_settle (house);
  again = begin (house, "/api/v1/events?epoch={epoch}&after=2&wait=60");
  g_assert_false (http_probe_is_answered (again));

  http_probe_hang_up (again);
  for (guint i = 0; i < probes->len; i++)
    http_probe_hang_up (g_ptr_array_index (probes, i));
  hw_test_house_advance (house->house, G_USEC_PER_SEC / 10);
}

/* Test that an answer that is there takes no place of those who wait, and keeps its connection,
 * whose limits hold for it.
 */
static void
test_poll_api_nobody_waits_for_what_is_there (HttpHouse    *house,
                                              gconstpointer test_data)
{
  static const char *const paths[] = {
    "/api/v1/events?wait=60", "/api/v1/tasks/1/events?epoch={epoch}&after=1&wait=60",
    "/api/v1/tasks/1/log?wait=60",
  };

  hw_test_house_submit (house->house, "demo");
  hw_fake_output_append (house->house->output, 1, 1, "one\n");
  hw_plane_set_max_lines (house->plane, 0);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(HttpAnswer) answer = get_filled (house, paths[i]);

      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (http_answer_get (answer, "connection"), ==, NULL);
    }
}

/* Test that a client that says nothing more behind its request gets what is there. */
static void
test_poll_api_client_says_no_more (HttpHouse    *house,
                                   gconstpointer test_data)
{
  const char *target = test_data;
  g_autofree char *request = http_house_write (house, target, BY_OWNER, NULL);
  g_autoptr(GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr(GError) error = NULL;
  char bytes[65536] = "";

  hw_test_house_submit (house->house, "demo");
  hw_fake_output_append (house->house->output, 1, 1, "one\n");
  g_socket_connect (socket, house->address, NULL, &error);
  g_assert_no_error (error);
  g_socket_send (socket, request, strlen (request), NULL, &error);
  g_assert_no_error (error);
  g_socket_shutdown (socket, FALSE, TRUE, &error);
  g_assert_no_error (error);

  http_house_settle (house);
  g_socket_set_blocking (socket, FALSE);
  g_assert_cmpint (g_socket_receive (socket, bytes, sizeof (bytes) - 1, NULL, &error), >, 0);
  g_assert_true (g_str_has_prefix (bytes, "HTTP/1.1 200 "));
}

/* @answer is (transfer full). */
static void
assert_log (HttpAnswer *answer,
            const char *text,
            const char *attempt,
            const char *next_offset,
            const char *is_end)
{
  g_autoptr(HttpAnswer) owned = answer;

  g_assert_cmpuint (owned->status, ==, 200);
  g_assert_cmpstr (owned->text, ==, text);
  g_assert_cmpstr (http_answer_get (owned, "headway-attempt"), ==, attempt);
  g_assert_cmpstr (http_answer_get (owned, "headway-next-offset"), ==, next_offset);
  g_assert_cmpstr (http_answer_get (owned, "headway-output-end"), ==, is_end);
}

static void
test_poll_api_log_waits (HttpHouse    *house,
                         gconstpointer test_data)
{
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  hw_fake_output_append (house->house->output, 1, 1, "one\n");
  probe = begin (house, "/api/v1/tasks/1/log?offset=4&wait=60");
  hw_test_house_advance (house->house, G_USEC_PER_SEC / 10);
  g_assert_false (http_probe_is_answered (probe));

  hw_fake_output_append (house->house->output, 1, 1, "two\n");
  hw_test_house_advance (house->house, G_USEC_PER_SEC / 10);
  assert_log (http_probe_finish (probe), "two\n", "1", "8", "false");
}

static void
test_poll_api_log_ends (HttpHouse    *house,
                        gconstpointer test_data)
{
  hw_test_house_submit (house->house, "demo");
  hw_fake_output_append (house->house->output, 1, 1, "one\n");
  hw_test_house_succeed (house->house, 1);

  assert_log (http_house_get (house, "/api/v1/tasks/1/log?wait=60"), "one\n", "1", "4", "false");
  assert_log (http_house_get (house, "/api/v1/tasks/1/log?wait=60&offset=4"),
              "", "1", "4", "true");
}

/* Test that a wait in vain is told whose output it was for. */
static void
test_poll_api_log_wait_ends (HttpHouse    *house,
                             gconstpointer test_data)
{
  HttpProbe *probe;

  hw_test_house_submit (house->house, "demo");
  probe = begin (house, "/api/v1/tasks/1/log?wait=5");
  hw_test_house_advance (house->house, 5 * G_USEC_PER_SEC);
  hw_test_house_advance (house->house, G_USEC_PER_SEC / 10);

  assert_log (http_probe_finish (probe), "", "1", "0", "false");
}

/* Test that the output of a task that has not begun is waited for. */
static void
test_poll_api_log_of_a_waiting_task (HttpHouse    *house,
                                     gconstpointer test_data)
{
  HttpProbe *probe;

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (house->house, "demo");
  assert_log (http_house_get (house, "/api/v1/tasks/3/log"), "", "0", "0", "false");
  probe = begin (house, "/api/v1/tasks/3/log?wait=60");
  hw_test_house_advance (house->house, G_USEC_PER_SEC);
  g_assert_false (http_probe_is_answered (probe));

  hw_test_house_succeed (house->house, 1);
  hw_fake_output_append (house->house->output, 3, 1, "here\n");
  hw_test_house_advance (house->house, G_USEC_PER_SEC);
  assert_log (http_probe_finish (probe), "here\n", "1", "5", "false");
}

/* Test that what was dropped is told as that, and where to go on. */
static void
test_poll_api_log_skips (HttpHouse    *house,
                         gconstpointer test_data)
{
  g_autoptr(HttpAnswer) before = NULL;
  g_autoptr(HttpAnswer) skip = NULL;

  hw_test_house_submit (house->house, "demo");
  hw_fake_output_append (house->house->output, 1, 1, "one\ntwo\nthree\n");
  hw_fake_output_drop (house->house->output, 1, 1, 4, 8);

  before = http_house_get (house, "/api/v1/tasks/1/log");
  g_assert_null (http_answer_get (before, "headway-skip"));
  assert_log (g_steal_pointer (&before), "one\n", "1", "4", "false");

  skip = http_house_get (house, "/api/v1/tasks/1/log?wait=60&offset=4");
  g_assert_cmpstr (http_answer_get (skip, "headway-skip"), ==, "4-8");
  assert_log (g_steal_pointer (&skip), "", "1", "8", "false");

  assert_log (http_house_get (house, "/api/v1/tasks/1/log?offset=8"), "three\n", "1", "14", "false");
}

static void
test_poll_api_log_by_line (HttpHouse    *house,
                           gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;
  g_autoptr(HttpAnswer) by_offset = NULL;

  hw_test_house_submit (house->house, "demo");
  hw_fake_output_append (house->house->output, 1, 1, "one\ntwo\nthree\nfour\n");

  answer = http_house_get (house, "/api/v1/tasks/1/log?line=2&lines=2");
  g_assert_cmpstr (http_answer_get (answer, "headway-offset"), ==, "4");
  g_assert_cmpstr (http_answer_get (answer, "headway-line"), ==, "2");
  g_assert_cmpstr (http_answer_get (answer, "headway-next-line"), ==, "4");
  assert_log (g_steal_pointer (&answer), "two\nthree\n", "1", "14", "false");

  by_offset = http_house_get (house, "/api/v1/tasks/1/log?offset=14");
  g_assert_cmpstr (http_answer_get (by_offset, "headway-offset"), ==, "14");
  g_assert_null (http_answer_get (by_offset, "headway-line"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD_WITH(path, data, test) \
  g_test_add ("/poll-api/" path, HttpHouse, data, http_house_set_up, test_poll_api_ ## test, \
              http_house_tear_down)
#define ADD(path, test) ADD_WITH (path, NULL, test)
  ADD ("task/from-the-beginning", task_from_the_beginning);
  ADD ("task/after-a-number", task_after_a_number);
  ADD ("task/to-the-end", task_to_the_end);
  ADD ("task/after-the-end-nobody-waits", task_after_the_end);
  ADD ("task/that-is-retried-is-followed-further", task_that_is_retried);
  ADD ("waiting/for-an-event", task_waits);
  ADD ("waiting/ends-with-a-heartbeat", wait_ends);
  ADD_WITH ("waiting/for-events-ends-with-the-client",
            "/api/v1/tasks/1/events?epoch={epoch}&after=2&wait=60", client_leaves);
  ADD_WITH ("waiting/for-all-events-ends-with-the-client",
            "/api/v1/events?epoch={epoch}&after=2&wait=60", client_leaves);
  ADD_WITH ("waiting/for-output-ends-with-the-client", "/api/v1/tasks/1/log?wait=60",
            client_leaves);
  ADD ("waiting/ends-with-the-server", server_stops);
  ADD ("waiting/is-for-so-many-at-once", too_many_wait);
  ADD ("waiting/is-not-for-what-is-there", nobody_waits_for_what_is_there);
  ADD_WITH ("waiting/events-that-are-there-are-heard-by-who-says-no-more",
            "GET /api/v1/events?wait=60", client_says_no_more);
  ADD_WITH ("waiting/output-that-is-there-is-heard-by-who-says-no-more",
            "GET /api/v1/tasks/1/log?wait=60", client_says_no_more);
  ADD ("levels/if-they-are-asked-for", levels_if_asked_for);
  ADD ("levels/after-the-last", levels_after_the_last);
  ADD ("all/begins-with-a-snapshot", all_begins_with_a_snapshot);
  ADD ("all/goes-on", all_goes_on);
  ADD ("all/of-a-type", all_of_a_type);
  ADD ("all/of-an-owner", all_of_an_owner);
  ADD ("resets-wrong-cursors", resets);
  ADD ("refuses/what-is-no-task", no_task);
  ADD ("refuses/bad-queries", bad_query);
  ADD ("log/waits-for-more", log_waits);
  ADD ("log/tells-the-end", log_ends);
  ADD ("log/wait-in-vain-is-empty", log_wait_ends);
  ADD ("log/what-was-dropped-is-a-skip", log_skips);
  ADD ("log/by-line", log_by_line);
  ADD ("log/of-a-waiting-task-is-waited-for", log_of_a_waiting_task);
#undef ADD
#undef ADD_WITH

  return g_test_run ();
}
