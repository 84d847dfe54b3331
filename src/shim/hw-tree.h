/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

void     hw_tree_signal (pid_t    root,
                         int      number,
                         uint64_t born);
bool     hw_tree_hold (pid_t root);
uint64_t hw_tree_kill_children (pid_t root);
