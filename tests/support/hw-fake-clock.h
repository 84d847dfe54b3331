/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"

G_BEGIN_DECLS

#define HW_TYPE_FAKE_CLOCK (hw_fake_clock_get_type ())
G_DECLARE_FINAL_TYPE (HwFakeClock, hw_fake_clock, HW, FAKE_CLOCK, GObject)

HwFakeClock *hw_fake_clock_new (void);

void         hw_fake_clock_advance (HwFakeClock *self,
                                    gint64       span);
guint        hw_fake_clock_get_n_timers (HwFakeClock *self);

G_END_DECLS
