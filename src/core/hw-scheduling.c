/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-scheduling.h"

/**
 * hw_scheduling_compare:
 * @a: a waiting task
 * @b: another
 *
 * Tells which of two waiting tasks comes first: the one of higher priority, then
 * the older one, which has the lower number.
 *
 * Returns: below 0 if @a does, above 0 if @b does, 0 if they are the same task
 */
int
hw_scheduling_compare (const HwCandidate *a,
                       const HwCandidate *b)
{
  if (a->priority != b->priority)
    return a->priority > b->priority ? -1 : 1;

  if (a->task_id != b->task_id)
    return a->task_id < b->task_id ? -1 : 1;

  return 0;
}

/**
 * hw_scheduling_decide:
 * @candidates: (array length=n_candidates): waiting tasks, in the order of
 *   hw_scheduling_compare()
 * @n_candidates: how many
 * @limits: what limits how many may start
 * @waits: (out caller-allocates) (array length=n_candidates): what each waits for
 *
 * Decides which waiting tasks may start now. Pure: it looks at its arguments and
 * nothing else.
 *
 * Returns: how many may start
 */
guint
hw_scheduling_decide (const HwCandidate *candidates,
                      guint              n_candidates,
                      const HwLimits    *limits,
                      HwWait            *waits)
{
  guint n_free;
  guint n_starting = 0;

  n_free = limits->max_parallel > limits->n_running ? limits->max_parallel - limits->n_running : 0;

  for (guint i = 0; i < n_candidates; i++)
    {
      waits[i] = n_starting < n_free ? HW_WAIT_NONE : HW_WAIT_PLACE;
      if (waits[i] == HW_WAIT_NONE)
        n_starting++;
    }

  return n_starting;
}
