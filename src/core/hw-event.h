/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-fields.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HwEventKind:
 * @HW_EVENT_KIND_ADDED: a task was accepted; the changes are the whole task
 * @HW_EVENT_KIND_STATE: a task's state changed
 * @HW_EVENT_KIND_MESSAGE: a task said something
 * @HW_EVENT_KIND_CHANGED: somebody edited a task
 * @HW_EVENT_KIND_REMOVED: a task, or a range of them, was removed
 * @HW_EVENT_KIND_HELD: a group or the queue was held or let go
 * @HW_EVENT_KIND_PROGRESS: how far a task is: a level, without a seq and a row of its own
 * @HW_EVENT_KIND_SNAPSHOT: to one watcher: what is so at this seq
 * @HW_EVENT_KIND_HEARTBEAT: to one watcher: all is quiet up to this seq
 */
typedef enum
{
  HW_EVENT_KIND_ADDED,
  HW_EVENT_KIND_STATE,
  HW_EVENT_KIND_MESSAGE,
  HW_EVENT_KIND_CHANGED,
  HW_EVENT_KIND_REMOVED,
  HW_EVENT_KIND_HELD,
  HW_EVENT_KIND_PROGRESS,
  HW_EVENT_KIND_SNAPSHOT,
  HW_EVENT_KIND_HEARTBEAT,
} HwEventKind;

#define HW_N_EVENT_KINDS (HW_EVENT_KIND_HEARTBEAT + 1)

/* In how many forms an event goes out; which they are, only whoever makes them knows. */
#define HW_EVENT_N_ENCODINGS 2

/**
 * HwEventOrigin:
 * @epoch: the database's number
 * @task_id: the task, or 0 for a group or the whole queue
 * @last_task_id: the last of several tasks that were removed at once, all from @task_id
 *   on, of one type, group and owner; or 0 if it is one
 * @attempt: the task's attempt
 * @type: (nullable): the task's type
 * @group: (nullable): the task's group
 * @owner: (nullable): who owns the task
 * @actor: (nullable): who made this happen
 * @at: when, in microseconds since the Unix epoch
 *
 * What every event says besides what changed, so that no filter and no check of
 * permission has to look anything up.
 */
typedef struct
{
  guint64 epoch;
  guint64 task_id;
  guint64 last_task_id;
  guint attempt;
  const char *type;
  const char *group;
  const char *owner;
  const char *actor;
  gint64 at;
} HwEventOrigin;

#define HW_TYPE_EVENT (hw_event_get_type ())
typedef struct _HwEvent HwEvent;
GType        hw_event_get_type (void);

HwEvent     *hw_event_new (HwEventKind          kind,
                           const HwEventOrigin *origin,
                           guint64              seq,
                           HwTaskFields        *fields);
HwEvent     *hw_event_new_progress (const HwEventOrigin *origin,
                                    guint64              rev,
                                    HwTaskFields        *fields);
HwEvent     *hw_event_new_snapshot (guint64    epoch,
                                    guint64    seq,
                                    gboolean   is_reset,
                                    GPtrArray *tasks);
HwEvent     *hw_event_new_heartbeat (guint64 epoch,
                                     guint64 seq);
HwEvent     *hw_event_ref (HwEvent *self);
void         hw_event_unref (HwEvent *self);
GPtrArray   *hw_events_new (void);

HwEventKind  hw_event_get_kind (const HwEvent *self);
guint64      hw_event_get_epoch (const HwEvent *self);
guint64      hw_event_get_seq (const HwEvent *self);
guint64      hw_event_get_rev (const HwEvent *self);
guint64      hw_event_get_task_id (const HwEvent *self);
guint64      hw_event_get_last_task_id (const HwEvent *self);
gboolean     hw_event_is_about (const HwEvent *self,
                                guint64        task_id);
guint        hw_event_get_attempt (const HwEvent *self);
const char  *hw_event_get_task_type (const HwEvent *self);
const char  *hw_event_get_group (const HwEvent *self);
const char  *hw_event_get_owner (const HwEvent *self);
const char  *hw_event_get_actor (const HwEvent *self);
gint64       hw_event_get_time (const HwEvent *self);
HwTaskFields *hw_event_get_fields (const HwEvent *self);
HwTaskFields *hw_event_get_hidden (const HwEvent *self);
GVariant    *hw_event_get_changes (HwEvent *self);
GPtrArray   *hw_event_get_tasks (const HwEvent *self);
gboolean     hw_event_get_is_reset (const HwEvent *self);
gboolean     hw_event_get_state (const HwEvent *self,
                                 HwTaskState   *state);

const char  *hw_event_kind_to_string (HwEventKind kind);
gboolean     hw_event_kind_from_string (const char  *name,
                                        HwEventKind *kind);

GBytes      *hw_event_get_encoding (HwEvent *self,
                                    guint    which);
void         hw_event_set_encoding (HwEvent *self,
                                    guint    which,
                                    GBytes  *encoding);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwEvent, hw_event_unref)

G_END_DECLS
