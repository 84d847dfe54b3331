/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-child.h"

#include "hw-attempt-files.h"
#include "hw-cgroup-files.h"
#include "hw-command-outcome.h"
#include "hw-command-start.h"
#include "hw-error.h"
#include "hw-command-control.h"
#include "hw-report-hearing.h"
#include "hw-shim-link.h"
#include "hw-shim-search.h"

/**
 * HwCommandChild:
 *
 * The program of one attempt, from its start or its adoption until its end is told: makes
 * the shim and its place, says to it what is wanted, and draws conclusions from what it says
 * or from what is left of it.
 *
 * It belongs to its runner, which it keeps alive, until #HwCommandChild::done. What blocks
 * is done on threads of GIO. Main context only.
 */
struct _HwCommandChild
{
  GObject parent_instance;

  GObject *owner;                    /* (owned): it stays until all have ended */
  const HwCommandSettings *settings; /* (not nullable): of the owner */
  HwRun *run;                        /* (owned) (not nullable) */
  char *program;                     /* (owned): what a person calls it */
  GTask *beginning;                  /* (owned) (nullable): until it has begun, or was found */

  HwCommandStart *start;  /* (owned) (nullable): until it has begun */
  HwShimProcess *process; /* (owned) (nullable): one that has not got its order */
  HwShimLink *link;       /* (owned) (nullable): while it runs */
  char *place;            /* (owned) (nullable): what holds it together, but for its shim */

  HwCommandControl *control; /* (owned) (not nullable): what people want of it */
  GCancellable *leaving;  /* (owned) (not nullable): when we go, and it stays */
};

typedef enum
{
  SIGNAL_DONE,
} HwCommandChildSignal;

static guint signals[SIGNAL_DONE + 1];

G_DEFINE_FINAL_TYPE (HwCommandChild, hw_command_child, G_TYPE_OBJECT)

/* A program goes through these in this order; one that is adopted begins further down. */
static void on_prepared (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);
static void on_enclosed (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);
static void on_link_answered (HwShimLink     *link,
                              guint           stage,
                              int             number,
                              HwCommandChild *self);
static void on_explained (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);
static void on_found (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data);
static void on_link_status (HwShimLink     *link,
                            HwShimStatus   *status,
                            HwCommandChild *self);
static void on_link_ended (HwShimLink     *link,
                           HwShimEnd      *end,
                           HwCommandChild *self);
static void on_buried (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);

static void
hw_command_child_drop_link (HwCommandChild *self)
{
  if (self->link == NULL)
    return;

  hw_command_control_set_link (self->control, NULL);

  g_signal_handlers_disconnect_by_data (self->link, self);
  hw_shim_link_leave (self->link);
  g_clear_object (&self->link);
}

/* Lets go of all that is watched, and of the owner. */
static void
hw_command_child_finish (HwCommandChild *self)
{
  hw_command_control_close (self->control);
  hw_command_child_drop_link (self);
  g_signal_emit (self, signals[SIGNAL_DONE], 0);
}

static gboolean
hw_command_child_is_left (HwCommandChild *self)
{
  return g_cancellable_is_cancelled (self->leaving);
}

static gboolean
hw_command_child_is_stopping (HwCommandChild *self)
{
  return hw_command_control_get_is_stopping (self->control);
}

/* Ends the attempt with @outcome, which is (transfer full). */
static void
hw_command_child_end (HwCommandChild *self,
                      HwOutcome      *outcome)
{
  g_autoptr(HwCommandChild) owned = g_object_ref (self);

  if (hw_command_child_is_left (self))
    {
      hw_outcome_free (outcome);
      return;
    }

  hw_command_child_finish (self);
  hw_run_finish (self->run, outcome);
}

/* Takes the shim, which is (transfer full), and waits for its news. */
static void
hw_command_child_watch (HwCommandChild *self,
                        HwShimProcess  *process)
{
  self->link = hw_shim_link_new (process, self->settings->version, self->settings->watches);
  hw_shim_link_set_place (self->link, self->place);
  g_signal_connect (self->link, "answered", G_CALLBACK (on_link_answered), self);
  g_signal_connect (self->link, "status", G_CALLBACK (on_link_status), self);
  g_signal_connect (self->link, "ended", G_CALLBACK (on_link_ended), self);
  hw_report_hear (self->link, self->run);
}

