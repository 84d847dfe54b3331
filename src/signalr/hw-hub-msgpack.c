/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-protocol.h"
#include "hw-msgpack-reader.h"
#include "hw-msgpack-writer.h"

#include <string.h>

/* The MessagePack hub protocol: each message is an array, and what a value in it is its place
 * says.
 */

/* How a call ended, as a completion says. */
typedef enum
{
  RESULT_KIND_ERROR = 1,
  RESULT_KIND_VOID = 2,
  RESULT_KIND_VALUE = 3,
} ResultKind;

/* How many values of a message are looked at, the type in front of them included. */
#define MAX_PLACES 6

/* What stands where in a message of each type. What has no name is passed over. */
static const HwHubMember places[HW_N_HUB_MESSAGE_TYPES][MAX_PLACES] = {
  [HW_HUB_MESSAGE_TYPE_INVOCATION] = {
    [2] = HW_HUB_MEMBER_ID, [3] = HW_HUB_MEMBER_TARGET, [4] = HW_HUB_MEMBER_ARGUMENTS,
    [5] = HW_HUB_MEMBER_STREAM_IDS,
  },
  [HW_HUB_MESSAGE_TYPE_STREAM_ITEM] = {[2] = HW_HUB_MEMBER_ID, [3] = HW_HUB_MEMBER_ITEM },
  [HW_HUB_MESSAGE_TYPE_COMPLETION] = {[2] = HW_HUB_MEMBER_ID },
  [HW_HUB_MESSAGE_TYPE_STREAM_INVOCATION] = {
    [2] = HW_HUB_MEMBER_ID, [3] = HW_HUB_MEMBER_TARGET, [4] = HW_HUB_MEMBER_ARGUMENTS,
    [5] = HW_HUB_MEMBER_STREAM_IDS,
  },
  [HW_HUB_MESSAGE_TYPE_CANCEL_INVOCATION] = {[2] = HW_HUB_MEMBER_ID },
};

/* What a message is whose first value was read, before it is known to be one. */
static HwHubMessageType
get_type (const HwHubMembers *members)
{
  GVariant *value = members->values[HW_HUB_MEMBER_TYPE];
  gint64 type = 0;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    type = g_variant_get_int64 (value);

  return type > 0 && type < HW_N_HUB_MESSAGE_TYPES ? (HwHubMessageType) type
                                                   : HW_HUB_MESSAGE_TYPE_UNKNOWN;
}

static HwHubMember
get_member_at (const HwHubMembers *members,
               guint               place)
{
  if (place == 0)
    return HW_HUB_MEMBER_TYPE;

  return place < MAX_PLACES ? places[get_type (members)][place] : HW_HUB_MEMBER_NONE;
}

/* Reads what stands in a place. What nobody looks at may be what we have no values for, such as
 * the bytes that somebody uploads to us in vain: of an item we know that it is there.
 */
static gboolean
read_member (HwMsgpackReader *reader,
             HwHubMember      member,
             HwHubMembers    *members)
{
  GVariant *value = NULL;

  if (member != HW_HUB_MEMBER_NONE && member != HW_HUB_MEMBER_ITEM)
    value = hw_msgpack_reader_take_values (reader);
  else if (hw_msgpack_reader_skip_value (reader))
    value = g_variant_new_boolean (TRUE);

  if (value == NULL)
    return FALSE;

  hw_hub_members_take (members, member, value);

  return TRUE;
}

/* Takes a record apart. Arrays may be longer than we know, as those of newer clients are. */
static gboolean
read_members (const char   *record,
              gsize         length,
              HwHubMembers *members,
              GError      **error)
{
  HwMsgpackReader reader = { .data = record, .length = length };
  guint n_values = 0;

  if (!hw_msgpack_reader_enter_array (&reader, &n_values))
    {
      hw_msgpack_reader_set_error (&reader, error);
      return FALSE;
    }

  for (guint i = 0; i < n_values; i++)
    if (!read_member (&reader, get_member_at (members, i), members))
      {
        hw_msgpack_reader_set_error (&reader, error);
        return FALSE;
      }

  if (reader.offset < length)
    return hw_hub_refuse (error, "Nothing may follow the end of a message.");

  return TRUE;
}

static void
write_text (GString    *output,
            const char *text)
{
  hw_msgpack_write_text (output, text, strlen (text));
}

/* Begins a message of some values, its type among them. */
static void
begin_message (GString         *output,
               HwHubMessageType type,
               guint            n_values)
{
  hw_msgpack_begin_array (output, n_values);
  hw_msgpack_write_integer (output, type);
}

