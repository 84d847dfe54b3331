/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-spawn.h"

#include "hw-error.h"
#include "hw-program.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

/* Its standard input is empty, its output and errors are one file, and it has no
 * other descriptor of ours, not even one that we were born with. The input comes last:
 * if we were born without one, the file may have its number.
 */
static void
fill_actions (posix_spawn_file_actions_t *actions,
              const HwSpawn              *request)
{
  posix_spawn_file_actions_adddup2 (actions, request->output_fd, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (actions, request->output_fd, STDERR_FILENO);
  posix_spawn_file_actions_addopen (actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addclosefrom_np (actions, STDERR_FILENO + 1);
  posix_spawn_file_actions_addchdir_np (actions, request->directory);
}

/* It leads a session of its own, where a terminal's signals do not reach it and ours
 * reach all of it, and it starts with no signal blocked or ignored.
 */
static void
fill_attributes (posix_spawnattr_t *attributes)
{
  sigset_t none, all;

  sigemptyset (&none);
  sigfillset (&all);

  posix_spawnattr_setflags (attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
                            POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigdefault (attributes, &all);
  posix_spawnattr_setsigmask (attributes, &none);
}

/* What the thread that spawns knows. */
typedef struct
{
  const HwSpawn *request;
  pid_t pid;
  int number;           /* of errno */
  gboolean has_umask;   /* or no process may set one for a thread alone */
} Spawning;

static void
spawn (Spawning *spawning)
{
  const HwSpawn *request = spawning->request;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  fill_actions (&actions, request);
  fill_attributes (&attributes);

  spawning->number = posix_spawn (&spawning->pid, request->path, &actions, &attributes,
                                  request->argv, request->environment);

  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
}

/* posix_spawn(3) cannot set a umask, so the child must inherit it; but a umask belongs
 * to the whole process, and other threads create files. On Linux a thread can have
 * one of its own once it no longer shares it (unshare(2), CLONE_FS, which needs no
 * privilege). It shares no more for good, so it is a thread that ends here.
 */
static gpointer
spawn_with_umask (gpointer user_data)
{
  Spawning *spawning = user_data;

  if (unshare (CLONE_FS) < 0)
    {
      spawning->number = errno;
      spawning->has_umask = FALSE;
      return NULL;
    }

  umask ((mode_t) spawning->request->umask);
  spawn (spawning);

  return NULL;
}

/**
 * hw_spawn:
 * @request: what to start, and how
 * @error: return location for a #GError, or %NULL
 *
 * Starts a program: by posix_spawn(3), never by a shell, and never by fork(2), which
 * copies the tables of a big daemon. It is the leader of its own session and process
 * group. Blocks until the program has begun. Any thread.
 *
 * Returns: the process, for the caller to wait for; or -1 with a sentence for a person
 */
pid_t
hw_spawn (const HwSpawn *request,
          GError       **error)
{
  Spawning spawning = { .request = request, .pid = -1, .has_umask = TRUE };

  if (request->umask >= 0)
    g_thread_join (g_thread_new ("spawn", spawn_with_umask, &spawning));
  else
    spawn (&spawning);

  if (!spawning.has_umask)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "Headway may not give a program a umask here: %s. Leave the umask out, or let "
                   "Headway call unshare, and add the task again.", g_strerror (spawning.number));
      return -1;
    }

  if (spawning.number != 0)
    {
      hw_program_set_error (request->path, spawning.number, error);
      return -1;
    }

  return spawning.pid;
}

/**
 * hw_spawn_heed_children:
 *
 * Stops the process from ignoring `SIGCHLD`, if it does because its parent did
 * (execve(2)): the kernel would tell nobody how a child ended.
 */
void
hw_spawn_heed_children (void)
{
  struct sigaction action;

  if (sigaction (SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
    signal (SIGCHLD, SIG_DFL);
}
