/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-asking.h"

#include "hw-await.h"
#include "hw-hub-inlet.h"
#include "hw-poll-transport.h"
#include "wait.h"

#include <string.h>

#define ITEM(text) "{\"type\":2,\"invocationId\":\"s\",\"item\":" text "}|"
#define GOODBYE "{\"type\":7,\"allowReconnect\":true}|"

/* Polls for the first time. Returns: (transfer full): the token */
static char *
begin (HubHouse *house)
{
  char *token = hub_house_negotiate (house, BY_OWNER);

  assert_answer (house, "GET", token, NULL, 200, "");

  return token;
}

/* Says hello, too. */
static char *
greet (HubHouse *house)
{
  char *token = begin (house);

  assert_answer (house, "POST", token, HANDSHAKE, 200, "");
  assert_answer (house, "GET", token, NULL, 200, "{}|");

  return token;
}

/* Polls, and lets the poll wait. */
static HubLine *
poll_on (HubHouse   *house,
         const char *token)
{
  HubLine *line = hub_asking_send (house, "GET", token, "", NULL);

  hub_house_settle (house);
  g_assert_false (line->is_over);

  return line;
}

static void
test_poll_is_answered_when_there_is_something (HubHouse     *house,
                                               gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autoptr(HubLine) poll = poll_on (house, token);

  assert_answer (house, "POST", token, CALL ("Echo"), 200, "");

  assert_line_answer (poll, 200, RESULT);
}

static void
test_poll_is_answered_with_all_that_waits (HubHouse     *house,
                                           gconstpointer test_data)
{
  g_autofree char *token = greet (house);

  assert_answer (house, "POST", token, CALL ("Echo") CALL ("Echo"), 200, "");
  assert_answer (house, "POST", token, CALL ("Echo"), 200, "");

  assert_answer (house, "GET", token, NULL, 200, RESULT RESULT RESULT);
}

static void
test_poll_in_vain_ends (HubHouse     *house,
                        gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autoptr(HubLine) poll = poll_on (house, token);

  hub_house_pass_time (house, 30);

  assert_line_answer (poll, 200, "");
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 1);
}

static void
test_poll_gives_way_to_another (HubHouse     *house,
                                gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autoptr(HubLine) old = poll_on (house, token);
  g_autoptr(HubLine) new = poll_on (house, token);

  assert_line_answer (old, 204, "");
  assert_answer (house, "POST", token, CALL ("Echo"), 200, "");
  assert_line_answer (new, 200, RESULT);
}

/* Test that a client that leaves with its poll may still come with another. */
static void
test_poll_whose_client_left (HubHouse     *house,
                             gconstpointer test_data)
{
  g_autofree char *token = greet (house);

  hub_line_free (poll_on (house, token));
  hub_house_settle (house);
  assert_answer (house, "POST", token, CALL ("Echo"), 200, "");

  assert_answer (house, "GET", token, NULL, 200, RESULT);
}

static void
test_client_that_does_not_come_again (HubHouse     *house,
                                      gconstpointer test_data)
{
  g_autofree char *token = greet (house);

  hub_house_pass_time (house, 14);
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 1);
  hub_house_pass_time (house, 1);

  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 0);
  assert_answer (house, "GET", token, NULL, 404, "No Connection with that ID");
  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->clock), ==, 0);
}

/* Test that a client that polls is taken for alive, whatever it says, and gets no pings. */
static void
test_client_that_only_polls_stays (HubHouse     *house,
                                   gconstpointer test_data)
{
  g_autofree char *token = greet (house);

  assert_answer (house, "POST", token, CALL ("Echo"), 200, "");
  assert_answer (house, "GET", token, NULL, 200, RESULT);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr(HubLine) poll = poll_on (house, token);

      hub_house_pass_time (house, 30);
      assert_line_answer (poll, 200, "");
    }
}

