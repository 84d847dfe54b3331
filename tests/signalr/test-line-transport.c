/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-house.h"

#include "hw-await.h"
#include "hw-hub-record.h"
#include "wait.h"

#include <string.h>

#define FRAME_BINARY 0x82
#define FRAME_CLOSE 0x88
#define FRAME_PING 0x89
#define FRAME_PONG 0x8a

#define assert_text(line, expected) \
  G_STMT_START { \
    g_autofree char *text = hub_line_take_text (line); \
    g_assert_cmpstr (text, ==, expected); \
  } G_STMT_END

/* Test that the server says goodbye with @code, and hangs up. */
#define assert_goodbye(line, code) \
  G_STMT_START { \
    g_autofree char *payload = NULL; \
    g_assert_cmphex (hub_line_take_frame (line, &payload), ==, FRAME_CLOSE); \
    g_assert_cmpuint ((guint) (guint8) payload[0] << 8 | (guint8) payload[1], ==, code); \
  } G_STMT_END

static void
assert_gone (HubHouse *house)
{
  wait_until (hw_hub_get_n_connections (house->hub) == 0);
}

static void
test_record_in_fragments (HubHouse     *house,
                          gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);
  g_autofree char *bytes = g_strdelimit (g_strdup (CALL ("Echo")), "|", HW_HUB_RECORD_SEPARATOR);

  hub_line_send_frame (line, 0x01, bytes, 10);
  hub_line_send_frame (line, 0x00, bytes + 10, 1);
  hub_line_send_frame (line, FRAME_PING, "now", 3);
  hub_line_send_frame (line, 0x80, bytes + 11, strlen (bytes) - 11);

  {
    g_autofree char *pong = NULL;

    g_assert_cmphex (hub_line_take_frame (line, &pong), ==, FRAME_PONG);
    g_assert_cmpstr (pong, ==, "now");
  }
  assert_text (line, RESULT);
}

static void
test_record_over_messages (HubHouse     *house,
                           gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);
  const char *call = CALL ("Echo") CALL ("Echo");
  g_autofree char *first = g_strndup (call, 20);

  hub_line_send_text (line, first);
  hub_line_send_text (line, call + 20);

  assert_text (line, RESULT);
  assert_text (line, RESULT);
}

/* Test that a client of MessagePack hears no text, not even as the answer to its handshake. */
static void
test_record_that_is_no_text (HubHouse     *house,
                             gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_line_new (house->port);
  g_autofree char *head = NULL;
  g_autofree char *greeting = NULL;
  g_autofree char *answer = NULL;

  g_assert_cmpuint (hub_line_upgrade (line, "/hub", BY_OWNER, &head), ==, 101);
  hub_line_send_text (line, "{\"protocol\":\"messagepack\",\"version\":1}|");
  g_assert_cmphex (hub_line_take_frame (line, &greeting), ==, FRAME_BINARY);
  g_assert_cmpstr (greeting, ==, "{}\036");

  hub_line_send_frame (line, FRAME_BINARY, "\x0e\x96\x01\x80\xa1" "1\xa4" "Echo\x91\xa1" "a\x90", 15);
  g_assert_cmphex (hub_line_take_frame (line, &answer), ==, FRAME_BINARY);
  g_assert_cmpstr (answer, ==, "\x08\x95\x03\x80\xa1" "1\x03\xa1" "a");
}

/* Test that any number of fragments is no more than the record in them. */
static void
test_endless_message_is_refused (HubHouse     *house,
                                 gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);
  g_autofree char *filling = g_strnfill (1000, ' ');

  hub_line_send_frame (line, 0x01, "{", 1);
  for (guint i = 0; i < 40; i++)
    hub_line_send_frame (line, 0x00, filling, 1000);

  assert_text (line, "{\"type\":7,\"error\":\"Connection closed with an error. "
               "InvalidDataException: The maximum message size of 32768B was exceeded.\","
               "\"allowReconnect\":true}|");
  assert_goodbye (line, 1000);
}

