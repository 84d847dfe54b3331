/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-ended.h"

/**
 * HwDBusEnded:
 *
 * The tasks that have ended and whose objects stay for a while: the first to end is the
 * first to go, when its time is over or when there are too many.
 */
struct _HwDBusEnded
{
  GObject parent_instance;

  HwClock *clock; /* (owned) (not nullable) */

  GQueue ends;         /* (element-type End) (owned), the first to go first */
  GHashTable *link_of; /* (owned) task id → link of ends */
  guint timer;
};

/* The end of a task. */
typedef struct
{
  guint64 task_id;
  gint64 goes_at;
} End;

typedef enum
{
  SIGNAL_GONE,
} HwDBusEndedSignal;

static guint signals[SIGNAL_GONE + 1];

G_DEFINE_FINAL_TYPE (HwDBusEnded, hw_dbus_ended, G_TYPE_OBJECT)

static void on_timer (gpointer user_data);

/* Lets those go whose time is over, or who are too many. */
static void
hw_dbus_ended_trim (HwDBusEnded *self)
{
  gint64 now = hw_clock_get_monotonic_time (self->clock);
  const End *first;

  while ((first = g_queue_peek_head (&self->ends)) != NULL &&
         (first->goes_at <= now || self->ends.length > HW_DBUS_ENDED_OBJECTS_MAX))
    {
      guint64 task_id = first->task_id;

      hw_dbus_ended_remove (self, task_id);
      g_signal_emit (self, signals[SIGNAL_GONE], 0, task_id);
    }

  if (first != NULL && self->timer == 0)
    self->timer = hw_clock_add_timer (self->clock, first->goes_at - now, on_timer, self);
}

static void
on_timer (gpointer user_data)
{
  HwDBusEnded *self = HW_DBUS_ENDED (user_data);

  self->timer = 0;
  hw_dbus_ended_trim (self);
}

static void
hw_dbus_ended_dispose (GObject *object)
{
  HwDBusEnded *self = HW_DBUS_ENDED (object);

  if (self->timer != 0)
    hw_clock_remove_timer (self->clock, self->timer);
  self->timer = 0;

  G_OBJECT_CLASS (hw_dbus_ended_parent_class)->dispose (object);
}

static void
hw_dbus_ended_finalize (GObject *object)
{
  HwDBusEnded *self = HW_DBUS_ENDED (object);

  g_clear_pointer (&self->link_of, g_hash_table_unref);
  g_queue_clear_full (&self->ends, g_free);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_dbus_ended_parent_class)->finalize (object);
}

static void
hw_dbus_ended_class_init (HwDBusEndedClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_dbus_ended_dispose;
  object_class->finalize = hw_dbus_ended_finalize;

  /**
   * HwDBusEnded::gone:
   * @self: the ended tasks
   * @task_id: one that has stayed for long enough
   *
   * Tells that a task's object may go.
   */
  signals[SIGNAL_GONE] =
    g_signal_new ("gone", HW_TYPE_DBUS_ENDED, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
hw_dbus_ended_init (HwDBusEnded *self)
{
  g_queue_init (&self->ends);
  self->link_of = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

HwDBusEnded *
hw_dbus_ended_new (HwClock *clock)
{
  HwDBusEnded *self;

  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_DBUS_ENDED, NULL);
  self->clock = g_object_ref (clock);

  return self;
}

/**
 * hw_dbus_ended_add:
 * @self: the ended tasks
 * @task_id: a task whose end everybody was told of
 *
 * Begins the time for which a task stays; another one may go for it. One that stays
 * already is not given more.
 */
void
hw_dbus_ended_add (HwDBusEnded *self,
                   guint64      task_id)
{
  End *end;

  g_return_if_fail (HW_IS_DBUS_ENDED (self));

  if (g_hash_table_contains (self->link_of, &task_id))
    return;

  end = g_new (End, 1);
  end->task_id = task_id;
  end->goes_at = hw_clock_get_monotonic_time (self->clock) + HW_DBUS_ENDED_OBJECT_TIME;
  g_queue_push_tail (&self->ends, end);
  g_hash_table_insert (self->link_of, g_memdup2 (&task_id, sizeof (task_id)), self->ends.tail);
  hw_dbus_ended_trim (self);
}

/**
 * hw_dbus_ended_remove:
 * @self: the ended tasks
 * @task_id: a task that lives again, or is no more
 *
 * Forgets that a task has ended, if it has.
 */
void
hw_dbus_ended_remove (HwDBusEnded *self,
                      guint64      task_id)
{
  GList *link;

  g_return_if_fail (HW_IS_DBUS_ENDED (self));

  link = g_hash_table_lookup (self->link_of, &task_id);
  if (link == NULL)
    return;

  g_hash_table_remove (self->link_of, &task_id);
  g_free (link->data);
  g_queue_delete_link (&self->ends, link);
}
