/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-bench.h"
#include "hw-hub-streams.h"

#include <string.h>

/* Test that calls are carried out one after the other, in order. */
static void
test_calls_wait_for_each_other (Fixture      *fixture,
                                gconstpointer test_data)
{
  feed (fixture, CALL ("Wait") "{\"type\":1,\"invocationId\":\"2\",\"target\":\"Echo\","
        "\"arguments\":[\"b\"]}|");
  assert_said (fixture, "");

  test_handler_let_go (fixture->handler);
  settle ();
  assert_said (fixture, "{\"type\":3,\"invocationId\":\"1\",\"result\":\"done\"}|"
               "{\"type\":3,\"invocationId\":\"2\",\"result\":\"b\"}|");
}

/* Test that a call that takes its time keeps no stream from running. */
static void
test_streams_run_beside_calls (Fixture      *fixture,
                               gconstpointer test_data)
{
  feed (fixture, CALL ("Wait") OPEN ("s", "Count"));
  test_stream_give (test_handler_get_stream (fixture->handler, 0), "1");
  settle ();

  assert_said (fixture, "{\"type\":2,\"invocationId\":\"s\",\"item\":1}|");
}

/* Test that a client with much waiting is read no further, until it waits no more. */
static void
test_many_calls_stop_the_reading (Fixture      *fixture,
                                  gconstpointer test_data)
{
  feed (fixture, CALL ("Wait"));
  for (guint i = 0; i < 63; i++)
    feed (fixture, CALL ("Quiet"));
  g_assert_true (hw_hub_connection_wants_input (fixture->connection));

  feed (fixture, CALL ("Quiet"));
  g_assert_false (hw_hub_connection_wants_input (fixture->connection));
  g_assert_cmpuint (fixture->n_wants_input, ==, 0);

  test_handler_let_go (fixture->handler);
  settle ();
  g_assert_true (hw_hub_connection_wants_input (fixture->connection));
  g_assert_cmpuint (fixture->n_wants_input, ==, 1);
}

static void
test_long_calls_stop_the_reading (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autofree char *call = test_handler_make_long_call ();

  feed (fixture, CALL ("Wait"));
  feed (fixture, call);
  feed (fixture, call);
  g_assert_true (hw_hub_connection_wants_input (fixture->connection));

  feed (fixture, call);
  g_assert_false (hw_hub_connection_wants_input (fixture->connection));
}

/* Test that what counts is what a call takes, not how short it was on its way. */
static void
test_calls_of_many_values_stop_the_reading (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autofree char *values = g_strnfill (4000, '1');
  g_autofree char *call = NULL;

  for (gsize i = 1; i < strlen (values); i += 2)
    values[i] = ',';
  values[strlen (values) - 1] = '\0';
  call = g_strdup_printf ("{\"type\":1,\"target\":\"Quiet\",\"arguments\":[%s]}|", values);

  feed (fixture, CALL ("Wait"));
  feed (fixture, call);
  g_assert_true (hw_hub_connection_wants_input (fixture->connection));

  feed (fixture, call);
  g_assert_false (hw_hub_connection_wants_input (fixture->connection));
}

/* Makes records with a call each, which have the numbers from 0 on: each @period-th waits.
 * Returns: (transfer full): the records
 */
static char *
make_calls (guint    n_calls,
            guint    period,
            GString *answers)
{
  GString *calls = g_string_new (NULL);

  for (guint i = 0; i < n_calls; i++)
    {
      gboolean waits = i % period == 0;

      g_string_append_printf (calls, "{\"type\":1,\"invocationId\":\"%u\",\"target\":\"%s\","
                              "\"arguments\":[\"a\"]}|", i, waits ? "Wait" : "Echo");
      g_string_append_printf (answers, "{\"type\":3,\"invocationId\":\"%u\",\"result\":\"%s\"}|",
                              i, waits ? "done" : "a");
    }

  return g_string_free (calls, FALSE);
}

