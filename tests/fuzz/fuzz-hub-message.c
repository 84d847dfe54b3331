/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-hub-protocol.h"

#include <string.h>

static void
read_record (const HwHubProtocol *protocol,
             const char          *record,
             gsize                length)
{
  g_autoptr(HwHubMessage) message = hw_hub_protocol_parse (protocol, record, length, NULL);

  hw_hub_handshake_parse (record, length, TRUE, NULL);
  if (message == NULL)
    return;

  g_assert_cmpuint (message->type, <, HW_N_HUB_MESSAGE_TYPES);
  g_assert_cmpint (message->target != NULL, ==, message->arguments != NULL);
  if (message->arguments != NULL)
    g_assert_true (g_variant_is_normal_form (message->arguments));
}

/* The records of a stream, whole and in pieces of seven bytes, have to be the same. */
static void
read_stream (const HwHubProtocol *protocol,
             const char          *data,
             gsize                size,
             gsize                piece_size,
             GString             *records)
{
  g_auto(HwHubRecordReader) reader = { 0 };
  gboolean is_valid = TRUE;

  while (size > 0 && is_valid)
    {
      gsize piece = MIN (size, piece_size);

      size -= piece;
      while (piece > 0 && is_valid)
        {
          const char *record = NULL;
          gsize length = 0;

          is_valid = protocol->read_record (&reader, &data, &piece, &record, &length, NULL);
          if (is_valid && record != NULL)
            {
              read_record (protocol, record, length);
              g_string_append_len (records, record, (gssize) length);
              g_string_append_c (records, HW_HUB_RECORD_SEPARATOR);
            }
        }
    }
}

static void
try_protocol (const HwHubProtocol *protocol,
              const char          *data,
              gsize                size)
{
  g_autoptr(GString) whole = g_string_new (NULL);
  g_autoptr(GString) pieces = g_string_new (NULL);

  read_stream (protocol, data, size, MAX (size, 1), whole);
  read_stream (protocol, data, size, 7, pieces);
  g_assert_cmpmem (whole->str, whole->len, pieces->str, pieces->len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  try_protocol (&hw_hub_json, (const char *) data, size);
  try_protocol (&hw_hub_msgpack, (const char *) data, size);

  return 0;
}
