/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-bench.h"

#include <string.h>

/* A connection of a client that speaks MessagePack. Records are written with their lengths. */

#define MSGPACK_HANDSHAKE "{\"protocol\":\"messagepack\",\"version\":1}\036"
#define PING "\x02\x91\x06"
#define CALL_ECHO "\x0e\x96\x01\x80\xa1" "1\xa4" "Echo\x91\xa1" "a\x90"
#define ANSWER_ECHO "\x08\x95\x03\x80\xa1" "1\x03\xa1" "a"
#define OPEN_COUNT "\x0d\x96\x04\x80\xa1" "5\xa5" "Count\x90\x90"
#define CANCEL_COUNT "\x05\x93\x05\x80\xa1" "5"

static void
feed_bytes (Fixture    *fixture,
            const char *bytes,
            gsize       length)
{
  hw_hub_connection_feed (fixture->connection, bytes, length, fixture->now);
  settle ();
}

#define FEED(fixture, bytes) feed_bytes (fixture, bytes, sizeof (bytes) - 1)

/* Test what was said since the last time. */
#define ASSERT_SAID(fixture, bytes) \
  G_STMT_START { \
    g_assert_cmpmem ((fixture)->output->str, (fixture)->output->len, bytes, sizeof (bytes) - 1); \
    g_string_truncate ((fixture)->output, 0); \
  } G_STMT_END

static void
set_up_msgpack (Fixture      *fixture,
                gconstpointer test_data)
{
  set_up_silent (fixture, test_data);
  FEED (fixture, MSGPACK_HANDSHAKE);
  ASSERT_SAID (fixture, "{}\036");
  g_assert_cmpuint (fixture->n_binary, ==, 1);
}

static void
test_handshake_goes_with_calls (Fixture      *fixture,
                                gconstpointer test_data)
{
  FEED (fixture, MSGPACK_HANDSHAKE CALL_ECHO PING CALL_ECHO);

  ASSERT_SAID (fixture, "{}\036" ANSWER_ECHO ANSWER_ECHO);
}

static void
test_handshake_and_calls_byte_by_byte (Fixture      *fixture,
                                       gconstpointer test_data)
{
  const char text[] = MSGPACK_HANDSHAKE CALL_ECHO CALL_ECHO;

  for (gsize i = 0; i < sizeof (text) - 1; i++)
    feed_bytes (fixture, text + i, 1);

  ASSERT_SAID (fixture, "{}\036" ANSWER_ECHO ANSWER_ECHO);
}

static void
test_json_is_told_no_binary (Fixture      *fixture,
                             gconstpointer test_data)
{
  feed (fixture, HANDSHAKE);

  g_assert_cmpuint (fixture->n_binary, ==, 0);
}

/* A record after the handshake, and what is said to it. */
typedef struct
{
  const char *claim;
  const char *record;
  gsize length;
  const char *answer; /* part of it */
  gboolean is_end;
} AnswerRow;

#define BYTES(text) text, sizeof (text) - 1

static const AnswerRow answers[] = {
  { "nothing-is-nil", BYTES ("\x0d\x95\x01\x80\xa1" "1\xa5" "Quiet\x91\x01"),
    "\x07\x95\x03\x80\xa1" "1\x03\xc0", FALSE },
  { "failure-has-its-sentence", BYTES ("\x0b\x95\x01\x80\xa1" "1\xa4" "Fail\x90"),
    "HubException: There is no task 9.", FALSE },
  { "unknown-method", BYTES ("\x0a\x95\x01\x80\xa1" "1\xa3" "Not\x90"),
    "HubException: Method does not exist.", FALSE },
  { "stream-that-is-called", BYTES ("\x0c\x95\x01\x80\xa1" "1\xa5" "Count\x90"),
    "invoke the streaming 'Count' method with a non-streaming invocation.", FALSE },
  { "no-message", BYTES ("\x02\x91\xc1"),
    "InvalidDataException: The MessagePack data are not valid at byte 1: no value begins with "
    "this byte. Send them without this fault.", TRUE },
  { "empty-record", BYTES ("\x00"), "at byte 0: a value should stand here", TRUE },
  { "json", BYTES ("{\"type\":6}\036"), "", FALSE },
  { "length-of-two-gigabytes", BYTES ("\xff\xff\xff\xff\x07"),
    "The maximum message size of 32768B was exceeded.", TRUE },
  { "array-of-four-billion", BYTES ("\x0d\x96\x01\x80\xa1" "1\xa1T\xdd\xff\xff\xff\xff\x01"),
    "it ends before all that is announced here", TRUE },
};

static void
test_answer (Fixture      *fixture,
             gconstpointer test_data)
{
  const AnswerRow *row = test_data;

  feed_bytes (fixture, row->record, row->length);

  g_assert_nonnull (memmem (fixture->output->str, fixture->output->len, row->answer,
                            strlen (row->answer)));
  g_assert_cmpuint (fixture->n_closed, ==, row->is_end ? 1 : 0);
  if (row->is_end)
    g_assert_cmpint (fixture->output->str[fixture->output->len - 1], ==, (char) 0xc3);
}

