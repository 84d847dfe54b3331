/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cli-bar.h"
#include "hw-cli-rate.h"
#include "hw-event.h"
#include "hw-task.h"

G_BEGIN_DECLS

#define HW_TYPE_CLI_LEVEL (hw_cli_level_get_type ())
G_DECLARE_FINAL_TYPE (HwCliLevel, hw_cli_level, HW, CLI_LEVEL, GObject)

HwCliLevel *hw_cli_level_new (HwTask *task);

void        hw_cli_level_apply (HwCliLevel *self,
                                HwEvent    *event,
                                gint64      now);
guint       hw_cli_level_get_attempt (HwCliLevel *self);
gboolean    hw_cli_level_has_ended (HwCliLevel *self);
void        hw_cli_level_fill_bar (HwCliLevel *self,
                                   gint64      now,
                                   gint64      time,
                                   HwCliBar   *bar);

G_END_DECLS
