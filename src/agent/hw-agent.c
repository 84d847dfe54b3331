/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-agent.h"

#include "hw-browser.h"
#include "hw-client-tasks.h"
#include "hw-notification-message.h"
#include "hw-notification-server.h"
#include "hw-notifier.h"
#include "hw-queue-follower.h"

/* How long the daemon may take to do what a button says, in milliseconds. */
#define TIMEOUT 10000

/* What is to be shown in one slot, on its way from the policy to the server. */
typedef struct
{
  gboolean is_wanted;
  guint serial;       /* how often the policy changed its mind */
  gboolean is_reading;
} Draft;

/**
 * HwAgent:
 *
 * Joins the parts: what the daemon tells goes to the policy, what the policy wants shown is
 * put into words and goes to the notification server, and what somebody clicks there goes to
 * the daemon. It uses nothing but the public interface.
 */
struct _HwAgent
{
  GObject parent_instance;

  HwQueueFollower *follower;    /* (owned) */
  HwNotifier *notifier;         /* (owned) */
  HwNotificationServer *server; /* (owned) */
  GCancellable *cancellable;    /* (owned): of all calls over the present connection */

  guint timer_id;
  gint64 deadline; /* of the timer */
  Draft drafts[HW_N_NOTIFIER_SLOTS];
};

G_DEFINE_FINAL_TYPE (HwAgent, hw_agent, G_TYPE_OBJECT)

static void hw_agent_read (HwAgent *self,
                           guint    slot);

static void
hw_agent_dispose (GObject *object)
{
  HwAgent *self = HW_AGENT (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->follower);
  g_clear_object (&self->notifier);
  g_clear_object (&self->server);

  G_OBJECT_CLASS (hw_agent_parent_class)->dispose (object);
}

static void
hw_agent_finalize (GObject *object)
{
  HwAgent *self = HW_AGENT (object);

  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (hw_agent_parent_class)->finalize (object);
}

static void
hw_agent_class_init (HwAgentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_agent_dispose;
  object_class->finalize = hw_agent_finalize;
}

static void
hw_agent_init (HwAgent *self)
{
  self->cancellable = g_cancellable_new ();
}

static void hw_agent_schedule (HwAgent *self);

static void
on_deadline (gpointer user_data)
{
  HwAgent *self = HW_AGENT (user_data);

  self->timer_id = 0;
  hw_notifier_advance (self->notifier, g_get_monotonic_time ());
  hw_agent_schedule (self);
}

/* Sets the clock for the policy's next word. */
static void
hw_agent_schedule (HwAgent *self)
{
  gint64 deadline = hw_notifier_get_deadline (self->notifier);
  gint64 delay;

  if (deadline == self->deadline && self->timer_id != 0)
    return;

  g_clear_handle_id (&self->timer_id, g_source_remove);
  self->deadline = deadline;
  if (deadline == HW_NOTIFIER_NEVER)
    return;

  /* Rounded up, so that it does not ring a little early and for nothing. */
  delay = MAX (deadline - g_get_monotonic_time (), 0);
  self->timer_id = g_timeout_add_once ((guint) (delay / 1000 + 1), on_deadline, self);
}

static void
hw_agent_take_news (HwAgent          *self,
                    const HwTaskNews *news)
{
  hw_notifier_take_news (self->notifier, news, g_get_monotonic_time ());
  hw_agent_schedule (self);
}

static void
on_follower_news (HwQueueFollower *follower,
                  HwTaskNews      *news,
                  HwAgent         *self)
{
  hw_agent_take_news (self, news);
}

/* Puts into words what a group of tasks did. Returns: (transfer full) */
static HwNotice *
make_notice (guint      slot,
             guint64    n_tasks,
             GPtrArray *tasks)
{
  return slot == HW_NOTIFIER_SLOT_COMPLETED ? hw_notice_new_completed (n_tasks, tasks)
                                            : hw_notice_new_failed (n_tasks, tasks);
}

/* The state of one reading. */
typedef struct
{
  HwAgent *agent; /* (owned) */
  guint slot;
  guint serial;
  guint64 n_tasks; /* of the group */
  guint n_asked;   /* of which it read so many */
} Reading;

