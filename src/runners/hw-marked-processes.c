/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-marked-processes.h"

#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* The processes of an attempt, wherever they went: in sessions of their own, without
 * a parent, left by a daemon that is no more. They are known by a variable of their
 * environment. One that changes its user or clears its environment escapes.
 */

/* How long a process may take to die of SIGKILL. One that waits for a dead disk takes
 * longer, and there is nothing to be done about it.
 */
#define MAX_SECONDS 5

/* How long to wait for one to die before all are looked at again. */
#define ROUND_MILLISECONDS 100

/* An environ file is empty for a moment while its process executes a program, so once
 * is not enough to say that there is none.
 */
#define EMPTY_ROUNDS 2

/**
 * hw_mark_build:
 * @run: an attempt
 *
 * Builds what the processes of an attempt are known by.
 *
 * Returns: (transfer full): `HEADWAY_TASK=EPOCH/ID/ATTEMPT`
 */
char *
hw_mark_build (HwRun *run)
{
  return g_strdup_printf (HW_MARK_VARIABLE "=%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT "/%u",
                          hw_run_get_epoch (run), hw_run_get_task_id (run),
                          hw_run_get_attempt (run));
}

static gboolean
has_mark (pid_t       pid,
          const char *mark)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/environ", (int) pid);
  g_autofree char *environment = NULL;
  gsize length;

  /* Those of other users cannot be read, and are not ours. */
  if (!g_file_get_contents (path, &environment, &length, NULL))
    return FALSE;

  /* There is a NUL behind the last one as well. */
  for (const char *p = environment; p < environment + length; p += strlen (p) + 1)
    if (g_str_equal (p, mark))
      return TRUE;

  return FALSE;
}

/* Kills the process if it has the mark. The descriptor comes before the look: should
 * the number have gone to another process in between, the signal goes nowhere.
 * Returns the descriptor of a process that was killed, or -1.
 */
static int
kill_if_marked (pid_t       pid,
                const char *mark)
{
  int pidfd = pidfd_open (pid, 0);

  if (pidfd < 0)
    return -1;

  if (has_mark (pid, mark) && pidfd_send_signal (pidfd, SIGKILL, NULL, 0) == 0)
    return pidfd;

  close (pidfd);

  return -1;
}

/* Looks at all processes once. Returns the descriptor of the last that was killed, or
 * -1 if there was none.
 */
static int
kill_round (const char *mark)
{
  g_autoptr(GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;
  int last = -1;

  while (processes != NULL && (name = g_dir_read_name (processes)) != NULL)
    {
      guint64 pid;
      int pidfd;

      if (!g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT, &pid, NULL) ||
          (pid_t) pid == getpid ())
        continue;

      pidfd = kill_if_marked ((pid_t) pid, mark);
      if (pidfd < 0)
        continue;

      if (last >= 0)
        close (last);
      last = pidfd;
    }

  return last;
}

/**
 * hw_marked_processes_kill:
 * @mark: what the processes are known by, see hw_mark_build()
 *
 * Kills all processes of an attempt, those too that are born meanwhile, and waits
 * until none is left. Blocks. Any thread.
 *
 * Returns: %FALSE if some would not die
 */
gboolean
hw_marked_processes_kill (const char *mark)
{
  gint64 end = g_get_monotonic_time () + MAX_SECONDS * G_USEC_PER_SEC;
  guint n_empty = 0;

  while (n_empty < EMPTY_ROUNDS)
    {
      struct pollfd poll_fd = { .fd = kill_round (mark), .events = POLLIN };

      if (poll_fd.fd < 0)
        {
          n_empty++;
          continue;
        }

      n_empty = 0;
      poll (&poll_fd, 1, ROUND_MILLISECONDS);
      close (poll_fd.fd);
      if (g_get_monotonic_time () > end)
        return FALSE;
    }

  return TRUE;
}
