/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-list.h"

#include "hw-error.h"
#include "hw-task-private.h"

/* More than a person can look at, and as many as the queue lists: a view of a million
 * waiting tasks would cost the memory that they themselves do not.
 */
#define N_TASKS_MAX 2000

/* What the queue could not list is asked again after that. */
#define RETRY_INTERVAL G_USEC_PER_SEC

/**
 * HwTaskList:
 *
 * The live tasks as a #GListModel, newest first: all that are Processing, and as many
 * that are Pending as there is room for. A task that has ended leaves it.
 *
 * It is a view: it begins with what the queue lists, follows #HwTaskQueue::event, and
 * decides nothing. Its items are tasks that do not change; a change replaces one. A task
 * of which it learns that it is live, and does not know the rest, it asks for. Main
 * context only.
 */
struct _HwTaskList
{
  GObject parent_instance;

  HwTaskQueue *queue;     /* (owned) (not nullable) */
  HwPrincipal *principal; /* (owned) (not nullable) */

  GPtrArray *tasks; /* (owned) (element-type HwTask), by falling number */
  guint64 seq;      /* the number up to which the list is true */
  gboolean is_loaded;
  guint retry_timer;

  GHashTable *missing; /* (owned) task id → Missing */
  guint ask_id;
};

/* A task that is live, and not in the list. */
typedef struct
{
  guint n_heard; /* how often something was heard of it */
  gboolean must_ask;
} Missing;

/* Somebody asked for a task, until it is answered. */
typedef struct
{
  HwTaskList *list; /* (owned) */
  guint64 task_id;
  guint n_heard; /* when it was asked */
} Question;

static void
question_free (Question *question)
{
  g_clear_object (&question->list);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void hw_task_list_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwTaskList, hw_task_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, hw_task_list_iface_init))

/* The list is loaded by these in this order. */
static void hw_task_list_load (HwTaskList *self);
static void on_live_listed (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);
static void on_retry_timer (gpointer user_data);

/* A task that is missing comes by these in this order. */
static void hw_task_list_ask_for (HwTaskList *self,
                                  guint64     task_id);
static gboolean on_ask_idle (gpointer user_data);
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

static GType
hw_task_list_get_item_type (GListModel *model)
{
  return HW_TYPE_TASK;
}

static guint
hw_task_list_get_n_items (GListModel *model)
{
  return HW_TASK_LIST (model)->tasks->len;
}

static gpointer
hw_task_list_get_item (GListModel *model,
                       guint       position)
{
  HwTaskList *self = HW_TASK_LIST (model);

  if (position >= self->tasks->len)
    return NULL;

  return g_object_ref (g_ptr_array_index (self->tasks, position));
}

static void
hw_task_list_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = hw_task_list_get_item_type;
  iface->get_n_items = hw_task_list_get_n_items;
  iface->get_item = hw_task_list_get_item;
}

/* Finds where a task belongs; tells whether it is there already. */
static gboolean
hw_task_list_find (HwTaskList *self,
                   guint64     task_id,
                   guint      *position)
{
  guint low = 0;
  guint high = self->tasks->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (hw_task_get_id (g_ptr_array_index (self->tasks, middle)) > task_id)
        low = middle + 1;
      else
        high = middle;
    }

  *position = low;

  return low < self->tasks->len &&
         hw_task_get_id (g_ptr_array_index (self->tasks, low)) == task_id;
}

