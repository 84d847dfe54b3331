/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-runner.h"

#include "hw-command-outcome.h"
#include "hw-command-start.h"
#include "hw-error.h"
#include "hw-shim-adoption.h"
#include "hw-shim-link.h"

/* How long a shim may take beyond the time that it was given, before it is asked whether it
 * still lives; and to answer. One that is held, or broken, keeps no task from being stopped.
 */
#define PATIENCE (5 * G_USEC_PER_SEC)

/* Who gives longer than that has a reason of their own. */
#define LONGEST_GRACE (G_GINT64_CONSTANT (24) * 60 * 60 * G_USEC_PER_SEC)

/**
 * HwCommandRunner:
 *
 * Carries out attempts with programs. Each is watched by a shim, a small process that
 * outlives us: it owns what the program prints and knows how it ends, and whoever comes
 * after us finds it. We start shims, and speak with them.
 *
 * What blocks is done on threads of GIO. Main context only.
 */
struct _HwCommandRunner
{
  GObject parent_instance;

  char *shim_path;      /* (owned) */
  char *output_root;    /* (owned) */
  HwClock *clock;       /* (owned) */
  GHashTable *children; /* (owned) (element-type HwRun Child): those that go on */
};

/* The program of one attempt, from its start until its end is told. */
typedef struct
{
  HwCommandRunner *runner; /* (owned): it stays until all have ended */
  HwRun *run;              /* (owned) */
  char *program;           /* (owned): what a person calls it */
  GTask *beginning;        /* (owned) (nullable): until it has begun, or was found */

  HwShimLink *link;        /* (owned) (nullable): while it runs */

  gboolean is_stopping;    /* somebody asked it to end */
  HwControl verb;          /* how */
  gint64 deadline;         /* when to use force, in the clock's monotonic time */
  guint patience_timer;
  gboolean is_asked;       /* whether it lives, and it has not answered */
  gboolean is_left;        /* we go, and it stays */
} Child;

/* What a thread needs to know of an attempt. Owned by its #GTask. */
typedef struct
{
  HwRun *run;        /* (owned) */
  char *output_root; /* (owned) */
} Place;

static void hw_command_runner_iface_init (HwRunnerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwCommandRunner, hw_command_runner, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_RUNNER,
                                                      hw_command_runner_iface_init))

/* A program goes through these in this order; one that is adopted begins further down. */
static void start_in_thread (GTask        *gtask,
                             gpointer      source,
                             gpointer      task_data,
                             GCancellable *cancellable);
static void on_started (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);
static void find_in_thread (GTask        *gtask,
                            gpointer      source,
                            gpointer      task_data,
                            GCancellable *cancellable);
static void on_found (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data);
static void on_patience_timer (gpointer user_data);
static void on_link_status (HwShimLink   *link,
                            HwShimStatus *status,
                            Child        *child);
static void on_link_ended (HwShimLink *link,
                           HwShimEnd  *end,
                           Child      *child);
static void bury_in_thread (GTask        *gtask,
                            gpointer      source,
                            gpointer      task_data,
                            GCancellable *cancellable);
static void on_buried (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);

static void
child_drop_link (Child *child)
{
  if (child->patience_timer != 0)
    hw_clock_remove_timer (child->runner->clock, child->patience_timer);
  child->patience_timer = 0;

  if (child->link == NULL)
    return;

  g_signal_handlers_disconnect_by_data (child->link, child);
  hw_shim_link_leave (child->link);
  g_clear_object (&child->link);
}

static void
child_free (Child *child)
{
  child_drop_link (child);
  g_clear_pointer (&child->program, g_free);
  g_clear_object (&child->beginning);
  g_clear_object (&child->run);
  g_clear_object (&child->runner);
  g_free (child);
}

static void
place_free (Place *place)
{
  g_clear_object (&place->run);
  g_clear_pointer (&place->output_root, g_free);
  g_free (place);
}

