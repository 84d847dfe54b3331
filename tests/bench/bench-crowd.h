/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Many who watch, over the hub or by feeds, in one thread: raw sockets, epoll, and as little as can be done
 * with what comes. Each must get its events in order, and none twice.
 */
typedef struct _BenchCrowd BenchCrowd;

BenchCrowd *bench_crowd_new (guint16     port,
                             const char *token);
void        bench_crowd_free (BenchCrowd *self);

guint       bench_crowd_join (BenchCrowd *self,
                              guint       n_watchers,
                              const char *target,
                              const char *arguments);
guint       bench_crowd_join_feeds (BenchCrowd *self,
                                    guint       n_watchers,
                                    const char *path);
void        bench_crowd_leave (BenchCrowd *self);
void        bench_crowd_vanish (BenchCrowd *self);

void        bench_crowd_begin (BenchCrowd *self);
void        bench_crowd_rest (BenchCrowd *self,
                              gint64      until);
void        bench_crowd_await (BenchCrowd *self,
                               guint64     n_events);
void        bench_crowd_check (BenchCrowd *self,
                               guint       first,
                               guint       n_watchers,
                               guint       n_events);
guint64     bench_crowd_get_n_bytes (BenchCrowd *self);
GArray     *bench_crowd_get_arrivals (BenchCrowd *self);
