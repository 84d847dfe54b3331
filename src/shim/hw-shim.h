/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cgroup.h"
#include "hw-shim-doors.h"
#include "hw-shim-mask.h"
#include "hw-shim-output.h"
#include "hw-shim-record.h"
#include "hw-shim-report.h"

#include <time.h>

/* One attempt: its program, all that came of it, what they print, and who asks. */
typedef struct
{
  HwShimDoors doors;
  HwShimOutput output;
  HwShimReport report;
  HwCgroup cgroup; /* of the program, or none */
  HwShimStart record;
  int folder_fd; /* (owned) */
  int slot_fd;   /* (owned), or -1: until both records are kept */
  int signal_fd; /* (owned) */
  int pipe_fd;   /* (owned), or -1 after its end */

  HwShimMask mask;  /* what was read and is not written yet */
  int64_t write_at; /* when to try again, or 0 */

  int status;          /* how the program ended, if it has */
  bool has_exited;
  bool has_children;   /* of any kind, alive or not */
  HwShimStopped stopped; /* or being stopped */
  bool is_killing;
  bool is_held;        /* those who are there were killed before, and stay */
  uint64_t children;   /* who they were then */
  bool is_cut;
  int64_t timeout_at;  /* when the time is up, or 0 */
  int64_t time_left;   /* of it, while its clock stands */
  uint32_t grace;      /* ms from then on */
  int64_t deadline;    /* when to use force */
  uint64_t asked_at;   /* in the ticks of HwProcessStat: who is younger was not asked */
  bool is_pausing;
  bool is_paused;      /* and nobody is left who does something */
  uint8_t told[HW_SHIM_STATUS_SIZE]; /* what was said last to all */

  bool has_ended;      /* and everybody was told */
  bool has_recorded;
  int64_t record_at;   /* when to try again */
  char end_text[HW_RECORD_SIZE];
  size_t end_length;
} HwShim;

int64_t hw_shim_read_clock (clockid_t clock);

/* Times are of CLOCK_BOOTTIME, in µs: whoever suspends the machine waits no longer. */
static inline int64_t
hw_shim_now (void)
{
  return hw_shim_read_clock (CLOCK_BOOTTIME);
}

static inline int64_t
hw_shim_real_time (void)
{
  return hw_shim_read_clock (CLOCK_REALTIME);
}

void hw_shim_run (HwShim *self);
void hw_shim_reap (HwShim *self);

/* Writes what HELLO says, HW_SHIM_STATUS_SIZE bytes. */
void hw_shim_write_status (HwShim  *self,
                           uint8_t *payload);
