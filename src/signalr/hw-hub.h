/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-hub-handler.h"
#include "hw-plane.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HwHubAuthenticateFunc:
 * @message: a request
 * @user_data: what was given to hw_hub_new()
 * @error: return location for a #GError
 *
 * Finds out who asks.
 *
 * Returns: (transfer full): who asks, or %NULL with %HW_ERROR_UNAUTHORIZED or
 *   %HW_ERROR_NOT_ALLOWED
 */
typedef HwPrincipal *(*HwHubAuthenticateFunc) (SoupServerMessage *message,
                                               gpointer           user_data,
                                               GError           **error);

/**
 * HwHubTakeFunc:
 * @message: a request whose upgrade was answered
 * @stream: (out) (transfer full) (nullable): what the bytes have to go through, or %NULL if
 *   they go over the descriptor as they are
 * @early: (out) (transfer full) (nullable): what the client has sent behind the request
 *
 * Takes the connection out of the hands of all who speak HTTP on it.
 *
 * Returns: the descriptor, the caller's own if there is no @stream; or -1 if the connection
 *   is gone
 */
typedef int (*HwHubTakeFunc) (SoupServerMessage *message,
                              GIOStream        **stream,
                              GBytes           **early);

#define HW_TYPE_HUB (hw_hub_get_type ())
G_DECLARE_FINAL_TYPE (HwHub, hw_hub, HW, HUB, GObject)

HwHub   *hw_hub_new (SoupServer           *server,
                     const char           *path,
                     HwHubHandler         *handler,
                     HwClock              *clock,
                     HwPlane              *plane,
                     HwHubTakeFunc take,
                     HwHubAuthenticateFunc authenticate,
                     gpointer user_data);

guint    hw_hub_get_n_connections (HwHub *self);

void     hw_hub_stop_async (HwHub              *self,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data);
gboolean hw_hub_stop_finish (HwHub        *self,
                             GAsyncResult *result,
                             GError      **error);

G_END_DECLS
