/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-ages.h"

/* A task, and when somebody asked for it. */
typedef struct
{
  guint64 id;
  gint64 at;
} Birth;

/**
 * HwTaskAges:
 *
 * Which tasks are young: asked for so short a time ago that whoever did still looks. It
 * remembers those alone; of a task that it does not know it says that it is old.
 */
struct _HwTaskAges
{
  gint64 minimum; /* µs */
  GArray *births; /* (owned) (element-type Birth): both the numbers and the times rise */
};

/**
 * hw_task_ages_new:
 * @minimum: how old a task must be not to be young any more, in microseconds
 *
 * Creates a memory of young tasks that knows none.
 *
 * Returns: (transfer full): the memory
 */
HwTaskAges *
hw_task_ages_new (gint64 minimum)
{
  HwTaskAges *self = g_new0 (HwTaskAges, 1);

  self->minimum = minimum;
  self->births = g_array_new (FALSE, FALSE, sizeof (Birth));

  return self;
}

/**
 * hw_task_ages_free:
 * @self: (transfer full): a memory of young tasks
 *
 * Frees the memory.
 */
void
hw_task_ages_free (HwTaskAges *self)
{
  g_return_if_fail (self != NULL);

  g_array_unref (self->births);
  g_free (self);
}

/* Forgets those that are young no longer, when there are enough of them to be worth it. */
static void
hw_task_ages_prune (HwTaskAges *self,
                    gint64      now)
{
  guint n_old = 0;

  while (n_old < self->births->len &&
         g_array_index (self->births, Birth, n_old).at <= now - self->minimum)
    n_old++;

  if (n_old > self->births->len / 2 || self->births->len == HW_TASK_AGES_MAX)
    g_array_remove_range (self->births, 0, n_old);
}

/**
 * hw_task_ages_add:
 * @self: a memory of young tasks
 * @id: a task; numbers only rise, and one that does not is left out
 * @at: when it was asked for, in microseconds since the Unix epoch
 *
 * Remembers when a task was asked for.
 */
void
hw_task_ages_add (HwTaskAges *self,
                  guint64     id,
                  gint64      at)
{
  Birth *last;

  g_return_if_fail (self != NULL);

  hw_task_ages_prune (self, at);
  last = self->births->len > 0
         ? &g_array_index (self->births, Birth, self->births->len - 1) : NULL;

  if (last != NULL && id <= last->id)
    return;

  if (self->births->len == HW_TASK_AGES_MAX)
    last->id = id;
  else
    g_array_append_val (self->births, ((Birth) { id, at }));
}

/**
 * hw_task_ages_clear:
 * @self: a memory of young tasks
 *
 * Forgets all of them.
 */
void
hw_task_ages_clear (HwTaskAges *self)
{
  g_return_if_fail (self != NULL);

  g_array_set_size (self->births, 0);
}

/**
 * hw_task_ages_is_young:
 * @self: a memory of young tasks
 * @id: a task
 * @now: what time it is, in microseconds since the Unix epoch
 *
 * Tells whether a task was asked for a short time ago.
 *
 * Returns: %TRUE if so; %FALSE of a task that is not known
 */
gboolean
hw_task_ages_is_young (HwTaskAges *self,
                       guint64     id,
                       gint64      now)
{
  guint first = 0;
  guint behind;

  g_return_val_if_fail (self != NULL, FALSE);

  /* The first that is not before it: itself, or the last one if that stands for many. */
  behind = self->births->len;
  while (first < behind)
    {
      guint middle = first + (behind - first) / 2;

      if (g_array_index (self->births, Birth, middle).id < id)
        first = middle + 1;
      else
        behind = middle;
    }

  if (first == self->births->len ||
      (first == 0 && g_array_index (self->births, Birth, 0).id != id))
    return FALSE;

  return now - g_array_index (self->births, Birth, first).at < self->minimum;
}

guint
hw_task_ages_get_n_known (HwTaskAges *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->births->len;
}