static Child *
hw_command_runner_add_child (HwCommandRunner *self,
                             HwRun           *run,
                             GTask           *beginning)
{
  Child *child = g_new0 (Child, 1);

  child->runner = g_object_ref (self);
  child->run = g_object_ref (run);
  child->beginning = g_object_ref (beginning);
  g_hash_table_insert (self->children, run, child);

  return child;
}

/* Does in a thread what has to look at the attempt's files. */
static void
child_look (Child              *child,
            GTaskThreadFunc     look,
            GAsyncReadyCallback callback)
{
  g_autoptr(GTask) gtask = g_task_new (child->runner, NULL, callback, child);
  Place *place = g_new0 (Place, 1);

  g_task_set_source_tag (gtask, child_look);

  place->run = g_object_ref (child->run);
  place->output_root = g_strdup (child->runner->output_root);
  g_task_set_task_data (gtask, place, (GDestroyNotify) place_free);
  g_task_run_in_thread (gtask, look);
}

/* Looks after the shim that does what it was told when it should be done with it. */
static void
child_be_patient (Child *child,
                  gint64 interval)
{
  HwClock *clock = child->runner->clock;

  if (child->patience_timer != 0)
    hw_clock_remove_timer (clock, child->patience_timer);
  child->patience_timer = hw_clock_add_timer (clock, interval, on_patience_timer, child);
}

static void
on_patience_timer (gpointer user_data)
{
  Child *child = user_data;

  child->patience_timer = 0;
  if (child->is_asked)
    {
      g_warning ("What watches task %" G_GUINT64_FORMAT " does not answer, and is ended",
                 hw_run_get_task_id (child->run));
      hw_shim_link_break (child->link);
      return;
    }

  child->is_asked = TRUE;
  hw_shim_link_ask (child->link);
  child_be_patient (child, PATIENCE);
}

/* Does what somebody asked for, once there is a shim to ask it of. */
static void
child_obey (Child *child)
{
  gint64 grace = child->deadline - hw_clock_get_monotonic_time (child->runner->clock);

  if (child->link == NULL)
    return;

  if (child->verb == HW_CONTROL_KILL)
    {
      grace = 0;
      hw_shim_link_kill (child->link);
    }
  else
    {
      hw_shim_link_stop (child->link, grace);
    }

  child->is_asked = FALSE;
  child_be_patient (child, CLAMP (grace, 0, LONGEST_GRACE) + PATIENCE);
}

/* Ends the attempt with @outcome, which is (transfer full). */
static void
child_end (Child     *child,
           HwOutcome *outcome)
{
  g_autoptr(HwCommandRunner) runner = g_object_ref (child->runner);
  g_autoptr(HwRun) run = g_object_ref (child->run);
  gboolean is_left = child->is_left;

  g_hash_table_remove (runner->children, run);
  if (is_left)
    hw_outcome_free (outcome);
  else
    hw_run_finish (run, outcome);
}

/* Takes the shim, which is (transfer full), and waits for its news. */
static void
child_watch (Child         *child,
             HwShimProcess *process)
{
  child->link = hw_shim_link_new (process, HW_SHIM_VERSION);
  g_signal_connect (child->link, "status", G_CALLBACK (on_link_status), child);
  g_signal_connect (child->link, "ended", G_CALLBACK (on_link_ended), child);

  if (child->is_stopping)
    child_obey (child);
}

static void
hw_command_runner_start_async (HwRunner           *runner,
                               HwRun              *run,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (runner);
  g_autoptr(GTask) beginning = NULL;
  g_autoptr(GTask) gtask = NULL;
  g_autoptr(HwCommandStart) start = NULL;
  g_autoptr(GError) error = NULL;
  Child *child;

  beginning = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (beginning, hw_command_runner_start_async);

  if (g_task_return_error_if_cancelled (beginning))
    return;

  /* From now on, start_in_thread() knows until when it can be canceled. */
  g_task_set_check_cancellable (beginning, FALSE);

  child = hw_command_runner_add_child (self, run, beginning);
  gtask = g_task_new (self, cancellable, on_started, child);
  g_task_set_source_tag (gtask, start_in_thread);
  g_task_set_check_cancellable (gtask, FALSE);

  start = hw_command_start_new (self->shim_path, self->output_root, run, &error);
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
  g_autoptr(GError) error = NULL;
  HwShimProcess *process = hw_command_start_run (task_data, cancellable, &error);

  if (process != NULL)
    g_task_return_pointer (gtask, process, (GDestroyNotify) hw_shim_process_free);
  else
    g_task_return_error (gtask, g_steal_pointer (&error));
}

