/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-notification-server.h"

#include "hw-notification-message.h"

/* The Desktop Notifications Specification, which is none of our interfaces. */
#define BUS_NAME "org.freedesktop.Notifications"
#define OBJECT_PATH "/org/freedesktop/Notifications"
#define INTERFACE BUS_NAME

/* After a failure the server is left alone for as long as an answer may take, after a further one
 * for twice as long, and so on up to so many times as long: even in a day little waits in front of
 * one that hangs.
 */
#define LONGEST_PAUSE 60

/* How often one notification is sent to servers that died of something meanwhile: it might be
 * of this one.
 */
#define MAX_SENT 2

/* A place for one notification. */
typedef struct
{
  HwNotice *notice;      /* (owned) (nullable): what is or is to be shown */
  guint n_sent;          /* how often */
  gboolean is_to_send;
  gboolean is_sending;
  gboolean is_uncertain; /* it was sent, and nobody knows what became of it */
  guint32 id;            /* the server's, 0 for none */
} Slot;

/**
 * HwNotificationServer:
 *
 * The desktop's notification server, whichever there is: one that is missing, slow, dead or
 * replaced by another. Of each slot it keeps the newest notification alone, and has one call on
 * its way at most. It knows nothing of tasks.
 */
struct _HwNotificationServer
{
  GObject parent_instance;

  gboolean may_start;
  int timeout; /* ms */

  GDBusConnection *connection; /* (owned) (nullable) */
  guint watch_id;
  guint subscription_id;
  GCancellable *cancellable;   /* (owned): of all calls to the present owner */

  gboolean has_owner;
  gboolean is_asking;          /* what it can do */
  gboolean has_answered;
  HwNotificationAbilities abilities;

  guint pause_id;
  int pause; /* ms, of the next failure */

  guint32 token_id;            /* the notification of the token */
  char *token;                 /* (owned) (nullable) */

  guint n_slots;
  Slot *slots; /* (owned) (array length=n_slots) */
};

typedef enum
{
  SIGNAL_ACTION,
  SIGNAL_CLOSED,
} HwNotificationServerSignal;

static guint signals[SIGNAL_CLOSED + 1];

G_DEFINE_FINAL_TYPE (HwNotificationServer, hw_notification_server, G_TYPE_OBJECT)

/* A notification on its way. */
typedef struct
{
  HwNotificationServer *server; /* (owned) */
  guint slot;
} Sending;

static void
sending_free (Sending *self)
{
  g_clear_object (&self->server);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sending, sending_free)

static void hw_notification_server_pump (HwNotificationServer *self);

static void
hw_notification_server_dispose (GObject *object)
{
  HwNotificationServer *self = HW_NOTIFICATION_SERVER (object);

  for (guint i = 0; i < self->n_slots; i++)
    g_clear_object (&self->slots[i].notice);
  hw_notification_server_set_connection (self, NULL);
  g_clear_handle_id (&self->pause_id, g_source_remove);

  G_OBJECT_CLASS (hw_notification_server_parent_class)->dispose (object);
}

static void
hw_notification_server_finalize (GObject *object)
{
  HwNotificationServer *self = HW_NOTIFICATION_SERVER (object);

  g_clear_pointer (&self->slots, g_free);
  g_clear_pointer (&self->token, g_free);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (hw_notification_server_parent_class)->finalize (object);
}

