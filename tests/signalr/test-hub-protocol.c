/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-message-rows.h"

#include <string.h>

#define JSON(name, version) "{\"protocol\":\"" name "\",\"version\":" version "}"

/* A handshake, and the protocol that is agreed on, or why none is. */
typedef struct
{
  const char *claim;
  const char *json;
  gboolean is_text_only; /* what carries the records */
  const char *name;
  const char *sentence;
} HandshakeRow;

static const HandshakeRow handshakes[] = {
  { "json-1", JSON ("json", "1"), FALSE, "json", NULL },
  { "json-2-of-stateful-clients", JSON ("json", "2"), FALSE, "json", NULL },
  { "json-in-any-case", JSON ("JSON", "1"), FALSE, "json", NULL },
  { "json-over-text", JSON ("json", "1"), TRUE, "json", NULL },
  { "messagepack-1", JSON ("messagepack", "1"), FALSE, "messagepack", NULL },
  { "messagepack-2-of-stateful-clients", JSON ("messagepack", "2"), FALSE, "messagepack", NULL },
  { "unknown-members", "{\"version\":1,\"future\":{},\"protocol\":\"json\"}", FALSE, "json", NULL },
  { "messagepack-over-text", JSON ("messagepack", "1"), TRUE, NULL,
    "Cannot use the 'messagepack' protocol on the current transport. The transport does not "
    "support 'Binary' transfer format." },
  { "other-protocol", JSON ("blazorpack", "1"), FALSE, NULL,
    "The protocol 'blazorpack' is not supported." },
  { "other-version", JSON ("json", "3"), FALSE, NULL,
    "The server does not support version 3 of the 'json' protocol." },
  { "other-version-of-messagepack", JSON ("messagepack", "3"), FALSE, NULL,
    "The server does not support version 3 of the 'messagepack' protocol." },
  { "version-zero", JSON ("json", "0"), FALSE, NULL,
    "The server does not support version 0 of the 'json' protocol." },
  { "no-protocol", "{\"version\":1}", FALSE, NULL,
    "An unexpected error occurred during connection handshake." },
  { "no-version", "{\"protocol\":\"json\"}", FALSE, NULL,
    "An unexpected error occurred during connection handshake." },
  { "version-that-is-a-text", "{\"protocol\":\"json\",\"version\":\"1\"}", FALSE, NULL,
    "An unexpected error occurred during connection handshake." },
  { "protocol-that-is-null", "{\"protocol\":null,\"version\":1}", FALSE, NULL,
    "An unexpected error occurred during connection handshake." },
  { "array", "[]", FALSE, NULL, "An unexpected error occurred during connection handshake." },
  { "no-json", "hello", FALSE, NULL, "An unexpected error occurred during connection handshake." },
  { "nothing", "", FALSE, NULL, "An unexpected error occurred during connection handshake." },
};

static void
test_hub_protocol_handshake (gconstpointer test_data)
{
  const HandshakeRow *row = test_data;
  g_autoptr(GError) error = NULL;
  const HwHubProtocol *protocol =
    hw_hub_handshake_parse (row->json, strlen (row->json), !row->is_text_only, &error);

  g_assert_cmpstr (protocol != NULL ? protocol->name : NULL, ==, row->name);
  g_assert_cmpstr (error != NULL ? error->message : NULL, ==, row->sentence);
}

static void
test_hub_protocol_handshake_is_answered_in_json (void)
{
  g_autoptr(GString) output = g_string_new (NULL);

  hw_hub_handshake_write (output, NULL);
  hw_hub_handshake_write (output, "The protocol 'x' is not supported.");

  g_assert_cmpstr (output->str, ==,
                   "{}\036{\"error\":\"The protocol 'x' is not supported.\"}\036");
}

#define BYTES(text) text, sizeof (text) - 1

/* A MessagePack record, and what is read out of it. */
typedef struct
{
  const char *claim;
  const char *record;
  gsize length;
  HubMessageWanted wanted;
} MessageRow;

