/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-retention.h"

#include "hw-error.h"
#include "hw-event.h"

/* Who removes what has been kept for long enough. */
#define ACTOR "retention"

/* How long to wait after a round, if nothing ends meanwhile: what is kept for days may
 * stay for minutes more.
 */
#define ROUND_INTERVAL (10 * G_TIME_SPAN_MINUTE)

/* After how many ends a round begins earlier, so that a busy queue keeps what it should
 * and not what comes in ten minutes.
 */
#define ENDS_PER_ROUND 1000

/* How many tasks go in one transaction: a few milliseconds, which whoever submits
 * something waits for at most.
 */
#define TASKS_PER_COMMIT 200

/**
 * HwRetention:
 *
 * Removes tasks that have ended and were kept for long enough, and then the events of
 * tasks that are gone. It proposes, as anybody else, and in small parts between which
 * all others come to their turn. Main context only.
 */
struct _HwRetention
{
  GObject parent_instance;

  HwStore *store; /* (owned) (not nullable) */
  HwClock *clock; /* (owned) (not nullable) */
  HwStoreLimits limits;

  GPtrArray *tasks; /* (owned) (nullable) (element-type HwTask), to go, by number */
  guint n_proposed; /* how many of them were proposed */
  gboolean is_last_page;

  gboolean is_open;
  gboolean is_in_round;
  guint timer;
  guint n_ended; /* since the last round began */
};

G_DEFINE_FINAL_TYPE (HwRetention, hw_retention, G_TYPE_OBJECT)

