/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-encoding.h"

#include "hw-msgpack-writer.h"
#include "hw-task-json.h"

G_STATIC_ASSERT (HW_N_ENCODINGS == HW_EVENT_N_ENCODINGS);

/**
 * hw_encoding_take_json:
 * @self: an encoding
 * @json: (transfer full) (nullable): a JSON text that is ours, or %NULL for `null`
 *
 * Gets what a JSON text says in an encoding.
 *
 * Returns: (transfer full): the bytes; @json itself if it is JSON that is wanted
 */
GBytes *
hw_encoding_take_json (HwEncoding self,
                       GBytes    *json)
{
  g_autoptr(GBytes) owned = json != NULL ? json : g_bytes_new_static ("null", 4);
  gsize length = g_bytes_get_size (owned);
  GString *text;

  if (self == HW_ENCODING_JSON)
    return g_steal_pointer (&owned);

  /* It is hardly ever longer. */
  text = g_string_sized_new (length);
  hw_msgpack_write_json (text, g_bytes_get_data (owned, NULL), length);

  return g_string_free_to_bytes (text);
}

/**
 * hw_encoding_encode_event:
 * @self: an encoding
 * @event: an event
 *
 * Gets an event in an encoding. That is done once, and only if somebody wants it: the bytes
 * stay with the event and are shared by all who watch. Any thread may call this.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_encoding_encode_event (HwEncoding self,
                          HwEvent   *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  if (self == HW_ENCODING_JSON)
    return hw_task_json_encode_event (event);

  if (hw_event_get_encoding (event, self) == NULL)
    hw_event_set_encoding (event, self,
                           hw_encoding_take_json (self, hw_task_json_encode_event (event)));

  return g_bytes_ref (hw_event_get_encoding (event, self));
}
