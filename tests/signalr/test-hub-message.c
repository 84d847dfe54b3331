/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-message-rows.h"

#include <string.h>

/* A record that is a message, and what is read out of it. */
typedef struct
{
  const char *claim;
  const char *json;
  HubMessageWanted wanted;
} MessageRow;

static const MessageRow messages[] = {
  { "call", "{\"type\":1,\"invocationId\":\"7\",\"target\":\"AddTask\",\"arguments\":[\"demo\",{}]}",
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "7", "AddTask", "[<'demo'>, <@a{sv} {}>]", 0 } },
  { "call-without-id", "{\"type\":1,\"target\":\"T\",\"arguments\":[]}",
    { HW_HUB_MESSAGE_TYPE_INVOCATION, NULL, "T", "@av []", 0 } },
  { "call-with-null-id", "{\"type\":1,\"invocationId\":null,\"target\":\"T\",\"arguments\":[]}",
    { HW_HUB_MESSAGE_TYPE_INVOCATION, NULL, "T", "@av []", 0 } },
  { "call-with-empty-id", "{\"type\":1,\"invocationId\":\"\",\"target\":\"T\",\"arguments\":[]}",
    { HW_HUB_MESSAGE_TYPE_INVOCATION, NULL, "T", "@av []", 0 } },
  { "call-with-null-argument", "{\"type\":1,\"target\":\"T\",\"arguments\":[null,1]}",
    { HW_HUB_MESSAGE_TYPE_INVOCATION, NULL, "T", "[<@mv nothing>, <int64 1>]", 0 } },
  { "call-with-texts", "{\"type\":1,\"target\":\"T\",\"arguments\":[\"a\",\"b\"]}",
    { HW_HUB_MESSAGE_TYPE_INVOCATION, NULL, "T", "[<'a'>, <'b'>]", 0 } },
  { "call-with-uploads",
    "{\"type\":1,\"invocationId\":\"7\",\"target\":\"T\",\"arguments\":[],\"streamIds\":[\"1\",\"2\"]}",
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "7", "T", "@av []", 2 } },
  { "call-in-any-order", "{\"arguments\":[],\"target\":\"T\",\"type\":1,\"invocationId\":\"7\"}",
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "7", "T", "@av []", 0 } },
  { "call-with-unknown-members",
    "{\"type\":1,\"headers\":{\"a\":\"b\"},\"target\":\"T\",\"arguments\":[],\"future\":[{}]}",
    { HW_HUB_MESSAGE_TYPE_INVOCATION, NULL, "T", "@av []", 0 } },
  { "stream-item", "{\"type\":2,\"invocationId\":\"1\",\"item\":5}",
    { HW_HUB_MESSAGE_TYPE_STREAM_ITEM, "1", NULL, NULL, 0 } },
  { "stream-item-that-is-null", "{\"type\":2,\"invocationId\":\"1\",\"item\":null}",
    { HW_HUB_MESSAGE_TYPE_STREAM_ITEM, "1", NULL, NULL, 0 } },
  { "completion", "{\"type\":3,\"invocationId\":\"1\"}",
    { HW_HUB_MESSAGE_TYPE_COMPLETION, "1", NULL, NULL, 0 } },
  { "completion-with-result", "{\"type\":3,\"invocationId\":\"1\",\"result\":1}",
    { HW_HUB_MESSAGE_TYPE_COMPLETION, "1", NULL, NULL, 0 } },
  { "stream", "{\"type\":4,\"invocationId\":\"x\",\"target\":\"WatchTask\",\"arguments\":[7,0,0]}",
    { HW_HUB_MESSAGE_TYPE_STREAM_INVOCATION, "x", "WatchTask",
      "[<int64 7>, <int64 0>, <int64 0>]", 0 } },
  { "cancel", "{\"type\":5,\"invocationId\":\"x\"}",
    { HW_HUB_MESSAGE_TYPE_CANCEL_INVOCATION, "x", NULL, NULL, 0 } },
  { "ping", "{\"type\":6}", { HW_HUB_MESSAGE_TYPE_PING, NULL, NULL, NULL, 0 } },
  { "close", "{\"type\":7}", { HW_HUB_MESSAGE_TYPE_CLOSE, NULL, NULL, NULL, 0 } },
  { "close-with-error", "{\"type\":7,\"error\":\"Bye\",\"allowReconnect\":true}",
    { HW_HUB_MESSAGE_TYPE_CLOSE, NULL, NULL, NULL, 0 } },
  { "ack-is-unknown", "{\"type\":8,\"sequenceId\":5}",
    { HW_HUB_MESSAGE_TYPE_UNKNOWN, NULL, NULL, NULL, 0 } },
  { "future-type-is-unknown", "{\"type\":99,\"invocationId\":5}",
    { HW_HUB_MESSAGE_TYPE_UNKNOWN, NULL, NULL, NULL, 0 } },
  { "type-zero-is-unknown", "{\"type\":0}", { HW_HUB_MESSAGE_TYPE_UNKNOWN, NULL, NULL, NULL, 0 } },
  { "negative-type-is-unknown", "{\"type\":-1}",
    { HW_HUB_MESSAGE_TYPE_UNKNOWN, NULL, NULL, NULL, 0 } },
};

