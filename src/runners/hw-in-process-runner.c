/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-in-process-runner.h"

#include "hw-cancellation.h"
#include "hw-error.h"

/* How long work goes on at most because the disk takes its time to write down that somebody
 * wants it to end.
 */
#define RECORD_TIME G_USEC_PER_SEC

/**
 * HwInProcessRunner:
 *
 * Carries out attempts with C functions, each on a thread of a pool of its own, so
 * that long work never takes the threads that GIO reads files with. Those that are
 * instant stay in the main context, as to change threads would take longer. Nothing of
 * it outlives the daemon.
 *
 * Main context only; the functions know nothing of this.
 */
struct _HwInProcessRunner
{
  GObject parent_instance;

  HwClock *clock;        /* (owned) */
  char *output_root;     /* (owned) (nullable): the folder of all attempts */
  GThreadPool *pool;     /* (owned) */
  GHashTable *functions; /* (owned) (element-type utf8 Function) */
  GHashTable *works;     /* (owned) (element-type HwRun Going): those that go on */
};

/* What task types can use. */
typedef struct
{
  HwWorkFunction function;
  gboolean is_instant; /* it takes no longer than to wake a thread */
} Function;

/* An attempt that goes on, as the main context sees it. */
typedef struct
{
  HwClock *clock;            /* (unowned): the runner's */
  HwRun *run;                /* (owned) */
  GCancellable *cancellable; /* (owned) */
  guint timer;               /* rings when its time is up, or when it must end */
  gboolean is_late;          /* it was asked to end because it took too long */
} Going;

/* One attempt, as whoever does the work sees it. */
typedef struct
{
  HwRun *run;           /* (owned) */
  GVariant *parameters; /* (owned) */
  const Function *function; /* (unowned): the runner's */
} Work;

static void hw_in_process_runner_iface_init (HwRunnerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwInProcessRunner, hw_in_process_runner, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_RUNNER,
                                                      hw_in_process_runner_iface_init))

static void
work_free (Work *work)
{
  g_clear_object (&work->run);
  g_clear_pointer (&work->parameters, g_variant_unref);
  g_free (work);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

static void
going_clear_timer (Going *going)
{
  if (going->timer != 0)
    hw_clock_remove_timer (going->clock, going->timer);
  going->timer = 0;
}

static void
going_free (Going *going)
{
  going_clear_timer (going);
  g_clear_object (&going->run);
  g_clear_object (&going->cancellable);
  g_free (going);
}

static void
on_time_up (gpointer user_data)
{
  Going *going = user_data;

  going->timer = 0;
  going->is_late = TRUE;
  hw_run_set_stopping (going->run);
  g_cancellable_cancel (going->cancellable);
}

static void
going_end (Going *going)
{
  going_clear_timer (going);
  g_cancellable_cancel (going->cancellable);
}

static void
on_record_timer (gpointer user_data)
{
  Going *going = user_data;

  going->timer = 0;
  going_end (going);
}

static void
hw_in_process_runner_keep (HwInProcessRunner *self,
                           HwRun             *run,
                           GCancellable      *cancellable)
{
  Going *going = g_new0 (Going, 1);
  gint64 timeout = hw_run_get_timeout (run);

  going->clock = self->clock;
  going->run = g_object_ref (run);
  going->cancellable = g_object_ref (cancellable);
  if (timeout > 0)
    going->timer = hw_clock_add_timer (self->clock, timeout, on_time_up, going);
  g_hash_table_insert (self->works, run, going);
}

/* Work goes through these in this order. */
static void do_work (gpointer data,
                     gpointer user_data);
static void on_work_done (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);

/* Makes ready what an attempt needs. The file of its type may have changed since the
 * task was accepted, so what it says is checked again.
 */
static Work *
hw_in_process_runner_prepare (HwInProcessRunner *self,
                              HwRun             *run,
                              GError           **error)
{
  HwTaskType *type = hw_run_get_task_type (run);
  const char *name = hw_task_type_get_function (type);
  Function *function = name != NULL ? g_hash_table_lookup (self->functions, name) : NULL;
  g_autoptr(GVariant) parameters = NULL;
  Work *work;

  if (function == NULL)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "This Headway has no function “%s”. Correct “function” in %s.task, or take a "
                   "Headway that has it.",
                   name != NULL ? name : "", hw_task_type_get_name (type));
      return NULL;
    }

  parameters = hw_task_type_check_parameters (type, hw_run_get_parameters (run), error);
  if (parameters == NULL)
    return NULL;

  work = g_new0 (Work, 1);
  work->run = g_object_ref (run);
  work->parameters = g_steal_pointer (&parameters);
  work->function = function;

  return work;
}