static void
test_frame_that_breaks_the_protocol (HubHouse     *house,
                                     gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);

  hub_line_send (line, "\x81\x05HELLO", 7);

  assert_goodbye (line, 1002);
  hub_line_send_frame (line, FRAME_CLOSE, "\x03\xea", 2);
  g_socket_shutdown (line->socket, FALSE, TRUE, NULL);
  wait_until (line->is_over);
  assert_gone (house);
}

static void
test_client_says_goodbye (HubHouse     *house,
                          gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);

  hub_line_send_frame (line, FRAME_CLOSE, "\x0f\xa0" "bye", 5);

  assert_goodbye (line, 4000);
  wait_until (line->is_over);
  assert_gone (house);
}

/* Test that a client that closes as Microsoft's does hears 1000: it takes anything else
 * for an error.
 */
static void
test_client_says_goodbye_without_code (HubHouse     *house,
                                       gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);

  hub_line_send_text (line, "{\"type\":7}|");
  hub_line_send_frame (line, FRAME_CLOSE, "", 0);

  assert_goodbye (line, 1000);
  wait_until (line->is_over);
  assert_gone (house);
}

static void
test_client_vanishes (HubHouse     *house,
                      gconstpointer test_data)
{
  HubLine *line = hub_house_connect (house, NULL);

  hub_line_send_text (line, OPEN CALL ("Wait"));
  wait_until (house->handler->waiting.length == 1);
  hub_line_free (line);

  assert_gone (house);
  g_assert_null (test_handler_get_stream (house->handler, 0)->asked);
  test_handler_let_go (house->handler);
}

/* Opens a stream for a client that reads nothing, and gives as much as it is asked for, until it
 * is asked no more. The client sends a little, so that its kernel also says what it has room for.
 * Returns: how many bytes
 */
static gsize
fill (HubHouse *house,
      HubLine  *line)
{
  g_autofree char *text = g_strnfill (100000, 'a');
  g_autofree char *item = g_strdup_printf ("\"%s\"", text);
  TestStream *stream;
  guint n_given = 0;

  hub_line_send_text (line, OPEN);
  wait_until (house->handler->streams->len == 1);
  stream = test_handler_get_stream (house->handler, 0);
  hub_line_set_reading (line, FALSE);
  while (stream->asked != NULL)
    {
      g_assert_cmpuint (n_given, <, 1000);
      n_given++;
      test_stream_give (stream, item);
      hub_house_settle (house);
      hub_line_send_frame (line, FRAME_PONG, "", 0);
      hub_house_settle (house);
    }

  return n_given * strlen (item);
}

/* Test that what is kept for a client that does not read is bounded: what the kernel
 * keeps, and one answer of the stream.
 */
static void
test_slow_client_is_not_fed (HubHouse     *house,
                             gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);
  gsize n_bytes = fill (house, line);

  hub_line_set_reading (line, TRUE);
  wait_until (test_handler_get_stream (house->handler, 0)->asked != NULL);
  wait_until (line->received->len >= n_bytes);
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 1);
}

static void
test_client_that_reads_nothing_is_cut (HubHouse     *house,
                                       gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);

  fill (house, line);
  hub_house_pass_time (house, 11);

  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 0);
}

/* Test that a client that pings and does not read gets few answers, the newest last. */
static void
test_pings_of_slow_client_do_not_pile_up (HubHouse     *house,
                                          gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);
  g_autofree char *pong = NULL;
  guint n_pongs = 0;

  fill (house, line);
  for (guint i = 0; i < 1000; i++)
    hub_line_send_frame (line, FRAME_PING, i < 999 ? "old" : "new", 3);
  hub_house_settle (house);

  hub_line_set_reading (line, TRUE);
  while (g_strcmp0 (pong, "new") != 0)
    {
      g_clear_pointer (&pong, g_free);
      n_pongs += hub_line_take_frame (line, &pong) == FRAME_PONG;
    }
  g_assert_cmpuint (n_pongs, <, 100);
}

