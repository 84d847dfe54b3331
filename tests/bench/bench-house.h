/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench-figures.h"

#include "hw-task-queue.h"

/* A daemon without doors. */

/* What a machine of two cores runs at a time. */
#define BENCH_PARALLEL 8

typedef struct
{
  char *folder;       /* (owned) */
  HwStore *store;     /* (owned) */
  HwTaskQueue *queue; /* (owned) */
  HwPrincipal *me;    /* (owned) */
  guint64 newest_id;  /* of the task that was added last, or 0 */
  guint n_ended;
  gboolean is_open;
} BenchHouse;

void   bench_house_open (BenchHouse *self);
void   bench_house_open_wide (BenchHouse *self,
                              guint       max_parallel);
void   bench_house_close (BenchHouse *self);
void   bench_house_submit (BenchHouse        *self,
                           const char *const *argv,
                           guint              n_tasks);
guint64 bench_house_add (BenchHouse        *self,
                         const char *const *argv);
guint64 bench_house_print (BenchHouse *self,
                           guint       mib);
double bench_house_run (BenchHouse        *self,
                        const char *const *argv,
                        guint              n_tasks);
