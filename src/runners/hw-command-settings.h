/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-enclosure.h"
#include "hw-marked-processes.h"
#include "hw-shim-record.h"
#include "hw-shim-slots.h"
#include "hw-watch-set.h"

#include <sys/resource.h>

/**
 * HwCommandSettings:
 * @shim_path: (owned): the file of `headway-shim`
 * @output_root: (owned): the folder of all attempts
 * @clock: (owned): what tells when force is due
 * @slots: (owned): lends each shim where it keeps its records
 * @watches: (owned): what the descriptors of all shims are watched in
 * @processes: (owned): ends processes by their marks
 * @enclosure: (owned) (nullable): where the processes of an attempt go
 * @descriptors: how many files a program may have open
 * @life: this life of the machine, or "" if nobody can tell
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
  HwShimSlots *slots;
  HwWatchSet *watches;
  HwMarkedProcesses *processes;
  HwEnclosure *enclosure;
  struct rlimit descriptors;
  char life[HW_LIFE_SIZE];
  guint8 version;
  guint64 session_start;
} HwCommandSettings;