/* The first five are the examples of the protocol's specification. */
static const MessageRow messages[] = {
  { "call", BYTES ("\x96\x01\x80\xa3xyz\xa6method\x91\x2a\x90"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "xyz", "method", "[<int64 42>]", 0 } },
  { "call-without-id", BYTES ("\x96\x01\x80\xc0\xa6method\x91\x2a\x90"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, NULL, "method", "[<int64 42>]", 0 } },
  { "stream-item", BYTES ("\x94\x02\x80\xa3xyz\x2a"),
    { HW_HUB_MESSAGE_TYPE_STREAM_ITEM, "xyz", NULL, NULL, 0 } },
  { "stream", BYTES ("\x96\x04\x80\xa3xyz\xa6method\x91\x2a\x90"),
    { HW_HUB_MESSAGE_TYPE_STREAM_INVOCATION, "xyz", "method", "[<int64 42>]", 0 } },
  { "cancel", BYTES ("\x93\x05\x80\xa3xyz"),
    { HW_HUB_MESSAGE_TYPE_CANCEL_INVOCATION, "xyz", NULL, NULL, 0 } },
  { "call-of-five-values", BYTES ("\x95\x01\x80\xa1" "1\xa1T\x90"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "1", "T", "@av []", 0 } },
  { "call-with-headers", BYTES ("\x95\x01\x82\xa1x\xa1y\xa1z\xa1z\xa1" "1\xa1T\x90"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "1", "T", "@av []", 0 } },
  { "call-with-texts", BYTES ("\x95\x01\x80\xa1" "1\xa1T\x92\xa1" "a\xa1" "b"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "1", "T", "[<'a'>, <'b'>]", 0 } },
  { "call-with-null-argument", BYTES ("\x95\x01\x80\xa1" "1\xa1T\x92\xc0\x01"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "1", "T", "[<@mv nothing>, <int64 1>]", 0 } },
  { "call-with-object", BYTES ("\x95\x01\x80\xa1" "1\xa1T\x91\x81\xa4path\xa1/"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "1", "T", "[<{'path': <'/'>}>]", 0 } },
  { "call-with-empty-id", BYTES ("\x95\x01\x80\xa0\xa1T\x90"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, NULL, "T", "@av []", 0 } },
  { "call-with-uploads", BYTES ("\x96\x01\x80\xa1" "1\xa1T\x90\x92\xa1" "2\xa1" "3"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "1", "T", "@av []", 2 } },
  { "call-with-more-than-we-know", BYTES ("\x98\x01\x80\xa1" "1\xa1T\x90\x90\x80\xc3"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "1", "T", "@av []", 0 } },
  { "completion-with-error", BYTES ("\x95\x03\x80\xa3xyz\x01\xa5" "Error"),
    { HW_HUB_MESSAGE_TYPE_COMPLETION, "xyz", NULL, NULL, 0 } },
  { "completion-without-result", BYTES ("\x94\x03\x80\xa3xyz\x02"),
    { HW_HUB_MESSAGE_TYPE_COMPLETION, "xyz", NULL, NULL, 0 } },
  { "completion-with-result", BYTES ("\x95\x03\x80\xa3xyz\x03\x2a"),
    { HW_HUB_MESSAGE_TYPE_COMPLETION, "xyz", NULL, NULL, 0 } },
  { "headers-with-numbers-as-names-and-bytes",
    BYTES ("\x95\x01\x81\x01\xc4\x01\xff\xa1" "1\xa1T\x90"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "1", "T", "@av []", 0 } },
  { "bytes-behind-what-we-know",
    BYTES ("\x97\x01\x80\xa1" "1\xa1T\x90\x90\xc4\x01\xff"),
    { HW_HUB_MESSAGE_TYPE_INVOCATION, "1", "T", "@av []", 0 } },
  { "stream-item-of-bytes", BYTES ("\x94\x02\x80\xa3xyz\xc4\x01\xff"),
    { HW_HUB_MESSAGE_TYPE_STREAM_ITEM, "xyz", NULL, NULL, 0 } },
  { "completion-with-a-large-number",
    BYTES ("\x95\x03\x80\xa3xyz\x03\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
    { HW_HUB_MESSAGE_TYPE_COMPLETION, "xyz", NULL, NULL, 0 } },
  { "future-type-with-an-extension", BYTES ("\x92\x08\xd4\x05\xff"),
    { HW_HUB_MESSAGE_TYPE_UNKNOWN, NULL, NULL, NULL, 0 } },
  { "ping", BYTES ("\x91\x06"), { HW_HUB_MESSAGE_TYPE_PING, NULL, NULL, NULL, 0 } },
  { "close", BYTES ("\x92\x07\xc0"), { HW_HUB_MESSAGE_TYPE_CLOSE, NULL, NULL, NULL, 0 } },
  { "close-with-error", BYTES ("\x93\x07\xa3xyz\xc3"),
    { HW_HUB_MESSAGE_TYPE_CLOSE, NULL, NULL, NULL, 0 } },
  { "ack-is-unknown", BYTES ("\x92\x08\x05"), { HW_HUB_MESSAGE_TYPE_UNKNOWN, NULL, NULL, NULL, 0 } },
  { "future-type-is-unknown", BYTES ("\x92\xcc\x99\x05"),
    { HW_HUB_MESSAGE_TYPE_UNKNOWN, NULL, NULL, NULL, 0 } },
  { "negative-type-is-unknown", BYTES ("\x91\xff"),
    { HW_HUB_MESSAGE_TYPE_UNKNOWN, NULL, NULL, NULL, 0 } },
};

static void
test_hub_msgpack_reads (gconstpointer test_data)
{
  const MessageRow *row = test_data;

  assert_message (&hw_hub_msgpack, row->record, row->length, &row->wanted);
}

/* A record that is none, and the sentence that it meets. */
typedef struct
{
  const char *claim;
  const char *record;
  gsize length;
  const char *sentence;
} WrongRow;

#define AT(byte, problem) "The MessagePack data are not valid at byte " byte ": " problem \
  ". Send them without this fault."

static const WrongRow wrong_messages[] = {
  { "nothing", BYTES (""), AT ("0", "a value should stand here") },
  { "map", BYTES ("\x81\xa4type\x06"), AT ("0", "an array should stand here") },
  { "json", BYTES ("{\"type\":6}"), AT ("0", "an array should stand here") },
  { "no-type", BYTES ("\x90"), "Missing required property 'type'." },
  { "type-that-is-a-text", BYTES ("\x91\xa1" "6"), "Expected 'type' to be of type Number." },
  { "call-without-arguments", BYTES ("\x94\x01\x80\xc0\xa1T"),
    "Missing required property 'arguments'." },
  { "call-with-number-as-target", BYTES ("\x95\x01\x80\xc0\x01\x90"),
    "Expected 'target' to be of type String." },
  { "call-with-map-as-arguments", BYTES ("\x95\x01\x80\xc0\xa1T\x80"),
    "Expected 'arguments' to be of type Array." },
  { "call-with-number-as-id", BYTES ("\x95\x01\x80\x07\xa1T\x90"),
    "Expected 'invocationId' to be of type String." },
  { "call-with-bytes", BYTES ("\x95\x01\x80\xc0\xa1T\x91\xc4\x01x"),
    AT ("7", "there is no place for bytes, only for texts") },
  { "stream-without-id", BYTES ("\x95\x04\x80\xc0\xa1T\x90"),
    "Expected 'invocationId' to be of type String." },
  { "stream-item-without-item", BYTES ("\x93\x02\x80\xa1" "1"),
    "Missing required property 'item'." },
  { "stream-item-cut-off", BYTES ("\x94\x02\x80\xa1" "1\xc4\x05x"),
    AT ("5", "it ends before all that is announced here") },
  { "cancel-without-id", BYTES ("\x92\x05\x80"), "Missing required property 'invocationId'." },
  { "more-behind-the-end", BYTES ("\x91\x06\x91\x06"),
    "Nothing may follow the end of a message." },
};

static void
test_hub_msgpack_refuses (gconstpointer test_data)
{
  const WrongRow *row = test_data;

  assert_no_message (&hw_hub_msgpack, row->record, row->length, row->sentence);
}

static void
test_hub_msgpack_writes_what_the_protocol_says (void)
{
  static const char expected[] =
    "\x13\x96\x01\x80\xc0\xabTaskUpdated\x91\x2a\x90"
    "\x06\x94\x02\x80\xa1" "5\x2a"
    "\x09\x95\x03\x80\xa3xyz\x03\x2a"
    "\x0e\x95\x03\x80\xa3xyz\x01\xa5" "Error"
    "\x08\x94\x03\x80\xa3xyz\x02"
    "\x02\x91\x06"
    "\x04\x93\x07\xc0\xc2"
    "\x07\x93\x07\xa3xyz\xc3";
  g_autoptr(GString) output = g_string_new (NULL);
  g_autoptr(GBytes) value = g_bytes_new_static ("\x2a", 1);
  g_autoptr(GBytes) call_head = hw_hub_msgpack.make_call_head ("TaskUpdated");
  g_autoptr(GBytes) item_head = hw_hub_msgpack.make_item_head ("5");

  hw_hub_msgpack.write_call (output, call_head, value);
  hw_hub_msgpack.write_item (output, item_head, value);
  hw_hub_msgpack.write_result (output, "xyz", value);
  hw_hub_msgpack.write_error (output, "xyz", "Error");
  hw_hub_msgpack.write_stream_end (output, "xyz");
  hw_hub_msgpack.write_ping (output);
  hw_hub_msgpack.write_close (output, NULL, FALSE);
  hw_hub_msgpack.write_close (output, "xyz", TRUE);

  g_assert_cmpmem (output->str, output->len, expected, sizeof (expected) - 1);
}

/* Test that a record may be so long that its length takes more than one byte. */
static void
test_hub_msgpack_writes_long_records (void)
{
  g_autofree char *text = g_strnfill (70000, 'x');
  g_autoptr(GString) output = g_string_new (NULL);
  g_autoptr(GBytes) item = g_bytes_new (text, 70000);
  g_autoptr(GBytes) head = hw_hub_msgpack.make_item_head ("5");

  hw_hub_msgpack.write_item (output, head, item);

  g_assert_cmpmem (output->str, 8, "\xf5\xa2\x04\x94\x02\x80\xa1" "5", 8);
  g_assert_cmpuint (output->len, ==, 3 + 5 + 70000);
}

static void
test_hub_msgpack_events_are_encoded_once (void)
{
  g_autoptr(HwEvent) event = hw_event_new_heartbeat (9, 5);
  g_autoptr(GString) output = g_string_new (NULL);
  g_autoptr(GBytes) head = hw_hub_msgpack.make_item_head ("5");
  GBytes *encoding;

  hw_hub_msgpack.write_event (output, head, event);
  encoding = hw_event_get_encoding (event, HW_ENCODING_MSGPACK);
  hw_hub_msgpack.write_event (output, head, event);

  g_assert_true (hw_event_get_encoding (event, HW_ENCODING_MSGPACK) == encoding);
  g_assert_cmpmem (output->str, 6, "\x21\x94\x02\x80\xa1" "5", 6);
  g_assert_cmpuint (output->len, ==, 2 * 0x22);
}

/* Test that nobody who reads JSON only has MessagePack made. */
static void
test_hub_msgpack_is_not_made_for_json (void)
{
  g_autoptr(HwEvent) event = hw_event_new_heartbeat (9, 5);
  g_autoptr(GString) output = g_string_new (NULL);
  g_autoptr(GBytes) head = hw_hub_json.make_item_head ("5");

  hw_hub_json.write_event (output, head, event);

  g_assert_nonnull (hw_event_get_encoding (event, HW_ENCODING_JSON));
  g_assert_null (hw_event_get_encoding (event, HW_ENCODING_MSGPACK));
}

/* Reads all of @data in one go, and appends the records with a bar behind each. */
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

      g_assert_true (hw_hub_record_reader_read_counted (reader, &data, &length, &record,
                                                        &record_length, &error));
      g_assert_no_error (error);
      if (record != NULL)
        {
          g_string_append_len (found, record, (gssize) record_length);
          g_string_append_c (found, '|');
        }
    }
}

