/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-queue-follower.h"

/* How many events are asked for at a time: the most that the daemon gives. */
#define PAGE_SIZE 500

/* How long the daemon may take to read one page, in milliseconds. */
#define TIMEOUT 25000

/* How long to wait after the daemon could not say what happened, in milliseconds. */
#define RETRY_PAUSE 2000

#define NO_AUTO_START \
  (G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START | G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES)

/**
 * HwQueueFollower:
 *
 * Follows what the daemon tells from the moment on at which it first finds one, and misses
 * nothing of it: where signals have a gap, because the daemon skipped some or because it or the
 * bus was away, it reads what was in between. It never starts the daemon.
 */
struct _HwQueueFollower
{
  GObject parent_instance;

  GCancellable *cancellable; /* (owned): of all calls to the present owner of the name */
  HwClientQueue *queue;      /* (owned) (nullable) */
  guint retry_id;

  /* All up to here is told. */
  gboolean has_cursor;
  guint64 epoch;
  guint64 seq;

  gboolean is_reading; /* so that signals say no more than that there is something */
  guint64 newest_seq;  /* of them */
};

typedef enum
{
  SIGNAL_LIVE,
  SIGNAL_NEWS,
} HwQueueFollowerSignal;

static guint signals[SIGNAL_NEWS + 1];

G_DEFINE_FINAL_TYPE (HwQueueFollower, hw_queue_follower, G_TYPE_OBJECT)

static void hw_queue_follower_catch_up (HwQueueFollower *self);

static void
hw_queue_follower_dispose (GObject *object)
{
  HwQueueFollower *self = HW_QUEUE_FOLLOWER (object);

  hw_queue_follower_set_connection (self, NULL);

  G_OBJECT_CLASS (hw_queue_follower_parent_class)->dispose (object);
}

static void
hw_queue_follower_finalize (GObject *object)
{
  HwQueueFollower *self = HW_QUEUE_FOLLOWER (object);

  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (hw_queue_follower_parent_class)->finalize (object);
}

