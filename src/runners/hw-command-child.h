/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-command-control.h"
#include "hw-enclosure.h"
#include "hw-marked-processes.h"
#include "hw-runner.h"

G_BEGIN_DECLS

/**
 * HwCommandSettings:
 * @shim_path: (owned): the file of `headway-shim`
 * @output_root: (owned): the folder of all attempts
 * @clock: (owned): what tells when force is due
 * @processes: (owned): ends processes by their marks
 * @enclosure: (owned) (nullable): where the processes of an attempt go
 * @version: the newest version of the protocol that is spoken with shims
 * @session_start: when the session's manager began, in ticks since the machine came up, or 0
 *
 * What all programs of a runner have in common.
 */
typedef struct
{
  char *shim_path;
  char *output_root;
  HwClock *clock;
  HwMarkedProcesses *processes;
  HwEnclosure *enclosure;
  guint8 version;
  guint64 session_start;
} HwCommandSettings;

#define HW_TYPE_COMMAND_CHILD (hw_command_child_get_type ())
G_DECLARE_FINAL_TYPE (HwCommandChild, hw_command_child, HW, COMMAND_CHILD, GObject)

HwCommandChild *hw_command_child_new (GObject                 *owner,
                                      const HwCommandSettings *settings,
                                      HwRun                   *run);

void            hw_command_child_start (HwCommandChild *self,
                                        GTask          *beginning);
void            hw_command_child_adopt (HwCommandChild *self,
                                        GTask          *beginning);
void            hw_command_child_leave (HwCommandChild *self);

HwRun          *hw_command_child_get_run (HwCommandChild *self);
HwCommandControl  *hw_command_child_get_control (HwCommandChild *self);

G_END_DECLS
