/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-starter.h"

#include "hw-bus-address.h"
#include "hw-cli-error.h"
#include "hw-cli-i18n.h"
#include "hw-cli-place.h"
#include "hw-cli-spawn.h"

#include <gio/gio.h>

/* How often a daemon that starts is looked for: a person does not notice. In milliseconds. */
#define LOOK_INTERVAL 30

/* A daemon with a large database needs a second or two. */
#define START_TIME (20 * G_USEC_PER_SEC)

/* One that ended at once may have lost the race against another that was started at the
 * same time, and that one is not ready yet.
 */
#define RACE_TIME (3 * G_USEC_PER_SEC)

/* The bus starts a program itself and waits for it; its own limit is 25 seconds. In
 * milliseconds.
 */
#define BUS_TIMEOUT 20000

/* What StartServiceByName answers when the name had an owner before (D-Bus specification,
 * org.freedesktop.DBus.StartServiceByName).
 */
#define START_REPLY_ALREADY_RUNNING 2

/**
 * HwCliStarter:
 *
 * Starts a daemon if none listens: by the bus, whose service knows how, else by itself.
 * A socket that nobody listens on, because its daemon died, counts as none. Main context
 * only; lives for one start.
 */
struct _HwCliStarter
{
  GObject parent_instance;

  char *socket_path;  /* (owned) (not nullable) */
  char *state_folder; /* (owned) (not nullable) */

  GTask *gtask;        /* (owned) (nullable): the start that is under way */
  HwCliDaemon *daemon; /* (owned) (nullable): the one that was started from here */
  gint64 deadline;
  guint timer;
  guint child_watch;
  gboolean has_daemon_ended;
};

G_DEFINE_FINAL_TYPE (HwCliStarter, hw_cli_starter, G_TYPE_OBJECT)

static void
hw_cli_starter_finalize (GObject *object)
{
  HwCliStarter *self = HW_CLI_STARTER (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->child_watch, g_source_remove);
  g_clear_pointer (&self->daemon, hw_cli_daemon_free);
  g_clear_pointer (&self->socket_path, g_free);
  g_clear_pointer (&self->state_folder, g_free);

  G_OBJECT_CLASS (hw_cli_starter_parent_class)->finalize (object);
}

static void
hw_cli_starter_class_init (HwCliStarterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_cli_starter_finalize;
}

static void
hw_cli_starter_init (HwCliStarter *self)
{
}

/**
 * hw_cli_starter_new:
 * @socket_path: where the daemon is to listen
 * @state_folder: where it keeps its tasks
 *
 * Creates what starts a daemon.
 *
 * Returns: (transfer full): it
 */
HwCliStarter *
hw_cli_starter_new (const char *socket_path,
                    const char *state_folder)
{
  HwCliStarter *self = g_object_new (HW_TYPE_CLI_STARTER, NULL);

  self->socket_path = g_strdup (socket_path);
  self->state_folder = g_strdup (state_folder);

  return self;
}

/* A start goes through these in this order, as far as it has to. */
static void on_bus_got (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);
static void on_names_listed (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void on_service_started (GObject      *source,
                                GAsyncResult *result,
                                gpointer      user_data);
static void hw_cli_starter_spawn (HwCliStarter *self);
static void hw_cli_starter_look (HwCliStarter *self,
                                 gint64        patience);

static GTask *
hw_cli_starter_take_gtask (HwCliStarter *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);

  return g_steal_pointer (&self->gtask);
}

static void
hw_cli_starter_return (HwCliStarter *self)
{
  g_autoptr(GTask) gtask = hw_cli_starter_take_gtask (self);

  g_task_return_boolean (gtask, TRUE);
}

/* @reason is (nullable). */
static void
hw_cli_starter_return_error (HwCliStarter *self,
                             const char   *reason)
{
  g_autoptr(GTask) gtask = hw_cli_starter_take_gtask (self);
  const char *log_path = self->daemon != NULL ? self->daemon->log_path : NULL;

  if (log_path != NULL && reason != NULL)
    g_task_return_new_error (gtask, HW_CLI_ERROR, HW_CLI_ERROR_NO_DAEMON,
                             _("No daemon runs, and one that was started ended at once; its log "
                               "“%s” says: %s"), log_path, reason);
  else if (log_path != NULL)
    g_task_return_new_error (gtask, HW_CLI_ERROR, HW_CLI_ERROR_NO_DAEMON,
                             _("No daemon runs, and one that was started does not get ready. "
                               "Its log “%s” may say why."), log_path);
  else
    g_task_return_new_error (gtask, HW_CLI_ERROR, HW_CLI_ERROR_NO_DAEMON,
                             _("No daemon runs, and none can be started: %s"),
                             reason != NULL ? reason : _("it does not get ready."));
}

static gboolean
on_timeout (gpointer user_data)
{
  HwCliStarter *self = HW_CLI_STARTER (user_data);
  g_autofree char *reason = NULL;

  if (hw_cli_place_is_listening (self->socket_path))
    {
      self->timer = 0;
      hw_cli_starter_return (self);
      return G_SOURCE_REMOVE;
    }

  if (g_get_monotonic_time () < self->deadline)
    return G_SOURCE_CONTINUE;

  self->timer = 0;
  if (self->daemon == NULL)
    {
      /* The bus cannot start it, or what it started listens elsewhere. */
      hw_cli_starter_spawn (self);
      return G_SOURCE_REMOVE;
    }

  if (self->has_daemon_ended)
    reason = hw_cli_daemon_read_last_words (self->daemon);
  hw_cli_starter_return_error (self, reason);

  return G_SOURCE_REMOVE;
}

