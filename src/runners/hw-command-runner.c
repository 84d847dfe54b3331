/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-runner.h"

#include "hw-command-child.h"
#include "hw-error.h"
#include "hw-life.h"
#include "hw-process.h"
#include "hw-shim-protocol.h"
#include "hw-spawn.h"

/**
 * HwCommandRunner:
 *
 * Carries out attempts with programs. Each is watched by a shim, a small process that
 * outlives us: it owns what the program prints and knows how it ends, and whoever comes
 * after us finds it. We start shims, and speak with them: #HwCommandChild does, of each.
 *
 * Main context only.
 */
struct _HwCommandRunner
{
  GObject parent_instance;

  HwCommandSettings settings; /* (owned) */
  GHashTable *children;       /* (owned) (element-type HwRun HwCommandChild): those that go on */
};

static void hw_command_runner_iface_init (HwRunnerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwCommandRunner, hw_command_runner, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_RUNNER,
                                                      hw_command_runner_iface_init))

static void
on_child_done (HwCommandChild *child,
               GHashTable     *children)
{
  g_hash_table_remove (children, hw_command_child_get_run (child));
}

static HwCommandChild *
hw_command_runner_add_child (HwCommandRunner *self,
                             HwRun           *run)
{
  HwCommandChild *child = hw_command_child_new (G_OBJECT (self), &self->settings, run);

  g_signal_connect (child, "done", G_CALLBACK (on_child_done), self->children);
  g_hash_table_insert (self->children, run, child);

  return child;
}

static void
hw_command_runner_start_async (HwRunner           *runner,
                               HwRun              *run,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (runner);
  g_autoptr(GTask) beginning = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (beginning, hw_command_runner_start_async);

  if (g_task_return_error_if_cancelled (beginning))
    return;

  /* From now on, the thread that starts it knows until when it can be canceled. */
  g_task_set_check_cancellable (beginning, FALSE);
  hw_command_child_start (hw_command_runner_add_child (self, run), beginning);
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

  g_task_set_source_tag (beginning, hw_command_runner_adopt_async);

  /* Half an adoption would be of no use to anybody. */
  g_task_set_check_cancellable (beginning, FALSE);
  hw_shim_slots_expect (self->settings.slots, run);
  hw_command_child_adopt (hw_command_runner_add_child (self, run), beginning);
}

/* Asks it of an attempt that goes on. */
static void
control_child (HwCommandChild *child,
               HwControl       verb,
               gint64          deadline,
               GTask          *gtask)
{
  HwCommandControl *control = hw_command_child_get_control (child);

  switch (verb)
    {
    case HW_CONTROL_PAUSE:
    case HW_CONTROL_RESUME:
      hw_command_control_set_paused (control, verb == HW_CONTROL_PAUSE, gtask);
      return;

    case HW_CONTROL_LEAVE:
      hw_command_child_leave (child);
      g_task_return_boolean (gtask, TRUE);
      return;

    case HW_CONTROL_STOP:
    case HW_CONTROL_KILL:
    default:
      hw_command_child_forgo (child);
      hw_command_control_stop (control, verb, deadline, gtask);
      return;
    }
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
  HwCommandChild *child = g_hash_table_lookup (self->children, run);

  g_task_set_source_tag (gtask, hw_command_runner_control_async);

  if (child != NULL)
    control_child (child, verb, deadline, gtask);
  else if (verb == HW_CONTROL_PAUSE || verb == HW_CONTROL_RESUME)
    g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_WRONG_STATE,
                             "Task %" G_GUINT64_FORMAT " has just ended.",
                             hw_run_get_task_id (run));
  else
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
hw_command_runner_settle (HwRunner *runner,
                          HwRun    *run)
{
  hw_shim_slots_release (HW_COMMAND_RUNNER (runner)->settings.slots, run);
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
  iface->settle = hw_command_runner_settle;
}

static void
hw_command_runner_finalize (GObject *object)
{
  HwCommandRunner *self = HW_COMMAND_RUNNER (object);

  /* Each child holds a reference, so there is none. */
  g_clear_pointer (&self->children, g_hash_table_unref);
  g_clear_object (&self->settings.enclosure);
  g_clear_pointer (&self->settings.processes, hw_marked_processes_unref);
  g_clear_pointer (&self->settings.watches, hw_watch_set_unref);
  g_clear_pointer (&self->settings.slots, hw_shim_slots_unref);
  g_clear_object (&self->settings.clock);
  g_clear_pointer (&self->settings.output_root, g_free);
  g_clear_pointer (&self->settings.shim_path, g_free);

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
  self->children = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->settings.version = HW_SHIM_VERSION;
  self->settings.watches = hw_watch_set_new ();
}

/**
 * hw_command_runner_new:
 * @shim_path: the file of `headway-shim`
 * @output_root: the folder of all attempts, made when it is needed
 * @clock: what tells when force is due
 *
 * Creates a runner of programs. From then on, the process must not ignore `SIGCHLD`. Its
 * programs may have as many files open as the process may now.
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
  self->settings.shim_path = g_strdup (shim_path);
  self->settings.output_root = g_strdup (output_root);
  self->settings.processes = hw_marked_processes_new (output_root);
  self->settings.clock = g_object_ref (clock);
  if (!hw_life_read (self->settings.life, sizeof self->settings.life))
    self->settings.life[0] = '\0';
  self->settings.slots = hw_shim_slots_new (output_root, self->settings.life);
  getrlimit (RLIMIT_NOFILE, &self->settings.descriptors);
  hw_spawn_heed_children ();

  return self;
}

/**
 * hw_command_runner_set_enclosure:
 * @self: a runner that has begun nothing
 * @enclosure: (nullable): where the processes of an attempt go
 *
 * Has each attempt in a place of its own, if there is one for it.
 */
void
hw_command_runner_set_enclosure (HwCommandRunner *self,
                                 HwEnclosure     *enclosure)
{
  g_return_if_fail (HW_IS_COMMAND_RUNNER (self));
  g_return_if_fail (enclosure == NULL || HW_IS_ENCLOSURE (enclosure));

  g_set_object (&self->settings.enclosure, enclosure);
}

/**
 * hw_command_runner_set_session_manager:
 * @self: a runner that has begun nothing
 * @manager: the process that manages the session, or 0 if there is none
 *
 * Says who would take all with it at its end: an attempt whose shim is older than that, and
 * gone without a word, went down with the session before.
 */
void
hw_command_runner_set_session_manager (HwCommandRunner *self,
                                       pid_t            manager)
{
  HwProcessStat stat;

  g_return_if_fail (HW_IS_COMMAND_RUNNER (self));

  if (manager > 0 && hw_process_read (manager, &stat))
    self->settings.session_start = stat.start;
}

/**
 * hw_command_runner_set_version:
 * @self: a runner that has begun nothing
 * @version: the newest version of the protocol to speak with shims
 *
 * Has the runner be one of another release, in tests.
 */
void
hw_command_runner_set_version (HwCommandRunner *self,
                               guint8           version)
{
  g_return_if_fail (HW_IS_COMMAND_RUNNER (self));

  self->settings.version = version;
}
