/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-start.h"

#include "hw-attempt-files.h"
#include "hw-error.h"
#include "hw-marked-processes.h"
#include "hw-program.h"
#include "hw-spawn.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where programs are looked for, unless the task brings an environment of its own. The
 * daemon's own PATH may be anything.
 */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* A text is bytes in UTF-8, in whatever language. */
#define DEFAULT_LANG "C.UTF-8"

/* All that it takes to start the program of an attempt: made in the main context, run
 * in a thread, which it belongs to meanwhile.
 */
struct _HwCommandStart
{
  HwRun *run;         /* (owned) */
  char *output_root;  /* (owned) */
  char *mark;         /* (owned) */
  char **argv;        /* (owned) (array zero-terminated=1) */
  char **environment; /* (owned) (array zero-terminated=1) */
  char *directory;    /* (owned) (nullable): nobody said */
  int umask;          /* or -1 */
};

/* What a program gets of our environment: who and where it is, nothing else. */
static char **
make_clean_environment (void)
{
  static const char *const names[] = { "LANG", "TZ" };
  g_auto(GStrv) environment = NULL;

  environment = g_environ_setenv (environment, "PATH", DEFAULT_PATH, TRUE);
  environment = g_environ_setenv (environment, "HOME", g_get_home_dir (), TRUE);
  environment = g_environ_setenv (environment, "USER", g_get_user_name (), TRUE);
  environment = g_environ_setenv (environment, "LANG", DEFAULT_LANG, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_getenv (names[i]) != NULL)
      environment = g_environ_setenv (environment, names[i], g_getenv (names[i]), TRUE);

  return g_steal_pointer (&environment);
}

/* @given is an `a{ss}`, or %NULL. */
static char **
make_environment (GVariant   *given,
                  const char *mark)
{
  g_auto(GStrv) environment = NULL;
  GVariantIter iter;
  const char *name;
  const char *value;

  if (given != NULL)
    {
      g_variant_iter_init (&iter, given);
      while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
        environment = g_environ_setenv (environment, name, value, TRUE);
    }
  else
    {
      environment = make_clean_environment ();
    }

  environment = g_environ_setenv (environment, HW_MARK_VARIABLE,
                                  mark + strlen (HW_MARK_VARIABLE "="), TRUE);

  return g_steal_pointer (&environment);
}

/* Judges the parameters again, because the type's file may have changed since the
 * task was accepted. The error is a sentence for a person.
 */
HwCommandStart *
hw_command_start_new (const char *output_root,
                      HwRun      *run,
                      GError    **error)
{
  HwTaskType *type = hw_run_get_task_type (run);
  g_autoptr(HwCommandStart) self = NULL;
  g_autoptr(GVariant) parameters = NULL;
  g_autoptr(GVariant) environment = NULL;

  if (hw_task_type_get_runner_kind (type) != HW_RUNNER_KIND_COMMAND)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "The task type “%s” names no program. Add a group [Command] to %s.task.",
                   hw_task_type_get_name (type), hw_task_type_get_name (type));
      return NULL;
    }

  parameters = hw_task_type_check_parameters (type, hw_run_get_parameters (run), error);
  if (parameters == NULL)
    return NULL;

  self = g_new0 (HwCommandStart, 1);
  self->run = g_object_ref (run);
  self->output_root = g_strdup (output_root);
  self->mark = hw_mark_build (run);
  self->argv = hw_task_type_make_argv (type, parameters);
  environment = hw_task_type_make_environment (type, parameters);
  self->environment = make_environment (environment, self->mark);
  self->directory = hw_task_type_make_directory (type, parameters);
  self->umask = hw_task_type_make_umask (type, parameters);

  return g_steal_pointer (&self);
}

void
hw_command_start_free (HwCommandStart *self)
{
  g_clear_object (&self->run);
  g_clear_pointer (&self->output_root, g_free);
  g_clear_pointer (&self->mark, g_free);
  g_clear_pointer (&self->argv, g_strfreev);
  g_clear_pointer (&self->environment, g_strfreev);
  g_clear_pointer (&self->directory, g_free);
  g_free (self);
}

/* Gets what a person calls the program. */
const char *
hw_command_start_get_program (HwCommandStart *self)
{
  return self->argv[0];
}

/* Tells whether a program can begin in a folder: 0, or what the system would say. Looked
 * at before, because posix_spawn(3) says the same of a folder and of a program.
 */
static int
try_directory (const char *directory)
{
  struct stat status;

  if (stat (directory, &status) < 0)
    return errno;
  if (!S_ISDIR (status.st_mode))
    return ENOTDIR;
  if (access (directory, X_OK) < 0)
    return errno;

  return 0;
}

static gboolean
check_directory (const char *directory,
                 GError    **error)
{
  int number = try_directory (directory);

  if (number == 0)
    return TRUE;

  /* The folder may be a hidden parameter, and this is shown to all who see the task. */
  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "The program cannot begin in the folder that was chosen for it: %s. Choose "
               "another folder, and add the task again.", g_strerror (number));

  return FALSE;
}

/* Where a program begins that nobody said a folder for: as if at a login. */
static const char *
get_default_directory (void)
{
  const char *home = g_get_home_dir ();

  return g_path_is_absolute (home) && try_directory (home) == 0 ? home : "/";
}

/* Starts the program at @path. */
static gboolean
hw_command_start_spawn (HwCommandStart *self,
                        const char     *path,
                        const char     *directory,
                        int             output_fd,
                        HwProcess      *process,
                        GError        **error)
{
  const HwSpawn request = {
    .path = path,
    .argv = self->argv,
    .environment = self->environment,
    .directory = directory,
    .umask = self->umask,
    .output_fd = output_fd,
  };
  pid_t pid = hw_spawn (&request, error);
  int pidfd;

  if (pid < 0)
    return FALSE;

  /* Nobody has waited for it, so the number is still its own. */
  pidfd = pidfd_open (pid, 0);
  if (pidfd < 0)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "Headway cannot watch another program: %s. Wait until others have ended, "
                   "and add the task again.", g_strerror (errno));
      kill (-pid, SIGKILL);
      waitpid (pid, NULL, 0);
      return FALSE;
    }

  process->pid = pid;
  process->pidfd = pidfd;

  return TRUE;
}

/* Does what blocks: finds the program, makes the files, writes down that the work begins,
 * and starts it, in this order. The cancellable is heeded until it is written down.
 * Gives a sentence for a person, or that it was canceled.
 */
gboolean
hw_command_start_run (HwCommandStart *self,
                      GCancellable   *cancellable,
                      HwProcess      *process,
                      GError        **error)
{
  const char *search_path = g_environ_getenv (self->environment, "PATH");
  const char *directory = self->directory;
  g_autofree char *path = NULL;
  gboolean is_spawned;
  int fd;

  if (directory == NULL)
    directory = get_default_directory ();
  if (!check_directory (directory, error))
    return FALSE;

  path = hw_program_find (self->argv[0], directory,
                          search_path != NULL ? search_path : DEFAULT_PATH, error);
  if (path == NULL)
    return FALSE;

  fd = hw_attempt_files_create (self->output_root, self->run, error);
  if (fd < 0)
    return FALSE;

  is_spawned = !g_cancellable_set_error_if_cancelled (cancellable, error) &&
               hw_attempt_files_write_start (self->output_root, self->run, self->mark, error) &&
               hw_command_start_spawn (self, path, directory, fd, process, error);
  close (fd);

  return is_spawned;
}
