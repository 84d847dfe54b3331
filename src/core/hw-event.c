/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-event.h"

#include <string.h>

/**
 * HwEvent:
 *
 * Something that happened, as everyone is told of it. Immutable, and may cross
 * threads.
 *
 * It carries all that a filter or a check of permission asks, so that a view
 * never has to look anything up. It can carry one encoding of itself, made by the
 * first view that needs it and shared by all others.
 */
struct _HwEvent
{
  gatomicrefcount ref_count;

  HwEventKind kind;
  HwEventOrigin origin;        /* its strings are the fields', or in the block below */
  char *strings;               /* (owned) (nullable) */
  guint64 seq;
  guint64 rev;
  HwTaskFields *fields;        /* (owned) (nullable): what changed, and anybody may see */
  HwTaskFields *hidden;        /* (owned) (nullable) */
  GVariant *changes;           /* (owned) (nullable): @fields, set once */
  GPtrArray *tasks;            /* (owned) (nullable) (element-type HwTask) */
  gboolean is_reset;
  gboolean has_state;
  HwTaskState state;           /* if it tells of one */

  GBytes *encodings[HW_EVENT_N_ENCODINGS]; /* (owned) (nullable), each set once */
};

G_DEFINE_BOXED_TYPE (HwEvent, hw_event, hw_event_ref, hw_event_unref)

static const char *const kind_names[HW_N_EVENT_KINDS] = {
  [HW_EVENT_KIND_ADDED] = "added",
  [HW_EVENT_KIND_STATE] = "state",
  [HW_EVENT_KIND_MESSAGE] = "message",
  [HW_EVENT_KIND_CHANGED] = "changed",
  [HW_EVENT_KIND_REMOVED] = "removed",
  [HW_EVENT_KIND_HELD] = "held",
  [HW_EVENT_KIND_PROGRESS] = "progress",
  [HW_EVENT_KIND_SNAPSHOT] = "snapshot",
  [HW_EVENT_KIND_HEARTBEAT] = "heartbeat",
};

/* Finds a string that stays as long as the event does: a new task's are in its fields. */
static const char *
hw_event_find_string (const HwEvent *self,
                      const char    *string,
                      HwTaskField    field)
{
  const char *known = NULL;

  if (string == NULL || *string == '\0')
    return "";

  if (self->fields != NULL)
    known = hw_task_fields_get_string (self->fields, field);

  return known != NULL && strcmp (known, string) == 0 ? known : NULL;
}

/* Has the origin's strings stay. Those that stay nowhere else are copied into one block; they
 * are not interned: GLib 2.74 may give a thread an interned string that another is just about
 * to free.
 */
static void
hw_event_keep_strings (HwEvent *self)
{
  const struct
  {
    const char **string;
    HwTaskField field;
  } strings[] = {
    { &self->origin.type, HW_TASK_FIELD_TYPE },
    { &self->origin.group, HW_TASK_FIELD_GROUP },
    { &self->origin.owner, HW_TASK_FIELD_OWNER },

    /* Whoever adds a task is its owner most of the time. */
    { &self->origin.actor, HW_TASK_FIELD_OWNER },
  };
  const char *kept[G_N_ELEMENTS (strings)];
  gsize size = 0;
  char *end = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      kept[i] = hw_event_find_string (self, *strings[i].string, strings[i].field);
      if (kept[i] == NULL)
        size += strlen (*strings[i].string) + 1;
    }

  if (size > 0)
    self->strings = end = g_malloc (size);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      const char *string = *strings[i].string;

      *strings[i].string = kept[i] != NULL ? kept[i] : end;
      if (kept[i] == NULL)
        end = g_stpcpy (end, string) + 1;
    }
}

/* What nobody may see is parted from what everybody is told, so that no view can
 * forget to leave it out. @fields is (transfer full).
 */
static void
hw_event_take_fields (HwEvent      *self,
                      HwTaskFields *fields)
{
  self->fields = fields;
  if (hw_task_fields_has_hidden (fields))
    {
      self->fields = hw_task_fields_copy (fields);
      self->hidden = hw_task_fields_split_hidden (self->fields);
      hw_task_fields_unref (fields);
    }

  /* Many ask for it. */
  self->has_state = (self->kind == HW_EVENT_KIND_ADDED || self->kind == HW_EVENT_KIND_STATE) &&
                    hw_task_fields_get_state (self->fields, &self->state);
}

