/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-writer.h"

#include "hw-hub-message.h"
#include "hw-hub-record.h"
#include "hw-json-writer.h"

/* The messages of the JSON hub protocol that a server sends. Each function appends
 * one whole record, so that many fit into one piece for the network.
 */

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
  hw_json_writer_name (writer, "invocationId");
  hw_json_writer_add_string (writer, invocation_id);
}

static void
end_message (HwJsonWriter *writer,
             GString      *output)
{
  hw_json_writer_end_object (writer);
  g_string_append_c (output, HW_HUB_RECORD_SEPARATOR);
}

/* Writes what is JSON already; none is `null`. */
static void
add_bytes (HwJsonWriter *writer,
           GBytes       *json)
{
  gsize length;
  const char *data;

  if (json == NULL)
    {
      hw_json_writer_add_null (writer);
      return;
    }

  data = g_bytes_get_data (json, &length);
  hw_json_writer_add_json (writer, data, length);
}

/**
 * hw_hub_write_handshake:
 * @output: where to append the record
 * @error: (nullable): why the connection ends, or %NULL if all is well
 *
 * Writes the answer to a handshake.
 */
void
hw_hub_write_handshake (GString    *output,
                        const char *error)
{
  HwJsonWriter writer;

  hw_json_writer_init (&writer, output);
  hw_json_writer_begin_object (&writer);
  if (error != NULL)
    {
      hw_json_writer_name (&writer, "error");
      hw_json_writer_add_string (&writer, error);
    }
  end_message (&writer, output);
}

/**
 * hw_hub_make_call_head:
 * @target: the client's method to call
 *
 * Makes the part of a call of the client's that is the same each time, for
 * hw_hub_write_call(). No answer is wanted.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_hub_make_call_head (const char *target)
{
  GString *head = g_string_new (NULL);
  HwJsonWriter writer;

  begin_message (&writer, head, HW_HUB_MESSAGE_TYPE_INVOCATION);
  hw_json_writer_name (&writer, "target");
  hw_json_writer_add_string (&writer, target);
  hw_json_writer_name (&writer, "arguments");
  hw_json_writer_begin_array (&writer);

  return g_string_free_to_bytes (head);
}

/**
 * hw_hub_make_item_head:
 * @invocation_id: a stream
 *
 * Makes the part of a stream's items that is the same each time, for
 * hw_hub_write_item().
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_hub_make_item_head (const char *invocation_id)
{
  GString *head = g_string_new (NULL);
  HwJsonWriter writer;

  begin_answer (&writer, head, HW_HUB_MESSAGE_TYPE_STREAM_ITEM, invocation_id);
  hw_json_writer_name (&writer, "item");

  return g_string_free_to_bytes (head);
}

static void
append_bytes (GString *output,
              GBytes  *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  g_string_append_len (output, data, (gssize) length);
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
  append_bytes (output, head);
  append_bytes (output, json);
  g_string_append (output, tail);
  g_string_append_c (output, HW_HUB_RECORD_SEPARATOR);
}

/**
 * hw_hub_write_call:
 * @output: where to append the record
 * @head: what hw_hub_make_call_head() made
 * @argument: what to call the method with, as JSON
 *
 * Writes a call of the client's.
 */
void
hw_hub_write_call (GString *output,
                   GBytes  *head,
                   GBytes  *argument)
{
  write_record (output, head, argument, "]}");
}

/**
 * hw_hub_write_item:
 * @output: where to append the record
 * @head: what hw_hub_make_item_head() made
 * @item: the item, as JSON; it may be shared by many streams and is copied once
 *
 * Writes an item of a stream.
 */
void
hw_hub_write_item (GString *output,
                   GBytes  *head,
                   GBytes  *item)
{
  write_record (output, head, item, "}");
}

/**
 * hw_hub_write_result:
 * @output: where to append the record
 * @invocation_id: the call
 * @result: (nullable): what came of it, as JSON, or %NULL if nothing comes of it
 *
 * Writes the completion of a call that went well.
 */
void
hw_hub_write_result (GString    *output,
                     const char *invocation_id,
                     GBytes     *result)
{
  HwJsonWriter writer;

  begin_answer (&writer, output, HW_HUB_MESSAGE_TYPE_COMPLETION, invocation_id);
  hw_json_writer_name (&writer, "result");
  add_bytes (&writer, result);
  end_message (&writer, output);
}

/**
 * hw_hub_write_error:
 * @output: where to append the record
 * @invocation_id: the call or stream
 * @error: what went wrong
 *
 * Writes the completion of a call or stream that went wrong.
 */
void
hw_hub_write_error (GString    *output,
                    const char *invocation_id,
                    const char *error)
{
  HwJsonWriter writer;

  begin_answer (&writer, output, HW_HUB_MESSAGE_TYPE_COMPLETION, invocation_id);
  hw_json_writer_name (&writer, "error");
  hw_json_writer_add_string (&writer, error);
  end_message (&writer, output);
}

/**
 * hw_hub_write_stream_end:
 * @output: where to append the record
 * @invocation_id: the stream
 *
 * Writes the completion of a stream, which has no result.
 */
void
hw_hub_write_stream_end (GString    *output,
                         const char *invocation_id)
{
  HwJsonWriter writer;

  begin_answer (&writer, output, HW_HUB_MESSAGE_TYPE_COMPLETION, invocation_id);
  end_message (&writer, output);
}

/**
 * hw_hub_write_ping:
 * @output: where to append the record
 *
 * Writes a sign of life.
 */
void
hw_hub_write_ping (GString *output)
{
  HwJsonWriter writer;

  begin_message (&writer, output, HW_HUB_MESSAGE_TYPE_PING);
  end_message (&writer, output);
}

/**
 * hw_hub_write_close:
 * @output: where to append the record
 * @error: (nullable): why, or %NULL if nothing is wrong
 * @allow_reconnect: whether the client may come again by itself
 *
 * Writes the end of a connection.
 */
void
hw_hub_write_close (GString    *output,
                    const char *error,
                    gboolean    allow_reconnect)
{
  HwJsonWriter writer;

  begin_message (&writer, output, HW_HUB_MESSAGE_TYPE_CLOSE);
  if (error != NULL)
    {
      hw_json_writer_name (&writer, "error");
      hw_json_writer_add_string (&writer, error);
    }
  if (allow_reconnect)
    {
      hw_json_writer_name (&writer, "allowReconnect");
      hw_json_writer_add_boolean (&writer, TRUE);
    }
  end_message (&writer, output);
}
