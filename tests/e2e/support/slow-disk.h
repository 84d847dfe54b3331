/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* As many syncs are known as there are while one event is on its way. */
#define SLOW_DISK_MAX_SYNCS 64

/* A sync that is over, in microseconds of the monotonic time. */
typedef struct
{
  long begin;
  long end;
} SlowDiskSync;

/* What a process tells in memory that it shares: the newest syncs, by their numbers. */
typedef struct
{
  unsigned long n_syncs;
  SlowDiskSync syncs[SLOW_DISK_MAX_SYNCS];
} SlowDiskLog;