static void
test_client_that_never_greets (HubHouse     *house,
                               gconstpointer test_data)
{
  g_autofree char *token = begin (house);
  g_autoptr(HubLine) poll = poll_on (house, token);

  hub_house_pass_time (house, 30);

  assert_line_answer (poll, 200, "{\"error\":\"Handshake was canceled.\"}|");
  assert_answer (house, "GET", token, NULL, 204, "");
  assert_answer (house, "GET", token, NULL, 404, "No Connection with that ID");
}

static void
test_client_deletes (HubHouse     *house,
                     gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autoptr(HubLine) poll = poll_on (house, token);

  assert_answer (house, "POST", token, OPEN CALL ("Wait"), 200, "");
  wait_until (house->handler->waiting.length == 1);
  assert_answer (house, "DELETE", token, NULL, 202, "");

  assert_line_answer (poll, 204, "");
  assert_answer (house, "POST", token, CALL ("Echo"), 404, "No Connection with that ID");
  g_assert_null (test_handler_get_stream (house->handler, 0)->asked);
  test_handler_let_go (house->handler);
}

/* Test that the last word is heard before the end. */
static void
test_client_breaks_the_protocol (HubHouse     *house,
                                 gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autofree char *answer = NULL;

  assert_answer (house, "POST", token, "{}|" CALL ("Echo"), 200, "");

  g_assert_cmpuint (hub_asking_get_answer (house, "GET", token, NULL, &answer), ==, 200);
  g_assert_nonnull (strstr (answer, "\"type\":7"));
  g_assert_null (strstr (answer, "\"type\":3"));
  assert_answer (house, "GET", token, NULL, 204, "");
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 0);
}

static void
test_client_that_does_not_hear_the_last_word (HubHouse     *house,
                                              gconstpointer test_data)
{
  g_autofree char *token = greet (house);

  assert_answer (house, "POST", token, "{}|", 200, "");
  hub_house_pass_time (house, 4);
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 1);

  hub_house_pass_time (house, 1);
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 0);
}

/* Test that what a client says who has not heard the last word yet is not waited for. */
static void
test_client_speaks_after_the_last_word (HubHouse     *house,
                                        gconstpointer test_data)
{
  g_autofree char *token = begin (house);
  g_autoptr(HubLine) post = NULL;

  hub_house_pass_time (house, HW_HUB_HANDSHAKE_TIMEOUT / G_USEC_PER_SEC);
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 1);

  post = hub_asking_send (house, "POST", token, "", HANDSHAKE);
  hub_house_settle (house);
  g_assert_true (post->is_over);
  assert_line_answer (post, 200, "");
}

/* Test that what waits for a client that does not poll is bounded, and goes on when it does. */
static void
test_slow_client_is_not_fed (HubHouse     *house,
                             gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autofree char *text = g_strnfill (30000, 'a');
  g_autofree char *item = g_strdup_printf ("\"%s\"", text);
  TestStream *stream;
  guint n_given = 0;
  gsize n_bytes = 0;

  assert_answer (house, "POST", token, OPEN, 200, "");
  stream = test_handler_get_stream (house->handler, 0);
  while (stream->asked != NULL)
    {
      g_assert_cmpuint (n_given, <, 10);
      n_given++;
      test_stream_give (stream, item);
      hub_house_settle (house);
    }

  while (n_bytes < n_given * (strlen (ITEM ("")) + strlen (item)))
    {
      g_autofree char *answer = NULL;

      g_assert_cmpuint (hub_asking_get_answer (house, "GET", token, NULL, &answer), ==, 200);
      g_assert_cmpuint (strlen (answer), <=, 2 * HW_POLL_MAX_WAITING);
      n_bytes += strlen (answer);
    }
  g_assert_nonnull (stream->asked);
  test_stream_give (stream, "1");
  assert_answer (house, "GET", token, NULL, 200, ITEM ("1"));
}

/* Has a call wait, and as many more as are taken behind it. Returns: (transfer full): one of them */
static char *
keep_busy (HubHouse   *house,
           const char *token)
{
  char *call = test_handler_make_long_call ();

  assert_answer (house, "POST", token, CALL ("Wait"), 200, "");
  for (guint i = 0; i < 3; i++)
    assert_answer (house, "POST", token, call, 200, "");

  return call;
}

