/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-start.h"

#include "hw-attempt-files.h"
#include "hw-error.h"
#include "hw-marked-processes.h"
#include "hw-program.h"
#include "hw-shim-words.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where programs are looked for, unless the task brings an environment of its own. The
 * daemon's own PATH may be anything.
 */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* A text is bytes in UTF-8, in whatever language. */
#define DEFAULT_LANG "C.UTF-8"

/* Where a program learns of the folder for its results. */
#define RESULTS_VARIABLE "HEADWAY_RESULT_DIR"

/* All that it takes to start the program of an attempt: made in the main context, run
 * in a thread, which it belongs to meanwhile.
 */
struct _HwCommandStart
{
  HwRun *run;         /* (owned) */
  char *shim_path;    /* (owned) */
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
                  const char *mark,
                  const char *results)
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
  environment = g_environ_setenv (environment, RESULTS_VARIABLE, results, TRUE);

  return g_steal_pointer (&environment);
}

/* Judges the parameters again, because the type's file may have changed since the
 * task was accepted. The error is a sentence for a person.
 */
HwCommandStart *
hw_command_start_new (const char *shim_path,
                      const char *output_root,
                      HwRun      *run,
                      GError    **error)
{
  HwTaskType *type = hw_run_get_task_type (run);
  g_autoptr(HwCommandStart) self = NULL;
  g_autoptr(GVariant) parameters = NULL;
  g_autoptr(GVariant) environment = NULL;
  g_autofree char *results = NULL;

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
  self->shim_path = g_strdup (shim_path);
  self->output_root = g_strdup (output_root);
  self->mark = hw_mark_build (run);
  self->argv = hw_task_type_make_argv (type, parameters);
  results = hw_attempt_files_build_results (output_root, run);
  environment = hw_task_type_make_environment (type, parameters);
  self->environment = make_environment (environment, self->mark, results);
  self->directory = hw_task_type_make_directory (type, parameters);
  self->umask = hw_task_type_make_umask (type, parameters);

  return g_steal_pointer (&self);
}

void
hw_command_start_free (HwCommandStart *self)
{
  g_clear_object (&self->run);
  g_clear_pointer (&self->shim_path, g_free);
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

/* The folder may be a hidden parameter, and this is shown to all who see the task. */
static void
set_directory_error (int      number,
                     GError **error)
{
  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "The program cannot begin in the folder that was chosen for it: %s. Choose "
               "another folder, and add the task again.", g_strerror (number));
}

/* Where a program begins that nobody said a folder for: as if at a login. */
static const char *
get_default_directory (void)
{
  const char *home = g_get_home_dir ();

  return g_path_is_absolute (home) && try_directory (home) == 0 ? home : "/";
}

/* Tells the shim what to run. It reads all of it before it says anything. */
static gboolean
send_task (const HwShimTask *task,
           int               link_fd)
{
  gsize length = hw_shim_task_size (task);
  g_autofree guint8 *frame = g_malloc (HW_FRAME_HEAD + length);
  gsize n_sent = 0;

  if (length > HW_START_MAX)
    {
      errno = E2BIG;
      return FALSE;
    }

  hw_shim_frame_write_head (frame, HW_SHIM_VERSION, HW_SHIM_START_TASK, length);
  hw_shim_task_write (task, frame + HW_FRAME_HEAD);
  while (n_sent < HW_FRAME_HEAD + length)
    {
      gssize n = send (link_fd, frame + n_sent, HW_FRAME_HEAD + length - n_sent, MSG_NOSIGNAL);

      if (n < 0 && errno != EINTR)
        return FALSE;
      n_sent += (gsize) MAX (n, 0);
    }

  return TRUE;
}

/* Waits for the shim's answer, and takes no byte of what it says after that. */
static gboolean
receive_answer (int          link_fd,
                guint8      *bytes,
                HwShimFrame *frame)
{
  gsize size = HW_FRAME_HEAD;
  gsize filled = 0;
  int is_whole = 0;

  while (is_whole == 0)
    {
      gssize n = recv (link_fd, bytes + filled, size - filled, 0);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;

      filled += (gsize) n;
      if (filled == HW_FRAME_HEAD)
        size += MIN (hw_shim_read_u32 (bytes + 4), HW_FRAME_MAX);
      is_whole = hw_shim_frame_read (bytes, filled, frame);
    }

  return is_whole > 0;
}

