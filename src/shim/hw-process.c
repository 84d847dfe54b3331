/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A line of /proc/PID/stat has some fifty numbers. */
#define STAT_SIZE 1024

/* Reads a line of /proc/PID/stat. The name in it is in parentheses, and may have some of
 * its own, spaces, and line breaks.
 */
bool
hw_process_parse (const char    *text,
                  HwProcessStat *stat)
{
  const char *behind_name = strrchr (text, ')');

  return behind_name != NULL && sscanf (text, "%d (", &stat->pid) == 1 &&
         sscanf (behind_name, ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
                 "%*d %*d %" SCNu64, &stat->state, &stat->parent, &stat->start) == 3;
}

bool
hw_process_read (pid_t          pid,
                 HwProcessStat *stat)
{
  char path[64];
  char text[STAT_SIZE];
  ssize_t length;
  int fd;

  snprintf (path, sizeof path, "/proc/%d/stat", (int) pid);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;

  length = read (fd, text, sizeof text - 1);
  close (fd);
  text[length > 0 ? length : 0] = '\0';

  return hw_process_parse (text, stat);
}
