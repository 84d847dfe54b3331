/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-private.h"

/**
 * HwTask:
 *
 * One piece of long work, as it is at one moment: its number, and the values of
 * its fields. What it is comes from events alone: it is what one gets by applying
 * them one after the other.
 *
 * Main context only, except that one that nobody else has yet may be made in any
 * thread.
 */
struct _HwTask
{
  GObject parent_instance;

  guint64 id;
  guint64 seq;          /* of the newest transition */
  HwTaskFields *fields; /* (owned) (not nullable): those that are shared are copied first */
  GVariant **values;    /* (owned) (nullable): of fields, for those who speak in variants */

  /* What the queue asks for all the time, out of the fields. */
  HwTaskState state;
  guint attempt;
  int priority;

  /* Not a field: it is nobody's business but the next attempt's. */
  guint message_count;
};

G_DEFINE_FINAL_TYPE (HwTask, hw_task, G_TYPE_OBJECT)

static void
hw_task_clear_values (HwTask *self)
{
  for (guint i = 0; self->values != NULL && i < HW_N_TASK_FIELDS; i++)
    g_clear_pointer (&self->values[i], g_variant_unref);
  g_clear_pointer (&self->values, g_free);
}

/* Returns (transfer none): the fields, to be changed. */
static HwTaskFields *
hw_task_make_fields_ours (HwTask *self)
{
  if (hw_task_fields_is_shared (self->fields))
    {
      HwTaskFields *copy = hw_task_fields_copy (self->fields);

      hw_task_fields_unref (self->fields);
      self->fields = copy;
    }

  return self->fields;
}

/* The fields are others than before. */
static void
hw_task_look_at_fields (HwTask *self)
{
  const char *activity = hw_task_fields_get_string (self->fields, HW_TASK_FIELD_ACTIVITY);

  /* What a task was busy with and is no more is told as an empty word. */
  if (activity != NULL && *activity == '\0')
    hw_task_fields_unset (hw_task_make_fields_ours (self), HW_TASK_FIELD_ACTIVITY);

  hw_task_clear_values (self);
  hw_task_fields_get_state (self->fields, &self->state);
  self->attempt = (guint) hw_task_fields_get_number (self->fields, HW_TASK_FIELD_ATTEMPT);
  self->priority = (int) hw_task_fields_get_number (self->fields, HW_TASK_FIELD_PRIORITY);
}

/* Takes what is set in @newer. The first that a new task takes it shares. */
static void
hw_task_take_fields (HwTask       *self,
                     HwTaskFields *newer)
{
  if (hw_task_fields_is_empty (self->fields))
    {
      hw_task_fields_unref (self->fields);
      self->fields = hw_task_fields_ref (newer);
    }
  else
    {
      hw_task_fields_update (hw_task_make_fields_ours (self), newer);
    }
}

static void
hw_task_finalize (GObject *object)
{
  HwTask *self = HW_TASK (object);

  hw_task_clear_values (self);
  hw_task_fields_unref (self->fields);

  G_OBJECT_CLASS (hw_task_parent_class)->finalize (object);
}

static void
hw_task_class_init (HwTaskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_task_finalize;
}

static void
hw_task_init (HwTask *self)
{
}

/**
 * hw_task_new:
 * @id: the task's number
 * @seq: the number of its newest transition
 * @fields: (transfer full): the values of its fields
 *
 * Makes a task as it is at @seq.
 *
 * Returns: (transfer full): the task
 */
HwTask *
hw_task_new (guint64       id,
             guint64       seq,
             HwTaskFields *fields)
{
  HwTask *self;

  g_return_val_if_fail (fields != NULL, NULL);

  self = g_object_new (HW_TYPE_TASK, NULL);
  self->id = id;
  self->seq = seq;
  self->fields = fields;
  hw_task_look_at_fields (self);

  return self;
}

/**
 * hw_task_new_added:
 * @event: a task was accepted
 *
 * Makes a task as it was added.
 *
 * Returns: (transfer full): the task
 */
HwTask *
hw_task_new_added (HwEvent *event)
{
  g_return_val_if_fail (hw_event_get_kind (event) == HW_EVENT_KIND_ADDED, NULL);

  return hw_task_new (hw_event_get_task_id (event), hw_event_get_seq (event),
                      hw_task_fields_ref (hw_event_get_fields (event)));
}

/**
 * hw_task_copy:
 * @self: a task
 *
 * Makes a copy that does not change when the task does.
 *
 * Returns: (transfer full): the copy
 */
HwTask *
hw_task_copy (HwTask *self)
{
  HwTask *copy;

  g_return_val_if_fail (HW_IS_TASK (self), NULL);

  copy = hw_task_new (self->id, self->seq, hw_task_fields_ref (self->fields));
  copy->message_count = self->message_count;

  return copy;
}

guint64
hw_task_get_id (HwTask *self)
{
  g_return_val_if_fail (HW_IS_TASK (self), 0);

  return self->id;
}

/**
 * hw_task_get_seq:
 * @self: a task
 *
 * Gets the number of the newest transition that the task knows of.
 *
 * Returns: the number
 */
guint64
hw_task_get_seq (HwTask *self)
{
  g_return_val_if_fail (HW_IS_TASK (self), 0);

  return self->seq;
}