/* Test that records come out whole wherever the stream is torn in three. */
static void
test_hub_record_counted_torn_at_every_byte (void)
{
  g_autoptr(GString) text = g_string_new ("\x02" "ab");
  g_autoptr(GString) expected = g_string_new ("ab||c|");

  g_string_append_len (text, "\0\x81\x80\0c\x96\x01", 7);
  for (guint i = 0; i < 150; i++)
    g_string_append_c (text, 'd');
  for (guint i = 0; i < 150; i++)
    g_string_append_c (expected, 'd');
  g_string_append (text, "\x09rest");
  g_string_append (expected, "|");

  for (gsize at = 0; at <= text->len; at++)
    for (gsize second = at; second <= MIN (text->len, at + 12); second++)
      {
        g_auto(HwHubRecordReader) reader = { 0 };
        g_autoptr(GString) found = g_string_new (NULL);

        read_records (&reader, text->str, at, found);
        read_records (&reader, text->str + at, second - at, found);
        read_records (&reader, text->str + second, text->len - second, found);

        g_assert_cmpstr (found->str, ==, expected->str);
      }
}

/* A length that a client announces, and whether it is taken. */
typedef struct
{
  const char *claim;
  const char *count;
  gsize length;
  gboolean is_taken;
} CountRow;

static const CountRow counts[] = {
  { "longest", BYTES ("\x80\x80\x02"), TRUE },
  { "longest-in-five-bytes", BYTES ("\x80\x80\x82\x80\x00"), TRUE },
  { "too-long", BYTES ("\x81\x80\x02"), FALSE },
  { "two-gigabytes", BYTES ("\xff\xff\xff\xff\x07"), FALSE },
  { "of-35-bits", BYTES ("\xff\xff\xff\xff\x7f"), FALSE },
  { "without-end", BYTES ("\x80\x80\x80\x80\x80"), FALSE },
};

