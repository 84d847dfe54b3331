/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-notifier.h"

#include "hw-task-ages.h"

/* What ends within so short a time ends at once, for a person, and is told at once. */
#define GATHER_SPAN G_USEC_PER_SEC

/* Notifications about the same follow each other at least so far apart: time to read one, and
 * a long row of short tasks does not make the screen flicker.
 */
#define PAUSE_SPAN (5 * G_USEC_PER_SEC)

typedef enum
{
  TOPIC_COMPLETED,
  TOPIC_FAILED,
} Topic;

#define N_TOPICS (TOPIC_FAILED + 1)

/* Tasks that ended and are not told of yet. */
typedef struct
{
  HwNotifierGroup group;
  gint64 since;
  gboolean was_told;
  gint64 told_at; /* if something was_told */
} Waiting;

/**
 * HwNotifier:
 *
 * The policy: of which tasks a person is told, when, and which of them together. News and time
 * go in; what is to be shown in each of a few slots comes out. It knows no bus, no clock and no
 * words, and however much happens, it remembers little.
 *
 * A task that ends while whoever asked for it still looks is passed over in silence. Those
 * that complete share one notification, which grows until somebody closes it. Those that fail
 * have one each while they are few.
 */
struct _HwNotifier
{
  GObject parent_instance;

  HwNotifierWants wants;
  HwTaskAges *ages; /* (owned) */
  Waiting waiting[N_TOPICS];
  HwNotifierGroup shown[HW_N_NOTIFIER_SLOTS];
};

typedef enum
{
  SIGNAL_SHOW,
  SIGNAL_WITHDRAW,
} HwNotifierSignal;

static guint signals[SIGNAL_WITHDRAW + 1];

G_DEFINE_FINAL_TYPE (HwNotifier, hw_notifier, G_TYPE_OBJECT)

static void
group_init (HwNotifierGroup *group)
{
  group->n_tasks = 0;
  group->ids = g_array_new (FALSE, FALSE, sizeof (guint64));
}

static void
group_empty (HwNotifierGroup *group)
{
  group->n_tasks = 0;
  g_array_set_size (group->ids, 0);
}

static void
group_add (HwNotifierGroup *group,
           guint64          id)
{
  group->n_tasks++;
  if (group->ids->len == HW_NOTIFIER_MAX_IDS)
    g_array_remove_index (group->ids, 0);
  g_array_append_val (group->ids, id);
}

/* Moves all tasks of one group to the end of another. */
static void
group_take (HwNotifierGroup *group,
            HwNotifierGroup *other)
{
  guint64 n_unknown = other->n_tasks - other->ids->len;

  for (guint i = 0; i < other->ids->len; i++)
    group_add (group, g_array_index (other->ids, guint64, i));
  group->n_tasks += n_unknown;
  group_empty (other);
}

static void
group_remove (HwNotifierGroup *group,
              guint64          id)
{
  for (guint i = 0; i < group->ids->len; i++)
    if (g_array_index (group->ids, guint64, i) == id)
      {
        g_array_remove_index (group->ids, i);
        group->n_tasks--;
        return;
      }
}

static void
hw_notifier_finalize (GObject *object)
{
  HwNotifier *self = HW_NOTIFIER (object);

  g_clear_pointer (&self->ages, hw_task_ages_free);
  for (guint i = 0; i < N_TOPICS; i++)
    g_clear_pointer (&self->waiting[i].group.ids, g_array_unref);
  for (guint i = 0; i < HW_N_NOTIFIER_SLOTS; i++)
    g_clear_pointer (&self->shown[i].ids, g_array_unref);

  G_OBJECT_CLASS (hw_notifier_parent_class)->finalize (object);
}