/**
 * hw_task_get_fields:
 * @self: a task
 *
 * Gets the fields that are set, those that nobody may see among them.
 *
 * Returns: (transfer none): the fields
 */
HwTaskFields *
hw_task_get_fields (HwTask *self)
{
  g_return_val_if_fail (HW_IS_TASK (self), NULL);

  return self->fields;
}

/**
 * hw_task_get_field:
 * @self: a task
 * @field: which field
 *
 * Gets the value of a field for those who speak in variants. It is made when somebody asks
 * for it first.
 *
 * Returns: (transfer none) (nullable): the value, or %NULL if it is not set
 */
GVariant *
hw_task_get_field (HwTask     *self,
                   HwTaskField field)
{
  g_return_val_if_fail (HW_IS_TASK (self), NULL);
  g_return_val_if_fail ((guint) field < HW_N_TASK_FIELDS, NULL);

  if (self->values == NULL)
    self->values = g_new0 (GVariant *, HW_N_TASK_FIELDS);
  if (self->values[field] == NULL)
    self->values[field] = hw_task_fields_dup_value (self->fields, field);

  return self->values[field];
}

/**
 * hw_task_dup_fields:
 * @self: a task
 *
 * Gets all fields that are set, as an `a{sv}`, but for what nobody may see.
 *
 * Returns: (transfer full): the fields
 */
GVariant *
hw_task_dup_fields (HwTask *self)
{
  g_return_val_if_fail (HW_IS_TASK (self), NULL);

  return hw_task_fields_dup_visible (self->fields);
}

HwTaskState
hw_task_get_state (HwTask *self)
{
  g_return_val_if_fail (HW_IS_TASK (self), HW_TASK_STATE_FAILED);

  return self->state;
}

/**
 * hw_task_get_attempt:
 * @self: a task
 *
 * Gets how many times the task was begun.
 *
 * Returns: the number of the newest attempt, or 0 before the first
 */
guint
hw_task_get_attempt (HwTask *self)
{
  g_return_val_if_fail (HW_IS_TASK (self), 0);

  return self->attempt;
}

int
hw_task_get_priority (HwTask *self)
{
  g_return_val_if_fail (HW_IS_TASK (self), 0);

  return self->priority;
}

/**
 * hw_task_get_message_count:
 * @self: a task that the queue holds: one that waits or runs
 *
 * Gets how many messages of the task, of all its attempts, are kept.
 *
 * Returns: the number
 */
guint
hw_task_get_message_count (HwTask *self)
{
  g_return_val_if_fail (HW_IS_TASK (self), 0);

  return self->message_count;
}

/**
 * hw_task_set_message_count:
 * @self: a task that nobody else has yet
 * @count: how many messages of the task are kept
 *
 * Takes note of how many messages there are. For a store, which has them.
 */
void
hw_task_set_message_count (HwTask *self,
                           guint   count)
{
  g_return_if_fail (HW_IS_TASK (self));

  self->message_count = count;
}

/**
 * hw_task_get_string:
 * @self: a task
 * @field: a field whose values are strings
 *
 * Gets the value of a field that is a string.
 *
 * Returns: (nullable): the string, or %NULL if it is not set
 */
const char *
hw_task_get_string (HwTask     *self,
                    HwTaskField field)
{
  g_return_val_if_fail (HW_IS_TASK (self), NULL);

  return hw_task_fields_get_string (self->fields, field);
}

/* Unsets what another state makes untrue: what the task was busy with; when it waits again all
 * that the newest attempt did; and when there is a newer attempt, that the last one was of a
 * former epoch.
 */
static void
hw_task_leave_state (HwTask     *self,
                     HwTaskState state)
{
  HwTaskFields *fields = hw_task_make_fields_ours (self);

  hw_task_fields_unset (fields, HW_TASK_FIELD_ACTIVITY);
  if (state == HW_TASK_STATE_PROCESSING)
    hw_task_fields_unset (fields, HW_TASK_FIELD_EPOCH);

  for (guint i = 0; state == HW_TASK_STATE_PENDING && i < HW_N_TASK_FIELDS; i++)
    if (hw_task_field_is_of_attempt ((HwTaskField) i))
      hw_task_fields_unset (fields, (HwTaskField) i);
}

/* Applies an event of this task: the one way in which a task changes. */
void
hw_task_apply (HwTask  *self,
               HwEvent *event)
{
  HwTaskFields *fields = hw_event_get_fields (event);
  HwTaskState state;

  g_return_if_fail (HW_IS_TASK (self));
  g_return_if_fail (hw_event_get_task_id (event) == self->id);

  if (hw_event_get_seq (event) > self->seq)
    self->seq = hw_event_get_seq (event);

  if (hw_event_get_kind (event) == HW_EVENT_KIND_MESSAGE)
    self->message_count++;

  if (fields == NULL)
    return;

  if (hw_task_fields_get_state (fields, &state) && !hw_task_fields_is_empty (self->fields))
    hw_task_leave_state (self, state);

  hw_task_take_fields (self, fields);
  if (hw_event_get_hidden (event) != NULL)
    hw_task_take_fields (self, hw_event_get_hidden (event));
  hw_task_look_at_fields (self);
}
