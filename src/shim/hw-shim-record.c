/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-record.h"

#include <inttypes.h>
#include <stdio.h>

/* Records are texts that a person can read, of a version in their first line, complete
 * only with their last line, which has a sum of all before it. All functions are pure;
 * runners/hw-shim-records reads what they write.
 */

const char *const hw_shim_ending_words[] = { "exited", "killed", "failed", NULL };
const char *const hw_shim_stopped_words[] = { "no", "asked", "timeout", "shutdown", NULL };

/* FNV-1a: of two texts of one length that differ in one byte, it never is the same. */
static uint32_t
sum_up (const char *text,
        size_t      length)
{
  uint32_t sum = UINT32_C (2166136261);

  for (size_t i = 0; i < length; i++)
    sum = (sum ^ (uint8_t) text[i]) * UINT32_C (16777619);

  return sum;
}

/* Ends a record with the sum of what it says: a bit that turned by itself must not make a
 * success of a failure. @length is that of what snprintf() made of it so far. Returns its
 * length, or 0 if there is no room.
 */
size_t
hw_shim_record_seal (char  *text,
                     int    length,
                     size_t size)
{
  int sealed;

  if (length <= 0 || (size_t) length >= size)
    return 0;

  sealed = length + snprintf (text + length, size - (size_t) length, " %08" PRIx32 "\n",
                              sum_up (text, (size_t) length));

  return (size_t) sealed < size ? (size_t) sealed : 0;
}

/* Writes a start record into @text. Returns its length, or 0 if there is no room. */
size_t
hw_shim_start_build (const HwShimStart *start,
                     char              *text,
                     size_t             size)
{
  int length;

  if (start->is_never)
    {
      length = snprintf (text, size, HW_SHIM_START_TITLE "%s\nnever", start->mark);
    }
  else
    {
      length = snprintf (text, size, HW_SHIM_START_TITLE "%s\nlife %s\nshim %d %" PRIu64 "\n"
                         "child %d %" PRIu64 "\ncgroup %s\nbegin", start->mark, start->life,
                         (int) start->shim, start->shim_start, (int) start->child,
                         start->child_start, start->cgroup[0] != '\0' ? start->cgroup : "-");
    }

  return hw_shim_record_seal (text, length, size);
}

/* Writes an exit record into @text. Returns its length, or 0 if there is no room. */
size_t
hw_shim_end_build (const HwShimEnd *end,
                   char            *text,
                   size_t           size)
{
  int length = snprintf (text, size, HW_SHIM_END_TITLE "%s\n%s %d %d\nstopped %s\noom %" PRIu32
                         "\ncut %d\noutput %" PRIu64 "\nat %" PRId64 "\nend", end->mark,
                         hw_shim_ending_words[end->ending], end->number, (int) end->stage,
                         hw_shim_stopped_words[end->stopped], end->n_oom_kills,
                         (int) end->is_cut, end->output_size, end->at);

  return hw_shim_record_seal (text, length, size);
}
