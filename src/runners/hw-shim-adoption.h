/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-marked-processes.h"
#include "hw-run.h"
#include "hw-shim-record.h"
#include "hw-shim-slots.h"
#include "hw-spawn.h"

G_BEGIN_DECLS

/**
 * HwShimState:
 * @HW_SHIM_STATE_NOT_STARTED: the attempt never began, and never will
 * @HW_SHIM_STATE_ALIVE: its shim watches it
 * @HW_SHIM_STATE_ENDED: it has ended, and its shim wrote down how
 * @HW_SHIM_STATE_INTERRUPTED: it went down with the machine, or with the session
 * @HW_SHIM_STATE_LOST: its shim is gone, and what ran was ended
 * @HW_SHIM_STATE_UNKNOWN: it could not be looked at for now
 *
 * What became of an attempt.
 */
typedef enum
{
  HW_SHIM_STATE_NOT_STARTED,
  HW_SHIM_STATE_ALIVE,
  HW_SHIM_STATE_ENDED,
  HW_SHIM_STATE_INTERRUPTED,
  HW_SHIM_STATE_LOST,
  HW_SHIM_STATE_UNKNOWN,
} HwShimState;

/**
 * HwShimTraces:
 * @output_root: (owned): the folder of all attempts
 * @run: (owned): the attempt
 * @slots: (owned) (nullable): what may have its records where its folder has not
 * @processes: (owned): ends what is left of it
 * @session_start: when the session's manager began, in ticks since the machine came up, or 0
 *
 * Where to look for what became of an attempt.
 */
typedef struct
{
  char *output_root;
  HwRun *run;
  HwShimSlots *slots;
  HwMarkedProcesses *processes;
  guint64 session_start;
} HwShimTraces;

/**
 * HwShimFound:
 * @state: what became of the attempt
 * @process: (owned) (nullable): the shim, of one that is alive
 * @place: (owned) (nullable): what holds its processes together, of one that is alive
 * @end: how it ended, of one that has ended
 * @output_size: how much it has printed, of one that is lost
 * @number: why it could not be looked at, of `errno`
 * @is_canceled_now: whether somebody wanted it to end at once
 *
 * What a look at an attempt found.
 */
typedef struct
{
  HwShimState state;
  HwShimProcess *process;
  char *place;
  HwShimEnd end;
  guint64 output_size;
  int number;
  gboolean is_canceled_now;
} HwShimFound;

HwShimTraces *hw_shim_traces_new (const char        *output_root,
                                  HwRun             *run,
                                  HwShimSlots       *slots,
                                  HwMarkedProcesses *processes,
                                  guint64            session_start);
void          hw_shim_traces_free (HwShimTraces *self);

HwShimFound  *hw_shim_adoption_find (const HwShimTraces *traces);
HwShimFound  *hw_shim_adoption_bury (const HwShimTraces *traces);
void          hw_shim_found_free (HwShimFound *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwShimFound, hw_shim_found_free)

G_END_DECLS