/* On a thread of the pool. Takes @data. */
static void
do_work (gpointer data,
         gpointer user_data)
{
  g_autoptr(GTask) gtask = G_TASK (data);
  Work *work = g_task_get_task_data (gtask);
  g_autoptr(GVariant) value = NULL;
  g_autoptr(GError) error = NULL;

  /* It may have waited for its thread until nobody wanted it any more. */
  if (g_task_return_error_if_cancelled (gtask))
    return;

  value = work->function->function (work->run, work->parameters, g_task_get_cancellable (gtask), &error);
  if (error != NULL)
    g_task_return_error (gtask, g_steal_pointer (&error));
  else
    g_task_return_pointer (gtask, g_steal_pointer (&value), (GDestroyNotify) g_variant_unref);
}

static HwOutcome *
make_outcome (HwRun        *run,
              GVariant     *value,
              const GError *error,
              gboolean      is_late)
{
  HwOutcome *outcome;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && is_late)
    {
      return hw_outcome_new_failed (HW_RESULT_TIMEOUT,
                                    "The task took longer than the %" G_GINT64_FORMAT " seconds that "
                                    "it had. Give it more time, and add it again.",
                                    hw_run_get_timeout (run) / G_USEC_PER_SEC);
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return hw_outcome_new_failed (HW_RESULT_CANCELED,
                                  "The task was canceled. Retry it to do it after all.");

  if (error != NULL)
    return hw_outcome_new_failed (HW_RESULT_ERROR, "%s", error->message);

  outcome = hw_outcome_new (HW_RESULT_SUCCESS);
  outcome->value = value != NULL ? g_variant_ref (value) : NULL;

  return outcome;
}

static void
on_work_done (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  HwInProcessRunner *self = HW_IN_PROCESS_RUNNER (source);
  g_autoptr(HwRun) run = HW_RUN (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) value = g_task_propagate_pointer (G_TASK (result), &error);

  const Going *going = g_hash_table_lookup (self->works, run);
  gboolean is_late = going->is_late;

  g_hash_table_remove (self->works, run);
  hw_run_finish (run, make_outcome (run, value, error, is_late));
}

/* Has a thread carry out an attempt, or ends it with @error if there is no @work, which is
 * (transfer full).
 */
static void
hw_in_process_runner_begin (HwInProcessRunner *self,
                            HwRun             *run,
                            Work              *work,
                            const GError      *error)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, on_work_done, g_object_ref (run));

  g_task_set_source_tag (gtask, hw_in_process_runner_begin);
  hw_in_process_runner_keep (self, run, cancellable);

  if (work == NULL)
    {
      g_task_return_error (gtask, g_error_copy (error));
      return;
    }

  g_task_set_task_data (gtask, work, (GDestroyNotify) work_free);
  g_thread_pool_push (self->pool, g_steal_pointer (&gtask), NULL);
}

/* What is over before anybody could ask it to end. */
static void
do_at_once (Work *work)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) value = work->function->function (work->run, work->parameters, NULL, &error);

  hw_run_finish (work->run, make_outcome (work->run, value, error, FALSE));
}

