/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-plane-pace.h"

#include <time.h>

/* How long the thread took by the clock would say more of what else the machine has to do. */
static gint64
get_time (gint64  *used,
          gpointer user_data)
{
  struct timespec time = { 0 };

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  *used = time.tv_sec * (gint64) G_USEC_PER_SEC + time.tv_nsec / 1000;

  return g_get_monotonic_time ();
}

/**
 * hw_plane_pace_init:
 * @self: (out caller-allocates): a pace
 * @function: (nullable): tells the time, or %NULL for that of the machine
 * @user_data: for @function
 *
 * Makes a pace that is at the beginning.
 */
void
hw_plane_pace_init (HwPlanePace    *self,
                    HwPlaneTimeFunc function,
                    gpointer        user_data)
{
  g_return_if_fail (self != NULL);

  self->get_time = function != NULL ? function : get_time;
  self->user_data = user_data;
  self->used = 0;
  self->pause_end = 0;
}

/**
 * hw_plane_pace_begin:
 * @self: a pace
 *
 * Looks whether those who watch may be told. They are told then, until hw_plane_pace_end().
 *
 * Returns: %FALSE if there is a pause
 */
gboolean
hw_plane_pace_begin (HwPlanePace *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->get_time (&self->used, self->user_data) >= self->pause_end;
}

/**
 * hw_plane_pace_end:
 * @self: a pace that was begun
 *
 * Takes note that all have been told. If that cost much, there is a pause as long: so what comes
 * meanwhile is told together, and half a processor is the most that it costs.
 */
void
hw_plane_pace_end (HwPlanePace *self)
{
  gint64 now;
  gint64 used;

  g_return_if_fail (self != NULL);

  now = self->get_time (&used, self->user_data);
  if (used - self->used > HW_PLANE_MAX_HASTE)
    self->pause_end = now + used - self->used;
}

/**
 * hw_plane_pace_get_rest:
 * @self: a pace
 *
 * Tells how long there is a pause.
 *
 * Returns: as many milliseconds, rounded up, or 0 if there is none
 */
int
hw_plane_pace_get_rest (HwPlanePace *self)
{
  gint64 used;
  gint64 now;

  g_return_val_if_fail (self != NULL, 0);

  now = self->get_time (&used, self->user_data);

  return (int) MAX ((self->pause_end - now + 999) / 1000, 0);
}
