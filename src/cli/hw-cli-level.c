/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-level.h"

#include "hw-cli-task-view.h"

/**
 * HwCliLevel:
 *
 * How far one task is, as its events tell: what a bar shows. A state of Pending forgets what
 * the attempt before it did. It draws nothing and asks nobody. Main context only.
 */
struct _HwCliLevel
{
  GObject parent_instance;

  guint64 task_id;
  GVariant *fields[HW_N_TASK_FIELDS]; /* (owned) (nullable): their values */
  guint attempt;
  HwCliRate rate;
};

G_DEFINE_FINAL_TYPE (HwCliLevel, hw_cli_level, G_TYPE_OBJECT)

static void
hw_cli_level_finalize (GObject *object)
{
  HwCliLevel *self = HW_CLI_LEVEL (object);

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    g_clear_pointer (&self->fields[i], g_variant_unref);

  G_OBJECT_CLASS (hw_cli_level_parent_class)->finalize (object);
}

static void
hw_cli_level_class_init (HwCliLevelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_cli_level_finalize;
}

static void
hw_cli_level_init (HwCliLevel *self)
{
  hw_cli_rate_init (&self->rate);
}

static void
hw_cli_level_take_task (HwCliLevel *self,
                        HwTask     *task)
{
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      GVariant *value = hw_task_get_field (task, (HwTaskField) i);

      g_clear_pointer (&self->fields[i], g_variant_unref);
      self->fields[i] = value != NULL ? g_variant_ref (value) : NULL;
    }

  self->attempt = hw_task_get_attempt (task);
}

/**
 * hw_cli_level_new:
 * @task: a task as it is now
 *
 * Begins to take note of how far a task is.
 *
 * Returns: (transfer full): what is known
 */
HwCliLevel *
hw_cli_level_new (HwTask *task)
{
  HwCliLevel *self = g_object_new (HW_TYPE_CLI_LEVEL, NULL);

  self->task_id = hw_task_get_id (task);
  hw_cli_level_take_task (self, task);

  return self;
}

static const char *
hw_cli_level_get_string (HwCliLevel *self,
                         HwTaskField field)
{
  return self->fields[field] != NULL ? g_variant_get_string (self->fields[field], NULL) : NULL;
}

static guint64
hw_cli_level_get_count (HwCliLevel *self,
                        HwTaskField field)
{
  return self->fields[field] != NULL ? g_variant_get_uint64 (self->fields[field]) : 0;
}

static gboolean
hw_cli_level_is_in (HwCliLevel *self,
                    HwTaskState state)
{
  return g_strcmp0 (hw_cli_level_get_string (self, HW_TASK_FIELD_STATE),
                    hw_task_state_to_string (state)) == 0;
}

static void
hw_cli_level_forget_attempt (HwCliLevel *self)
{
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (hw_task_field_is_of_attempt ((HwTaskField) i))
      g_clear_pointer (&self->fields[i], g_variant_unref);

  hw_cli_rate_init (&self->rate);
}

static void
hw_cli_level_take_changes (HwCliLevel *self,
                           GVariant   *changes)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, changes);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      HwTaskField field;

      if (hw_task_field_from_name (name, &field) &&
          g_variant_is_of_type (value, hw_task_field_get_variant_type (field)))
        {
          g_clear_pointer (&self->fields[field], g_variant_unref);
          self->fields[field] = g_variant_ref (value);
        }

      g_variant_unref (value);
    }
}

/* What a task was busy with is over when it has another state. */
static void
hw_cli_level_enter_state (HwCliLevel *self,
                          GVariant   *changes)
{
  const char *state = NULL;

  if (!g_variant_lookup (changes, hw_task_field_get_name (HW_TASK_FIELD_STATE), "&s", &state))
    return;

  g_clear_pointer (&self->fields[HW_TASK_FIELD_ACTIVITY], g_variant_unref);
  if (g_str_equal (state, hw_task_state_to_string (HW_TASK_STATE_PENDING)))
    hw_cli_level_forget_attempt (self);
}

static void
hw_cli_level_take_snapshot (HwCliLevel *self,
                            GPtrArray  *tasks)
{
  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    if (hw_task_get_id (g_ptr_array_index (tasks, i)) == self->task_id)
      hw_cli_level_take_task (self, g_ptr_array_index (tasks, i));
}

/**
 * hw_cli_level_apply:
 * @self: what is known of a task
 * @event: what happened to it next
 * @now: when it was heard of, by the monotonic clock
 *
 * Takes note of an event.
 */
