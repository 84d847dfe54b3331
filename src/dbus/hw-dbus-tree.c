/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-tree.h"

#include "hw-dbus-ended.h"
#include "hw-dbus-finder.h"
#include "hw-dbus-task-view.h"

/**
 * HwDBusTree:
 *
 * The objects of the live tasks: all that run, and of those that wait as many as there is
 * room for, the first to come first. So a burst of tasks makes no more objects than have
 * room, and none goes to make room for another that waits.
 *
 * hw_dbus_tree_note() takes note of what happened, hw_dbus_tree_publish() tells the bus;
 * when is for its caller to say. A task of which it learns that it runs, and does not
 * know the rest, its finder asks for.
 */
struct _HwDBusTree
{
  GObject parent_instance;

  HwTaskQueue *queue;             /* (owned) (not nullable) */
  HwPrincipal *principal;         /* (owned) (not nullable) */
  HwDBusVerbs *verbs;             /* (owned) (not nullable) */
  HwDBusSubmissions *submissions; /* (owned) (not nullable) */

  GDBusObjectManagerServer *manager; /* (owned) (not nullable) */
  GHashTable *entries;               /* (owned) task id → Entry */
  GHashTable *changed;               /* (owned) set of task ids: what the bus does not know */
  HwDBusEnded *ended;                /* (owned) (not nullable) */
  guint n_live;
  gboolean is_loaded;

  HwDBusFinder *finder; /* (owned) (not nullable) */
};

/* A task that has an object, or is about to. */
typedef struct
{
  HwDBusTaskView *view;         /* (owned) */
  HwDBusObjectSkeleton *object; /* (owned) (nullable), none before it is on the bus */
  gboolean is_removed;
  gboolean is_live;
} Entry;

typedef enum
{
  SIGNAL_CHANGED,
} HwDBusTreeSignal;

static guint signals[SIGNAL_CHANGED + 1];

G_DEFINE_FINAL_TYPE (HwDBusTree, hw_dbus_tree, G_TYPE_OBJECT)

static void
entry_free (Entry *entry)
{
  g_clear_object (&entry->object);
  g_clear_object (&entry->view);
  g_free (entry);
}

static gpointer
copy_id (guint64 task_id)
{
  return g_memdup2 (&task_id, sizeof (task_id));
}

static void
hw_dbus_tree_mark_changed (HwDBusTree *self,
                           guint64     task_id)
{
  g_hash_table_add (self->changed, copy_id (task_id));
}

/* Counts an entry among the live ones, or no more. */
static void
hw_dbus_tree_count (HwDBusTree *self,
                    Entry      *entry)
{
  gboolean is_live = !entry->is_removed &&
                     !hw_task_state_is_final (hw_dbus_task_view_get_state (entry->view));

  if (is_live && !entry->is_live)
    self->n_live++;
  else if (!is_live && entry->is_live)
    self->n_live--;
  entry->is_live = is_live;
}

/* Takes a task's object off the bus. */
static void
hw_dbus_tree_drop (HwDBusTree *self,
                   guint64     task_id)
{
  Entry *entry = g_hash_table_lookup (self->entries, &task_id);

  hw_dbus_ended_remove (self->ended, task_id);
  if (entry->object != NULL)
    g_dbus_object_manager_server_unexport (
      self->manager, g_dbus_object_get_object_path (G_DBUS_OBJECT (entry->object)));

  entry->is_removed = TRUE;
  hw_dbus_tree_count (self, entry);
  g_hash_table_remove (self->changed, &task_id);
  g_hash_table_remove (self->entries, &task_id);
}

/* Lets the newest one go that waits: it begins last. */
static void
hw_dbus_tree_make_room (HwDBusTree *self)
{
  GHashTableIter iter;
  const guint64 *task_id;
  const Entry *entry;
  guint64 newest = 0;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, (gpointer *) &task_id, (gpointer *) &entry))
    if (*task_id > newest && entry->is_live &&
        hw_dbus_task_view_get_state (entry->view) == HW_TASK_STATE_PENDING &&
        hw_dbus_submissions_may_tell (self->submissions, *task_id))
      newest = *task_id;

  if (newest != 0)
    hw_dbus_tree_drop (self, newest);
}

