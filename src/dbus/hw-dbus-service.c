/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-service.h"

#include <unistd.h>

/* How long to wait before the bus is tried again: a moment first, since it may just be
 * starting; then ever longer, since there may be none on this machine.
 */
#define RETRY_TIME_MIN (G_USEC_PER_SEC / 4)
#define RETRY_TIME_MAX (30 * G_USEC_PER_SEC)

/* How long the start of the daemon waits for the bus at most, in case that it hangs. */
#define START_TIME (2 * G_USEC_PER_SEC)

/* The bus itself, on the bus. */
#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

/* What it says to a request for a name, if that is ours now. */
#define NAME_IS_OURS 1

/**
 * HwDBusService:
 *
 * The life on the bus: connection, name, and what is exported. It does without a bus,
 * outlives one that dies, and comes back on it.
 *
 * Only the owner of a session bus gets onto it, so whoever calls is that owner, and the
 * service goes onto no bus but that of its own user.
 */
struct _HwDBusService
{
  GObject parent_instance;

  HwClock *clock;                 /* (owned) (not nullable) */
  char *address;                  /* (owned) (not nullable) */
  HwDBusVerbs *verbs;             /* (owned) (not nullable) */
  HwDBusSubmissions *submissions; /* (owned) (not nullable) */
  HwDBusQueueView *view;          /* (owned) (not nullable) */
  HwDBusTree *tree;               /* (owned) (not nullable) */
  HwDBusOutlet *outlet;           /* (owned) (not nullable) */

  GCancellable *cancellable;   /* (owned) (nullable), none once it was stopped */
  GDBusConnection *connection; /* (owned) (nullable) */
  gulong closed_id;
  guint acquired_id;
  gboolean has_name;
  gint64 connected_at;
  gint64 retry_time;
  guint retry_timer;

  GTask *starting; /* (owned) (nullable), until the first try is over */
  guint start_timer;
};

G_DEFINE_FINAL_TYPE (HwDBusService, hw_dbus_service, G_TYPE_OBJECT)

/* The service comes onto the bus by these in this order, again and again. */
static void on_tree_loaded (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);
static void hw_dbus_service_connect (HwDBusService *self);
static void on_connected (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);
static void on_name_requested (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void on_connection_closed (GDBusConnection *connection,
                                  gboolean         is_remote,
                                  GError          *error,
                                  HwDBusService   *self);
static void on_retry_timer (gpointer user_data);

static void
hw_dbus_service_end_start (HwDBusService *self)
{
  g_autoptr(GTask) gtask = g_steal_pointer (&self->starting);

  if (self->start_timer != 0)
    hw_clock_remove_timer (self->clock, self->start_timer);
  self->start_timer = 0;

  if (gtask != NULL)
    g_task_return_boolean (gtask, TRUE);
}

static void
on_start_timer (gpointer user_data)
{
  HwDBusService *self = HW_DBUS_SERVICE (user_data);

  self->start_timer = 0;
  g_message ("The bus does not answer: going on without it until it does");
  hw_dbus_service_end_start (self);
}

static void
hw_dbus_service_retry_later (HwDBusService *self)
{
  self->retry_timer = hw_clock_add_timer (self->clock, self->retry_time, on_retry_timer, self);
  self->retry_time = MIN (2 * self->retry_time, RETRY_TIME_MAX);
  hw_dbus_service_end_start (self);
}

static void
on_retry_timer (gpointer user_data)
{
  HwDBusService *self = HW_DBUS_SERVICE (user_data);

  self->retry_timer = 0;
  hw_dbus_service_connect (self);
}

static void
on_tree_loaded (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(HwDBusService) self = HW_DBUS_SERVICE (user_data);
  GError *error = NULL;

  if (hw_dbus_tree_load_finish (HW_DBUS_TREE (source), result, &error))
    {
      if (self->cancellable != NULL)
        hw_dbus_service_connect (self);
      return;
    }

  if (self->starting != NULL)
    g_task_return_error (self->starting, g_steal_pointer (&error));
  g_clear_error (&error);
  g_clear_object (&self->starting);
  hw_dbus_service_end_start (self);
}

static void
hw_dbus_service_connect (HwDBusService *self)
{
  g_dbus_connection_new_for_address (self->address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, self->cancellable, on_connected, g_object_ref (self));
}

/* Whoever is on a bus of somebody else takes orders from them. */
static gboolean
is_own_bus (GDBusConnection *connection,
            GError         **error)
{
  GIOStream *stream = g_dbus_connection_get_stream (connection);
  g_autoptr(GCredentials) credentials = NULL;

  if (G_IS_SOCKET_CONNECTION (stream))
    credentials = g_socket_get_credentials (
      g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), NULL);

  if (credentials != NULL && g_credentials_get_unix_user (credentials, NULL) == geteuid ())
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
               "it is not a bus of the daemon's own user");

  return FALSE;
}

