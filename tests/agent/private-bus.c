/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "private-bus.h"

#include "hw-await.h"
#include "wait.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

/* A program that leaves a file behind, so that it is seen to have run. */
#define MARKER "org.headway.Marker"

/* Nothing of the machine can be started on it: the services are those of the test. */
#define CONFIG \
  "<busconfig>" \
  "<type>session</type>" \
  "<listen>unix:path=%s/bus</listen>" \
  "<auth>EXTERNAL</auth>" \
  "<servicedir>%s/services</servicedir>" \
  "<policy context='default'>" \
  "<allow send_destination='*' eavesdrop='true'/>" \
  "<allow eavesdrop='true'/>" \
  "<allow own='*'/>" \
  "</policy>" \
  "</busconfig>"

/**
 * PrivateBus:
 *
 * A message bus of a test's own, at an address that stays when it dies and comes back.
 */
struct _PrivateBus
{
  char *folder;  /* (owned) */
  char *address; /* (owned) */
  GSubprocess *process; /* (owned) (nullable) */
};

/**
 * private_bus_new:
 *
 * Starts a bus.
 *
 * Returns: (transfer full): the bus
 */
PrivateBus *
private_bus_new (void)
{
  PrivateBus *self = g_new0 (PrivateBus, 1);
  g_autoptr(GError) error = NULL;
  g_autofree char *config = NULL;
  g_autofree char *path = NULL;
  g_autofree char *services = NULL;
  g_autofree char *marker = NULL;

  self->folder = g_dir_make_tmp ("headway-bus-XXXXXX", &error);
  g_assert_no_error (error);
  self->address = g_strdup_printf ("unix:path=%s/bus", self->folder);

  services = g_build_filename (self->folder, "services", NULL);
  g_assert_no_errno (g_mkdir (services, 0700));
  path = g_build_filename (self->folder, "bus.conf", NULL);
  config = g_strdup_printf (CONFIG, self->folder, self->folder);
  g_assert_true (g_file_set_contents (path, config, -1, NULL));
  marker = g_strdup_printf ("/bin/touch %s/marked", self->folder);
  private_bus_add_service (self, MARKER, marker);
  private_bus_start (self);

  return self;
}

/**
 * private_bus_free:
 * @self: (transfer full): a bus
 *
 * Ends the bus, and removes what it left.
 */
void
private_bus_free (PrivateBus *self)
{
  const char *argv[] = { "rm", "-rf", "--", self->folder, NULL };

  private_bus_kill (self);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (self->address);
  g_free (self->folder);
  g_free (self);
}

/* A test that breaks off takes its bus with it. */
static void
set_up_child (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/**
 * private_bus_start:
 * @self: a bus that does not run
 *
 * Starts the bus again, and waits until it can be reached.
 */
void
private_bus_start (PrivateBus *self)
{
  g_autofree char *config = g_strdup_printf ("--config-file=%s/bus.conf", self->folder);
  g_autofree char *path = g_build_filename (self->folder, "bus", NULL);
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_autoptr(GDataInputStream) output = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *line = NULL;

  g_assert_null (self->process);
  g_unlink (path);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, set_up_child, NULL, NULL);
  self->process = g_subprocess_launcher_spawn (launcher, &error, "dbus-daemon", config, "--nofork",
                                               "--nosyslog", "--print-address", NULL);
  g_assert_no_error (error);

  /* It tells where it is when it listens there. */
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_data_input_stream_read_line_async (output, G_PRIORITY_DEFAULT, NULL, hw_await_result, &result);
  wait_until (result != NULL);
  line = g_data_input_stream_read_line_finish (output, result, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (line, self->address));
}

/**
 * private_bus_kill:
 * @self: a bus
 *
 * Has the bus die at once, if it runs, as in a crash.
 */
void
private_bus_kill (PrivateBus *self)
{
  if (self->process == NULL)
    return;

  g_subprocess_force_exit (self->process);
  g_assert_true (g_subprocess_wait (self->process, NULL, NULL));
  g_clear_object (&self->process);
}

const char *
private_bus_get_address (PrivateBus *self)
{
  return self->address;
}

const char *
private_bus_get_folder (PrivateBus *self)
{
  return self->folder;
}

/**
 * private_bus_connect:
 * @self: a bus
 *
 * Goes to the bus.
 *
 * Returns: (transfer full): a connection that nobody shares
 */
GDBusConnection *
private_bus_connect (PrivateBus *self)
{
  g_autoptr(GError) error = NULL;
  GDBusConnection *connection =
    g_dbus_connection_new_for_address_sync (self->address,
                                            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                            NULL, NULL, &error);

  g_assert_no_error (error);
  g_dbus_connection_set_exit_on_close (connection, FALSE);

  return connection;
}

/**
 * private_bus_leave:
 * @connection: (transfer full): a connection
 *
 * Leaves the bus, if there still is one, and waits until all of it is gone.
 */
void
private_bus_leave (GDBusConnection *connection)
{
  if (!g_dbus_connection_is_closed (connection))
    {
      g_autoptr(GAsyncResult) result = NULL;

      g_dbus_connection_close (connection, NULL, hw_await_result, &result);
      wait_until (result != NULL);
    }

  drop_object (connection);
}

/**
 * private_bus_sync:
 * @connection: a connection
 *
 * Waits until the bus has done all that was asked of it over this connection so far, and
 * what it said is heard.
 */
void
private_bus_sync (GDBusConnection *connection)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GVariant) answer = NULL;
  g_autoptr(GError) error = NULL;

  g_dbus_connection_call (connection, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId",
                          NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, hw_await_result, &result);
  wait_until (result != NULL);
  answer = g_dbus_connection_call_finish (connection, result, &error);
  g_assert_no_error (error);
  hw_await_quiet ();
}

/**
 * private_bus_add_service:
 * @self: a bus
 * @name: the name that somebody may ask for
 * @program: a line that starts who has it
 *
 * Lets the bus start a program; it has to be started again to know.
 */
void
private_bus_add_service (PrivateBus *self,
                         const char *name,
                         const char *program)
{
  g_autofree char *path = g_strdup_printf ("%s/services/%s.service", self->folder, name);
  g_autofree char *text = g_strdup_printf ("[D-BUS Service]\nName=%s\nExec=%s\n", name, program);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static gboolean
file_exists (const char *path)
{
  /* Nobody tells that it is there. */
  g_main_context_wakeup (NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/**
 * private_bus_start_marker:
 * @self: a bus
 * @connection: a connection to it
 *
 * Has the bus start one more program, and waits until it has run: what the bus was to start
 * before has run by then, too.
 */
void
private_bus_start_marker (PrivateBus      *self,
                          GDBusConnection *connection)
{
  g_autofree char *path = g_build_filename (self->folder, "marked", NULL);

  private_bus_sync (connection);
  g_dbus_connection_call (connection, "org.freedesktop.DBus", "/", "org.freedesktop.DBus",
                          "StartServiceByName", g_variant_new ("(su)", MARKER, 0), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
  wait_until (file_exists (path));
  private_bus_sync (connection);
}
