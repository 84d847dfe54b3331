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

/* How often to look again for the sake of processes that cannot be judged yet, and how
 * long to wait each time. Some have no environment at all, and never will.
 */
#define UNSETTLED_ROUNDS 20
#define UNSETTLED_MILLISECONDS 10

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

/* What one look at all processes found. */
typedef struct
{
  int pidfd;             /* of the last that was killed, or -1 */
  gboolean is_unsettled; /* some could not be judged */
} Round;

/* Where the end of the environment is among what stands behind the name in /proc/PID/stat. */
#define ENVIRONMENT_END_FIELD 48

/* Tells whether the kernel has put the environment of a process where that belongs, even if
 * there is none, as a shim's.
 */
static gboolean
has_place_for_environment (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *text = NULL;
  g_auto(GStrv) fields = NULL;
  const char *behind_name;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;

  behind_name = strrchr (text, ')');
  if (behind_name == NULL)
    return FALSE;

  fields = g_strsplit (behind_name + 1, " ", -1);

  return g_strv_length (fields) > ENVIRONMENT_END_FIELD + 1 &&
         !g_str_equal (fields[ENVIRONMENT_END_FIELD + 1], "0");
}

/* Tells whether a process has no environment though it runs a program: it has just begun
 * to, and the kernel has not yet put it there. A thread of the kernel and a zombie run none.
 */
static gboolean
is_unsettled (pid_t pid,
              gsize environment_length)
{
  g_autofree char *link = g_strdup_printf ("/proc/%d/exe", (int) pid);
  g_autofree char *program = NULL;

  if (environment_length > 0)
    return FALSE;

  program = g_file_read_link (link, NULL);

  return program != NULL && !has_place_for_environment (pid);
}

static gboolean
has_mark (pid_t       pid,
          const char *mark,
          Round      *round)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/environ", (int) pid);
  g_autofree char *environment = NULL;
  gsize length;

  /* Those of other users cannot be read, and are not ours. */
  if (!g_file_get_contents (path, &environment, &length, NULL))
    return FALSE;

  if (is_unsettled (pid, length))
    round->is_unsettled = TRUE;

  /* There is a NUL behind the last one as well. */
  for (const char *p = environment; p < environment + length; p += strlen (p) + 1)
    if (g_str_equal (p, mark))
      return TRUE;

  return FALSE;
}

/* Kills the process if it has the mark. The descriptor comes before the look: should
 * the number have gone to another process in between, the signal goes nowhere.
 */
static void
kill_if_marked (pid_t       pid,
                const char *mark,
                Round      *round)
{
  int pidfd = pidfd_open (pid, 0);

  if (pidfd < 0)
    return;

  if (!has_mark (pid, mark, round) || pidfd_send_signal (pidfd, SIGKILL, NULL, 0) < 0)
    {
      close (pidfd);
      return;
    }

  if (round->pidfd >= 0)
    close (round->pidfd);
  round->pidfd = pidfd;
}

/* Looks at all processes once. The descriptor that this gives is the caller's. */
static Round
kill_round (const char *mark)
{
  g_autoptr(GDir) processes = g_dir_open ("/proc", 0, NULL);
  Round round = { .pidfd = -1 };
  const char *name;

  while (processes != NULL && (name = g_dir_read_name (processes)) != NULL)
    {
      guint64 pid;

      if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT, &pid, NULL) &&
          (pid_t) pid != getpid ())
        kill_if_marked ((pid_t) pid, mark, &round);
    }

  return round;
}

/**
 * hw_marked_processes_kill:
 * @mark: what the processes are known by, see hw_mark_build()
 * @were_there: (out) (optional): whether there were any
 *
 * Kills all processes of an attempt, those too that are born meanwhile, and waits
 * until none is left. Blocks. Any thread.
 *
 * Returns: %FALSE if some would not die
 */
gboolean
hw_marked_processes_kill (const char *mark,
                          gboolean   *were_there)
{
  gint64 end = g_get_monotonic_time () + MAX_SECONDS * G_USEC_PER_SEC;
  gboolean has_found = FALSE;
  guint n_unsettled = 0;

  while (TRUE)
    {
      Round round = kill_round (mark);
      struct pollfd poll_fd = { .fd = round.pidfd, .events = POLLIN };

      has_found = has_found || round.pidfd >= 0;
      if (were_there != NULL)
        *were_there = has_found;

      /* Poll passes over a descriptor of -1. */
      if (round.pidfd < 0 && (!round.is_unsettled || n_unsettled++ == UNSETTLED_ROUNDS))
        return TRUE;

      poll (&poll_fd, 1, round.pidfd >= 0 ? ROUND_MILLISECONDS : UNSETTLED_MILLISECONDS);
      if (round.pidfd >= 0)
        close (round.pidfd);

      if (g_get_monotonic_time () > end)
        return FALSE;
    }
}