static void
hw_task_list_remove_at (HwTaskList *self,
                        guint       position)
{
  g_ptr_array_remove_index (self->tasks, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

/* Lets the oldest one go that waits. What runs stays, if there is anything else. */
static void
hw_task_list_make_room (HwTaskList *self)
{
  guint position = self->tasks->len - 1;

  for (guint i = self->tasks->len; i > 0; i--)
    if (hw_task_get_state (g_ptr_array_index (self->tasks, i - 1)) == HW_TASK_STATE_PENDING)
      {
        position = i - 1;
        break;
      }

  hw_task_list_remove_at (self, position);
}

/* Takes a task in, or puts it in the place of what was known of it. One that has ended
 * leaves.
 */
static void
hw_task_list_put (HwTaskList *self,
                  HwTask     *task)
{
  gboolean has_ended = hw_task_state_is_final (hw_task_get_state (task));
  guint position;
  gboolean is_known = hw_task_list_find (self, hw_task_get_id (task), &position);

  if (is_known && has_ended)
    {
      hw_task_list_remove_at (self, position);
    }
  else if (is_known)
    {
      g_object_unref (g_ptr_array_index (self->tasks, position));
      g_ptr_array_index (self->tasks, position) = g_object_ref (task);
      g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 1);
    }
  else if (!has_ended)
    {
      g_ptr_array_insert (self->tasks, (int) position, g_object_ref (task));
      g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
      if (self->tasks->len > N_TASKS_MAX)
        hw_task_list_make_room (self);
    }
}

/* Whether an event says that its task has begun to wait or to run. */
static gboolean
makes_live (HwEvent *event)
{
  HwTaskState state;

  return hw_event_get_kind (event) == HW_EVENT_KIND_STATE && hw_event_get_state (event, &state) &&
         !hw_task_state_is_final (state);
}

static void
hw_task_list_change (HwTaskList *self,
                     HwEvent    *event)
{
  guint64 task_id = hw_event_get_task_id (event);
  guint64 seq = hw_event_get_seq (event);
  g_autoptr(HwTask) changed = NULL;
  guint position;

  if (!hw_task_list_find (self, task_id, &position))
    {
      if (g_hash_table_contains (self->missing, &task_id) || makes_live (event))
        hw_task_list_ask_for (self, task_id);
      return;
    }

  /* What was listed may be newer than what is told now. */
  changed = hw_task_copy (g_ptr_array_index (self->tasks, position));
  if (seq != 0 && seq <= hw_task_get_seq (changed))
    return;

  hw_task_apply (changed, event);
  hw_task_list_put (self, changed);
}

static void
hw_task_list_remove_all_of (HwTaskList *self,
                            HwEvent    *event)
{
  guint position;

  for (guint64 id = hw_event_get_task_id (event); id <= hw_event_get_last_task_id (event); id++)
    if (hw_task_list_find (self, id, &position))
      hw_task_list_remove_at (self, position);
}

static void
hw_task_list_follow (HwTaskList *self,
                     HwEvent    *event)
{
  g_autoptr(HwTask) task = NULL;

  if (!hw_may (self->principal, HW_VERB_VIEW, hw_event_get_owner (event)))
    return;

  switch (hw_event_get_kind (event))
    {
    case HW_EVENT_KIND_ADDED:
      task = hw_task_new_added (event);
      hw_task_list_put (self, task);
      break;

    case HW_EVENT_KIND_STATE:
    case HW_EVENT_KIND_MESSAGE:
    case HW_EVENT_KIND_CHANGED:
    case HW_EVENT_KIND_PROGRESS:
      hw_task_list_change (self, event);
      break;

    case HW_EVENT_KIND_REMOVED:
      hw_task_list_remove_all_of (self, event);
      break;

    case HW_EVENT_KIND_HELD:
    case HW_EVENT_KIND_SNAPSHOT:
    case HW_EVENT_KIND_HEARTBEAT:
    default:
      break;
    }
}

static void
on_queue_event (HwTaskQueue *queue,
                HwEvent     *event,
                HwTaskList  *self)
{
  guint64 seq = hw_event_get_seq (event);

  /* What comes before the list does is in it, or in the log after it. */
  if (self->is_loaded && (seq == 0 || seq > self->seq))
    hw_task_list_follow (self, event);
}

static void
hw_task_list_load (HwTaskList *self)
{
  const HwTaskFilter filter = { .limit = 0 };

  hw_task_queue_list_live_async (self->queue, self->principal, &filter, NULL, on_live_listed,
                                 g_object_ref (self));
}

/* Begins with what the queue listed, and what happened since. */
static gboolean
hw_task_list_begin (HwTaskList       *self,
                    const HwTaskPage *page)
{
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  HwEventLog *log = hw_task_queue_get_log (self->queue);

  self->seq = page->seq;
  if (!hw_event_log_read_recent (log, 0, page->seq, G_MAXUINT, events, &self->seq))
    return FALSE;

  self->is_loaded = TRUE;
  g_ptr_array_extend (self->tasks, page->tasks, (GCopyFunc) g_object_ref, NULL);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, self->tasks->len);
  for (guint i = 0; i < events->len; i++)
    hw_task_list_follow (self, g_ptr_array_index (events, i));

  return TRUE;
}

