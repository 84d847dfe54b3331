/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-clock.h"

/**
 * HwClock:
 *
 * What time it is, and being woken later. Handed in, so that a test can turn it.
 */
G_DEFINE_INTERFACE (HwClock, hw_clock, G_TYPE_OBJECT)

static void
hw_clock_default_init (HwClockInterface *iface)
{
}

/**
 * hw_clock_get_real_time:
 * @self: a clock
 *
 * Gets the time of day. It may jump. Any thread.
 *
 * Returns: microseconds since the Unix epoch, UTC
 */
gint64
hw_clock_get_real_time (HwClock *self)
{
  g_return_val_if_fail (HW_IS_CLOCK (self), 0);

  return HW_CLOCK_GET_IFACE (self)->get_real_time (self);
}

/**
 * hw_clock_get_monotonic_time:
 * @self: a clock
 *
 * Gets a time that never falls, to measure spans with. Any thread.
 *
 * Returns: microseconds
 */
gint64
hw_clock_get_monotonic_time (HwClock *self)
{
  g_return_val_if_fail (HW_IS_CLOCK (self), 0);

  return HW_CLOCK_GET_IFACE (self)->get_monotonic_time (self);
}

/**
 * hw_clock_add_timer:
 * @self: a clock
 * @delay: in how many microseconds
 * @callback: (scope async): what to call, once, in the main context
 * @user_data: data for @callback
 *
 * Asks to be woken. The timer is gone once @callback was called.
 *
 * Returns: an ID for hw_clock_remove_timer(), never 0
 */
guint
hw_clock_add_timer (HwClock        *self,
                    gint64          delay,
                    GSourceOnceFunc callback,
                    gpointer        user_data)
{
  g_return_val_if_fail (HW_IS_CLOCK (self), 0);
  g_return_val_if_fail (callback != NULL, 0);

  return HW_CLOCK_GET_IFACE (self)->add_timer (self, MAX (delay, 0), callback, user_data);
}

/**
 * hw_clock_remove_timer:
 * @self: a clock
 * @id: the ID of a timer that has not rung
 *
 * Takes back hw_clock_add_timer().
 */
void
hw_clock_remove_timer (HwClock *self,
                       guint    id)
{
  g_return_if_fail (HW_IS_CLOCK (self));
  g_return_if_fail (id != 0);

  HW_CLOCK_GET_IFACE (self)->remove_timer (self, id);
}
