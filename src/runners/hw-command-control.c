/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-control.h"

#include "hw-cancellation.h"
#include "hw-error.h"

/* How long a shim may take beyond the time that it was given, before it is asked whether it
 * still lives; and to answer. One that is held, or broken, keeps no task from being stopped.
 */
#define PATIENCE (5 * G_USEC_PER_SEC)

/* Who gives longer than that has a reason of their own. */
#define LONGEST_GRACE (G_GINT64_CONSTANT (24) * 60 * 60 * G_USEC_PER_SEC)

/* How long an attempt goes on at most because the disk takes its time to write down that
 * somebody wants it to end: a disk that hangs is a reason to cancel what uses it.
 */
#define RECORD_TIME G_USEC_PER_SEC

/* How long a pause may take. What waits for a disk cannot stand still before the disk has
 * answered, and whoever asked should not wait for it, too.
 */
#define PAUSE_TIME (10 * G_USEC_PER_SEC)

/**
 * HwCommandControl:
 *
 * What people want of an attempt that runs, said to its shim as soon as there is one, until
 * it is done: a shim that does not answer is ended, and whoever asked for a pause hears of it.
 *
 * It knows nothing of how the attempt begins and ends. Main context only.
 */
struct _HwCommandControl
{
  GObject parent_instance;

  HwClock *clock;       /* (owned) (not nullable) */
  char *output_root;    /* (owned) (not nullable): the folder of all attempts */
  HwRun *run;           /* (owned) (not nullable) */
  HwShimLink *link;     /* (owned) (nullable): while there is one */

  gboolean is_stopping; /* somebody asked it to end */
  HwControl verb;       /* how */
  gint64 deadline;      /* when to use force, in the clock's monotonic time */
  guint patience_timer;
  gboolean is_asked;    /* whether it lives, and it has not answered */

  gboolean is_inherited; /* a former daemon was asked, and nobody knows whether the shim was */
  gboolean is_due;       /* it is written down that it is to end, or that takes too long */
  guint record_timer;
  gboolean is_kill_recorded; /* and that it is at once, or that is under way */
  GPtrArray *recording; /* (owned) (nullable) (element-type GTask): wait until that is written */

  GTask *pausing;       /* (owned) (nullable): somebody waits until it stands still, or goes on */
  gboolean wants_pause; /* which */
  guint pause_timer;
};

G_DEFINE_FINAL_TYPE (HwCommandControl, hw_command_control, G_TYPE_OBJECT)

static void on_patience_timer (gpointer user_data);

static void
hw_command_control_remove_timer (HwCommandControl *self,
                                 guint            *timer)
{
  if (*timer != 0)
    hw_clock_remove_timer (self->clock, *timer);
  *timer = 0;
}

static GError *
hw_command_control_make_ended_error (HwCommandControl *self)
{
  return g_error_new (HW_ERROR, HW_ERROR_WRONG_STATE,
                      "Task %" G_GUINT64_FORMAT " is about to end. Wait until it has.",
                      hw_run_get_task_id (self->run));
}

static GError *
hw_command_control_make_foreign_error (HwCommandControl *self)
{
  return g_error_new (HW_ERROR, HW_ERROR_WRONG_STATE,
                      "Task %" G_GUINT64_FORMAT " was begun by another version of Headway, which "
                      "this one does not understand. Install that again to control the task, or "
                      "wait until it has ended.", hw_run_get_task_id (self->run));
}

/* Looks after the shim that does what it was told when it should be done with it. */
static void
hw_command_control_be_patient (HwCommandControl *self,
                               gint64            interval)
{
  hw_command_control_remove_timer (self, &self->patience_timer);
  self->patience_timer = hw_clock_add_timer (self->clock, interval, on_patience_timer, self);
}

static void
on_patience_timer (gpointer user_data)
{
  HwCommandControl *self = HW_COMMAND_CONTROL (user_data);

  self->patience_timer = 0;
  if (self->is_asked)
    {
      g_warning ("What watches task %" G_GUINT64_FORMAT " does not answer, and is ended",
                 hw_run_get_task_id (self->run));
      hw_shim_link_break (self->link);
      return;
    }

  self->is_asked = TRUE;
  hw_shim_link_ask (self->link);
  hw_command_control_be_patient (self, PATIENCE);
}