static void
on_live_listed (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(HwTaskList) self = HW_TASK_LIST (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = hw_task_queue_list_finish (HW_TASK_QUEUE (source), result, &error);

  /* The answer took so long that the log has gone on. */
  if (page != NULL && !hw_task_list_begin (self, page))
    hw_task_list_load (self);

  if (page == NULL)
    {
      g_warning ("Could not list the live tasks: %s", error->message);
      self->retry_timer = hw_clock_add_timer (hw_task_queue_get_clock (self->queue),
                                              RETRY_INTERVAL, on_retry_timer, self);
    }
}

static void
on_retry_timer (gpointer user_data)
{
  HwTaskList *self = HW_TASK_LIST (user_data);

  self->retry_timer = 0;
  hw_task_list_load (self);
}

/* Asks for a task that is missing; once more if something is heard of it meanwhile. Not
 * at once: whoever hears of an event may call nothing.
 */
static void
hw_task_list_ask_for (HwTaskList *self,
                      guint64     task_id)
{
  Missing *missing = g_hash_table_lookup (self->missing, &task_id);

  if (missing == NULL)
    {
      missing = g_new0 (Missing, 1);
      g_hash_table_insert (self->missing, g_memdup2 (&task_id, sizeof (task_id)), missing);
    }

  missing->n_heard++;
  missing->must_ask = TRUE;
  if (self->ask_id == 0)
    self->ask_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_ask_idle, self, NULL);
}

static void
hw_task_list_ask (HwTaskList *self,
                  guint64     task_id,
                  guint       n_heard)
{
  Question *question = g_new0 (Question, 1);

  question->list = g_object_ref (self);
  question->task_id = task_id;
  question->n_heard = n_heard;
  hw_task_queue_get_task_async (self->queue, self->principal, task_id, NULL, on_task_got,
                                question);
}

static gboolean
on_ask_idle (gpointer user_data)
{
  HwTaskList *self = HW_TASK_LIST (user_data);
  GHashTableIter iter;
  guint64 *task_id;
  Missing *missing;

  self->ask_id = 0;
  g_hash_table_iter_init (&iter, self->missing);
  while (g_hash_table_iter_next (&iter, (gpointer *) &task_id, (gpointer *) &missing))
    if (missing->must_ask)
      {
        missing->must_ask = FALSE;
        hw_task_list_ask (self, *task_id, missing->n_heard);
      }

  return G_SOURCE_REMOVE;
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Question) question = user_data;
  HwTaskList *self = question->list;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (HW_TASK_QUEUE (source), result, &error);
  const Missing *missing = g_hash_table_lookup (self->missing, &question->task_id);

  /* An answer to an older question may be older than what was heard. */
  if (missing == NULL || missing->n_heard != question->n_heard)
    return;

  g_hash_table_remove (self->missing, &question->task_id);
  if (task != NULL)
    hw_task_list_put (self, task);
  else if (!g_error_matches (error, HW_ERROR, HW_ERROR_NOT_FOUND))
    g_warning ("Could not look at task %" G_GUINT64_FORMAT ": %s", question->task_id,
               error->message);
}

static void
hw_task_list_dispose (GObject *object)
{
  HwTaskList *self = HW_TASK_LIST (object);

  g_clear_handle_id (&self->ask_id, g_source_remove);
  if (self->retry_timer != 0)
    hw_clock_remove_timer (hw_task_queue_get_clock (self->queue), self->retry_timer);
  self->retry_timer = 0;

  G_OBJECT_CLASS (hw_task_list_parent_class)->dispose (object);
}

static void
hw_task_list_finalize (GObject *object)
{
  HwTaskList *self = HW_TASK_LIST (object);

  g_clear_pointer (&self->missing, g_hash_table_unref);
  g_clear_pointer (&self->tasks, g_ptr_array_unref);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_task_list_parent_class)->finalize (object);
}

static void
hw_task_list_class_init (HwTaskListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_task_list_dispose;
  object_class->finalize = hw_task_list_finalize;
}

static void
hw_task_list_init (HwTaskList *self)
{
  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->missing = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
}

/**
 * hw_task_list_new:
 * @queue: an open queue
 * @principal: who looks
 *
 * Creates a list of the live tasks that @principal may see. It is empty until the
 * queue has answered.
 *
 * Returns: (transfer full): a list
 */
HwTaskList *
hw_task_list_new (HwTaskQueue *queue,
                  HwPrincipal *principal)
{
  HwTaskList *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (principal != NULL, NULL);

  self = g_object_new (HW_TYPE_TASK_LIST, NULL);
  self->queue = g_object_ref (queue);
  self->principal = hw_principal_ref (principal);
  g_signal_connect_object (queue, "event", G_CALLBACK (on_queue_event), self, G_CONNECT_DEFAULT);
  hw_task_list_load (self);

  return self;
}