static void
test_hub_message_reads (gconstpointer test_data)
{
  const MessageRow *row = test_data;

  assert_message (&hw_hub_json, row->json, strlen (row->json), &row->wanted);
}

/* A record that is none, and the sentence that it meets. */
typedef struct
{
  const char *claim;
  const char *json;
  const char *sentence;
} WrongRow;

static const WrongRow wrong_messages[] = {
  { "array", "[]", "A message must be a JSON object." },
  { "number", "6", "A message must be a JSON object." },
  { "null", "null", "A message must be a JSON object." },
  { "nothing", "", "The JSON text is not valid at byte 0: a value should stand here. "
    "Send it without this fault." },
  { "no-json", "{\"type\":6", "The JSON text is not valid at byte 9: a comma or a closing brace "
    "should stand here. Send it without this fault." },
  { "no-type", "{}", "Missing required property 'type'." },
  { "type-that-is-a-text", "{\"type\":\"6\"}", "Expected 'type' to be of type Number." },
  { "type-with-a-fraction", "{\"type\":1.5}", "Expected 'type' to be of type Number." },
  { "type-that-is-null", "{\"type\":null}", "Expected 'type' to be of type Number." },
  { "call-without-target", "{\"type\":1,\"arguments\":[]}",
    "Missing required property 'target'." },
  { "call-with-number-as-target", "{\"type\":1,\"target\":1,\"arguments\":[]}",
    "Expected 'target' to be of type String." },
  { "call-without-arguments", "{\"type\":1,\"target\":\"T\"}",
    "Missing required property 'arguments'." },
  { "call-with-object-as-arguments", "{\"type\":1,\"target\":\"T\",\"arguments\":{}}",
    "Expected 'arguments' to be of type Array." },
  { "call-with-number-as-id",
    "{\"type\":1,\"invocationId\":7,\"target\":\"T\",\"arguments\":[]}",
    "Expected 'invocationId' to be of type String." },
  { "call-with-text-as-uploads",
    "{\"type\":1,\"target\":\"T\",\"arguments\":[],\"streamIds\":\"1\"}",
    "Expected 'streamIds' to be of type Array." },
  { "stream-without-id", "{\"type\":4,\"target\":\"T\",\"arguments\":[]}",
    "Missing required property 'invocationId'." },
  { "stream-with-null-id",
    "{\"type\":4,\"invocationId\":null,\"target\":\"T\",\"arguments\":[]}",
    "Expected 'invocationId' to be of type String." },
  { "stream-with-empty-id", "{\"type\":4,\"invocationId\":\"\",\"target\":\"T\",\"arguments\":[]}",
    "The value of 'invocationId' is empty." },
  { "stream-item-without-item", "{\"type\":2,\"invocationId\":\"1\"}",
    "Missing required property 'item'." },
  { "completion-without-id", "{\"type\":3}", "Missing required property 'invocationId'." },
  { "completion-with-both", "{\"type\":3,\"invocationId\":\"1\",\"error\":\"a\",\"result\":1}",
    "The 'error' and 'result' properties are mutually exclusive." },
  { "cancel-without-id", "{\"type\":5}", "Missing required property 'invocationId'." },
};

