/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-event-log.h"

#include "hw-older-events.h"

/* How many bytes of them a piece has of what is in the store; as JSON it is about twice that. */
#define PIECE_BYTES 16384

/* How many events are recalled at once. */
#define RECALL_SIZE 512

/* Who is to be told when there is something new. */
typedef struct
{
  guint id;
  guint64 task_id; /* or 0: of any task */
  HwEventLogFunc function;
  gpointer user_data;
  guint64 told; /* the last news of which it was told */
} Listener;

/**
 * HwEventLog:
 *
 * The recent events, the newest level of each task that runs, and who waits for
 * more. Everybody who watches reads from here; what is older stands in the store.
 *
 * It holds nothing for a reader: each brings its own cursor. One thread only.
 */
struct _HwEventLog
{
  GObject parent_instance;

  HwOlderEvents *older; /* (owned) (nullable): what is recent no more */

  HwEvent *recent[HW_EVENT_LOG_N_RECENT]; /* (owned) (nullable), a ring by position */
  guint64 n_appended;
  guint64 start; /* the number after which the ring holds everything */
  guint64 head;  /* the number of the newest event */

  GQueue levels;        /* (element-type HwEvent) (owned), by rising rev */
  GHashTable *level_of; /* (owned) task id → link of levels */

  GHashTable *listeners;  /* (owned) id → Listener */
  GHashTable *by_task;    /* (owned) task id → GPtrArray of Listener */
  GPtrArray *of_any_task; /* (owned) (element-type Listener) */
  guint last_listener;
  guint64 last_news; /* counts how often there was something to tell */
};

G_DEFINE_FINAL_TYPE (HwEventLog, hw_event_log, G_TYPE_OBJECT)

/* However much of the news is for a listener, it is told once. */
static void
hw_event_log_tell_all (HwEventLog *self,
                       GPtrArray  *listeners)
{
  for (guint i = 0; i < listeners->len; i++)
    {
      Listener *listener = g_ptr_array_index (listeners, i);

      if (listener->told == self->last_news)
        continue;

      listener->told = self->last_news;
      listener->function (listener->user_data);
    }
}

static void
hw_event_log_tell (HwEventLog *self,
                   guint64     task_id)
{
  GPtrArray *listeners = g_hash_table_lookup (self->by_task, &task_id);

  if (listeners != NULL)
    hw_event_log_tell_all (self, listeners);
}

static void
hw_event_log_finalize (GObject *object)
{
  HwEventLog *self = HW_EVENT_LOG (object);

  for (guint i = 0; i < HW_EVENT_LOG_N_RECENT; i++)
    g_clear_pointer (&self->recent[i], hw_event_unref);

  g_clear_pointer (&self->level_of, g_hash_table_unref);
  g_queue_clear_full (&self->levels, (GDestroyNotify) hw_event_unref);
  g_clear_pointer (&self->by_task, g_hash_table_unref);
  g_clear_pointer (&self->of_any_task, g_ptr_array_unref);
  g_clear_pointer (&self->listeners, g_hash_table_unref);
  g_clear_pointer (&self->older, hw_older_events_free);

  G_OBJECT_CLASS (hw_event_log_parent_class)->finalize (object);
}

static void
hw_event_log_class_init (HwEventLogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_event_log_finalize;
}

static void
hw_event_log_init (HwEventLog *self)
{
  g_queue_init (&self->levels);
  self->level_of = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->listeners = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->by_task = g_hash_table_new_full (g_int64_hash, g_int64_equal,
                                         g_free, (GDestroyNotify) g_ptr_array_unref);
  self->of_any_task = g_ptr_array_new ();
}

/**
 * hw_event_log_new:
 * @store: (nullable): where older events stand, or %NULL for a copy whose readers go to
 *   the original for them
 *
 * Creates a log that knows no event.
 *
 * Returns: (transfer full): a log
 */
HwEventLog *
hw_event_log_new (HwStore *store)
{
  HwEventLog *self;

  g_return_val_if_fail (store == NULL || HW_IS_STORE (store), NULL);

  self = g_object_new (HW_TYPE_EVENT_LOG, NULL);
  if (store != NULL)
    self->older = hw_older_events_new (store);

  return self;
}

/**
 * hw_event_log_get_head:
 * @self: a log
 *
 * Gets the number of the newest event.
 *
 * Returns: the number, or 0 if there never was one
 */
guint64
hw_event_log_get_head (HwEventLog *self)
{
  g_return_val_if_fail (HW_IS_EVENT_LOG (self), 0);

  return self->head;
}

/**
 * hw_event_log_get_start:
 * @self: a log
 *
 * Gets the number after which all events are recent: none of them has to be read from the store.
 *
 * Returns: the number
 */