/* Does what somebody asked for, once there is a shim to ask it of. */
static void
hw_command_control_obey (HwCommandControl *self)
{
  gint64 grace = self->deadline - hw_clock_get_monotonic_time (self->clock);

  if (self->link == NULL || !self->is_due)
    return;

  if (self->verb == HW_CONTROL_KILL)
    {
      grace = 0;
      hw_shim_link_kill (self->link);
    }
  else
    {
      hw_shim_link_stop (self->link, grace);
    }

  self->is_asked = FALSE;
  hw_command_control_be_patient (self, CLAMP (grace, 0, LONGEST_GRACE) + PATIENCE);
}

/* Now the shim may be asked. */
static void
hw_command_control_become_due (HwCommandControl *self)
{
  hw_command_control_remove_timer (self, &self->record_timer);
  if (self->is_due)
    return;

  self->is_due = TRUE;
  hw_command_control_obey (self);
}

static void
on_record_timer (gpointer user_data)
{
  HwCommandControl *self = HW_COMMAND_CONTROL (user_data);

  self->record_timer = 0;
  hw_command_control_become_due (self);
}

static void hw_command_control_write (HwCommandControl *self);

static void
on_recorded (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwCommandControl) self = HW_COMMAND_CONTROL (user_data);
  g_autoptr(GPtrArray) recording = NULL;
  g_autoptr(GError) error = NULL;

  if (!hw_cancellation_record_finish (result, &error))
    g_warning ("Could not write down that task %" G_GUINT64_FORMAT " is canceled: %s",
               hw_run_get_task_id (self->run), error->message);

  hw_command_control_become_due (self);
  if (self->verb == HW_CONTROL_KILL && !self->is_kill_recorded)
    {
      hw_command_control_write (self);
      return;
    }

  recording = g_steal_pointer (&self->recording);
  for (guint i = 0; i < recording->len; i++)
    g_task_return_boolean (g_ptr_array_index (recording, i), TRUE);
}

static void
hw_command_control_write (HwCommandControl *self)
{
  self->is_kill_recorded = self->verb == HW_CONTROL_KILL;
  hw_cancellation_record_async (self->output_root, self->run, self->is_kill_recorded, on_recorded,
                                g_object_ref (self));
}

/* Writes down who wants it to end, and answers @gtask then. */
static void
hw_command_control_record (HwCommandControl *self,
                           GTask            *gtask)
{
  if (self->recording == NULL)
    {
      self->recording = g_ptr_array_new_with_free_func (g_object_unref);
      self->record_timer = hw_clock_add_timer (self->clock, RECORD_TIME, on_record_timer, self);
      hw_command_control_write (self);
    }

  g_ptr_array_add (self->recording, g_object_ref (gtask));
}

/* Goes on with what a former daemon was asked: the shim says whether it was, too. */
static void
hw_command_control_hear_inherited (HwCommandControl   *self,
                                   const HwShimStatus *status)
{
  gint64 grace = self->deadline - hw_clock_get_monotonic_time (self->clock);

  self->is_inherited = FALSE;
  if (status->is_stopping && self->verb != HW_CONTROL_KILL)
    hw_command_control_be_patient (self, CLAMP (grace, 0, LONGEST_GRACE) + PATIENCE);
  else
    hw_command_control_obey (self);
}

/* Tells whoever waits for a pause how that went: @error is (transfer full) (nullable). */
static void
hw_command_control_end_pausing (HwCommandControl *self,
                                GError           *error)
{
  g_autoptr(GTask) gtask = g_steal_pointer (&self->pausing);

  hw_command_control_remove_timer (self, &self->pause_timer);
  if (gtask == NULL)
    g_clear_error (&error);
  else if (error != NULL)
    g_task_return_error (gtask, error);
  else
    g_task_return_boolean (gtask, TRUE);
}

static void
on_pause_timer (gpointer user_data)
{
  HwCommandControl *self = HW_COMMAND_CONTROL (user_data);
  const char *sentence = self->wants_pause
                         ? "does not stand still: it may be waiting for a disk. It goes on; try "
                         "again later."
                         : "does not go on yet. Try again later.";

  self->pause_timer = 0;

  /* Nothing stands half still. */
  if (self->wants_pause && self->link != NULL)
    hw_shim_link_set_paused (self->link, FALSE);
  hw_command_control_end_pausing (self, g_error_new (HW_ERROR, HW_ERROR_FAILED,
                                                     "Task %" G_GUINT64_FORMAT " %s",
                                                     hw_run_get_task_id (self->run), sentence));
}

/* The answer tells, if nothing changes by it. */
static void
hw_command_control_pause (HwCommandControl *self)
{
  if (self->link == NULL)
    return;

  hw_shim_link_set_paused (self->link, self->wants_pause);
  hw_shim_link_ask (self->link);
}

