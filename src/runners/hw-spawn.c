/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-spawn.h"

#include "hw-attempt-files.h"
#include "hw-error.h"
#include "hw-quote.h"
#include "hw-shim-protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Characters of a path in a sentence: most paths are shorter. */
#define MAX_PATH_LENGTH 256

void
hw_shim_process_free (HwShimProcess *self)
{
  if (self->pidfd >= 0)
    close (self->pidfd);
  if (self->link_fd >= 0)
    close (self->link_fd);
  g_clear_pointer (&self->order, g_byte_array_unref);
  g_free (self);
}

/* It has the connection, its slot, and no other descriptor of ours, not even one that we were born
 * with. The connection comes first: if we were born without the standard ones, it may
 * have the number of one of them.
 */
static void
fill_actions (posix_spawn_file_actions_t *actions,
              const char                 *folder,
              int                         link_fd,
              int                         slot_fd)
{
  posix_spawn_file_actions_adddup2 (actions, link_fd, HW_SHIM_LINK_FD);
  if (slot_fd >= 0)
    posix_spawn_file_actions_adddup2 (actions, slot_fd, HW_SHIM_SLOT_FD);
  posix_spawn_file_actions_addopen (actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2 (actions, STDIN_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (actions, STDIN_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np (actions, (slot_fd >= 0 ? HW_SHIM_SLOT_FD
                                                      : HW_SHIM_LINK_FD) + 1);
  posix_spawn_file_actions_addchdir_np (actions, folder);
}

/* It leads a session of its own, where nothing that happens to ours reaches it. */
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

/* Starts the shim: by posix_spawn(3), never by fork(2), which copies the tables of a big
 * daemon. It has nothing of our environment: what the program gets is sent to it. Returns
 * 0 or a number of errno.
 */
static int
spawn (const char *path,
       const char *name,
       const char *folder,
       int         link_fd,
       int         slot_fd,
       pid_t      *pid)
{
  const char *const argv[] = { "headway-shim", name, slot_fd >= 0 ? "slot" : NULL, NULL };
  const char *const environment[] = { NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int number;

  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  fill_actions (&actions, folder, link_fd, slot_fd);
  fill_attributes (&attributes);

  number = posix_spawn (pid, path, &actions, &attributes, (char **) argv, (char **) environment);

  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);

  return number;
}

/* Whether the machine had no room, or the user may not have more processes. */
static gboolean
is_for_now (int number)
{
  return number == EAGAIN || number == ENOMEM || number == EMFILE || number == ENFILE;
}

/* Always fails. */
static gboolean
fail (int      number,
      GError **error)
{
  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "Headway cannot watch another program: %s. Wait until others have ended, "
               "and retry the task.", g_strerror (number));

  return FALSE;
}

/**
 * hw_spawn_shim:
 * @path: the file of `headway-shim`
 * @name: which attempt it is for, for whoever looks at a list of processes
 * @folder: where it writes
 * @slot_fd: its slot, beyond %HW_SHIM_SLOT_FD, or -1
 * @process: (out caller-allocates): the shim
 * @error: return location for a #GError, or %NULL
 *
 * Starts a shim that waits to be told what to run. Any thread.
 *
 * Returns: %TRUE on success, %FALSE with a sentence for a person otherwise
 */
gboolean
hw_spawn_shim (const char    *path,
               const char    *name,
               const char    *folder,
               int            slot_fd,
               HwShimProcess *process,
               GError       **error)
{
  int ends[2];
  int number;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    return fail (errno, error);

  number = spawn (path, name, folder, ends[1], slot_fd, &process->pid);
  close (ends[1]);
  if (number != 0)
    {
      g_autofree char *quoted = hw_quote (path, MAX_PATH_LENGTH);

      close (ends[0]);
      if (is_for_now (number))
        return fail (number, error);

      /* The system says the same of a program that is missing and of a folder. */
      if (access (folder, X_OK) < 0)
        {
          hw_attempt_files_set_error (folder, errno, error);
          return FALSE;
        }

      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "Headway cannot start its helper %s: %s. Install Headway again, and retry "
                   "the task.", quoted, g_strerror (number));
      return FALSE;
    }

  process->link_fd = ends[0];

  /* Nobody has waited for it, so the number is still its own. Without a word from us it
   * ends by itself.
   */
  process->pidfd = pidfd_open (process->pid, 0);
  if (process->pidfd >= 0)
    return TRUE;

  number = errno;
  close (process->link_fd);
  process->link_fd = -1;
  waitpid (process->pid, NULL, 0);

  return fail (number, error);
}

/**
 * hw_spawn_heed_children:
 *
 * Stops the process from ignoring `SIGCHLD`, if it does because its parent did
 * (execve(2)): the kernel would then wait for our children itself, and their numbers
 * would be free while we still use them.
 */
void
hw_spawn_heed_children (void)
{
  struct sigaction action;

  if (sigaction (SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
    signal (SIGCHLD, SIG_DFL);
}