static void
reading_free (Reading *self)
{
  g_clear_object (&self->agent);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

/* Leaves out what has begun anew meanwhile. */
static void
keep_ended (GPtrArray *tasks)
{
  for (guint i = tasks->len; i > 0; i--)
    {
      const char *state = "";

      g_variant_lookup (tasks->pdata[i - 1], "state", "&s", &state);
      if (!hw_task_news_has_ended (state))
        g_ptr_array_remove_index (tasks, i - 1);
    }
}

static void
hw_agent_show (HwAgent       *self,
               const Reading *reading,
               GPtrArray     *tasks)
{
  g_autoptr(HwNotice) notice = NULL;
  guint64 n_tasks;

  self->drafts[reading->slot].is_wanted = FALSE;

  /* The news of those that are not ended any more is on its way. */
  keep_ended (tasks);
  n_tasks = reading->n_tasks - (reading->n_asked - tasks->len);
  if (n_tasks == 0)
    {
      hw_notifier_forget (self->notifier, reading->slot);
      return;
    }

  notice = make_notice (reading->slot, n_tasks, tasks);
  hw_notification_server_show (self->server, reading->slot, notice);
}

static void
on_tasks_ready (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(Reading) reading = user_data;
  HwAgent *self = reading->agent;
  Draft *draft = &self->drafts[reading->slot];
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) tasks = hw_client_get_tasks_finish (HW_CLIENT_QUEUE (source), result, &error);

  /* The agent ends, or it will read again over another connection. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  draft->is_reading = FALSE;
  if (!draft->is_wanted)
    return;

  if (tasks == NULL)
    g_debug ("The daemon does not tell of its tasks: %s", error->message);
  else if (draft->serial != reading->serial ||
           hw_notifier_get_group (self->notifier, reading->slot)->n_tasks != reading->n_tasks)
    hw_agent_read (self, reading->slot);
  else
    hw_agent_show (self, reading, tasks);
}

/* Reads the tasks that a notification names: the newest of its group. */
static void
hw_agent_read (HwAgent *self,
               guint    slot)
{
  const HwNotifierGroup *group = hw_notifier_get_group (self->notifier, slot);
  HwClientQueue *queue = hw_queue_follower_get_queue (self->follower);
  Draft *draft = &self->drafts[slot];
  GArray *ids;
  Reading *reading;

  if (!draft->is_wanted || draft->is_reading || queue == NULL)
    return;

  ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = group->ids->len; i > 0 && ids->len < HW_NOTICE_MAX_NAMED; i--)
    g_array_append_val (ids, g_array_index (group->ids, guint64, i - 1));

  draft->is_reading = TRUE;
  reading = g_new0 (Reading, 1);
  reading->agent = g_object_ref (self);
  reading->slot = slot;
  reading->serial = draft->serial;
  reading->n_tasks = group->n_tasks;
  reading->n_asked = ids->len;
  hw_client_get_tasks_async (queue, ids, self->cancellable, on_tasks_ready, reading);
}

static void
on_notifier_show (HwNotifier *notifier,
                  guint       slot,
                  HwAgent    *self)
{
  self->drafts[slot].is_wanted = TRUE;
  self->drafts[slot].serial++;
  hw_agent_read (self, slot);
}

static void
on_notifier_withdraw (HwNotifier *notifier,
                      guint       slot,
                      HwAgent    *self)
{
  self->drafts[slot].is_wanted = FALSE;
  self->drafts[slot].serial++;
  hw_notification_server_withdraw (self->server, slot);
}

/* The daemon can be asked again for what it could not tell. */
static void
on_follower_live (HwQueueFollower *follower,
                  HwAgent         *self)
{
  for (guint i = 0; i < HW_N_NOTIFIER_SLOTS; i++)
    hw_agent_read (self, i);
}

static void
on_server_closed (HwNotificationServer *server,
                  guint                 slot,
                  HwAgent              *self)
{
  /* What was closed is not what is about to be shown. */
  if (!self->drafts[slot].is_wanted)
    hw_notifier_forget (self->notifier, slot);
}

