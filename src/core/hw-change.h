/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-fields.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HwChangeKind:
 * @HW_CHANGE_KIND_ADD: a new task
 * @HW_CHANGE_KIND_STATE: another state
 * @HW_CHANGE_KIND_MESSAGE: a task says something
 * @HW_CHANGE_KIND_REMOVE: tasks that have ended go
 */
typedef enum
{
  HW_CHANGE_KIND_ADD,
  HW_CHANGE_KIND_STATE,
  HW_CHANGE_KIND_MESSAGE,
  HW_CHANGE_KIND_REMOVE,
} HwChangeKind;

/* Any attempt will do: nothing is written for one attempt in particular. */
#define HW_CHANGE_ANY_ATTEMPT G_MAXUINT

/**
 * HwChange:
 * @kind: what kind of change
 * @task_id: of which task; 0 for a new one
 * @last_task_id: of a removal: the last of the tasks, which must be alike in type, group
 *   and owner, and have ended
 * @from: the state that the task must be in, unless it is removed
 * @attempt: the attempt that the task must be at, or %HW_CHANGE_ANY_ATTEMPT
 * @fields: (nullable): what is to be set, unless tasks are removed
 * @actor: who wants it
 * @at: when, in microseconds since the Unix epoch
 * @key: (nullable): of the first of new tasks: what the request is called by the actor
 * @digest: (nullable): with a key: what the request asks for, in short
 * @node: (nullable): of a new task: who begins it in the same transaction; else it waits
 *
 * What the queue proposes to a store, with the precondition under which it still
 * makes sense. Immutable once a store has it; made in one thread and carried out in another.
 */
typedef struct
{
  HwChangeKind kind;
  guint64 task_id;
  guint64 last_task_id;
  HwTaskState from;
  guint attempt;
  HwTaskFields *fields;
  GRefString *actor;
  gint64 at;
  char *key;
  char *digest;
  char *node;
} HwChange;

HwChange *hw_change_new_add (const char   *actor,
                             gint64        at,
                             HwTaskFields *fields);
HwChange *hw_change_new_state (guint64       task_id,
                               HwTaskState   from,
                               guint         attempt,
                               const char   *actor,
                               gint64        at,
                               HwTaskFields *fields);
HwChange *hw_change_new_message (guint64     task_id,
                                 guint       attempt,
                                 const char *actor,
                                 gint64      at,
                                 const char *message);
HwChange *hw_change_new_remove (guint64     first_task_id,
                                guint64     last_task_id,
                                const char *actor,
                                gint64      at);
void      hw_change_set_key (HwChange   *self,
                             const char *key,
                             const char *digest);
void      hw_change_set_node (HwChange   *self,
                              const char *node);
HwChange *hw_change_ref (HwChange *self);
void      hw_change_unref (HwChange *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwChange, hw_change_unref)

G_END_DECLS