static void
hw_notification_server_class_init (HwNotificationServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_notification_server_dispose;
  object_class->finalize = hw_notification_server_finalize;

  /**
   * HwNotificationServer::action:
   * @self: a server
   * @slot: where
   * @action: the name of the action
   * @token: (nullable): what lets a window come to the front
   *
   * Somebody wants something of a notification.
   */
  signals[SIGNAL_ACTION] =
    g_signal_new ("action", HW_TYPE_NOTIFICATION_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING);

  /**
   * HwNotificationServer::closed:
   * @self: a server
   * @slot: where
   *
   * A notification was closed, or is gone with its server.
   */
  signals[SIGNAL_CLOSED] =
    g_signal_new ("closed", HW_TYPE_NOTIFICATION_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
hw_notification_server_init (HwNotificationServer *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * hw_notification_server_new:
 * @n_slots: how many notifications there can be at a time
 * @may_start: whether there is a display, so that a server can be started
 * @timeout: how long it may take for an answer, in milliseconds; mostly
 *   %HW_NOTIFICATION_SERVER_TIMEOUT
 *
 * Creates a server that cannot be reached yet.
 *
 * Returns: (transfer full): the server
 */
HwNotificationServer *
hw_notification_server_new (guint    n_slots,
                            gboolean may_start,
                            int      timeout)
{
  HwNotificationServer *self = g_object_new (HW_TYPE_NOTIFICATION_SERVER, NULL);

  self->n_slots = n_slots;
  self->slots = g_new0 (Slot, n_slots);
  self->may_start = may_start;
  self->timeout = timeout;
  self->pause = timeout;

  return self;
}

static void
on_pause_over (gpointer user_data)
{
  HwNotificationServer *self = HW_NOTIFICATION_SERVER (user_data);

  self->pause_id = 0;
  hw_notification_server_pump (self);
}

/* Leaves the server alone for a while. Whether it is well again is first asked, so that one
 * message at most waits in front of one that hangs.
 */
static void
hw_notification_server_rest (HwNotificationServer *self,
                             const char           *reason)
{
  g_debug ("The notification server does not help: %s", reason);

  self->has_answered = FALSE;
  if (self->pause_id != 0)
    return;

  self->pause_id = g_timeout_add_once ((guint) self->pause, on_pause_over, self);
  self->pause = MIN (self->pause * 2, self->timeout * LONGEST_PAUSE);
}

static void
hw_notification_server_close (HwNotificationServer *self,
                              guint32               id)
{
  g_dbus_connection_call (self->connection, BUS_NAME, OBJECT_PATH, INTERFACE, "CloseNotification",
                          g_variant_new ("(u)", id), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          self->timeout, self->cancellable, NULL, NULL);
}

static void
on_notify_ready (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(Sending) sending = user_data;
  HwNotificationServer *self = sending->server;
  Slot *slot = &self->slots[sending->slot];
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result,
                                                              &error);

  /* What it was sent to is gone, and the slot knows. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  slot->is_sending = FALSE;
  if (answer == NULL)
    {
      /* One that is slow may still show it: twice would be worse than not at all. */
      slot->is_uncertain = !slot->is_to_send && slot->notice != NULL;
      hw_notification_server_rest (self, error->message);
      return;
    }

  self->pause = self->timeout;
  g_variant_get (answer, "(u)", &slot->id);
  if (slot->notice == NULL)
    {
      hw_notification_server_close (self, slot->id);
      slot->id = 0;
    }

  hw_notification_server_pump (self);
}

static void
hw_notification_server_send (HwNotificationServer *self,
                             guint                 index)
{
  Slot *slot = &self->slots[index];
  Sending *sending = g_new0 (Sending, 1);

  sending->server = g_object_ref (self);
  sending->slot = index;
  slot->is_to_send = FALSE;
  slot->is_sending = TRUE;
  slot->n_sent++;
  g_dbus_connection_call (self->connection, BUS_NAME, OBJECT_PATH, INTERFACE, "Notify",
                          hw_notification_message_new (slot->notice, self->abilities, slot->id),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, self->timeout,
                          self->cancellable, on_notify_ready, sending);
}

static void
on_get_capabilities_ready (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data)
{
  g_autoptr(HwNotificationServer) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result,
                                                              &error);
  g_autofree const char **names = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  self->is_asking = FALSE;
  if (answer == NULL)
    {
      hw_notification_server_rest (self, error->message);
      return;
    }

  g_variant_get (answer, "(^a&s)", &names);
  self->has_answered = TRUE;
  self->abilities = hw_notification_abilities_read (names);
  hw_notification_server_pump (self);
}

