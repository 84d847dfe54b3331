/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sys/types.h>

/* What benchmarks have in common: how long they measure, and how they tell of it. */

/* Odd, so that there is one in the middle. */
#define BENCH_ROUNDS 3

/* What was measured. */
typedef struct
{
  double rate; /* a second */
  double cost; /* microseconds of processor time for each */
} BenchFigure;

gboolean    bench_is_smoke (int   argc,
                            char *argv[]);
gint64      bench_get_duration (gboolean is_smoke);

double      bench_get_processor_time (void);
double      bench_get_processor_time_of (pid_t pid);
double      bench_get_rate (double amount,
                            gint64 begin);
double      bench_get_median (double *values,
                              guint   n_values);
BenchFigure bench_get_middle (BenchFigure *figures);

void        bench_tell_head (void);
void        bench_tell (const char *what,
                        double     *ours,
                        double     *raw);
void        bench_tell_goal (const char *what,
                             double      percent,
                             double      floor,
                             double      stretch);