/* Sends a call over and over until nobody reads any more. Returns: how many bytes */
static gsize
flood (HubHouse *house,
       HubLine  *line,
       GBytes   *frame)
{
  gsize length;
  const char *data = g_bytes_get_data (frame, &length);
  gsize n_sent = 0;
  gssize sent;

  g_socket_set_blocking (line->socket, FALSE);
  do
    {
      sent = g_socket_send (line->socket, data + n_sent % length, length - n_sent % length,
                            NULL, NULL);
      n_sent += (gsize) MAX (sent, 0);
      hub_house_settle (house);
    }
  while (n_sent < 64 * 1024 * 1024 && g_socket_condition_check (line->socket, G_IO_OUT) != 0);

  return n_sent;
}

/* Test that a client whose calls wait is not read, and is read again. */
static void
test_client_with_many_calls_is_not_read (HubHouse     *house,
                                         gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);
  g_autofree char *call = g_strdelimit (test_handler_make_long_call (), "|",
                                        HW_HUB_RECORD_SEPARATOR);
  g_autoptr(GBytes) frame = hub_line_make_frame (0x81, call, strlen (call));

  hub_line_send_text (line, CALL ("Wait"));
  wait_until (house->handler->waiting.length == 1);
  g_assert_cmpuint (flood (house, line, frame), <, 64 * 1024 * 1024);

  test_handler_let_go (house->handler);
  wait_until (g_socket_condition_check (line->socket, G_IO_OUT) != 0);
}

static void
test_time_passes (HubHouse     *house,
                  gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);

  hub_house_pass_time (house, 15);

  assert_text (line, "{\"type\":6}|");
}

static void
test_nobody_is_woken_without_connections (HubHouse     *house,
                                          gconstpointer test_data)
{
  HubLine *line = NULL;

  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->clock), ==, 0);

  line = hub_house_connect (house, NULL);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->clock), ==, 1);

  hub_line_free (line);
  assert_gone (house);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->clock), ==, 0);
}

static void
test_stop_says_goodbye (HubHouse     *house,
                        gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);
  g_autoptr(GAsyncResult) result = NULL;

  hw_hub_stop_async (house->hub, NULL, hw_await_result, &result);
  assert_text (line, "{\"type\":7,\"allowReconnect\":true}|");
  assert_goodbye (line, 1000);
  g_assert_null (result);

  hub_line_send_frame (line, FRAME_CLOSE, "\x03\xe8", 2);
  wait_until (result != NULL);
  g_assert_true (hw_hub_stop_finish (house->hub, result, NULL));
  wait_until (line->is_over);
}

/* Test that a client that is not read is heard when it answers our goodbye. */
static void
test_stop_hears_a_busy_client (HubHouse     *house,
                               gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);
  g_autoptr(GAsyncResult) result = NULL;

  hub_line_send_text (line, CALL ("Wait"));
  for (guint i = 0; i < 64; i++)
    hub_line_send_text (line, CALL ("Quiet"));
  wait_until (house->handler->waiting.length == 1);
  hub_house_settle (house);
  hw_hub_stop_async (house->hub, NULL, hw_await_result, &result);
  hub_line_send_frame (line, FRAME_CLOSE, "\x03\xe8", 2);

  wait_until (result != NULL);
  g_assert_true (hw_hub_stop_finish (house->hub, result, NULL));
  test_handler_let_go (house->handler);
}

static void
test_stop_of_an_empty_hub (HubHouse     *house,
                           gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_hub_stop_async (house->hub, NULL, hw_await_result, &result);
  wait_until (result != NULL);

  g_assert_true (hw_hub_stop_finish (house->hub, result, NULL));
}

static void
test_stop_lets_nobody_in (HubHouse     *house,
                          gconstpointer test_data)
{
  g_autofree char *token = hub_house_negotiate (house, BY_OWNER);
  g_autofree char *target = g_strdup_printf ("/hub?id=%s", token);
  g_autoptr(HubLine) line = hub_line_new (house->port);
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *body = NULL;
  g_autofree char *head = NULL;

  hw_hub_stop_async (house->hub, NULL, hw_await_result, &result);
  wait_until (result != NULL);

  g_assert_cmpuint (hub_house_ask (house, "POST", "/hub/negotiate", BY_OWNER, &body), ==, 503);
  g_assert_cmpuint (hub_line_upgrade (line, target, BY_OWNER, &head), ==, 503);
}

