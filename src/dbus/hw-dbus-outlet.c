/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-outlet.h"

/* How often the counts of tasks are told: as often as a number can be read. */
#define COUNTS_INTERVAL (G_USEC_PER_SEC / 4)

/**
 * HwDBusOutlet:
 *
 * The way of events to the bus. What happened is sent when the bus has taken all that was
 * sent before, so that not more than one round is ever between the daemon and the bus,
 * however slow that is. What comes meanwhile waits; if too much waits, it is told as a
 * range of numbers, and whoever wants it asks for it.
 *
 * Properties take their turn here, too: those of a task before each of its signals, all
 * that are left after them.
 */
struct _HwDBusOutlet
{
  GObject parent_instance;

  HwTaskQueue *queue;             /* (owned) (not nullable) */
  HwPrincipal *principal;         /* (owned) (not nullable) */
  HwDBusQueueView *view;          /* (owned) (not nullable) */
  HwDBusTree *tree;               /* (owned) (not nullable) */
  HwDBusSubmissions *submissions; /* (owned) (not nullable) */

  GDBusConnection *connection; /* (owned) (nullable), none while there is no bus */
  GCancellable *flushing;      /* (owned) (nullable), while the bus takes what was sent */
  guint send_id;

  GQueue waiting;       /* (element-type HwEvent) (owned), in order */
  guint64 skipped_from; /* the numbers of those that were too many, or 0 */
  guint64 skipped_to;

  gboolean are_counts_due;
  guint counts_timer;
};

G_DEFINE_FINAL_TYPE (HwDBusOutlet, hw_dbus_outlet, G_TYPE_OBJECT)

/* A round goes through these in this order. */
static void hw_dbus_outlet_schedule (HwDBusOutlet *self);
static gboolean on_send_idle (gpointer user_data);
static void hw_dbus_outlet_send (HwDBusOutlet *self);
static void on_flushed (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);

/* Makes a range of all that waits. */
static void
hw_dbus_outlet_collapse (HwDBusOutlet *self)
{
  if (self->skipped_from == 0)
    self->skipped_from = hw_event_get_seq (g_queue_peek_head (&self->waiting));
  self->skipped_to = hw_event_get_seq (g_queue_peek_tail (&self->waiting));
  g_queue_clear_full (&self->waiting, (GDestroyNotify) hw_event_unref);
}

/* While there is a range that was not told, what comes is a part of it. */
static void
hw_dbus_outlet_add (HwDBusOutlet *self,
                    HwEvent      *event)
{
  g_queue_push_tail (&self->waiting, hw_event_ref (event));
  if (self->skipped_from != 0 || self->waiting.length > HW_DBUS_WAITING_EVENTS_MAX)
    hw_dbus_outlet_collapse (self);
}

static void
on_queue_event (HwTaskQueue  *queue,
                HwEvent      *event,
                HwDBusOutlet *self)
{
  gboolean is_transition = hw_event_get_seq (event) != 0;

  /* What is of no task is for everyone. */
  if (hw_event_get_task_id (event) != 0 &&
      !hw_may (self->principal, HW_VERB_VIEW, hw_event_get_owner (event)))
    return;

  hw_dbus_tree_note (self->tree, event);
  self->are_counts_due |= is_transition;
  if (hw_event_get_kind (event) == HW_EVENT_KIND_ADDED)
    hw_dbus_submissions_note_added (self->submissions, hw_event_get_task_id (event));
  if (is_transition && self->connection != NULL)
    hw_dbus_outlet_add (self, event);
  hw_dbus_outlet_schedule (self);
}

static void
hw_dbus_outlet_schedule (HwDBusOutlet *self)
{
  /* All that comes in this turn of the main loop is one round. */
  if (self->flushing == NULL && self->send_id == 0)
    self->send_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_send_idle, self, NULL);
}

static gboolean
on_send_idle (gpointer user_data)
{
  HwDBusOutlet *self = HW_DBUS_OUTLET (user_data);

  self->send_id = 0;
  hw_dbus_outlet_send (self);

  return G_SOURCE_REMOVE;
}

