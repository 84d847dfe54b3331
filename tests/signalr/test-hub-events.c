/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-asking.h"

#include "hw-await.h"
#include "wait.h"

#include <string.h>

#define EVENTS "Accept: text/event-stream\r\n"

/* Takes the next event, which must be @expected. */
#define assert_event(line, expected) \
  G_STMT_START { \
    g_autofree char *event = take_event (line); \
    g_assert_cmpstr (event, ==, expected); \
  } G_STMT_END

/* Returns: (transfer full): what the next event says, its separators as bars */
static char *
take_event (HubLine *line)
{
  const char *end;
  char *data;

  wait_until (strstr (line->received->str, "\r\n\r\n") != NULL || line->is_over);
  end = strstr (line->received->str, "\r\n\r\n");
  g_assert_nonnull (end);
  g_assert_true (g_str_has_prefix (line->received->str, "data: "));

  data = g_strndup (line->received->str + strlen ("data: "),
                    (gsize) (end - line->received->str) - strlen ("data: "));
  g_string_erase (line->received, 0, end - line->received->str + (gssize) strlen ("\r\n\r\n"));

  return g_strdelimit (data, "\036", '|');
}

/* Asks for events, and hears that they come. Returns: (transfer full): their connection */
static HubLine *
listen_to (HubHouse   *house,
           const char *token)
{
  HubLine *line = hub_asking_send (house, "GET", token, EVENTS, NULL);
  g_autofree char *head = NULL;

  g_assert_cmpuint (hub_line_take_head (line, &head), ==, 200);
  g_assert_nonnull (strstr (head, "\r\nContent-Type: text/event-stream\r\n"));
  g_assert_nonnull (strstr (head, "\r\nCache-Control: no-store\r\n"));
  g_assert_nonnull (strstr (head, "\r\nX-Accel-Buffering: no\r\n"));
  wait_until (line->received->len >= strlen (":\r\n"));
  g_assert_true (g_str_has_prefix (line->received->str, ":\r\n"));
  g_string_erase (line->received, 0, strlen (":\r\n"));

  return line;
}

/* Says hello, too. */
static HubLine *
greet (HubHouse   *house,
       const char *token)
{
  HubLine *line = listen_to (house, token);

  assert_answer (house, "POST", token, HANDSHAKE, 200, "");
  assert_event (line, "{}|");

  return line;
}

static void
test_call_is_answered (HubHouse     *house,
                       gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = greet (house, token);

  assert_answer (house, "POST", token, CALL ("Echo") CALL ("Echo"), 200, "");

  assert_event (line, RESULT);
  assert_event (line, RESULT);
}

static void
test_stream_goes_on (HubHouse     *house,
                     gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = greet (house, token);

  assert_answer (house, "POST", token, OPEN, 200, "");
  for (guint i = 0; i < 3; i++)
    {
      test_stream_give (test_handler_get_stream (house->handler, 0), "1");
      assert_event (line, "{\"type\":2,\"invocationId\":\"s\",\"item\":1}|");
    }
}

static void
test_signs_of_life_come (HubHouse     *house,
                         gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = greet (house, token);

  hub_house_pass_time (house, 15);

  assert_event (line, "{\"type\":6}|");
}

/* Test that the client's signs of life come in its requests. */
static void
test_silent_client_is_left (HubHouse     *house,
                            gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = greet (house, token);

  for (guint i = 0; i < 3; i++)
    {
      assert_answer (house, "POST", token, "{\"type\":6}|", 200, "");
      hub_house_pass_time (house, 20);
    }
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 1);
  hub_house_pass_time (house, 10);

  wait_until (line->is_over);
  g_assert_nonnull (strstr (line->received->str, "ClientTimeoutInterval"));
  hub_line_hang_up (line);
  wait_until (hw_hub_get_n_connections (house->hub) == 0);
}

static void
test_client_vanishes (HubHouse     *house,
                      gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  HubLine *line = greet (house, token);

  assert_answer (house, "POST", token, OPEN CALL ("Wait"), 200, "");
  wait_until (house->handler->waiting.length == 1);
  hub_line_free (line);

  wait_until (hw_hub_get_n_connections (house->hub) == 0);
  assert_answer (house, "POST", token, CALL ("Echo"), 404, "No Connection with that ID");
  test_handler_let_go (house->handler);
}

/* Test that a client that is gone before it is answered leaves nothing. */
static void
test_client_vanishes_at_once (HubHouse     *house,
                              gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);

  hub_line_free (hub_asking_send (house, "GET", token, EVENTS, NULL));
  hub_house_settle (house);

  wait_until (hw_hub_get_n_connections (house->hub) == 0);
}