typedef struct
{
  HwHub *hub;           /* (unowned) */
  GAsyncResult *result; /* (owned) (nullable) */
} Stop;

static void
on_message_wrote_informational (SoupServerMessage *message,
                                gpointer           user_data)
{
  Stop *stop = user_data;

  hw_hub_stop_async (stop->hub, NULL, hw_await_result, &stop->result);
}

/* Before the hub has it. */
static void
on_request_read (SoupServer        *server,
                 SoupServerMessage *message,
                 gpointer           user_data)
{
  g_signal_connect (message, "wrote-informational", G_CALLBACK (on_message_wrote_informational),
                    user_data);
}

/* Test that who was let in just before hears of it, too, if their answer goes out just then. */
static void
test_stop_is_heard_by_who_comes (HubHouse     *house,
                                 gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_line_new (house->port);
  g_autofree char *head = NULL;
  Stop stop = { house->hub, NULL };

  g_signal_connect (house->server, "request-read", G_CALLBACK (on_request_read), &stop);
  g_assert_cmpuint (hub_line_upgrade (line, "/hub", BY_OWNER, &head), ==, 101);
  wait_until (stop.result != NULL);

  assert_text (line, "{\"error\":\"Handshake was canceled.\"}|");
  assert_goodbye (line, 1000);
  g_assert_true (hw_hub_stop_finish (house->hub, stop.result, NULL));
  g_clear_object (&stop.result);
}

/* Test that who does not answer is waited for until the caller has had enough. */
static void
test_stop_cuts_when_cancelled (HubHouse     *house,
                               gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;

  hw_hub_stop_async (house->hub, cancellable, hw_await_result, &result);
  hub_house_settle (house);
  g_assert_null (result);

  g_cancellable_cancel (cancellable);
  wait_until (result != NULL);
  g_assert_true (hw_hub_stop_finish (house->hub, result, NULL));
}

static void
test_goodbye_is_not_waited_for_long (HubHouse     *house,
                                     gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);

  hub_line_send_text (line, "{}|");
  g_free (hub_line_take_text (line));
  assert_goodbye (line, 1000);
  hub_house_pass_time (house, 4);
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 1);

  hub_house_pass_time (house, 1);
  g_assert_cmpuint (hw_hub_get_n_connections (house->hub), ==, 0);
}

/* Test that a hub may go while clients are connected. */
static void
test_hub_goes_with_its_connections (HubHouse     *house,
                                    gconstpointer test_data)
{
  g_autoptr(HubLine) line = hub_house_connect (house, NULL);

  hub_line_send_text (line, OPEN);
  wait_until (house->handler->streams->len == 1);
  g_object_run_dispose (G_OBJECT (house->hub));

  wait_until (line->is_over);
}

/* What a client of libsoup's own hears. */
typedef struct
{
  SoupWebsocketConnection *connection;
  GString *heard;
  gboolean is_closed;
} Oracle;

static void
on_oracle_connected (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  Oracle *oracle = user_data;
  g_autoptr(GError) error = NULL;

  oracle->connection = soup_session_websocket_connect_finish (SOUP_SESSION (source), result,
                                                              &error);
  g_assert_no_error (error);
}

static void
on_oracle_message (SoupWebsocketConnection *connection,
                   int                      type,
                   GBytes                  *message,
                   Oracle                  *oracle)
{
  gsize length;
  const char *data = g_bytes_get_data (message, &length);

  g_assert_cmpint (type, ==, SOUP_WEBSOCKET_DATA_TEXT);
  g_string_append_len (oracle->heard, data, (gssize) length);
}

static void
on_oracle_closed (SoupWebsocketConnection *connection,
                  Oracle                  *oracle)
{
  oracle->is_closed = TRUE;
}

/* Test that somebody else's WebSocket understands ours: a thousand calls, one of them as
 * long as may be, and a clean end.
 */