guint64
hw_event_log_get_start (HwEventLog *self)
{
  g_return_val_if_fail (HW_IS_EVENT_LOG (self), 0);

  return self->start;
}

/**
 * hw_event_log_begin:
 * @self: a log to which nothing was appended
 * @head: the number of the newest event in the store
 *
 * Says where the log begins: all events after @head will be appended.
 */
void
hw_event_log_begin (HwEventLog *self,
                    guint64     head)
{
  g_return_if_fail (HW_IS_EVENT_LOG (self));
  g_return_if_fail (self->n_appended == 0);

  self->start = head;
  self->head = head;
}

/**
 * hw_event_log_append:
 * @self: a log
 * @events: (element-type HwEvent): what was committed, in order
 *
 * Takes new events, and tells those who wait for them.
 */
void
hw_event_log_append (HwEventLog *self,
                     GPtrArray  *events)
{
  g_return_if_fail (HW_IS_EVENT_LOG (self));
  g_return_if_fail (events != NULL);

  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);
      HwEvent **place = &self->recent[self->n_appended % HW_EVENT_LOG_N_RECENT];

      if (*place != NULL)
        self->start = hw_event_get_seq (*place);
      g_clear_pointer (place, hw_event_unref);
      *place = hw_event_ref (event);
      self->n_appended++;
      self->head = hw_event_get_seq (event);
    }

  self->last_news++;
  for (guint i = 0; i < events->len; i++)
    {
      const HwEvent *event = g_ptr_array_index (events, i);

      for (guint64 id = hw_event_get_task_id (event); id <= hw_event_get_last_task_id (event); id++)
        hw_event_log_tell (self, id);
    }
  hw_event_log_tell_all (self, self->of_any_task);
}

/* What is recalled, as far as it has come. */
typedef struct
{
  GPtrArray *events; /* (owned) (element-type HwEvent) */
  guint64 start;     /* after this there is no hole */
  guint64 reached;
  guint64 end;       /* what came later was appended */
} Recall;

static void
recall_free (Recall *self)
{
  g_ptr_array_unref (self->events);
  g_free (self);
}

/* Puts what is older before all that was appended, as far as there is room. What is left of
 * a time of which not all is left is of no use to those who want to hear everything.
 */
static void
hw_event_log_prepend (HwEventLog *self,
                      GPtrArray  *events,
                      guint64     start)
{
  guint n_room = (guint) (HW_EVENT_LOG_N_RECENT - MIN (self->n_appended, HW_EVENT_LOG_N_RECENT));
  guint whole = 0;
  guint n;
  guint first;

  if (n_room == 0)
    return;

  while (whole < events->len && hw_event_get_seq (g_ptr_array_index (events, whole)) <= start)
    whole++;
  n = MIN (events->len - whole, n_room);
  first = events->len - n;

  for (guint64 i = self->n_appended; i-- > 0;)
    self->recent[i + n] = g_steal_pointer (&self->recent[i]);
  for (guint i = 0; i < n; i++)
    self->recent[i] = hw_event_ref (g_ptr_array_index (events, first + i));
  self->n_appended += n;
  self->start = first > whole ? hw_event_get_seq (g_ptr_array_index (events, first - 1)) : start;
}

