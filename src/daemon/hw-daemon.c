/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-daemon.h"

#include "hw-cgroups.h"
#include "hw-command-runner.h"
#include "hw-db.h"
#include "hw-dbus-service.h"
#include "hw-descriptor-limit.h"
#include "hw-enclosures.h"
#include "hw-http-server.h"
#include "hw-hub-joint.h"
#include "hw-output-keeper.h"
#include "hw-output-log.h"
#include "hw-output-removal.h"
#include "hw-passed-sockets.h"
#include "hw-result-files.h"
#include "hw-retention.h"
#include "hw-service-manager.h"
#include "hw-socket-link.h"
#include "hw-sqlite-store.h"
#include "hw-state-folder.h"
#include "hw-strays.h"
#include "hw-system-clock.h"
#include "hw-systemd-scopes.h"
#include "hw-task-queue.h"
#include "hw-type-folders.h"
#include "hw-works.h"

#include <stdlib.h>
#include <unistd.h>

/* What the scopes of all tasks are under: in a session, where its background work is; in the
 * system, where its services are.
 */
#define SESSION_SLICE "background-headway.slice"
#define SYSTEM_SLICE "system-headway.slice"

/* How long watchers may take to hear goodbye: the daemon promises to be gone within a second. */
#define GOODBYE_TIME (G_USEC_PER_SEC / 2)

/**
 * HwDaemon:
 *
 * Builds the parts of the house, joins them, starts them in the one right order and
 * stops them in the other. It alone knows everyone, and does nothing itself.
 */
struct _HwDaemon
{
  GObject parent_instance;

  HwConfig *config;                  /* (owned) (not nullable) */
  HwClock *clock;                    /* (owned) (not nullable) */
  HwServiceManager *service_manager; /* (owned) (not nullable) */

