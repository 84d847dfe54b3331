/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwHubOutletFunc:
 * @records: whole records
 * @user_data: what was given to hw_hub_outlet_new()
 *
 * Sends. It may call hw_hub_outlet_set_writable() or hw_hub_outlet_stop().
 */
typedef void (*HwHubOutletFunc) (GBytes  *records,
                                 gpointer user_data);

typedef struct _HwHubOutlet HwHubOutlet;

HwHubOutlet *hw_hub_outlet_new (HwHubOutletFunc function,
                                gpointer        user_data);
HwHubOutlet *hw_hub_outlet_ref (HwHubOutlet *self);
void         hw_hub_outlet_unref (HwHubOutlet *self);

GString     *hw_hub_outlet_get_buffer (HwHubOutlet *self);
gboolean     hw_hub_outlet_is_open (const HwHubOutlet *self);
gboolean     hw_hub_outlet_is_stopped (const HwHubOutlet *self);
void         hw_hub_outlet_set_writable (HwHubOutlet *self,
                                         gboolean     is_writable);
void         hw_hub_outlet_yield (HwHubOutlet *self);
void         hw_hub_outlet_flush (HwHubOutlet *self);
void         hw_hub_outlet_stop (HwHubOutlet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwHubOutlet, hw_hub_outlet_unref)

G_END_DECLS