/* Each page comes here, and asks for the next one. */
static void on_recalled (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

/* @gtask is (transfer full). */
static void
hw_event_log_recall_page (HwEventLog *self,
                          GTask      *gtask)
{
  Recall *recall = g_task_get_task_data (gtask);

  const HwEventQuery query = { .after = recall->reached, .limit = RECALL_SIZE };

  if (recall->reached < recall->end)
    {
      hw_event_log_read_older_async (self, &query, NULL, on_recalled, gtask);
      return;
    }

  hw_event_log_prepend (self, recall->events, recall->start);
  g_task_return_boolean (gtask, TRUE);
  g_object_unref (gtask);
}

static void
recall_take (Recall            *self,
             const HwEventPage *page)
{
  if (page->oldest > 0)
    self->start = MAX (self->start, page->oldest - 1);
  if (page->events->len == 0)
    self->reached = self->end;

  for (guint i = 0; i < page->events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (page->events, i);

      self->reached = hw_event_get_seq (event);
      if (self->reached <= self->end)
        g_ptr_array_add (self->events, hw_event_ref (event));
    }
}

static void
on_recalled (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwEventLog *self = HW_EVENT_LOG (source);
  GError *error = NULL;
  g_autoptr(HwEventPage) page = hw_event_log_read_older_finish (self, result, &error);

  if (page == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  recall_take (g_task_get_task_data (gtask), page);
  hw_event_log_recall_page (self, g_steal_pointer (&gtask));
}

/**
 * hw_event_log_recall_async:
 * @self: a log that has begun, and to which not much was appended
 * @callback: called when all is there
 * @user_data: data for @callback
 *
 * Reads what is recent out of the store, once for all who come back after a restart and would
 * read the same each for themselves. What is committed meanwhile may be appended.
 */
void
hw_event_log_recall_async (HwEventLog         *self,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask *gtask;
  Recall *recall;

  g_return_if_fail (HW_IS_EVENT_LOG (self) && self->older != NULL);

  recall = g_new0 (Recall, 1);
  recall->events = hw_events_new ();
  recall->end = self->start;
  recall->reached = self->start - MIN (self->start, HW_EVENT_LOG_N_RECENT);
  recall->start = recall->reached;

  gtask = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (gtask, hw_event_log_recall_async);
  g_task_set_task_data (gtask, recall, (GDestroyNotify) recall_free);
  hw_event_log_recall_page (self, gtask);
}

/**
 * hw_event_log_recall_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_event_log_recall_async().
 *
 * Returns: %TRUE, or %FALSE if the store failed: then who needs what is older asks it alone
 */
gboolean
hw_event_log_recall_finish (HwEventLog   *self,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
hw_event_log_forget_level (HwEventLog *self,
                           guint64     task_id)
{
  GList *link = g_hash_table_lookup (self->level_of, &task_id);

  if (link == NULL)
    return;

  g_hash_table_remove (self->level_of, &task_id);
  hw_event_unref (link->data);
  g_queue_delete_link (&self->levels, link);
}

/**
 * hw_event_log_set_level:
 * @self: a log
 * @progress: how far a task is, with a rev above all before
 *
 * Replaces the level of a task, and tells those who wait.
 */
void
hw_event_log_set_level (HwEventLog *self,
                        HwEvent    *progress)
{
  guint64 task_id;

  g_return_if_fail (HW_IS_EVENT_LOG (self));
  g_return_if_fail (hw_event_get_kind (progress) == HW_EVENT_KIND_PROGRESS);

  task_id = hw_event_get_task_id (progress);
  hw_event_log_forget_level (self, task_id);
  g_queue_push_tail (&self->levels, hw_event_ref (progress));
  g_hash_table_insert (self->level_of, g_memdup2 (&task_id, sizeof (task_id)),
                       self->levels.tail);

  self->last_news++;
  hw_event_log_tell (self, task_id);
  hw_event_log_tell_all (self, self->of_any_task);
}

/**
 * hw_event_log_clear_level:
 * @self: a log
 * @task_id: a task that runs no more
 *
 * Forgets a task's level: its transitions say it all.
 */
void
hw_event_log_clear_level (HwEventLog *self,
                          guint64     task_id)
{
  g_return_if_fail (HW_IS_EVENT_LOG (self));

  hw_event_log_forget_level (self, task_id);
}

/* Where in the ring the first event after a number stands: they rise in it. */
static guint64
hw_event_log_find (HwEventLog *self,
                   guint64     after)
{
  guint64 low = self->n_appended - MIN (self->n_appended, HW_EVENT_LOG_N_RECENT);
  guint64 high = self->n_appended;

  while (low < high)
    {
      guint64 middle = low + (high - low) / 2;

      if (hw_event_get_seq (self->recent[middle % HW_EVENT_LOG_N_RECENT]) <= after)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

/**
 * hw_event_log_read_recent:
 * @self: a log
 * @task_id: the task whose events to read, or 0 for those of all
 * @after: the number after which to begin
 * @limit: how many at most
 * @events: (element-type HwEvent): where to put them
 * @reached: (out): the number up to which there is nothing more to read
 *
 * Reads events that are recent.
 *
 * Returns: %FALSE if some of those asked for are in the store only
 */
gboolean
hw_event_log_read_recent (HwEventLog *self,
                          guint64     task_id,
                          guint64     after,
                          guint       limit,
                          GPtrArray  *events,
                          guint64    *reached)
{
  guint64 position;

  g_return_val_if_fail (HW_IS_EVENT_LOG (self), FALSE);
  g_return_val_if_fail (events != NULL && reached != NULL, FALSE);

  if (after < self->start)
    return FALSE;

  *reached = MAX (after, self->head);
  for (position = hw_event_log_find (self, after); position < self->n_appended; position++)
    {
      HwEvent *event = self->recent[position % HW_EVENT_LOG_N_RECENT];

      if (task_id != 0 && !hw_event_is_about (event, task_id))
        continue;

      g_ptr_array_add (events, hw_event_ref (event));
      if (events->len == limit)
        {
          *reached = hw_event_get_seq (event);
          break;
        }
    }

  return TRUE;
}

/**
 * hw_event_log_read_older_async:
 * @self: a log
 * @query: which events; with a limit of 0 as many as a piece of a stream has room for
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Reads events out of the store: those that hw_event_log_read_recent() does not
 * have. Who asks waits behind those who asked before.
 *
 * Pieces end at the same numbers for all, so that of those who follow all tasks whoever is at about
 * the same place needs the same page next.
 */
void
hw_event_log_read_older_async (HwEventLog         *self,
                               const HwEventQuery *query,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  HwEventQuery wanted = *query;
  GTask *gtask;

  g_return_if_fail (HW_IS_EVENT_LOG (self) && self->older != NULL);

  if (wanted.limit == 0)
    {
      wanted.limit = HW_EVENT_LOG_N_PIECE - (guint) (wanted.after % HW_EVENT_LOG_N_PIECE);
      wanted.n_bytes = PIECE_BYTES;
    }

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_event_log_read_older_async);
  hw_older_events_read (self->older, &wanted, gtask);
}

/**
 * hw_event_log_read_older_finish:
 * @self: a log
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_event_log_read_older_async().
 *
 * Returns: (transfer full): a page of events, or %NULL
 */
HwEventPage *
hw_event_log_read_older_finish (HwEventLog   *self,
                                GAsyncResult *result,
                                GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * hw_event_log_read_levels:
 * @self: a log
 * @task_id: the task whose level to read, or 0 for those of all
 * @after_rev: the rev after which to begin
 * @events: (element-type HwEvent): where to put them
 *
 * Reads the levels that changed, in the order in which they did.
 */
void
hw_event_log_read_levels (HwEventLog *self,
                          guint64     task_id,
                          guint64     after_rev,
                          GPtrArray  *events)
{
  GList *link;

  g_return_if_fail (HW_IS_EVENT_LOG (self));
  g_return_if_fail (events != NULL);

  if (task_id != 0)
    {
      link = g_hash_table_lookup (self->level_of, &task_id);
      if (link != NULL && hw_event_get_rev (link->data) > after_rev)
        g_ptr_array_add (events, hw_event_ref (link->data));
      return;
    }

  link = self->levels.tail;
  while (link != NULL && hw_event_get_rev (link->data) > after_rev)
    link = link->prev;
  for (link = link != NULL ? link->next : self->levels.head; link != NULL; link = link->next)
    g_ptr_array_add (events, hw_event_ref (link->data));
}

/**
 * hw_event_log_add_listener:
 * @self: a log
 * @task_id: the task of which to be told, or 0 for all
 * @function: (scope notified): what to call
 * @user_data: data for @function
 *
 * Asks to be told when there is something new to read. That costs nothing while
 * there is not. @function may only note it: it must not come back to the log.
 *
 * Returns: an ID for hw_event_log_remove_listener(), never 0
 */
guint
hw_event_log_add_listener (HwEventLog    *self,
                           guint64        task_id,
                           HwEventLogFunc function,
                           gpointer       user_data)
{
  Listener *listener;
  GPtrArray *listeners = self->of_any_task;

  g_return_val_if_fail (HW_IS_EVENT_LOG (self), 0);
  g_return_val_if_fail (function != NULL, 0);

  listener = g_new (Listener, 1);
  *listener = (Listener) { ++self->last_listener, task_id, function, user_data, self->last_news };
  g_hash_table_insert (self->listeners, GUINT_TO_POINTER (listener->id), listener);

  if (task_id != 0)
    {
      listeners = g_hash_table_lookup (self->by_task, &task_id);
      if (listeners == NULL)
        {
          listeners = g_ptr_array_new ();
          g_hash_table_insert (self->by_task, g_memdup2 (&task_id, sizeof (task_id)), listeners);
        }
    }
  g_ptr_array_add (listeners, listener);

  return listener->id;
}

/**
 * hw_event_log_remove_listener:
 * @self: a log
 * @id: what hw_event_log_add_listener() gave
 *
 * Takes back hw_event_log_add_listener().
 */
void
hw_event_log_remove_listener (HwEventLog *self,
                              guint       id)
{
  Listener *listener;
  GPtrArray *listeners;

  g_return_if_fail (HW_IS_EVENT_LOG (self));

  listener = g_hash_table_lookup (self->listeners, GUINT_TO_POINTER (id));
  g_return_if_fail (listener != NULL);

  if (listener->task_id == 0)
    listeners = self->of_any_task;
  else
    listeners = g_hash_table_lookup (self->by_task, &listener->task_id);

  g_ptr_array_remove_fast (listeners, listener);
  if (listener->task_id != 0 && listeners->len == 0)
    g_hash_table_remove (self->by_task, &listener->task_id);
  g_hash_table_remove (self->listeners, GUINT_TO_POINTER (id));
}
