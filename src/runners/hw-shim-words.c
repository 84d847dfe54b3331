/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-words.h"

#include <string.h>

/* The daemon's half of what shim/hw-shim-protocol.h says: the shim has none of it, as it is
 * to be small. Pure functions.
 */

static const char *const none[] = { NULL };

static char **
or_none (char **strings)
{
  return strings != NULL ? strings : (char **) none;
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static gsize
measure_strings (char **strings)
{
  gsize size = 0;

  for (; *strings != NULL; strings++)
    size += strlen (*strings) + 1;

  return size;
}

/**
 * hw_shim_task_size:
 * @task: what to run; `cgroup` and `secrets` may be %NULL
 *
 * Gets how many bytes a task needs. More than %HW_START_MAX cannot be sent.
 *
 * Returns: the number of bytes
 */
gsize
hw_shim_task_size (const HwShimTask *task)
{
  g_return_val_if_fail (task != NULL, 0);

  return HW_SHIM_TASK_HEAD + strlen (task->mark) + 1 + strlen (task->life) + 1 + strlen (task->path) + 1 +
         strlen (task->directory) + 1 + strlen (or_empty (task->cgroup)) + 1 +
         measure_strings (task->argv) + measure_strings (task->environment) +
         measure_strings (or_none (task->secrets));
}

static guint8 *
write_text (guint8     *bytes,
            const char *text)
{
  gsize size = strlen (text) + 1;

  memcpy (bytes, text, size);

  return bytes + size;
}

static guint8 *
write_strings (guint8 *bytes,
               char  **strings)
{
  for (; *strings != NULL; strings++)
    bytes = write_text (bytes, *strings);

  return bytes;
}

/**
 * hw_shim_task_write:
 * @task: what to run; `cgroup` and `secrets` may be %NULL
 * @bytes: (out caller-allocates): hw_shim_task_size() bytes
 *
 * Writes what %HW_SHIM_START_TASK says.
 */
void
hw_shim_task_write (const HwShimTask *task,
                    guint8           *bytes)
{
  g_return_if_fail (task != NULL && bytes != NULL);

  hw_shim_write_u32 (bytes, (guint32) (task->umask + 1));
  hw_shim_write_u32 (bytes + 4, g_strv_length (task->argv));
  hw_shim_write_u32 (bytes + 8, g_strv_length (task->environment));
  hw_shim_write_u32 (bytes + 12, g_strv_length (or_none (task->secrets)));
  hw_shim_write_u32 (bytes + 16, task->timeout);
  hw_shim_write_u32 (bytes + 20, task->grace);
  hw_shim_write_u64 (bytes + 24, task->output_limit);
  hw_shim_write_u32 (bytes + 32, task->terminal);

  bytes = write_text (bytes + HW_SHIM_TASK_HEAD, task->mark);
  bytes = write_text (bytes, task->life);
  bytes = write_text (bytes, task->path);
  bytes = write_text (bytes, task->directory);
  bytes = write_text (bytes, or_empty (task->cgroup));
  bytes = write_strings (bytes, task->argv);
  bytes = write_strings (bytes, task->environment);
  write_strings (bytes, or_none (task->secrets));
}

/**
 * hw_shim_status_read:
 * @bytes: what %HW_SHIM_HELLO says
 * @length: how much that is
 * @status: (out caller-allocates): what runs
 *
 * Reads what a shim says of what it runs. A later version may say more behind it.
 *
 * Returns: %FALSE if it says too little
 */
gboolean
hw_shim_status_read (const guint8 *bytes,
                     gsize         length,
                     HwShimStatus *status)
{
  g_return_val_if_fail (status != NULL, FALSE);

  if (length < HW_SHIM_STATUS_SIZE)
    return FALSE;

  status->pid = hw_shim_read_u32 (bytes);
  status->start = hw_shim_read_u64 (bytes + 4);
  status->is_stopping = (bytes[12] & HW_SHIM_STATUS_STOPPING) != 0;
  status->has_ended = (bytes[12] & HW_SHIM_STATUS_ENDED) != 0;
  status->is_paused = (bytes[12] & HW_SHIM_STATUS_PAUSED) != 0;
  status->containment = bytes[13] == HW_SHIM_CGROUP ? HW_SHIM_CGROUP : HW_SHIM_SESSION;

  return TRUE;
}