/* Says why the shim did not start the program. */
static gboolean
hw_command_start_explain (HwCommandStart    *self,
                          const char        *path,
                          const char        *folder,
                          const HwShimFrame *frame,
                          GError           **error)
{
  g_autofree char *record = g_build_filename (folder, HW_SHIM_START, NULL);
  HwShimStage stage = HW_SHIM_STAGE_SETUP;
  int number = EPROTO;

  if (frame->verb == HW_SHIM_NOT_STARTED && frame->length >= 8)
    {
      stage = (HwShimStage) hw_shim_read_u32 (frame->payload);
      number = (int) hw_shim_read_u32 (frame->payload + 4);
    }

  if (stage == HW_SHIM_STAGE_PROGRAM)
    hw_program_set_error (path, number, error);
  else if (stage == HW_SHIM_STAGE_DIRECTORY)
    set_directory_error (number, error);
  else if (stage == HW_SHIM_STAGE_RECORD)
    hw_attempt_files_set_error (record, number, error);
  else
    g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                 "Headway cannot watch another program: %s. Wait until others have ended, "
                 "and retry the task.", g_strerror (number));

  return FALSE;
}

/* Has a shim start the program at @path: one round trip. */
static gboolean
hw_command_start_spawn (HwCommandStart *self,
                        const char     *path,
                        const char     *directory,
                        const char     *folder,
                        HwShimProcess  *process,
                        GError        **error)
{
  const HwShimTask task = {
    .mark = self->mark,
    .path = path,
    .directory = directory,
    .umask = self->umask,
    .argv = self->argv,
    .environment = self->environment,
  };
  const char *name = self->mark + strlen (HW_MARK_VARIABLE "=");
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame = { 0 };
  gboolean is_sent;

  if (!hw_spawn_shim (self->shim_path, name, folder, process, error))
    return FALSE;

  is_sent = send_task (&task, process->link_fd);
  if (!is_sent && errno == E2BIG)
    {
      hw_program_set_error (path, errno, error);
      return FALSE;
    }

  if (!is_sent || !receive_answer (process->link_fd, bytes, &frame))
    {
      g_set_error_literal (error, HW_ERROR, HW_ERROR_INTERRUPTED,
                           "What watches the program ended before it said whether that runs.");
      return FALSE;
    }

  return frame.verb == HW_SHIM_STARTED ||
         hw_command_start_explain (self, path, folder, &frame, error);
}

/* Does what blocks: finds the program, makes the folder, and has a shim start it, in this
 * order. The cancellable is heeded until then.
 * Gives a shim, or a sentence for a person, or that it was canceled, or %HW_ERROR_INTERRUPTED
 * if the shim died and nobody knows whether the program ran.
 */
HwShimProcess *
hw_command_start_run (HwCommandStart *self,
                      GCancellable   *cancellable,
                      GError        **error)
{
  const char *search_path = g_environ_getenv (self->environment, "PATH");
  const char *directory = self->directory;
  g_autoptr(HwShimProcess) process = NULL;
  g_autofree char *path = NULL;
  g_autofree char *folder = NULL;
  int number;

  if (directory == NULL)
    directory = get_default_directory ();
  number = try_directory (directory);
  if (number != 0)
    {
      set_directory_error (number, error);
      return NULL;
    }

  path = hw_program_find (self->argv[0], directory,
                          search_path != NULL ? search_path : DEFAULT_PATH, error);
  if (path == NULL)
    return NULL;

  folder = hw_attempt_files_create (self->output_root, self->run, error);
  if (folder == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  process = g_new0 (HwShimProcess, 1);
  process->pidfd = -1;
  process->link_fd = -1;
  if (hw_command_start_spawn (self, path, directory, folder, process, error))
    return g_steal_pointer (&process);

  hw_shim_process_forget (process);

  return NULL;
}
