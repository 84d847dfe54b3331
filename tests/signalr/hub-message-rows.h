/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-error.h"
#include "hw-hub-protocol.h"

/* Messages as rows of a table, whatever protocol they come in. */

/* What a record says. */
typedef struct
{
  HwHubMessageType type;
  const char *invocation_id;
  const char *target;
  const char *arguments; /* (nullable): as GVariant's text, or not looked at */
  guint n_stream_ids;
} HubMessageWanted;

static inline void
assert_message (const HwHubProtocol    *protocol,
                const char             *record,
                gsize                   length,
                const HubMessageWanted *wanted)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwHubMessage) message = hw_hub_protocol_parse (protocol, record, length, &error);

  g_assert_no_error (error);
  g_assert_cmpint (message->type, ==, wanted->type);
  g_assert_cmpstr (message->invocation_id, ==, wanted->invocation_id);
  g_assert_cmpstr (message->target, ==, wanted->target);
  g_assert_cmpuint (message->n_stream_ids, ==, wanted->n_stream_ids);
  if (wanted->arguments != NULL)
    {
      g_autoptr(GVariant) expected = g_variant_parse (NULL, wanted->arguments, NULL, NULL, NULL);

      g_assert_cmpvariant (message->arguments, expected);
    }
}

static inline void
assert_no_message (const HwHubProtocol *protocol,
                   const char          *record,
                   gsize                length,
                   const char          *sentence)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwHubMessage) message = hw_hub_protocol_parse (protocol, record, length, &error);

  g_assert_null (message);
  g_assert_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST);
  g_assert_cmpstr (error->message, ==, sentence);
}