static void
test_client_breaks_the_protocol (HubHouse     *house,
                                 gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = greet (house, token);
  g_autofree char *event = NULL;

  assert_answer (house, "POST", token, "{}|" CALL ("Echo"), 200, "");
  event = take_event (line);

  g_assert_true (g_str_has_prefix (event, "{\"type\":7,\"error\":\"Connection closed with an error."));
  wait_until (line->is_over);
  g_assert_cmpuint (line->received->len, ==, 0);
}

/* Test that a client that asks for what is no text is told that events carry nothing else. */
static void
test_binary_protocol_is_refused (HubHouse     *house,
                                 gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = listen_to (house, token);

  assert_answer (house, "POST", token, "{\"protocol\":\"messagepack\",\"version\":1}|", 200, "");

  assert_event (line, "{\"error\":\"Cannot use the 'messagepack' protocol on the current "
                "transport. The transport does not support 'Binary' transfer format.\"}|");
  wait_until (line->is_over);
  g_assert_cmpuint (line->received->len, ==, 0);
}

static void
test_second_is_refused (HubHouse     *house,
                        gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = greet (house, token);
  g_autoptr(HubLine) second = hub_asking_send (house, "GET", token, EVENTS, NULL);

  assert_line_answer (second, 409, "");
  g_assert_false (line->is_over);
}

/* Test that nothing but events and requests is there: neither polls, nor an end by request. */
static void
test_other_requests_are_refused (HubHouse     *house,
                                 gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = greet (house, token);

  assert_answer (house, "GET", token, NULL, 400, "Cannot change transports mid-connection");
  assert_answer (house, "DELETE", token, NULL, 400,
                 "Cannot terminate this connection using the DELETE endpoint.");
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 1);
}

static void
test_somebody_else_is_refused (HubHouse     *house,
                               gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = greet (house, token);
  g_autofree char *target = hub_asking_get_target (token);
  g_autofree char *body = NULL;

  g_assert_cmpuint (hub_house_ask (house, "POST", target, BY_GUEST, &body), ==, 404);
  assert_answer (house, "POST", token, CALL ("Echo"), 200, "");
  assert_event (line, RESULT);
}

/* Test that a client that reads nothing is fed no more, and is cut. */
static void
test_slow_client_is_cut (HubHouse     *house,
                         gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = greet (house, token);
  g_autofree char *text = g_strnfill (100000, 'a');
  g_autofree char *item = g_strdup_printf ("\"%s\"", text);
  TestStream *stream;
  guint n_given = 0;

  assert_answer (house, "POST", token, OPEN, 200, "");
  stream = test_handler_get_stream (house->handler, 0);
  hub_line_set_reading (line, FALSE);
  while (stream->asked != NULL)
    {
      g_assert_cmpuint (n_given, <, 1000);
      n_given++;
      test_stream_give (stream, item);
      hub_house_settle (house);
    }
  hub_house_pass_time (house, 11);

  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 0);
}

static void
test_stop_says_goodbye (HubHouse     *house,
                        gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = greet (house, token);
  g_autoptr(GAsyncResult) result = NULL;

  hw_hub_stop_async (house->hub, NULL, hw_await_result, &result);
  assert_event (line, "{\"type\":7,\"allowReconnect\":true}|");
  wait_until (line->is_over);
  g_assert_null (result);

  hub_line_hang_up (line);
  wait_until (result != NULL);

  g_assert_true (hw_hub_stop_finish (house->hub, result, NULL));
}

static void
test_stop_lets_nobody_in (HubHouse     *house,
                          gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autoptr(HubLine) line = NULL;
  g_autoptr(GAsyncResult) result = NULL;

  hw_hub_stop_async (house->hub, NULL, hw_await_result, &result);
  wait_until (result != NULL);
  line = hub_asking_send (house, "GET", token, EVENTS, NULL);

  assert_line_answer (line, 503, "The server stops");
}

#define ADD(path, function) \
  g_test_add ("/hub-events/" path, HubHouse, NULL, hub_house_set_up, function, \
              hub_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("call-is-answered", test_call_is_answered);
  ADD ("stream-goes-on", test_stream_goes_on);
  ADD ("signs-of-life-come", test_signs_of_life_come);
  ADD ("client/that-is-silent-is-left", test_silent_client_is_left);
  ADD ("client/vanishes", test_client_vanishes);
  ADD ("client/vanishes-at-once", test_client_vanishes_at_once);
  ADD ("client/breaks-the-protocol", test_client_breaks_the_protocol);
  ADD ("client/that-reads-nothing-is-cut", test_slow_client_is_cut);
  ADD ("refused/binary-protocol", test_binary_protocol_is_refused);
  ADD ("refused/second", test_second_is_refused);
  ADD ("refused/other-requests", test_other_requests_are_refused);
  ADD ("refused/somebody-else", test_somebody_else_is_refused);
  ADD ("stop/says-goodbye", test_stop_says_goodbye);
  ADD ("stop/lets-nobody-in", test_stop_lets_nobody_in);

  return g_test_run ();
}