static void
on_outcome_due (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  hw_command_child_end (HW_COMMAND_CHILD (source), g_task_propagate_pointer (G_TASK (result), NULL));
}

/* What is told of a run comes after the answer to whoever began it: in the next turn of
 * the main context. @outcome is (transfer full).
 */
static void
hw_command_child_end_soon (HwCommandChild *self,
                           HwOutcome      *outcome)
{
  g_autoptr(GTask) gtask = g_task_new (self, NULL, on_outcome_due, NULL);

  g_task_set_source_tag (gtask, hw_command_child_end_soon);
  g_task_return_pointer (gtask, outcome, (GDestroyNotify) hw_outcome_free);
}

/* Answers whoever began it, or had it looked for. */
static void
hw_command_child_tell_begun (HwCommandChild *self)
{
  g_autoptr(GTask) beginning = g_steal_pointer (&self->beginning);

  if (beginning != NULL)
    g_task_return_boolean (beginning, TRUE);
}

static void
hw_command_child_fail_to_start (HwCommandChild *self,
                                const GError   *error)
{
  hw_command_child_tell_begun (self);
  if (hw_command_child_is_stopping (self))
    hw_command_child_end_soon (self, hw_command_outcome_new_canceled ());
  else
    hw_command_child_end_soon (self, hw_command_outcome_new_not_started (error));
}

/* Has the shim start the program, in its place if it has one, unless it has its order already, or
 * nobody wants that any more: a shim without an order ends.
 */
static void
hw_command_child_order (HwCommandChild *self)
{
  const char *place = self->place != NULL ? self->place : "";
  GByteArray *order = g_steal_pointer (&self->process->order);
  gboolean has_order = order != NULL && order->len == 0;

  if (order == NULL)
    order = hw_command_start_build_order (self->start, place);

  hw_command_child_watch (self, g_steal_pointer (&self->process));
  if (!has_order && (hw_command_child_is_left (self) || hw_command_child_is_stopping (self)))
    {
      g_byte_array_unref (order);
      hw_command_child_drop_link (self);
      hw_command_child_tell_begun (self);
      hw_command_child_end_soon (self, hw_command_outcome_new_canceled ());
      return;
    }

  hw_shim_link_start (self->link, order);
  hw_command_control_set_link (self->control, self->link);

  /* It is found by those who come after us. */
  if (hw_command_child_is_left (self))
    hw_command_child_drop_link (self);
}

/* Makes a place for it and all that will come of it. */
static void
hw_command_child_enclose (HwCommandChild *self)
{
  g_autofree char *name = hw_attempt_files_build_place_name (self->run);
  g_autofree char *title = g_strdup_printf ("Headway task %" G_GUINT64_FORMAT,
                                            hw_run_get_task_id (self->run));
  const HwEnclosureRequest request = { .name = name, .title = title, .pid = self->process->pid };

  hw_enclosure_enclose_async (self->settings->enclosure, &request, on_enclosed,
                              g_object_ref (self));
}

static void
on_prepared (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwCommandChild) self = HW_COMMAND_CHILD (user_data);
  g_autoptr(GTask) beginning = NULL;
  g_autoptr(GError) error = NULL;

  self->process = hw_command_start_prepare_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      beginning = g_steal_pointer (&self->beginning);
      g_signal_emit (self, signals[SIGNAL_DONE], 0);
      if (beginning != NULL)
        g_task_return_error (beginning, g_steal_pointer (&error));
      return;
    }

  if (self->process == NULL)
    hw_command_child_fail_to_start (self, error);
  else if (hw_command_start_get_needs_place (self->start) && !hw_command_child_is_left (self) &&
           !hw_command_child_is_stopping (self))
    hw_command_child_enclose (self);
  else
    hw_command_child_order (self);
}

