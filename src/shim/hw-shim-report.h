/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-shim-doors.h"

/* What is passed on at once: one frame. */
#define HW_REPORT_MAX HW_FRAME_MAX

/* The descriptor that a program tells by, as HEADWAY_PROGRESS_FD says: that of the link here,
 * so that nothing else has it.
 */
#define HW_PROGRESS_FD HW_SHIM_LINK_FD

/* The ways in which a program can tell how far it is. */
enum
{
  HW_REPORT_PIPE,   /* HEADWAY_PROGRESS_FD */
  HW_REPORT_SOCKET, /* NOTIFY_SOCKET */
  HW_REPORT_N_WAYS,
};

typedef struct
{
  int fd;          /* (owned) or -1 */
  size_t filled;
  char text[2 * HW_REPORT_MAX]; /* so much is kept, and so much read */
} HwReportWay;

/* What a program tells of itself, in lines, until it is passed on. What they mean, we do not
 * know.
 */
typedef struct
{
  HwReportWay ways[HW_REPORT_N_WAYS];
  bool is_waiting; /* there is something to pass on */
  int64_t say_at;  /* not before then */
} HwShimReport;

bool hw_shim_report_open (HwShimReport *self,
                          int          *program_fd);
void hw_shim_report_fill (HwShimReport  *self,
                          struct pollfd *fds);
void hw_shim_report_hear (HwShimReport        *self,
                          const struct pollfd *fds);
void hw_shim_report_say (HwShimReport *self,
                         HwShimDoors  *doors,
                         int64_t       now);
void hw_shim_report_end (HwShimReport *self,
                         HwShimDoors  *doors);
