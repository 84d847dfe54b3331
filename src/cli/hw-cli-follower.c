/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-follower.h"

#include "hw-cli-events.h"
#include "hw-cli-format.h"
#include "hw-cli-i18n.h"
#include "hw-cli-level.h"
#include "hw-cli-output-copy.h"
#include "hw-cli-task-view.h"

/* What ends sooner needs no bar: it would only flash. */
#define BAR_DELAY (700 * G_TIME_SPAN_MILLISECOND)

/**
 * HwCliFollower:
 *
 * Follows one task until it has ended: shows a bar of how far it is, copies what its program
 * prints, and then tells how it ended. It survives a restart of the daemon. Leaving it is
 * canceling it; the task goes on. Main context only.
 */
struct _HwCliFollower
{
  GObject parent_instance;

  HwCliClient *client;     /* (owned) (not nullable) */
  HwCliTerminal *terminal; /* (owned) (not nullable) */
  HwCliEvents *events;     /* (owned) (not nullable) */
  HwCliLevel *level;       /* (owned) (not nullable) */
  guint64 task_id;
  gint64 began_at;
  guint first_attempt; /* whose output is copied, and that of all later; or 0 */
  gboolean has_messages;

  GTask *gtask; /* (owned) (nullable): what is under way */
  guint copied_attempt;
  GTask *copying; /* (owned) (nullable): of its output */
  gboolean has_ended; /* the task */
};

G_DEFINE_FINAL_TYPE (HwCliFollower, hw_cli_follower, G_TYPE_OBJECT)

static void
hw_cli_follower_finalize (GObject *object)
{
  HwCliFollower *self = HW_CLI_FOLLOWER (object);

  g_clear_object (&self->client);
  g_clear_object (&self->terminal);
  g_clear_object (&self->events);
  g_clear_object (&self->level);
  g_clear_object (&self->copying);

  G_OBJECT_CLASS (hw_cli_follower_parent_class)->finalize (object);
}

static void
hw_cli_follower_class_init (HwCliFollowerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_cli_follower_finalize;
}

static void
hw_cli_follower_init (HwCliFollower *self)
{
}

/**
 * hw_cli_follower_new:
 * @client: whom to ask
 * @terminal: where to show it
 * @task: a task as it is now
 *
 * Creates what follows a task.
 *
 * Returns: (transfer full): it
 */
HwCliFollower *
hw_cli_follower_new (HwCliClient   *client,
                     HwCliTerminal *terminal,
                     HwTask        *task)
{
  HwCliFollower *self = g_object_new (HW_TYPE_CLI_FOLLOWER, NULL);
  const HwCliCursor cursor = {
    .task_id = hw_task_get_id (task),
    .has_levels = hw_cli_terminal_has_bar (terminal),
  };

  self->client = g_object_ref (client);
  self->terminal = g_object_ref (terminal);
  self->events = hw_cli_events_new (client, &cursor);
  self->level = hw_cli_level_new (task);
  self->task_id = cursor.task_id;

  return self;
}

/**
 * hw_cli_follower_set_first_attempt:
 * @self: what follows a task
 * @attempt: an attempt, from 1 on
 *
 * Has the output of an attempt, and of all that come after it, copied to standard output.
 */
void
hw_cli_follower_set_first_attempt (HwCliFollower *self,
                                   guint          attempt)
{
  g_return_if_fail (HW_IS_CLI_FOLLOWER (self));

  self->first_attempt = attempt;
}

/**
 * hw_cli_follower_set_has_messages:
 * @self: what follows a task
 * @has_messages: whether to print what the task says
 *
 * Has the task's messages printed on standard error, a line each.
 */
void
hw_cli_follower_set_has_messages (HwCliFollower *self,
                                  gboolean       has_messages)
{
  g_return_if_fail (HW_IS_CLI_FOLLOWER (self));

  self->has_messages = has_messages;
}

static char *
make_line (const HwCliBarStyle *style,
           gpointer             user_data)
{
  HwCliFollower *self = HW_CLI_FOLLOWER (user_data);
  gint64 now = g_get_monotonic_time ();
  HwCliBar bar;

  if (now - self->began_at < BAR_DELAY || hw_cli_level_has_ended (self->level))
    return NULL;

  hw_cli_level_fill_bar (self->level, now, g_get_real_time (), &bar);
  if (self->has_messages)
    bar.message = NULL;

  return hw_cli_bar_render (&bar, style);
}

/* It goes through these in this order: events round and round, and output beside them. */
static void on_events (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);
static void on_output_copied (GObject      *source,
                              GAsyncResult *result,
                              gpointer      user_data);
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

static GTask *
hw_cli_follower_take_gtask (HwCliFollower *self)
{
  hw_cli_terminal_set_line (self->terminal, NULL, NULL);

  return g_steal_pointer (&self->gtask);
}