static void
on_enclosed (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwCommandChild) self = HW_COMMAND_CHILD (user_data);
  g_autofree char *name = hw_attempt_files_build_place_name (self->run);

  if (hw_enclosure_enclose_finish (HW_ENCLOSURE (source), result, NULL))
    self->place = hw_cgroup_files_find_place (self->process->pid, name);

  hw_command_child_order (self);
}

static void
on_link_answered (HwShimLink     *link,
                  guint           stage,
                  int             number,
                  HwCommandChild *self)
{
  if (self->start == NULL)
    return;

  if (stage == HW_SHIM_STAGE_NONE)
    {
      g_clear_pointer (&self->start, hw_command_start_free);
      hw_command_child_tell_begun (self);
      if (self->place != NULL)
        hw_shim_link_ask (self->link);
      else
        hw_run_set_containment (self->run, HW_CONTAINMENT_SESSION);
      return;
    }

  hw_command_child_drop_link (self);
  hw_command_start_explain_async (g_steal_pointer (&self->start), (HwShimStage) stage, number,
                                  on_explained, g_object_ref (self));
}

static void
on_explained (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(HwCommandChild) self = HW_COMMAND_CHILD (user_data);
  g_autoptr(GError) error = hw_command_start_explain_finish (result);

  hw_command_child_fail_to_start (self, error);
}

/* A place by itself holds nothing: the shim says whether it could use it. */
static void
hw_command_child_tell_containment (HwCommandChild   *self,
                                   HwShimContainment containment)
{
  const char *word = HW_CONTAINMENT_SESSION;

  if (containment == HW_SHIM_CGROUP)
    word = self->place != NULL && g_str_has_suffix (self->place, ".scope")
           ? HW_CONTAINMENT_SCOPE : HW_CONTAINMENT_CGROUP;

  hw_run_set_containment (self->run, word);
}

static void
on_link_status (HwShimLink     *link,
                HwShimStatus   *status,
                HwCommandChild *self)
{
  if (status->is_stopping)
    hw_run_set_stopping (self->run);
  hw_run_set_paused (self->run, status->is_paused);
  hw_command_child_tell_containment (self, status->containment);
}

/* Ends the attempt as the shim wrote down. What was ended by the session was canceled, if that
 * was asked for before: its shim may not have heard of it.
 */
static void
hw_command_child_conclude_recorded (HwCommandChild  *self,
                                    const HwShimEnd *recorded)
{
  HwShimEnd copy = *recorded;
  const HwShimEnd *end = &copy;

  if (copy.stopped == HW_SHIM_SHUT_DOWN && hw_command_child_is_stopping (self))
    copy.stopped = HW_SHIM_ASKED;
  if (end->is_cut)
    hw_run_send_message (self->run, "Some of the output is missing: there was no room for it on "
                         "the disk, or its files were removed.");

  hw_command_child_end (self, hw_command_outcome_new (self->program, self->run, end));
}

/* Looks for what became of it. */
static void
hw_command_child_search (HwCommandChild     *self,
                         gboolean            is_gone,
                         GAsyncReadyCallback callback)
{
  /* What ended while we watched did not end with a session. */
  HwShimTraces *traces = hw_shim_traces_new (self->settings->output_root, self->run,
                                             self->settings->slots, self->settings->processes,
                                             is_gone ? 0 : self->settings->session_start);

  hw_shim_search_async (self->settings->clock, traces, is_gone, self->leaving, callback,
                        g_object_ref (self));
}

static void
on_link_ended (HwShimLink     *link,
               HwShimEnd      *end,
               HwCommandChild *self)
{
  hw_command_child_tell_begun (self);

  if (end != NULL)
    {
      hw_command_child_conclude_recorded (self, end);
      return;
    }

  hw_command_child_drop_link (self);
  hw_command_child_search (self, TRUE, on_buried);
}

/* Draws the conclusion from what is left of an attempt whose shim is gone. */
static void
hw_command_child_conclude (HwCommandChild    *self,
                           const HwShimFound *found)
{
  HwOutcome *outcome;

  if (found->state == HW_SHIM_STATE_ENDED)
    {
      hw_command_child_conclude_recorded (self, &found->end);
      return;
    }

  if (hw_command_child_is_stopping (self))
    outcome = hw_command_outcome_new_canceled ();
  else if (found->state == HW_SHIM_STATE_INTERRUPTED)
    outcome = hw_command_outcome_new_interrupted ();
  else
    outcome = hw_command_outcome_new_lost (self->program);
  outcome->output_size = found->output_size;
  hw_command_child_end (self, outcome);
}

