/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-candidates.h"

/**
 * HwCandidates:
 *
 * The waiting tasks that come first: a window on those that the store holds, so
 * that a million of them cost disk and not memory.
 *
 * What is in the window is always the beginning of the order in which tasks wait.
 * Whether it is all of it, is known; if not, the window is refilled from the store
 * once it is empty.
 */
struct _HwCandidates
{
  GObject parent_instance;

  GPtrArray *tasks; /* (owned) (element-type HwTask), in the order of scheduling */
  guint limit;

  gboolean is_complete;  /* nothing waits that is not in the window */
  gboolean is_refilling; /* the store was asked, and has not answered */
  gboolean has_left_out; /* something that waits was let go while it was asked */
};

G_DEFINE_FINAL_TYPE (HwCandidates, hw_candidates, G_TYPE_OBJECT)

static HwCandidate
get_candidate (HwTask *task)
{
  return (HwCandidate) {
           .task_id = hw_task_get_id (task),
           .priority = hw_task_get_priority (task),
  };
}

/* Finds where a task belongs; tells whether it is there already. */
static gboolean
hw_candidates_find (HwCandidates      *self,
                    const HwCandidate *wanted,
                    guint             *position)
{
  guint low = 0;
  guint high = self->tasks->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const HwCandidate other = get_candidate (g_ptr_array_index (self->tasks, middle));
      int order = hw_scheduling_compare (&other, wanted);

      if (order == 0)
        {
          *position = middle;
          return TRUE;
        }

      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }

  *position = low;

  return FALSE;
}

static void
hw_candidates_finalize (GObject *object)
{
  HwCandidates *self = HW_CANDIDATES (object);

  g_clear_pointer (&self->tasks, g_ptr_array_unref);

  G_OBJECT_CLASS (hw_candidates_parent_class)->finalize (object);
}

static void
hw_candidates_class_init (HwCandidatesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_candidates_finalize;
}

static void
hw_candidates_init (HwCandidates *self)
{
  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * hw_candidates_new:
 * @limit: how many tasks to hold at most
 *
 * Creates a window that knows nothing of the store yet.
 *
 * Returns: (transfer full): a window
 */
HwCandidates *
hw_candidates_new (guint limit)
{
  HwCandidates *self;

  g_return_val_if_fail (limit > 0, NULL);

  self = g_object_new (HW_TYPE_CANDIDATES, NULL);
  self->limit = limit;

  return self;
}

guint
hw_candidates_get_limit (HwCandidates *self)
{
  g_return_val_if_fail (HW_IS_CANDIDATES (self), 0);

  return self->limit;
}

/* Finds where a task belongs, if it belongs into the window and is not there. Behind the last of a
 * window that is not all, others may come first. While the store is asked, nobody knows: its answer
 * may be from before the task came.
 */
static gboolean
hw_candidates_find_place (HwCandidates      *self,
                          const HwCandidate *wanted,
                          guint             *position)
{
  return !hw_candidates_find (self, wanted, position) &&
         (*position < self->tasks->len || self->is_complete || self->is_refilling);
}

/**
 * hw_candidates_wants:
 * @self: a window
 * @task_id: a task that waits from now on
 * @priority: its priority
 *
 * Gets whether a task belongs into the window. One that does not need not be made.
 *
 * Returns: whether hw_candidates_add() would take it
 */
gboolean
hw_candidates_wants (HwCandidates *self,
                     guint64       task_id,
                     int           priority)
{
  const HwCandidate wanted = { .task_id = task_id, .priority = priority };
  guint position;

  g_return_val_if_fail (HW_IS_CANDIDATES (self), FALSE);

  return hw_candidates_find_place (self, &wanted, &position);
}

/**
 * hw_candidates_add:
 * @self: a window
 * @task: a task that waits from now on
 *
 * Takes note of a task that waits. It is held if it belongs into the window.
 */
void
hw_candidates_add (HwCandidates *self,
                   HwTask       *task)
{
  HwCandidate wanted;
  guint position;

  g_return_if_fail (HW_IS_CANDIDATES (self));
  g_return_if_fail (HW_IS_TASK (task));

  wanted = get_candidate (task);
  if (!hw_candidates_find_place (self, &wanted, &position))
    return;

  g_ptr_array_insert (self->tasks, (int) position, g_object_ref (task));
  if (self->tasks->len <= self->limit)
    return;

  g_ptr_array_set_size (self->tasks, (int) self->limit);
  self->is_complete = FALSE;
  self->has_left_out = TRUE;
}

/**
 * hw_candidates_remove:
 * @self: a window
 * @task_id: a task that waits no more
 *
 * Takes a task out, if it is held.
 */
void
hw_candidates_remove (HwCandidates *self,
                      guint64       task_id)
{
  g_return_if_fail (HW_IS_CANDIDATES (self));

  for (guint i = 0; i < self->tasks->len; i++)
    if (hw_task_get_id (g_ptr_array_index (self->tasks, i)) == task_id)
      {
        g_ptr_array_remove_index (self->tasks, i);
        return;
      }
}

/**
 * hw_candidates_must_refill:
 * @self: a window
 *
 * Tells whether the store is to be asked before anything can be decided.
 *
 * Returns: %TRUE if the window is empty, but not all there is
 */
gboolean
hw_candidates_must_refill (HwCandidates *self)
{
  g_return_val_if_fail (HW_IS_CANDIDATES (self), FALSE);

  return self->tasks->len == 0 && !self->is_complete && !self->is_refilling;
}

/**
 * hw_candidates_begin_refill:
 * @self: a window
 *
 * Takes note that the store was asked.
 */
void
hw_candidates_begin_refill (HwCandidates *self)
{
  g_return_if_fail (HW_IS_CANDIDATES (self));

  self->is_refilling = TRUE;
  self->has_left_out = FALSE;
}

/**
 * hw_candidates_end_refill:
 * @self: a window
 * @page: what the store answered
 *
 * Takes what the store answered, and puts what came meanwhile where it belongs. That
 * is all there is if the answer is less than was asked for, the page has no next one,
 * and nothing had to be let go; else the store is asked again when the window is empty.
 */
void
hw_candidates_end_refill (HwCandidates *self,
                          HwTaskPage   *page)
{
  g_autoptr(GPtrArray) added = NULL;
  GPtrArray *tasks;

  g_return_if_fail (HW_IS_CANDIDATES (self));
  g_return_if_fail (page != NULL);

  tasks = page->tasks;
  added = g_steal_pointer (&self->tasks);

  self->is_refilling = FALSE;
  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len && i < self->limit; i++)
    g_ptr_array_add (self->tasks, g_object_ref (g_ptr_array_index (tasks, i)));
  self->is_complete = tasks->len < self->limit && page->next == 0 && !self->has_left_out;

  for (guint i = 0; i < added->len; i++)
    hw_candidates_add (self, g_ptr_array_index (added, i));
}

