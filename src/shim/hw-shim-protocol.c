/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-protocol.h"

#include <stdlib.h>
#include <string.h>

/* Pure functions on bytes, but for hw_shim_task_read(), which allocates two tables. */

/* A task: u32 umask + 1, u32 number of arguments, u32 number of variables, and then, each
 * with a NUL behind it, the mark, the path, the directory, the arguments, the variables.
 */
#define TASK_HEAD 12
#define N_TEXTS 3

/* All permissions that there are. */
#define MAX_UMASK 0777

/* More arguments and variables than any program gets; bounds the memory for them. */
#define MAX_STRINGS (HW_START_MAX / 2)

uint32_t
hw_shim_read_u32 (const uint8_t *bytes)
{
  return bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 |
         (uint32_t) bytes[3] << 24;
}

void
hw_shim_write_u32 (uint8_t *bytes,
                   uint32_t number)
{
  for (int i = 0; i < 4; i++)
    bytes[i] = (uint8_t) (number >> (8 * i));
}

/* Writes what a frame begins with, HW_FRAME_HEAD bytes. */
void
hw_shim_frame_write_head (uint8_t   *head,
                          uint8_t    version,
                          HwShimVerb verb,
                          size_t     length)
{
  head[0] = version;
  head[1] = (uint8_t) verb;
  head[2] = 0;
  head[3] = 0;
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
  hw_shim_write_u32 (bytes + 4, (uint32_t) status->start);
  hw_shim_write_u32 (bytes + 8, (uint32_t) (status->start >> 32));
  hw_shim_write_u32 (bytes + 12, (status->is_stopping ? 1 : 0) | (status->has_ended ? 2 : 0));
}

/* Reads what HELLO says. A later version may say more behind it. */
bool
hw_shim_status_read (const uint8_t *bytes,
                     size_t         length,
                     HwShimStatus  *status)
{
  uint32_t flags;

  if (length < HW_SHIM_STATUS_SIZE)
    return false;

  flags = hw_shim_read_u32 (bytes + 12);
  status->pid = hw_shim_read_u32 (bytes);
  status->start = hw_shim_read_u32 (bytes + 4) | (uint64_t) hw_shim_read_u32 (bytes + 8) << 32;
  status->is_stopping = (flags & 1) != 0;
  status->has_ended = (flags & 2) != 0;

  return true;
}

static uint32_t
count_strings (char **strings)
{
  uint32_t n = 0;

  while (strings[n] != NULL)
    n++;

  return n;
}

static size_t
measure_strings (char **strings)
{
  size_t size = 0;

  for (; *strings != NULL; strings++)
    size += strlen (*strings) + 1;

  return size;
}

/* Gets how many bytes a task needs. More than HW_START_MAX cannot be sent. */
size_t
hw_shim_task_size (const HwShimTask *task)
{
  return TASK_HEAD + strlen (task->mark) + 1 + strlen (task->path) + 1 +
         strlen (task->directory) + 1 + measure_strings (task->argv) +
         measure_strings (task->environment);
}

static uint8_t *
write_text (uint8_t    *bytes,
            const char *text)
{
  size_t size = strlen (text) + 1;

  memcpy (bytes, text, size);

  return bytes + size;
}

/* Writes a task into as many bytes as it needs. */
void
hw_shim_task_write (const HwShimTask *task,
                    uint8_t          *bytes)
{
  hw_shim_write_u32 (bytes, (uint32_t) (task->umask + 1));
  hw_shim_write_u32 (bytes + 4, count_strings (task->argv));
  hw_shim_write_u32 (bytes + 8, count_strings (task->environment));

  bytes = write_text (bytes + TASK_HEAD, task->mark);
  bytes = write_text (bytes, task->path);
  bytes = write_text (bytes, task->directory);
  for (char **argument = task->argv; *argument != NULL; argument++)
    bytes = write_text (bytes, *argument);
  for (char **variable = task->environment; *variable != NULL; variable++)
    bytes = write_text (bytes, *variable);
}

/* Takes the next @n texts out of the bytes. Returns (transfer full), or NULL. */
static char **
take_strings (char      **cursor,
              const char *end,
              uint32_t    n)
{
  char **strings;

  if (n > MAX_STRINGS || n > (size_t) (end - *cursor))
    return NULL;

  strings = calloc ((size_t) n + 1, sizeof *strings);
  for (uint32_t i = 0; strings != NULL && i < n; i++)
    {
      char *behind = memchr (*cursor, '\0', (size_t) (end - *cursor));

      if (behind == NULL)
        {
          free (strings);
          return NULL;
        }

      strings[i] = *cursor;
      *cursor = behind + 1;
    }

  return strings;
}

/* Reads a task. Its texts are inside of the bytes; the tables argv and environment are
 * the caller's to free().
 */
bool
hw_shim_task_read (uint8_t    *bytes,
                   size_t      length,
                   HwShimTask *task)
{
  char *cursor, **texts;
  const char *end;

  if (length < TASK_HEAD || hw_shim_read_u32 (bytes) > MAX_UMASK + 1)
    return false;

  cursor = (char *) bytes + TASK_HEAD;
  end = (char *) bytes + length;
  texts = take_strings (&cursor, end, N_TEXTS);
  if (texts == NULL)
    return false;

  task->umask = (int) hw_shim_read_u32 (bytes) - 1;
  task->mark = texts[0];
  task->path = texts[1];
  task->directory = texts[2];
  free (texts);

  task->argv = take_strings (&cursor, end, hw_shim_read_u32 (bytes + 4));
  task->environment = task->argv == NULL ? NULL : take_strings (&cursor, end,
                                                                hw_shim_read_u32 (bytes + 8));
  if (task->environment != NULL && task->argv[0] != NULL && cursor == end)
    return true;

  free (task->argv);
  free (task->environment);

  return false;
}