/* Test that what came in one piece with too many calls is not even looked at before its turn. */
static void
test_piece_is_read_when_there_is_room (Fixture      *fixture,
                                       gconstpointer test_data)
{
  g_autoptr(GString) answers = g_string_new (NULL);
  g_autofree char *calls = make_calls (65, 65, answers);
  g_autofree char *piece = g_strconcat (calls, "{}|", CALL ("Echo"), NULL);

  feed (fixture, piece);
  g_assert_cmpuint (fixture->n_closed, ==, 0);

  test_handler_let_go (fixture->handler);
  settle ();
  g_assert_cmpuint (fixture->n_closed, ==, 1);
  g_assert_true (g_str_has_suffix (fixture->output->str,
                                   BAD_DATA ("Missing required property 'type'.")));
}

/* Test that no call is lost, and none passes another, however many come at once. */
static void
test_any_number_of_calls_is_answered (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(GString) answers = g_string_new (NULL);
  g_autofree char *calls = make_calls (1000, 250, answers);
  g_autofree char *first = g_strndup (calls, 30001);
  g_autofree char *second = g_strndup (calls + 30001, 10007);

  feed (fixture, first);
  feed (fixture, second);
  feed (fixture, calls + 30001 + 10007);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_false (i < 3 && hw_hub_connection_wants_input (fixture->connection));
      test_handler_let_go (fixture->handler);
      settle ();
    }

  assert_said (fixture, answers->str);
  g_assert_true (hw_hub_connection_wants_input (fixture->connection));
  g_assert_cmpuint (fixture->n_wants_input, ==, 1);
}

static void
test_unread_calls_go_with_the_connection (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(GString) answers = g_string_new (NULL);
  g_autofree char *calls = make_calls (1000, 250, answers);

  feed (fixture, calls);
  hw_hub_connection_abort (fixture->connection);
  test_handler_let_go (fixture->handler);
  settle ();

  assert_said (fixture, "");
  g_assert_cmpuint (fixture->handler->waiting.length, ==, 0);
}

/* Test that a client is not taken for dead while it is not read. */
static void
test_unread_client_is_not_silent (Fixture      *fixture,
                                  gconstpointer test_data)
{
  feed (fixture, CALL ("Wait"));
  for (guint i = 0; i < 64; i++)
    feed (fixture, CALL ("Quiet"));

  tick (fixture, 60);
  g_assert_cmpuint (fixture->n_closed, ==, 0);

  test_handler_let_go (fixture->handler);
  settle ();
  tick (fixture, 29);
  g_assert_cmpuint (fixture->n_closed, ==, 0);
  tick (fixture, 1);
  g_assert_cmpuint (fixture->n_closed, ==, 1);
}

static void
test_stream_gives_items_then_ends (Fixture      *fixture,
                                   gconstpointer test_data)
{
  TestStream *stream;

  feed (fixture, OPEN ("s", "Count"));
  stream = test_handler_get_stream (fixture->handler, 0);
  test_stream_give (stream, "1");
  settle ();
  test_stream_give (stream, "2");
  test_stream_end (stream, NULL);
  settle ();

  assert_said (fixture, "{\"type\":2,\"invocationId\":\"s\",\"item\":1}|"
               "{\"type\":2,\"invocationId\":\"s\",\"item\":2}|"
               "{\"type\":3,\"invocationId\":\"s\"}|");
}

static void
test_stream_fails_with_its_sentence (Fixture      *fixture,
                                     gconstpointer test_data)
{
  feed (fixture, OPEN ("1", "Count"));
  test_stream_end (test_handler_get_stream (fixture->handler, 0), "The disk is full.");
  settle ();

  assert_said (fixture, ERROR ("An error occurred on the server while streaming results. "
                               "HubException: The disk is full."));
}

