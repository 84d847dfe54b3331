/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-enclosure.h"
#include "hw-runner.h"

G_BEGIN_DECLS

#define HW_TYPE_COMMAND_RUNNER (hw_command_runner_get_type ())
G_DECLARE_FINAL_TYPE (HwCommandRunner, hw_command_runner, HW, COMMAND_RUNNER, GObject)

HwCommandRunner *hw_command_runner_new (const char *shim_path,
                                        const char *output_root,
                                        HwClock    *clock);

void             hw_command_runner_set_enclosure (HwCommandRunner *self,
                                                  HwEnclosure     *enclosure);
void             hw_command_runner_set_session_manager (HwCommandRunner *self,
                                                        pid_t            manager);
void             hw_command_runner_set_version (HwCommandRunner *self,
                                                guint8           version);

G_END_DECLS