/* Test that a client whose calls wait is answered when they are taken, in their order. */
static void
test_busy_client_waits (HubHouse     *house,
                        gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autofree char *call = keep_busy (house, token);
  g_autoptr(GPtrArray) posts = g_ptr_array_new_with_free_func ((GDestroyNotify) hub_line_free);

  for (guint i = 0; i < HW_HUB_MAX_POSTS; i++)
    {
      g_ptr_array_add (posts, hub_asking_send (house, "POST", token, "", call));
      hub_house_settle (house);
      g_assert_cmpuint (((HubLine *) g_ptr_array_index (posts, i))->received->len, ==, 0);
    }
  assert_answer (house, "POST", token, call, 503, "Too many requests at once");

  test_handler_let_go (house->handler);
  for (guint i = 0; i < posts->len; i++)
    assert_line_answer (g_ptr_array_index (posts, i), 200, "");
}

/* Test that whoever waits to be heard is answered when there is nobody to hear any more. */
static void
test_busy_client_ends (HubHouse     *house,
                       gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autofree char *call = keep_busy (house, token);
  g_autoptr(HubLine) post = hub_asking_send (house, "POST", token, "", call);

  hub_house_settle (house);
  assert_answer (house, "DELETE", token, NULL, 202, "");

  assert_line_answer (post, 200, "");
  test_handler_let_go (house->handler);
}

static void
test_record_over_posts (HubHouse     *house,
                        gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  const char *call = CALL ("Echo");
  g_autofree char *first = g_strndup (call, 20);

  assert_answer (house, "POST", token, first, 200, "");
  assert_answer (house, "POST", token, call + 20, 200, "");

  assert_answer (house, "GET", token, NULL, 200, RESULT);
}

/* Test that any number of requests is no more than the record in them. */
static void
test_endless_record_is_refused (HubHouse     *house,
                                gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autofree char *filling = g_strnfill (20000, ' ');

  assert_answer (house, "POST", token, filling, 200, "");
  assert_answer (house, "POST", token, filling, 200, "");

  assert_answer (house, "GET", token, NULL, 200,
                 "{\"type\":7,\"error\":\"Connection closed with an error. "
                 "InvalidDataException: The maximum message size of 32768B was exceeded.\","
                 "\"allowReconnect\":true}|");
}

static void
test_other_transports_are_refused (HubHouse     *house,
                                   gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autofree char *target = hub_asking_get_target (token);
  g_autoptr(HubLine) events =
    hub_asking_send (house, "GET", token, "Accept: text/event-stream\r\n", NULL);
  g_autoptr(HubLine) upgrade = hub_line_new (house->port);
  g_autofree char *head = NULL;

  assert_line_answer (events, 400, "Cannot change transports mid-connection");
  g_assert_cmpuint (hub_line_upgrade (upgrade, target, BY_OWNER, &head), ==, 400);
}

static void
test_somebody_else_is_refused (HubHouse     *house,
                               gconstpointer test_data)
{
  static const char *const methods[] = { "GET", "POST", "DELETE" };
  g_autofree char *token = greet (house);
  g_autofree char *target = hub_asking_get_target (token);

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *body = NULL;

      g_assert_cmpuint (hub_house_ask (house, methods[i], target, BY_GUEST, &body), ==, 404);
      g_assert_cmpstr (body, ==, "No Connection with that ID");
    }
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 1);
}

/* Has somebody begin to poll again and again, until they are refused. Returns: (transfer full)
 * (element-type utf8): the tokens with which they do
 */
static GPtrArray *
begin_all (HubHouse   *house,
           const char *who)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_free);
  guint status = 200;

  while (status == 200)
    {
      g_autofree char *token = hub_house_negotiate (house, who);
      g_autofree char *target = hub_asking_get_target (token);
      g_autofree char *answer = NULL;

      status = hub_house_ask (house, "GET", target, who, &answer);
      if (status == 200)
        g_ptr_array_add (tokens, g_steal_pointer (&token));
      else
        g_assert_cmpstr (answer, ==, "Too many connections");
    }
  g_assert_cmpuint (status, ==, 503);

  return tokens;
}

