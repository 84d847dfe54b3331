/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define HW_TYPE_CLOCK (hw_clock_get_type ())
G_DECLARE_INTERFACE (HwClock, hw_clock, HW, CLOCK, GObject)

/**
 * HwClockInterface:
 * @get_real_time: microseconds since the Unix epoch
 * @get_monotonic_time: microseconds since some start, never falling
 * @add_timer: calls a function once, after so many microseconds, in the
 *   thread-default context; gives an ID for @remove_timer
 * @remove_timer: forgets a timer that has not rung
 */
struct _HwClockInterface
{
  GTypeInterface parent_iface;

  gint64 (*get_real_time) (HwClock *self);
  gint64 (*get_monotonic_time) (HwClock *self);
  guint (*add_timer) (HwClock        *self,
                      gint64          delay,
                      GSourceOnceFunc callback,
                      gpointer        user_data);
  void (*remove_timer) (HwClock *self,
                        guint    id);
};

gint64 hw_clock_get_real_time (HwClock *self);
gint64 hw_clock_get_monotonic_time (HwClock *self);
guint  hw_clock_add_timer (HwClock        *self,
                           gint64          delay,
                           GSourceOnceFunc callback,
                           gpointer        user_data) G_GNUC_WARN_UNUSED_RESULT;
void   hw_clock_remove_timer (HwClock *self,
                              guint    id);

G_END_DECLS
