/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-system-clock.h"

/**
 * HwSystemClock:
 *
 * The machine's clock.
 */
struct _HwSystemClock
{
  GObject parent_instance;
};

static void hw_system_clock_iface_init (HwClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwSystemClock, hw_system_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_CLOCK,
                                                      hw_system_clock_iface_init))

static gint64
hw_system_clock_get_real_time (HwClock *clock)
{
  return g_get_real_time ();
}

static gint64
hw_system_clock_get_monotonic_time (HwClock *clock)
{
  return g_get_monotonic_time ();
}

static guint
hw_system_clock_add_timer (HwClock        *clock,
                           gint64          delay,
                           GSourceOnceFunc callback,
                           gpointer        user_data)
{
  /* Rounded up: a timer that rings too early finds nothing to do. */
  guint milliseconds = (guint) MIN ((delay + 999) / 1000, (gint64) G_MAXUINT);

  return g_timeout_add_once (milliseconds, callback, user_data);
}

static void
hw_system_clock_remove_timer (HwClock *clock,
                              guint    id)
{
  g_source_remove (id);
}

static void
hw_system_clock_iface_init (HwClockInterface *iface)
{
  iface->get_real_time = hw_system_clock_get_real_time;
  iface->get_monotonic_time = hw_system_clock_get_monotonic_time;
  iface->add_timer = hw_system_clock_add_timer;
  iface->remove_timer = hw_system_clock_remove_timer;
}

static void
hw_system_clock_class_init (HwSystemClockClass *klass)
{
}

static void
hw_system_clock_init (HwSystemClock *self)
{
}

/**
 * hw_system_clock_new:
 *
 * Creates a view of the machine's clock. Its timers ring in the default main
 * context.
 *
 * Returns: (transfer full): a clock
 */
HwClock *
hw_system_clock_new (void)
{
  return g_object_new (HW_TYPE_SYSTEM_CLOCK, NULL);
}