static void
on_link_status (HwShimLink       *link,
                HwShimStatus     *status,
                HwCommandControl *self)
{
  if (self->pausing != NULL && status->is_paused == self->wants_pause)
    hw_command_control_end_pausing (self, NULL);

  /* It lives, and waits for what the kernel does not let go. */
  if (self->is_asked)
    hw_command_control_be_patient (self, PATIENCE);
  self->is_asked = FALSE;

  if (self->is_inherited)
    hw_command_control_hear_inherited (self, status);
}

static void
on_link_refused (HwShimLink       *link,
                 guint             verb,
                 HwCommandControl *self)
{
  if (verb == HW_SHIM_PAUSE || verb == HW_SHIM_RESUME)
    hw_command_control_end_pausing (self, hw_command_control_make_ended_error (self));
  else
    g_warning ("What watches task %" G_GUINT64_FORMAT " does not know what was asked of it",
               hw_run_get_task_id (self->run));
}

/* It cannot be asked, so it cannot be known whether it is broken, either. */
static void
on_link_foreign (HwShimLink       *link,
                 guint             version,
                 HwCommandControl *self)
{
  GError *error = hw_command_control_make_foreign_error (self);

  g_warning ("What watches task %" G_GUINT64_FORMAT " speaks version %u, and is left alone",
             hw_run_get_task_id (self->run), version);
  hw_run_send_message (self->run, "%s", error->message);
  hw_command_control_remove_timer (self, &self->patience_timer);
  hw_command_control_end_pausing (self, error);
}

static gboolean
hw_command_control_is_foreign (HwCommandControl *self)
{
  return self->link != NULL && hw_shim_link_get_is_foreign (self->link);
}

static void
hw_command_control_drop_link (HwCommandControl *self)
{
  hw_command_control_remove_timer (self, &self->patience_timer);
  if (self->link != NULL)
    g_signal_handlers_disconnect_by_data (self->link, self);
  g_clear_object (&self->link);
}

static void
hw_command_control_dispose (GObject *object)
{
  HwCommandControl *self = HW_COMMAND_CONTROL (object);

  hw_command_control_drop_link (self);
  hw_command_control_remove_timer (self, &self->pause_timer);
  hw_command_control_remove_timer (self, &self->record_timer);

  G_OBJECT_CLASS (hw_command_control_parent_class)->dispose (object);
}

static void
hw_command_control_finalize (GObject *object)
{
  HwCommandControl *self = HW_COMMAND_CONTROL (object);

  g_clear_object (&self->pausing);
  g_clear_pointer (&self->recording, g_ptr_array_unref);
  g_clear_pointer (&self->output_root, g_free);
  g_clear_object (&self->run);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_command_control_parent_class)->finalize (object);
}

static void
hw_command_control_class_init (HwCommandControlClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_command_control_dispose;
  object_class->finalize = hw_command_control_finalize;
}

static void
hw_command_control_init (HwCommandControl *self)
{
}

/**
 * hw_command_control_new:
 * @clock: what tells when force is due
 * @output_root: the folder of all attempts
 * @run: the attempt
 *
 * Creates what controls an attempt that has no shim yet.
 *
 * Returns: (transfer full): a new control
 */
HwCommandControl *
hw_command_control_new (HwClock    *clock,
                        const char *output_root,
                        HwRun      *run)
{
  HwCommandControl *self = g_object_new (HW_TYPE_COMMAND_CONTROL, NULL);

  self->clock = g_object_ref (clock);
  self->output_root = g_strdup (output_root);
  self->run = g_object_ref (run);

  return self;
}

/**
 * hw_command_control_set_link:
 * @self: a control
 * @link: (nullable): the attempt's shim, or %NULL if it is gone
 *
 * Says who carries the attempt out. What was asked before is asked of it now.
 */
void
hw_command_control_set_link (HwCommandControl *self,
                             HwShimLink       *link)
{
  g_return_if_fail (HW_IS_COMMAND_CONTROL (self));

  hw_command_control_drop_link (self);
  if (link == NULL)
    return;

  self->link = g_object_ref (link);
  g_signal_connect (link, "status", G_CALLBACK (on_link_status), self);
  g_signal_connect (link, "refused", G_CALLBACK (on_link_refused), self);
  g_signal_connect (link, "foreign", G_CALLBACK (on_link_foreign), self);

  /* It says how it is to whoever comes, unless it is held, or broken. */
  if (self->is_inherited)
    hw_command_control_be_patient (self, PATIENCE);
  else if (self->is_stopping)
    hw_command_control_obey (self);
  if (self->pausing != NULL)
    hw_command_control_pause (self);
}

