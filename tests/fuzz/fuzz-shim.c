/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-shim-records.h"
#include "hw-shim-words.h"

#include <stdlib.h>
#include <string.h>

/* Whatever is taken for a record is written again byte for byte. */
static void
try_records (const guint8 *data,
             gsize         size)
{
  char text[HW_RECORD_SIZE];
  HwShimStart start;
  HwShimEnd end;

  if (hw_shim_start_parse ((const char *) data, size, &start))
    g_assert_cmpmem (text, hw_shim_start_build (&start, text, sizeof text), data, size);
  if (hw_shim_end_parse ((const char *) data, size, &end))
    g_assert_cmpmem (text, hw_shim_end_build (&end, text, sizeof text), data, size);
}

/* Whatever is taken for a task is written again byte for byte. */
static void
try_task (const HwShimFrame *frame)
{
  g_autofree guint8 *bytes = g_memdup2 (frame->payload, frame->length);
  g_autofree guint8 *again = NULL;
  HwShimTask task;

  if (!hw_shim_task_read (bytes, frame->length, &task))
    return;

  g_assert_cmpuint (hw_shim_task_size (&task), ==, frame->length);
  again = g_malloc (frame->length);
  hw_shim_task_write (&task, again);
  g_assert_cmpmem (again, frame->length, frame->payload, frame->length);

  free (task.texts);
}

static void
try_process (const guint8 *data,
             gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  HwProcessStat stat;

  hw_process_parse (text, &stat);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  HwShimStatus status;
  HwShimFrame frame;
  int length;

  try_records (data, size);
  try_process (data, size);

  while ((length = hw_shim_frame_read (data, size, &frame)) > 0)
    {
      g_assert_cmpuint ((gsize) length, <=, size);
      hw_shim_status_read (frame.payload, frame.length, &status);
      if (frame.verb == HW_SHIM_START_TASK)
        try_task (&frame);
      data += length;
      size -= (gsize) length;
    }

  return 0;
}