/* Test that what a stream gives at once goes out in one piece. */
static void
test_stream_burst_is_one_piece (Fixture      *fixture,
                                gconstpointer test_data)
{
  g_autoptr(GPtrArray) items = NULL;
  TestStream *stream;

  feed (fixture, OPEN ("s", "Count"));
  stream = test_handler_get_stream (fixture->handler, 0);
  for (guint i = 0; i < 20; i++)
    test_stream_give (stream, "1");
  settle ();

  /* The first is taken as soon as it is there. */
  g_assert_cmpuint (fixture->n_outputs, ==, 2);
}

static void
test_stream_is_cancelled (Fixture      *fixture,
                          gconstpointer test_data)
{
  TestStream *stream;

  feed (fixture, OPEN ("s", "Count"));
  stream = test_handler_get_stream (fixture->handler, 0);
  feed (fixture, "{\"type\":5,\"invocationId\":\"s\"}|");
  assert_said (fixture, "{\"type\":3,\"invocationId\":\"s\"}|");

  test_stream_give (stream, "1");
  settle ();
  assert_said (fixture, "");
  g_assert_null (stream->asked);
}

static void
test_stream_id_is_free_after_the_end (Fixture      *fixture,
                                      gconstpointer test_data)
{
  feed (fixture, OPEN ("s", "Count"));
  test_stream_end (test_handler_get_stream (fixture->handler, 0), NULL);
  settle ();
  g_string_truncate (fixture->output, 0);

  feed (fixture, OPEN ("s", "Count"));
  test_stream_give (test_handler_get_stream (fixture->handler, 1), "1");
  settle ();

  assert_said (fixture, "{\"type\":2,\"invocationId\":\"s\",\"item\":1}|");
}

static void
test_streams_are_limited (Fixture      *fixture,
                          gconstpointer test_data)
{
  for (guint i = 0; i < HW_HUB_MAX_STREAMS; i++)
    {
      g_autofree char *open = g_strdup_printf ("{\"type\":4,\"invocationId\":\"s%u\","
                                               "\"target\":\"Count\",\"arguments\":[]}|", i);

      feed (fixture, open);
    }
  assert_said (fixture, "");

  feed (fixture, OPEN ("1", "Count"));
  assert_said (fixture, ERROR ("Failed to invoke 'Count' due to an error on the server. "
                               "HubException: There are 64 open streams. Cancel one first."));
}

/* Test that a client that reads nothing gets one answer of the stream, and the
 * stream is not asked again.
 */
static void
test_stream_is_not_asked_while_unwritable (Fixture      *fixture,
                                           gconstpointer test_data)
{
  TestStream *stream;

  feed (fixture, OPEN ("s", "Count"));
  stream = test_handler_get_stream (fixture->handler, 0);
  hw_hub_connection_set_writable (fixture->connection, FALSE, fixture->now);
  test_stream_give (stream, "1");
  settle ();
  test_stream_give (stream, "2");
  settle ();

  assert_said (fixture, "");
  g_assert_cmpuint (stream->n_asked, ==, 1);
}

static void
test_stream_goes_on_when_writable (Fixture      *fixture,
                                   gconstpointer test_data)
{
  TestStream *stream;

  feed (fixture, OPEN ("s", "Count"));
  stream = test_handler_get_stream (fixture->handler, 0);
  hw_hub_connection_set_writable (fixture->connection, FALSE, fixture->now);
  test_stream_give (stream, "1");
  settle ();
  test_stream_give (stream, "2");
  hw_hub_connection_set_writable (fixture->connection, TRUE, fixture->now);
  settle ();

  assert_said (fixture, "{\"type\":2,\"invocationId\":\"s\",\"item\":1}|"
               "{\"type\":2,\"invocationId\":\"s\",\"item\":2}|");
}

/* Test that what is too much for one piece is held when the network takes no more
 * in the middle of it.
 */
