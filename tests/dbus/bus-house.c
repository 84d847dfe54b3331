/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-house.h"

#include "hw-await.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

/* How many tasks run at once in the house. */
#define MAX_PARALLEL 2

#define CONFIGURATION \
  "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" " \
  "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n" \
  "<busconfig>\n" \
  "  <type>session</type>\n" \
  "  <listen>unix:path=%s/bus</listen>\n" \
  "  <auth>EXTERNAL</auth>\n" \
  "  <policy context=\"default\">\n" \
  "    <allow send_destination=\"*\" eavesdrop=\"true\"/>\n" \
  "    <allow eavesdrop=\"true\"/>\n" \
  "    <allow own=\"*\"/>\n" \
  "  </policy>\n" \
  "</busconfig>\n"

static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
bus_make (Bus *self)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *configuration = NULL;

  self->folder = g_dir_make_tmp ("headway-bus-XXXXXX", &error);
  g_assert_no_error (error);
  self->address = g_strdup_printf ("unix:path=%s/bus", self->folder);
  path = g_build_filename (self->folder, "bus.conf", NULL);
  configuration = g_strdup_printf (CONFIGURATION, self->folder);
  g_file_set_contents (path, configuration, -1, &error);
  g_assert_no_error (error);
}

/**
 * bus_start:
 * @self: a bus that does not run
 *
 * Starts the bus, and waits until it can be connected to.
 *
 * Returns: (transfer full): where the bus says that it is
 */
char *
bus_start (Bus *self)
{
  g_autoptr(GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *option = g_strdup_printf ("--config-file=%s/bus.conf", self->folder);
  g_autoptr(GDataInputStream) output = NULL;
  g_autoptr(GError) error = NULL;
  char *address;

  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  self->daemon = g_subprocess_launcher_spawn (launcher, &error, "dbus-daemon", "--nofork",
                                              "--print-address=1", option, NULL);
  g_assert_no_error (error);

  /* It prints its address when it listens. */
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->daemon));
  address = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);

  return address;
}

/**
 * bus_kill:
 * @self: a bus that runs
 *
 * Kills the bus, as a session does that ends.
 */
void
bus_kill (Bus *self)
{
  g_autofree char *path = g_build_filename (self->folder, "bus", NULL);

  g_subprocess_force_exit (self->daemon);
  g_subprocess_wait (self->daemon, NULL, NULL);
  g_clear_object (&self->daemon);
  g_unlink (path);
}

/* Has the bus take nothing more, as a machine does that swaps. */
void
bus_pause (Bus *self)
{
  g_subprocess_send_signal (self->daemon, SIGSTOP);
}

void
bus_resume (Bus *self)
{
  g_subprocess_send_signal (self->daemon, SIGCONT);
}

static void
bus_clear (Bus *self)
{
  g_autofree char *path = g_build_filename (self->folder, "bus.conf", NULL);

  if (self->daemon != NULL)
    bus_kill (self);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->folder, g_free);
}

static void
bus_house_start_service (BusHouse *self)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  self->service = hw_dbus_service_new (self->house->queue, self->bus.address,
                                       "http://127.0.0.1:5031/");
  hw_dbus_service_start_async (self->service, hw_await_result, &result);
  wait_until (result != NULL);
  hw_dbus_service_start_finish (self->service, result, &error);
  g_assert_no_error (error);
}

/**
 * bus_house_set_up:
 * @self: a house
 * @test_data: (nullable): how many tasks may run at once, by GUINT_TO_POINTER ()
 *
 * Puts a queue on a bus of its own, and has somebody listen.
 */
void
bus_house_set_up (BusHouse     *self,
                  gconstpointer test_data)
{
  guint max_parallel = GPOINTER_TO_UINT (test_data);

  bus_make (&self->bus);
  g_free (bus_start (&self->bus));
  self->house = hw_test_house_new (max_parallel > 0 ? max_parallel : MAX_PARALLEL);
  hw_test_house_open (self->house);
  bus_house_start_service (self);
  g_assert_true (hw_dbus_service_has_name (self->service));

  self->client = bus_client_new (self->bus.address);
  bus_client_listen (self->client);
}

/**
 * bus_house_set_up_without_bus:
 * @self: a house
 * @test_data: not used
 *
 * Has a queue look for a bus where there is none.
 */
void
bus_house_set_up_without_bus (BusHouse     *self,
                              gconstpointer test_data)
{
  bus_make (&self->bus);
  self->house = hw_test_house_new (MAX_PARALLEL);
  hw_test_house_open (self->house);
  bus_house_start_service (self);
}

/**
 * bus_house_tear_down:
 * @self: a house
 * @test_data: not used
 *
 * Takes all down, and checks that nothing of it is left.
 */
void
bus_house_tear_down (BusHouse     *self,
                     gconstpointer test_data)
{
  g_clear_pointer (&self->client, bus_client_free);
  hw_dbus_service_stop (self->service);
  drop_object (g_steal_pointer (&self->service));

  /* GLib's thread lets go of what was exported when it comes to that. */
  while (G_OBJECT (self->house->queue)->ref_count > 1)
    g_main_context_iteration (NULL, FALSE);
  g_clear_pointer (&self->house, hw_test_house_free);
  bus_clear (&self->bus);
}

/**
 * bus_house_settle:
 * @self: a house
 *
 * Waits until everything has happened that will, the bus was told, and the client has it.
 */
void
bus_house_settle (BusHouse *self)
{
  HwDBusOutlet *outlet = hw_dbus_service_get_outlet (self->service);

  hw_await_quiet ();
  wait_until (hw_dbus_outlet_is_quiet (outlet));
  bus_client_sync (self->client);
}

/**
 * bus_house_submit:
 * @self: a house
 * @type: a task type that needs no parameters
 *
 * Adds a task over the bus, and waits until all is quiet.
 *
 * Returns: its number
 */
guint64
bus_house_submit (BusHouse   *self,
                  const char *type)
{
  g_autoptr(GVariant) reply =
    bus_client_call (self->client, "Submit",
                     g_variant_new_parsed ("(%s, @a{sv} {}, @a{sv} {})", type));
  guint64 task_id;

  g_variant_get_child (reply, 0, "t", &task_id);
  bus_house_settle (self);

  return task_id;
}

void
bus_house_succeed (BusHouse *self,
                   guint64   task_id)
{
  hw_fake_runner_succeed (self->house->runner, task_id);
  bus_house_settle (self);
}