static gboolean
hw_dbus_service_export (HwDBusService   *self,
                        GDBusConnection *connection,
                        GError         **error)
{
  if (!is_own_bus (connection, error) ||
      !g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->view), connection,
                                         HW_BUS_PATH, error))
    return FALSE;

  hw_dbus_outlet_set_connection (self->outlet, connection);
  hw_dbus_tree_set_connection (self->tree, connection);

  return TRUE;
}

/* Takes everything off the connection, which may be closed already. */
static void
hw_dbus_service_leave (HwDBusService *self)
{
  if (self->connection == NULL)
    return;

  g_clear_signal_handler (&self->closed_id, self->connection);
  g_dbus_connection_signal_unsubscribe (self->connection, self->acquired_id);
  self->acquired_id = 0;
  hw_dbus_verbs_drop_callers (self->verbs);
  hw_dbus_tree_set_connection (self->tree, NULL);
  hw_dbus_outlet_set_connection (self->outlet, NULL);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->view));
  self->has_name = FALSE;

  /* With the connection goes the name: nobody waits for the bus to say so. */
  if (!g_dbus_connection_is_closed (self->connection))
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  g_clear_object (&self->connection);
}

/* At once, or when another daemon has let go of it. */
static void
on_name_acquired (GDBusConnection *connection,
                  const char      *sender,
                  const char      *path,
                  const char      *interface,
                  const char      *signal,
                  GVariant        *arguments,
                  gpointer         user_data)
{
  HwDBusService *self = HW_DBUS_SERVICE (user_data);

  self->has_name = TRUE;
}

/* Last of all: who sees the name finds everything there. If another daemon has it, this
 * one is the next.
 */
static void
hw_dbus_service_request_name (HwDBusService *self)
{
  self->acquired_id =
    g_dbus_connection_signal_subscribe (self->connection, BUS_NAME, BUS_NAME, "NameAcquired",
                                        BUS_PATH, HW_BUS_NAME, G_DBUS_SIGNAL_FLAGS_NONE,
                                        on_name_acquired, self, NULL);
  g_dbus_connection_call (self->connection, BUS_NAME, BUS_PATH, BUS_NAME, "RequestName",
                          g_variant_new ("(su)", HW_BUS_NAME, 0), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, on_name_requested,
                          g_object_ref (self));
}

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(HwDBusService) self = HW_DBUS_SERVICE (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) connection = g_dbus_connection_new_for_address_finish (result,
                                                                                    &error);

  if (self->cancellable == NULL)
    return;

  if (connection != NULL)
    {
      /* The daemon's tasks have nothing to do with the bus. */
      g_dbus_connection_set_exit_on_close (connection, FALSE);
      if (!hw_dbus_service_export (self, connection, &error))
        g_clear_object (&connection);
    }

  if (connection == NULL)
    {
      g_info ("Not on the bus at %s: %s", self->address, error->message);
      hw_dbus_service_retry_later (self);
      return;
    }

  self->connection = g_steal_pointer (&connection);
  self->connected_at = hw_clock_get_monotonic_time (self->clock);
  self->closed_id = g_signal_connect_object (self->connection, "closed",
                                             G_CALLBACK (on_connection_closed), self,
                                             G_CONNECT_DEFAULT);
  hw_dbus_service_request_name (self);
}

static void
on_name_requested (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(HwDBusService) self = HW_DBUS_SERVICE (user_data);
  GDBusConnection *connection = G_DBUS_CONNECTION (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish (connection, result, &error);
  guint code = 0;

  if (connection != self->connection)
    return;

  /* It may have been closed before anybody listened for that. */
  if (reply == NULL)
    {
      g_info ("The bus did not give the name %s: %s", HW_BUS_NAME, error->message);
      hw_dbus_service_leave (self);
      hw_dbus_service_retry_later (self);
      return;
    }

  g_variant_get (reply, "(u)", &code);
  self->has_name |= code == NAME_IS_OURS;
  if (!self->has_name)
    g_message ("Another program has the name %s on the bus; it comes here when that ends",
               HW_BUS_NAME);

  hw_dbus_service_end_start (self);
}

static void
on_connection_closed (GDBusConnection *connection,
                      gboolean         is_remote,
                      GError          *error,
                      HwDBusService   *self)
{
  gint64 lived = hw_clock_get_monotonic_time (self->clock) - self->connected_at;

  g_message ("The bus is gone: going on without it, and coming back when it does");

  /* One that dies at once, each time, is not worth a moment's effort. */
  if (lived >= RETRY_TIME_MAX)
    self->retry_time = RETRY_TIME_MIN;
  hw_dbus_service_leave (self);
  hw_dbus_service_retry_later (self);
}

static void
hw_dbus_service_dispose (GObject *object)
{
  HwDBusService *self = HW_DBUS_SERVICE (object);

  hw_dbus_service_stop (self);

  G_OBJECT_CLASS (hw_dbus_service_parent_class)->dispose (object);
}

static void
hw_dbus_service_finalize (GObject *object)
{
  HwDBusService *self = HW_DBUS_SERVICE (object);

  g_clear_object (&self->outlet);
  g_clear_object (&self->tree);
  g_clear_object (&self->view);
  g_clear_object (&self->submissions);
  g_clear_object (&self->verbs);
  g_clear_pointer (&self->address, g_free);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_dbus_service_parent_class)->finalize (object);
}