/* Test that what is announced is judged before it comes, and takes no memory. */
static void
test_hub_record_count (gconstpointer test_data)
{
  const CountRow *row = test_data;

  for (gsize piece = 1; piece <= row->length; piece += row->length - 1)
    {
      g_auto(HwHubRecordReader) reader = { 0 };
      const char *data = row->count;
      gsize left = row->length;
      const char *record = NULL;
      gsize record_length = 0;
      gboolean is_taken = TRUE;
      g_autoptr(GError) error = NULL;

      while (left > 0 && is_taken)
        {
          gsize n_bytes = MIN (piece, left);

          left -= n_bytes;
          is_taken = hw_hub_record_reader_read_counted (&reader, &data, &n_bytes, &record,
                                                        &record_length, &error);
        }

      g_assert_cmpint (is_taken, ==, row->is_taken);
      g_assert_null (record);
      if (!row->is_taken)
        g_assert_error (error, HW_ERROR, HW_ERROR_TOO_LARGE);
    }
}

#define ADD_ROWS(folder, rows, function) \
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) \
    { \
      g_autofree char *path = g_strdup_printf ("/hub-protocol/" folder "/%s", rows[i].claim); \
      g_test_add_data_func (path, &rows[i], function); \
    }

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_ROWS ("handshake", handshakes, test_hub_protocol_handshake);
  g_test_add_func ("/hub-protocol/handshake/is-answered-in-json",
                   test_hub_protocol_handshake_is_answered_in_json);
  ADD_ROWS ("msgpack/reads", messages, test_hub_msgpack_reads);
  ADD_ROWS ("msgpack/refuses", wrong_messages, test_hub_msgpack_refuses);
  ADD_ROWS ("msgpack/count", counts, test_hub_record_count);
  g_test_add_func ("/hub-protocol/msgpack/torn-at-every-byte",
                   test_hub_record_counted_torn_at_every_byte);
  g_test_add_func ("/hub-protocol/msgpack/writes/what-the-protocol-says",
                   test_hub_msgpack_writes_what_the_protocol_says);
  g_test_add_func ("/hub-protocol/msgpack/writes/long-records",
                   test_hub_msgpack_writes_long_records);
  g_test_add_func ("/hub-protocol/msgpack/events-are-encoded-once",
                   test_hub_msgpack_events_are_encoded_once);
  g_test_add_func ("/hub-protocol/msgpack/is-not-made-for-json",
                   test_hub_msgpack_is_not_made_for_json);

  return g_test_run ();
}
