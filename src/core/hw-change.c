/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-change.h"

/* Whoever adds a task is its owner most of the time. */
static GRefString *
make_actor (const char         *actor,
            const HwTaskFields *fields)
{
  if (fields != NULL &&
      g_strcmp0 (hw_task_fields_get_string (fields, HW_TASK_FIELD_OWNER), actor) == 0)
    return hw_task_fields_dup_string (fields, HW_TASK_FIELD_OWNER);

  return g_ref_string_new (actor);
}

static HwChange *
change_new (HwChangeKind  kind,
            const char   *actor,
            gint64        at,
            HwTaskFields *fields)
{
  HwChange *self = g_atomic_rc_box_new0 (HwChange);

  self->kind = kind;
  self->attempt = HW_CHANGE_ANY_ATTEMPT;
  self->actor = make_actor (actor, fields);
  self->at = at;
  self->fields = fields;

  return self;
}

/**
 * hw_change_new_add:
 * @actor: who adds it
 * @at: when, in microseconds since the Unix epoch
 * @fields: (transfer full): the whole task
 *
 * Proposes a new task. The store gives it its number.
 *
 * Returns: (transfer full): the change
 */
HwChange *
hw_change_new_add (const char   *actor,
                   gint64        at,
                   HwTaskFields *fields)
{
  g_return_val_if_fail (fields != NULL, NULL);

  return change_new (HW_CHANGE_KIND_ADD, actor, at, fields);
}

/**
 * hw_change_new_state:
 * @task_id: the task
 * @from: the state that it must be in
 * @attempt: the attempt that it must be at, or %HW_CHANGE_ANY_ATTEMPT
 * @actor: who wants it
 * @at: when, in microseconds since the Unix epoch
 * @fields: (transfer full): what is to be set, the state among it
 *
 * Proposes another state.
 *
 * Returns: (transfer full): the change
 */
HwChange *
hw_change_new_state (guint64       task_id,
                     HwTaskState   from,
                     guint         attempt,
                     const char   *actor,
                     gint64        at,
                     HwTaskFields *fields)
{
  HwChange *self;

  g_return_val_if_fail (fields != NULL, NULL);

  self = change_new (HW_CHANGE_KIND_STATE, actor, at, fields);
  self->task_id = task_id;
  self->from = from;
  self->attempt = attempt;

  return self;
}

/**
 * hw_change_new_message:
 * @task_id: the task, which must be Processing
 * @attempt: the attempt that it must be at
 * @actor: who says it
 * @at: when, in microseconds since the Unix epoch
 * @message: what it says
 *
 * Proposes that a task says something.
 *
 * Returns: (transfer full): the change
 */
HwChange *
hw_change_new_message (guint64     task_id,
                       guint       attempt,
                       const char *actor,
                       gint64      at,
                       const char *message)
{
  HwTaskFields *fields = hw_task_fields_new ();
  HwChange *self = change_new (HW_CHANGE_KIND_MESSAGE, actor, at, fields);

  hw_task_fields_set_string (fields, HW_TASK_FIELD_MESSAGE, message);
  self->task_id = task_id;
  self->from = HW_TASK_STATE_PROCESSING;
  self->attempt = attempt;

  return self;
}

/**
 * hw_change_new_remove:
 * @first_task_id: the first task
 * @last_task_id: the last task, which may be the first
 * @actor: who wants it
 * @at: when, in microseconds since the Unix epoch
 *
 * Proposes that tasks go: all that there are from the first to the last. They must have
 * ended, and be of one type, one group and one owner, as they are told of at once.
 *
 * Returns: (transfer full): the change
 */
HwChange *
hw_change_new_remove (guint64     first_task_id,
                      guint64     last_task_id,
                      const char *actor,
                      gint64      at)
{
  HwChange *self;

  g_return_val_if_fail (first_task_id > 0 && first_task_id <= last_task_id, NULL);

  self = change_new (HW_CHANGE_KIND_REMOVE, actor, at, NULL);
  self->task_id = first_task_id;
  self->last_task_id = last_task_id;

  return self;
}

/**
 * hw_change_set_key:
 * @self: the first change of a request that adds tasks
 * @key: what its actor calls the request
 * @digest: what the request asks for, in short
 *
 * Has the request count once, however often it is made: a store that has carried out
 * one of the same actor and key answers with the events of that one, if it asked for
 * the same. Before anybody else has @self.
 */
void
hw_change_set_key (HwChange   *self,
                   const char *key,
                   const char *digest)
{
  g_return_if_fail (self != NULL && self->kind == HW_CHANGE_KIND_ADD);
  g_return_if_fail (key != NULL && digest != NULL);

  g_return_if_fail (self->key == NULL);

  self->key = g_strdup (key);
  self->digest = g_strdup (digest);
}

/**
 * hw_change_set_node:
 * @self: a change that adds a task
 * @node: whose the task is
 *
 * Has a new task claimed as it is added, as hw_store_claim_async() would do it: its event
 * is followed by that of the claim. Before anybody else has @self.
 */
void
hw_change_set_node (HwChange   *self,
                    const char *node)
{
  g_return_if_fail (self != NULL && self->kind == HW_CHANGE_KIND_ADD);
  g_return_if_fail (node != NULL && self->node == NULL);

  self->node = g_strdup (node);
}

HwChange *
hw_change_ref (HwChange *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
change_clear (gpointer data)
{
  HwChange *self = data;

  g_clear_pointer (&self->fields, hw_task_fields_unref);
  g_ref_string_release (self->actor);
  g_free (self->key);
  g_free (self->digest);
  g_free (self->node);
}

void
hw_change_unref (HwChange *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, change_clear);
}
