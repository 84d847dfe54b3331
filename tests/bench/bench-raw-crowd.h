/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sys/types.h>

/* What sends to a crowd as fast as can be: one thread, epoll, and a send() for each who is to
 * get something, of bytes that are there already. A process of its own, so that its time can be
 * told from that of those who read.
 */
typedef struct
{
  pid_t pid;
  guint16 port;
  int control; /* a socket */
} BenchRawCrowd;

void bench_raw_crowd_start (BenchRawCrowd *self);
void bench_raw_crowd_stop (BenchRawCrowd *self);
void bench_raw_crowd_send (BenchRawCrowd *self,
                           guint          first,
                           guint          n_watchers,
                           guint          n_frames,
                           gsize          frame_size);
