/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-marked-processes.h"

#include "hw-attempt-files.h"
#include "hw-attempt-folder.h"
#include "hw-same-file.h"

#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* The processes of an attempt, wherever they went: in sessions of their own, without
 * a parent, left by a daemon that is no more. They are known by a variable of their
 * environment. One that changes its user or clears its environment escapes. A database that
 * was copied elsewhere has attempts of the same numbers, which are another daemon's: these
 * are told apart by where their results go.
 *
 * To look at all processes takes long, and when many attempts are lost at once, as many look
 * for theirs. So each look is for all who wait by then: one of their threads looks, until it
 * has what it wants, and then another one.
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

struct _HwMarkedProcesses
{
  char *output_root;   /* (owned) (type filename) */
  GMutex lock;         /* of all below, and of what is wanted */
  GCond changed;
  GPtrArray *wanted;   /* (owned) (element-type Wanted): unowned, of threads that wait */
  gboolean is_looking; /* one of them looks */
};

/* What somebody waits for. */
typedef struct
{
  const char *mark;
  gint64 end;           /* when to give up */
  guint n_unsettled;    /* looks at which some could not be judged */
  gboolean were_there;
  gboolean is_done;
  gboolean has_failed;  /* some would not die */

  gboolean is_found;    /* by the look that goes on; of the thread that looks */
} Wanted;

/* One look at all processes. */
typedef struct
{
  const char *output_root;
  GPtrArray *wanted;     /* (owned) (element-type Wanted): unowned */
  int pidfd;             /* (owned): of the last that was killed, or -1 */
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

/* Looks up a variable. There is a NUL behind the last one as well. Returns (nullable). */
static const char *
find_variable (const char *environment,
               gsize       length,
               const char *name)
{
  gsize name_length = strlen (name);

  for (const char *p = environment; p < environment + length; p += strlen (p) + 1)
    if (strncmp (p, name, name_length) == 0 && p[name_length] == '=')
      return p + name_length + 1;

  return NULL;
}

/* Tells whether the results of an attempt go to another folder than ours, which is there: so
 * its daemon is another one. Of a folder that was moved away the daemon may be we.
 */
static gboolean
is_of_others (const char *output_root,
              const char *name,
              const char *results)
{
  g_autofree char *ending = g_strdup_printf ("/%s/" HW_ATTEMPT_FILES_FOLDER, name);
  g_autofree char *root = NULL;

  if (results == NULL || !g_str_has_suffix (results, ending))
    return FALSE;

  root = g_strndup (results, strlen (results) - strlen (ending));

  return !g_str_equal (root, output_root) && g_file_test (root, G_FILE_TEST_IS_DIR) &&
         !hw_is_same_file (root, output_root);
}

/* Finds out whose a process is. Returns %NULL if nobody wants it. */
static Wanted *
find_wanted (pid_t  pid,
             Round *round)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/environ", (int) pid);
  g_autofree char *environment = NULL;
  const char *name;
  gsize length;

  /* Those of other users cannot be read, and are not ours. */
  if (!g_file_get_contents (path, &environment, &length, NULL))
    return NULL;

  if (is_unsettled (pid, length))
    round->is_unsettled = TRUE;

  name = find_variable (environment, length, HW_MARK_VARIABLE);
  for (guint i = 0; name != NULL && i < round->wanted->len; i++)
    {
      Wanted *wanted = g_ptr_array_index (round->wanted, i);

      if (g_str_equal (name, wanted->mark + strlen (HW_MARK_VARIABLE "=")) &&
          !is_of_others (round->output_root, name,
                         find_variable (environment, length, HW_RESULTS_VARIABLE)))
        return wanted;
    }

  return NULL;
}

/* Kills the process if somebody wants that. The descriptor comes before the look: should
 * the number have gone to another process in between, the signal goes nowhere.
 */
static void
kill_if_wanted (pid_t  pid,
                Round *round)
{
  int pidfd = pidfd_open (pid, 0);
  Wanted *wanted;

  if (pidfd < 0)
    return;

  wanted = find_wanted (pid, round);
  if (wanted == NULL || pidfd_send_signal (pidfd, SIGKILL, NULL, 0) < 0)
    {
      close (pidfd);
      return;
    }

  wanted->is_found = TRUE;
  if (round->pidfd >= 0)
    close (round->pidfd);
  round->pidfd = pidfd;
}

