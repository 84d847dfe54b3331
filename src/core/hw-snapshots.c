/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-snapshots.h"

/* How long a snapshot is kept for those who come next, in microseconds: those who come back at
 * once do so within a second or some, and for nobody else are megabytes to be kept.
 */
#define KEEPING_TIME G_USEC_PER_SEC

/**
 * HwSnapshots:
 *
 * How the tasks are, for those who begin to watch all of them: who comes while nothing happens,
 * sees the same and may see the same is given the same snapshot, which is asked of the store, put
 * into JSON and held in memory once. Main context only.
 */
struct _HwSnapshots
{
  HwTaskQueue *queue;   /* (unowned): which it belongs to */
  struct Look *newest;  /* (owned) (nullable) */
  guint timer;          /* or 0: when @newest is forgotten */
};

/* One of them, which may be on its way. */
typedef struct Look
{
  grefcount ref_count;

  HwSnapshots *owner;     /* (unowned) */
  HwPrincipal *principal; /* (owned) */
  HwWatchFilter filter;
  gboolean is_reset;
  guint64 head;           /* of the log, when it was asked for */

  HwEvent *snapshot;      /* (owned) (nullable): none as long as it is on its way */
  GPtrArray *waiting;     /* (owned) (element-type GTask) */
} Look;

static Look *
look_new (HwSnapshots         *owner,
          HwPrincipal         *principal,
          const HwWatchFilter *filter,
          gboolean             is_reset)
{
  Look *look = g_new0 (Look, 1);

  g_ref_count_init (&look->ref_count);
  look->owner = owner;
  look->principal = hw_principal_ref (principal);
  hw_watch_filter_copy (filter, &look->filter);
  look->is_reset = is_reset;
  look->head = hw_event_log_get_head (hw_task_queue_get_log (owner->queue));
  look->waiting = g_ptr_array_new_with_free_func (g_object_unref);

  return look;
}

static Look *
look_ref (Look *look)
{
  g_ref_count_inc (&look->ref_count);

  return look;
}

static void
look_unref (Look *look)
{
  if (!g_ref_count_dec (&look->ref_count))
    return;

  g_clear_pointer (&look->principal, hw_principal_unref);
  hw_watch_filter_clear (&look->filter);
  g_clear_pointer (&look->snapshot, hw_event_unref);
  g_clear_pointer (&look->waiting, g_ptr_array_unref);
  g_free (look);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Look, look_unref)

/* Whether it is what somebody who comes now would be told. */
static gboolean
look_suits (const Look          *look,
            const HwPrincipal   *principal,
            const HwWatchFilter *filter,
            gboolean             is_reset)
{
  guint64 head = hw_event_log_get_head (hw_task_queue_get_log (look->owner->queue));

  return look->head == head && look->is_reset == is_reset &&
         hw_principal_equals (look->principal, principal) &&
         hw_watch_filter_equals (&look->filter, filter);
}

static void
hw_snapshots_forget (HwSnapshots *self)
{
  if (self->timer != 0)
    hw_clock_remove_timer (hw_task_queue_get_clock (self->queue), self->timer);
  self->timer = 0;
  g_clear_pointer (&self->newest, look_unref);
}

static void
on_kept (gpointer user_data)
{
  HwSnapshots *self = user_data;

  self->timer = 0;
  hw_snapshots_forget (self);
}

/* It is there. Nobody comes to it after this if it is an error, so that the next one tries again. */
static void
look_settle (Look *look)
{
  HwSnapshots *owner = look->owner;

  if (owner->newest != look)
    return;

  if (look->snapshot != NULL)
    owner->timer = hw_clock_add_timer (hw_task_queue_get_clock (owner->queue), KEEPING_TIME,
                                       on_kept, owner);
  else
    hw_snapshots_forget (owner);
}

/* All who wait hold the queue, and so its snapshots. */
static void
on_live_listed (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(Look) look = user_data;
  HwTaskQueue *queue = HW_TASK_QUEUE (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = hw_task_queue_list_finish (queue, result, &error);
  g_autoptr(GPtrArray) waiting = g_steal_pointer (&look->waiting);

  if (page != NULL)
    look->snapshot = hw_event_new_snapshot (hw_task_queue_get_epoch (queue), page->seq,
                                            look->is_reset, page->tasks);
  look_settle (look);

  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *gtask = g_ptr_array_index (waiting, i);

      if (look->snapshot != NULL)
        g_task_return_pointer (gtask, hw_event_ref (look->snapshot),
                               (GDestroyNotify) hw_event_unref);
      else
        g_task_return_error (gtask, g_error_copy (error));
    }
}

static void
look_begin (Look *look)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();

  filter->type = g_strdup (look->filter.type);
  filter->owner = g_strdup (look->filter.owner);
  hw_task_queue_list_live_async (look->owner->queue, look->principal, filter, NULL,
                                 on_live_listed, look_ref (look));
}

/**
 * hw_snapshots_new:
 * @queue: whose tasks; it must live longer
 *
 * Makes a keeper that has none.
 *
 * Returns: (transfer full): the keeper
 */
HwSnapshots *
hw_snapshots_new (HwTaskQueue *queue)
{
  HwSnapshots *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);

  self = g_new0 (HwSnapshots, 1);
  self->queue = queue;

  return self;
}

void
hw_snapshots_free (HwSnapshots *self)
{
  g_return_if_fail (self != NULL);

  hw_snapshots_forget (self);
  g_free (self);
}

/**
 * hw_snapshots_get_async:
 * @self: a keeper
 * @principal: who asks
 * @filter: what they see, which is not one task
 * @is_reset: whether it is told that they were told of something else before
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Gets how the tasks are that have not ended.
 */
void
hw_snapshots_get_async (HwSnapshots         *self,
                        HwPrincipal         *principal,
                        const HwWatchFilter *filter,
                        gboolean             is_reset,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr(GTask) gtask = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (principal != NULL && filter != NULL && filter->task_id == 0);

  gtask = g_task_new (self->queue, NULL, callback, user_data);
  g_task_set_source_tag (gtask, hw_snapshots_get_async);

  if (self->newest == NULL || !look_suits (self->newest, principal, filter, is_reset))
    {
      hw_snapshots_forget (self);
      self->newest = look_new (self, principal, filter, is_reset);
      look_begin (self->newest);
    }

  if (self->newest->snapshot != NULL)
    g_task_return_pointer (gtask, hw_event_ref (self->newest->snapshot),
                           (GDestroyNotify) hw_event_unref);
  else
    g_ptr_array_add (self->newest->waiting, g_steal_pointer (&gtask));
}

/**
 * hw_snapshots_get_finish:
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_snapshots_get_async().
 *
 * Returns: (transfer full): the snapshot, which others may have, too; or %NULL
 */
HwEvent *
hw_snapshots_get_finish (GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
