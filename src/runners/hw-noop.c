/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-noop.h"

/**
 * hw_noop_work:
 * @run: the attempt
 * @parameters: an empty `a{sv}`
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError, or %NULL
 *
 * Does nothing, to measure what a task costs. A #HwWorkFunction.
 *
 * Returns: %NULL, without an error
 */
GVariant *
hw_noop_work (HwRun        *run,
              GVariant     *parameters,
              GCancellable *cancellable,
              GError      **error)
{
  return NULL;
}
