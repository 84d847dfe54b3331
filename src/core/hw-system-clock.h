/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"

G_BEGIN_DECLS

#define HW_TYPE_SYSTEM_CLOCK (hw_system_clock_get_type ())
G_DECLARE_FINAL_TYPE (HwSystemClock, hw_system_clock, HW, SYSTEM_CLOCK, GObject)

HwClock *hw_system_clock_new (void);

G_END_DECLS