static void
test_stream_stops_in_the_middle (Fixture      *fixture,
                                 gconstpointer test_data)
{
  g_autofree char *text = g_strnfill (20000, 'a');
  g_autofree char *item = g_strdup_printf ("\"%s\"", text);
  TestStream *stream;

  feed (fixture, OPEN ("s", "Count"));
  stream = test_handler_get_stream (fixture->handler, 0);
  hw_hub_connection_set_writable (fixture->connection, FALSE, fixture->now);
  test_stream_give (stream, item);
  settle ();
  for (guint i = 0; i < 5; i++)
    test_stream_give (stream, item);
  hw_hub_connection_set_writable (fixture->connection, TRUE, fixture->now);
  fixture->shuts_on_output = TRUE;
  settle ();

  g_assert_cmpuint (fixture->n_outputs, ==, 2);
  g_assert_cmpuint (fixture->output->len, <, 3 * 20100);

  for (guint i = 0; i < 2; i++)
    hw_hub_connection_set_writable (fixture->connection, TRUE, fixture->now);
  g_assert_cmpuint (fixture->n_outputs, ==, 4);
  g_assert_cmpuint (fixture->output->len, >, 6 * 20000);
}

/* Test that who comes first changes, also when the first has more than goes out. */
static void
test_streams_do_not_wait_for_the_first (Fixture      *fixture,
                                        gconstpointer test_data)
{
  g_autofree char *text = g_strnfill (40000, 'a');
  g_autofree char *item = g_strdup_printf ("\"%s\"", text);
  TestStream *first;

  feed (fixture, OPEN ("a", "Count") OPEN ("b", "Count"));
  first = test_handler_get_stream (fixture->handler, 0);
  test_stream_give (first, "0");
  settle ();
  hw_hub_connection_set_writable (fixture->connection, FALSE, fixture->now);

  /* What is given before it is asked for comes in one answer. */
  {
    g_autoptr(GTask) asked = g_steal_pointer (&first->asked);

    for (guint i = 0; i < 10; i++)
      test_stream_give (first, item);
    first->asked = g_steal_pointer (&asked);
    test_stream_give (first, item);
  }
  test_stream_give (test_handler_get_stream (fixture->handler, 1), item);
  settle ();

  fixture->shuts_on_output = TRUE;
  for (guint i = 0; i < 2; i++)
    hw_hub_connection_set_writable (fixture->connection, TRUE, fixture->now);

  g_assert_nonnull (strstr (fixture->output->str, "\"invocationId\":\"b\""));
}

/* Test that a client cannot pile up answers that it does not read. */
static void
test_calls_wait_while_unwritable (Fixture      *fixture,
                                  gconstpointer test_data)
{
  hw_hub_connection_set_writable (fixture->connection, FALSE, fixture->now);
  for (guint i = 0; i < 32; i++)
    feed (fixture, CALL ("Nonsense") OPEN ("1", "Nonsense"));
  assert_said (fixture, "");
  g_assert_false (hw_hub_connection_wants_input (fixture->connection));

  hw_hub_connection_set_writable (fixture->connection, TRUE, fixture->now);
  g_assert_true (hw_hub_connection_wants_input (fixture->connection));
  g_assert_cmpuint (fixture->n_outputs, ==, 1);
}

static void
test_waiting_stream_is_cancelled (Fixture      *fixture,
                                  gconstpointer test_data)
{
  hw_hub_connection_set_writable (fixture->connection, FALSE, fixture->now);
  feed (fixture, OPEN ("s", "Count") OPEN ("t", "Count") "{\"type\":5,\"invocationId\":\"t\"}|");
  assert_said (fixture, "{\"type\":3,\"invocationId\":\"t\"}|");

  hw_hub_connection_set_writable (fixture->connection, TRUE, fixture->now);
  g_assert_cmpuint (fixture->handler->streams->len, ==, 1);
}

