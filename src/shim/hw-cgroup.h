/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What is made, and removed at the end, in the folder that one is given. */
#define HW_CGROUP_WORK "work"

/* "0" moves the process that writes it into the cgroup; "1" kills all in it at once, and those
 * that they start at that moment; "1" holds all in it, and "0" lets them go on: that takes a
 * moment, and one that the kernel holds is waited for.
 */
#define HW_CGROUP_PROCS HW_CGROUP_WORK "/cgroup.procs"
#define HW_CGROUP_KILL HW_CGROUP_WORK "/cgroup.kill"
#define HW_CGROUP_FREEZE HW_CGROUP_WORK "/cgroup.freeze"

/* Whom the kernel killed to get memory. */
#define HW_CGROUP_EVENTS HW_CGROUP_WORK "/memory.events"

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

bool     hw_cgroup_write (HwCgroup   *self,
                          const char *name,
                          const char *text);
bool     hw_cgroup_is_frozen (HwCgroup *self);
uint32_t hw_cgroup_count_oom_kills (HwCgroup *self);
