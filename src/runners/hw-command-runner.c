/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-runner.h"

#include "hw-attempt-files.h"
#include "hw-command-outcome.h"
#include "hw-command-start.h"
#include "hw-error.h"
#include "hw-marked-processes.h"
#include "hw-spawn.h"

#include <glib-unix.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * HwCommandRunner:
 *
 * Carries out attempts with programs. Each leads a session of its own and prints
 * into a file, so the daemon's death neither stops it nor loses what it says; but
 * a later daemon can only end what is left of it.
 *
 * What blocks is done on threads of GIO. A program's end is heard of by its pidfd,
 * in the main context, without a signal handler and without a thread for each.
 *
 * Main context only.
 */
struct _HwCommandRunner
{
  GObject parent_instance;

  char *output_root;    /* (owned) */
  HwClock *clock;       /* (owned) */
  GHashTable *children; /* (owned) (element-type HwRun Child): those that go on */
};

/* The program of one attempt, from its start until its end is told. */
typedef struct
{
  HwCommandRunner *runner; /* (owned): it stays until all have ended */
  HwRun *run;              /* (owned) */
  GTask *starting;         /* (owned) (nullable): until it has begun */
  char *program;           /* (owned): what a person calls it */

  HwProcess process;       /* its pid is 0 before the start, and after its end was waited for */
  GSource *watch;          /* (owned) (nullable): of its end */

  gboolean is_stopping;    /* somebody asked it to end */
  HwControl verb;          /* how */
  gint64 deadline;         /* when to use force, in the clock's monotonic time */
  guint timer_id;          /* that will use it */
} Child;

/* What is left to do for an attempt when its program has ended. Owned by its #GTask. */
typedef struct
{
  HwRun *run;         /* (owned) */
  char *output_root;  /* (owned) */
  HwOutcome *outcome; /* (owned) (nullable) */
  gboolean leaves_nothing;
} Ending;

static void hw_command_runner_iface_init (HwRunnerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwCommandRunner, hw_command_runner, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_RUNNER,
                                                      hw_command_runner_iface_init))

/* A program goes through these in this order. */
static void start_in_thread (GTask        *gtask,
                             gpointer      source,
                             gpointer      task_data,
                             GCancellable *cancellable);
static void on_started (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);
static gboolean on_process_ended (int          pidfd,
                                  GIOCondition condition,
                                  gpointer     user_data);
static void end_in_thread (GTask        *gtask,
                           gpointer      source,
                           gpointer      task_data,
                           GCancellable *cancellable);
static void on_ended (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data);

static void
child_forget_timer (Child *child)
{
  if (child->timer_id != 0)
    hw_clock_remove_timer (child->runner->clock, child->timer_id);
  child->timer_id = 0;
}

static void
child_free (Child *child)
{
  child_forget_timer (child);
  if (child->watch != NULL)
    g_source_destroy (child->watch);
  g_clear_pointer (&child->watch, g_source_unref);
  if (child->process.pidfd >= 0)
    close (child->process.pidfd);

  g_clear_pointer (&child->program, g_free);
  g_clear_object (&child->starting);
  g_clear_object (&child->run);
  g_clear_object (&child->runner);
  g_free (child);
}

static void
ending_free (Ending *ending)
{
  g_clear_object (&ending->run);
  g_clear_pointer (&ending->output_root, g_free);
  g_clear_pointer (&ending->outcome, hw_outcome_free);
  g_free (ending);
}

/* Sends a signal to the program and its children. Its pid is not 0 as long as nobody
 * has waited for it, and so long no other process can have its number.
 */
static void
child_signal (Child *child,
              int    number)
{
  if (child->process.pid > 0)
    kill (-child->process.pid, number);
}

static void
on_deadline (gpointer user_data)
{
  Child *child = user_data;

  child->timer_id = 0;
  child_signal (child, SIGKILL);
}

/* Does what somebody asked for, once there is a process to ask it of. */
static void
child_obey (Child *child)
{
  HwClock *clock = child->runner->clock;

  if (child->process.pid == 0)
    return;

  if (child->verb == HW_CONTROL_KILL)
    {
      child_signal (child, SIGKILL);
      return;
    }

  /* One that is held by SIGSTOP hears of the end only when it goes on. */
  child_signal (child, SIGTERM);
  child_signal (child, SIGCONT);

  child_forget_timer (child);
  child->timer_id = hw_clock_add_timer (clock,
                                        child->deadline - hw_clock_get_monotonic_time (clock),
                                        on_deadline, child);
}