/* Test that those who poll leave connections to others, and one of them places to the others. */
static void
test_only_so_many_poll (HubHouse     *house,
                        gconstpointer test_data)
{
  g_autoptr(GPtrArray) of_guest = begin_all (house, BY_GUEST);
  g_autoptr(GPtrArray) of_owner = begin_all (house, BY_OWNER);

  g_assert_cmpuint (of_owner->len, >, 10);
  g_assert_cmpuint (of_guest->len + of_owner->len, ==, HW_HUB_MAX_POLLS);

  assert_answer (house, "DELETE", g_ptr_array_index (of_owner, 0), NULL, 202, "");
  g_free (begin (house));
}

static void
test_stop_is_heard_by_who_waits (HubHouse     *house,
                                 gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autoptr(HubLine) poll = poll_on (house, token);
  g_autoptr(GAsyncResult) result = NULL;

  hw_hub_stop_async (house->hub, NULL, hw_await_result, &result);
  assert_line_answer (poll, 200, GOODBYE);
  wait_until (result != NULL);

  g_assert_true (hw_hub_stop_finish (house->hub, result, NULL));
}

static void
test_stop_is_heard_by_who_comes (HubHouse     *house,
                                 gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autoptr(GAsyncResult) result = NULL;

  hw_hub_stop_async (house->hub, NULL, hw_await_result, &result);
  assert_answer (house, "GET", token, NULL, 200, GOODBYE);
  g_assert_null (result);
  assert_answer (house, "DELETE", token, NULL, 202, "");
  wait_until (result != NULL);

  g_assert_true (hw_hub_stop_finish (house->hub, result, NULL));
}

/* Test that a hub may go while polls and requests wait. */
static void
test_hub_goes_with_its_polls (HubHouse     *house,
                              gconstpointer test_data)
{
  g_autofree char *token = greet (house);
  g_autoptr(HubLine) poll = poll_on (house, token);

  g_object_run_dispose (G_OBJECT (house->hub));

  assert_line_answer (poll, 204, "");
}

#define ADD(path, function) \
  g_test_add ("/poll-transport/" path, HubHouse, NULL, hub_house_set_up, function, \
              hub_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("poll/is-answered-when-there-is-something", test_poll_is_answered_when_there_is_something);
  ADD ("poll/is-answered-with-all-that-waits", test_poll_is_answered_with_all_that_waits);
  ADD ("poll/in-vain-ends", test_poll_in_vain_ends);
  ADD ("poll/gives-way-to-another", test_poll_gives_way_to_another);
  ADD ("poll/whose-client-left", test_poll_whose_client_left);
  ADD ("client/that-does-not-come-again", test_client_that_does_not_come_again);
  ADD ("client/that-only-polls-stays", test_client_that_only_polls_stays);
  ADD ("client/that-never-greets", test_client_that_never_greets);
  ADD ("client/deletes", test_client_deletes);
  ADD ("client/breaks-the-protocol", test_client_breaks_the_protocol);
  ADD ("client/that-does-not-hear-the-last-word", test_client_that_does_not_hear_the_last_word);
  ADD ("client/that-speaks-after-the-last-word", test_client_speaks_after_the_last_word);
  ADD ("slow-client/is-not-fed", test_slow_client_is_not_fed);
  ADD ("busy-client/waits", test_busy_client_waits);
  ADD ("busy-client/ends", test_busy_client_ends);
  ADD ("record/over-posts", test_record_over_posts);
  ADD ("record/endless-is-refused", test_endless_record_is_refused);
  ADD ("refused/other-transports", test_other_transports_are_refused);
  ADD ("refused/somebody-else", test_somebody_else_is_refused);
  ADD ("refused/too-many", test_only_so_many_poll);
  ADD ("stop/is-heard-by-who-waits", test_stop_is_heard_by_who_waits);
  ADD ("stop/is-heard-by-who-comes", test_stop_is_heard_by_who_comes);
  ADD ("hub-goes-with-its-polls", test_hub_goes_with_its_polls);

  return g_test_run ();
}
