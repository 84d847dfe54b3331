/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-tally.h"

/**
 * HwTally:
 *
 * What began and ended since the daemon was started, for whoever looks after it: how often, by
 * type and result, and how long that took. It only grows, and is gone with the daemon. How many
 * tasks there are and ever were the store counts. The queue owns it; main context only.
 */
struct _HwTally
{
  GHashTable *by_type; /* (owned) (element-type utf8 HwTypeTally): borrows from @types */
  GPtrArray *types;    /* (owned) (element-type HwTypeTally): in the order in which they came */
  HwTypeTally *others; /* (unowned) (nullable): one of @types */
  HwHistogram waits;
  HwHistogram runs;
};

/* From what is done at once to what takes half a day. */
static const gint64 bounds[] = {
  G_USEC_PER_SEC / 100, G_USEC_PER_SEC / 10, G_USEC_PER_SEC, 10 * G_TIME_SPAN_SECOND,
  G_TIME_SPAN_MINUTE, 5 * G_TIME_SPAN_MINUTE, 30 * G_TIME_SPAN_MINUTE, 2 * G_TIME_SPAN_HOUR,
  12 * G_TIME_SPAN_HOUR,
};

static void
type_tally_free (HwTypeTally *tally)
{
  g_clear_pointer (&tally->type, g_free);
  g_free (tally);
}

static HwTypeTally *
hw_tally_add_type (HwTally    *self,
                   const char *type)
{
  HwTypeTally *tally = g_new0 (HwTypeTally, 1);

  tally->type = g_strdup (type);
  g_ptr_array_add (self->types, tally);

  return tally;
}

/* Returns: (transfer none): where the event's type is counted */
static HwTypeTally *
hw_tally_ensure (HwTally *self,
                 HwEvent *event)
{
  const char *name = hw_event_get_task_type (event);
  const char *type = name != NULL ? name : "";
  HwTypeTally *tally = g_hash_table_lookup (self->by_type, type);

  if (tally != NULL)
    return tally;

  if (g_hash_table_size (self->by_type) < HW_TALLY_MAX_TYPES)
    {
      tally = hw_tally_add_type (self, type);
      g_hash_table_insert (self->by_type, tally->type, tally);
      return tally;
    }

  if (self->others == NULL)
    self->others = hw_tally_add_type (self, HW_TALLY_OTHER_TYPES);

  return self->others;
}

/* Counts how long it is since a time that a task knows, if it does. */
static void
add_span_since (HwHistogram *histogram,
                HwEvent     *event,
                HwTask      *task,
                HwTaskField  time)
{
  HwTaskFields *fields = hw_task_get_fields (task);

  if (hw_task_fields_has (fields, time))
    hw_histogram_add (histogram,
                      hw_event_get_time (event) - hw_task_fields_get_number (fields, time));
}

/**
 * hw_tally_new:
 *
 * Begins to count.
 *
 * Returns: (transfer full): a tally of nothing
 */
HwTally *
hw_tally_new (void)
{
  HwTally *self = g_new0 (HwTally, 1);

  self->by_type = g_hash_table_new (g_str_hash, g_str_equal);
  self->types = g_ptr_array_new_with_free_func ((GDestroyNotify) type_tally_free);
  hw_histogram_init (&self->waits, bounds, G_N_ELEMENTS (bounds));
  hw_histogram_init (&self->runs, bounds, G_N_ELEMENTS (bounds));

  return self;
}

void
hw_tally_free (HwTally *self)
{
  g_return_if_fail (self != NULL);

  g_hash_table_unref (self->by_type);
  g_ptr_array_unref (self->types);
  g_free (self);
}

/**
 * hw_tally_take_start:
 * @self: a tally
 * @event: an attempt began
 * @task: (nullable): at which task, as it is since then
 *
 * Counts it, and how long the task has waited, if it is its first.
 */
void
hw_tally_take_start (HwTally *self,
                     HwEvent *event,
                     HwTask  *task)
{
  g_return_if_fail (self != NULL && event != NULL);

  hw_tally_ensure (self, event)->n_started++;
  if (task != NULL && hw_event_get_attempt (event) == 1)
    add_span_since (&self->waits, event, task, HW_TASK_FIELD_CREATED_AT);
}

/**
 * hw_tally_take_end:
 * @self: a tally
 * @event: an attempt ended, or a task that had none
 * @task: (nullable): the task, as it was until then, if it was in progress
 *
 * Counts the task, if it is not to be tried again, and how long the attempt took.
 */
void
hw_tally_take_end (HwTally *self,
                   HwEvent *event,
                   HwTask  *task)
{
  HwTaskState state;
  HwResult result;

  g_return_if_fail (self != NULL && event != NULL);

  if (task != NULL)
    add_span_since (&self->runs, event, task, HW_TASK_FIELD_STARTED_AT);

  if (hw_event_get_state (event, &state) && hw_task_state_is_final (state) &&
      hw_result_from_string (hw_task_fields_get_string (hw_event_get_fields (event),
                                                        HW_TASK_FIELD_RESULT), &result))
    hw_tally_ensure (self, event)->n_ended[result]++;
}

/**
 * hw_tally_get_types:
 * @self: a tally
 *
 * Gets what became of the tasks of each type, in the order in which they were first heard of: at
 * most %HW_TALLY_MAX_TYPES, and of all others together.
 *
 * Returns: (transfer none) (element-type HwTypeTally): the tallies
 */
GPtrArray *
hw_tally_get_types (HwTally *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->types;
}

/**
 * hw_tally_get_waits:
 * @self: a tally
 *
 * Gets how long tasks waited from when they were added until they began.
 *
 * Returns: (transfer none): the histogram
 */
const HwHistogram *
hw_tally_get_waits (HwTally *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->waits;
}

/**
 * hw_tally_get_runs:
 * @self: a tally
 *
 * Gets how long attempts took, pauses included.
 *
 * Returns: (transfer none): the histogram
 */
const HwHistogram *
hw_tally_get_runs (HwTally *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->runs;
}
