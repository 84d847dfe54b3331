/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-runner.h"
#include "hw-shim-link.h"

G_BEGIN_DECLS

#define HW_TYPE_SHIM_CONTROL (hw_shim_control_get_type ())
G_DECLARE_FINAL_TYPE (HwShimControl, hw_shim_control, HW, SHIM_CONTROL, GObject)

HwShimControl *hw_shim_control_new (HwClock *clock,
                                    HwRun   *run);

void           hw_shim_control_set_link (HwShimControl *self,
                                         HwShimLink    *link);
gboolean       hw_shim_control_stop (HwShimControl *self,
                                     HwControl      verb,
                                     gint64         deadline,
                                     GError       **error);
void           hw_shim_control_set_paused (HwShimControl *self,
                                           gboolean       is_paused,
                                           GTask         *gtask);
void           hw_shim_control_close (HwShimControl *self);

gboolean       hw_shim_control_get_is_stopping (HwShimControl *self);

G_END_DECLS
