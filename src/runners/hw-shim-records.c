/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-records.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Reads what shim/hw-shim-record writes. What is read must be what it would have written, byte
 * for byte: so nothing is taken that only looks like it. Pure functions.
 */

/* Copies what came from outside, so that it ends like a text. */
static gboolean
copy_text (const char *bytes,
           gsize       length,
           char       *text,
           gsize       size)
{
  if (length >= size || memchr (bytes, '\0', length) != NULL)
    return FALSE;

  memcpy (text, bytes, length);
  text[length] = '\0';

  return TRUE;
}

/**
 * hw_shim_start_parse:
 * @bytes: what the file has
 * @length: how much that is
 * @start: (out caller-allocates): the record
 *
 * Reads a start record.
 *
 * Returns: %FALSE if it is none
 */
gboolean
hw_shim_start_parse (const char  *bytes,
                     gsize        length,
                     HwShimStart *start)
{
  char text[HW_RECORD_SIZE];
  char again[HW_RECORD_SIZE];
  int shim = 0, child = 0;
  int n_read;

  g_return_val_if_fail (start != NULL, FALSE);

  memset (start, 0, sizeof *start);
  if (!copy_text (bytes, length, text, sizeof text))
    return FALSE;

  n_read = sscanf (text, HW_SHIM_START_TITLE "%79s life %63s shim %d %" SCNu64 " child %d %" SCNu64
                   " cgroup %399[^\n]", start->mark, start->life, &shim, &start->shim_start, &child,
                   &start->child_start, start->cgroup);
  start->is_never = n_read == 1;
  start->shim = shim;
  start->child = child;
  if (strcmp (start->cgroup, "-") == 0)
    start->cgroup[0] = '\0';

  return (n_read == 1 || (n_read == 7 && shim > 0 && child > 0)) &&
         (start->cgroup[0] == '\0' || start->cgroup[0] == '/') &&
         hw_shim_start_build (start, again, sizeof again) == length &&
         memcmp (again, text, length) == 0;
}

static gboolean
find_ending (const char   *word,
             HwShimEnding *ending)
{
  for (*ending = HW_SHIM_EXITED; hw_shim_ending_words[*ending] != NULL; (*ending)++)
    if (strcmp (hw_shim_ending_words[*ending], word) == 0)
      return TRUE;

  return FALSE;
}

static gboolean
find_stopped (const char    *word,
              HwShimStopped *stopped)
{
  for (*stopped = HW_SHIM_NOT_STOPPED; hw_shim_stopped_words[*stopped] != NULL; (*stopped)++)
    if (strcmp (hw_shim_stopped_words[*stopped], word) == 0)
      return TRUE;

  return FALSE;
}

/**
 * hw_shim_end_parse:
 * @bytes: what the file has, or %HW_SHIM_ENDED says
 * @length: how much that is
 * @end: (out caller-allocates): the record
 *
 * Reads an exit record.
 *
 * Returns: %FALSE if it is none
 */
gboolean
hw_shim_end_parse (const char *bytes,
                   gsize       length,
                   HwShimEnd  *end)
{
  char text[HW_RECORD_SIZE];
  char again[HW_RECORD_SIZE];
  char ending[16] = "";
  char stopped[16] = "";
  int stage = 0, is_cut = 0;

  g_return_val_if_fail (end != NULL, FALSE);

  memset (end, 0, sizeof *end);
  if (!copy_text (bytes, length, text, sizeof text))
    return FALSE;

  if (sscanf (text, HW_SHIM_END_TITLE "%79s %15s %d %d stopped %15s oom %" SCNu32 " cut %d output "
              "%" SCNu64 " at %" SCNd64, end->mark, ending, &end->number, &stage, stopped,
              &end->n_oom_kills, &is_cut, &end->output_size, &end->at) != 9)
    return FALSE;

  if (!find_ending (ending, &end->ending) || !find_stopped (stopped, &end->stopped) ||
      stage < HW_SHIM_STAGE_NONE || stage > HW_SHIM_STAGE_PROGRAM)
    return FALSE;

  end->stage = (HwShimStage) stage;
  end->is_cut = is_cut != 0;

  return hw_shim_end_build (end, again, sizeof again) == length &&
         memcmp (again, text, length) == 0;
}