static void
test_stream_gives_items_then_ends (Fixture      *fixture,
                                   gconstpointer test_data)
{
  TestStream *stream;

  FEED (fixture, OPEN_COUNT);
  stream = test_handler_get_stream (fixture->handler, 0);
  test_stream_give (stream, "{\"a\":[1,null]}");
  settle ();
  ASSERT_SAID (fixture, "\x0b\x94\x02\x80\xa1" "5\x81\xa1" "a\x92\x01\xc0");

  test_stream_end (stream, NULL);
  settle ();
  ASSERT_SAID (fixture, "\x06\x94\x03\x80\xa1" "5\x02");
}

static void
test_stream_is_canceled (Fixture      *fixture,
                         gconstpointer test_data)
{
  FEED (fixture, OPEN_COUNT CANCEL_COUNT);

  ASSERT_SAID (fixture, "\x06\x94\x03\x80\xa1" "5\x02");
}

/* Test that whoever uploads bytes, which we have no use for, is told so, and nothing else ends. */
static void
test_upload_of_bytes_is_refused (Fixture      *fixture,
                                 gconstpointer test_data)
{
  const char *sentence = "Client sent 1 stream(s), Hub method expects 0.";
  TestStream *stream;

  FEED (fixture, OPEN_COUNT);
  stream = test_handler_get_stream (fixture->handler, 0);
  FEED (fixture, "\x0e\x96\x01\x80\xa1" "1\xa4" "Echo\x90\x91\xa1" "9");
  g_assert_nonnull (memmem (fixture->output->str, fixture->output->len, sentence,
                            strlen (sentence)));
  g_string_truncate (fixture->output, 0);

  FEED (fixture, "\x0a\x94\x02\x80\xa1" "9\xc4\x03\xff\x00\xc1");
  FEED (fixture, "\x06\x94\x03\x80\xa1" "9\x02");
  test_stream_give (stream, "1");
  settle ();

  ASSERT_SAID (fixture, "\x06\x94\x02\x80\xa1" "5\x01");
  g_assert_cmpuint (fixture->n_closed, ==, 0);
}

static void
test_push_calls_the_client (Fixture      *fixture,
                            gconstpointer test_data)
{
  FEED (fixture, "\x10\x96\x01\x80\xa1" "1\xa6" "Follow\x91\xa1" "k\x90");
  ASSERT_SAID (fixture, "\x07\x95\x03\x80\xa1" "1\x03\xc0");

  test_stream_give (test_handler_get_stream (fixture->handler, 0), "true");
  settle ();
  ASSERT_SAID (fixture, "\x0e\x96\x01\x80\xc0\xa6" "Pushed\x91\xc3\x90");
}

static void
test_quiet_connection_gives_a_sign_of_life (Fixture      *fixture,
                                            gconstpointer test_data)
{
  tick (fixture, 15);

  ASSERT_SAID (fixture, PING);
}

static void
test_close_says_goodbye (Fixture      *fixture,
                         gconstpointer test_data)
{
  hw_hub_connection_close (fixture->connection, NULL, TRUE);

  ASSERT_SAID (fixture, "\x04\x93\x07\xc0\xc3");
  g_assert_true (fixture->is_clean);
}

static void
test_client_says_goodbye (Fixture      *fixture,
                          gconstpointer test_data)
{
  FEED (fixture, "\x03\x92\x07\xc0");

  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

#define ADD(path, set_up, function) \
  g_test_add ("/hub-msgpack/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("handshake/goes-with-calls", set_up_silent, test_handshake_goes_with_calls);
  ADD ("handshake/byte-by-byte", set_up_silent, test_handshake_and_calls_byte_by_byte);
  ADD ("handshake/of-json-is-told-no-binary", set_up_silent, test_json_is_told_no_binary);
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/hub-msgpack/answer/%s", answers[i].claim);

      g_test_add (path, Fixture, &answers[i], set_up_msgpack, test_answer, tear_down);
    }
  ADD ("stream/gives-items-then-ends", set_up_msgpack, test_stream_gives_items_then_ends);
  ADD ("stream/is-canceled", set_up_msgpack, test_stream_is_canceled);
  ADD ("upload-of-bytes-is-refused", set_up_msgpack, test_upload_of_bytes_is_refused);
  ADD ("push-calls-the-client", set_up_msgpack, test_push_calls_the_client);
  ADD ("quiet-connection-gives-a-sign-of-life", set_up_msgpack,
       test_quiet_connection_gives_a_sign_of_life);
  ADD ("close-says-goodbye", set_up_msgpack, test_close_says_goodbye);
  ADD ("client-says-goodbye", set_up_msgpack, test_client_says_goodbye);

  return g_test_run ();
}