static void
on_outcome_due (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  child_end (user_data, g_task_propagate_pointer (G_TASK (result), NULL));
}

/* What is told of a run comes after the answer to whoever began it: in the next turn of
 * the main context. @outcome is (transfer full).
 */
static void
child_end_soon (Child     *child,
                HwOutcome *outcome)
{
  g_autoptr(GTask) gtask = g_task_new (child->runner, NULL, on_outcome_due, child);

  g_task_set_source_tag (gtask, child_end_soon);
  g_task_return_pointer (gtask, outcome, (GDestroyNotify) hw_outcome_free);
}

static void
on_started (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (source);
  Child *child = user_data;
  g_autoptr(GTask) beginning = g_steal_pointer (&child->beginning);
  g_autoptr(HwShimProcess) process = NULL;
  g_autoptr(GError) error = NULL;

  process = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_hash_table_remove (self->children, child->run);
      g_task_return_error (beginning, g_steal_pointer (&error));
      return;
    }

  g_task_return_boolean (beginning, TRUE);

  if (process != NULL)
    {
      child_watch (child, g_steal_pointer (&process));
      if (child->is_left)
        g_hash_table_remove (self->children, child->run);
      return;
    }

  if (g_error_matches (error, HW_ERROR, HW_ERROR_INTERRUPTED))
    child_look (child, bury_in_thread, on_buried);
  else if (child->is_stopping)
    child_end_soon (child, hw_command_outcome_new_canceled ());
  else
    child_end_soon (child, hw_command_outcome_new_not_started (error));
}

static void
on_link_status (HwShimLink   *link,
                HwShimStatus *status,
                Child        *child)
{
  if (status->is_stopping)
    hw_run_set_stopping (child->run);

  /* It lives, and waits for what the kernel does not let go. */
  if (child->is_asked)
    child_be_patient (child, PATIENCE);
  child->is_asked = FALSE;
}

static void
on_link_ended (HwShimLink *link,
               HwShimEnd  *end,
               Child      *child)
{
  if (end != NULL)
    {
      child_end (child, hw_command_outcome_new (child->program, end));
      return;
    }

  child_drop_link (child);
  child_look (child, bury_in_thread, on_buried);
}

/* Says how an attempt ended whose shim is gone. */
static HwOutcome *
child_make_outcome (Child             *child,
                    const HwShimFound *found)
{
  HwOutcome *outcome;

  if (found->state == HW_SHIM_STATE_ENDED)
    return hw_command_outcome_new (child->program, &found->end);

  if (child->is_stopping)
    outcome = hw_command_outcome_new_canceled ();
  else if (found->state == HW_SHIM_STATE_INTERRUPTED)
    outcome = hw_command_outcome_new_interrupted ();
  else
    outcome = hw_command_outcome_new_lost (child->program);
  outcome->output_size = found->output_size;

  return outcome;
}

static void
bury_in_thread (GTask        *gtask,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  const Place *place = task_data;

  g_task_return_pointer (gtask, hw_shim_adoption_bury (place->output_root, place->run),
                         (GDestroyNotify) hw_shim_found_free);
}

static void
on_buried (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Child *child = user_data;
  g_autoptr(HwShimFound) found = g_task_propagate_pointer (G_TASK (result), NULL);

  child_end (child, child_make_outcome (child, found));
}

