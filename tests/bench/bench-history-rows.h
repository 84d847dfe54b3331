/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tests/store/db-fixture.h"

/* Databases with many tasks in them, made in a moment. */

void bench_history_get_size (int    argc,
                             char  *argv[],
                             guint *n_ended,
                             guint *n_waiting);
void bench_history_make (const char *path,
                         guint       n_ended,
                         guint       n_waiting);