static void
on_buried (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(HwCommandChild) self = HW_COMMAND_CHILD (user_data);
  g_autoptr(HwShimFound) found = hw_shim_search_finish (HW_CLOCK (source), result, NULL);

  if (found != NULL)
    hw_command_child_conclude (self, found);
}

/* Goes on with what a former daemon began. */
static void
hw_command_child_take_over (HwCommandChild *self,
                            HwShimFound    *found)
{
  self->place = g_steal_pointer (&found->place);
  hw_command_child_watch (self, g_steal_pointer (&found->process));
  hw_command_control_set_link (self->control, self->link);

  /* It was asked already, and all is said. */
  if (hw_command_child_is_left (self))
    hw_command_child_drop_link (self);
}

/* Heeds what a former daemon was asked, with the time that the type gives counted anew. */
static void
hw_command_child_learn_canceled (HwCommandChild *self,
                                 gboolean        is_now)
{
  gint64 grace = hw_task_type_get_stop_timeout (hw_run_get_task_type (self->run));

  if (hw_run_get_canceled_by (self->run) == NULL)
    return;

  hw_run_set_stopping (self->run);
  hw_command_control_inherit_stop (self->control, is_now ? HW_CONTROL_KILL : HW_CONTROL_STOP,
                                   hw_clock_get_monotonic_time (self->settings->clock) + grace);
}

static void
on_found (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(HwCommandChild) self = HW_COMMAND_CHILD (user_data);
  g_autoptr(HwShimFound) found = hw_shim_search_finish (HW_CLOCK (source), result, NULL);
  g_autoptr(GTask) beginning = NULL;

  if (found == NULL)
    return;

  hw_command_child_learn_canceled (self, found->is_canceled_now);
  switch (found->state)
    {
    case HW_SHIM_STATE_NOT_STARTED:
      beginning = g_steal_pointer (&self->beginning);
      if (beginning == NULL)
        break;
      g_task_return_new_error (beginning, HW_ERROR, HW_ERROR_NOT_STARTED,
                               "Headway stopped before the task began. It will begin.");
      hw_command_child_finish (self);
      break;

    case HW_SHIM_STATE_ALIVE:
      hw_command_child_take_over (self, found);
      hw_command_child_tell_begun (self);
      break;

    case HW_SHIM_STATE_ENDED:
    case HW_SHIM_STATE_INTERRUPTED:
    case HW_SHIM_STATE_LOST:
    case HW_SHIM_STATE_UNKNOWN:
    default:
      hw_command_child_tell_begun (self);
      hw_command_child_conclude (self, found);
      break;
    }
}

static void
hw_command_child_dispose (GObject *object)
{
  HwCommandChild *self = HW_COMMAND_CHILD (object);

  hw_command_child_drop_link (self);

  G_OBJECT_CLASS (hw_command_child_parent_class)->dispose (object);
}

static void
hw_command_child_finalize (GObject *object)
{
  HwCommandChild *self = HW_COMMAND_CHILD (object);

  g_clear_pointer (&self->place, g_free);
  g_clear_pointer (&self->process, hw_shim_process_free);
  g_clear_pointer (&self->start, hw_command_start_free);
  g_clear_object (&self->control);
  g_clear_object (&self->leaving);
  g_clear_object (&self->beginning);
  g_clear_pointer (&self->program, g_free);
  g_clear_object (&self->run);
  g_clear_object (&self->owner);

  G_OBJECT_CLASS (hw_command_child_parent_class)->finalize (object);
}

