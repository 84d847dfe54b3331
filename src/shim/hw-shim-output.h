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

/* What its name begins with. */
#define HW_SEGMENT_PREFIX "output-"

/* Of a limited output, the first half of the limit is kept, and the newest half: a beginning,
 * an end, and a segment of each at least.
 */
#define HW_OUTPUT_LIMIT_MIN (2 * HW_SEGMENT_SIZE)

/* An entry of an index: u64 offset, u64 how many lines end before it in the whole output,
 * i64 when what stands there was read, in µs since 1970. Little-endian.
 */
#define HW_INDEX_ENTRY_SIZE 24

/* There is an entry for so many bytes, and for bytes that come so long after the last
 * entry: little enough to look through, and few enough to cost nothing.
 */
#define HW_INDEX_BYTES (64 * 1024)
#define HW_INDEX_TIME 1000000

/* What linux_dirent64 takes for the shortest names, and room for those and any other one. */
#define HW_FOLDER_ENTRY 24
#define HW_FOLDER_ENTRIES 512

/* The output of one attempt, as it is written. Begins with all zero but the folder. */
typedef struct
{
  int folder_fd;       /* not owned */
  int segment_fd;      /* (owned) or -1 */
  int index_fd;        /* (owned) or -1: the segment's own */
  uint64_t limit;      /* how much to keep, or 0 for all */
  uint64_t size;       /* of all that was written */
  uint64_t n_lines;    /* in it */
  uint64_t index_size; /* of the entries in the index that are whole */
  bool is_index_torn;  /* there is less than an entry behind them */
  bool has_folders;    /* those above are on disk, with the name of this one */
  uint64_t indexed_at; /* the offset of the newest entry */
  int64_t indexed_time;
} HwShimOutput;

void hw_segment_build (char       *name,
                       const char *prefix,
                       uint64_t    offset,
                       const char *suffix);

/* The segment that an offset is in. */
static inline void
hw_segment_build_name (char    *name,
                       uint64_t offset)
{
  hw_segment_build (name, HW_SEGMENT_PREFIX, offset, "");
}

/* The index of that segment. */
static inline void
hw_segment_build_index_name (char    *name,
                             uint64_t offset)
{
  hw_segment_build (name, "index-", offset, "");
}

/* The segment when it is packed. */
static inline void
hw_segment_build_packed_name (char    *name,
                              uint64_t offset)
{
  hw_segment_build (name, HW_SEGMENT_PREFIX, offset, ".gz");
}

void hw_shim_output_init (HwShimOutput *self,
                          int           folder_fd,
                          uint64_t      limit);
void hw_shim_output_clear (HwShimOutput *self);
bool hw_shim_output_write (HwShimOutput  *self,
                           const uint8_t *bytes,
                           size_t         size,
                           int64_t        now,
                           size_t        *written);
bool hw_shim_output_sync (HwShimOutput *self);