static void
test_another_implementation_agrees (HubHouse     *house,
                                    gconstpointer test_data)
{
  g_autoptr(SoupSession) session = soup_session_new ();
  g_autofree char *url = g_strdup_printf ("ws://127.0.0.1:%u/hub", house->port);
  g_autoptr(SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr(GString) expected = g_string_new ("{}\036");
  g_autofree char *text = g_strnfill (32000, 'a');
  Oracle oracle = { NULL, g_string_new (NULL), FALSE };

  soup_message_headers_append (soup_message_get_request_headers (message), "X-Who", "owner");
  soup_session_websocket_connect_async (session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
                                        on_oracle_connected, &oracle);
  wait_until (oracle.connection != NULL);
  g_signal_connect (oracle.connection, "message", G_CALLBACK (on_oracle_message), &oracle);
  g_signal_connect (oracle.connection, "closed", G_CALLBACK (on_oracle_closed), &oracle);

  soup_websocket_connection_send_text (oracle.connection,
                                       "{\"protocol\":\"json\",\"version\":1}\036");
  for (guint i = 0; i < 1000; i++)
    {
      const char *argument = i == 500 ? text : "x";
      g_autofree char *call =
        g_strdup_printf ("{\"type\":1,\"invocationId\":\"%u\",\"target\":\"Echo\","
                         "\"arguments\":[\"%s\"]}\036", i, argument);

      soup_websocket_connection_send_text (oracle.connection, call);
      g_string_append_printf (expected, "{\"type\":3,\"invocationId\":\"%u\",\"result\":\"%s\"}\036",
                              i, argument);
    }
  wait_until (oracle.heard->len >= expected->len);
  g_assert_cmpstr (oracle.heard->str, ==, expected->str);

  soup_websocket_connection_close (oracle.connection, SOUP_WEBSOCKET_CLOSE_NO_STATUS, NULL);
  wait_until (oracle.is_closed);
  g_assert_cmpuint (soup_websocket_connection_get_close_code (oracle.connection), ==, 1000);

  g_object_unref (oracle.connection);
  g_string_free (oracle.heard, TRUE);
}

#define ADD(path, function) \
  g_test_add ("/line-transport/" path, HubHouse, NULL, hub_house_set_up, function, \
              hub_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("record/in-fragments", test_record_in_fragments);
  ADD ("record/over-messages", test_record_over_messages);
  ADD ("record/that-is-no-text", test_record_that_is_no_text);
  ADD ("record/endless-message-is-refused", test_endless_message_is_refused);
  ADD ("frame-that-breaks-the-protocol", test_frame_that_breaks_the_protocol);
  ADD ("another-implementation-agrees", test_another_implementation_agrees);
  ADD ("client/says-goodbye", test_client_says_goodbye);
  ADD ("client/says-goodbye-without-code", test_client_says_goodbye_without_code);
  ADD ("client/vanishes", test_client_vanishes);
  ADD ("slow-client/is-not-fed", test_slow_client_is_not_fed);
  ADD ("slow-client/is-cut", test_client_that_reads_nothing_is_cut);
  ADD ("slow-client/pings-do-not-pile-up", test_pings_of_slow_client_do_not_pile_up);
  ADD ("busy-client/is-not-read", test_client_with_many_calls_is_not_read);
  ADD ("time/passes", test_time_passes);
  ADD ("time/nobody-is-woken-without-connections", test_nobody_is_woken_without_connections);
  ADD ("time/goodbye-is-not-waited-for-long", test_goodbye_is_not_waited_for_long);
  ADD ("stop/says-goodbye", test_stop_says_goodbye);
  ADD ("stop/hears-a-busy-client", test_stop_hears_a_busy_client);
  ADD ("stop/of-an-empty-hub", test_stop_of_an_empty_hub);
  ADD ("stop/lets-nobody-in", test_stop_lets_nobody_in);
  ADD ("stop/is-heard-by-who-comes", test_stop_is_heard_by_who_comes);
  ADD ("stop/cuts-when-cancelled", test_stop_cuts_when_cancelled);
  ADD ("hub-goes-with-its-connections", test_hub_goes_with_its_connections);

  return g_test_run ();
}