/* Tells of the range that was too much; the objects are up to date before. */
static gboolean
hw_dbus_outlet_send_range (HwDBusOutlet *self)
{
  if (self->skipped_from == 0)
    return FALSE;

  hw_dbus_tree_publish_changes (self->tree);
  hw_dbus_queue_emit_events_skipped (HW_DBUS_QUEUE (self->view),
                                     hw_task_queue_get_epoch (self->queue),
                                     self->skipped_from, self->skipped_to);
  self->skipped_from = 0;
  self->skipped_to = 0;

  return TRUE;
}

/* Tells of one event after the other, until there is one of which nothing may be told
 * yet: it keeps those after it back, since their order is promised, too.
 */
static gboolean
hw_dbus_outlet_send_events (HwDBusOutlet *self)
{
  gboolean has_sent = FALSE;
  HwEvent *next;

  while ((next = g_queue_peek_head (&self->waiting)) != NULL)
    {
      g_autoptr(HwEvent) event = NULL;

      if (hw_event_get_kind (next) != HW_EVENT_KIND_ADDED &&
          !hw_dbus_submissions_may_tell (self->submissions, hw_event_get_task_id (next)))
        break;

      event = g_queue_pop_head (&self->waiting);
      if (hw_dbus_submissions_may_tell (self->submissions, hw_event_get_task_id (event)))
        hw_dbus_tree_publish (self->tree, hw_event_get_task_id (event));
      hw_dbus_queue_view_tell (self->view, event);
      has_sent = TRUE;
    }

  return has_sent;
}

static void
on_counts_timer (gpointer user_data)
{
  HwDBusOutlet *self = HW_DBUS_OUTLET (user_data);

  self->counts_timer = 0;
  if (self->are_counts_due)
    hw_dbus_outlet_schedule (self);
}

static gboolean
hw_dbus_outlet_send_counts (HwDBusOutlet *self)
{
  if (!self->are_counts_due || self->counts_timer != 0)
    return FALSE;

  self->are_counts_due = FALSE;
  hw_dbus_queue_view_publish_counts (self->view);
  self->counts_timer = hw_clock_add_timer (hw_task_queue_get_clock (self->queue),
                                           COUNTS_INTERVAL, on_counts_timer, self);

  return TRUE;
}

static void
hw_dbus_outlet_send (HwDBusOutlet *self)
{
  gboolean has_sent;

  /* Objects come and go without a bus, too: those of tasks that ended must not pile up. */
  if (self->connection == NULL)
    {
      hw_dbus_tree_publish_changes (self->tree);
      return;
    }

  has_sent = hw_dbus_outlet_send_range (self);
  has_sent |= hw_dbus_outlet_send_events (self);
  has_sent |= hw_dbus_tree_publish_changes (self->tree);
  has_sent |= hw_dbus_outlet_send_counts (self);
  if (!has_sent)
    return;

  self->flushing = g_cancellable_new ();
  g_dbus_connection_flush (self->connection, self->flushing, on_flushed, g_object_ref (self));
}

static void
on_flushed (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(HwDBusOutlet) self = HW_DBUS_OUTLET (user_data);
  g_autoptr(GError) error = NULL;

  g_dbus_connection_flush_finish (G_DBUS_CONNECTION (source), result, &error);

  /* The connection was taken away meanwhile, and there may be another one. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* A connection that fails is closed soon, and says so itself. */
  g_clear_object (&self->flushing);
  if (error == NULL)
    hw_dbus_outlet_send (self);
}

static void
on_submissions_released (HwDBusSubmissions *submissions,
                         HwDBusOutlet      *self)
{
  hw_dbus_outlet_schedule (self);
}

static void
on_tree_changed (HwDBusTree   *tree,
                 HwDBusOutlet *self)
{
  hw_dbus_outlet_schedule (self);
}

static void
hw_dbus_outlet_dispose (GObject *object)
{
  HwDBusOutlet *self = HW_DBUS_OUTLET (object);

  g_clear_handle_id (&self->send_id, g_source_remove);
  if (self->counts_timer != 0)
    hw_clock_remove_timer (hw_task_queue_get_clock (self->queue), self->counts_timer);
  self->counts_timer = 0;

  G_OBJECT_CLASS (hw_dbus_outlet_parent_class)->dispose (object);
}

