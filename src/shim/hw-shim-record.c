/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Records are texts that a person can read, of a version in their first line, complete
 * only with their last line. What is read must be what we would have written, byte for
 * byte: so nothing is taken that only looks like it. All functions are pure.
 */

#define START_TITLE "headway-start 1\n"
#define END_TITLE "headway-end 1\n"

static const char *const endings[] = {
  [HW_SHIM_EXITED] = "exited",
  [HW_SHIM_KILLED] = "killed",
  [HW_SHIM_FAILED] = "failed",
};

#define N_ENDINGS (sizeof endings / sizeof *endings)

/* Gets the length of what snprintf() made, or 0 if it found no room. */
static size_t
check_length (int    length,
              size_t size)
{
  return length > 0 && (size_t) length < size ? (size_t) length : 0;
}

/* Copies what came from outside, so that it ends like a text. */
static bool
copy_text (const char *bytes,
           size_t      length,
           char       *text,
           size_t      size)
{
  if (length >= size || memchr (bytes, '\0', length) != NULL)
    return false;

  memcpy (text, bytes, length);
  text[length] = '\0';

  return true;
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
      length = snprintf (text, size, START_TITLE "%s\nnever\n", start->mark);
    }
  else
    {
      length = snprintf (text, size, START_TITLE "%s\nlife %s\nshim %d %" PRIu64 "\n"
                         "child %d %" PRIu64 "\nbegin\n", start->mark, start->life,
                         (int) start->shim, start->shim_start, (int) start->child,
                         start->child_start);
    }

  return check_length (length, size);
}

/* Reads a start record. */
bool
hw_shim_start_parse (const char  *bytes,
                     size_t       length,
                     HwShimStart *start)
{
  char text[HW_RECORD_SIZE];
  char again[HW_RECORD_SIZE];
  int shim = 0, child = 0;
  int n_read;

  memset (start, 0, sizeof *start);
  if (!copy_text (bytes, length, text, sizeof text))
    return false;

  n_read = sscanf (text, START_TITLE "%79s life %63s shim %d %" SCNu64 " child %d %" SCNu64,
                   start->mark, start->life, &shim, &start->shim_start, &child,
                   &start->child_start);
  start->is_never = n_read == 1;
  start->shim = shim;
  start->child = child;

  return (n_read == 1 || (n_read == 6 && shim > 0 && child > 0)) &&
         hw_shim_start_build (start, again, sizeof again) == length &&
         memcmp (again, text, length) == 0;
}

/* Writes an exit record into @text. Returns its length, or 0 if there is no room. */
size_t
hw_shim_end_build (const HwShimEnd *end,
                   char            *text,
                   size_t           size)
{
  int length = snprintf (text, size, END_TITLE "%s\n%s %d %d\nstopped %d\ncut %d\n"
                         "output %" PRIu64 "\nat %" PRId64 "\nend\n", end->mark,
                         endings[end->ending], end->number, (int) end->stage,
                         (int) end->is_stopped, (int) end->is_cut, end->output_size, end->at);

  return check_length (length, size);
}

/* Reads an exit record. */
bool
hw_shim_end_parse (const char *bytes,
                   size_t      length,
                   HwShimEnd  *end)
{
  char text[HW_RECORD_SIZE];
  char again[HW_RECORD_SIZE];
  char ending[16] = "";
  int stage = 0, is_stopped = 0, is_cut = 0;
  size_t i = 0;

  memset (end, 0, sizeof *end);
  if (!copy_text (bytes, length, text, sizeof text))
    return false;

  if (sscanf (text, END_TITLE "%79s %15s %d %d stopped %d cut %d output %" SCNu64 " at %" SCNd64,
              end->mark, ending, &end->number, &stage, &is_stopped, &is_cut, &end->output_size,
              &end->at) != 8)
    return false;

  while (i < N_ENDINGS && strcmp (endings[i], ending) != 0)
    i++;
  if (i == N_ENDINGS || stage < HW_SHIM_STAGE_NONE || stage > HW_SHIM_STAGE_PROGRAM)
    return false;

  end->ending = (HwShimEnding) i;
  end->stage = (HwShimStage) stage;
  end->is_stopped = is_stopped != 0;
  end->is_cut = is_cut != 0;

  return hw_shim_end_build (end, again, sizeof again) == length &&
         memcmp (again, text, length) == 0;
}
