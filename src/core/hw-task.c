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
  guint64 seq;                        /* of the newest transition */
  GVariant *fields[HW_N_TASK_FIELDS]; /* (owned) (nullable) */

  /* What the queue asks for all the time, out of the fields. */
  HwTaskState state;
  guint attempt;
  int priority;

  /* Not a field: it is nobody's business but the next attempt's. */
  guint message_count;
};

G_DEFINE_FINAL_TYPE (HwTask, hw_task, G_TYPE_OBJECT)

/* Takes @value, which is of the field's type. */
static void
hw_task_set_field (HwTask     *self,
                   HwTaskField field,
                   GVariant   *value)
{
  g_clear_pointer (&self->fields[field], g_variant_unref);
  self->fields[field] = value;

  if (field == HW_TASK_FIELD_STATE)
    hw_task_state_from_string (g_variant_get_string (value, NULL), &self->state);
  else if (field == HW_TASK_FIELD_ATTEMPT)
    self->attempt = g_variant_get_uint32 (value);
  else if (field == HW_TASK_FIELD_PRIORITY)
    self->priority = g_variant_get_int32 (value);
}

/* A name that is no field, or a value of another type, comes from a newer
 * version's row: it says nothing to this one.
 */
static void
hw_task_take_fields (HwTask   *self,
                     GVariant *fields)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      HwTaskField field;

      if (hw_task_field_from_name (name, &field) &&
          g_variant_is_of_type (value, hw_task_field_get_variant_type (field)))
        hw_task_set_field (self, field, value);
      else
        g_variant_unref (value);
    }

  /* What a task was busy with and is no more is told as an empty word. */
  if (self->fields[HW_TASK_FIELD_ACTIVITY] != NULL &&
      *hw_task_get_string (self, HW_TASK_FIELD_ACTIVITY) == '\0')
    g_clear_pointer (&self->fields[HW_TASK_FIELD_ACTIVITY], g_variant_unref);
}

static void
hw_task_finalize (GObject *object)
{
  HwTask *self = HW_TASK (object);

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    g_clear_pointer (&self->fields[i], g_variant_unref);

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
 * @fields: the values of its fields, an `a{sv}`; a floating reference is taken
 *
 * Makes a task as it is at @seq.
 *
 * Returns: (transfer full): the task
 */
HwTask *
hw_task_new (guint64   id,
             guint64   seq,
             GVariant *fields)
{
  g_autoptr(GVariant) owned = NULL;
  HwTask *self;

  g_return_val_if_fail (g_variant_is_of_type (fields, G_VARIANT_TYPE_VARDICT), NULL);

  owned = g_variant_ref_sink (fields);
  self = g_object_new (HW_TYPE_TASK, NULL);
  self->id = id;
  self->seq = seq;
  hw_task_take_fields (self, owned);

  return self;
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

  copy = g_object_new (HW_TYPE_TASK, NULL);
  copy->id = self->id;
  copy->seq = self->seq;
  copy->message_count = self->message_count;
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (self->fields[i] != NULL)
      hw_task_set_field (copy, (HwTaskField) i, g_variant_ref (self->fields[i]));

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
 * hw_task_get_field:
 * @self: a task
 * @field: which field
 *
 * Gets the value of a field.
 *
 * Returns: (transfer none) (nullable): the value, or %NULL if it is not set
 */
GVariant *
hw_task_get_field (HwTask     *self,
                   HwTaskField field)
{
  g_return_val_if_fail (HW_IS_TASK (self), NULL);
  g_return_val_if_fail ((guint) field < HW_N_TASK_FIELDS, NULL);

  return self->fields[field];
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
  g_auto(GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);

  g_return_val_if_fail (HW_IS_TASK (self), NULL);

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (self->fields[i] != NULL && !hw_task_field_is_hidden ((HwTaskField) i))
      g_variant_dict_insert_value (&fields, hw_task_field_get_name ((HwTaskField) i),
                                   self->fields[i]);

  return g_variant_ref_sink (g_variant_dict_end (&fields));
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
  GVariant *value = hw_task_get_field (self, field);

  if (value == NULL)
    return NULL;

  return g_variant_get_string (value, NULL);
}

/* Unsets what another state makes untrue: what the task was busy with; when it waits again all
 * that the newest attempt did; and when there is a newer attempt, that the last one was of a
 * former epoch.
 */
static void
hw_task_leave_state (HwTask     *self,
                     const char *state)
{
  g_clear_pointer (&self->fields[HW_TASK_FIELD_ACTIVITY], g_variant_unref);
  if (g_str_equal (state, hw_task_state_to_string (HW_TASK_STATE_PROCESSING)))
    g_clear_pointer (&self->fields[HW_TASK_FIELD_EPOCH], g_variant_unref);

  if (!g_str_equal (state, hw_task_state_to_string (HW_TASK_STATE_PENDING)))
    return;

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (hw_task_field_is_of_attempt ((HwTaskField) i))
      g_clear_pointer (&self->fields[i], g_variant_unref);
}

/* Applies an event of this task: the one way in which a task changes. */
void
hw_task_apply (HwTask  *self,
               HwEvent *event)
{
  GVariant *changes = hw_event_get_changes (event);
  const char *state = NULL;

  g_return_if_fail (HW_IS_TASK (self));
  g_return_if_fail (hw_event_get_task_id (event) == self->id);

  if (hw_event_get_seq (event) > self->seq)
    self->seq = hw_event_get_seq (event);

  if (hw_event_get_kind (event) == HW_EVENT_KIND_MESSAGE)
    self->message_count++;

  if (changes == NULL)
    return;

  if (g_variant_lookup (changes, hw_task_field_get_name (HW_TASK_FIELD_STATE), "&s", &state))
    hw_task_leave_state (self, state);

  hw_task_take_fields (self, changes);
  if (hw_event_get_hidden (event) != NULL)
    hw_task_take_fields (self, hw_event_get_hidden (event));
}
