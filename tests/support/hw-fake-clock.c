/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-fake-clock.h"

/* 2026-11-22 19:00:00 UTC, in microseconds. */
#define START_REAL G_GINT64_CONSTANT (1795374000000000)

/* A machine that has been up for a while: 0 would hide who takes it for "never". */
#define START_MONOTONIC (1000 * G_USEC_PER_SEC)

/* Somebody who is to be woken. */
typedef struct
{
  guint id;
  gint64 due;
  GSourceOnceFunc callback;
  gpointer user_data;
} Timer;

/**
 * HwFakeClock:
 *
 * A clock that stands still until hw_fake_clock_advance(). Its timers ring then and
 * at no other time, so that no test has to wait.
 */
struct _HwFakeClock
{
  GObject parent_instance;

  gint64 elapsed;
  GPtrArray *timers; /* (owned) (element-type Timer), as they were added */
  guint last_id;
};

static void hw_fake_clock_iface_init (HwClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwFakeClock, hw_fake_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_CLOCK, hw_fake_clock_iface_init))

static gint64
hw_fake_clock_get_real_time (HwClock *clock)
{
  return START_REAL + HW_FAKE_CLOCK (clock)->elapsed;
}

static gint64
hw_fake_clock_get_monotonic_time (HwClock *clock)
{
  return START_MONOTONIC + HW_FAKE_CLOCK (clock)->elapsed;
}

static guint
hw_fake_clock_add_timer (HwClock        *clock,
                         gint64          delay,
                         GSourceOnceFunc callback,
                         gpointer        user_data)
{
  HwFakeClock *self = HW_FAKE_CLOCK (clock);
  Timer *timer = g_new (Timer, 1);

  *timer = (Timer) { ++self->last_id, self->elapsed + delay, callback, user_data };
  g_ptr_array_add (self->timers, timer);

  return timer->id;
}

static void
hw_fake_clock_remove_timer (HwClock *clock,
                            guint    id)
{
  HwFakeClock *self = HW_FAKE_CLOCK (clock);

  for (guint i = 0; i < self->timers->len; i++)
    if (((Timer *) g_ptr_array_index (self->timers, i))->id == id)
      {
        g_ptr_array_remove_index (self->timers, i);
        return;
      }

  g_critical ("Timer %u is removed, but has rung or was never added", id);
}

static void
hw_fake_clock_iface_init (HwClockInterface *iface)
{
  iface->get_real_time = hw_fake_clock_get_real_time;
  iface->get_monotonic_time = hw_fake_clock_get_monotonic_time;
  iface->add_timer = hw_fake_clock_add_timer;
  iface->remove_timer = hw_fake_clock_remove_timer;
}

static void
hw_fake_clock_finalize (GObject *object)
{
  HwFakeClock *self = HW_FAKE_CLOCK (object);

  g_clear_pointer (&self->timers, g_ptr_array_unref);

  G_OBJECT_CLASS (hw_fake_clock_parent_class)->finalize (object);
}

static void
hw_fake_clock_class_init (HwFakeClockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_fake_clock_finalize;
}

static void
hw_fake_clock_init (HwFakeClock *self)
{
  self->timers = g_ptr_array_new_with_free_func (g_free);
}

/**
 * hw_fake_clock_new:
 *
 * Creates a clock that stands still.
 *
 * Returns: (transfer full): a clock
 */
HwFakeClock *
hw_fake_clock_new (void)
{
  return g_object_new (HW_TYPE_FAKE_CLOCK, NULL);
}

/* Takes the timer out that rings first, if one is due until then. */
static Timer *
hw_fake_clock_take_due (HwFakeClock *self,
                        gint64       until)
{
  guint first = self->timers->len;
  gint64 due = until;

  for (guint i = self->timers->len; i > 0; i--)
    {
      const Timer *timer = g_ptr_array_index (self->timers, i - 1);

      if (timer->due > due)
        continue;

      first = i - 1;
      due = timer->due;
    }

  return first < self->timers->len ? g_ptr_array_steal_index (self->timers, first) : NULL;
}

/**
 * hw_fake_clock_advance:
 * @self: a clock
 * @span: microseconds
 *
 * Lets time go by. The timers that are due meanwhile ring in their order, each at its
 * moment; those that they add as well.
 */
void
hw_fake_clock_advance (HwFakeClock *self,
                       gint64       span)
{
  gint64 until;
  Timer *timer;

  g_return_if_fail (HW_IS_FAKE_CLOCK (self));
  g_return_if_fail (span >= 0);

  until = self->elapsed + span;
  while ((timer = hw_fake_clock_take_due (self, until)) != NULL)
    {
      self->elapsed = MAX (self->elapsed, timer->due);
      timer->callback (timer->user_data);
      g_free (timer);
    }

  self->elapsed = until;
}

/**
 * hw_fake_clock_get_n_timers:
 * @self: a clock
 *
 * Gets how many timers have not rung: what nobody took back is a leak.
 *
 * Returns: how many
 */
guint
hw_fake_clock_get_n_timers (HwFakeClock *self)
{
  g_return_val_if_fail (HW_IS_FAKE_CLOCK (self), 0);

  return self->timers->len;
}
