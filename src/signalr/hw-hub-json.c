/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-protocol.h"
#include "hw-json-reader.h"
#include "hw-json-scan.h"
#include "hw-json-writer.h"
#include "hw-task-json.h"

/* The JSON hub protocol. */

/* Reads an array as an `av`, whatever the elements are. Returns: (transfer floating) */
static GVariant *
take_array (HwJsonLexer *lexer)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gboolean has_more = hw_json_reader_enter (lexer); has_more;
       has_more = hw_json_reader_next (lexer))
    g_variant_builder_add (&builder, "v", hw_json_reader_take_value (lexer));

  return g_variant_builder_end (&builder);
}

/* Takes a record apart, which must be an object. */
static gboolean
read_members (const char   *record,
              gsize         length,
              HwHubMembers *members,
              GError      **error)
{
  HwJsonLexer lexer = { .data = record, .length = length };

  if (!hw_json_scan (record, length, HW_HUB_MAX_RECORD_LENGTH, error))
    return FALSE;

  if (hw_json_reader_peek_class (&lexer) != G_VARIANT_CLASS_DICT_ENTRY)
    return hw_hub_refuse (error, "A message must be a JSON object.");

  for (gboolean has_more = hw_json_reader_enter (&lexer); has_more;
       has_more = hw_json_reader_next (&lexer))
    {
      g_autofree char *name = hw_json_reader_take_name (&lexer);
      gboolean is_array = hw_json_reader_peek_class (&lexer) == G_VARIANT_CLASS_ARRAY;

      hw_hub_members_take (members, hw_hub_member_find (name),
                           is_array ? take_array (&lexer) : hw_json_reader_take_value (&lexer));
    }

  return TRUE;
}

static void
begin_message (HwJsonWriter    *writer,
               GString         *output,
               HwHubMessageType type)
{
  hw_json_writer_init (writer, output);
  hw_json_writer_begin_object (writer);
  hw_json_writer_name (writer, "type");
  hw_json_writer_add_int (writer, type);
}

static void
begin_answer (HwJsonWriter    *writer,
              GString         *output,
              HwHubMessageType type,
              const char      *invocation_id)
{
  begin_message (writer, output, type);
  hw_json_writer_write_string (writer, "invocationId", invocation_id);
}

static void
end_message (HwJsonWriter *writer,
             GString      *output)
{
  hw_json_writer_end_object (writer);
  g_string_append_c (output, HW_HUB_RECORD_SEPARATOR);
}

static GBytes *
make_call_head (const char *target)
{
  GString *head = g_string_new (NULL);
  HwJsonWriter writer;

  begin_message (&writer, head, HW_HUB_MESSAGE_TYPE_INVOCATION);
  hw_json_writer_write_string (&writer, "target", target);
  hw_json_writer_name (&writer, "arguments");
  hw_json_writer_begin_array (&writer);

  return g_string_free_to_bytes (head);
}

static GBytes *
make_item_head (const char *invocation_id)
{
  GString *head = g_string_new (NULL);
  HwJsonWriter writer;

  begin_answer (&writer, head, HW_HUB_MESSAGE_TYPE_STREAM_ITEM, invocation_id);
  hw_json_writer_name (&writer, "item");

  return g_string_free_to_bytes (head);
}

/* Many are told of an event, each in a record of their own: this is all that is done
 * for each.
 */
static void
write_record (GString    *output,
              GBytes     *head,
              GBytes     *json,
              const char *tail)
{
  hw_hub_record_append (output, head);
  hw_hub_record_append (output, json);
  g_string_append (output, tail);
  g_string_append_c (output, HW_HUB_RECORD_SEPARATOR);
}

static void
write_call (GString *output,
            GBytes  *head,
            GBytes  *argument)
{
  write_record (output, head, argument, "]}");
}

static void
write_item (GString *output,
            GBytes  *head,
            GBytes  *item)
{
  write_record (output, head, item, "}");
}

/* An event is JSON once; each who is told of it gets its bytes behind the head of their own
 * stream.
 */
static void
write_event (GString *output,
             GBytes  *head,
             HwEvent *event)
{
  g_autoptr(GBytes) item = hw_task_json_encode_event (event);

  write_item (output, head, item);
}

static void
write_result (GString    *output,
              const char *invocation_id,
              GBytes     *result)
{
  HwJsonWriter writer;

  begin_answer (&writer, output, HW_HUB_MESSAGE_TYPE_COMPLETION, invocation_id);
  hw_json_writer_name (&writer, "result");
  hw_json_writer_add_json (&writer, g_bytes_get_data (result, NULL), g_bytes_get_size (result));
  end_message (&writer, output);
}

static void
write_error (GString    *output,
             const char *invocation_id,
             const char *error)
{
  HwJsonWriter writer;

  begin_answer (&writer, output, HW_HUB_MESSAGE_TYPE_COMPLETION, invocation_id);
  hw_json_writer_write_string (&writer, "error", error);
  end_message (&writer, output);
}

static void
write_stream_end (GString    *output,
                  const char *invocation_id)
{
  HwJsonWriter writer;

  begin_answer (&writer, output, HW_HUB_MESSAGE_TYPE_COMPLETION, invocation_id);
  end_message (&writer, output);
}

static void
write_ping (GString *output)
{
  HwJsonWriter writer;

  begin_message (&writer, output, HW_HUB_MESSAGE_TYPE_PING);
  end_message (&writer, output);
}

static void
write_close (GString    *output,
             const char *error,
             gboolean    allow_reconnect)
{
  HwJsonWriter writer;

  begin_message (&writer, output, HW_HUB_MESSAGE_TYPE_CLOSE);
  if (error != NULL)
    hw_json_writer_write_string (&writer, "error", error);
  if (allow_reconnect)
    {
      hw_json_writer_name (&writer, "allowReconnect");
      hw_json_writer_add_boolean (&writer, TRUE);
    }
  end_message (&writer, output);
}

const HwHubProtocol hw_hub_json = {
  .name = "json",
  .encoding = HW_ENCODING_JSON,
  .read_record = hw_hub_record_reader_read,
  .read_members = read_members,
  .make_call_head = make_call_head,
  .make_item_head = make_item_head,
  .write_call = write_call,
  .write_item = write_item,
  .write_event = write_event,
  .write_result = write_result,
  .write_error = write_error,
  .write_stream_end = write_stream_end,
  .write_ping = write_ping,
  .write_close = write_close,
};
