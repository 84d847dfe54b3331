/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-house.h"

#include "hw-await.h"

#include <glib/gstdio.h>

/* When the service tries to come back the first time, and the longest that it waits. */
#define FIRST_RETRY (G_USEC_PER_SEC / 4)
#define LONGEST_RETRY (30 * G_USEC_PER_SEC)

/* Lets the service come back, and somebody listen again. */
static void
come_back (BusHouse *house)
{
  hw_fake_clock_advance (house->house->clock, LONGEST_RETRY);
  wait_until (hw_dbus_service_has_name (house->service));
  house->client = bus_client_new (house->bus.address);
  bus_client_listen (house->client);
}

/* Takes the bus away, and waits until the service has seen it. */
static void
lose_bus (BusHouse *house)
{
  bus_kill (&house->bus);
  wait_until (!hw_dbus_service_has_name (house->service));
  g_clear_pointer (&house->client, bus_client_free);
}

/* Asserts that GetEvents has every event after a number, up to the head. */
static void
assert_has_all_events (BusHouse *house,
                       guint64   after)
{
  guint64 head = hw_memory_store_get_head (house->house->store);

  while (after < head)
    {
      g_autoptr(GVariant) page =
        bus_client_call (house->client, "GetEvents",
                         g_variant_new ("(ttua{sv})",
                                        hw_task_queue_get_epoch (house->house->queue), after,
                                        500, NULL));
      g_autoptr(GVariant) events = g_variant_get_child_value (page, 0);

      for (gsize i = 0; i < g_variant_n_children (events); i++)
        {
          g_autoptr(GVariant) event = g_variant_get_child_value (events, i);
          guint64 seq = 0;

          g_variant_lookup (event, "seq", "t", &seq);
          g_assert_cmpuint (seq, ==, after + 1);
          after = seq;
        }
    }
}

static guint
count_objects (BusHouse *house)
{
  g_autoptr(BusCall) call = bus_client_begin (house->client, BUS_PATH,
                                              "org.freedesktop.DBus.ObjectManager",
                                              "GetManagedObjects", NULL);
  g_autoptr(GVariant) reply = bus_call_end (call, NULL);
  g_autoptr(GVariant) objects = g_variant_get_child_value (reply, 0);

  return (guint) g_variant_n_children (objects);
}

/* Test that tasks go on without a bus, and are on it when there is one. */
static void
test_service_does_without_a_bus (BusHouse     *house,
                                 gconstpointer test_data)
{
  g_assert_false (hw_dbus_service_has_name (house->service));
  hw_test_house_submit (house->house, "noop");
  hw_test_house_submit (house->house, "noop");
  hw_test_house_succeed (house->house, 1);

  g_free (bus_start (&house->bus));
  come_back (house);
  g_assert_cmpuint (count_objects (house), ==, 2);
  assert_has_all_events (house, 0);

  g_free (bus_client_take_story (house->client));
  bus_house_submit (house, "noop");
  assert_bus_story (house->client,
                    "reply\n"
                    "new object 3\n"
                    "TaskAdded 6 3\n"
                    "TaskStateChanged 7 3 Processing\n");
}

/* Test that a bus that dies under load takes nothing with it. */
static void
test_service_outlives_the_bus_under_load (BusHouse     *house,
                                          gconstpointer test_data)
{
  guint64 known = 0;

  for (guint round = 0; round < 3; round++)
    {
      HwDBusVerbs *verbs = hw_dbus_service_get_verbs (house->service);
      g_autoptr(BusCall) wait = bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE,
                                                  "Wait",
                                                  g_variant_new ("(ta{sv})",
                                                                 (guint64) round + 1, NULL));
      g_autoptr(BusCall) submit = NULL;

      bus_house_submit (house, "noop");
      known = hw_memory_store_get_head (house->house->store);

      /* Calls and events are on their way when it goes. */
      submit = bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE, "Submit",
                                 g_variant_new_parsed ("('noop', @a{sv} {}, @a{sv} {})"));
      hw_test_house_add_many (house->house, 300);
      lose_bus (house);
      hw_test_house_add_many (house->house, 300);
      hw_await_quiet ();
      g_assert_cmpuint (hw_dbus_verbs_get_n_callers (verbs), ==, 0);

      g_free (bus_start (&house->bus));
      come_back (house);
      assert_has_all_events (house, known);
      bus_house_settle (house);
    }

  g_assert_cmpuint (hw_memory_store_get_head (house->house->store), >=, 3 * 600);
}

/* Test that objects are on the bus that came back as they are now. */
static void
test_service_brings_its_objects_back (BusHouse     *house,
                                      gconstpointer test_data)
{
  g_autoptr(GVariant) state = NULL;

  bus_house_submit (house, "noop");
  lose_bus (house);
  hw_test_house_submit (house->house, "noop");
  hw_test_house_succeed (house->house, 1);

  g_free (bus_start (&house->bus));
  come_back (house);
  g_assert_cmpuint (count_objects (house), ==, 2);
  state = bus_client_get_property (house->client, BUS_PATH "/tasks/1", TASK_INTERFACE, "State");
  g_assert_cmpstr (g_variant_get_string (state, NULL), ==, "Completed");
}

static gboolean
on_incoming (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source,
             gpointer           user_data)
{
  guint *n_tries = user_data;

  (*n_tries)++;
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);

  return TRUE;
}

