/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-demo.h"

#include "hw-error.h"

/* Waits, and blocks nothing but this thread. Returns %FALSE as soon as it is canceled. */
static gboolean
wait_for (double        seconds,
          GCancellable *cancellable,
          GError      **error)
{
  gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  gint64 left = end - g_get_monotonic_time ();
  GPollFD fd;

  /* Without a cancellable, or without descriptors left, there is nothing to poll. */
  gboolean has_fd = g_cancellable_make_pollfd (cancellable, &fd);

  while (left > 0 && !g_cancellable_is_cancelled (cancellable))
    {
      int milliseconds = (int) MIN ((left + 999) / 1000, (gint64) (has_fd ? G_MAXINT : 100));

      g_poll (&fd, has_fd ? 1 : 0, milliseconds);
      left = end - g_get_monotonic_time ();
    }

  if (has_fd)
    g_cancellable_release_fd (cancellable);

  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/**
 * hw_demo_work:
 * @run: the attempt
 * @parameters: `steps` (x), `delay` (d, seconds) and `fail` (b)
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError, or %NULL
 *
 * Takes some steps, says so at each, and waits: to see how a task goes. If asked
 * to, it fails at the last one. A #HwWorkFunction.
 *
 * Returns: %NULL, with an error if it failed or was canceled
 */
GVariant *
hw_demo_work (HwRun        *run,
              GVariant     *parameters,
              GCancellable *cancellable,
              GError      **error)
{
  gint64 n_steps = 0;
  double delay = 0.0;
  gboolean fails = FALSE;

  g_variant_lookup (parameters, "steps", "x", &n_steps);
  g_variant_lookup (parameters, "delay", "d", &delay);
  g_variant_lookup (parameters, "fail", "b", &fails);

  hw_run_set_progress (run, 0, (guint64) n_steps, "steps");

  for (gint64 step = 1; step <= n_steps; step++)
    {
      hw_run_send_message (run, "Step %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, step, n_steps);

      if (!wait_for (delay, cancellable, error))
        return NULL;

      if (fails && step == n_steps)
        {
          g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                       "Step %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " failed, as it was asked "
                       "to. Add the task again without “fail”.", step, n_steps);
          return NULL;
        }

      hw_run_set_progress (run, (guint64) step, (guint64) n_steps, "steps");
    }

  return NULL;
}
