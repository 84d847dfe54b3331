/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-queue.h"

/* A daemon without doors, and what benchmarks of it have in common. */

/* What a machine of two cores runs at a time. */
#define BENCH_PARALLEL 8

/* Odd, so that there is one in the middle. */
#define BENCH_ROUNDS 3

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
void   bench_house_close (BenchHouse *self);
void   bench_house_submit (BenchHouse        *self,
                           const char *const *argv,
                           guint              n_tasks);
double bench_house_run (BenchHouse        *self,
                        const char *const *argv,
                        guint              n_tasks);

double bench_get_rate (double amount,
                       gint64 begin);
double bench_get_median (double *values,
                         guint   n_values);
void   bench_tell_head (void);
void   bench_tell (const char *what,
                   double     *ours,
                   double     *raw);
