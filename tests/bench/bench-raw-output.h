/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* What a program prints, kept by hand: read(2) from a pipe, write(2) into a file. */

/* Each of them begins with its number, so that whoever reads sees that he got the right
 * ones.
 */
#define BENCH_BLOCK_SIZE 4096

int    bench_print_blocks (guint mib);
void   bench_check_blocks (guint64     offset,
                           const char *bytes,
                           gsize       size);

double bench_keep_raw (const char *folder,
                       guint       mib,
                       guint       n_readers,
                       guint       n_sockets);
