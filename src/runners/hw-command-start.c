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

/* Room for the path of a cgroup in an order, which is judged before there is one. */
#define CGROUP_ROOM HW_CGROUP_SIZE

/* All that it takes to start the program of an attempt: made in the main context, prepared
 * in a thread, which it belongs to meanwhile.
 */
struct _HwCommandStart
{
  HwRun *run;         /* (owned) */
  HwShimSlots *slots; /* (owned) */
  char *shim_path;    /* (owned) */
  char *output_root;  /* (owned) */
  char life[HW_LIFE_SIZE];
  struct rlimit descriptors; /* how many files the program may have open */
  gboolean needs_place;      /* which is made for its shim before that gets its order */
  int is_unwanted;           /* atomic: nobody wants it to begin any more */
  char *mark;         /* (owned) */
  char **argv;        /* (owned) (array zero-terminated=1) */
  char **environment; /* (owned) (array zero-terminated=1) */
  char *directory;    /* (owned) (nullable): nobody said */
  int umask;          /* or -1 */
  char **secrets;     /* (owned) (array zero-terminated=1) */

  /* What a thread found. */
  char *path;         /* (owned) (nullable): of the program */
  char *beginning;    /* (owned) (nullable): the folder to begin in */
  char *folder;       /* (owned) (nullable): of the attempt */
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
  environment = g_environ_setenv (environment, HW_RESULTS_VARIABLE, results, TRUE);

  return g_steal_pointer (&environment);
}

static gboolean
has_places (HwEnclosure *enclosure)
{
  return enclosure != NULL &&
         !g_str_equal (hw_enclosure_get_containment (enclosure), HW_CONTAINMENT_SESSION);
}

/* Judges the parameters again, because the type's file may have changed since the
 * task was accepted. The error is a sentence for a person.
 */
HwCommandStart *
hw_command_start_new (const HwCommandSettings *settings,
                      HwRun                   *run,
                      GError                 **error)
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
  self->slots = hw_shim_slots_ref (settings->slots);
  self->shim_path = g_strdup (settings->shim_path);
  self->output_root = g_strdup (settings->output_root);
  g_strlcpy (self->life, settings->life, sizeof self->life);
  self->descriptors = settings->descriptors;
  self->needs_place = has_places (settings->enclosure);
  self->mark = hw_mark_build (run);
  self->argv = hw_task_type_make_argv (type, parameters);
  results = hw_attempt_files_build_results (self->output_root, run);
  environment = hw_task_type_make_environment (type, parameters);
  self->environment = make_environment (environment, self->mark, results);
  self->directory = hw_task_type_make_directory (type, parameters);
  self->umask = hw_task_type_make_umask (type, parameters);
  self->secrets = hw_run_list_secrets (run);

  return g_steal_pointer (&self);
}

void
hw_command_start_free (HwCommandStart *self)
{
  g_clear_object (&self->run);
  g_clear_pointer (&self->slots, hw_shim_slots_unref);
  g_clear_pointer (&self->shim_path, g_free);
  g_clear_pointer (&self->output_root, g_free);
  g_clear_pointer (&self->mark, g_free);
  g_clear_pointer (&self->argv, g_strfreev);
  g_clear_pointer (&self->environment, g_strfreev);
  g_clear_pointer (&self->directory, g_free);
  g_clear_pointer (&self->secrets, g_strfreev);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->beginning, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_free (self);
}

/* Gets what a person calls the program. */
const char *
hw_command_start_get_program (HwCommandStart *self)
{
  return self->argv[0];
}

/* Tells whether the shim is to be in a place of its own before it gets its order. */
gboolean
hw_command_start_get_needs_place (HwCommandStart *self)
{
  return self->needs_place;
}

/* Has the shim get no order any more, unless it has it. Any thread. */
void
hw_command_start_forgo (HwCommandStart *self)
{
  g_atomic_int_set (&self->is_unwanted, TRUE);
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
hw_command_start_set_directory_error (HwCommandStart *self,
                                      int             number,
                                      GError        **error)
{
  if (self->directory != NULL)
    hw_program_set_directory_error (number, error);
  else
    g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                 "The program cannot begin in your home folder: %s. Mend that, and retry the "
                 "task, or choose another folder.", g_strerror (number));
}

/* Where a program begins that nobody said a folder for: as if at a login. */
static const char *
get_default_directory (void)
{
  const char *home = g_get_home_dir ();

  return g_path_is_absolute (home) && try_directory (home) == 0 ? home : "/";
}

