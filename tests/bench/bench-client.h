/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Clients of an HTTP server, as fast as one thread can be: raw sockets, and as little as can be
 * done with what comes.
 */
typedef struct _BenchClient BenchClient;

BenchClient *bench_client_new (guint16     port,
                               const char *token);
void         bench_client_free (BenchClient *self);

char        *bench_client_make_request (BenchClient *self,
                                        const char  *body);
void         bench_client_begin_to_ask (BenchClient *self,
                                        const char  *request);
char        *bench_client_hear (BenchClient *self);
char        *bench_client_ask (BenchClient *self,
                               const char  *request);
void         bench_client_hang_up (BenchClient *self);
void         bench_client_watch (BenchClient *self,
                                 guint        n_watchers);
double       bench_client_load (BenchClient *self,
                                const char  *request,
                                guint        n_connections,
                                guint        n_requests);
void         bench_client_pace (BenchClient *self,
                                const char  *request,
                                guint        n_requests,
                                guint        rate,
                                double      *latencies);
