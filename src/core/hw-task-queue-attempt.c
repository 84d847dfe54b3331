/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-queue-private.h"

#include "hw-error.h"

/* How many events are read at once. */
#define PAGE_SIZE 256

/* Somebody who wants what an attempt left. Owned by its GTask. */
typedef struct
{
  HwAttemptKey key;
  HwTask *task;       /* (owned) (nullable): once it is known */
  guint64 last_event; /* up to which the task's were read */
} Search;

static void
search_free (Search *search)
{
  g_clear_object (&search->task);
  g_free (search);
}

/* A search goes through these in this order, the last two as often as there are pages. */
static void on_task_looked_at (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void look_for_times (GTask *gtask);
static void on_events_read (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);

static void
return_found (GTask *gtask)
{
  Search *search = g_task_get_task_data (gtask);

  g_task_return_pointer (gtask, g_steal_pointer (&search->task), g_object_unref);
}

/* Has an attempt that somebody asks for be one that there was. 0 becomes the newest. */
static gboolean
choose_attempt (HwTask  *task,
                guint   *attempt,
                GError **error)
{
  guint newest = hw_task_get_attempt (task);

  if (*attempt > newest)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_NOT_FOUND,
                   "Task %" G_GUINT64_FORMAT " has had %u attempts so far. "
                   "Ask for one of those, or leave the attempt out.",
                   hw_task_get_id (task), newest);
      return FALSE;
    }

  if (*attempt == 0)
    *attempt = newest;

  return TRUE;
}

static void
on_task_looked_at (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwTaskQueue *self = HW_TASK_QUEUE (source);
  Search *search = g_task_get_task_data (gtask);
  GError *error = NULL;

  search->task = hw_task_queue_get_task_finish (self, result, &error);
  if (search->task == NULL || !choose_attempt (search->task, &search->key.attempt, &error))
    {
      g_task_return_error (gtask, error);
      return;
    }

  search->key.epoch = hw_store_get_epoch_of_task (hw_task_queue_get_store (self), search->task);
  if (search->key.attempt < hw_task_get_attempt (search->task))
    look_for_times (g_steal_pointer (&gtask));
  else
    return_found (gtask);
}

/* Finds out when an attempt began after which another one came: nobody wrote down of which epoch
 * it is. The events of a task stay as long as it does. @gtask is (transfer full).
 */
static void
look_for_times (GTask *gtask)
{
  HwTaskQueue *self = g_task_get_source_object (gtask);
  const Search *search = g_task_get_task_data (gtask);
  const HwEventQuery query = { search->key.task_id, search->last_event, PAGE_SIZE };

  hw_store_read_events_async (hw_task_queue_get_store (self), &query,
                              g_task_get_cancellable (gtask), on_events_read, gtask);
}

static void
search_note_time (Search  *search,
                  HwEvent *event)
{
  HwAttemptKey *key = &search->key;
  guint attempt = hw_event_get_attempt (event);
  HwTaskState state;

  search->last_event = hw_event_get_seq (event);
  if (!hw_event_get_state (event, &state) || state != HW_TASK_STATE_PROCESSING)
    return;

  if (attempt == key->attempt)
    key->earliest = hw_event_get_time (event);
  else if (attempt > key->attempt && key->latest == 0)
    key->latest = hw_event_get_time (event);
}

static void
on_events_read (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Search *search = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwEventPage) page = hw_store_read_events_finish (HW_STORE (source), result, &error);

  if (page == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  for (guint i = 0; i < page->events->len; i++)
    search_note_time (search, g_ptr_array_index (page->events, i));
  if (page->events->len > 0 && search->key.latest == 0)
    look_for_times (g_steal_pointer (&gtask));
  else
    return_found (gtask);
}

/* Gets by what the files of an attempt are found. Whoever may see a task may have what it left:
 * that is asked first. An @attempt of 0 is the newest.
 */
void
hw_task_queue_find_attempt_async (HwTaskQueue        *self,
                                  HwPrincipal        *principal,
                                  guint64             task_id,
                                  guint               attempt,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  GTask *gtask = g_task_new (self, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);

  search->key.task_id = task_id;
  search->key.attempt = attempt;
  g_task_set_source_tag (gtask, hw_task_queue_find_attempt_async);
  g_task_set_task_data (gtask, search, (GDestroyNotify) search_free);

  hw_task_queue_get_task_async (self, principal, task_id, cancellable, on_task_looked_at, gtask);
}

/* Gives its task as it is now, (transfer full) (nullable), and @key. */
HwTask *
hw_task_queue_find_attempt_finish (HwTaskQueue  *self,
                                   GAsyncResult *result,
                                   HwAttemptKey *key,
                                   GError      **error)
{
  const Search *search = g_task_get_task_data (G_TASK (result));

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  *key = search->key;

  return g_task_propagate_pointer (G_TASK (result), error);
}
