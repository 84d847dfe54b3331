/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench-figures.h"

/* SQLite alone, with the rows that the store writes. */

GVariant *bench_raw_new_fields (void);
GVariant *bench_raw_new_end (void);

double    bench_raw_measure_adding (const char *path,
                                    guint       n_in_flight,
                                    gint64      duration);
double    bench_raw_measure_lifecycles (const char *path,
                                        guint       n_in_flight,
                                        gint64      duration);
void      bench_raw_pace (const char *path,
                          guint       n,
                          guint       rate,
                          double     *latencies);
