/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-queue-view.h"

#include "hw-dbus-dict.h"

/**
 * HwDBusQueueView:
 *
 * The interface of the queue on the bus: each method is handed to the verbs, each event
 * becomes its signal. It keeps nothing.
 */
struct _HwDBusQueueView
{
  HwDBusQueueSkeleton parent_instance;

  HwDBusVerbs *verbs; /* (owned) (not nullable) */
};

static void hw_dbus_queue_view_iface_init (HwDBusQueueIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwDBusQueueView, hw_dbus_queue_view, HW_DBUS_TYPE_QUEUE_SKELETON,
                               G_IMPLEMENT_INTERFACE (HW_DBUS_TYPE_QUEUE,
                                                      hw_dbus_queue_view_iface_init))

static gboolean
handle_submit (HwDBusQueue           *queue,
               GDBusMethodInvocation *invocation,
               const char            *type,
               GVariant              *parameters,
               GVariant              *options)
{
  hw_dbus_verbs_submit (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, type, parameters, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_submit_many (HwDBusQueue           *queue,
                    GDBusMethodInvocation *invocation,
                    GVariant              *tasks,
                    GVariant              *options)
{
  hw_dbus_verbs_submit_many (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, tasks, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_cancel (HwDBusQueue           *queue,
               GDBusMethodInvocation *invocation,
               GVariant              *task_ids,
               GVariant              *options)
{
  hw_dbus_verbs_act (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, HW_DBUS_ACT_CANCEL, task_ids,
                     options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_retry (HwDBusQueue           *queue,
              GDBusMethodInvocation *invocation,
              GVariant              *task_ids,
              GVariant              *options)
{
  hw_dbus_verbs_act (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, HW_DBUS_ACT_RETRY, task_ids,
                     options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_pause (HwDBusQueue           *queue,
              GDBusMethodInvocation *invocation,
              GVariant              *task_ids,
              GVariant              *options)
{
  hw_dbus_verbs_act (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, HW_DBUS_ACT_PAUSE, task_ids,
                     options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_resume (HwDBusQueue           *queue,
               GDBusMethodInvocation *invocation,
               GVariant              *task_ids,
               GVariant              *options)
{
  hw_dbus_verbs_act (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, HW_DBUS_ACT_RESUME, task_ids,
                     options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_remove (HwDBusQueue           *queue,
               GDBusMethodInvocation *invocation,
               GVariant              *task_ids,
               GVariant              *options)
{
  hw_dbus_verbs_act (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, HW_DBUS_ACT_REMOVE, task_ids,
                     options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_get_task (HwDBusQueue           *queue,
                 GDBusMethodInvocation *invocation,
                 guint64                task_id,
                 GVariant              *options)
{
  hw_dbus_verbs_get_task (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, task_id, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_list (HwDBusQueue           *queue,
             GDBusMethodInvocation *invocation,
             GVariant              *filter,
             const char            *cursor,
             guint                  limit)
{
  hw_dbus_verbs_list (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, filter, cursor, limit);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_wait (HwDBusQueue           *queue,
             GDBusMethodInvocation *invocation,
             guint64                task_id,
             GVariant              *options)
{
  hw_dbus_verbs_wait (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, task_id, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_get_events (HwDBusQueue           *queue,
                   GDBusMethodInvocation *invocation,
                   guint64                epoch,
                   guint64                after,
                   guint                  max,
                   GVariant              *options)
{
  hw_dbus_verbs_get_events (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, epoch, after, max,
                            options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_open_log (HwDBusQueue           *queue,
                 GDBusMethodInvocation *invocation,
                 GUnixFDList           *fds,
                 guint64                task_id,
                 GVariant              *options)
{
  hw_dbus_verbs_open_log (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, task_id, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_get_link (HwDBusQueue           *queue,
                 GDBusMethodInvocation *invocation,
                 guint64                task_id,
                 GVariant              *options)
{
  hw_dbus_verbs_get_link (HW_DBUS_QUEUE_VIEW (queue)->verbs, invocation, task_id, options);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
hw_dbus_queue_view_iface_init (HwDBusQueueIface *iface)
{
  iface->handle_submit = handle_submit;
  iface->handle_submit_many = handle_submit_many;
  iface->handle_cancel = handle_cancel;
  iface->handle_retry = handle_retry;
  iface->handle_pause = handle_pause;
  iface->handle_resume = handle_resume;
  iface->handle_remove = handle_remove;
  iface->handle_get_task = handle_get_task;
  iface->handle_list = handle_list;
  iface->handle_wait = handle_wait;
  iface->handle_get_events = handle_get_events;
  iface->handle_open_log = handle_open_log;
  iface->handle_get_link = handle_get_link;
}

static void
hw_dbus_queue_view_finalize (GObject *object)
{
  HwDBusQueueView *self = HW_DBUS_QUEUE_VIEW (object);

  g_clear_object (&self->verbs);

  G_OBJECT_CLASS (hw_dbus_queue_view_parent_class)->finalize (object);
}

static void
hw_dbus_queue_view_class_init (HwDBusQueueViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_dbus_queue_view_finalize;
}

static void
hw_dbus_queue_view_init (HwDBusQueueView *self)
{
}

/**
 * hw_dbus_queue_view_new:
 * @verbs: what its methods call
 * @http_uri: (nullable): where the daemon listens for HTTP
 *
 * Creates the interface of the queue.
 *
 * Returns: (transfer full): the interface
 */
HwDBusQueueView *
hw_dbus_queue_view_new (HwDBusVerbs *verbs,
                        const char  *http_uri)
{
  HwDBusQueueView *self;

  g_return_val_if_fail (HW_IS_DBUS_VERBS (verbs), NULL);

  self = g_object_new (HW_TYPE_DBUS_QUEUE_VIEW, NULL);
  self->verbs = g_object_ref (verbs);
  hw_dbus_queue_set_version (HW_DBUS_QUEUE (self), HW_VERSION);
  hw_dbus_queue_set_http_uri (HW_DBUS_QUEUE (self), http_uri != NULL ? http_uri : "");
  hw_dbus_queue_view_publish_counts (self);

  return self;
}

/**
 * hw_dbus_queue_view_publish_counts:
 * @self: the interface
 *
 * Tells the bus how many tasks wait and run, and how programs are held together.
 */
void
hw_dbus_queue_view_publish_counts (HwDBusQueueView *self)
{
  HwTaskQueue *queue;
  const char *containment;

  g_return_if_fail (HW_IS_DBUS_QUEUE_VIEW (self));

  queue = hw_dbus_verbs_get_queue (self->verbs);
  containment = hw_task_queue_get_containment (queue);
  hw_dbus_queue_set_containment (HW_DBUS_QUEUE (self), containment != NULL ? containment : "");
  hw_dbus_queue_set_npending (HW_DBUS_QUEUE (self), hw_task_queue_get_n_pending (queue));
  hw_dbus_queue_set_nprocessing (HW_DBUS_QUEUE (self), hw_task_queue_get_n_processing (queue));
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self));
}

static void
tell_added (HwDBusQueue *queue,
            HwEvent     *event)
{
  g_autoptr(HwTask) task = hw_task_new_added (event);
  g_autoptr(GVariant) dict = hw_dbus_dict_make_cut_task (task);

  hw_dbus_queue_emit_task_added (queue, hw_event_get_epoch (event), hw_event_get_seq (event),
                                 hw_event_get_task_id (event), dict);
}

/* Gets what an event says in one field; empty if it does not. */
static char *
dup_cut_text (HwEvent    *event,
              const char *name)
{
  GVariant *changes = hw_event_get_changes (event);
  const char *text = "";

  if (changes != NULL)
    g_variant_lookup (changes, name, "&s", &text);

  return hw_dbus_dict_cut_text (text);
}

/**
 * hw_dbus_queue_view_tell:
 * @self: the interface
 * @event: an event that a store numbered
 *
 * Sends the signal of an event.
 */
void
hw_dbus_queue_view_tell (HwDBusQueueView *self,
                         HwEvent         *event)
{
  HwDBusQueue *queue = HW_DBUS_QUEUE (self);
  const char *state_name = hw_task_field_get_name (HW_TASK_FIELD_STATE);
  const char *message_name = hw_task_field_get_name (HW_TASK_FIELD_MESSAGE);
  g_autofree char *state = NULL;
  g_autofree char *message = NULL;
  g_autoptr(GVariant) changes = NULL;

  g_return_if_fail (HW_IS_DBUS_QUEUE_VIEW (self));

#define EMIT(signal, ...) \
  hw_dbus_queue_emit_ ## signal (queue, hw_event_get_epoch (event), hw_event_get_seq (event), \
                                 hw_event_get_task_id (event), __VA_ARGS__)

  switch (hw_event_get_kind (event))
    {
    case HW_EVENT_KIND_ADDED:
      tell_added (queue, event);
      break;

    case HW_EVENT_KIND_STATE:
      state = dup_cut_text (event, state_name);
      changes = hw_dbus_dict_make_cut_changes (event, state_name);
      EMIT (task_state_changed, state, changes);
      break;

    case HW_EVENT_KIND_MESSAGE:
      message = dup_cut_text (event, message_name);
      changes = hw_dbus_dict_make_cut_changes (event, message_name);
      EMIT (task_message, message, changes);
      break;

    case HW_EVENT_KIND_CHANGED:
      changes = hw_dbus_dict_make_cut_changes (event, NULL);
      EMIT (task_changed, changes);
      break;

    case HW_EVENT_KIND_REMOVED:
      changes = hw_dbus_dict_make_cut_changes (event, NULL);
      EMIT (task_removed, changes);
      break;

    case HW_EVENT_KIND_HELD:
      changes = hw_dbus_dict_make_cut_changes (event, NULL);
      EMIT (queue_changed, changes);
      break;

    case HW_EVENT_KIND_PROGRESS:
    case HW_EVENT_KIND_SNAPSHOT:
    case HW_EVENT_KIND_HEARTBEAT:
    default:
      break;
    }

#undef EMIT
}
