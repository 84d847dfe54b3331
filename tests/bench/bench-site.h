/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench-client.h"
#include "bench-daemon.h"

/* A daemon, and who asks it for tasks that do nothing. */
typedef struct
{
  BenchDaemon daemon;
  BenchClient *client; /* (owned) */
  char *request;       /* (owned): adds a task */
  char *batch;         /* (owned): adds many, all or none */

  guint max_parallel;
  guint sync_time;
  guint batch_size;
} BenchSite;

void bench_site_open (BenchSite *self,
                      guint      max_parallel,
                      guint      sync_time,
                      guint      batch_size);
void bench_site_restart (BenchSite *self);
void bench_site_close (BenchSite *self);
void bench_site_block (BenchSite *self);