/* @fields is (nullable) (transfer full). */
static HwEvent *
event_new (HwEventKind          kind,
           const HwEventOrigin *origin,
           HwTaskFields        *fields)
{
  HwEvent *self = g_new0 (HwEvent, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->origin = *origin;
  if (fields != NULL)
    hw_event_take_fields (self, fields);
  hw_event_keep_strings (self);

  return self;
}

/**
 * hw_event_new:
 * @kind: what kind of thing happened
 * @origin: to what, by whom and when; copied
 * @seq: the number that the store gave it
 * @fields: (nullable) (transfer full): what changed
 *
 * Makes a transition: an event that a store numbered and keeps.
 *
 * Returns: (transfer full): the event
 */
HwEvent *
hw_event_new (HwEventKind          kind,
              const HwEventOrigin *origin,
              guint64              seq,
              HwTaskFields        *fields)
{
  HwEvent *self;

  g_return_val_if_fail (origin != NULL, NULL);
  g_return_val_if_fail (seq > 0, NULL);

  self = event_new (kind, origin, fields);
  self->seq = seq;

  return self;
}

/**
 * hw_event_new_progress:
 * @origin: of what, and when; copied
 * @rev: a number that rises from level to level, over restarts of the daemon too
 * @fields: (transfer full): how far it is
 *
 * Makes a level: the newest wins, and one with a lower @rev is late.
 *
 * Returns: (transfer full): the event
 */
HwEvent *
hw_event_new_progress (const HwEventOrigin *origin,
                       guint64              rev,
                       HwTaskFields        *fields)
{
  HwEvent *self;

  g_return_val_if_fail (origin != NULL, NULL);
  g_return_val_if_fail (fields != NULL, NULL);

  self = event_new (HW_EVENT_KIND_PROGRESS, origin, fields);
  self->rev = rev;

  return self;
}

/**
 * hw_event_new_snapshot:
 * @epoch: the database's number
 * @seq: the number at which it is true
 * @is_reset: whether it replaces all that the watcher knew
 * @tasks: (element-type HwTask): the tasks, copies of which nobody changes
 *
 * Makes a snapshot for one watcher.
 *
 * Returns: (transfer full): the event
 */
HwEvent *
hw_event_new_snapshot (guint64    epoch,
                       guint64    seq,
                       gboolean   is_reset,
                       GPtrArray *tasks)
{
  const HwEventOrigin origin = { .epoch = epoch };
  HwEvent *self;

  g_return_val_if_fail (tasks != NULL, NULL);

  self = event_new (HW_EVENT_KIND_SNAPSHOT, &origin, NULL);
  self->seq = seq;
  self->is_reset = is_reset;
  self->tasks = g_ptr_array_ref (tasks);

  return self;
}

/**
 * hw_event_new_heartbeat:
 * @epoch: the database's number
 * @seq: how far the quiet reaches
 *
 * Makes a heartbeat for a watcher.
 *
 * Returns: (transfer full): the event
 */
HwEvent *
hw_event_new_heartbeat (guint64 epoch,
                        guint64 seq)
{
  const HwEventOrigin origin = { .epoch = epoch };
  HwEvent *self = event_new (HW_EVENT_KIND_HEARTBEAT, &origin, NULL);

  self->seq = seq;

  return self;
}

HwEvent *
hw_event_ref (HwEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
hw_event_unref (HwEvent *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->strings);
  g_clear_pointer (&self->fields, hw_task_fields_unref);
  g_clear_pointer (&self->hidden, hw_task_fields_unref);
  g_clear_pointer (&self->changes, g_variant_unref);
  g_clear_pointer (&self->tasks, g_ptr_array_unref);
  for (guint i = 0; i < HW_EVENT_N_ENCODINGS; i++)
    g_clear_pointer (&self->encodings[i], g_bytes_unref);
  g_free (self);
}

/**
 * hw_events_new:
 *
 * Makes room for some events.
 *
 * Returns: (transfer full) (element-type HwEvent): an empty array that owns what is put into it
 */
GPtrArray *
hw_events_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
}

HwEventKind
hw_event_get_kind (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, HW_EVENT_KIND_HEARTBEAT);

  return self->kind;
}

guint64
hw_event_get_epoch (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->origin.epoch;
}

/**
 * hw_event_get_seq:
 * @self: an event
 *
 * Gets the number that the store gave the event; for a snapshot or heartbeat the
 * number up to which it speaks.
 *
 * Returns: the number, or 0 for progress
 */
guint64
hw_event_get_seq (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->seq;
}

/**
 * hw_event_get_rev:
 * @self: an event
 *
 * Gets the number by which a late progress is told from the newest.
 *
 * Returns: the number, or 0 if the event is not progress
 */
guint64
hw_event_get_rev (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->rev;
}

guint64
hw_event_get_task_id (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->origin.task_id;
}

/**
 * hw_event_get_last_task_id:
 * @self: an event
 *
 * Gets the last of the tasks that it is about: itself but for a removal of several.
 *
 * Returns: a number, not below hw_event_get_task_id()
 */
guint64
hw_event_get_last_task_id (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return MAX (self->origin.last_task_id, self->origin.task_id);
}

/**
 * hw_event_is_about:
 * @self: an event
 * @task_id: a task
 *
 * Tells whether the event is about a task, alone or among others.
 *
 * Returns: %TRUE if it is
 */
gboolean
hw_event_is_about (const HwEvent *self,
                   guint64        task_id)
{
  return task_id >= hw_event_get_task_id (self) && task_id <= hw_event_get_last_task_id (self);
}

