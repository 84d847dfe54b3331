/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-session-bus.h"

/* How long to wait before the bus is tried once more, in milliseconds. */
#define RETRY_PAUSE 250

/* How long the bus may take for an answer, in milliseconds. */
#define TIMEOUT 25000

/* The D-Bus Specification, “RequestName”. */
#define FLAG_DO_NOT_QUEUE 4
#define REPLY_PRIMARY_OWNER 1

/**
 * HwSessionBus:
 *
 * A program's place on the session bus, under a name of which there is one. When the bus
 * dies it waits for it to come back, and when that takes too long it gives up. It does not end
 * the process, as GLib would by itself.
 */
struct _HwSessionBus
{
  GObject parent_instance;

  char *address; /* (owned) (not nullable) */
  char *name;    /* (owned) (not nullable) */
  gint64 patience;

  GCancellable *cancellable;   /* (owned) */
  GDBusConnection *connection; /* (owned) (nullable) */
  guint retry_id;
  gint64 lost_at; /* 0 before there was a bus */
};

typedef enum
{
  SIGNAL_CHANGED,
  SIGNAL_ENDED,
} HwSessionBusSignal;

static guint signals[SIGNAL_ENDED + 1];

G_DEFINE_FINAL_TYPE (HwSessionBus, hw_session_bus, G_TYPE_OBJECT)

static void hw_session_bus_connect (HwSessionBus *self);

static void
hw_session_bus_dispose (GObject *object)
{
  hw_session_bus_stop (HW_SESSION_BUS (object));

  G_OBJECT_CLASS (hw_session_bus_parent_class)->dispose (object);
}

static void
hw_session_bus_finalize (GObject *object)
{
  HwSessionBus *self = HW_SESSION_BUS (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->address, g_free);

  G_OBJECT_CLASS (hw_session_bus_parent_class)->finalize (object);
}

static void
hw_session_bus_class_init (HwSessionBusClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_session_bus_dispose;
  object_class->finalize = hw_session_bus_finalize;

  /**
   * HwSessionBus::changed:
   * @self: a place on the bus
   * @connection: (nullable): the bus, or %NULL if there is none now
   *
   * The name is ours, or the bus is lost.
   */
  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", HW_TYPE_SESSION_BUS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_DBUS_CONNECTION);

  /**
   * HwSessionBus::ended:
   * @self: a place on the bus
   * @reason: a sentence
   *
   * There is no bus, or another program has the name: there is nothing to do any more.
   */
  signals[SIGNAL_ENDED] =
    g_signal_new ("ended", HW_TYPE_SESSION_BUS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
hw_session_bus_init (HwSessionBus *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * hw_session_bus_new:
 * @address: where the bus is
 * @name: the name to have there
 * @patience: how long it may take to come back, in microseconds; mostly
 *   %HW_SESSION_BUS_PATIENCE
 *
 * Creates a place on the bus that is not taken yet.
 *
 * Returns: (transfer full): the place
 */
HwSessionBus *
hw_session_bus_new (const char *address,
                    const char *name,
                    gint64      patience)
{
  HwSessionBus *self = g_object_new (HW_TYPE_SESSION_BUS, NULL);

  self->address = g_strdup (address);
  self->name = g_strdup (name);
  self->patience = patience;

  return self;
}

static void
hw_session_bus_end (HwSessionBus *self,
                    const char   *reason)
{
  hw_session_bus_stop (self);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, reason);
}

static void
on_retry (gpointer user_data)
{
  HwSessionBus *self = HW_SESSION_BUS (user_data);

  self->retry_id = 0;
  hw_session_bus_connect (self);
}

static void
hw_session_bus_drop_connection (HwSessionBus *self)
{
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
}

static void
on_connection_closed (GDBusConnection *connection,
                      gboolean         has_vanished,
                      GError          *error,
                      HwSessionBus    *self)
{
  hw_session_bus_drop_connection (self);
  self->lost_at = g_get_monotonic_time ();
  self->retry_id = g_timeout_add_once (RETRY_PAUSE, on_retry, self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, NULL);
}

static void
on_request_name_ready (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data)
{
  g_autoptr(HwSessionBus) self = user_data;
  GDBusConnection *connection = G_DBUS_CONNECTION (source);
  g_autoptr(GVariant) answer = g_dbus_connection_call_finish (connection, result, NULL);
  guint32 reply = 0;

  /* If the bus is lost meanwhile, on_connection_closed () sees to it. */
  if (connection != self->connection || g_dbus_connection_is_closed (connection))
    return;

  if (answer != NULL)
    g_variant_get (answer, "(u)", &reply);
  if (reply == REPLY_PRIMARY_OWNER)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0, connection);
  else
    hw_session_bus_end (self, "Another one runs in this session");
}

static void
on_connection_ready (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(HwSessionBus) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) connection = g_dbus_connection_new_for_address_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (connection == NULL &&
      (self->lost_at == 0 || g_get_monotonic_time () - self->lost_at > self->patience))
    {
      hw_session_bus_end (self, error->message);
      return;
    }

  if (connection == NULL)
    {
      self->retry_id = g_timeout_add_once (RETRY_PAUSE, on_retry, self);
      return;
    }

  self->connection = g_steal_pointer (&connection);
  g_dbus_connection_set_exit_on_close (self->connection, FALSE);
  g_signal_connect_object (self->connection, "closed", G_CALLBACK (on_connection_closed), self,
                           G_CONNECT_DEFAULT);

  /* The name goes with the connection. */
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "RequestName",
                          g_variant_new ("(su)", self->name, FLAG_DO_NOT_QUEUE),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, TIMEOUT,
                          self->cancellable, on_request_name_ready, g_object_ref (self));
}

static void
hw_session_bus_connect (HwSessionBus *self)
{
  g_dbus_connection_new_for_address (self->address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, self->cancellable, on_connection_ready,
                                     g_object_ref (self));
}

/**
 * hw_session_bus_start:
 * @self: a place on the bus
 *
 * Goes to the bus, to be called once.
 */
void
hw_session_bus_start (HwSessionBus *self)
{
  g_return_if_fail (HW_IS_SESSION_BUS (self));

  hw_session_bus_connect (self);
}

/**
 * hw_session_bus_stop:
 * @self: a place on the bus
 *
 * Leaves the bus for good. No signal comes any more.
 */
void
hw_session_bus_stop (HwSessionBus *self)
{
  g_return_if_fail (HW_IS_SESSION_BUS (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  hw_session_bus_drop_connection (self);
}
