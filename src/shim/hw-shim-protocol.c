/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-protocol.h"

#include <stdlib.h>
#include <string.h>

/* Pure functions on bytes, but for hw_shim_task_read(), which allocates a table. What only a
 * daemon needs of the protocol is in runners/hw-shim-words.
 */

/* Lists of texts in a task: mark, life, path, directory and cgroup; arguments; variables; secrets. */
#define N_LISTS 4
#define N_TEXTS 5

/* All permissions that there are. */
#define MAX_UMASK 0777

/* Writes what a frame begins with, HW_FRAME_HEAD bytes. */
void
hw_shim_frame_write_head (uint8_t   *head,
                          uint8_t    version,
                          HwShimVerb verb,
                          size_t     length)
{
  hw_shim_write_u32 (head, version | (uint32_t) verb << 8);
  hw_shim_write_u32 (head + 4, (uint32_t) length);
}

/* Reads the first frame of @size bytes. Returns how many bytes it has, 0 if it is not
 * complete, -1 if it is none.
 */
int
hw_shim_frame_read (const uint8_t *bytes,
                    size_t         size,
                    HwShimFrame   *frame)
{
  uint32_t length;

  if (size < HW_FRAME_HEAD)
    return 0;

  length = hw_shim_read_u32 (bytes + 4);
  if (bytes[0] == 0 || bytes[2] != 0 || bytes[3] != 0 ||
      length > (bytes[1] == HW_SHIM_START_TASK ? HW_START_MAX : HW_FRAME_MAX))
    return -1;
  if (size - HW_FRAME_HEAD < length)
    return 0;

  frame->version = bytes[0];
  frame->verb = bytes[1];
  frame->payload = bytes + HW_FRAME_HEAD;
  frame->length = length;

  return (int) (HW_FRAME_HEAD + length);
}

/* Writes what HELLO says, HW_SHIM_STATUS_SIZE bytes. */
void
hw_shim_status_write (const HwShimStatus *status,
                      uint8_t            *bytes)
{
  hw_shim_write_u32 (bytes, status->pid);
  hw_shim_write_u64 (bytes + 4, status->start);
  hw_shim_write_u32 (bytes + 12, (status->is_stopping ? HW_SHIM_STATUS_STOPPING : 0) |
                     (status->has_ended ? HW_SHIM_STATUS_ENDED : 0) |
                     (status->is_paused ? HW_SHIM_STATUS_PAUSED : 0) |
                     (uint32_t) status->containment << 8);
}

/* Takes the next @n texts out of the bytes, and puts them and a NULL behind each other at
 * @strings. Returns where the next ones go, or NULL.
 */
static char **
take_strings (char      **strings,
              uint32_t    n,
              char      **cursor,
              const char *end)
{
  for (; n > 0; n--)
    {
      char *behind = memchr (*cursor, '\0', (size_t) (end - *cursor));

      if (behind == NULL)
        return NULL;

      *strings++ = *cursor;
      *cursor = behind + 1;
    }

  *strings = NULL;

  return strings + 1;
}

/* Reads a task, or says that it is none. */
bool
hw_shim_task_read (uint8_t    *bytes,
                   size_t      length,
                   HwShimTask *task)
{
  char *cursor, *end;
  uint32_t n[N_LISTS] = { N_TEXTS };
  char **lists[N_LISTS + 1];
  uint64_t n_all = N_TEXTS + N_LISTS;

  if (length < HW_SHIM_TASK_HEAD || hw_shim_read_u32 (bytes) > MAX_UMASK + 1)
    return false;

  cursor = (char *) bytes + HW_SHIM_TASK_HEAD;
  end = (char *) bytes + length;
  for (int i = 1; i < N_LISTS; i++)
    n_all += n[i] = hw_shim_read_u32 (bytes + 4 * i);

  /* Each text has a byte, so nobody can ask for more memory than that. */
  lists[0] = n_all > length ? NULL : calloc (n_all, sizeof *lists[0]);
  task->texts = lists[0];
  for (int i = 0; i < N_LISTS; i++)
    lists[i + 1] = lists[i] == NULL ? NULL : take_strings (lists[i], n[i], &cursor, end);
  if (lists[N_LISTS] == NULL || n[1] == 0 || cursor != end)
    {
      free (task->texts);
      return false;
    }

  *task = (HwShimTask) {
    .umask = (int) hw_shim_read_u32 (bytes) - 1,
    .timeout = hw_shim_read_u32 (bytes + 16), .grace = hw_shim_read_u32 (bytes + 20),
    .output_limit = hw_shim_read_u64 (bytes + 24), .terminal = hw_shim_read_u32 (bytes + 32),
    .texts = lists[0],
    .mark = lists[0][0], .life = lists[0][1],
    .path = lists[0][2], .directory = lists[0][3],
    .cgroup = lists[0][4],
    .argv = lists[1], .environment = lists[2], .secrets = lists[3],
  };

  return true;
}