/* @error is (transfer full). The first is told; what follows it comes of that. */
static void
hw_cli_follower_return_error (HwCliFollower *self,
                              GError        *error)
{
  g_autoptr(GTask) gtask = NULL;

  if (self->gtask == NULL)
    {
      g_error_free (error);
      return;
    }

  gtask = hw_cli_follower_take_gtask (self);
  g_task_return_error (gtask, error);
}

/* Looks how the task is when nothing comes any more. */
static void
hw_cli_follower_conclude (HwCliFollower *self)
{
  if (self->gtask == NULL || self->copying != NULL || !self->has_ended)
    return;

  hw_cli_client_get_task_async (self->client, self->task_id,
                                g_task_get_cancellable (self->gtask), on_task_got,
                                g_object_ref (self));
}

/* Copies the output of the next attempt that has begun, one after the other. */
static void
hw_cli_follower_copy (HwCliFollower *self)
{
  HwCliOutputCopy copy = {
    .client = self->client,
    .terminal = self->terminal,
    .task_id = self->task_id,
    .is_followed = TRUE,
  };

  copy.attempt = MAX (self->copied_attempt + 1, self->first_attempt);
  if (self->gtask == NULL || self->copying != NULL || self->first_attempt == 0 ||
      copy.attempt > hw_cli_level_get_attempt (self->level))
    return;

  self->copied_attempt = copy.attempt;
  self->copying = hw_cli_output_copy_async (&copy, g_task_get_cancellable (self->gtask),
                                            on_output_copied, g_object_ref (self));
}

static void
on_output_copied (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(HwCliFollower) self = HW_CLI_FOLLOWER (user_data);
  GError *error = NULL;

  g_clear_object (&self->copying);
  if (!hw_cli_output_copy_finish (result, &error))
    {
      hw_cli_follower_return_error (self, error);
      return;
    }

  hw_cli_follower_copy (self);
  hw_cli_follower_conclude (self);
}

static void
hw_cli_follower_wait (HwCliFollower *self)
{
  if (self->gtask != NULL)
    hw_cli_events_next_async (self->events, g_task_get_cancellable (self->gtask), on_events,
                              g_object_ref (self));
}

static void
hw_cli_follower_say_message (HwCliFollower *self,
                             HwEvent       *event)
{
  g_autofree char *text = NULL;

  if (!self->has_messages || hw_event_get_kind (event) != HW_EVENT_KIND_MESSAGE)
    return;

  text = hw_cli_task_view_describe_event (event);
  if (text != NULL)
    hw_cli_terminal_say (self->terminal, "%s", text);
}

static void
on_events (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(HwCliFollower) self = HW_CLI_FOLLOWER (user_data);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  events = hw_cli_events_next_finish (HW_CLI_EVENTS (source), result, &error);
  if (events == NULL)
    {
      hw_cli_follower_return_error (self, error);
      return;
    }

  for (guint i = 0; i < events->len; i++)
    {
      hw_cli_level_apply (self->level, g_ptr_array_index (events, i), g_get_monotonic_time ());
      hw_cli_follower_say_message (self, g_ptr_array_index (events, i));
    }

  self->has_ended = events->len == 0;
  hw_cli_follower_copy (self);
  if (self->copying != NULL && hw_cli_level_has_ended (self->level))
    hw_cli_output_copy_hurry (self->copying);
  if (self->has_ended)
    hw_cli_follower_conclude (self);
  else
    hw_cli_follower_wait (self);
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwCliFollower) self = HW_CLI_FOLLOWER (user_data);
  g_autoptr(GTask) gtask = NULL;
  GError *error = NULL;
  HwTask *task = hw_cli_client_task_finish (HW_CLI_CLIENT (source), result, &error);

  if (task == NULL)
    {
      hw_cli_follower_return_error (self, error);
      return;
    }

  gtask = hw_cli_follower_take_gtask (self);
  g_task_return_pointer (gtask, task, g_object_unref);
}

/**
 * hw_cli_follower_run_async:
 * @self: what follows a task, for the first time
 * @cancellable: (nullable): leaves the task to itself
 * @callback: called when the task has ended
 * @user_data: data for @callback
 *
 * Follows a task to its end.
 */
void
hw_cli_follower_run_async (HwCliFollower      *self,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (HW_IS_CLI_FOLLOWER (self));
  g_return_if_fail (self->gtask == NULL);

  self->gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->gtask, hw_cli_follower_run_async);

  self->began_at = g_get_monotonic_time ();
  hw_cli_terminal_set_line (self->terminal, make_line, self);
  hw_cli_follower_copy (self);
  hw_cli_follower_wait (self);
}

/**
 * hw_cli_follower_run_finish:
 * @self: what follows a task
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_cli_follower_run_async().
 *
 * Returns: (transfer full): the task as it ended, or %NULL
 */
HwTask *
hw_cli_follower_run_finish (HwCliFollower *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