static void
hw_notifier_class_init (HwNotifierClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_notifier_finalize;

  /**
   * HwNotifier::show:
   * @self: a notifier
   * @slot: where
   *
   * The group in a slot is to be shown, in place of what was there.
   */
  signals[SIGNAL_SHOW] =
    g_signal_new ("show", HW_TYPE_NOTIFIER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_UINT);

  /**
   * HwNotifier::withdraw:
   * @self: a notifier
   * @slot: where
   *
   * What was shown in a slot is not true any more.
   */
  signals[SIGNAL_WITHDRAW] =
    g_signal_new ("withdraw", HW_TYPE_NOTIFIER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
hw_notifier_init (HwNotifier *self)
{
  for (guint i = 0; i < N_TOPICS; i++)
    group_init (&self->waiting[i].group);
  for (guint i = 0; i < HW_N_NOTIFIER_SLOTS; i++)
    group_init (&self->shown[i]);
}

/**
 * hw_notifier_new:
 * @minimum_duration: how long before its end a task must have been asked for to be told of,
 *   in microseconds
 * @wants: of which tasks to tell
 *
 * Creates a policy that was told nothing yet.
 *
 * Returns: (transfer full): the policy
 */
HwNotifier *
hw_notifier_new (gint64          minimum_duration,
                 HwNotifierWants wants)
{
  HwNotifier *self = g_object_new (HW_TYPE_NOTIFIER, NULL);

  self->ages = hw_task_ages_new (minimum_duration);
  self->wants = wants;

  return self;
}

static void
hw_notifier_show (HwNotifier *self,
                  guint       slot)
{
  g_signal_emit (self, signals[SIGNAL_SHOW], 0, slot);
}

static void
hw_notifier_withdraw (HwNotifier *self,
                      guint       slot)
{
  group_empty (&self->shown[slot]);
  g_signal_emit (self, signals[SIGNAL_WITHDRAW], 0, slot);
}

static void
hw_notifier_take_end (HwNotifier       *self,
                      Topic             topic,
                      const HwTaskNews *news,
                      gint64            now)
{
  Waiting *waiting = &self->waiting[topic];

  if (self->wants == HW_NOTIFIER_WANTS_NONE ||
      (self->wants == HW_NOTIFIER_WANTS_FAILURES && topic == TOPIC_COMPLETED) ||
      (news->at != 0 && hw_task_ages_is_young (self->ages, news->id, news->at)))
    return;

  if (waiting->group.n_tasks == 0)
    waiting->since = now;
  group_add (&waiting->group, news->id);
}

/* Takes back what was told of a task that is not what it was. */
static void
hw_notifier_take_back (HwNotifier *self,
                       guint64     id)
{
  for (guint i = 0; i < N_TOPICS; i++)
    group_remove (&self->waiting[i].group, id);

  for (guint i = 0; i < HW_N_NOTIFIER_SLOTS; i++)
    {
      if (self->shown[i].n_tasks == 0)
        continue;

      /* Fewer of many is no reason to show the rest once more. */
      group_remove (&self->shown[i], id);
      if (self->shown[i].n_tasks == 0)
        hw_notifier_withdraw (self, i);
    }
}

static void
hw_notifier_reset (HwNotifier *self)
{
  hw_task_ages_clear (self->ages);
  for (guint i = 0; i < N_TOPICS; i++)
    group_empty (&self->waiting[i].group);
  for (guint i = 0; i < HW_N_NOTIFIER_SLOTS; i++)
    if (self->shown[i].n_tasks > 0)
      hw_notifier_withdraw (self, i);
}

/**
 * hw_notifier_take_news:
 * @self: a policy
 * @news: what happened
 * @now: what time it is, by a clock that only rises, in microseconds
 *
 * Takes note of something that happened. What is to be told of it is told when the deadline
 * has come.
 */
void
hw_notifier_take_news (HwNotifier       *self,
                       const HwTaskNews *news,
                       gint64            now)
{
  g_return_if_fail (HW_IS_NOTIFIER (self));
  g_return_if_fail (news != NULL);

  switch (news->kind)
    {
    case HW_TASK_NEWS_ADDED:
      hw_task_ages_add (self->ages, news->id, news->at);
      break;

    case HW_TASK_NEWS_COMPLETED:
      hw_notifier_take_end (self, TOPIC_COMPLETED, news, now);
      break;

    case HW_TASK_NEWS_FAILED:
      hw_notifier_take_end (self, TOPIC_FAILED, news, now);
      break;

    case HW_TASK_NEWS_LEFT:
      hw_notifier_take_back (self, news->id);
      break;

    case HW_TASK_NEWS_RESET:
      hw_notifier_reset (self);
      break;

    default:
      g_assert_not_reached ();
    }
}

/**
 * hw_notifier_forget:
 * @self: a policy
 * @slot: a slot
 *
 * Takes note that a notification was closed: who closed it has seen it, and what comes next
 * begins anew.
 */
void
hw_notifier_forget (HwNotifier *self,
                    guint       slot)
{
  g_return_if_fail (HW_IS_NOTIFIER (self));
  g_return_if_fail (slot < HW_N_NOTIFIER_SLOTS);

  group_empty (&self->shown[slot]);
}

static gint64
waiting_get_deadline (const Waiting *waiting)
{
  gint64 deadline = waiting->since + GATHER_SPAN;

  if (waiting->group.n_tasks == 0)
    return HW_NOTIFIER_NEVER;

  return waiting->was_told ? MAX (deadline, waiting->told_at + PAUSE_SPAN) : deadline;
}

/**
 * hw_notifier_get_deadline:
 * @self: a policy
 *
 * Gets when there is something to be told, by the clock of hw_notifier_take_news().
 *
 * Returns: a time in microseconds, or %HW_NOTIFIER_NEVER
 */
gint64
hw_notifier_get_deadline (HwNotifier *self)
{
  g_return_val_if_fail (HW_IS_NOTIFIER (self), HW_NOTIFIER_NEVER);

  return MIN (waiting_get_deadline (&self->waiting[TOPIC_COMPLETED]),
              waiting_get_deadline (&self->waiting[TOPIC_FAILED]));
}

static void
hw_notifier_tell_completed (HwNotifier *self)
{
  group_take (&self->shown[HW_NOTIFIER_SLOT_COMPLETED], &self->waiting[TOPIC_COMPLETED].group);
  hw_notifier_show (self, HW_NOTIFIER_SLOT_COMPLETED);
}

/* Whether each failed task can have a notification for itself. */
static gboolean
hw_notifier_has_room (HwNotifier *self)
{
  guint64 n_tasks = self->waiting[TOPIC_FAILED].group.n_tasks;

  for (guint i = HW_NOTIFIER_SLOT_FAILED_FIRST; i < HW_N_NOTIFIER_SLOTS; i++)
    n_tasks += self->shown[i].n_tasks;

  return n_tasks <= HW_NOTIFIER_MAX_SINGLE &&
         self->shown[HW_NOTIFIER_SLOT_FAILED_MANY].n_tasks == 0;
}

static void
hw_notifier_tell_failed_singly (HwNotifier *self)
{
  HwNotifierGroup *failed = &self->waiting[TOPIC_FAILED].group;
  guint slot = HW_NOTIFIER_SLOT_FAILED_FIRST;

  for (guint i = 0; i < failed->ids->len; i++)
    {
      while (self->shown[slot].n_tasks > 0)
        slot++;
      group_add (&self->shown[slot], g_array_index (failed->ids, guint64, i));
      hw_notifier_show (self, slot);
    }

  group_empty (failed);
}

static void
hw_notifier_tell_failed_together (HwNotifier *self)
{
  HwNotifierGroup *many = &self->shown[HW_NOTIFIER_SLOT_FAILED_MANY];

  for (guint i = HW_NOTIFIER_SLOT_FAILED_FIRST; i < HW_N_NOTIFIER_SLOTS; i++)
    {
      if (self->shown[i].n_tasks == 0)
        continue;

      group_take (many, &self->shown[i]);
      hw_notifier_withdraw (self, i);
    }

  group_take (many, &self->waiting[TOPIC_FAILED].group);
  hw_notifier_show (self, HW_NOTIFIER_SLOT_FAILED_MANY);
}

/**
 * hw_notifier_advance:
 * @self: a policy
 * @now: what time it is
 *
 * Tells what is due: emits #HwNotifier::show and #HwNotifier::withdraw.
 */
void
hw_notifier_advance (HwNotifier *self,
                     gint64      now)
{
  g_return_if_fail (HW_IS_NOTIFIER (self));

  for (guint i = 0; i < N_TOPICS; i++)
    {
      Waiting *waiting = &self->waiting[i];

      if (now < waiting_get_deadline (waiting))
        continue;

      waiting->was_told = TRUE;
      waiting->told_at = now;
      if (i == TOPIC_COMPLETED)
        hw_notifier_tell_completed (self);
      else if (hw_notifier_has_room (self))
        hw_notifier_tell_failed_singly (self);
      else
        hw_notifier_tell_failed_together (self);
    }
}

/**
 * hw_notifier_get_group:
 * @self: a policy
 * @slot: a slot
 *
 * Gets the tasks that the notification in a slot is about.
 *
 * Returns: (transfer none): the group, until anything else is called
 */
const HwNotifierGroup *
hw_notifier_get_group (HwNotifier *self,
                       guint       slot)
{
  g_return_val_if_fail (HW_IS_NOTIFIER (self), NULL);
  g_return_val_if_fail (slot < HW_N_NOTIFIER_SLOTS, NULL);

  return &self->shown[slot];
}