static void
on_retry_ready (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  if (!hw_client_queue_call_retry_finish (HW_CLIENT_QUEUE (source), NULL, result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_message ("Nothing was tried again: %s", error->message);
}

static void
hw_agent_retry (HwAgent       *self,
                HwClientQueue *queue,
                GArray        *ids)
{
  GVariant *numbers = g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, ids->data, ids->len,
                                                 sizeof (guint64));

  hw_client_queue_call_retry (queue, numbers, g_variant_new ("a{sv}", NULL),
                              G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, self->cancellable,
                              on_retry_ready, NULL);
}

static void
on_open_ready (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  if (!hw_browser_open_finish (result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_message ("The page could not be opened: %s", error->message);
}

/* What on_link_ready () needs besides the link. */
typedef struct
{
  GCancellable *cancellable; /* (owned) */
  char *token;               /* (owned) (nullable) */
} Opening;

static void
opening_free (Opening *self)
{
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->token, g_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opening, opening_free)

static void
on_link_ready (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(Opening) opening = user_data;
  g_autofree char *uri = NULL;
  g_autoptr(GError) error = NULL;

  if (hw_client_queue_call_get_link_finish (HW_CLIENT_QUEUE (source), &uri, result, &error))
    hw_browser_open_async (uri, opening->token, opening->cancellable, on_open_ready, NULL);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_message ("The page could not be found: %s", error->message);
}

/* Opens the page of one task, or the list. */
static void
hw_agent_open (HwAgent       *self,
               HwClientQueue *queue,
               guint64        id,
               const char    *token)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->cancellable = g_object_ref (self->cancellable);
  opening->token = g_strdup (token);
  hw_client_queue_call_get_link (queue, id, g_variant_new ("a{sv}", NULL),
                                 G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, self->cancellable,
                                 on_link_ready, opening);
}

static void
on_server_action (HwNotificationServer *server,
                  guint                 slot,
                  const char           *action,
                  const char           *token,
                  HwAgent              *self)
{
  const HwNotifierGroup *group = hw_notifier_get_group (self->notifier, slot);
  HwClientQueue *queue = hw_queue_follower_get_queue (self->follower);

  if (queue == NULL || group->ids->len == 0)
    return;

  if (g_str_equal (action, HW_NOTIFICATION_ACTION_SHOW))
    hw_agent_open (self, queue, group->n_tasks == 1 ? g_array_index (group->ids, guint64, 0) : 0,
                   token);
  else if (g_str_equal (action, HW_NOTIFICATION_ACTION_RETRY) &&
           slot != HW_NOTIFIER_SLOT_COMPLETED)
    hw_agent_retry (self, queue, group->ids);
}

/**
 * hw_agent_new:
 * @config: what it was told
 *
 * Creates an agent that has no bus yet.
 *
 * Returns: (transfer full): the agent
 */
HwAgent *
hw_agent_new (HwAgentConfig *config)
{
  HwAgent *self;

  g_return_val_if_fail (HW_IS_AGENT_CONFIG (config), NULL);

  self = g_object_new (HW_TYPE_AGENT, NULL);
  self->follower = hw_queue_follower_new ();
  self->notifier = hw_notifier_new (hw_agent_config_get_minimum_duration (config),
                                    hw_agent_config_get_wants (config));
  self->server = hw_notification_server_new (HW_N_NOTIFIER_SLOTS,
                                             hw_agent_config_has_display (config),
                                             HW_NOTIFICATION_SERVER_TIMEOUT);

  g_signal_connect_object (self->follower, "news", G_CALLBACK (on_follower_news), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->follower, "live", G_CALLBACK (on_follower_live), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->notifier, "show", G_CALLBACK (on_notifier_show), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->notifier, "withdraw", G_CALLBACK (on_notifier_withdraw), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->server, "closed", G_CALLBACK (on_server_closed), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->server, "action", G_CALLBACK (on_server_action), self,
                           G_CONNECT_DEFAULT);

  return self;
}

/**
 * hw_agent_set_connection:
 * @self: an agent
 * @connection: (nullable): the session bus, or %NULL while there is none
 *
 * Says where everybody is. What happened in the time without a bus is told when there is one.
 * An agent is told that there is none before it is dropped.
 */
void
hw_agent_set_connection (HwAgent         *self,
                         GDBusConnection *connection)
{
  g_return_if_fail (HW_IS_AGENT (self));
  g_return_if_fail (connection == NULL || G_IS_DBUS_CONNECTION (connection));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  for (guint i = 0; i < HW_N_NOTIFIER_SLOTS; i++)
    self->drafts[i].is_reading = FALSE;

  hw_notification_server_set_connection (self->server, connection);
  hw_queue_follower_set_connection (self->follower, connection);
}
