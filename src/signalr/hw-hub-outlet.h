/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-protocol.h"
#include "hw-watch-place.h"

G_BEGIN_DECLS

/**
 * HwHubOutletFuncs:
 * @send: sends whole records
 * @watch: (nullable): tells of what happens from a place on, whose contents it takes, behind
 *   all that was sent; each record begins with @head. Gives an ID that is not 0, or 0 if
 *   nobody is there any more
 * @unwatch: (nullable): takes that back
 *
 * What becomes of what comes to an outlet.
 */
typedef struct
{
  void (*send)(GBytes  *records,
               gpointer user_data);
  guint (*watch)(GBytes       *head,
                 HwWatchPlace *place,
                 gpointer      user_data);
  void (*unwatch)(guint    watch,
                  gpointer user_data);
} HwHubOutletFuncs;

typedef struct _HwHubOutlet HwHubOutlet;

HwHubOutlet *hw_hub_outlet_new (const HwHubOutletFuncs *funcs,
                                gpointer                user_data);
HwHubOutlet *hw_hub_outlet_ref (HwHubOutlet *self);
void         hw_hub_outlet_unref (HwHubOutlet *self);

const HwHubProtocol *hw_hub_outlet_get_protocol (const HwHubOutlet *self);
void                 hw_hub_outlet_set_protocol (HwHubOutlet         *self,
                                                 const HwHubProtocol *protocol);

GString     *hw_hub_outlet_get_buffer (HwHubOutlet *self);
gboolean     hw_hub_outlet_is_open (const HwHubOutlet *self);
gboolean     hw_hub_outlet_is_stopped (const HwHubOutlet *self);
void         hw_hub_outlet_set_writable (HwHubOutlet *self,
                                         gboolean     is_writable);
void         hw_hub_outlet_yield (HwHubOutlet *self);
void         hw_hub_outlet_flush (HwHubOutlet *self);
void         hw_hub_outlet_allow_watching (HwHubOutlet *self);
gboolean     hw_hub_outlet_may_watch (const HwHubOutlet *self);
guint        hw_hub_outlet_watch (HwHubOutlet  *self,
                                  GBytes       *head,
                                  HwWatchPlace *place);
void         hw_hub_outlet_unwatch (HwHubOutlet *self,
                                    guint        watch);
void         hw_hub_outlet_stop (HwHubOutlet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwHubOutlet, hw_hub_outlet_unref)

G_END_DECLS