/* Ends the attempt with @outcome, which is (transfer full). */
static void
child_end (Child     *child,
           HwOutcome *outcome)
{
  g_autoptr(GTask) gtask = g_task_new (child->runner, NULL, on_ended, child);
  Ending *ending = g_new0 (Ending, 1);

  g_task_set_source_tag (gtask, child_end);

  ending->run = g_object_ref (child->run);
  ending->output_root = g_strdup (child->runner->output_root);
  ending->outcome = outcome;
  ending->leaves_nothing = child->is_stopping;
  g_task_set_task_data (gtask, ending, (GDestroyNotify) ending_free);

  g_task_run_in_thread (gtask, end_in_thread);
}

static void
hw_command_runner_start_async (HwRunner           *runner,
                               HwRun              *run,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (runner);
  g_autoptr(GTask) starting = NULL;
  g_autoptr(GTask) gtask = NULL;
  g_autoptr(HwCommandStart) start = NULL;
  g_autoptr(GError) error = NULL;
  Child *child;

  starting = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (starting, hw_command_runner_start_async);

  if (g_task_return_error_if_cancelled (starting))
    return;

  /* From now on, start_in_thread() knows until when it can be canceled. */
  g_task_set_check_cancellable (starting, FALSE);

  child = g_new0 (Child, 1);
  child->runner = g_object_ref (self);
  child->run = g_object_ref (run);
  child->starting = g_object_ref (starting);
  child->process.pidfd = -1;
  g_hash_table_insert (self->children, run, child);

  gtask = g_task_new (self, cancellable, on_started, child);
  g_task_set_source_tag (gtask, start_in_thread);
  g_task_set_check_cancellable (gtask, FALSE);

  start = hw_command_start_new (self->output_root, run, &error);
  if (start == NULL)
    {
      child->program = g_strdup (hw_task_type_get_name (hw_run_get_task_type (run)));
      g_task_return_error (gtask, g_steal_pointer (&error));
      return;
    }

  child->program = g_strdup (hw_command_start_get_program (start));
  g_task_set_task_data (gtask, g_steal_pointer (&start), (GDestroyNotify) hw_command_start_free);
  g_task_run_in_thread (gtask, start_in_thread);
}

static void
start_in_thread (GTask        *gtask,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  g_autofree HwProcess *process = g_new0 (HwProcess, 1);
  g_autoptr(GError) error = NULL;

  if (hw_command_start_run (task_data, cancellable, process, &error))
    g_task_return_pointer (gtask, g_steal_pointer (&process), g_free);
  else
    g_task_return_error (gtask, g_steal_pointer (&error));
}

/* The program runs: waits for its end, and does what was asked meanwhile. */
static void
child_watch (Child *child)
{
  child->watch = g_unix_fd_source_new (child->process.pidfd, G_IO_IN);
  g_source_set_static_name (child->watch, "[headway] end of a program");
  g_source_set_callback (child->watch, G_SOURCE_FUNC (on_process_ended), child, NULL);
  g_source_attach (child->watch, g_main_context_get_thread_default ());

  if (child->is_stopping)
    child_obey (child);
}

static void
on_started (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (source);
  Child *child = user_data;
  g_autoptr(GTask) starting = g_steal_pointer (&child->starting);
  g_autofree HwProcess *process = NULL;
  g_autoptr(GError) error = NULL;

  process = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_hash_table_remove (self->children, child->run);
      g_task_return_error (starting, g_steal_pointer (&error));
      return;
    }

  /* Told before the end, which both ways goes through another thread or the poll. */
  g_task_return_boolean (starting, TRUE);

  if (process != NULL)
    {
      child->process = *process;
      child_watch (child);
      return;
    }

  if (child->is_stopping)
    child_end (child, hw_command_outcome_new (child->program, NULL, TRUE));
  else
    child_end (child, hw_command_outcome_new_not_started (error));
}

static gboolean
on_process_ended (int          pidfd,
                  GIOCondition condition,
                  gpointer     user_data)
{
  Child *child = user_data;
  siginfo_t ending = { 0 };
  gboolean is_ours;

  /* Only looked at, so that its number is still that of its group. */
  is_ours = waitid (P_PIDFD, (id_t) pidfd, &ending, WEXITED | WNOHANG | WNOWAIT) == 0;
  if (is_ours && ending.si_pid == 0)
    return G_SOURCE_CONTINUE;

  if (is_ours && child->is_stopping)
    child_signal (child, SIGKILL);

  is_ours = waitid (P_PIDFD, (id_t) pidfd, &ending, WEXITED) == 0;
  child->process.pid = 0;
  g_clear_pointer (&child->watch, g_source_unref);
  child_forget_timer (child);

  child_end (child, hw_command_outcome_new (child->program, is_ours ? &ending : NULL,
                                            child->is_stopping));

  return G_SOURCE_REMOVE;
}

