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

/* Reads a small file as a text. */
static bool
read_text (const char *path,
           char       *text,
           size_t      size)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t length;

  if (fd < 0)
    return false;

  length = read (fd, text, size - 1);
  close (fd);
  if (length < 0)
    return false;

  text[length] = '\0';

  return true;
}

/* Reads a line of /proc/PID/stat. The name in it is in parentheses, and may have some of
 * its own, spaces, and line breaks.
 */
bool
hw_process_parse (const char    *text,
                  HwProcessStat *stat)
{
  const char *behind_name = strrchr (text, ')');
  int pid, parent, session;

  if (behind_name == NULL || sscanf (text, "%d (", &pid) != 1)
    return false;

  if (sscanf (behind_name, ") %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
              "%*d %*d %" SCNu64, &stat->state, &parent, &session, &stat->start) != 4)
    return false;

  stat->pid = pid;
  stat->parent = parent;
  stat->session = session;

  return true;
}

bool
hw_process_read (pid_t          pid,
                 HwProcessStat *stat)
{
  char path[64];
  char text[STAT_SIZE];

  snprintf (path, sizeof path, "/proc/%d/stat", (int) pid);

  return read_text (path, text, sizeof text) && hw_process_parse (text, stat);
}

/* Tells whether a process is there, not even dead and unreaped, and the one that is meant. */
bool
hw_process_is (pid_t    pid,
               uint64_t start)
{
  HwProcessStat stat;

  return pid > 0 && hw_process_read (pid, &stat) && stat.start == start && stat.state != 'Z' &&
         stat.state != 'X';
}

/* Names this life of the machine, or of the container that we are in: what ran in another
 * one is gone. It is the boot's random number and when its first process began.
 */
bool
hw_process_read_life (char  *life,
                      size_t size)
{
  char boot[HW_LIFE_SIZE];
  HwProcessStat first = { 0 };
  int length;

  if (!read_text ("/proc/sys/kernel/random/boot_id", boot, sizeof boot))
    return false;

  /* Where other users' processes are hidden, the boot alone has to do. */
  if (!hw_process_read (1, &first))
    first.start = 0;
  boot[strcspn (boot, " \n")] = '\0';
  length = snprintf (life, size, "%s/%" PRIu64, boot, first.start);

  return length > 0 && (size_t) length < size;
}