static void
find_in_thread (GTask        *gtask,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  const Place *place = task_data;

  g_task_return_pointer (gtask, hw_shim_adoption_find (place->output_root, place->run),
                         (GDestroyNotify) hw_shim_found_free);
}

/* Gets what a person calls the program of an attempt that a former daemon started.
 * Returns (transfer full).
 */
static char *
hw_command_runner_name_program (HwCommandRunner *self,
                                HwRun           *run)
{
  g_autoptr(HwCommandStart) start = hw_command_start_new (self->shim_path, self->output_root, run,
                                                          NULL);

  /* The type's file may have changed since. */
  return g_strdup (start != NULL ? hw_command_start_get_program (start)
                                 : hw_task_type_get_name (hw_run_get_task_type (run)));
}

static void
hw_command_runner_adopt_async (HwRunner           *runner,
                               HwRun              *run,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (runner);
  g_autoptr(GTask) beginning = g_task_new (self, cancellable, callback, user_data);
  Child *child;

  g_task_set_source_tag (beginning, hw_command_runner_adopt_async);

  /* Half an adoption would be of no use to anybody. */
  g_task_set_check_cancellable (beginning, FALSE);

  child = hw_command_runner_add_child (self, run, beginning);
  child->program = hw_command_runner_name_program (self, run);
  child_look (child, find_in_thread, on_found);
}

static void
on_found (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Child *child = user_data;
  g_autoptr(GTask) beginning = g_steal_pointer (&child->beginning);
  g_autoptr(HwShimFound) found = g_task_propagate_pointer (G_TASK (result), NULL);

  switch (found->state)
    {
    case HW_SHIM_STATE_NOT_STARTED:
      g_hash_table_remove (child->runner->children, child->run);
      g_task_return_new_error (beginning, HW_ERROR, HW_ERROR_NOT_STARTED,
                               "Headway stopped before the task began. It will begin.");
      return;

    case HW_SHIM_STATE_ALIVE:
      child_watch (child, g_steal_pointer (&found->process));
      if (child->is_left)
        g_hash_table_remove (child->runner->children, child->run);
      break;

    case HW_SHIM_STATE_ENDED:
    case HW_SHIM_STATE_INTERRUPTED:
    case HW_SHIM_STATE_LOST:
    default:
      child_end_soon (child, child_make_outcome (child, found));
      break;
    }

  g_task_return_boolean (beginning, TRUE);
}

/* Lets go of a program, which goes on. While a thread works for it, its answer is waited
 * for: it ends the child.
 */
static void
hw_command_runner_leave (HwCommandRunner *self,
                         Child           *child)
{
  child->is_left = TRUE;
  if (child->link != NULL)
    g_hash_table_remove (self->children, child->run);
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

  if (verb == HW_CONTROL_PAUSE || verb == HW_CONTROL_RESUME)
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_WRONG_STATE,
                               "Task %" G_GUINT64_FORMAT " cannot be paused.",
                               hw_run_get_task_id (run));
      return;
    }

  if (child != NULL && verb == HW_CONTROL_LEAVE)
    {
      hw_command_runner_leave (self, child);
    }
  else if (child != NULL)
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
  g_clear_pointer (&self->shim_path, g_free);

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
 * @shim_path: the file of `headway-shim`
 * @output_root: the folder of all attempts, made when it is needed
 * @clock: what tells when force is due
 *
 * Creates a runner of programs. From then on, the process must not ignore `SIGCHLD`.
 *
 * Returns: (transfer full): a new runner
 */
HwCommandRunner *
hw_command_runner_new (const char *shim_path,
                       const char *output_root,
                       HwClock    *clock)
{
  HwCommandRunner *self;

  g_return_val_if_fail (shim_path != NULL, NULL);
  g_return_val_if_fail (output_root != NULL, NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_COMMAND_RUNNER, NULL);
  self->shim_path = g_strdup (shim_path);
  self->output_root = g_strdup (output_root);
  self->clock = g_object_ref (clock);
  hw_spawn_heed_children ();

  return self;
}
