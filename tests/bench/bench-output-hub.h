/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench-house.h"

double bench_print_to_hub (BenchHouse *house,
                           guint       mib,
                           guint       n_followers);
