/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What /proc says of a process. A number alone says nothing: it goes to another process as
 * soon as one is gone. Number and start are a process's own until the machine goes down.
 */
typedef struct
{
  pid_t pid;
  pid_t parent;
  char state;
  uint64_t start; /* in ticks since the machine came up */
} HwProcessStat;

bool hw_process_parse (const char    *text,
                       HwProcessStat *stat);
bool hw_process_read (pid_t          pid,
                      HwProcessStat *stat);

/* Tells whether a process is there, not even dead and unreaped, and the one that is meant. */
static inline bool
hw_process_is (pid_t    pid,
               uint64_t start)
{
  HwProcessStat stat;

  return pid > 0 && hw_process_read (pid, &stat) && stat.start == start && stat.state != 'Z' &&
         stat.state != 'X';
}