/* Asks what the server can do: also the one call that may start it. */
static void
hw_notification_server_ask (HwNotificationServer *self)
{
  GDBusCallFlags flags = self->has_owner ? G_DBUS_CALL_FLAGS_NO_AUTO_START : G_DBUS_CALL_FLAGS_NONE;

  self->is_asking = TRUE;
  g_dbus_connection_call (self->connection, BUS_NAME, OBJECT_PATH, INTERFACE, "GetCapabilities",
                          NULL, G_VARIANT_TYPE ("(as)"), flags, self->timeout, self->cancellable,
                          on_get_capabilities_ready, g_object_ref (self));
}

/* Sends whatever can be sent now. */
static void
hw_notification_server_pump (HwNotificationServer *self)
{
  if (self->connection == NULL || self->pause_id != 0 || self->is_asking ||
      (!self->has_owner && !self->may_start))
    return;

  for (guint i = 0; i < self->n_slots; i++)
    {
      if (!self->slots[i].is_to_send || self->slots[i].is_sending)
        continue;

      if (!self->has_answered)
        {
          hw_notification_server_ask (self);
          return;
        }

      hw_notification_server_send (self, i);
    }
}

static Slot *
hw_notification_server_find (HwNotificationServer *self,
                             guint32               id)
{
  for (guint i = 0; id != 0 && i < self->n_slots; i++)
    if (self->slots[i].id == id)
      return &self->slots[i];

  return NULL;
}

static void
hw_notification_server_empty (HwNotificationServer *self,
                              Slot                 *slot)
{
  g_clear_object (&slot->notice);
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0, (guint) (slot - self->slots));
}

static void
hw_notification_server_on_closed (HwNotificationServer *self,
                                  guint32               id)
{
  Slot *slot = hw_notification_server_find (self, id);

  if (slot == NULL)
    return;

  /* What was closed is the one that is about to be replaced. */
  slot->id = 0;
  if (!slot->is_sending && !slot->is_to_send && !slot->is_uncertain)
    hw_notification_server_empty (self, slot);
}

static void
hw_notification_server_on_action (HwNotificationServer *self,
                                  guint32               id,
                                  const char           *action)
{
  Slot *slot = hw_notification_server_find (self, id);
  g_autofree char *token = self->token_id == id ? g_steal_pointer (&self->token) : NULL;

  if (slot != NULL && slot->notice != NULL)
    g_signal_emit (self, signals[SIGNAL_ACTION], 0, (guint) (slot - self->slots), action, token);
}

static void
on_server_signal (GDBusConnection *connection,
                  const char      *sender,
                  const char      *path,
                  const char      *interface,
                  const char      *signal,
                  GVariant        *parameters,
                  gpointer         user_data)
{
  HwNotificationServer *self = HW_NOTIFICATION_SERVER (user_data);
  g_autoptr(HwNotificationServer) alive = g_object_ref (self);
  const char *word = NULL;
  guint32 id;

  if (g_str_equal (signal, "NotificationClosed") &&
      g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uu)")))
    {
      g_variant_get (parameters, "(uu)", &id, NULL);
      hw_notification_server_on_closed (self, id);
      return;
    }

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(us)")))
    return;

  g_variant_get (parameters, "(u&s)", &id, &word);
  if (g_str_equal (signal, "ActionInvoked"))
    {
      hw_notification_server_on_action (self, id, word);
    }
  else if (g_str_equal (signal, "ActivationToken"))
    {
      self->token_id = id;
      g_free (self->token);
      self->token = g_strdup (word);
    }
}

/* The server is another one, or there is none: of what the last one showed nothing is left. */
static void
hw_notification_server_begin_anew (HwNotificationServer *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->pause_id, g_source_remove);
  g_clear_pointer (&self->token, g_free);
  self->is_asking = FALSE;
  self->has_answered = FALSE;

  for (guint i = 0; i < self->n_slots; i++)
    {
      Slot *slot = &self->slots[i];

      slot->is_to_send = slot->notice != NULL && slot->n_sent < MAX_SENT &&
                         (slot->is_to_send || slot->is_sending || slot->is_uncertain);
      slot->is_sending = FALSE;
      slot->is_uncertain = FALSE;
      slot->id = 0;
      if (slot->notice != NULL && !slot->is_to_send)
        hw_notification_server_empty (self, slot);
    }
}

