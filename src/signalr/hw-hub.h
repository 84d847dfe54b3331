/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-hub-door.h"
#include "hw-hub-handler.h"
#include "hw-plane.h"

G_BEGIN_DECLS

/* How many clients may poll: each keeps a connection of HTTP, and others have to get in, too. It
 * is for those few whom a proxy lets do nothing else. The last places are for those who have few.
 */
#define HW_HUB_MAX_POLLS 100

#define HW_TYPE_HUB (hw_hub_get_type ())
G_DECLARE_FINAL_TYPE (HwHub, hw_hub, HW, HUB, GObject)

HwHub   *hw_hub_new (SoupServer      *server,
                     const char      *path,
                     HwHubHandler    *handler,
                     HwClock         *clock,
                     HwPlane         *plane,
                     const HwHubDoor *door,
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
