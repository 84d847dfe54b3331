/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "slow-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Loaded before the C library (LD_PRELOAD), it makes a disk of a cache: what is written is
 * safe only a while later, as on most machines. So that a crash finds the daemon in the
 * midst of a commit, and whoever speaks too early is caught. SLOW_DISK_TIME may say how long a
 * while, in µs; SLOW_DISK_LOG may name a file that is a #SlowDiskLog, for whoever wants to know
 * when something was on the disk.
 */

/* What an ordinary SSD takes, in µs. */
#define DISK_TIME 2000

static SlowDiskLog *disk_log;

/* Before there are threads. */
__attribute__ ((constructor))
static void
open_log (void)
{
  const char *path = getenv ("SLOW_DISK_LOG");
  int fd = path != NULL ? open (path, O_RDWR | O_CLOEXEC) : -1;
  void *map = MAP_FAILED;

  if (fd < 0)
    return;

  map = mmap (NULL, sizeof (SlowDiskLog), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close (fd);
  if (map != MAP_FAILED)
    disk_log = map;
}

static long
get_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);

  return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

static void
note (long begin)
{
  SlowDiskSync *sync;

  if (disk_log == NULL)
    return;

  sync = &disk_log->syncs[__atomic_fetch_add (&disk_log->n_syncs, 1, __ATOMIC_SEQ_CST) %
                          SLOW_DISK_MAX_SYNCS];
  sync->begin = begin;
  __atomic_store_n (&sync->end, get_time (), __ATOMIC_SEQ_CST);
}

static int
sync_slowly (long number,
             int  fd)
{
  const char *text = getenv ("SLOW_DISK_TIME");
  struct timespec left = { .tv_nsec = 1000 * (text != NULL ? atol (text) : DISK_TIME) };
  long begin = get_time ();
  int result;

  while (left.tv_nsec > 0 && clock_nanosleep (CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
    continue;

  result = (int) syscall (number, fd);
  note (begin);

  return result;
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
