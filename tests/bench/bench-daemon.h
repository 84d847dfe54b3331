/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "../e2e/support/slow-disk.h"

#include <gio/gio.h>
#include <sys/types.h>

/* A whole daemon, as a process of its own with a state folder of its own. */
typedef struct
{
  char *folder;   /* (owned) (nullable): NULL if there is none yet */
  char *token;    /* (owned) (nullable) */
  guint16 port;
  pid_t pid;      /* or 0 */
  double start;   /* microseconds until it was ready */
  SlowDiskLog *disk_log; /* (owned) (nullable) */
} BenchDaemon;

void   bench_daemon_start (BenchDaemon *self,
                           guint        max_parallel,
                           guint        sync_time);
void   bench_daemon_stop (BenchDaemon *self);
void   bench_daemon_remove (BenchDaemon *self);

double bench_daemon_get_memory (BenchDaemon *self);
double bench_daemon_get_processor_time (BenchDaemon *self);
guint  bench_daemon_count_descriptors (BenchDaemon *self);
gboolean bench_daemon_find_sync (BenchDaemon  *self,
                                 gint64        since,
                                 SlowDiskSync *sync);
