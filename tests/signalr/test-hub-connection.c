/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-bench.h"
#include "hw-hub-record.h"

#include <string.h>

static void
test_handshake_then_call_in_one_piece (Fixture      *fixture,
                                       gconstpointer test_data)
{
  feed (fixture, HANDSHAKE "{\"type\":1,\"invocationId\":\"0\",\"target\":\"Echo\","
        "\"arguments\":[\"a\"]}|");

  assert_said (fixture, "{}|{\"type\":3,\"invocationId\":\"0\",\"result\":\"a\"}|");
}

static void
test_handshake_byte_by_byte (Fixture      *fixture,
                             gconstpointer test_data)
{
  const char *text = HANDSHAKE;

  for (gsize i = 0; i < strlen (text); i++)
    {
      char byte[] = { text[i], '\0' };

      feed (fixture, byte);
    }

  assert_said (fixture, "{}|");
}

static void
test_handshake_of_other_protocol (Fixture      *fixture,
                                  gconstpointer test_data)
{
  feed (fixture, "{\"protocol\":\"blazorpack\",\"version\":1}|{\"type\":6}|");

  assert_said (fixture, "{\"error\":\"The protocol 'blazorpack' is not supported.\"}|");
  g_assert_cmpuint (fixture->n_closed, ==, 1);
  g_assert_true (fixture->is_clean);
}