/**
 * hw_command_control_stop:
 * @self: a control
 * @verb: %HW_CONTROL_STOP or %HW_CONTROL_KILL
 * @deadline: when to use force, in the clock's monotonic time
 * @gtask: whom to tell when it was asked, and whoever comes after us would know that; or why
 *   it cannot be
 *
 * Asks the work to end.
 */
void
hw_command_control_stop (HwCommandControl *self,
                         HwControl         verb,
                         gint64            deadline,
                         GTask            *gtask)
{
  gboolean is_recorded;

  g_return_if_fail (HW_IS_COMMAND_CONTROL (self));

  if (hw_command_control_is_foreign (self))
    {
      g_task_return_error (gtask, hw_command_control_make_foreign_error (self));
      return;
    }

  hw_command_control_end_pausing (self, hw_command_control_make_ended_error (self));
  self->is_stopping = TRUE;
  self->is_inherited = FALSE;
  self->verb = verb;
  self->deadline = deadline;

  /* A runner may be asked for a reason of nobody's. */
  if (hw_run_get_canceled_by (self->run) == NULL)
    self->is_due = self->is_kill_recorded = TRUE;

  if (self->is_due)
    hw_command_control_obey (self);
  is_recorded = self->is_due && (verb != HW_CONTROL_KILL || self->is_kill_recorded);
  if (is_recorded && self->recording == NULL)
    g_task_return_boolean (gtask, TRUE);
  else
    hw_command_control_record (self, gtask);
}

/**
 * hw_command_control_inherit_stop:
 * @self: a control of an attempt that was adopted, before it has a link
 * @verb: %HW_CONTROL_STOP or %HW_CONTROL_KILL
 * @deadline: when to use force, in the clock's monotonic time
 *
 * Says that a former daemon was asked to end the work, which wrote that down. The shim is asked
 * to unless it was: a program need not hear it twice.
 */
void
hw_command_control_inherit_stop (HwCommandControl *self,
                                 HwControl         verb,
                                 gint64            deadline)
{
  g_return_if_fail (HW_IS_COMMAND_CONTROL (self));
  g_return_if_fail (self->link == NULL);

  if (self->is_stopping)
    return;

  self->is_stopping = self->is_inherited = self->is_due = TRUE;
  self->is_kill_recorded = verb == HW_CONTROL_KILL;
  self->verb = verb;
  self->deadline = deadline;
}

/**
 * hw_command_control_set_paused:
 * @self: a control
 * @is_paused: whether the work is to stand still, or to go on
 * @gtask: whom to tell when it does, or why not
 *
 * Has the work stand still, or go on, with all that came of it. Whoever asks last is heard.
 */
void
hw_command_control_set_paused (HwCommandControl *self,
                               gboolean          is_paused,
                               GTask            *gtask)
{
  g_return_if_fail (HW_IS_COMMAND_CONTROL (self));

  if (self->is_stopping)
    {
      g_task_return_error (gtask, hw_command_control_make_ended_error (self));
      return;
    }
  if (hw_command_control_is_foreign (self))
    {
      g_task_return_error (gtask, hw_command_control_make_foreign_error (self));
      return;
    }

  hw_command_control_end_pausing (self, g_error_new (HW_ERROR, HW_ERROR_WRONG_STATE,
                                                     "Somebody else wanted something else of task %"
                                                     G_GUINT64_FORMAT " meanwhile. Look at it again.",
                                                     hw_run_get_task_id (self->run)));
  self->pausing = g_object_ref (gtask);
  self->wants_pause = is_paused;
  self->pause_timer = hw_clock_add_timer (self->clock, PAUSE_TIME, on_pause_timer, self);
  hw_command_control_pause (self);
}

/**
 * hw_command_control_close:
 * @self: a control
 *
 * Asks nothing more, as the attempt has ended, or we go.
 */
void
hw_command_control_close (HwCommandControl *self)
{
  g_return_if_fail (HW_IS_COMMAND_CONTROL (self));

  hw_command_control_drop_link (self);
  hw_command_control_end_pausing (self, hw_command_control_make_ended_error (self));
}

/**
 * hw_command_control_get_is_stopping:
 * @self: a control
 *
 * Gets whether somebody asked the work to end.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_command_control_get_is_stopping (HwCommandControl *self)
{
  g_return_val_if_fail (HW_IS_COMMAND_CONTROL (self), FALSE);

  return self->is_stopping;
}