static void
hw_dbus_service_class_init (HwDBusServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_dbus_service_dispose;
  object_class->finalize = hw_dbus_service_finalize;
}

static void
hw_dbus_service_init (HwDBusService *self)
{
  self->cancellable = g_cancellable_new ();
  self->retry_time = RETRY_TIME_MIN;
}

/**
 * hw_dbus_service_new:
 * @queue: an open queue
 * @address: where the bus is
 * @http_uri: (nullable): where the daemon listens for HTTP
 *
 * Creates a service that is not on the bus yet.
 *
 * Returns: (transfer full): a service
 */
HwDBusService *
hw_dbus_service_new (HwTaskQueue *queue,
                     const char  *address,
                     const char  *http_uri)
{
  HwDBusService *self;
  g_autofree char *name = g_strdup_printf ("uid:%u", (guint) geteuid ());
  g_autoptr(HwPrincipal) principal = hw_principal_new (HW_DOOR_LOCAL, name, TRUE);

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (address != NULL, NULL);

  self = g_object_new (HW_TYPE_DBUS_SERVICE, NULL);
  self->clock = g_object_ref (hw_task_queue_get_clock (queue));
  self->address = g_strdup (address);
  self->submissions = hw_dbus_submissions_new ();
  self->verbs = hw_dbus_verbs_new (queue, principal, self->submissions);
  self->view = hw_dbus_queue_view_new (self->verbs, http_uri);
  self->tree = hw_dbus_tree_new (queue, principal, self->verbs, self->submissions);
  self->outlet = hw_dbus_outlet_new (queue, principal, self->view, self->tree,
                                     self->submissions);

  return self;
}

/**
 * hw_dbus_service_set_link:
 * @self: a service
 * @function: (nullable): makes the addresses of web pages
 * @user_data: data for @function
 *
 * Says where the web pages are.
 */
void
hw_dbus_service_set_link (HwDBusService *self,
                          HwDBusLinkFunc function,
                          gpointer       user_data)
{
  g_return_if_fail (HW_IS_DBUS_SERVICE (self));

  hw_dbus_verbs_set_link (self->verbs, function, user_data);
}

/**
 * hw_dbus_service_start_async:
 * @self: a service that was not started
 * @callback: called when it is on the bus, or when it is clear that there is none yet
 * @user_data: data for @callback
 *
 * Comes onto the bus, and comes back onto it as long as the service lives.
 */
void
hw_dbus_service_start_async (HwDBusService      *self,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_return_if_fail (HW_IS_DBUS_SERVICE (self));
  g_return_if_fail (self->starting == NULL);

  self->starting = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->starting, hw_dbus_service_start_async);
  self->start_timer = hw_clock_add_timer (self->clock, START_TIME, on_start_timer, self);
  hw_dbus_tree_load_async (self->tree, on_tree_loaded, g_object_ref (self));
}

/**
 * hw_dbus_service_start_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_dbus_service_start_async(). That there is no bus is no error.
 *
 * Returns: %FALSE if the tasks could not be read
 */
gboolean
hw_dbus_service_start_finish (HwDBusService *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * hw_dbus_service_stop:
 * @self: a service
 *
 * Leaves the bus for good, and ends the logs that are being read.
 */
void
hw_dbus_service_stop (HwDBusService *self)
{
  g_return_if_fail (HW_IS_DBUS_SERVICE (self));

  if (self->cancellable == NULL)
    return;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->retry_timer != 0)
    hw_clock_remove_timer (self->clock, self->retry_timer);
  self->retry_timer = 0;

  hw_dbus_service_leave (self);
  hw_dbus_logs_close_all (hw_dbus_verbs_get_logs (self->verbs));
  hw_dbus_service_end_start (self);
}

/**
 * hw_dbus_service_has_name:
 * @self: a service
 *
 * Tells whether the service is on the bus, under its name.
 *
 * Returns: %TRUE if it is
 */
gboolean
hw_dbus_service_has_name (HwDBusService *self)
{
  g_return_val_if_fail (HW_IS_DBUS_SERVICE (self), FALSE);

  return self->has_name;
}

HwDBusOutlet *
hw_dbus_service_get_outlet (HwDBusService *self)
{
  g_return_val_if_fail (HW_IS_DBUS_SERVICE (self), NULL);

  return self->outlet;
}

HwDBusTree *
hw_dbus_service_get_tree (HwDBusService *self)
{
  g_return_val_if_fail (HW_IS_DBUS_SERVICE (self), NULL);

  return self->tree;
}

HwDBusVerbs *
hw_dbus_service_get_verbs (HwDBusService *self)
{
  g_return_val_if_fail (HW_IS_DBUS_SERVICE (self), NULL);

  return self->verbs;
}