/* Looks at all processes once. */
static void
look (Round *round)
{
  g_autoptr(GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (processes != NULL && (name = g_dir_read_name (processes)) != NULL)
    {
      guint64 pid;

      if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT, &pid, NULL) &&
          (pid_t) pid != getpid ())
        kill_if_wanted ((pid_t) pid, round);
    }
}

/* Concludes from a look. Returns whether there is an end to it. */
static gboolean
conclude (Wanted *wanted,
          Round  *round)
{
  gboolean was_found = wanted->is_found;

  wanted->is_found = FALSE;
  wanted->were_there = wanted->were_there || was_found;
  if (!was_found && (!round->is_unsettled || wanted->n_unsettled++ == UNSETTLED_ROUNDS))
    {
      wanted->is_done = TRUE;
    }
  else if (g_get_monotonic_time () > wanted->end)
    {
      wanted->is_done = TRUE;
      wanted->has_failed = was_found;
    }

  return wanted->is_done;
}

/* Looks once for all who wait by now, and lets go those who need no other look. Holds the lock,
 * but not while it looks.
 */
static void
look_for_all (HwMarkedProcesses *self)
{
  g_autoptr(GPtrArray) wanted = g_ptr_array_copy (self->wanted, NULL, NULL);
  Round round = { .output_root = self->output_root, .wanted = wanted, .pidfd = -1 };
  struct pollfd poll_fd = { .events = POLLIN };

  g_mutex_unlock (&self->lock);
  look (&round);
  g_mutex_lock (&self->lock);

  for (guint i = 0; i < wanted->len; i++)
    if (conclude (g_ptr_array_index (wanted, i), &round))
      g_ptr_array_remove_fast (self->wanted, g_ptr_array_index (wanted, i));
  g_cond_broadcast (&self->changed);

  if (round.pidfd < 0 && !round.is_unsettled)
    return;

  /* Poll passes over a descriptor of -1. */
  poll_fd.fd = round.pidfd;
  g_mutex_unlock (&self->lock);
  poll (&poll_fd, 1, round.pidfd >= 0 ? ROUND_MILLISECONDS : UNSETTLED_MILLISECONDS);
  if (round.pidfd >= 0)
    close (round.pidfd);
  g_mutex_lock (&self->lock);
}

/**
 * hw_marked_processes_new:
 * @output_root: (type filename): the folder of all attempts
 *
 * Creates what kills processes by their marks. Those whose results go to another such folder
 * are left alone.
 *
 * Returns: (transfer full): it
 */
HwMarkedProcesses *
hw_marked_processes_new (const char *output_root)
{
  HwMarkedProcesses *self = g_atomic_rc_box_new0 (HwMarkedProcesses);

  self->output_root = g_strdup (output_root);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->wanted = g_ptr_array_new ();

  return self;
}

HwMarkedProcesses *
hw_marked_processes_ref (HwMarkedProcesses *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  HwMarkedProcesses *self = data;

  g_clear_pointer (&self->wanted, g_ptr_array_unref);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_clear_pointer (&self->output_root, g_free);
}

void
hw_marked_processes_unref (HwMarkedProcesses *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/**
 * hw_marked_processes_kill:
 * @self: what kills processes
 * @mark: what the processes are known by, see hw_mark_build()
 * @were_there: (out) (optional): whether there were any
 *
 * Kills all processes of an attempt, those too that are born meanwhile, and waits
 * until none is left. Blocks. Any thread.
 *
 * Returns: %FALSE if some would not die
 */
gboolean
hw_marked_processes_kill (HwMarkedProcesses *self,
                          const char        *mark,
                          gboolean          *were_there)
{
  Wanted wanted = {
    .mark = mark, .end = g_get_monotonic_time () + MAX_SECONDS * G_USEC_PER_SEC,
  };

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->wanted, &wanted);
  while (!wanted.is_done)
    {
      if (self->is_looking)
        {
          g_cond_wait (&self->changed, &self->lock);
          continue;
        }

      self->is_looking = TRUE;
      look_for_all (self);
      self->is_looking = FALSE;
      g_cond_broadcast (&self->changed);
    }
  g_mutex_unlock (&self->lock);

  if (were_there != NULL)
    *were_there = wanted.were_there;

  return !wanted.has_failed;
}
