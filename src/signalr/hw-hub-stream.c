/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-stream.h"

G_DEFINE_INTERFACE (HwHubStream, hw_hub_stream, G_TYPE_OBJECT)

static void
hw_hub_stream_default_init (HwHubStreamInterface *iface)
{
}

/**
 * hw_hub_stream_next_async:
 * @self: a stream
 * @cancellable: (nullable): to stop waiting
 * @callback: called in the main context when there is something
 * @user_data: for @callback
 *
 * Waits until there is something to send.
 */
void
hw_hub_stream_next_async (HwHubStream        *self,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (HW_IS_HUB_STREAM (self));

  HW_HUB_STREAM_GET_IFACE (self)->next_async (self, cancellable, callback, user_data);
}

/**
 * hw_hub_stream_next_finish:
 * @self: a stream
 * @result: what the callback got
 * @error: return location for a #GError, or %NULL
 *
 * Gets what there is to send.
 *
 * Returns: (transfer full) (nullable) (element-type GBytes): the items, in the client's encoding;
 *   %NULL at the end, or with an error whose text the client is told
 */
GPtrArray *
hw_hub_stream_next_finish (HwHubStream  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (HW_IS_HUB_STREAM (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return HW_HUB_STREAM_GET_IFACE (self)->next_finish (self, result, error);
}

/**
 * hw_hub_stream_leave:
 * @self: a stream that nobody has asked
 * @place: (out caller-allocates): where it is, for hw_watch_place_clear()
 *
 * Has somebody else watch on, if there is nothing left but what will be.
 *
 * Returns: whether it is so; then the stream is not to be asked any more
 */
gboolean
hw_hub_stream_leave (HwHubStream  *self,
                     HwWatchPlace *place)
{
  HwHubStreamInterface *iface;

  g_return_val_if_fail (HW_IS_HUB_STREAM (self), FALSE);
  g_return_val_if_fail (place != NULL, FALSE);

  iface = HW_HUB_STREAM_GET_IFACE (self);

  return iface->leave != NULL && iface->leave (self, place);
}
