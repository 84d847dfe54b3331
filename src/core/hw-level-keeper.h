/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-dispatcher.h"
#include "hw-event-log.h"

G_BEGIN_DECLS

#define HW_TYPE_LEVEL_KEEPER (hw_level_keeper_get_type ())
G_DECLARE_FINAL_TYPE (HwLevelKeeper, hw_level_keeper, HW, LEVEL_KEEPER, GObject)

HwLevelKeeper *hw_level_keeper_new (HwStore      *store,
                                    HwClock      *clock,
                                    HwEventLog   *log,
                                    HwDispatcher *dispatcher);

void           hw_level_keeper_note (HwLevelKeeper *self);
void           hw_level_keeper_close (HwLevelKeeper *self);

G_END_DECLS