/* A round goes through these in this order. */
static void hw_retention_begin_round (HwRetention *self);
static void hw_retention_list (HwRetention *self);
static void on_expired_listed (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void hw_retention_remove_some (HwRetention *self);
static void on_some_removed (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void hw_retention_forget (HwRetention *self);
static void on_forgotten (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);
static void hw_retention_end_round (HwRetention *self);

static void
on_timer (gpointer user_data)
{
  HwRetention *self = HW_RETENTION (user_data);

  self->timer = 0;
  hw_retention_begin_round (self);
}

static void
hw_retention_begin_round (HwRetention *self)
{
  if (!self->is_open || self->is_in_round)
    return;

  if (self->timer != 0)
    hw_clock_remove_timer (self->clock, self->timer);
  self->timer = 0;
  self->is_in_round = TRUE;
  self->n_ended = 0;
  hw_retention_list (self);
}

static void
hw_retention_list (HwRetention *self)
{
  if (self->is_open)
    hw_store_list_expired_async (self->store, &self->limits,
                                 hw_clock_get_real_time (self->clock), NULL, on_expired_listed,
                                 g_object_ref (self));
  else
    hw_retention_end_round (self);
}

static void
on_expired_listed (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(HwRetention) self = HW_RETENTION (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = hw_store_list_finish (HW_STORE (source), result, &error);

  if (page == NULL)
    {
      g_warning ("What has been kept for long enough could not be found: %s", error->message);
      hw_retention_end_round (self);
      return;
    }

  g_clear_pointer (&self->tasks, g_ptr_array_unref);
  self->tasks = g_ptr_array_ref (page->tasks);
  self->n_proposed = 0;
  self->is_last_page = page->next == 0;
  hw_retention_remove_some (self);
}

static gboolean
are_alike (HwTask *a,
           HwTask *b)
{
  static const HwTaskField fields[] = {
    HW_TASK_FIELD_TYPE, HW_TASK_FIELD_GROUP, HW_TASK_FIELD_OWNER,
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_strcmp0 (hw_task_get_string (a, fields[i]), hw_task_get_string (b, fields[i])) != 0)
      return FALSE;

  return TRUE;
}

/* Makes the next removal: of one task, and of all that follow it without a gap and are
 * like it, up to @limit in all.
 */
static HwChange *
hw_retention_take_range (HwRetention *self,
                         guint        limit)
{
  HwTask *first = g_ptr_array_index (self->tasks, self->n_proposed);
  HwTask *last = first;
  guint n_tasks;

  for (n_tasks = 1; n_tasks < limit && self->n_proposed + n_tasks < self->tasks->len; n_tasks++)
    {
      HwTask *next = g_ptr_array_index (self->tasks, self->n_proposed + n_tasks);

      if (hw_task_get_id (next) != hw_task_get_id (last) + 1 || !are_alike (first, next))
        break;
      last = next;
    }

  self->n_proposed += n_tasks;

  return hw_change_new_remove (hw_task_get_id (first), hw_task_get_id (last), ACTOR,
                               hw_clock_get_real_time (self->clock));
}

static void
hw_retention_remove_some (HwRetention *self)
{
  g_autoptr(GPtrArray) changes = NULL;
  guint end;

  if (!self->is_open || self->n_proposed == self->tasks->len)
    {
      if (self->is_last_page || !self->is_open)
        hw_retention_forget (self);
      else
        hw_retention_list (self);
      return;
    }

  changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  end = MIN (self->n_proposed + TASKS_PER_COMMIT, self->tasks->len);
  while (self->n_proposed < end)
    g_ptr_array_add (changes, hw_retention_take_range (self, end - self->n_proposed));
  hw_store_commit_async (self->store, changes, NULL, on_some_removed, g_object_ref (self));
}

static void
on_some_removed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(HwRetention) self = HW_RETENTION (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  if (events != NULL)
    {
      hw_retention_remove_some (self);
      return;
    }

  /* Somebody retried or removed one of them meanwhile. The next round looks again. */
  if (!g_error_matches (error, HW_ERROR, HW_ERROR_CONFLICT))
    g_warning ("What has been kept for long enough could not be removed: %s", error->message);
  hw_retention_end_round (self);
}

static void
hw_retention_forget (HwRetention *self)
{
  if (self->is_open)
    hw_store_forget_async (self->store, &self->limits, hw_clock_get_real_time (self->clock), NULL,
                           on_forgotten, g_object_ref (self));
  else
    hw_retention_end_round (self);
}

static void
on_forgotten (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(HwRetention) self = HW_RETENTION (user_data);
  g_autoptr(GError) error = NULL;
  gboolean has_more = FALSE;

  if (!hw_store_forget_finish (HW_STORE (source), result, &has_more, &error))
    g_warning ("Old events could not be removed: %s", error->message);

  if (has_more)
    hw_retention_forget (self);
  else
    hw_retention_end_round (self);
}

static void
hw_retention_end_round (HwRetention *self)
{
  g_clear_pointer (&self->tasks, g_ptr_array_unref);
  self->is_in_round = FALSE;
  if (self->is_open)
    self->timer = hw_clock_add_timer (self->clock, ROUND_INTERVAL, on_timer, self);
}

static gboolean
is_end (HwEvent *event)
{
  HwTaskState state;

  return hw_event_get_kind (event) == HW_EVENT_KIND_STATE && hw_event_get_state (event, &state) &&
         hw_task_state_is_final (state);
}

static void
on_store_committed (HwStore     *store,
                    GPtrArray   *events,
                    HwRetention *self)
{
  for (guint i = 0; i < events->len; i++)
    self->n_ended += is_end (g_ptr_array_index (events, i)) ? 1 : 0;

  if (self->n_ended >= ENDS_PER_ROUND)
    hw_retention_begin_round (self);
}

static void
hw_retention_dispose (GObject *object)
{
  HwRetention *self = HW_RETENTION (object);

  hw_retention_close (self);

  G_OBJECT_CLASS (hw_retention_parent_class)->dispose (object);
}

static void
hw_retention_finalize (GObject *object)
{
  HwRetention *self = HW_RETENTION (object);

  g_clear_pointer (&self->tasks, g_ptr_array_unref);
  g_clear_object (&self->clock);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (hw_retention_parent_class)->finalize (object);
}

static void
hw_retention_class_init (HwRetentionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_retention_dispose;
  object_class->finalize = hw_retention_finalize;
}

static void
hw_retention_init (HwRetention *self)
{
}

/**
 * hw_retention_new:
 * @store: what remembers tasks
 * @clock: what time it is
 * @limits: what is to be kept
 *
 * Creates a retention that does nothing before hw_retention_begin().
 *
 * Returns: (transfer full): it
 */
HwRetention *
hw_retention_new (HwStore             *store,
                  HwClock             *clock,
                  const HwStoreLimits *limits)
{
  HwRetention *self;

  g_return_val_if_fail (HW_IS_STORE (store), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (limits != NULL, NULL);

  self = g_object_new (HW_TYPE_RETENTION, NULL);
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->limits = *limits;

  return self;
}

/**
 * hw_retention_begin:
 * @self: a retention
 *
 * Begins with the first round, which is followed by others from time to time.
 */
void
hw_retention_begin (HwRetention *self)
{
  g_return_if_fail (HW_IS_RETENTION (self));
  g_return_if_fail (!self->is_open);

  self->is_open = TRUE;
  g_signal_connect_object (self->store, "committed", G_CALLBACK (on_store_committed), self,
                           G_CONNECT_DEFAULT);
  hw_retention_begin_round (self);
}

/**
 * hw_retention_close:
 * @self: a retention
 *
 * Proposes nothing more.
 */
void
hw_retention_close (HwRetention *self)
{
  g_return_if_fail (HW_IS_RETENTION (self));

  self->is_open = FALSE;
  if (self->timer != 0)
    hw_clock_remove_timer (self->clock, self->timer);
  self->timer = 0;
}
