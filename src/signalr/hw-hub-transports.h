/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-transport.h"
#include "hw-plane.h"

G_BEGIN_DECLS

#define HW_TYPE_HUB_TRANSPORTS (hw_hub_transports_get_type ())
G_DECLARE_FINAL_TYPE (HwHubTransports, hw_hub_transports, HW, HUB_TRANSPORTS, GObject)

HwHubTransports *hw_hub_transports_new (HwPlane *plane);

guint            hw_hub_transports_get_size (HwHubTransports *self);
void             hw_hub_transports_add (HwHubTransports *self,
                                        HwHubTransport  *transport,
                                        const char      *token,
                                        gboolean         is_asked_for);
HwHubTransport  *hw_hub_transports_find (HwHubTransports *self,
                                         const char      *token);
void             hw_hub_transports_close_all (HwHubTransports *self);
void             hw_hub_transports_cut_all (HwHubTransports *self);

G_END_DECLS
