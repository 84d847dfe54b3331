/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A cgroup (version 2) for all that comes of a program: nothing gets out of it that may not
 * write to a cgroup above. All zero is none; every function does nothing then, and fails.
 */
typedef struct
{
  bool is_open;
  int folder_fd; /* (owned): the one in which it was made */
  int events_fd; /* (owned): poll() finds POLLPRI there when hw_cgroup_is_frozen() changes */
} HwCgroup;

bool     hw_cgroup_make (HwCgroup   *self,
                         const char *path);
void     hw_cgroup_remove (HwCgroup *self);

bool     hw_cgroup_enter (HwCgroup *self);
bool     hw_cgroup_kill (HwCgroup *self);
bool     hw_cgroup_freeze (HwCgroup *self,
                           bool      is_wanted);
bool     hw_cgroup_is_frozen (HwCgroup *self);
uint32_t hw_cgroup_count_oom_kills (HwCgroup *self);
