/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-io.h"
#include "hw-run.h"
#include "hw-shim-slot.h"

G_BEGIN_DECLS

/* What is in a slot. An exit record counts only beside the start record of the same attempt. */
typedef struct
{
  char bytes[HW_SLOT_SIZE];
  HwShimStart start;
  gboolean has_start;
  HwShimEnd end;
  gboolean has_end;
} HwSlotContents;

/* @name has %HW_IO_NAME_MAX bytes. */
static inline void
hw_slot_files_build_name (char   *name,
                          guint64 number)
{
  g_snprintf (name, HW_IO_NAME_MAX, "%" G_GUINT64_FORMAT, number);
}

gboolean hw_slot_files_is_of_none (int number);
int      hw_slot_files_read (int             folder_fd,
                             guint64         slot_number,
                             HwSlotContents *contents);
int      hw_slot_files_open (int     folder_fd,
                             guint64 slot_number);

gboolean hw_slot_files_are_needless (HwRun      *run,
                                     int         folder_fd,
                                     const char *life);
int      hw_slot_files_put_back (const char           *root,
                                 HwRun                *run,
                                 int                   folder_fd,
                                 const HwSlotContents *contents,
                                 const char           *life);

G_END_DECLS