/* A shim is told times in 32 bits, which no timeout may exceed: it would end too early. */
G_STATIC_ASSERT (G_GINT64_CONSTANT (1000) * HW_TIMEOUT_MAX <= G_MAXUINT32);

static guint32
to_milliseconds (gint64 microseconds)
{
  return (guint32) CLAMP (microseconds / 1000, 0, (gint64) G_MAXUINT32);
}

static HwShimTask
hw_command_start_get_task (HwCommandStart *self,
                           const char     *cgroup)
{
  HwTaskType *type = hw_run_get_task_type (self->run);

  return (HwShimTask) {
           .mark = self->mark,
           .life = self->life,
           .path = self->path,
           .directory = self->beginning,
           .cgroup = cgroup,
           .umask = self->umask,
           .timeout = to_milliseconds (hw_run_get_timeout (self->run)),
           .grace = to_milliseconds (hw_task_type_get_stop_timeout (type)),
           .output_limit = hw_task_type_get_output_limit (type),
           .argv = self->argv,
           .environment = self->environment,
           .secrets = self->secrets,
  };
}

/**
 * hw_command_start_build_order:
 * @self: a start that was prepared
 * @cgroup: (type filename): the place that was made for the attempt, or ""
 *
 * Builds what the shim is told.
 *
 * Returns: (transfer full): a frame
 */
GByteArray *
hw_command_start_build_order (HwCommandStart *self,
                              const char     *cgroup)
{
  HwShimTask task = hw_command_start_get_task (self, cgroup);
  gsize length = hw_shim_task_size (&task);
  GByteArray *order = g_byte_array_new ();

  g_byte_array_set_size (order, (guint) (HW_FRAME_HEAD + length));
  hw_shim_frame_write_head (order->data, HW_SHIM_VERSION, HW_SHIM_START_TASK, length);
  hw_shim_task_write (&task, order->data + HW_FRAME_HEAD);

  return order;
}

/* Where a beginning failed. Owned by its #GTask. */
typedef struct
{
  HwCommandStart *start; /* (owned) */
  HwShimStage stage;
  int number;
} Failure;

static void
failure_free (Failure *failure)
{
  hw_command_start_free (failure->start);
  g_free (failure);
}

static void
explain_in_thread (GTask        *gtask,
                   gpointer      source,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  const Failure *failure = task_data;
  HwCommandStart *self = failure->start;
  g_autofree char *record = g_build_filename (self->folder, HW_SHIM_START, NULL);
  GError *error = NULL;

  if (failure->stage == HW_SHIM_STAGE_PROGRAM)
    hw_program_set_error (self->path, failure->number, &error);
  else if (failure->stage == HW_SHIM_STAGE_DIRECTORY)
    hw_command_start_set_directory_error (self, failure->number, &error);
  else if (failure->stage == HW_SHIM_STAGE_RECORD)
    hw_attempt_files_set_error (record, failure->number, &error);
  else
    g_set_error (&error, HW_ERROR, HW_ERROR_FAILED,
                 "Headway cannot watch another program: %s. Wait until others have ended, "
                 "and retry the task.", g_strerror (failure->number));

  g_task_return_error (gtask, error);
}

/**
 * hw_command_start_explain_async:
 * @self: (transfer full): a start that was prepared
 * @stage: where the shim says that it failed
 * @number: why, of `errno`
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Finds out why a program did not start.
 */
void
hw_command_start_explain_async (HwCommandStart     *self,
                                HwShimStage         stage,
                                int                 number,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr(GTask) gtask = g_task_new (NULL, NULL, callback, user_data);
  Failure *failure = g_new0 (Failure, 1);

  g_task_set_source_tag (gtask, hw_command_start_explain_async);

  /* No full disk says that, nor somebody who took the folder away. */
  if (stage == HW_SHIM_STAGE_RECORD && number == EIO)
    hw_shim_slots_distrust (self->slots, self->run);

  *failure = (Failure) { self, stage, number };
  g_task_set_task_data (gtask, failure, (GDestroyNotify) failure_free);
  g_task_run_in_thread (gtask, explain_in_thread);
}

/**
 * hw_command_start_explain_finish:
 * @result: what the callback was given
 *
 * Ends hw_command_start_explain_async().
 *
 * Returns: (transfer full): a sentence for a person
 */
GError *
hw_command_start_explain_finish (GAsyncResult *result)
{
  GError *error = NULL;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  g_task_propagate_boolean (G_TASK (result), &error);

  return error;
}

