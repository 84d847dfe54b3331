/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-level-keeper.h"

/* How far tasks are is written down that often: what a crash may cost is so much of what
 * was seen, and all tasks together cost one transaction.
 */
#define KEEP_INTERVAL (2 * G_USEC_PER_SEC)

/**
 * HwLevelKeeper:
 *
 * Has it written down how far tasks are, so that whoever comes after a crash sees where
 * they were. A level is no event: nobody is told, and the newest wins. What a task that
 * has ended said last is in its end, so that costs nothing here. Main context only.
 */
struct _HwLevelKeeper
{
  GObject parent_instance;

  HwStore *store;           /* (owned) (not nullable) */
  HwClock *clock;           /* (owned) (not nullable) */
  HwEventLog *log;          /* (owned) (not nullable) */
  HwDispatcher *dispatcher; /* (owned) (not nullable) */

  guint64 kept_rev;  /* of the newest level that is on disk */
  guint64 asked_rev; /* of the newest that the store was asked to keep */
  gboolean is_asking;
  gboolean is_closed;
  gboolean has_warned;
  guint timer;
};

G_DEFINE_FINAL_TYPE (HwLevelKeeper, hw_level_keeper, G_TYPE_OBJECT)

static void on_levels_kept (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);

/* Makes of a level what is to be written down: its task's attempt knows which of a level
 * and a message is newer. %NULL if that is nothing.
 */
static HwEvent *
hw_level_keeper_make_level (HwLevelKeeper *self,
                            HwEvent       *told)
{
  HwAttempt *attempt = hw_dispatcher_lookup_attempt (self->dispatcher,
                                                     hw_event_get_task_id (told));
  g_autoptr(HwTaskFields) level = attempt != NULL ? hw_attempt_dup_level (attempt) : NULL;
  const HwEventOrigin origin = {
    .epoch = hw_event_get_epoch (told),
    .task_id = hw_event_get_task_id (told),
    .attempt = hw_event_get_attempt (told),
    .type = hw_event_get_task_type (told),
    .group = hw_event_get_group (told),
    .owner = hw_event_get_owner (told),
    .at = hw_event_get_time (told),
  };

  if (level == NULL || hw_task_fields_is_empty (level))
    return NULL;

  return hw_event_new_progress (&origin, hw_event_get_rev (told), g_steal_pointer (&level));
}

static void
hw_level_keeper_keep (HwLevelKeeper *self)
{
  g_autoptr(GPtrArray) told = hw_events_new ();
  g_autoptr(GPtrArray) levels = hw_events_new ();

  hw_event_log_read_levels (self->log, 0, self->kept_rev, told);
  for (guint i = 0; i < told->len; i++)
    {
      HwEvent *event = g_ptr_array_index (told, i);
      HwEvent *level = hw_level_keeper_make_level (self, event);

      self->asked_rev = hw_event_get_rev (event);
      if (level != NULL)
        g_ptr_array_add (levels, level);
    }

  if (levels->len == 0)
    {
      self->kept_rev = self->asked_rev;
      return;
    }

  self->is_asking = TRUE;
  hw_store_keep_levels_async (self->store, levels, NULL, on_levels_kept, g_object_ref (self));
}

static void
on_timer (gpointer user_data)
{
  HwLevelKeeper *self = HW_LEVEL_KEEPER (user_data);

  self->timer = 0;
  hw_level_keeper_keep (self);
}

static void
on_levels_kept (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(HwLevelKeeper) self = HW_LEVEL_KEEPER (user_data);
  g_autoptr(GPtrArray) newer = hw_events_new ();
  g_autoptr(GError) error = NULL;

  self->is_asking = FALSE;
  if (hw_store_keep_levels_finish (HW_STORE (source), result, &error))
    {
      self->kept_rev = self->asked_rev;
      self->has_warned = FALSE;
    }
  else if (!self->has_warned && !self->is_closed)
    {
      /* They are tried again, as long as nothing newer comes; once is enough to say so. */
      g_warning ("Could not write down how far tasks are: %s", error->message);
      self->has_warned = TRUE;
    }

  hw_event_log_read_levels (self->log, 0, self->kept_rev, newer);
  if (newer->len > 0)
    hw_level_keeper_note (self);
}

static void
hw_level_keeper_dispose (GObject *object)
{
  HwLevelKeeper *self = HW_LEVEL_KEEPER (object);

  if (self->timer != 0)
    hw_clock_remove_timer (self->clock, self->timer);
  self->timer = 0;

  G_OBJECT_CLASS (hw_level_keeper_parent_class)->dispose (object);
}

static void
hw_level_keeper_finalize (GObject *object)
{
  HwLevelKeeper *self = HW_LEVEL_KEEPER (object);

  g_clear_object (&self->dispatcher);
  g_clear_object (&self->log);
  g_clear_object (&self->clock);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (hw_level_keeper_parent_class)->finalize (object);
}

static void
hw_level_keeper_class_init (HwLevelKeeperClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_level_keeper_dispose;
  object_class->finalize = hw_level_keeper_finalize;
}

static void
hw_level_keeper_init (HwLevelKeeper *self)
{
}

/**
 * hw_level_keeper_new:
 * @store: where levels are written down
 * @clock: what time it is
 * @log: knows which levels are new
 * @dispatcher: knows the attempts that they are of
 *
 * Creates a keeper that has nothing to do.
 *
 * Returns: (transfer full): a keeper
 */
HwLevelKeeper *
hw_level_keeper_new (HwStore      *store,
                     HwClock      *clock,
                     HwEventLog   *log,
                     HwDispatcher *dispatcher)
{
  HwLevelKeeper *self;

  g_return_val_if_fail (HW_IS_STORE (store), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (HW_IS_EVENT_LOG (log), NULL);
  g_return_val_if_fail (HW_IS_DISPATCHER (dispatcher), NULL);

  self = g_object_new (HW_TYPE_LEVEL_KEEPER, NULL);
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->log = g_object_ref (log);
  self->dispatcher = g_object_ref (dispatcher);

  return self;
}

/**
 * hw_level_keeper_note:
 * @self: a keeper
 *
 * Says that the log has a newer level. It is on disk two seconds later, if its task still
 * runs then.
 */
void
hw_level_keeper_note (HwLevelKeeper *self)
{
  g_return_if_fail (HW_IS_LEVEL_KEEPER (self));

  if (self->timer == 0 && !self->is_asking && !self->is_closed)
    self->timer = hw_clock_add_timer (self->clock, KEEP_INTERVAL, on_timer, self);
}

/**
 * hw_level_keeper_close:
 * @self: a keeper
 *
 * Has the newest levels written down now, and none after that: the attempts are about to
 * be let go of.
 */
void
hw_level_keeper_close (HwLevelKeeper *self)
{
  g_return_if_fail (HW_IS_LEVEL_KEEPER (self));

  if (self->is_closed)
    return;

  self->is_closed = TRUE;
  if (self->timer != 0)
    hw_clock_remove_timer (self->clock, self->timer);
  self->timer = 0;
  hw_level_keeper_keep (self);
}