static void
test_hub_message_refuses (gconstpointer test_data)
{
  const WrongRow *row = test_data;

  assert_no_message (&hw_hub_json, row->json, strlen (row->json), row->sentence);
}

static void
test_hub_message_refuses_long_id (void)
{
  g_autofree char *id = g_strnfill (129, '1');
  g_autofree char *json = g_strdup_printf ("{\"type\":5,\"invocationId\":\"%s\"}", id);
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_hub_protocol_parse (&hw_hub_json, json, strlen (json), &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
}

/* Reads all of @text in one go and returns the records with a bar behind each. */
static void
read_records (HwHubRecordReader *reader,
              const char        *data,
              gsize              length,
              GString           *found)
{
  g_autoptr(GError) error = NULL;

  while (length > 0)
    {
      const char *record = NULL;
      gsize record_length = 0;

      g_assert_true (hw_hub_record_reader_read (reader, &data, &length, &record, &record_length,
                                                &error));
      g_assert_no_error (error);
      if (record != NULL)
        {
          g_string_append_len (found, record, (gssize) record_length);
          g_string_append_c (found, '|');
        }
    }
}

/* Test that records come out whole wherever the stream is torn in two. */
static void
test_hub_record_torn_at_every_byte (void)
{
  const char *text = "{\"a\":1}\036{}\036\036{\"b\":\"\303\251\"}\036rest";
  gsize length = strlen (text);

  for (gsize at = 0; at <= length; at++)
    {
      g_auto(HwHubRecordReader) reader = { 0 };
      g_autoptr(GString) found = g_string_new (NULL);

      read_records (&reader, text, at, found);
      read_records (&reader, text + at, length - at, found);

      g_assert_cmpstr (found->str, ==, "{\"a\":1}|{}||{\"b\":\"\303\251\"}|");
    }
}

static void
test_hub_record_byte_by_byte (void)
{
  const char *text = "{\"a\":1}\036{}\036\036rest\036";
  g_auto(HwHubRecordReader) reader = { 0 };
  g_autoptr(GString) found = g_string_new (NULL);

  for (gsize i = 0; i < strlen (text); i++)
    {
      g_autofree char *byte = g_memdup2 (text + i, 1);

      read_records (&reader, byte, 1, found);
    }

  g_assert_cmpstr (found->str, ==, "{\"a\":1}|{}||rest|");
}

static void
test_hub_record_may_hold_any_byte (void)
{
  g_auto(HwHubRecordReader) reader = { 0 };
  const char *data = "\0\377\n\036";
  gsize length = 4;
  const char *record = NULL;
  gsize record_length = 0;

  g_assert_true (hw_hub_record_reader_read (&reader, &data, &length, &record, &record_length,
                                            NULL));
  g_assert_cmpmem (record, record_length, "\0\377\n", 3);
}

/* How the pieces of a record of a given length come. */
typedef struct
{
  const char *claim;
  gsize n_bytes;
  gsize piece;
  gboolean is_taken;
} LengthRow;

static const LengthRow lengths[] = {
  { "longest-in-one-piece", HW_HUB_MAX_RECORD_LENGTH, 65536, TRUE },
  { "longest-in-pieces", HW_HUB_MAX_RECORD_LENGTH, 1000, TRUE },
  { "too-long-in-one-piece", HW_HUB_MAX_RECORD_LENGTH + 1, 65536, FALSE },
  { "too-long-in-pieces", HW_HUB_MAX_RECORD_LENGTH + 1, 1000, FALSE },
};

static void
test_hub_record_length (gconstpointer test_data)
{
  const LengthRow *row = test_data;
  g_auto(HwHubRecordReader) reader = { 0 };
  g_autofree char *text = g_strnfill (row->n_bytes + 1, 'a');
  const char *data = text;
  gsize left = row->n_bytes + 1;
  const char *record = NULL;
  gsize record_length = 0;
  gboolean is_taken = TRUE;
  g_autoptr(GError) error = NULL;

  text[row->n_bytes] = HW_HUB_RECORD_SEPARATOR;
  while (left > 0 && is_taken)
    {
      gsize piece = MIN (left, row->piece);

      left -= piece;
      is_taken = hw_hub_record_reader_read (&reader, &data, &piece, &record, &record_length,
                                            &error);
    }

  g_assert_cmpint (is_taken, ==, row->is_taken);
  if (row->is_taken)
    g_assert_cmpuint (record_length, ==, row->n_bytes);
  else
    g_assert_cmpstr (error->message, ==, "The maximum message size of 32768B was exceeded.");
}

/* Test that a stream that never ends its record is cut before it is kept. */
static void
test_hub_record_without_end (void)
{
  g_auto(HwHubRecordReader) reader = { 0 };
  g_autofree char *text = g_strnfill (HW_HUB_MAX_RECORD_LENGTH, 'a');
  const char *data = text;
  gsize length = HW_HUB_MAX_RECORD_LENGTH;
  const char *record = NULL;
  gsize record_length = 0;
  g_autoptr(GError) error = NULL;

  g_assert_true (hw_hub_record_reader_read (&reader, &data, &length, &record, &record_length,
                                            &error));
  g_assert_null (record);

  data = text;
  length = 1;
  g_assert_false (hw_hub_record_reader_read (&reader, &data, &length, &record, &record_length,
                                             &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
}

static void
test_hub_writer_writes_what_the_protocol_says (void)
{
  g_autoptr(GString) output = g_string_new (NULL);
  g_autoptr(GBytes) json = g_bytes_new_static ("{\"a\":1}", 7);
  g_autoptr(GBytes) call_head = hw_hub_json.make_call_head ("TaskUpdated");
  g_autoptr(GBytes) item_head = hw_hub_json.make_item_head ("5");

  hw_hub_json.write_call (output, call_head, json);
  hw_hub_json.write_item (output, item_head, json);
  hw_hub_json.write_result (output, "5", json);
  hw_hub_json.write_error (output, "a\"b", "It\nfailed");
  hw_hub_json.write_stream_end (output, "5");
  hw_hub_json.write_ping (output);
  hw_hub_json.write_close (output, NULL, FALSE);
  hw_hub_json.write_close (output, "Bye", TRUE);

  g_assert_cmpstr (output->str, ==,
                   "{\"type\":1,\"target\":\"TaskUpdated\",\"arguments\":[{\"a\":1}]}\036"
                   "{\"type\":2,\"invocationId\":\"5\",\"item\":{\"a\":1}}\036"
                   "{\"type\":3,\"invocationId\":\"5\",\"result\":{\"a\":1}}\036"
                   "{\"type\":3,\"invocationId\":\"a\\\"b\",\"error\":\"It\\nfailed\"}\036"
                   "{\"type\":3,\"invocationId\":\"5\"}\036"
                   "{\"type\":6}\036"
                   "{\"type\":7}\036"
                   "{\"type\":7,\"error\":\"Bye\",\"allowReconnect\":true}\036");
}

#define ADD_ROWS(folder, rows, function) \
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) \
    { \
      g_autofree char *path = g_strdup_printf ("/hub-message/" folder "/%s", rows[i].claim); \
      g_test_add_data_func (path, &rows[i], function); \
    }

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_ROWS ("reads", messages, test_hub_message_reads);
  ADD_ROWS ("refuses", wrong_messages, test_hub_message_refuses);
  g_test_add_func ("/hub-message/refuses/long-id", test_hub_message_refuses_long_id);
  ADD_ROWS ("record/length", lengths, test_hub_record_length);
  g_test_add_func ("/hub-message/record/torn-at-every-byte", test_hub_record_torn_at_every_byte);
  g_test_add_func ("/hub-message/record/byte-by-byte", test_hub_record_byte_by_byte);
  g_test_add_func ("/hub-message/record/may-hold-any-byte", test_hub_record_may_hold_any_byte);
  g_test_add_func ("/hub-message/record/without-end", test_hub_record_without_end);
  g_test_add_func ("/hub-message/writes-what-the-protocol-says",
                   test_hub_writer_writes_what_the_protocol_says);

  return g_test_run ();
}
