/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-negotiation.h"

#include "hw-error.h"
#include "hw-json-writer.h"

/* With version 1 came the token, which is secret, beside the ID, which is not. */
#define LATEST_VERSION 1

/**
 * hw_hub_query_get:
 * @query: (nullable) (element-type utf8 utf8): a request's query
 * @name: a name in lower case
 *
 * Gets a value out of a query. Names are the same in any case, as they are to .NET.
 *
 * Returns: (transfer none) (nullable): the value
 */
const char *
hw_hub_query_get (GHashTable *query,
                  const char *name)
{
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  g_return_val_if_fail (name != NULL, NULL);

  if (query == NULL)
    return NULL;

  g_hash_table_iter_init (&iter, query);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_ascii_strcasecmp (key, name) == 0)
      return value;

  return NULL;
}

/**
 * hw_hub_negotiation_read_version:
 * @query: (nullable) (element-type utf8 utf8): a request's query
 * @version: (out): the version to answer in
 * @error: return location for a #GError, or %NULL
 *
 * Reads which version of negotiating a client speaks. One that says nothing is of
 * the first; one that speaks a later one than we do also speaks ours.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST, whose text is what the
 *   client is to be told
 */
gboolean
hw_hub_negotiation_read_version (GHashTable *query,
                                 guint      *version,
                                 GError    **error)
{
  const char *text = hw_hub_query_get (query, "negotiateversion");
  gint64 number = 0;

  g_return_val_if_fail (version != NULL, FALSE);

  if (text != NULL && !g_ascii_string_to_signed (text, 10, G_MININT, G_MAXINT, &number, NULL))
    {
      g_set_error_literal (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                           "The client requested a non-integer protocol version.");
      return FALSE;
    }

  if (number < 0)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                   "The client requested version '%" G_GINT64_FORMAT "', but the server does not "
                   "support this version.", number);
      return FALSE;
    }

  *version = (guint) MIN (number, LATEST_VERSION);

  return TRUE;
}

/* A way to connect, and whether it is one for bytes as well as for text. */
typedef struct
{
  const char *name;
  gboolean has_binary;
} Transport;

/* The best first, as clients try them in this order. */
static void
write_transports (HwJsonWriter *writer)
{
  static const Transport transports[] = {
    { "WebSockets", TRUE }, { "ServerSentEvents", FALSE }, { "LongPolling", TRUE },
  };

  hw_json_writer_name (writer, "availableTransports");
  hw_json_writer_begin_array (writer);
  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    {
      hw_json_writer_begin_object (writer);
      hw_json_writer_write_string (writer, "transport", transports[i].name);
      hw_json_writer_name (writer, "transferFormats");
      hw_json_writer_begin_array (writer);
      hw_json_writer_add_string (writer, "Text");
      if (transports[i].has_binary)
        hw_json_writer_add_string (writer, "Binary");
      hw_json_writer_end_array (writer);
      hw_json_writer_end_object (writer);
    }
  hw_json_writer_end_array (writer);
}

/**
 * hw_hub_negotiation_answer:
 * @version: the version to answer in
 * @connection_id: a public name for the connection
 * @token: what the client has to show when it connects
 *
 * Makes the answer to a client that negotiates. In version 0 there is one name for
 * both parts.
 *
 * Returns: (transfer full): JSON
 */
GBytes *
hw_hub_negotiation_answer (guint       version,
                           const char *connection_id,
                           const char *token)
{
  GString *text = g_string_new (NULL);
  HwJsonWriter writer;

  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  hw_json_writer_name (&writer, "negotiateVersion");
  hw_json_writer_add_uint (&writer, version);
  hw_json_writer_write_string (&writer, "connectionId", version > 0 ? connection_id : token);
  if (version > 0)
    hw_json_writer_write_string (&writer, "connectionToken", token);
  write_transports (&writer);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}

/**
 * hw_hub_negotiation_refuse:
 * @sentence: why
 *
 * Makes the answer to a client that cannot be negotiated with. It goes out with a
 * status of 200, as .NET's does.
 *
 * Returns: (transfer full): JSON
 */
GBytes *
hw_hub_negotiation_refuse (const char *sentence)
{
  GString *text = g_string_new (NULL);
  HwJsonWriter writer;

  hw_json_writer_init (&writer, text);
  hw_json_writer_begin_object (&writer);
  hw_json_writer_write_string (&writer, "error", sentence);
  hw_json_writer_end_object (&writer);

  return g_string_free_to_bytes (text);
}
