/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-runner.h"
#include "hw-shim-link.h"

G_BEGIN_DECLS

#define HW_TYPE_COMMAND_CONTROL (hw_command_control_get_type ())
G_DECLARE_FINAL_TYPE (HwCommandControl, hw_command_control, HW, COMMAND_CONTROL, GObject)

HwCommandControl *hw_command_control_new (HwClock    *clock,
                                          const char *output_root,
                                          HwRun      *run);

void           hw_command_control_set_link (HwCommandControl *self,
                                            HwShimLink       *link);
void           hw_command_control_stop (HwCommandControl *self,
                                        HwControl         verb,
                                        gint64            deadline,
                                        GTask            *gtask);
void           hw_command_control_inherit_stop (HwCommandControl *self,
                                                HwControl         verb,
                                                gint64            deadline);
void           hw_command_control_set_paused (HwCommandControl *self,
                                              gboolean          is_paused,
                                              GTask            *gtask);
void           hw_command_control_close (HwCommandControl *self);

gboolean       hw_command_control_get_is_stopping (HwCommandControl *self);

G_END_DECLS