static void
hw_in_process_runner_start_async (HwRunner           *runner,
                                  HwRun              *run,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  HwInProcessRunner *self = HW_IN_PROCESS_RUNNER (runner);
  g_autoptr(GTask) starting = NULL;
  g_autoptr(Work) work = NULL;
  g_autoptr(GError) error = NULL;

  starting = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (starting, hw_in_process_runner_start_async);

  if (g_task_return_error_if_cancelled (starting))
    return;

  /* From now on the start is done, whatever happens to its cancellable. */
  g_task_set_check_cancellable (starting, FALSE);
  g_task_return_boolean (starting, TRUE);

  work = hw_in_process_runner_prepare (self, run, &error);
  if (work != NULL && work->function->is_instant)
    do_at_once (work);
  else
    /* The end is told after the start: tasks are told in the order in which they return. */
    hw_in_process_runner_begin (self, run, g_steal_pointer (&work), error);
}

static void
learn_in_thread (GTask        *gtask,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  HwInProcessRunner *self = HW_IN_PROCESS_RUNNER (source);

  if (self->output_root != NULL)
    hw_cancellation_learn (self->output_root, HW_RUN (task_data));
  g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_INTERRUPTED,
                           "Headway stopped while the task ran. "
                           "Retry it to do it from the beginning.");
}

/* A thread goes down with its process, so there is never anything to adopt. */
static void
hw_in_process_runner_adopt_async (HwRunner           *runner,
                                  HwRun              *run,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_autoptr(GTask) gtask = g_task_new (runner, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_in_process_runner_adopt_async);
  g_task_set_check_cancellable (gtask, FALSE);
  g_task_set_task_data (gtask, g_object_ref (run), g_object_unref);
  g_task_run_in_thread (gtask, learn_in_thread);
}

static void
on_recorded (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwInProcessRunner *self = g_task_get_source_object (gtask);
  HwRun *run = g_task_get_task_data (gtask);
  Going *going = g_hash_table_lookup (self->works, run);
  g_autoptr(GError) error = NULL;

  if (!hw_cancellation_record_finish (result, &error))
    g_warning ("Could not write down that task %" G_GUINT64_FORMAT " is canceled: %s",
               hw_run_get_task_id (run), error->message);

  if (going != NULL)
    going_end (going);
  g_task_return_boolean (gtask, TRUE);
}

/* Ends work of which it is known who canceled it, as soon as whoever comes after us would know
 * that, too. @gtask is (transfer full).
 */
static void
hw_in_process_runner_cancel (HwInProcessRunner *self,
                             Going             *going,
                             GTask             *gtask)
{
  going_clear_timer (going);
  going->timer = hw_clock_add_timer (self->clock, RECORD_TIME, on_record_timer, going);
  g_task_set_task_data (gtask, g_object_ref (going->run), g_object_unref);
  hw_cancellation_record_async (self->output_root, going->run, FALSE, on_recorded, gtask);
}

/* There is no force: a thread can only be asked, and what can be asked of it is the same. It
 * cannot be held, either.
 */
static void
hw_in_process_runner_control_async (HwRunner           *runner,
                                    HwRun              *run,
                                    HwControl           verb,
                                    gint64              deadline,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  HwInProcessRunner *self = HW_IN_PROCESS_RUNNER (runner);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);
  Going *going = g_hash_table_lookup (self->works, run);

  g_task_set_source_tag (gtask, hw_in_process_runner_control_async);

  if (verb == HW_CONTROL_PAUSE || verb == HW_CONTROL_RESUME)
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_WRONG_STATE,
                               "Task %" G_GUINT64_FORMAT " is done inside of Headway, and cannot "
                               "be paused. Cancel it, and retry it later.",
                               hw_run_get_task_id (run));
      return;
    }

  if (going != NULL && verb != HW_CONTROL_LEAVE && self->output_root != NULL &&
      hw_run_get_canceled_by (run) != NULL)
    {
      hw_in_process_runner_cancel (self, going, g_steal_pointer (&gtask));
      return;
    }

  if (going != NULL)
    going_end (going);
  g_task_return_boolean (gtask, TRUE);
}

/* Ends all that was asked of the runner: it succeeds or it does not. */
static gboolean
hw_in_process_runner_finish (HwRunner     *runner,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, runner), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
hw_in_process_runner_iface_init (HwRunnerInterface *iface)
{
  iface->start_async = hw_in_process_runner_start_async;
  iface->start_finish = hw_in_process_runner_finish;
  iface->adopt_async = hw_in_process_runner_adopt_async;
  iface->adopt_finish = hw_in_process_runner_finish;
  iface->control_async = hw_in_process_runner_control_async;
  iface->control_finish = hw_in_process_runner_finish;
}

