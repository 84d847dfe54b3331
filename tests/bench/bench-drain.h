/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

typedef struct _BenchDrain BenchDrain;

BenchDrain *bench_drain_new (guint       n_ends,
                             guint64     size,
                             const char *last);
void        bench_drain_free (BenchDrain *self);
int         bench_drain_get_socket (BenchDrain *self,
                                    guint       i);
gboolean    bench_drain_is_done (BenchDrain *self);