/* Looks until the daemon is there. */
static void
hw_cli_starter_look (HwCliStarter *self,
                     gint64        patience)
{
  self->deadline = g_get_monotonic_time () + patience;
  self->timer = g_timeout_add (LOOK_INTERVAL, on_timeout, self);
}

static void
on_child_ended (GPid     pid,
                int      wait_status,
                gpointer user_data)
{
  HwCliStarter *self = HW_CLI_STARTER (user_data);

  self->child_watch = 0;
  self->has_daemon_ended = TRUE;
  self->deadline = MIN (self->deadline, g_get_monotonic_time () + RACE_TIME);
}

static void
hw_cli_starter_spawn (HwCliStarter *self)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(HwCliDaemon) daemon = g_new0 (HwCliDaemon, 1);
  g_autoptr(GError) error = NULL;

  daemon->program = hw_cli_place_find_daemon (program);
  daemon->state_folder = g_strdup (self->state_folder);
  if (daemon->program == NULL)
    {
      hw_cli_starter_return_error (self, _("there is no headwayd beside this program. Install "
                                           "it, or say by --socket where one listens."));
      return;
    }

  if (!hw_cli_daemon_spawn (daemon, &error))
    {
      hw_cli_starter_return_error (self, error->message);
      return;
    }

  self->child_watch = g_child_watch_add (daemon->pid, on_child_ended, self);
  self->daemon = g_steal_pointer (&daemon);
  hw_cli_starter_look (self, START_TIME);
}

/* @self is (transfer full). */
static void
ask_bus (HwCliStarter       *self,
         GDBusConnection    *bus,
         const char         *method,
         GVariant           *parameters,
         const char         *reply_type,
         GAsyncReadyCallback callback)
{
  g_dbus_connection_call (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", method, parameters,
                          G_VARIANT_TYPE (reply_type), G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT,
                          g_task_get_cancellable (self->gtask), callback, self);
}

static void
on_bus_got (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(HwCliStarter) self = HW_CLI_STARTER (user_data);
  g_autoptr(GDBusConnection) bus = g_bus_get_finish (result, NULL);

  /* Whatever is wrong with the bus, a daemon runs without one. */
  if (bus == NULL)
    {
      hw_cli_starter_spawn (self);
      return;
    }

  g_dbus_connection_set_exit_on_close (bus, FALSE);
  ask_bus (g_steal_pointer (&self), bus, "ListActivatableNames", NULL, "(as)", on_names_listed);
}

static void
on_names_listed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(HwCliStarter) self = HW_CLI_STARTER (user_data);
  GDBusConnection *bus = G_DBUS_CONNECTION (source);
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish (bus, result, NULL);
  g_autofree const char **names = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(^a&s)", &names);

  if (names == NULL || !g_strv_contains (names, HW_BUS_NAME))
    {
      hw_cli_starter_spawn (self);
      return;
    }

  /* It may listen before it has its name on the bus. */
  hw_cli_starter_look (self, START_TIME);
  ask_bus (g_steal_pointer (&self), bus, "StartServiceByName",
           g_variant_new ("(su)", HW_BUS_NAME, 0), "(u)", on_service_started);
}

static void
on_service_started (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(HwCliStarter) self = HW_CLI_STARTER (user_data);
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result,
                                                             NULL);
  guint32 code = 0;

  if (self->gtask == NULL || self->daemon != NULL)
    return;

  if (reply != NULL)
    g_variant_get (reply, "(u)", &code);

  /* What has the name already listens by now, or it listens elsewhere. */
  if (reply == NULL)
    self->deadline = g_get_monotonic_time ();
  else if (code == START_REPLY_ALREADY_RUNNING)
    self->deadline = g_get_monotonic_time () + RACE_TIME;
}

/**
 * hw_cli_starter_start_async:
 * @self: what starts a daemon, for the first time
 * @cancellable: (nullable): ends the waiting for the bus
 * @callback: called when a daemon listens
 * @user_data: data for @callback
 *
 * Starts a daemon if none listens, and waits until one does.
 */
void
hw_cli_starter_start_async (HwCliStarter       *self,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (HW_IS_CLI_STARTER (self));
  g_return_if_fail (self->gtask == NULL);

  self->gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->gtask, hw_cli_starter_start_async);

  if (hw_cli_place_is_listening (self->socket_path))
    hw_cli_starter_return (self);
  else if (hw_bus_address_has_bus ())
    g_bus_get (G_BUS_TYPE_SESSION, cancellable, on_bus_got, g_object_ref (self));
  else
    hw_cli_starter_spawn (self);
}

/**
 * hw_cli_starter_start_finish:
 * @self: what starts a daemon
 * @result: what the callback was given
 * @error: return location for an error: %HW_CLI_ERROR_NO_DAEMON
 *
 * Ends hw_cli_starter_start_async().
 *
 * Returns: whether a daemon listens
 */
gboolean
hw_cli_starter_start_finish (HwCliStarter *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