/* Begins one about a call or a stream. There are no headers. */
static void
begin_answer (GString         *output,
              HwHubMessageType type,
              guint            n_values,
              const char      *invocation_id)
{
  begin_message (output, type, n_values);
  hw_msgpack_begin_map (output, 0);
  write_text (output, invocation_id);
}

/* Makes a record of what @output has behind @start. */
static void
end_record (GString *output,
            gsize    start)
{
  char count[HW_HUB_MAX_COUNT_LENGTH];
  gsize count_length = hw_hub_record_make_count (count, output->len - start);

  g_string_insert_len (output, (gssize) start, count, (gssize) count_length);
}

/* Many are told of an event, each in a record of their own: this is all that is done
 * for each.
 */
static void
write_record (GString    *output,
              GBytes     *head,
              GBytes     *value,
              const char *tail,
              gsize       tail_length)
{
  gsize length = g_bytes_get_size (head) + g_bytes_get_size (value) + tail_length;
  char count[HW_HUB_MAX_COUNT_LENGTH];
  gsize count_length = hw_hub_record_make_count (count, length);

  g_string_append_len (output, count, (gssize) count_length);
  hw_hub_record_append (output, head);
  hw_hub_record_append (output, value);
  g_string_append_len (output, tail, (gssize) tail_length);
}

static GBytes *
make_call_head (const char *target)
{
  GString *head = g_string_new (NULL);

  begin_message (head, HW_HUB_MESSAGE_TYPE_INVOCATION, 6);
  hw_msgpack_begin_map (head, 0);
  hw_msgpack_write_nothing (head);
  write_text (head, target);
  hw_msgpack_begin_array (head, 1);

  return g_string_free_to_bytes (head);
}

static GBytes *
make_item_head (const char *invocation_id)
{
  GString *head = g_string_new (NULL);

  begin_answer (head, HW_HUB_MESSAGE_TYPE_STREAM_ITEM, 4, invocation_id);

  return g_string_free_to_bytes (head);
}

/* Behind the argument stand the numbers of streams, of which there are none. */
static void
write_call (GString *output,
            GBytes  *head,
            GBytes  *argument)
{
  static const char no_streams[] = { (char) 0x90 };

  write_record (output, head, argument, no_streams, sizeof (no_streams));
}

static void
write_item (GString *output,
            GBytes  *head,
            GBytes  *item)
{
  write_record (output, head, item, "", 0);
}

static void
write_event (GString *output,
             GBytes  *head,
             HwEvent *event)
{
  g_autoptr(GBytes) item = hw_encoding_encode_event (HW_ENCODING_MSGPACK, event);

  write_item (output, head, item);
}

static void
write_result (GString    *output,
              const char *invocation_id,
              GBytes     *result)
{
  gsize start = output->len;

  begin_answer (output, HW_HUB_MESSAGE_TYPE_COMPLETION, 5, invocation_id);
  hw_msgpack_write_integer (output, RESULT_KIND_VALUE);
  hw_hub_record_append (output, result);
  end_record (output, start);
}

static void
write_error (GString    *output,
             const char *invocation_id,
             const char *error)
{
  gsize start = output->len;

  begin_answer (output, HW_HUB_MESSAGE_TYPE_COMPLETION, 5, invocation_id);
  hw_msgpack_write_integer (output, RESULT_KIND_ERROR);
  write_text (output, error);
  end_record (output, start);
}

static void
write_stream_end (GString    *output,
                  const char *invocation_id)
{
  gsize start = output->len;

  begin_answer (output, HW_HUB_MESSAGE_TYPE_COMPLETION, 4, invocation_id);
  hw_msgpack_write_integer (output, RESULT_KIND_VOID);
  end_record (output, start);
}

static void
write_ping (GString *output)
{
  gsize start = output->len;

  begin_message (output, HW_HUB_MESSAGE_TYPE_PING, 1);
  end_record (output, start);
}

static void
write_close (GString    *output,
             const char *error,
             gboolean    allow_reconnect)
{
  gsize start = output->len;

  begin_message (output, HW_HUB_MESSAGE_TYPE_CLOSE, 3);
  if (error != NULL)
    write_text (output, error);
  else
    hw_msgpack_write_nothing (output);
  hw_msgpack_write_boolean (output, allow_reconnect);
  end_record (output, start);
}

const HwHubProtocol hw_hub_msgpack = {
  .name = "messagepack",
  .encoding = HW_ENCODING_MSGPACK,
  .is_binary = TRUE,
  .read_record = hw_hub_record_reader_read_counted,
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
