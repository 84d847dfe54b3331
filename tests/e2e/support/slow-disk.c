/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Loaded before the C library (LD_PRELOAD), it makes a disk of a cache: what is written is
 * safe only a while later, as on most machines. So that a crash finds the daemon in the
 * midst of a commit, and whoever speaks too early is caught. SLOW_DISK_TIME may say how long a
 * while, in µs.
 */

/* What an ordinary SSD takes, in µs. */
#define DISK_TIME 2000

static int
sync_slowly (long number,
             int  fd)
{
  const char *text = getenv ("SLOW_DISK_TIME");
  struct timespec left = { .tv_nsec = 1000 * (text != NULL ? atol (text) : DISK_TIME) };

  while (clock_nanosleep (CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
    continue;

  return (int) syscall (number, fd);
}

int
fsync (int fd)
{
  return sync_slowly (SYS_fsync, fd);
}

int
fdatasync (int fd)
{
  return sync_slowly (SYS_fdatasync, fd);
}