static void
hw_in_process_runner_finalize (GObject *object)
{
  HwInProcessRunner *self = HW_IN_PROCESS_RUNNER (object);

  /* Work that goes on holds a reference, so nothing is left to do. Not to be waited
   * for: the last reference may have been that of one of the pool's own threads.
   */
  if (self->pool != NULL)
    g_thread_pool_free (g_steal_pointer (&self->pool), FALSE, FALSE);
  g_clear_pointer (&self->works, g_hash_table_unref);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->output_root, g_free);
  g_clear_pointer (&self->functions, g_hash_table_unref);

  G_OBJECT_CLASS (hw_in_process_runner_parent_class)->finalize (object);
}

static void
hw_in_process_runner_class_init (HwInProcessRunnerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_in_process_runner_finalize;
}

static void
hw_in_process_runner_init (HwInProcessRunner *self)
{
  self->functions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->works = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) going_free);
}

/**
 * hw_in_process_runner_new:
 * @clock: what time it is
 * @n_threads: how many attempts may run at once: as many as the queue starts, or
 *   those that it started wait here for a thread
 *
 * Creates a runner that has no functions yet.
 *
 * Returns: (transfer full): a new runner
 */
HwInProcessRunner *
hw_in_process_runner_new (HwClock *clock,
                          guint    n_threads)
{
  HwInProcessRunner *self;

  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (n_threads > 0 && n_threads <= G_MAXINT, NULL);

  self = g_object_new (HW_TYPE_IN_PROCESS_RUNNER, NULL);
  self->clock = g_object_ref (clock);
  self->pool = g_thread_pool_new (do_work, NULL, (int) n_threads, FALSE, NULL);

  return self;
}

/**
 * hw_in_process_runner_set_output_root:
 * @self: a runner that has begun nothing
 * @output_root: the folder of all attempts, made when it is needed
 *
 * Says where it is written down that somebody canceled an attempt, for those who come after
 * us. Without it, work that went down with us is interrupted, whoever canceled it.
 */
void
hw_in_process_runner_set_output_root (HwInProcessRunner *self,
                                      const char        *output_root)
{
  g_return_if_fail (HW_IS_IN_PROCESS_RUNNER (self));
  g_return_if_fail (output_root != NULL);

  g_free (self->output_root);
  self->output_root = g_strdup (output_root);
}

static void
hw_in_process_runner_add_function (HwInProcessRunner *self,
                                   const char        *name,
                                   HwWorkFunction     function,
                                   gboolean           is_instant)
{
  Function *entry = g_new0 (Function, 1);

  entry->function = function;
  entry->is_instant = is_instant;
  g_hash_table_insert (self->functions, g_strdup (name), entry);
}

/**
 * hw_in_process_runner_add:
 * @self: a runner that has begun nothing
 * @name: what task types call the function
 * @function: the function
 *
 * Lets task types use a function, which is called on a thread.
 */
void
hw_in_process_runner_add (HwInProcessRunner *self,
                          const char        *name,
                          HwWorkFunction     function)
{
  g_return_if_fail (HW_IS_IN_PROCESS_RUNNER (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (function != NULL);

  hw_in_process_runner_add_function (self, name, function, FALSE);
}

/**
 * hw_in_process_runner_add_instant:
 * @self: a runner that has begun nothing
 * @name: what task types call the function
 * @function: the function, which waits for nothing and takes a few microseconds
 *
 * Lets task types use a function, which is called in the main context without a cancellable,
 * and has ended before hw_runner_start_async() returns.
 */
void
hw_in_process_runner_add_instant (HwInProcessRunner *self,
                                  const char        *name,
                                  HwWorkFunction     function)
{
  g_return_if_fail (HW_IS_IN_PROCESS_RUNNER (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (function != NULL);

  hw_in_process_runner_add_function (self, name, function, TRUE);
}