static void
hw_command_child_class_init (HwCommandChildClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_command_child_dispose;
  object_class->finalize = hw_command_child_finalize;

  /**
   * HwCommandChild::done:
   * @self: a child
   *
   * There is nothing more to be done about it.
   */
  signals[SIGNAL_DONE] =
    g_signal_new ("done", HW_TYPE_COMMAND_CHILD, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hw_command_child_init (HwCommandChild *self)
{
  self->leaving = g_cancellable_new ();
}

/**
 * hw_command_child_new:
 * @owner: whose it is, which stays as long
 * @settings: what it has in common with others, which the owner keeps
 * @run: the attempt
 *
 * Creates the program of an attempt. Nothing happens yet.
 *
 * Returns: (transfer full): a new child
 */
HwCommandChild *
hw_command_child_new (GObject                 *owner,
                      const HwCommandSettings *settings,
                      HwRun                   *run)
{
  HwCommandChild *self = g_object_new (HW_TYPE_COMMAND_CHILD, NULL);

  self->owner = g_object_ref (owner);
  self->settings = settings;
  self->run = g_object_ref (run);
  self->control = hw_command_control_new (settings->clock, settings->output_root, run);

  return self;
}

/* Names the program. If the type's file has changed since the attempt began, by the type. */
static HwCommandStart *
hw_command_child_make_start (HwCommandChild *self,
                             GError        **error)
{
  g_autoptr(HwCommandStart) start =
    hw_command_start_new (self->settings, self->run, error);

  self->program = g_strdup (start != NULL ? hw_command_start_get_program (start)
                            : hw_task_type_get_name (hw_run_get_task_type (self->run)));

  return g_steal_pointer (&start);
}

/**
 * hw_command_child_start:
 * @self: a new child
 * @beginning: whom to tell when it has begun
 *
 * Starts the program. The cancellable of @beginning is heeded until there is a shim.
 */
void
hw_command_child_start (HwCommandChild *self,
                        GTask          *beginning)
{
  g_autoptr(GError) error = NULL;

  g_return_if_fail (HW_IS_COMMAND_CHILD (self));

  self->beginning = g_object_ref (beginning);
  self->start = hw_command_child_make_start (self, &error);
  if (self->start != NULL)
    hw_command_start_prepare_async (self->start, g_task_get_cancellable (beginning), on_prepared,
                                    g_object_ref (self));
  else
    hw_command_child_fail_to_start (self, error);
}

/**
 * hw_command_child_adopt:
 * @self: a new child
 * @beginning: whom to tell when it was found, or that it never began
 *
 * Finds the program that a former daemon began.
 */
void
hw_command_child_adopt (HwCommandChild *self,
                        GTask          *beginning)
{
  g_autoptr(HwCommandStart) start = NULL;

  g_return_if_fail (HW_IS_COMMAND_CHILD (self));

  start = hw_command_child_make_start (self, NULL);
  self->beginning = g_object_ref (beginning);
  hw_command_child_search (self, FALSE, on_found);
}

HwRun *
hw_command_child_get_run (HwCommandChild *self)
{
  g_return_val_if_fail (HW_IS_COMMAND_CHILD (self), NULL);

  return self->run;
}

/**
 * hw_command_child_forgo:
 * @self: a child
 *
 * Has the program not begin any more, if it can be helped.
 */
void
hw_command_child_forgo (HwCommandChild *self)
{
  g_return_if_fail (HW_IS_COMMAND_CHILD (self));

  if (self->start != NULL)
    hw_command_start_forgo (self->start);
}

/**
 * hw_command_child_get_control:
 * @self: a child
 *
 * Gets what controls the program, as soon as there is one.
 *
 * Returns: (transfer none): the control
 */
HwCommandControl *
hw_command_child_get_control (HwCommandChild *self)
{
  g_return_val_if_fail (HW_IS_COMMAND_CHILD (self), NULL);

  return self->control;
}

/**
 * hw_command_child_leave:
 * @self: a child
 *
 * Lets go of the program, which goes on. One that has no order yet never gets it, and is
 * begun by those who come after us.
 */
void
hw_command_child_leave (HwCommandChild *self)
{
  g_autoptr(HwCommandChild) owned = g_object_ref (self);

  hw_command_child_forgo (self);
  g_cancellable_cancel (self->leaving);
  hw_command_child_tell_begun (self);
  hw_command_child_finish (self);
}