static void
hw_dbus_outlet_finalize (GObject *object)
{
  HwDBusOutlet *self = HW_DBUS_OUTLET (object);

  g_queue_clear_full (&self->waiting, (GDestroyNotify) hw_event_unref);
  g_clear_object (&self->flushing);
  g_clear_object (&self->connection);
  g_clear_object (&self->submissions);
  g_clear_object (&self->tree);
  g_clear_object (&self->view);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_dbus_outlet_parent_class)->finalize (object);
}

static void
hw_dbus_outlet_class_init (HwDBusOutletClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_dbus_outlet_dispose;
  object_class->finalize = hw_dbus_outlet_finalize;
}

static void
hw_dbus_outlet_init (HwDBusOutlet *self)
{
  g_queue_init (&self->waiting);
}

/**
 * hw_dbus_outlet_new:
 * @queue: an open queue
 * @principal: who listens, whoever it is
 * @view: what signals are sent by
 * @tree: the objects of tasks
 * @submissions: of which tasks nothing may be told yet
 *
 * Creates an outlet that leads nowhere yet. From here on it keeps @tree up to date.
 *
 * Returns: (transfer full): an outlet
 */
HwDBusOutlet *
hw_dbus_outlet_new (HwTaskQueue       *queue,
                    HwPrincipal       *principal,
                    HwDBusQueueView   *view,
                    HwDBusTree        *tree,
                    HwDBusSubmissions *submissions)
{
  HwDBusOutlet *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (principal != NULL, NULL);
  g_return_val_if_fail (HW_IS_DBUS_QUEUE_VIEW (view), NULL);
  g_return_val_if_fail (HW_IS_DBUS_TREE (tree), NULL);
  g_return_val_if_fail (HW_IS_DBUS_SUBMISSIONS (submissions), NULL);

  self = g_object_new (HW_TYPE_DBUS_OUTLET, NULL);
  self->queue = g_object_ref (queue);
  self->principal = hw_principal_ref (principal);
  self->view = g_object_ref (view);
  self->tree = g_object_ref (tree);
  self->submissions = g_object_ref (submissions);
  g_signal_connect_object (queue, "event", G_CALLBACK (on_queue_event), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (tree, "changed", G_CALLBACK (on_tree_changed), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (submissions, "released", G_CALLBACK (on_submissions_released), self,
                           G_CONNECT_DEFAULT);

  return self;
}

/**
 * hw_dbus_outlet_set_connection:
 * @self: an outlet
 * @connection: (nullable): a bus on which view and tree are about to be, or %NULL for none
 *
 * Says where events go. What was to go to a bus before is dropped: whoever listened there
 * is gone with it, or asks for what they missed.
 */
void
hw_dbus_outlet_set_connection (HwDBusOutlet    *self,
                               GDBusConnection *connection)
{
  g_return_if_fail (HW_IS_DBUS_OUTLET (self));

  if (self->flushing != NULL)
    g_cancellable_cancel (self->flushing);
  g_clear_object (&self->flushing);
  g_clear_handle_id (&self->send_id, g_source_remove);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) hw_event_unref);
  self->skipped_from = 0;
  self->skipped_to = 0;

  g_set_object (&self->connection, connection);

  /* What the objects have not said yet, they say at once when they come to a bus. */
  if (connection != NULL)
    {
      hw_dbus_tree_publish_changes (self->tree);
      hw_dbus_queue_view_publish_counts (self->view);
    }
}

/**
 * hw_dbus_outlet_get_n_waiting:
 * @self: an outlet
 *
 * Gets how many events wait for the bus, one by one.
 *
 * Returns: how many
 */
guint
hw_dbus_outlet_get_n_waiting (HwDBusOutlet *self)
{
  g_return_val_if_fail (HW_IS_DBUS_OUTLET (self), 0);

  return self->waiting.length;
}

/**
 * hw_dbus_outlet_is_quiet:
 * @self: an outlet
 *
 * Tells whether the bus has taken all that there is to tell.
 *
 * Returns: %TRUE if nothing is under way
 */
gboolean
hw_dbus_outlet_is_quiet (HwDBusOutlet *self)
{
  g_return_val_if_fail (HW_IS_DBUS_OUTLET (self), TRUE);

  return self->flushing == NULL && self->send_id == 0 && self->waiting.length == 0 &&
         self->skipped_from == 0;
}
