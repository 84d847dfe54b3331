/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_HISTOGRAM_MAX_BOUNDS:
 *
 * How many bounds a histogram may have: each is a line for whoever reads it, every few seconds.
 */
#define HW_HISTOGRAM_MAX_BOUNDS 10

/**
 * HwHistogram:
 * @bounds: (unowned): the bounds, rising, in microseconds; static
 * @n_bounds: how many there are
 * @counts: how many spans were no longer than each bound, and longer than the one before it; and
 *   longer than all
 * @sum: all spans together, in microseconds
 *
 * How long something took, counted: a plain value, of one thread.
 */
typedef struct
{
  const gint64 *bounds;
  guint n_bounds;
  guint64 counts[HW_HISTOGRAM_MAX_BOUNDS + 1];
  gint64 sum;
} HwHistogram;

void    hw_histogram_init (HwHistogram  *self,
                           const gint64 *bounds,
                           guint         n_bounds);
void    hw_histogram_add (HwHistogram *self,
                          gint64       span);
guint64 hw_histogram_get_count (const HwHistogram *self);

G_END_DECLS
