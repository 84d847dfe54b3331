/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-spawn.h"

#include "hw-shim-protocol.h"
#include "hw-shim-record.h"
#include "hw-watch-set.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define HW_TYPE_SHIM_LINK (hw_shim_link_get_type ())
G_DECLARE_FINAL_TYPE (HwShimLink, hw_shim_link, HW, SHIM_LINK, GObject)

HwShimLink *hw_shim_link_new (HwShimProcess *process,
                              guint8 version,
                              HwWatchSet    *watches);

void        hw_shim_link_set_place (HwShimLink *self,
                                    const char *place);
gboolean    hw_shim_link_get_is_foreign (HwShimLink *self);

void        hw_shim_link_start (HwShimLink *self,
                                GByteArray *order);
void        hw_shim_link_stop (HwShimLink *self,
                               gint64      grace);
void        hw_shim_link_kill (HwShimLink *self);
void        hw_shim_link_set_paused (HwShimLink *self,
                                     gboolean    is_paused);
void        hw_shim_link_ask (HwShimLink *self);
void        hw_shim_link_break (HwShimLink *self);
void        hw_shim_link_leave (HwShimLink *self);

G_END_DECLS