/* Test that a bus that is no good is tried ever more rarely, but for good. */
static void
test_service_comes_back_with_patience (BusHouse     *house,
                                       gconstpointer test_data)
{
  g_autoptr(GSocketService) listener = g_socket_service_new ();
  g_autofree char *path = g_build_filename (house->bus.folder, "bus", NULL);
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);
  gint64 wait = FIRST_RETRY;
  guint n_tries = 0;

  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (listener), address,
                                                G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                                NULL, NULL, NULL));
  g_signal_connect (listener, "incoming", G_CALLBACK (on_incoming), &n_tries);

  for (guint i = 1; i <= 10; i++)
    {
      hw_fake_clock_advance (house->house->clock, wait - 1);
      hw_await_quiet ();
      g_assert_cmpuint (n_tries, ==, i - 1);

      hw_fake_clock_advance (house->house->clock, 1);
      wait_until (n_tries == i);
      wait_until (hw_fake_clock_get_n_timers (house->house->clock) == 1);
      wait = MIN (2 * wait, LONGEST_RETRY);
    }

  g_assert_cmpint (wait, ==, LONGEST_RETRY);
  g_socket_service_stop (listener);
  g_socket_listener_close (G_SOCKET_LISTENER (listener));
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
request_name (BusClient *client)
{
  g_autoptr(GVariant) reply =
    g_dbus_connection_call_sync (client->connection, "org.freedesktop.DBus",
                                 "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                                 g_variant_new ("(su)", BUS_NAME, 0), NULL,
                                 G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

  g_assert_nonnull (reply);
}

/* Test that of two daemons on one bus the second waits for the name. */
static void
test_service_waits_for_its_name (BusHouse     *house,
                                 gconstpointer test_data)
{
  BusClient *first;

  g_free (bus_start (&house->bus));
  first = bus_client_new (house->bus.address);
  request_name (first);
  hw_fake_clock_advance (house->house->clock, FIRST_RETRY);
  wait_until (hw_fake_clock_get_n_timers (house->house->clock) == 0);
  hw_await_quiet ();
  g_assert_false (hw_dbus_service_has_name (house->service));

  bus_client_free (first);
  wait_until (hw_dbus_service_has_name (house->service));
  house->client = bus_client_new (house->bus.address);
  g_assert_cmpuint (bus_house_submit (house, "noop"), ==, 1);
}

/* Test that a service that has stopped is off the bus. */
static void
test_service_leaves_when_it_stops (BusHouse     *house,
                                   gconstpointer test_data)
{
  g_autoptr(BusCall) wait = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GError) error = NULL;

  bus_house_submit (house, "noop");
  wait = bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE, "Wait",
                           g_variant_new_parsed ("(@t 1, @a{sv} {})"));
  bus_house_settle (house);
  hw_dbus_service_stop (house->service);

  reply = bus_call_end (wait, &error);
  g_assert_null (reply);
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY);
}

/* Test that the service stays away from a bus of which nobody can tell whose it is: its
 * callers could be anybody.
 */
static void
test_service_trusts_its_own_bus_alone (BusHouse     *house,
                                       gconstpointer test_data)
{
  g_autofree char *listen = g_strdup_printf ("unix:path=%s/bus", house->bus.folder);
  g_autofree char *path = g_build_filename (house->bus.folder, "bus.conf", NULL);
  g_autofree char *configuration = NULL;
  g_autofree char *address = NULL;
  g_autoptr(GString) text = NULL;
  g_autoptr(HwDBusService) service = NULL;
  g_autoptr(GAsyncResult) result = NULL;

  g_assert_true (g_file_get_contents (path, &configuration, NULL, NULL));
  text = g_string_new (configuration);
  g_string_replace (text, listen, "tcp:host=127.0.0.1,family=ipv4,port=0", 1);
  g_string_replace (text, "<auth>EXTERNAL</auth>", "<auth>ANONYMOUS</auth><allow_anonymous/>", 1);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  address = bus_start (&house->bus);
  g_assert_true (g_str_has_prefix (address, "tcp:"));

  /* Anybody gets onto this one. */
  bus_client_free (bus_client_new (address));

  service = hw_dbus_service_new (house->house->queue, address, NULL);
  hw_dbus_service_start_async (service, hw_await_result, &result);
  wait_until (result != NULL);
  g_assert_false (hw_dbus_service_has_name (service));
  hw_dbus_service_stop (service);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, set_up, test) \
  g_test_add ("/dbus-service/" path, BusHouse, NULL, set_up, test, bus_house_tear_down)

  ADD ("does-without-a-bus", bus_house_set_up_without_bus, test_service_does_without_a_bus);
  ADD ("outlives-the-bus-under-load", bus_house_set_up, test_service_outlives_the_bus_under_load);
  ADD ("brings-its-objects-back", bus_house_set_up, test_service_brings_its_objects_back);
  ADD ("comes-back-with-patience", bus_house_set_up_without_bus,
       test_service_comes_back_with_patience);
  ADD ("waits-for-its-name", bus_house_set_up_without_bus, test_service_waits_for_its_name);
  ADD ("leaves-when-it-stops", bus_house_set_up, test_service_leaves_when_it_stops);
  ADD ("trusts-its-own-bus-alone", bus_house_set_up_without_bus,
       test_service_trusts_its_own_bus_alone);

  return g_test_run ();
}