static void
hw_queue_follower_class_init (HwQueueFollowerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_queue_follower_dispose;
  object_class->finalize = hw_queue_follower_finalize;

  /**
   * HwQueueFollower::live:
   * @self: a follower
   *
   * All that happened so far is told, and the daemon can be asked.
   */
  signals[SIGNAL_LIVE] =
    g_signal_new ("live", HW_TYPE_QUEUE_FOLLOWER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);

  /**
   * HwQueueFollower::news:
   * @self: a follower
   * @news: (type HwTaskNews): what happened, until the handler returns
   *
   * Something happened, in the order in which it did.
   */
  signals[SIGNAL_NEWS] =
    g_signal_new ("news", HW_TYPE_QUEUE_FOLLOWER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
hw_queue_follower_init (HwQueueFollower *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * hw_queue_follower_new:
 *
 * Creates a follower that does not know where the daemon is.
 *
 * Returns: (transfer full): the follower
 */
HwQueueFollower *
hw_queue_follower_new (void)
{
  return g_object_new (HW_TYPE_QUEUE_FOLLOWER, NULL);
}

static void
hw_queue_follower_tell (HwQueueFollower *self,
                        const char      *kind,
                        guint64          id,
                        const char      *state,
                        GVariant        *details)
{
  HwTaskNews news;

  if (hw_task_news_read (&news, kind, id, state, details))
    g_signal_emit (self, signals[SIGNAL_NEWS], 0, &news);
}

static void
hw_queue_follower_become_live (HwQueueFollower *self)
{
  g_debug ("All is told up to %" G_GUINT64_FORMAT, self->seq);

  self->is_reading = FALSE;
  g_signal_emit (self, signals[SIGNAL_LIVE], 0);
}

static void
on_retry (gpointer user_data)
{
  HwQueueFollower *self = HW_QUEUE_FOLLOWER (user_data);

  self->retry_id = 0;
  hw_queue_follower_catch_up (self);
}

/* Tries once more in a while what the daemon did not do. */
static void
hw_queue_follower_retry (HwQueueFollower *self,
                         const GError    *error)
{
  g_debug ("The daemon does not say what happened: %s", error->message);

  if (self->retry_id == 0)
    self->retry_id = g_timeout_add_once (RETRY_PAUSE, on_retry, self);
}

/* Answers one after the other until nothing is left to read, so that a daemon that is busy is
 * read in pages.
 */
static void
on_list_ready (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(HwQueueFollower) self = user_data;
  g_autoptr(GError) error = NULL;
  guint64 epoch = 0;
  guint64 seq = 0;

  if (!hw_client_queue_call_list_finish (HW_CLIENT_QUEUE (source), NULL, NULL, &epoch, &seq,
                                         result, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        hw_queue_follower_retry (self, error);
      return;
    }

  self->has_cursor = TRUE;
  self->epoch = epoch;
  self->seq = seq;
  if (self->newest_seq > seq)
    hw_queue_follower_catch_up (self);
  else
    hw_queue_follower_become_live (self);
}

static void
hw_queue_follower_tell_event (HwQueueFollower *self,
                              GVariant        *event)
{
  const char *kind = "";
  guint64 id = 0;

  g_variant_lookup (event, "kind", "&s", &kind);
  g_variant_lookup (event, "task", "t", &id);
  hw_queue_follower_tell (self, kind, id, NULL, event);
}

static void
on_get_events_ready (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(HwQueueFollower) self = user_data;
  g_autoptr(GVariant) events = NULL;
  g_autoptr(GError) error = NULL;
  guint64 epoch = 0;
  guint64 seq = 0;
  gboolean has_moved;

  if (!hw_client_queue_call_get_events_finish (HW_CLIENT_QUEUE (source), &events, &epoch, &seq,
                                               result, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        hw_queue_follower_retry (self, error);
      return;
    }

  has_moved = epoch != self->epoch || seq > self->seq;
  self->epoch = epoch;
  self->seq = seq;
  for (gsize i = 0; i < g_variant_n_children (events); i++)
    {
      g_autoptr(GVariant) event = g_variant_get_child_value (events, i);

      hw_queue_follower_tell_event (self, event);
    }

  /* Whoever heard it may have lost the daemon. */
  if (self->queue != HW_CLIENT_QUEUE (source))
    return;

  if (has_moved)
    hw_queue_follower_catch_up (self);
  else
    hw_queue_follower_become_live (self);
}

static void
hw_queue_follower_catch_up (HwQueueFollower *self)
{
  GVariant *nothing = g_variant_new ("a{sv}", NULL);

  self->is_reading = TRUE;
  if (self->has_cursor)
    hw_client_queue_call_get_events (self->queue, self->epoch, self->seq, PAGE_SIZE, nothing,
                                     G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, self->cancellable,
                                     on_get_events_ready, g_object_ref (self));
  else
    hw_client_queue_call_list (self->queue, nothing, "", 1, G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT,
                               self->cancellable, on_list_ready, g_object_ref (self));
}

/* Takes a signal of an event. Returns: whether it is the next to be told */
static gboolean
hw_queue_follower_may_tell (HwQueueFollower *self,
                            guint64          epoch,
                            guint64          seq)
{
  if (self->is_reading)
    {
      self->newest_seq = MAX (self->newest_seq, seq);
      return FALSE;
    }

  if (epoch != self->epoch)
    {
      hw_queue_follower_catch_up (self);
      return FALSE;
    }

  if (seq <= self->seq)
    return FALSE;

  self->seq = seq;

  return TRUE;
}

static void
on_queue_task_added (HwClientQueue   *queue,
                     guint64          epoch,
                     guint64          seq,
                     guint64          id,
                     GVariant        *task,
                     HwQueueFollower *self)
{
  if (hw_queue_follower_may_tell (self, epoch, seq))
    hw_queue_follower_tell (self, "added", id, NULL, task);
}

static void
on_queue_task_state_changed (HwClientQueue   *queue,
                             guint64          epoch,
                             guint64          seq,
                             guint64          id,
                             const char      *state,
                             GVariant        *changes,
                             HwQueueFollower *self)
{
  if (hw_queue_follower_may_tell (self, epoch, seq))
    hw_queue_follower_tell (self, "state", id, state, changes);
}

static void
on_queue_task_removed (HwClientQueue   *queue,
                       guint64          epoch,
                       guint64          seq,
                       guint64          id,
                       GVariant        *details,
                       HwQueueFollower *self)
{
  if (hw_queue_follower_may_tell (self, epoch, seq))
    hw_queue_follower_tell (self, "removed", id, NULL, details);
}

static void
on_queue_events_skipped (HwClientQueue   *queue,
                         guint64          epoch,
                         guint64          from,
                         guint64          to,
                         HwQueueFollower *self)
{
  if (self->is_reading)
    self->newest_seq = MAX (self->newest_seq, to);
  else if (epoch != self->epoch || to > self->seq)
    hw_queue_follower_catch_up (self);
}

static void
hw_queue_follower_forget_calls (HwQueueFollower *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->retry_id, g_source_remove);
}

static void
on_queue_owner_changed (GDBusProxy      *queue,
                        GParamSpec      *pspec,
                        HwQueueFollower *self)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (queue);

  hw_queue_follower_forget_calls (self);

  /* Its signals may come before anything was asked. */
  self->is_reading = TRUE;
  self->newest_seq = 0;
  if (owner != NULL)
    hw_queue_follower_catch_up (self);
}

static void
on_queue_ready (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(HwQueueFollower) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwClientQueue) queue = hw_client_queue_proxy_new_finish (result, &error);

  if (queue == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_debug ("The daemon cannot be watched: %s", error->message);
      return;
    }

  self->queue = g_steal_pointer (&queue);
  g_signal_connect_object (self->queue, "task-added", G_CALLBACK (on_queue_task_added), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->queue, "task-state-changed",
                           G_CALLBACK (on_queue_task_state_changed), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (self->queue, "task-removed", G_CALLBACK (on_queue_task_removed), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->queue, "events-skipped", G_CALLBACK (on_queue_events_skipped),
                           self, G_CONNECT_DEFAULT);
  g_signal_connect_object (self->queue, "notify::g-name-owner",
                           G_CALLBACK (on_queue_owner_changed), self, G_CONNECT_DEFAULT);
  on_queue_owner_changed (G_DBUS_PROXY (self->queue), NULL, self);
}

/**
 * hw_queue_follower_set_connection:
 * @self: a follower
 * @connection: (nullable): the session bus, or %NULL while there is none
 *
 * Says where the daemon is to be found. What happened since it was last heard of, over
 * whichever connection, is told first.
 */
void
hw_queue_follower_set_connection (HwQueueFollower *self,
                                  GDBusConnection *connection)
{
  g_return_if_fail (HW_IS_QUEUE_FOLLOWER (self));
  g_return_if_fail (connection == NULL || G_IS_DBUS_CONNECTION (connection));

  hw_queue_follower_forget_calls (self);
  if (self->queue != NULL)
    g_signal_handlers_disconnect_by_data (self->queue, self);
  g_clear_object (&self->queue);

  if (connection != NULL)
    hw_client_queue_proxy_new (connection, NO_AUTO_START, HW_BUS_NAME, HW_BUS_PATH,
                               self->cancellable, on_queue_ready, g_object_ref (self));
}

/**
 * hw_queue_follower_get_queue:
 * @self: a follower
 *
 * Gets whom to ask about tasks, and whom to tell what to do with them.
 *
 * Returns: (transfer none) (nullable): the daemon, or %NULL if there is no bus. If no daemon
 *   runs, calls fail
 */
HwClientQueue *
hw_queue_follower_get_queue (HwQueueFollower *self)
{
  g_return_val_if_fail (HW_IS_QUEUE_FOLLOWER (self), NULL);

  return self->queue;
}
