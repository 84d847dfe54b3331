/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-io.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Output is cut into files of this size, each named by where in the output it begins, so
 * that old ones can be packed or dropped while new ones are written.
 */
#define HW_SEGMENT_SIZE (UINT64_C (4) * 1024 * 1024)

/* An entry of the index: u64 offset, u64 how many lines end before it, i64 when what
 * stands there was read, in µs since 1970. Little-endian.
 */
#define HW_INDEX_ENTRY_SIZE 24

/* The output of one attempt, as it is written. Begins with all zero but the folder. */
typedef struct
{
  int folder_fd;       /* not owned */
  int segment_fd;      /* (owned) or -1 */
  int index_fd;        /* (owned) or -1 */
  uint64_t size;       /* of all that was written */
  uint64_t n_lines;    /* in it */
  uint64_t indexed_at; /* the offset of the newest entry */
  int64_t indexed_time;
  bool has_entry;
} HwShimOutput;

void hw_segment_build_name (char    *name,
                            uint64_t offset);

void hw_shim_output_init (HwShimOutput *self,
                          int           folder_fd);
void hw_shim_output_clear (HwShimOutput *self);
bool hw_shim_output_write (HwShimOutput  *self,
                           const uint8_t *bytes,
                           size_t         size,
                           int64_t        now,
                           size_t        *written);
bool hw_shim_output_sync (HwShimOutput *self);