static void
hw_dbus_tree_insert (HwDBusTree *self,
                     HwTask     *task)
{
  guint64 task_id = hw_task_get_id (task);
  Entry *entry;

  if (self->n_live >= HW_DBUS_OBJECTS_MAX)
    {
      if (hw_task_get_state (task) != HW_TASK_STATE_PROCESSING)
        return;

      hw_dbus_tree_make_room (self);
    }

  entry = g_new0 (Entry, 1);
  entry->view = hw_dbus_task_view_new (self->verbs, task);
  g_hash_table_insert (self->entries, copy_id (task_id), entry);
  hw_dbus_tree_count (self, entry);
  hw_dbus_tree_mark_changed (self, task_id);
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
hw_dbus_tree_change (HwDBusTree *self,
                     HwEvent    *event)
{
  guint64 task_id = hw_event_get_task_id (event);
  Entry *entry = g_hash_table_lookup (self->entries, &task_id);

  if (entry != NULL)
    {
      hw_dbus_task_view_apply (entry->view, event);
      hw_dbus_tree_count (self, entry);
      hw_dbus_tree_mark_changed (self, task_id);
    }
  else if (makes_live (event))
    {
      hw_dbus_finder_find (self->finder, task_id, hw_event_get_seq (event));
    }
  else
    {
      hw_dbus_finder_note (self->finder, task_id, hw_event_get_seq (event));
    }
}

static void
hw_dbus_tree_remove (HwDBusTree *self,
                     guint64     task_id)
{
  Entry *entry = g_hash_table_lookup (self->entries, &task_id);

  if (entry == NULL)
    return;

  entry->is_removed = TRUE;
  hw_dbus_tree_count (self, entry);
  hw_dbus_tree_mark_changed (self, task_id);
}

/**
 * hw_dbus_tree_note:
 * @self: a tree
 * @event: what happened
 *
 * Takes note of what happened, and tells nobody yet.
 */
void
hw_dbus_tree_note (HwDBusTree *self,
                   HwEvent    *event)
{
  guint64 task_id;
  g_autoptr(HwTask) task = NULL;

  g_return_if_fail (HW_IS_DBUS_TREE (self));

  /* What comes before the tasks do is in them, or in the log after them. */
  task_id = hw_event_get_task_id (event);
  if (!self->is_loaded || !hw_may (self->principal, HW_VERB_VIEW, hw_event_get_owner (event)))
    return;

  switch (hw_event_get_kind (event))
    {
    case HW_EVENT_KIND_ADDED:
      if (g_hash_table_contains (self->entries, &task_id))
        break;
      task = hw_task_new_added (event);
      hw_dbus_tree_insert (self, task);
      break;

    case HW_EVENT_KIND_STATE:
    case HW_EVENT_KIND_MESSAGE:
    case HW_EVENT_KIND_CHANGED:
    case HW_EVENT_KIND_PROGRESS:
      hw_dbus_tree_change (self, event);
      break;

    case HW_EVENT_KIND_REMOVED:
      for (; task_id <= hw_event_get_last_task_id (event); task_id++)
        hw_dbus_tree_remove (self, task_id);
      break;

    case HW_EVENT_KIND_HELD:
    case HW_EVENT_KIND_SNAPSHOT:
    case HW_EVENT_KIND_HEARTBEAT:
    default:
      break;
    }
}

static void
on_finder_found (HwDBusFinder *finder,
                 HwTask       *task,
                 HwDBusTree   *self)
{
  guint64 task_id = hw_task_get_id (task);

  if (hw_task_state_is_final (hw_task_get_state (task)) ||
      g_hash_table_contains (self->entries, &task_id))
    return;

  hw_dbus_tree_insert (self, task);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
on_ended_gone (HwDBusEnded *ended,
               guint64      task_id,
               HwDBusTree  *self)
{
  hw_dbus_tree_drop (self, task_id);
}

static void
hw_dbus_tree_export (HwDBusTree *self,
                     Entry      *entry,
                     guint64     task_id)
{
  g_autofree char *path = g_strdup_printf (HW_DBUS_TASK_PATH_FORMAT, task_id);

  entry->object = hw_dbus_object_skeleton_new (path);
  hw_dbus_object_skeleton_set_task (entry->object, HW_DBUS_TASK (entry->view));
  g_dbus_object_manager_server_export (self->manager, G_DBUS_OBJECT_SKELETON (entry->object));
}

/**
 * hw_dbus_tree_publish:
 * @self: a tree
 * @task_id: a task
 *
 * Tells the bus what is known of a task, if that has an object: all of it is sent when
 * this returns.
 */
void
hw_dbus_tree_publish (HwDBusTree *self,
                      guint64     task_id)
{
  Entry *entry;

  g_return_if_fail (HW_IS_DBUS_TREE (self));

  entry = g_hash_table_lookup (self->entries, &task_id);
  if (entry == NULL)
    return;

  if (entry->is_removed)
    {
      hw_dbus_tree_drop (self, task_id);
      return;
    }

  g_hash_table_remove (self->changed, &task_id);
  hw_dbus_task_view_publish (entry->view);
  if (entry->object == NULL)
    hw_dbus_tree_export (self, entry, task_id);

  if (entry->is_live)
    hw_dbus_ended_remove (self->ended, task_id);
  else
    hw_dbus_ended_add (self->ended, task_id);
}

/**
 * hw_dbus_tree_publish_changes:
 * @self: a tree
 *
 * Tells the bus of every task of which something is known that it does not know, but
 * those of which nothing may be told yet.
 *
 * Returns: whether there was something to tell
 */
gboolean
hw_dbus_tree_publish_changes (HwDBusTree *self)
{
  g_autoptr(GArray) task_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  const guint64 *task_id;

  g_return_val_if_fail (HW_IS_DBUS_TREE (self), FALSE);

  g_hash_table_iter_init (&iter, self->changed);
  while (g_hash_table_iter_next (&iter, (gpointer *) &task_id, NULL))
    if (hw_dbus_submissions_may_tell (self->submissions, *task_id))
      g_array_append_vals (task_ids, task_id, 1);

  for (guint i = 0; i < task_ids->len; i++)
    hw_dbus_tree_publish (self, g_array_index (task_ids, guint64, i));

  return task_ids->len > 0;
}

static void
on_live_listed (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwDBusTree *self = g_task_get_source_object (gtask);
  HwEventLog *log = hw_task_queue_get_log (self->queue);
  g_autoptr(GPtrArray) events = hw_events_new ();
  GError *error = NULL;
  g_autoptr(HwTaskPage) page = hw_task_queue_list_finish (HW_TASK_QUEUE (source), result, &error);
  guint64 reached;

  if (page == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  /* The answer took so long that the log has gone on. */
  if (!hw_event_log_read_recent (log, 0, page->seq, G_MAXUINT, events, &reached))
    {
      const HwTaskFilter filter = { .limit = 0 };

      hw_task_queue_list_live_async (self->queue, self->principal, &filter, NULL,
                                     on_live_listed, g_steal_pointer (&gtask));
      return;
    }

  self->is_loaded = TRUE;
  for (guint i = 0; i < page->tasks->len; i++)
    hw_dbus_tree_insert (self, g_ptr_array_index (page->tasks, i));
  for (guint i = 0; i < events->len; i++)
    hw_dbus_tree_note (self, g_ptr_array_index (events, i));
  hw_dbus_tree_publish_changes (self);
  g_task_return_boolean (gtask, TRUE);
}

/**
 * hw_dbus_tree_load_async:
 * @self: a tree
 * @callback: called when the tree has its objects
 * @user_data: data for @callback
 *
 * Begins with the tasks that are live.
 */
void
hw_dbus_tree_load_async (HwDBusTree         *self,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  const HwTaskFilter filter = { .limit = 0 };
  GTask *gtask;

  g_return_if_fail (HW_IS_DBUS_TREE (self));

  gtask = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (gtask, hw_dbus_tree_load_async);
  hw_task_queue_list_live_async (self->queue, self->principal, &filter, NULL, on_live_listed,
                                 gtask);
}

/**
 * hw_dbus_tree_load_finish:
 * @self: a tree
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_dbus_tree_load_async().
 *
 * Returns: whether the tree has its objects
 */
gboolean
hw_dbus_tree_load_finish (HwDBusTree   *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * hw_dbus_tree_set_connection:
 * @self: a tree
 * @connection: (nullable): a bus, or %NULL for none
 *
 * Puts all objects on a bus, without a signal for each; or takes them off.
 */
void
hw_dbus_tree_set_connection (HwDBusTree      *self,
                             GDBusConnection *connection)
{
  g_return_if_fail (HW_IS_DBUS_TREE (self));

  g_dbus_object_manager_server_set_connection (self->manager, connection);
}

/**
 * hw_dbus_tree_get_n_objects:
 * @self: a tree
 *
 * Gets how many tasks have an object, or are about to.
 *
 * Returns: how many
 */
guint
hw_dbus_tree_get_n_objects (HwDBusTree *self)
{
  g_return_val_if_fail (HW_IS_DBUS_TREE (self), 0);

  return g_hash_table_size (self->entries);
}

static void
hw_dbus_tree_finalize (GObject *object)
{
  HwDBusTree *self = HW_DBUS_TREE (object);

  g_clear_object (&self->finder);
  g_clear_object (&self->ended);
  g_clear_pointer (&self->changed, g_hash_table_unref);
  g_clear_pointer (&self->entries, g_hash_table_unref);
  g_clear_object (&self->manager);
  g_clear_object (&self->submissions);
  g_clear_object (&self->verbs);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_dbus_tree_parent_class)->finalize (object);
}

static void
hw_dbus_tree_class_init (HwDBusTreeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_dbus_tree_finalize;

  /**
   * HwDBusTree::changed:
   * @self: a tree
   *
   * Tells that something is to be published that no event told of.
   */
  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", HW_TYPE_DBUS_TREE, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
hw_dbus_tree_init (HwDBusTree *self)
{
  self->manager = g_dbus_object_manager_server_new (HW_BUS_PATH);
  self->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                         (GDestroyNotify) entry_free);
  self->changed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

/**
 * hw_dbus_tree_new:
 * @queue: an open queue
 * @principal: who looks
 * @verbs: what the objects' methods call
 * @submissions: of which tasks nothing may be told yet
 *
 * Creates a tree without objects.
 *
 * Returns: (transfer full): a tree
 */
HwDBusTree *
hw_dbus_tree_new (HwTaskQueue       *queue,
                  HwPrincipal       *principal,
                  HwDBusVerbs       *verbs,
                  HwDBusSubmissions *submissions)
{
  HwDBusTree *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (principal != NULL, NULL);
  g_return_val_if_fail (HW_IS_DBUS_VERBS (verbs), NULL);

  self = g_object_new (HW_TYPE_DBUS_TREE, NULL);
  self->queue = g_object_ref (queue);
  self->principal = hw_principal_ref (principal);
  self->verbs = g_object_ref (verbs);
  self->submissions = g_object_ref (submissions);
  self->ended = hw_dbus_ended_new (hw_task_queue_get_clock (queue));
  g_signal_connect_object (self->ended, "gone", G_CALLBACK (on_ended_gone), self,
                           G_CONNECT_DEFAULT);
  self->finder = hw_dbus_finder_new (queue, principal);
  g_signal_connect_object (self->finder, "found", G_CALLBACK (on_finder_found), self,
                           G_CONNECT_DEFAULT);

  return self;
}
