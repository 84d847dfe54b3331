/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-watch-place.h"

G_BEGIN_DECLS

#define HW_TYPE_HUB_STREAM (hw_hub_stream_get_type ())
G_DECLARE_INTERFACE (HwHubStream, hw_hub_stream, HW, HUB_STREAM, GObject)

/**
 * HwHubStreamInterface:
 * @next_async: wait until there is something to send. Must be implemented.
 * @next_finish: (element-type GBytes): get what there is, in the client's encoding; %NULL
 *   without an error at the end. Must be implemented.
 * @leave: if all that was is told, and only what will be is left, say where that is: then
 *   somebody else watches on from there, and it is not asked any more
 *
 * What a hub sends piece by piece. It is pulled: whoever sends asks for more when
 * the last has gone out, so that nothing piles up for a client that reads slowly,
 * and a stream of levels can give the newest. Never asked twice at once; cancelling
 * ends the asking with %G_IO_ERROR_CANCELLED. Main context only.
 */
struct _HwHubStreamInterface
{
  GTypeInterface g_iface;

  void (*next_async) (HwHubStream        *self,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data);
  GPtrArray *(*next_finish) (HwHubStream  *self,
                             GAsyncResult *result,
                             GError      **error);
  gboolean (*leave) (HwHubStream  *self,
                     HwWatchPlace *place);
};

void       hw_hub_stream_next_async (HwHubStream        *self,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
GPtrArray *hw_hub_stream_next_finish (HwHubStream  *self,
                                      GAsyncResult *result,
                                      GError      **error);
gboolean   hw_hub_stream_leave (HwHubStream  *self,
                                HwWatchPlace *place);

G_END_DECLS