void
hw_cli_level_apply (HwCliLevel *self,
                    HwEvent    *event,
                    gint64      now)
{
  GVariant *changes = hw_event_get_changes (event);

  g_return_if_fail (HW_IS_CLI_LEVEL (self));

  if (hw_event_get_kind (event) == HW_EVENT_KIND_SNAPSHOT)
    hw_cli_level_take_snapshot (self, hw_event_get_tasks (event));

  if (hw_event_get_task_id (event) != self->task_id)
    return;

  self->attempt = MAX (self->attempt, hw_event_get_attempt (event));
  if (changes == NULL)
    return;

  /* A level says what a task is busy with for as long as it is. */
  if (hw_event_get_kind (event) == HW_EVENT_KIND_PROGRESS)
    g_clear_pointer (&self->fields[HW_TASK_FIELD_ACTIVITY], g_variant_unref);

  hw_cli_level_enter_state (self, changes);
  hw_cli_level_take_changes (self, changes);
  if (hw_event_get_kind (event) == HW_EVENT_KIND_PROGRESS &&
      self->fields[HW_TASK_FIELD_DONE] != NULL)
    hw_cli_rate_add (&self->rate, now, hw_cli_level_get_count (self, HW_TASK_FIELD_DONE));
}

/**
 * hw_cli_level_get_attempt:
 * @self: what is known of a task
 *
 * Gets the newest attempt.
 *
 * Returns: its number, or 0 before the first
 */
guint
hw_cli_level_get_attempt (HwCliLevel *self)
{
  g_return_val_if_fail (HW_IS_CLI_LEVEL (self), 0);

  return self->attempt;
}

/**
 * hw_cli_level_has_ended:
 * @self: what is known of a task
 *
 * Tells whether the task has ended, so that there is nothing more for a bar to show.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_cli_level_has_ended (HwCliLevel *self)
{
  g_return_val_if_fail (HW_IS_CLI_LEVEL (self), FALSE);

  return hw_cli_level_is_in (self, HW_TASK_STATE_COMPLETED) ||
         hw_cli_level_is_in (self, HW_TASK_STATE_FAILED);
}

static const char *
hw_cli_level_name_state (HwCliLevel *self)
{
  const char *activity = hw_cli_level_get_string (self, HW_TASK_FIELD_ACTIVITY);
  HwTaskState state = HW_TASK_STATE_PENDING;

  if (activity != NULL)
    return hw_cli_task_view_name_activity (activity);

  hw_task_state_from_string (hw_cli_level_get_string (self, HW_TASK_FIELD_STATE), &state);

  return hw_cli_task_view_name_state (state, HW_RESULT_NONE);
}

/**
 * hw_cli_level_fill_bar:
 * @self: what is known of a task
 * @now: the present, by the monotonic clock
 * @time: the present, in microseconds since the Unix epoch
 * @bar: (out caller-allocates): what a bar says; its texts are valid until the next event
 *
 * Says what a bar is to show.
 */
void
hw_cli_level_fill_bar (HwCliLevel *self,
                       gint64      now,
                       gint64      time,
                       HwCliBar   *bar)
{
  gboolean is_running;
  GVariant *progress;
  GVariant *since;

  g_return_if_fail (HW_IS_CLI_LEVEL (self));

  is_running = hw_cli_level_is_in (self, HW_TASK_STATE_PROCESSING);
  progress = self->fields[HW_TASK_FIELD_PROGRESS];
  since = self->fields[is_running ? HW_TASK_FIELD_STARTED_AT : HW_TASK_FIELD_CREATED_AT];

  *bar = (HwCliBar) {
    .task_id = self->task_id,
    .title = hw_cli_level_get_string (self, HW_TASK_FIELD_TITLE),
    .state = hw_cli_level_name_state (self),
    .is_busy = is_running && self->fields[HW_TASK_FIELD_ACTIVITY] != NULL,
    .message = hw_cli_level_get_string (self, HW_TASK_FIELD_MESSAGE),
    .progress = is_running && progress != NULL ? g_variant_get_double (progress) : -1,
    .unit = hw_cli_level_get_string (self, HW_TASK_FIELD_UNIT),
    .done = hw_cli_level_get_count (self, HW_TASK_FIELD_DONE),
    .total = hw_cli_level_get_count (self, HW_TASK_FIELD_TOTAL),
    .rate = hw_cli_rate_get (&self->rate),
    .elapsed = since != NULL ? MAX (time - g_variant_get_int64 (since), 0) : 0,
  };
  bar->remaining = hw_cli_rate_get_remaining (&self->rate, now, bar->total);
}