static void
test_push_calls_the_client (Fixture      *fixture,
                            gconstpointer test_data)
{
  feed (fixture, CALL ("Follow"));
  assert_said (fixture, "{\"type\":3,\"invocationId\":\"1\",\"result\":null}|");

  test_stream_give (test_handler_get_stream (fixture->handler, 0), "{\"id\":7}");
  settle ();
  assert_said (fixture, "{\"type\":1,\"target\":\"Pushed\",\"arguments\":[{\"id\":7}]}|");
}

static void
test_push_ends_in_silence (Fixture      *fixture,
                           gconstpointer test_data)
{
  feed (fixture, CALL ("Follow"));
  g_string_truncate (fixture->output, 0);
  test_stream_end (test_handler_get_stream (fixture->handler, 0), "It is gone.");
  settle ();

  assert_said (fixture, "");
}

static void
test_push_of_the_same_name_replaces (Fixture      *fixture,
                                     gconstpointer test_data)
{
  feed (fixture, CALL ("Follow") CALL ("Follow"));
  g_string_truncate (fixture->output, 0);

  test_stream_give (test_handler_get_stream (fixture->handler, 0), "1");
  test_stream_give (test_handler_get_stream (fixture->handler, 1), "2");
  settle ();

  assert_said (fixture, "{\"type\":1,\"target\":\"Pushed\",\"arguments\":[2]}|");
}

#define ADD(path, set_up_function, function) \
  g_test_add ("/hub-streams/" path, Fixture, NULL, set_up_function, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("calls/wait-for-each-other", set_up, test_calls_wait_for_each_other);
  ADD ("calls/streams-run-beside", set_up, test_streams_run_beside_calls);
  ADD ("calls/many-stop-the-reading", set_up, test_many_calls_stop_the_reading);
  ADD ("calls/long-ones-stop-the-reading", set_up, test_long_calls_stop_the_reading);
  ADD ("calls/of-many-values-stop-the-reading", set_up,
       test_calls_of_many_values_stop_the_reading);
  ADD ("calls/in-one-piece-are-read-when-there-is-room", set_up,
       test_piece_is_read_when_there_is_room);
  ADD ("calls/any-number-is-answered", set_up, test_any_number_of_calls_is_answered);
  ADD ("calls/unread-ones-go-with-the-connection", set_up,
       test_unread_calls_go_with_the_connection);
  ADD ("calls/unread-client-is-not-silent", set_up, test_unread_client_is_not_silent);
  ADD ("calls/wait-while-unwritable", set_up, test_calls_wait_while_unwritable);
  ADD ("stream/gives-items-then-ends", set_up, test_stream_gives_items_then_ends);
  ADD ("stream/fails-with-its-sentence", set_up, test_stream_fails_with_its_sentence);
  ADD ("stream/burst-is-one-piece", set_up, test_stream_burst_is_one_piece);
  ADD ("stream/is-cancelled", set_up, test_stream_is_cancelled);
  ADD ("stream/id-is-free-after-the-end", set_up, test_stream_id_is_free_after_the_end);
  ADD ("stream/there-is-a-most", set_up, test_streams_are_limited);
  ADD ("stream/not-asked-while-unwritable", set_up, test_stream_is_not_asked_while_unwritable);
  ADD ("stream/goes-on-when-writable", set_up, test_stream_goes_on_when_writable);
  ADD ("stream/stops-in-the-middle", set_up, test_stream_stops_in_the_middle);
  ADD ("stream/others-do-not-wait-for-the-first", set_up, test_streams_do_not_wait_for_the_first);
  ADD ("stream/waiting-one-is-cancelled", set_up, test_waiting_stream_is_cancelled);
  ADD ("push/calls-the-client", set_up, test_push_calls_the_client);
  ADD ("push/ends-in-silence", set_up, test_push_ends_in_silence);
  ADD ("push/of-the-same-name-replaces", set_up, test_push_of_the_same_name_replaces);

  return g_test_run ();
}