static void
on_name_appeared (GDBusConnection *connection,
                  const char      *name,
                  const char      *owner,
                  gpointer         user_data)
{
  HwNotificationServer *self = HW_NOTIFICATION_SERVER (user_data);

  hw_notification_server_begin_anew (self);
  self->has_owner = TRUE;
  hw_notification_server_pump (self);
}

static void
on_name_vanished (GDBusConnection *connection,
                  const char      *name,
                  gpointer         user_data)
{
  HwNotificationServer *self = HW_NOTIFICATION_SERVER (user_data);

  /* One that died is not started again at once: it may die again. */
  if (self->has_owner)
    {
      hw_notification_server_begin_anew (self);
      hw_notification_server_rest (self, "it is gone");
    }
  self->has_owner = FALSE;
  hw_notification_server_pump (self);
}

/**
 * hw_notification_server_set_connection:
 * @self: a server
 * @connection: (nullable): the session bus, or %NULL while there is none
 *
 * Says where the server can be reached. What was shown over another connection is gone; what
 * was not is shown over this one.
 */
void
hw_notification_server_set_connection (HwNotificationServer *self,
                                       GDBusConnection      *connection)
{
  g_return_if_fail (HW_IS_NOTIFICATION_SERVER (self));
  g_return_if_fail (connection == NULL || G_IS_DBUS_CONNECTION (connection));

  if (self->connection != NULL)
    {
      g_clear_handle_id (&self->watch_id, g_bus_unwatch_name);
      g_dbus_connection_signal_unsubscribe (self->connection, self->subscription_id);
      g_clear_object (&self->connection);
      self->has_owner = FALSE;
      hw_notification_server_begin_anew (self);
    }

  if (connection == NULL)
    return;

  self->connection = g_object_ref (connection);
  self->subscription_id =
    g_dbus_connection_signal_subscribe (connection, BUS_NAME, INTERFACE, NULL, OBJECT_PATH, NULL,
                                        G_DBUS_SIGNAL_FLAGS_NONE, on_server_signal, self, NULL);
  self->watch_id = g_bus_watch_name_on_connection (connection, BUS_NAME,
                                                   G_BUS_NAME_WATCHER_FLAGS_NONE, on_name_appeared,
                                                   on_name_vanished, self, NULL);
}

/**
 * hw_notification_server_show:
 * @self: a server
 * @slot: where
 * @notice: what to say
 *
 * Shows a notification in place of what the slot has. If that cannot be now, it is when there
 * is a server, unless something newer comes meanwhile.
 */
void
hw_notification_server_show (HwNotificationServer *self,
                             guint                 slot,
                             HwNotice             *notice)
{
  g_return_if_fail (HW_IS_NOTIFICATION_SERVER (self));
  g_return_if_fail (slot < self->n_slots);
  g_return_if_fail (HW_IS_NOTICE (notice));

  g_set_object (&self->slots[slot].notice, notice);
  self->slots[slot].n_sent = 0;
  self->slots[slot].is_to_send = TRUE;
  self->slots[slot].is_uncertain = FALSE;
  hw_notification_server_pump (self);
}

/**
 * hw_notification_server_withdraw:
 * @self: a server
 * @slot: where
 *
 * Closes the notification in a slot, if there is one, without #HwNotificationServer::closed.
 */
void
hw_notification_server_withdraw (HwNotificationServer *self,
                                 guint                 slot)
{
  Slot *emptied;

  g_return_if_fail (HW_IS_NOTIFICATION_SERVER (self));
  g_return_if_fail (slot < self->n_slots);

  emptied = &self->slots[slot];
  g_clear_object (&emptied->notice);
  emptied->is_to_send = FALSE;
  emptied->is_uncertain = FALSE;
  if (emptied->id != 0 && !emptied->is_sending && self->has_owner)
    hw_notification_server_close (self, emptied->id);
  if (!emptied->is_sending)
    emptied->id = 0;
}
