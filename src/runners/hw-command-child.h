/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-command-control.h"
#include "hw-command-settings.h"
#include "hw-runner.h"

G_BEGIN_DECLS

#define HW_TYPE_COMMAND_CHILD (hw_command_child_get_type ())
G_DECLARE_FINAL_TYPE (HwCommandChild, hw_command_child, HW, COMMAND_CHILD, GObject)

HwCommandChild *hw_command_child_new (GObject                 *owner,
                                      const HwCommandSettings *settings,
                                      HwRun                   *run);

void            hw_command_child_start (HwCommandChild *self,
                                        GTask          *beginning);
void            hw_command_child_adopt (HwCommandChild *self,
                                        GTask          *beginning);
void            hw_command_child_forgo (HwCommandChild *self);
void            hw_command_child_leave (HwCommandChild *self);

HwRun          *hw_command_child_get_run (HwCommandChild *self);
HwCommandControl  *hw_command_child_get_control (HwCommandChild *self);

G_END_DECLS
