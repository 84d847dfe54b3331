/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-spawn.h"

#include "hw-cli-i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_FILE "headwayd.log"

/* A log that has more is begun anew: nobody reads what is older. */
#define LOG_SIZE_MAX (1024 * 1024)

/* A line is shorter, and a person reads no more. */
#define LAST_WORDS_MAX 4096

/* By this a daemon knows the processes of its tasks, and ends them with the task. A daemon
 * that a task started is none of these.
 */
#define MARK_VARIABLE "HEADWAY_TASK"

void
hw_cli_daemon_free (HwCliDaemon *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->program, g_free);
  g_clear_pointer (&self->state_folder, g_free);
  g_clear_pointer (&self->log_path, g_free);
  g_free (self);
}

static int
open_log (HwCliDaemon *self,
          GError     **error)
{
  struct stat status;
  int fd;

  self->log_path = g_build_filename (self->state_folder, LOG_FILE, NULL);
  fd = -1;
  if (g_mkdir_with_parents (self->state_folder, 0700) == 0)
    fd = open (self->log_path,
               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);

  if (fd < 0 || fstat (fd, &status) < 0 ||
      (status.st_size > LOG_SIZE_MAX && ftruncate (fd, 0) < 0))
    {
      g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (errno),
                   _("The daemon's log “%s” cannot be written: %s."),
                   self->log_path, g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return -1;
    }

  return fd;
}

/* Nothing of this terminal and its session stays with it: no input, no signals, no folder
 * that could not be unmounted.
 */
static int
spawn_detached (HwCliDaemon *self,
                int          log_fd)
{
  g_auto(GStrv) environment = g_environ_unsetenv (g_get_environ (), MARK_VARIABLE);
  char *arguments[] = { self->program, NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  int number;

  sigemptyset (&none);
  sigfillset (&all);

  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, log_fd, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, log_fd, STDERR_FILENO);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addclosefrom_np (&actions, STDERR_FILENO + 1);
  posix_spawn_file_actions_addchdir_np (&actions, "/");

  posix_spawnattr_init (&attributes);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
                            POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigdefault (&attributes, &all);
  posix_spawnattr_setsigmask (&attributes, &none);

  number = posix_spawn (&self->pid, self->program, &actions, &attributes, arguments, environment);

  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);

  return number;
}

/**
 * hw_cli_daemon_spawn:
 * @self: a daemon, with its program and its state folder
 * @error: return location for a sentence
 *
 * Starts a daemon of its own session, which outlives this program and its terminal.
 *
 * Returns: whether it was started; whether it stays is another thing
 */
gboolean
hw_cli_daemon_spawn (HwCliDaemon *self,
                     GError     **error)
{
  int log_fd = open_log (self, error);
  int number;

  if (log_fd < 0)
    return FALSE;

  number = spawn_detached (self, log_fd);
  close (log_fd);
  if (number == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (number),
               _("“%s” cannot be started: %s."), self->program, g_strerror (number));

  return FALSE;
}

/**
 * hw_cli_daemon_read_last_words:
 * @self: a daemon that ended
 *
 * Gets the last line of the log, in which a daemon says why it ends.
 *
 * Returns: (transfer full) (nullable): the line
 */
char *
hw_cli_daemon_read_last_words (HwCliDaemon *self)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (self->log_path, &text, NULL, NULL))
    return NULL;

  g_strchomp (text);
  line = strrchr (text, '\n');
  line = line != NULL ? line + 1 : text;

  return *line != '\0' ? g_utf8_make_valid (line, MIN (strlen (line), LAST_WORDS_MAX)) : NULL;
}