  int lock_fd;
  char *socket_path;    /* (owned) (nullable): the door that was opened, or was open */
  char *url_path;       /* (owned) (nullable), the file that says where we are */
  HwStore *store;       /* (owned) (nullable) */
  HwOutputKeeper *keeper; /* (owned) (nullable) */
  HwRetention *retention;   /* (owned) (nullable) */
  HwOutputRemoval *removal; /* (owned) (nullable) */
  HwTaskQueue *queue;   /* (owned) (nullable) */
  HwSystemdScopes *scopes;  /* (owned) (nullable) */
  HwEnclosures *enclosures; /* (owned) (nullable) */
  HwHttpServer *server; /* (owned) (nullable) */
  HwHub *hub;           /* (owned) (nullable) */
  HwPlane *plane;       /* (owned) (nullable) */
  HwDBusService *bus;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (HwDaemon, hw_daemon, G_TYPE_OBJECT)

typedef enum
{
  SIGNAL_FAILED,
} HwDaemonSignal;

static guint signals[SIGNAL_FAILED + 1];

/* There is no database any more. Those who only see the service are told, too. */
static void
on_store_failed (HwSqliteStore *store,
                 const GError  *error,
                 HwDaemon      *self)
{
  hw_service_manager_set_status (self->service_manager, error->message);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

/* Whatever is needed of the disk before anything can begin. */
static gboolean
hw_daemon_prepare (HwDaemon *self,
                   GError  **error)
{
  const char *state_folder = hw_config_get_state_folder (self->config);
  g_autofree char *database = g_build_filename (state_folder, "headway.db", NULL);
  g_autofree char *output_folder = g_build_filename (state_folder, "output", NULL);
  g_autofree char *socket_folder = g_path_get_dirname (hw_config_get_socket_path (self->config));

  if (!hw_state_folder_make (state_folder, error) ||
      !hw_state_folder_make (output_folder, error) ||
      !hw_state_folder_make (hw_config_get_run_folder (self->config), error) ||
      !hw_state_folder_make (socket_folder, error))
    return FALSE;

  self->lock_fd = hw_state_folder_lock (state_folder, error);
  if (self->lock_fd < 0)
    return FALSE;

  /* Of a daemon that died: we may be to listen there ourselves. */
  hw_socket_link_remove (state_folder);
  self->store = hw_sqlite_store_new (database, error);
  if (self->store == NULL)
    return FALSE;

  g_signal_connect_object (self->store, "failed", G_CALLBACK (on_store_failed), self,
                           G_CONNECT_DEFAULT);

  return TRUE;
}

/* Finds what may hold the processes of a task together, the best first. */
static void
hw_daemon_build_enclosures (HwDaemon *self)
{
  const char *containment = hw_config_get_containment (self->config);
  const char *address = hw_config_get_manager_address (self->config);
  g_autoptr(HwCgroups) cgroups = NULL;

  self->enclosures = hw_enclosures_new ();
  if (g_str_equal (containment, HW_CONTAINMENT_SESSION))
    return;

  if (address != NULL && !g_str_equal (containment, HW_CONTAINMENT_CGROUP))
    {
      self->scopes = hw_systemd_scopes_new (self->clock, address,
                                            geteuid () == 0 ? SYSTEM_SLICE : SESSION_SLICE);
      hw_enclosures_add (self->enclosures, HW_ENCLOSURE (self->scopes));
    }

  cgroups = hw_cgroups_new (hw_config_get_cgroup_root (self->config));
  hw_enclosures_add (self->enclosures, HW_ENCLOSURE (cgroups));
}

static void
hw_daemon_build_queue (HwDaemon *self)
{
  const char *state_folder = hw_config_get_state_folder (self->config);
  g_autofree char *output_folder = g_build_filename (state_folder, "output", NULL);
  guint max_parallel = hw_config_get_max_parallel (self->config);
  g_autoptr(HwOutput) output = hw_output_log_new (output_folder);
  g_autoptr(HwFiles) files = hw_result_files_new (output_folder);
  g_autoptr(HwTaskTypes) types =
    hw_type_folders_read (hw_config_get_type_folders (self->config));
  g_autoptr(HwInProcessRunner) in_process = hw_works_new_runner (self->clock, max_parallel,
                                                                 output_folder);
  g_autoptr(HwCommandRunner) command =
    hw_command_runner_new (hw_config_get_shim_path (self->config), output_folder, self->clock);

  hw_command_runner_set_enclosure (command, HW_ENCLOSURE (self->enclosures));
  hw_command_runner_set_session_manager (command, hw_config_get_session_manager (self->config));

  self->keeper = hw_output_keeper_new (output_folder, self->store,
                                       hw_config_get_output_total (self->config));
  self->queue = hw_task_queue_new (self->store, output, self->clock, types, max_parallel);
  self->retention = hw_retention_new (self->store, self->clock,
                                      hw_config_get_limits (self->config));
  self->removal = hw_output_removal_new (self->store, self->keeper, output_folder,
                                         hw_config_get_limits (self->config)->max_age);
  hw_task_queue_set_files (self->queue, files);
  hw_task_queue_set_limits (self->queue, hw_config_get_limits (self->config));
  hw_task_queue_set_runner (self->queue, HW_RUNNER_KIND_IN_PROCESS, HW_RUNNER (in_process));
  hw_task_queue_set_runner (self->queue, HW_RUNNER_KIND_COMMAND, HW_RUNNER (command));
}

/* Who started us may have opened doors, where somebody knocks already. */
static gboolean
hw_daemon_take_doors (HwDaemon *self,
                      GError  **error)
{
  const HwServiceEnvironment *service = hw_config_get_service (self->config);
  g_autoptr(GPtrArray) sockets = hw_passed_sockets_take (HW_FIRST_SOCKET, service->n_sockets,
                                                         service->socket_names, error);

  if (sockets == NULL)
    return FALSE;

  self->socket_path = g_strdup (hw_config_get_socket_path (self->config));
  for (guint i = 0; i < sockets->len; i++)
    {
      GSocket *socket = g_ptr_array_index (sockets, i);
      char *path = hw_passed_sockets_get_path (socket);

      if (path != NULL)
        {
          g_free (self->socket_path);
          self->socket_path = path;
        }
      if (!hw_http_server_adopt (self->server, socket, error))
        return FALSE;
    }

  return TRUE;
}

/* Has those find us who know the state folder only. We are of use without. */
static void
hw_daemon_leave_link (HwDaemon *self)
{
  const char *state_folder = hw_config_get_state_folder (self->config);
  g_autofree char *place = g_build_filename (state_folder, "run", "api.sock", NULL);
  g_autoptr(GError) error = NULL;

  if (!g_str_equal (place, self->socket_path) &&
      !hw_socket_link_make (state_folder, self->socket_path, &error))
    g_warning ("Who has no session does not find this daemon: %s", error->message);
}

static guint64
get_output_size (gpointer keeper)
{
  return hw_output_keeper_get_size (HW_OUTPUT_KEEPER (keeper));
}

static gboolean
hw_daemon_open_doors (HwDaemon *self,
                      GError  **error)
{
  const char *folder = hw_config_get_state_folder (self->config);
  g_autofree char *token = hw_state_folder_load_token (folder, error);

  if (token == NULL)
    return FALSE;

  hw_descriptor_limit_raise ();
  self->plane = hw_plane_new (self->clock);
  self->server = hw_http_server_new (self->queue, self->clock, self->plane, token);
  hw_metrics_api_set_output_size (hw_http_server_get_metrics (self->server), get_output_size,
                                  self->keeper);
  self->hub = hw_hub_joint_new_hub (self->server, self->queue, self->clock, self->plane);

  if (!hw_entrance_settings_apply (hw_config_get_entrances (self->config), folder,
                                   hw_http_server_get_entrances (self->server), error) ||
      !hw_daemon_take_doors (self, error) ||
      !hw_http_server_start (self->server, hw_config_get_http_port (self->config),
                             hw_config_get_socket_path (self->config), error))
    return FALSE;

  if (hw_http_server_get_tls_port (self->server) != 0)
    g_message ("HTTPS is spoken on port %u", hw_http_server_get_tls_port (self->server));

  return TRUE;
}

static char *
hw_daemon_write_url (HwDaemon *self,
                     GError  **error)
{
  guint port = hw_http_server_get_port (self->server);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/", port);
  g_autofree char *line = g_strconcat (url, "\n", NULL);

  self->url_path = g_build_filename (hw_config_get_run_folder (self->config), "url", NULL);
  if (!hw_state_folder_replace_file (self->url_path, line, error))
    return NULL;

  return g_steal_pointer (&url);
}

/* Whoever waits for us may come. @url is (transfer full). */
static void
hw_daemon_succeed (HwDaemon *self,
                   GTask    *gtask,
                   char     *url)
{
  hw_task_queue_set_stage (self->queue, HW_TASK_QUEUE_SERVING);
  hw_service_manager_tell_ready (self->service_manager);
  g_task_return_pointer (gtask, url, g_free);
}

/* Tells why not those, too, who only see the service. @error is (transfer full). */
static void
hw_daemon_fail (HwDaemon *self,
                GTask    *gtask,
                GError   *error)
{
  hw_service_manager_set_status (self->service_manager, error->message);
  g_task_return_error (gtask, error);
}

static void
on_bus_started (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwDaemon *self = g_task_get_source_object (gtask);
  GError *error = NULL;

  /* Who was told to stop meanwhile is ready for nobody. */
  if (hw_task_queue_get_stage (self->queue) == HW_TASK_QUEUE_STOPPING)
    g_task_return_new_error (gtask, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was told to stop.");
  else if (hw_dbus_service_start_finish (HW_DBUS_SERVICE (source), result, &error))
    hw_daemon_succeed (self, gtask, g_strdup (g_task_get_task_data (gtask)));
  else
    hw_daemon_fail (self, gtask, error);
}

static char *
make_link (guint64  task_id,
           gpointer user_data)
{
  return hw_http_server_make_link (HW_HTTP_SERVER (user_data), task_id);
}

/* Goes onto the bus, if there is to be one, and then answers with @url, which is (transfer
 * full). Last of all: who finds the daemon there finds the web page, too.
 */
static void
hw_daemon_start_bus (HwDaemon *self,
                     GTask    *gtask,
                     char     *url)
{
  const char *address = hw_config_get_bus_address (self->config);

  if (address == NULL)
    {
      hw_daemon_succeed (self, gtask, url);
      return;
    }

  g_task_set_task_data (gtask, url, g_free);
  self->bus = hw_dbus_service_new (self->queue, address, url);
  hw_dbus_service_set_link (self->bus, make_link, self->server);
  hw_dbus_service_start_async (self->bus, on_bus_started, g_object_ref (gtask));
}

static void
on_queue_opened (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwDaemon *self = g_task_get_source_object (gtask);
  GError *error = NULL;
  char *url = NULL;

  /* Who was told to stop meanwhile opens nothing. */
  if (self->lock_fd < 0)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was told to stop.");
  else if (hw_task_queue_open_finish (self->queue, result, &error) &&
           hw_daemon_open_doors (self, &error))
    url = hw_daemon_write_url (self, &error);

  if (url == NULL)
    {
      hw_daemon_fail (self, gtask, error);
      return;
    }

  hw_daemon_leave_link (self);
  hw_output_removal_begin (self->removal);
  hw_retention_begin (self->retention);
  hw_service_manager_follow_queue (self->service_manager, self->queue);
  hw_daemon_start_bus (self, gtask, url);
}

/* Closes the doors, lets go of what runs, and of the folder. */
static void
hw_daemon_tear_down (HwDaemon *self)
{
  /* Nothing was built without the lock, and nothing is left without it. */
  if (self->lock_fd < 0)
    return;

  hw_socket_link_remove (hw_config_get_state_folder (self->config));
  if (self->url_path != NULL)
    unlink (self->url_path);
  g_clear_pointer (&self->url_path, g_free);

  if (self->bus != NULL)
    hw_dbus_service_stop (self->bus);
  if (self->scopes != NULL)
    hw_systemd_scopes_stop (self->scopes);
  if (self->server != NULL)
    hw_http_server_stop (self->server);
  if (self->plane != NULL)
    hw_plane_close (self->plane);
  if (self->queue != NULL)
    hw_task_queue_close (self->queue);
  if (self->keeper != NULL)
    hw_output_keeper_close (self->keeper);
  if (self->retention != NULL)
    hw_retention_close (self->retention);
  if (self->store != NULL)
    hw_sqlite_store_close (HW_SQLITE_STORE (self->store));

  close (self->lock_fd);
  self->lock_fd = -1;
}

static void
hw_daemon_dispose (GObject *object)
{
  HwDaemon *self = HW_DAEMON (object);

  hw_daemon_tear_down (self);

  G_OBJECT_CLASS (hw_daemon_parent_class)->dispose (object);
}

static void
hw_daemon_finalize (GObject *object)
{
  HwDaemon *self = HW_DAEMON (object);

  g_clear_object (&self->bus);
  g_clear_object (&self->hub);
  g_clear_object (&self->server);
  g_clear_object (&self->plane);
  g_clear_object (&self->removal);
  g_clear_object (&self->retention);
  g_clear_object (&self->queue);
  g_clear_object (&self->enclosures);
  g_clear_object (&self->scopes);
  g_clear_object (&self->keeper);
  g_clear_object (&self->store);
  g_clear_object (&self->service_manager);
  g_clear_object (&self->clock);
  g_clear_object (&self->config);
  g_clear_pointer (&self->socket_path, g_free);

  G_OBJECT_CLASS (hw_daemon_parent_class)->finalize (object);
}

static void
hw_daemon_class_init (HwDaemonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_daemon_dispose;
  object_class->finalize = hw_daemon_finalize;

  /**
   * HwDaemon::failed:
   * @self: the daemon
   * @error: a sentence
   *
   * Nothing that the daemon promises can be kept any more: stop it. See
   * hw_daemon_get_exit_status().
   */
  signals[SIGNAL_FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
hw_daemon_init (HwDaemon *self)
{
  self->lock_fd = -1;
}

/**
 * hw_daemon_new:
 * @config: what the daemon was told
 *
 * Creates a daemon that does nothing yet.
 *
 * Returns: (transfer full): a daemon
 */
HwDaemon *
hw_daemon_new (HwConfig *config)
{
  const HwServiceEnvironment *service;
  HwDaemon *self;

  g_return_val_if_fail (HW_IS_CONFIG (config), NULL);

  service = hw_config_get_service (config);
  self = g_object_new (HW_TYPE_DAEMON, NULL);
  self->config = g_object_ref (config);
  self->clock = hw_system_clock_new ();
  self->service_manager = hw_service_manager_new (self->clock, service->notify_socket,
                                                  service->watchdog_time);

  return self;
}

/* Says on all doors what holds the processes of a task together now. */
static void
on_enclosures_changed (HwEnclosures *enclosures,
                       HwDaemon     *self)
{
  hw_task_queue_set_containment (self->queue,
                                 hw_enclosure_get_containment (HW_ENCLOSURE (enclosures)));
}

/* Opens the queue, with what it finds there. */
static void
on_strays_ended (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwDaemon *self = g_task_get_source_object (gtask);

  hw_strays_end_finish (HW_STORE (source), result);
  hw_daemon_build_queue (self);
  on_enclosures_changed (self->enclosures, self);
  g_signal_connect_object (self->enclosures, "changed", G_CALLBACK (on_enclosures_changed), self,
                           G_CONNECT_DEFAULT);
  hw_task_queue_open_async (self->queue, g_task_get_cancellable (gtask), on_queue_opened,
                            g_object_ref (gtask));
}

/* Nothing may begin beside what is left of another epoch. */
static void
hw_daemon_end_strays (HwDaemon *self,
                      GTask    *gtask)
{
  const char *folder = hw_config_get_state_folder (self->config);
  g_autofree char *output = g_build_filename (folder, "output", NULL);

  hw_strays_end_async (self->store, output, on_strays_ended, g_object_ref (gtask));
}

static void
on_scopes_started (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwDaemon *self = g_task_get_source_object (gtask);

  hw_systemd_scopes_start_finish (HW_SYSTEMD_SCOPES (source), result);
  hw_daemon_end_strays (self, gtask);
}

/**
 * hw_daemon_start_async:
 * @self: a daemon that was not started
 * @cancellable: (nullable): a cancellable
 * @callback: called when the doors are open, or why they are not
 * @user_data: data for @callback
 *
 * Starts: the database, the queue with what it finds there, then the doors, so that
 * nobody comes in before everything is in its place. What has to be read before any of
 * that is read here: nobody waits for the main context yet.
 */
void
hw_daemon_start_async (HwDaemon           *self,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr(GTask) gtask = NULL;
  GError *error = NULL;

  g_return_if_fail (HW_IS_DAEMON (self));

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_daemon_start_async);

  if (!hw_daemon_prepare (self, &error))
    {
      hw_daemon_fail (self, gtask, error);
      return;
    }

  hw_daemon_build_enclosures (self);
  if (self->scopes != NULL)
    hw_systemd_scopes_start_async (self->scopes, on_scopes_started, g_steal_pointer (&gtask));
  else
    hw_daemon_end_strays (self, gtask);
}

/**
 * hw_daemon_start_finish:
 * @self: a daemon
 * @result: what the callback was given
 * @error: return location for an error: a sentence for whoever started the daemon
 *
 * Ends hw_daemon_start_async().
 *
 * Returns: (transfer full): the URL at which it is, or %NULL
 */
char *
hw_daemon_start_finish (HwDaemon     *self,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What a stop goes through until nobody is left who would have to hear of it. */
typedef struct
{
  HwClock *clock;            /* (owned) */
  GCancellable *cancellable; /* (owned) */
  guint timer;
} Stop;

static void
stop_free (Stop *stop)
{
  if (stop->timer != 0)
    hw_clock_remove_timer (stop->clock, stop->timer);
  g_clear_object (&stop->cancellable);
  g_clear_object (&stop->clock);
  g_free (stop);
}

static void
on_goodbye_timer (gpointer user_data)
{
  Stop *stop = user_data;

  stop->timer = 0;
  g_cancellable_cancel (stop->cancellable);
}

static void
on_hub_stopped (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  g_autoptr(GError) error = NULL;

  /* Whoever did not hear goodbye in time comes back and goes on where they were. */
  if (!hw_hub_stop_finish (HW_HUB (source), result, &error))
    g_debug ("Not everybody heard goodbye: %s", error->message);

  hw_daemon_tear_down (g_task_get_source_object (gtask));
  g_task_return_boolean (gtask, TRUE);
}

/**
 * hw_daemon_stop_async:
 * @self: a daemon
 * @callback: called when all is over, within a second
 * @user_data: data for @callback
 *
 * Says goodbye to everybody who watches, closes the doors, and lets go of what runs and of
 * the folder. Programs go on, and the next start adopts them; work of our own ends with us,
 * and is looked after then.
 */
void
hw_daemon_stop_async (HwDaemon           *self,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_autoptr(GTask) gtask = NULL;
  Stop *stop;

  g_return_if_fail (HW_IS_DAEMON (self));

  gtask = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (gtask, hw_daemon_stop_async);
  hw_service_manager_tell_stopping (self->service_manager);
  if (self->queue != NULL)
    hw_task_queue_set_stage (self->queue, HW_TASK_QUEUE_STOPPING);

  if (self->hub == NULL)
    {
      hw_daemon_tear_down (self);
      g_task_return_boolean (gtask, TRUE);
      return;
    }

  stop = g_new0 (Stop, 1);
  stop->clock = g_object_ref (self->clock);
  stop->cancellable = g_cancellable_new ();
  stop->timer = hw_clock_add_timer (stop->clock, GOODBYE_TIME, on_goodbye_timer, stop);
  g_task_set_task_data (gtask, stop, (GDestroyNotify) stop_free);

  hw_hub_stop_async (self->hub, stop->cancellable, on_hub_stopped, g_steal_pointer (&gtask));
}

/**
 * hw_daemon_stop_finish:
 * @self: a daemon
 * @result: what the callback was given
 *
 * Ends hw_daemon_stop_async().
 */
void
hw_daemon_stop_finish (HwDaemon     *self,
                       GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, self));

  g_task_propagate_boolean (G_TASK (result), NULL);
}