guint
hw_event_get_attempt (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->origin.attempt;
}

const char *
hw_event_get_task_type (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->origin.type;
}

const char *
hw_event_get_group (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->origin.group;
}

const char *
hw_event_get_owner (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->origin.owner;
}

const char *
hw_event_get_actor (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->origin.actor;
}

/**
 * hw_event_get_time:
 * @self: an event
 *
 * Gets when it happened.
 *
 * Returns: microseconds since the Unix epoch, UTC
 */
gint64
hw_event_get_time (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->origin.at;
}

/**
 * hw_event_get_fields:
 * @self: an event
 *
 * Gets what changed. A state of Pending unsets every field of the attempt that is not
 * among it.
 *
 * Returns: (transfer none) (nullable): the fields
 */
HwTaskFields *
hw_event_get_fields (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->fields;
}

/**
 * hw_event_get_hidden:
 * @self: an event
 *
 * Gets what changed of the hidden fields, which are for the queue and the runners alone:
 * they go through no door.
 *
 * Returns: (transfer none) (nullable): the fields
 */
HwTaskFields *
hw_event_get_hidden (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->hidden;
}

/**
 * hw_event_get_changes:
 * @self: an event
 *
 * Gets what hw_event_get_fields() does for those who speak in variants. It is made when
 * somebody asks for it first. Any thread.
 *
 * Returns: (transfer none) (nullable): an `a{sv}` whose keys are names of #HwTaskField
 */
GVariant *
hw_event_get_changes (HwEvent *self)
{
  GVariant *changes;

  g_return_val_if_fail (self != NULL, NULL);

  changes = g_atomic_pointer_get (&self->changes);
  if (changes != NULL || self->fields == NULL)
    return changes;

  changes = hw_task_fields_dup_visible (self->fields);
  if (!g_atomic_pointer_compare_and_exchange (&self->changes, NULL, changes))
    g_variant_unref (changes);

  return g_atomic_pointer_get (&self->changes);
}

/**
 * hw_event_get_tasks:
 * @self: an event
 *
 * Gets the tasks of a snapshot.
 *
 * Returns: (transfer none) (nullable) (element-type HwTask): the tasks
 */
GPtrArray *
hw_event_get_tasks (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->tasks;
}

gboolean
hw_event_get_is_reset (const HwEvent *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_reset;
}

/**
 * hw_event_get_state:
 * @self: an event
 * @state: (out): the state that its task has from then on
 *
 * Gets the state that the event tells of: that of a new task, or a change of state.
 *
 * Returns: whether it tells of one; if not, @state is left alone
 */
gboolean
hw_event_get_state (const HwEvent *self,
                    HwTaskState   *state)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (state != NULL, FALSE);

  if (self->has_state)
    *state = self->state;

  return self->has_state;
}

/**
 * hw_event_kind_to_string:
 * @kind: a kind
 *
 * Gets the name by which every door calls @kind.
 *
 * Returns: a static string
 */
const char *
hw_event_kind_to_string (HwEventKind kind)
{
  g_return_val_if_fail ((guint) kind < HW_N_EVENT_KINDS, NULL);

  return kind_names[kind];
}

/**
 * hw_event_kind_from_string:
 * @name: (nullable): a name
 * @kind: (out): where to put the kind
 *
 * Finds the kind with a name.
 *
 * Returns: whether there is one
 */
gboolean
hw_event_kind_from_string (const char  *name,
                           HwEventKind *kind)
{
  for (guint i = 0; i < HW_N_EVENT_KINDS; i++)
    if (g_strcmp0 (kind_names[i], name) == 0)
      {
        *kind = (HwEventKind) i;
        return TRUE;
      }

  return FALSE;
}

/**
 * hw_event_get_encoding:
 * @self: an event
 * @which: which one, below %HW_EVENT_N_ENCODINGS
 *
 * Gets the bytes that hw_event_set_encoding() left with the event. Any thread.
 *
 * Returns: (transfer none) (nullable): the bytes
 */
GBytes *
hw_event_get_encoding (HwEvent *self,
                       guint    which)
{
  g_return_val_if_fail (self != NULL && which < HW_EVENT_N_ENCODINGS, NULL);

  return g_atomic_pointer_get (&self->encodings[which]);
}

/**
 * hw_event_set_encoding:
 * @self: an event
 * @which: which one, below %HW_EVENT_N_ENCODINGS
 * @encoding: (transfer full): the event in a form in which it goes out
 *
 * Leaves an encoding with the event, so that it is made once, however many watch.
 * The first one stays; a later one is dropped. Any thread.
 */
void
hw_event_set_encoding (HwEvent *self,
                       guint    which,
                       GBytes  *encoding)
{
  g_return_if_fail (self != NULL && which < HW_EVENT_N_ENCODINGS);
  g_return_if_fail (encoding != NULL);

  if (!g_atomic_pointer_compare_and_exchange (&self->encodings[which], NULL, encoding))
    g_bytes_unref (encoding);
}