/* Finds what runs and where. */
static gboolean
hw_command_start_find (HwCommandStart *self,
                       GError        **error)
{
  const char *search_path = g_environ_getenv (self->environment, "PATH");
  HwShimTask task;
  int number;

  self->beginning = g_strdup (self->directory != NULL ? self->directory : get_default_directory ());
  number = try_directory (self->beginning);
  if (number != 0)
    {
      hw_command_start_set_directory_error (self, number, error);
      return FALSE;
    }

  self->path = hw_program_find (self->argv[0], self->beginning,
                                search_path != NULL ? search_path : DEFAULT_PATH, error);
  if (self->path == NULL)
    return FALSE;

  task = hw_command_start_get_task (self, "");
  if (hw_shim_task_size (&task) + CGROUP_ROOM <= HW_START_MAX)
    return TRUE;

  hw_program_set_error (self->path, E2BIG, error);

  return FALSE;
}

/* Gives the shim its order at once, as far as there is room for it: whoever would do it in the main
 * context may have much else to do. What a daemon needs is not what its programs are to have.
 */
static void
hw_command_start_give_order (HwCommandStart *self,
                             HwShimProcess  *process)
{
  gssize n_sent;

  prlimit (process->pid, RLIMIT_NOFILE, &self->descriptors, NULL);
  if (self->needs_place || g_atomic_int_get (&self->is_unwanted))
    return;

  process->order = hw_command_start_build_order (self, "");
  n_sent = send (process->link_fd, process->order->data, process->order->len,
                 MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n_sent > 0)
    g_byte_array_remove_range (process->order, 0, (guint) n_sent);
}

/* Starts the shim, with a slot for its records. */
static gboolean
hw_command_start_spawn (HwCommandStart *self,
                        HwShimProcess  *process,
                        GError        **error)
{
  const char *name = self->mark + strlen (HW_MARK_VARIABLE "=");
  gboolean is_started;
  int slot_fd;
  int number = hw_shim_slots_take (self->slots, self->run, &slot_fd);

  if (number != 0)
    {
      hw_attempt_files_set_error (self->folder, number, error);
      return FALSE;
    }

  is_started = hw_spawn_shim (self->shim_path, name, self->folder, slot_fd, process, error);
  close (slot_fd);

  return is_started;
}

/* Does what blocks: finds the program, makes the folder, starts a shim, and gives it its order
 * if it needs no place, in this order.
 */
static HwShimProcess *
hw_command_start_prepare (HwCommandStart *self,
                          GCancellable   *cancellable,
                          GError        **error)
{
  g_autoptr(HwShimProcess) process = NULL;

  if (self->life[0] == '\0')
    {
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "Headway cannot tell one start of the machine from another. See to it that it can "
                   "read /proc, start it again, and retry the task.");
      return NULL;
    }
  if (!hw_command_start_find (self, error))
    return NULL;

  self->folder = hw_attempt_files_create (self->output_root, self->run, error);
  if (self->folder == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  process = g_new0 (HwShimProcess, 1);
  process->pidfd = -1;
  process->link_fd = -1;
  if (!hw_command_start_spawn (self, process, error))
    return NULL;

  hw_command_start_give_order (self, process);

  return g_steal_pointer (&process);
}

static void
prepare_in_thread (GTask        *gtask,
                   gpointer      source,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  GError *error = NULL;
  HwShimProcess *process = hw_command_start_prepare (task_data, cancellable, &error);

  if (process != NULL)
    g_task_return_pointer (gtask, process, (GDestroyNotify) hw_shim_process_free);
  else
    g_task_return_error (gtask, error);
}

/**
 * hw_command_start_prepare_async:
 * @self: a start, which stays until @callback was called
 * @cancellable: (nullable): heeded until there is a shim
 * @callback: called when there is a shim, or none
 * @user_data: data for @callback
 *
 * Makes all ready that a program needs, as far as a shim that waits for its order, or has it if it
 * needs no place.
 */
void
hw_command_start_prepare_async (HwCommandStart     *self,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr(GTask) gtask = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_command_start_prepare_async);
  g_task_set_check_cancellable (gtask, FALSE);
  g_task_set_task_data (gtask, self, NULL);
  g_task_run_in_thread (gtask, prepare_in_thread);
}

/**
 * hw_command_start_prepare_finish:
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_command_start_prepare_async().
 *
 * Returns: (transfer full): a shim, see hw_command_start_prepare_async(); %NULL with a sentence for a
 *   person, or if it was canceled
 */
HwShimProcess *
hw_command_start_prepare_finish (GAsyncResult *result,
                                 GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
