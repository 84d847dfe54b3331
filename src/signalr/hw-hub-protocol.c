/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-protocol.h"

#include "hw-json-writer.h"

/* How a client and we agree on a protocol, which is done in JSON whatever it is. */

static const HwHubProtocol *const protocols[HW_N_ENCODINGS] = {
  [HW_ENCODING_JSON] = &hw_hub_json,
  [HW_ENCODING_MSGPACK] = &hw_hub_msgpack,
};

/**
 * hw_hub_protocol_get:
 * @encoding: a form of values
 *
 * Gets the protocol in that form, of which there is one for each.
 *
 * Returns: (transfer none): the protocol
 */
const HwHubProtocol *
hw_hub_protocol_get (HwEncoding encoding)
{
  return protocols[encoding];
}

/**
 * hw_hub_protocol_parse:
 * @self: a protocol
 * @record: (array length=length): a record, without its separator or count
 * @length: how many bytes
 * @error: return location for a #GError, or %NULL
 *
 * Reads a message.
 *
 * Returns: (transfer full): the message, or %NULL with %HW_ERROR_INVALID_REQUEST
 */
HwHubMessage *
hw_hub_protocol_parse (const HwHubProtocol *self,
                       const char          *record,
                       gsize                length,
                       GError             **error)
{
  g_auto(HwHubMembers) members = { 0 };

  g_return_val_if_fail (self != NULL, NULL);

  if (!self->read_members (record, length, &members, error))
    return NULL;

  return hw_hub_message_new (&members, error);
}

static const HwHubProtocol *
find_protocol (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (protocols); i++)
    if (g_ascii_strcasecmp (name, protocols[i]->name) == 0)
      return protocols[i];

  return NULL;
}

/* Whether somebody can be served with a protocol, which is %NULL if there is none of that name. */
static gboolean
check_protocol (const HwHubProtocol *protocol,
                const char          *name,
                gint64               version,
                gboolean             may_be_binary,
                GError             **error)
{
  if (protocol == NULL)
    return hw_hub_refuse (error, "The protocol '%s' is not supported.", name);

  if (version < 1 || version > 2)
    return hw_hub_refuse (error, "The server does not support version %" G_GINT64_FORMAT
                          " of the '%s' protocol.", version, name);

  if (protocol->is_binary && !may_be_binary)
    return hw_hub_refuse (error, "Cannot use the '%s' protocol on the current transport. The "
                          "transport does not support 'Binary' transfer format.", name);

  return TRUE;
}

/**
 * hw_hub_handshake_parse:
 * @record: (array length=length): the first record of a connection, without its separator
 * @length: how many bytes
 * @may_be_binary: whether what carries records carries others than text, too
 * @error: return location for a #GError, or %NULL
 *
 * Reads the request with which a client begins. A protocol may have version 1, or 2, which
 * differs in nothing that we offer.
 *
 * Returns: (transfer none): the protocol that all other records are of, or %NULL with
 *   %HW_ERROR_INVALID_REQUEST, whose text is what the client is to be told
 */
const HwHubProtocol *
hw_hub_handshake_parse (const char *record,
                        gsize       length,
                        gboolean    may_be_binary,
                        GError    **error)
{
  g_auto(HwHubMembers) members = { 0 };
  const HwHubProtocol *protocol;
  GVariant *name = NULL;
  GVariant *version = NULL;

  if (hw_hub_json.read_members (record, length, &members, NULL))
    {
      name = hw_hub_members_get_string (&members, HW_HUB_MEMBER_PROTOCOL, NULL);
      version = hw_hub_members_get_number (&members, HW_HUB_MEMBER_VERSION, NULL);
    }

  /* The details say nothing to a client that cannot do this much. */
  if (name == NULL || version == NULL)
    {
      hw_hub_refuse (error, "An unexpected error occurred during connection handshake.");
      return NULL;
    }

  protocol = find_protocol (g_variant_get_string (name, NULL));
  if (!check_protocol (protocol, g_variant_get_string (name, NULL),
                       g_variant_get_int64 (version), may_be_binary, error))
    return NULL;

  return protocol;
}

/**
 * hw_hub_handshake_write:
 * @output: where to append the record
 * @error: (nullable): why the connection ends, or %NULL if all is well
 *
 * Writes the answer to a handshake.
 */
void
hw_hub_handshake_write (GString    *output,
                        const char *error)
{
  HwJsonWriter writer;

  hw_json_writer_init (&writer, output);
  hw_json_writer_begin_object (&writer);
  if (error != NULL)
    hw_json_writer_write_string (&writer, "error", error);
  hw_json_writer_end_object (&writer);
  g_string_append_c (output, HW_HUB_RECORD_SEPARATOR);
}
