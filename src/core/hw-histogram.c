/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-histogram.h"

/**
 * hw_histogram_init:
 * @self: a histogram
 * @bounds: (transfer none): its bounds, rising; they must outlive it
 * @n_bounds: how many there are, at most %HW_HISTOGRAM_MAX_BOUNDS
 *
 * Begins to count.
 */
void
hw_histogram_init (HwHistogram  *self,
                   const gint64 *bounds,
                   guint         n_bounds)
{
  g_return_if_fail (self != NULL && bounds != NULL);
  g_return_if_fail (n_bounds <= HW_HISTOGRAM_MAX_BOUNDS);

  *self = (HwHistogram) { .bounds = bounds, .n_bounds = n_bounds };
}

/**
 * hw_histogram_add:
 * @self: a histogram
 * @span: how long it took, in microseconds
 *
 * Counts once. A clock that was set back makes no span negative: that one took no time.
 */
void
hw_histogram_add (HwHistogram *self,
                  gint64       span)
{
  guint i = 0;

  g_return_if_fail (self != NULL);

  span = MAX (span, 0);
  while (i < self->n_bounds && span > self->bounds[i])
    i++;

  self->counts[i]++;
  self->sum += span;
}

/**
 * hw_histogram_get_count:
 * @self: a histogram
 *
 * Tells how many times it counted.
 *
 * Returns: the number
 */
guint64
hw_histogram_get_count (const HwHistogram *self)
{
  guint64 count = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (guint i = 0; i <= self->n_bounds; i++)
    count += self->counts[i];

  return count;
}
