/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-tree.h"

#include "hw-process.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* All that came of this process, which is a sub-reaper (prctl(2)): whoever loses its parent
 * becomes its child, so nobody gets away, whatever sessions and environments they make.
 */

/* Children that are read at once; for more there is another round. */
#define CHILDREN_SIZE 4096

/* How often to look at once for others to hold. */
#define HOLD_ROUNDS 8

/* Makes one number of many: a prime. */
#define DIGEST_FACTOR 1000003

/* Processes of the machine, as they were at one moment. */
typedef struct
{
  HwProcessStat *stats; /* (owned) */
  size_t n;
  size_t room;
} Table;

static bool
add (Table               *table,
     const HwProcessStat *stat)
{
  if (table->n == table->room)
    {
      size_t room = table->room == 0 ? 256 : table->room * 2;
      HwProcessStat *stats = reallocarray (table->stats, room, sizeof *stats);

      if (stats == NULL)
        return false;
      table->stats = stats;
      table->room = room;
    }

  table->stats[table->n++] = *stat;

  return true;
}

static void
read_all (Table *table)
{
  DIR *folder = opendir ("/proc");
  const struct dirent *entry;
  bool has_room = true;

  while (folder != NULL && has_room && (entry = readdir (folder)) != NULL)
    {
      int pid = atoi (entry->d_name);
      HwProcessStat stat;

      if (pid > 0 && hw_process_read (pid, &stat))
        has_room = add (table, &stat);
    }

  if (folder != NULL)
    closedir (folder);
}

/* Moves those that came of this process to the front. Returns how many they are. */
static size_t
gather (Table *table)
{
  size_t n_ours = 0;
  size_t n_seen = 0;

  /* Each of ours is a parent once; those behind it are not yet known to be ours. */
  for (pid_t parent = getpid ();; parent = table->stats[n_seen++].pid)
    {
      for (size_t i = n_ours; i < table->n; i++)
        if (table->stats[i].parent == parent)
          {
            HwProcessStat found = table->stats[i];

            table->stats[i] = table->stats[n_ours];
            table->stats[n_ours++] = found;
          }

      if (n_seen == n_ours)
        return n_ours;
    }
}

/* Sends a signal to the very process that was seen: should its number have gone to another
 * one, the descriptor is of that one, and its start tells.
 */
static void
signal_one (const HwProcessStat *stat,
            int                  number)
{
  int pidfd = (int) syscall (SYS_pidfd_open, stat->pid, 0);

  if (pidfd < 0)
    return;

  if (hw_process_is (stat->pid, stat->start))
    syscall (SYS_pidfd_send_signal, pidfd, number, NULL, 0);
  close (pidfd);
}

/* Tells whether a process is held, looked at by a debugger, or dead. */
static bool
is_held (const HwProcessStat *stat)
{
  return strchr ("TtZX", stat->state) != NULL;
}

/* Sends a signal to all that came of this process, but not to itself, and those above first. Only
 * those hear it that began at @born or later, see HwProcessStat, and SIGSTOP only those that
 * are not held. Returns a number that is the same as long as they and their states are the
 * same. @n_running, unless it is NULL, tells how many were not held, those left out that the kernel holds: it
 * lets them do nothing once they have a signal, and may let them heed it only when others go
 * on (who has called vfork(2) waits for a child that was held before it called execve(2)).
 */
uint64_t
hw_tree_signal (int      number,
                uint64_t born,
                size_t  *n_running)
{
  Table table = { 0 };
  uint64_t digest = 1;
  size_t n_left = 0;
  size_t n_ours;

  read_all (&table);
  n_ours = gather (&table);
  for (size_t i = 0; i < n_ours; i++)
    {
      const HwProcessStat *stat = &table.stats[i];

      digest = (digest * DIGEST_FACTOR + (uint64_t) stat->pid) * DIGEST_FACTOR +
               (uint64_t) stat->state;
      if (stat->start < born || (number == SIGSTOP && is_held (stat)))
        continue;
      signal_one (stat, number);
      n_left += stat->state != 'D';
    }

  free (table.stats);
  if (n_running != NULL)
    *n_running = n_left;

  return digest;
}

/* Holds all that came of this process. Who is started while we look may not be seen, and who started
 * it may be gone by then; but as long as nobody waits for those who end, each leaves a trace.
 * So all are held when those who are found are the same twice, and none of them runs. Returns
 * whether it has come to that; if not, it is tried again later, as a signal takes its time.
 */
bool
hw_tree_hold (void)
{
  uint64_t before = 0;

  for (int i = 0; i < HOLD_ROUNDS; i++)
    {
      size_t n_running;
      uint64_t digest = hw_tree_signal (SIGSTOP, 0, &n_running);

      if (n_running == 0 && digest == before)
        return true;
      before = n_running == 0 ? digest : 0;
    }

  return false;
}

/* Kills a child, and makes of @children the number of one more. */
static void
kill_one (pid_t     pid,
          uint64_t *children)
{
  *children = *children * DIGEST_FACTOR + (uint64_t) pid;
  kill (pid, SIGKILL);
}

/* Reads our children out of the file that some kernels have for them. Returns false if there
 * is none.
 */
static bool
kill_listed (uint64_t *children)
{
  int fd = open ("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  char text[CHILDREN_SIZE];
  char *cursor = text;
  ssize_t length;

  if (fd < 0)
    return false;

  length = read (fd, text, sizeof text - 1);
  close (fd);
  if (length <= 0)
    return true;

  /* The last one may be cut off, unless the space behind it was read. */
  while (length > 0 && text[length - 1] != ' ')
    length--;
  text[length] = '\0';

  for (pid_t pid; (pid = (pid_t) strtol (cursor, &cursor, 10)) > 0;)
    kill_one (pid, children);

  return true;
}

/* Kills the children of this process, which has one thread. Their numbers are theirs
 * until it waits for them. Theirs are then its own: it is called until there are none. Who
 * is above is killed first, so nobody is left to start more. Returns a number that is the
 * same as long as the children are the same.
 */
uint64_t
hw_tree_kill_children (void)
{
  Table table = { 0 };
  uint64_t children = 0;

  if (kill_listed (&children))
    return children;

  read_all (&table);
  for (size_t i = 0; i < table.n; i++)
    if (table.stats[i].parent == getpid ())
      kill_one (table.stats[i].pid, &children);
  free (table.stats);

  return children;
}