static void
end_in_thread (GTask        *gtask,
               gpointer      source,
               gpointer      task_data,
               GCancellable *cancellable)
{
  Ending *ending = task_data;
  g_autofree char *mark = hw_mark_build (ending->run);

  /* Children of a program that was stopped may have left its group. */
  if (ending->leaves_nothing && !hw_marked_processes_kill (mark))
    g_warning ("Some processes of task %" G_GUINT64_FORMAT " would not end",
               hw_run_get_task_id (ending->run));

  ending->outcome->output_size = hw_attempt_files_get_output_size (ending->output_root,
                                                                   ending->run);
  g_task_return_boolean (gtask, TRUE);
}

static void
on_ended (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (source);
  Child *child = user_data;
  g_autoptr(HwRun) run = g_object_ref (child->run);
  Ending *ending = g_task_get_task_data (G_TASK (result));

  g_hash_table_remove (self->children, run);
  hw_run_finish (run, g_steal_pointer (&ending->outcome));
}

static void
adopt_in_thread (GTask        *gtask,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (source);
  HwRun *run = HW_RUN (task_data);
  g_autofree char *mark = hw_mark_build (run);

  if (!hw_attempt_files_has_start (self->output_root, run))
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_NOT_STARTED,
                               "Headway stopped before the task began. It will begin.");
      return;
    }

  if (!hw_marked_processes_kill (mark))
    g_warning ("Some processes of task %" G_GUINT64_FORMAT " would not end",
               hw_run_get_task_id (run));

  g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_INTERRUPTED,
                           "Headway stopped while the task ran. Read its output to see how far "
                           "it got, and add it again if it has to be done.");
}

static void
hw_command_runner_adopt_async (HwRunner           *runner,
                               HwRun              *run,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr(GTask) gtask = g_task_new (runner, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_command_runner_adopt_async);
  g_task_set_task_data (gtask, g_object_ref (run), g_object_unref);
  g_task_run_in_thread (gtask, adopt_in_thread);
}

static void
hw_command_runner_control_async (HwRunner           *runner,
                                 HwRun              *run,
                                 HwControl           verb,
                                 gint64              deadline,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (runner);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);
  Child *child = g_hash_table_lookup (self->children, run);

  g_task_set_source_tag (gtask, hw_command_runner_control_async);

  if (child != NULL)
    {
      child->is_stopping = TRUE;
      child->verb = verb;
      child->deadline = deadline;
      child_obey (child);
    }

  g_task_return_boolean (gtask, TRUE);
}

/* Ends all that was asked of the runner: it succeeds or it does not. */
static gboolean
hw_command_runner_finish (HwRunner     *runner,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, runner), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
hw_command_runner_iface_init (HwRunnerInterface *iface)
{
  iface->start_async = hw_command_runner_start_async;
  iface->start_finish = hw_command_runner_finish;
  iface->adopt_async = hw_command_runner_adopt_async;
  iface->adopt_finish = hw_command_runner_finish;
  iface->control_async = hw_command_runner_control_async;
  iface->control_finish = hw_command_runner_finish;
}

static void
hw_command_runner_finalize (GObject *object)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (object);

  /* Each child holds a reference, so there is none. */
  g_clear_pointer (&self->children, g_hash_table_unref);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->output_root, g_free);

  G_OBJECT_CLASS (hw_command_runner_parent_class)->finalize (object);
}

static void
hw_command_runner_class_init (HwCommandRunnerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_command_runner_finalize;
}

static void
hw_command_runner_init (HwCommandRunner *self)
{
  self->children = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) child_free);
}

/**
 * hw_command_runner_new:
 * @output_root: the folder of all attempts, made when it is needed
 * @clock: what tells when force is due
 *
 * Creates a runner of programs. From then on, the process must not ignore `SIGCHLD`.
 *
 * Returns: (transfer full): a new runner
 */
HwCommandRunner *
hw_command_runner_new (const char *output_root,
                       HwClock    *clock)
{
  HwCommandRunner *self;

  g_return_val_if_fail (output_root != NULL, NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_COMMAND_RUNNER, NULL);
  self->output_root = g_strdup (output_root);
  self->clock = g_object_ref (clock);
  hw_spawn_heed_children ();

  return self;
}