/**
 * hw_candidates_abandon_refill:
 * @self: a window
 *
 * Takes note that the store could not answer. What came meanwhile is let go: it is in
 * the store, and others may come first.
 */
void
hw_candidates_abandon_refill (HwCandidates *self)
{
  g_return_if_fail (HW_IS_CANDIDATES (self));

  self->is_refilling = FALSE;
  g_ptr_array_set_size (self->tasks, 0);
}

/**
 * hw_candidates_invalidate:
 * @self: a window
 *
 * Forgets everything: the store is to be asked afresh.
 */
void
hw_candidates_invalidate (HwCandidates *self)
{
  g_return_if_fail (HW_IS_CANDIDATES (self));

  g_ptr_array_set_size (self->tasks, 0);
  self->is_complete = FALSE;
  self->has_left_out = TRUE;
}

/**
 * hw_candidates_is_idle:
 * @self: a window
 *
 * Tells whether it is known that nothing waits.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_candidates_is_idle (HwCandidates *self)
{
  g_return_val_if_fail (HW_IS_CANDIDATES (self), FALSE);

  return self->tasks->len == 0 && self->is_complete && !self->is_refilling;
}

/**
 * hw_candidates_decide:
 * @self: a window
 * @limits: what limits how many may start
 *
 * Takes those tasks out that may start now: none while the store is asked which come
 * first.
 *
 * Returns: (transfer full) (element-type HwTask): the tasks, in their order
 */
GPtrArray *
hw_candidates_decide (HwCandidates   *self,
                      const HwLimits *limits)
{
  g_autoptr(GPtrArray) starting = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree HwCandidate *candidates = NULL;
  g_autofree HwWait *waits = NULL;
  guint n_candidates;

  g_return_val_if_fail (HW_IS_CANDIDATES (self), NULL);
  g_return_val_if_fail (limits != NULL, NULL);

  if (self->is_refilling)
    return g_steal_pointer (&starting);

  n_candidates = self->tasks->len;
  candidates = g_new (HwCandidate, n_candidates);
  waits = g_new (HwWait, n_candidates);
  for (guint i = 0; i < n_candidates; i++)
    candidates[i] = get_candidate (g_ptr_array_index (self->tasks, i));

  if (hw_scheduling_decide (candidates, n_candidates, limits, waits) == 0)
    return g_steal_pointer (&starting);

  for (guint i = n_candidates; i > 0; i--)
    if (waits[i - 1] == HW_WAIT_NONE)
      g_ptr_array_insert (starting, 0, g_ptr_array_steal_index (self->tasks, i - 1));

  return g_steal_pointer (&starting);
}