static void
test_handshake_that_is_none (Fixture      *fixture,
                             gconstpointer test_data)
{
  feed (fixture, "hello|");

  assert_said (fixture,
               "{\"error\":\"An unexpected error occurred during connection handshake.\"}|");
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

static void
test_handshake_that_is_too_long (Fixture      *fixture,
                                 gconstpointer test_data)
{
  g_autofree char *text = g_strnfill (HW_HUB_MAX_RECORD_LENGTH + 1, ' ');

  feed (fixture, text);

  assert_said (fixture, "{\"error\":\"Handshake was canceled.\"}|");
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

static void
test_handshake_that_never_comes (Fixture      *fixture,
                                 gconstpointer test_data)
{
  tick (fixture, 14);
  assert_said (fixture, "");
  g_assert_cmpuint (fixture->n_closed, ==, 0);

  tick (fixture, 1);
  assert_said (fixture, "{\"error\":\"Handshake was canceled.\"}|");
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

static void
test_handshake_missing_at_close (Fixture      *fixture,
                                 gconstpointer test_data)
{
  hw_hub_connection_close (fixture->connection, NULL, TRUE);

  assert_said (fixture, "{\"error\":\"Handshake was canceled.\"}|");
}

/* A record after the handshake, and what is said to it. */
typedef struct
{
  const char *claim;
  const char *records;
  const char *answer;
  gboolean is_end;
} AnswerRow;

static const AnswerRow answers[] = {
  { "call-has-result", CALL ("Echo"), "{\"type\":3,\"invocationId\":\"1\",\"result\":\"a\"}|",
    FALSE },
  { "method-in-any-case", CALL ("eCHO"), "{\"type\":3,\"invocationId\":\"1\",\"result\":\"a\"}|",
    FALSE },
  { "nothing-is-null", CALL ("Quiet"), "{\"type\":3,\"invocationId\":\"1\",\"result\":null}|",
    FALSE },
  { "failure-has-its-sentence", CALL ("Fail"),
    ERROR ("An unexpected error occurred invoking 'Fail' on the server. "
           "HubException: There is no task 9."), FALSE },
  { "wrong-arguments", CALL ("Misuse"),
    ERROR ("Failed to invoke 'Misuse' due to an error on the server. "
           "HubException: One is missing."), FALSE },
  { "unknown-method", CALL ("Nonsense"),
    ERROR ("Failed to invoke 'Nonsense' due to an error on the server. "
           "HubException: Method does not exist."), FALSE },
  { "unknown-stream", OPEN ("1", "Nonsense"),
    ERROR ("Failed to invoke 'Nonsense' due to an error on the server. "
           "HubException: Method does not exist."), FALSE },
  { "call-of-a-stream", CALL ("Count"),
    ERROR ("The client attempted to invoke the streaming 'Count' method with a "
           "non-streaming invocation."), FALSE },
  { "stream-of-a-call", OPEN ("1", "Echo"),
    ERROR ("The client attempted to invoke the non-streaming 'Echo' method with a "
           "streaming invocation."), FALSE },
  { "stream-that-cannot-be-opened", OPEN ("1", "Broken"),
    ERROR ("An unexpected error occurred invoking 'Broken' on the server. "
           "HubException: There is no task 9."), FALSE },
  { "stream-id-twice", OPEN ("1", "Count") OPEN ("1", "Count"),
    ERROR ("Invocation ID '1' is already in use."), FALSE },
  { "uploads", "{\"type\":1,\"invocationId\":\"1\",\"target\":\"Echo\",\"arguments\":[],"
    "\"streamIds\":[\"9\"]}|",
    ERROR ("An unexpected error occurred invoking 'Echo' on the server. "
           "HubException: Client sent 1 stream(s), Hub method expects 0."), FALSE },
  { "call-without-id", "{\"type\":1,\"target\":\"Echo\",\"arguments\":[\"a\"]}|", "", FALSE },
  { "failure-without-id", "{\"type\":1,\"target\":\"Fail\",\"arguments\":[\"a\"]}|", "", FALSE },
  { "unknown-method-without-id", "{\"type\":1,\"target\":\"X\",\"arguments\":[]}|", "", FALSE },
  { "ping", "{\"type\":6}|", "", FALSE },
  { "unknown-type", "{\"type\":99}|", "", FALSE },
  { "item-of-no-upload", "{\"type\":2,\"invocationId\":\"1\",\"item\":1}|", "", FALSE },
  { "completion-of-no-call", "{\"type\":3,\"invocationId\":\"1\"}|", "", FALSE },
  { "cancel-of-no-stream", "{\"type\":5,\"invocationId\":\"1\"}|", "", FALSE },
  { "close", "{\"type\":7}|" CALL ("Echo"), "", TRUE },
  { "no-json", "{|", BAD_DATA ("The JSON text is not valid at byte 1: the name of a member, in "
                               "double quotes, should stand here. Send it without this fault."),
    TRUE },
  { "no-type", "{}|", BAD_DATA ("Missing required property 'type'."), TRUE },
  { "nothing-after-an-error", "{}|" CALL ("Echo"), BAD_DATA ("Missing required property 'type'."),
    TRUE },
};

static void
test_answer (Fixture      *fixture,
             gconstpointer test_data)
{
  const AnswerRow *row = test_data;

  feed (fixture, row->records);

  assert_said (fixture, row->answer);
  g_assert_cmpint (fixture->n_closed, ==, row->is_end);
  hw_hub_connection_close (fixture->connection, NULL, FALSE);
}

static void
test_record_that_is_too_long (Fixture      *fixture,
                              gconstpointer test_data)
{
  g_autofree char *text = g_strnfill (HW_HUB_MAX_RECORD_LENGTH + 1, ' ');

  feed (fixture, text);

  assert_said (fixture, BAD_DATA ("The maximum message size of 32768B was exceeded."));
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

static void
test_ping_after_silence (Fixture      *fixture,
                         gconstpointer test_data)
{
  tick (fixture, 14);
  assert_said (fixture, "");
  tick (fixture, 1);
  assert_said (fixture, "{\"type\":6}|");
  tick (fixture, 14);
  assert_said (fixture, "");
  tick (fixture, 1);
  assert_said (fixture, "{\"type\":6}|");
}

static void
test_no_ping_while_something_is_said (Fixture      *fixture,
                                      gconstpointer test_data)
{
  tick (fixture, 10);
  feed (fixture, CALL ("Quiet"));
  g_string_truncate (fixture->output, 0);

  tick (fixture, 14);
  assert_said (fixture, "");
  tick (fixture, 1);
  assert_said (fixture, "{\"type\":6}|");
}

static void
test_no_ping_while_unwritable (Fixture      *fixture,
                               gconstpointer test_data)
{
  tick (fixture, 14);
  hw_hub_connection_set_writable (fixture->connection, FALSE, fixture->now);
  tick (fixture, 5);
  assert_said (fixture, "");
}

static void
test_silent_client_is_closed (Fixture      *fixture,
                              gconstpointer test_data)
{
  feed (fixture, "{\"type\":6}|");
  tick (fixture, 29);
  g_assert_cmpuint (fixture->n_closed, ==, 0);
  g_string_truncate (fixture->output, 0);

  tick (fixture, 1);
  assert_said (fixture, "{\"type\":7,\"error\":\"Connection closed with an error. "
               "OperationCanceledException: Client hasn't sent a message/ping within the "
               "configured ClientTimeoutInterval.\",\"allowReconnect\":true}|");
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

static void
test_pinging_client_stays (Fixture      *fixture,
                           gconstpointer test_data)
{
  for (guint i = 0; i < 10; i++)
    {
      feed (fixture, "{\"type\":6}|");
      tick (fixture, 29);
    }

  g_assert_cmpuint (fixture->n_closed, ==, 0);
}

/* Test that a client that never pings is not asked to: its time counts from its
 * first message.
 */
static void
test_client_that_never_spoke_stays (Fixture      *fixture,
                                    gconstpointer test_data)
{
  tick (fixture, 120);

  g_assert_cmpuint (fixture->n_closed, ==, 0);
}

static void
test_client_that_reads_nothing_is_cut (Fixture      *fixture,
                                       gconstpointer test_data)
{
  hw_hub_connection_set_writable (fixture->connection, FALSE, fixture->now);
  tick (fixture, 9);
  g_assert_cmpuint (fixture->n_closed, ==, 0);

  tick (fixture, 1);
  g_assert_cmpuint (fixture->n_closed, ==, 1);
  g_assert_false (fixture->is_clean);
  assert_said (fixture, "");
}

static void
test_client_that_reads_slowly_stays (Fixture      *fixture,
                                     gconstpointer test_data)
{
  for (guint i = 0; i < 10; i++)
    {
      hw_hub_connection_set_writable (fixture->connection, FALSE, fixture->now);
      tick (fixture, 9);
    }
  g_assert_cmpuint (fixture->n_closed, ==, 0);

  tick (fixture, 1);
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

static void
test_close_says_why (Fixture      *fixture,
                     gconstpointer test_data)
{
  hw_hub_connection_close (fixture->connection, "The daemon stops.", TRUE);
  hw_hub_connection_close (fixture->connection, "Again.", TRUE);

  assert_said (fixture,
               "{\"type\":7,\"error\":\"The daemon stops.\",\"allowReconnect\":true}|");
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

/* Test that the end of a connection ends all that it began, and that what comes
 * after it goes nowhere.
 */
static void
test_close_cancels_everything (Fixture      *fixture,
                               gconstpointer test_data)
{
  feed (fixture, OPEN ("s", "Count") CALL ("Follow") CALL ("Wait") CALL ("Echo"));
  g_string_truncate (fixture->output, 0);
  hw_hub_connection_abort (fixture->connection);
  settle ();
  g_assert_null (test_handler_get_stream (fixture->handler, 0)->asked);
  g_assert_null (test_handler_get_stream (fixture->handler, 1)->asked);

  test_handler_let_go (fixture->handler);
  feed (fixture, CALL ("Echo"));
  tick (fixture, 60);
  assert_said (fixture, "");
  g_assert_cmpuint (fixture->handler->n_cancelled, ==, 1);
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

/* Test that a client is let go when somebody else tells of its streams, without time passing, and
 * that these still end.
 */
static void
test_client_is_let_go_at_once (Fixture      *fixture,
                               gconstpointer test_data)
{
  TestStream *stream;

  feed (fixture, OPEN ("s", "Count"));
  stream = test_handler_get_stream (fixture->handler, 0);
  g_assert_nonnull (fixture->handler->client);
  stream->may_leave = TRUE;
  test_stream_give (stream, "1");
  settle ();

  assert_said (fixture, "{\"type\":2,\"invocationId\":\"s\",\"item\":1}|");
  g_assert_cmpuint (fixture->n_watches, ==, 1);
  g_assert_null (fixture->handler->client);

  hw_hub_connection_hear (fixture->connection, 1, HW_WATCH_ENDED, NULL, fixture->now);
  assert_said (fixture, "{\"type\":3,\"invocationId\":\"s\"}|");
}

/* Test that a client stays whose call is not answered, and one that tells of another stream. */
static void
test_client_with_more_to_do_stays (Fixture      *fixture,
                                   gconstpointer test_data)
{
  TestStream *stream;

  feed (fixture, OPEN ("s", "Count") OPEN ("t", "Count") CALL ("Wait"));
  for (guint i = 0; i < 2; i++)
    {
      stream = test_handler_get_stream (fixture->handler, i);
      stream->may_leave = TRUE;
      test_stream_give (stream, "1");
      settle ();
      g_assert_cmpuint (fixture->n_watches, ==, i + 1);
      g_assert_nonnull (fixture->handler->client);
    }

  test_handler_let_go (fixture->handler);
  settle ();
  tick (fixture, 1);
  g_assert_null (fixture->handler->client);
}

/* Test that a connection may go while a call and a stream of it are under way. */
static void
test_drop_while_pending (Fixture      *fixture,
                         gconstpointer test_data)
{
  feed (fixture, OPEN ("s", "Count") CALL ("Wait"));
}

#define ADD(path, set_up_function, function) \
  g_test_add ("/hub-connection/" path, Fixture, NULL, set_up_function, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/hub-connection/answer/%s", answers[i].claim);

      g_test_add (path, Fixture, &answers[i], set_up, test_answer, tear_down);
    }
  ADD ("handshake/then-call-in-one-piece", set_up_silent, test_handshake_then_call_in_one_piece);
  ADD ("handshake/byte-by-byte", set_up_silent, test_handshake_byte_by_byte);
  ADD ("handshake/of-other-protocol", set_up_silent, test_handshake_of_other_protocol);
  ADD ("handshake/that-is-none", set_up_silent, test_handshake_that_is_none);
  ADD ("handshake/that-is-too-long", set_up_silent, test_handshake_that_is_too_long);
  ADD ("handshake/that-never-comes", set_up_silent, test_handshake_that_never_comes);
  ADD ("handshake/missing-at-close", set_up_silent, test_handshake_missing_at_close);
  ADD ("answer/record-that-is-too-long", set_up, test_record_that_is_too_long);
  ADD ("time/ping-after-silence", set_up, test_ping_after_silence);
  ADD ("time/no-ping-while-something-is-said", set_up, test_no_ping_while_something_is_said);
  ADD ("time/no-ping-while-unwritable", set_up, test_no_ping_while_unwritable);
  ADD ("time/silent-client-is-closed", set_up, test_silent_client_is_closed);
  ADD ("time/pinging-client-stays", set_up, test_pinging_client_stays);
  ADD ("time/client-that-never-spoke-stays", set_up, test_client_that_never_spoke_stays);
  ADD ("time/client-that-reads-nothing-is-cut", set_up, test_client_that_reads_nothing_is_cut);
  ADD ("time/client-that-reads-slowly-stays", set_up, test_client_that_reads_slowly_stays);
  ADD ("client/is-let-go-at-once", set_up, test_client_is_let_go_at_once);
  ADD ("client/with-more-to-do-stays", set_up, test_client_with_more_to_do_stays);
  ADD ("close/says-why", set_up, test_close_says_why);
  ADD ("close/cancels-everything", set_up, test_close_cancels_everything);
  ADD ("close/dropped-while-pending", set_up, test_drop_while_pending);

  return g_test_run ();
}
