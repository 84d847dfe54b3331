/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cgroup.h"
#include "hw-shim-protocol.h"
#include "hw-shim-slot.h"

/* How the program of an attempt is started. */
typedef struct
{
  HwShimTask *task;
  HwCgroup *cgroup;    /* to go into */
  HwShimStart *record; /* what is known before there is a child */
  int folder_fd;       /* where the start record goes */
  int slot_fd;         /* and where it is kept, or -1 */
  int output_fd;       /* where its output and its errors go */
  int report_fd;       /* where it tells how far it is */

  HwShimStage stage;   /* where it failed, if so, and why */
  int number;
} HwShimChild;

pid_t hw_shim_child_start (HwShimChild *self);
