/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t hw_tree_signal (int      number,
                         uint64_t born,
                         size_t  *n_running);
bool     hw_tree_hold (void);
uint64_t hw_tree_kill_children (void);
