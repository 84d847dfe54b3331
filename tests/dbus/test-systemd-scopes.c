/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-house.h"
#include "hw-await.h"
#include "hw-error.h"
#include "hw-fake-clock.h"
#include "hw-systemd-scopes.h"

#define SLICE "background-headway.slice"
#define UNIT "headway-1-7-1.scope"

static const char manager_xml[] =
  "<node><interface name='org.freedesktop.systemd1.Manager'>"
  "<method name='Subscribe'/>"
  "<method name='StartTransientUnit'>"
  "<arg type='s' direction='in'/><arg type='s' direction='in'/>"
  "<arg type='a(sv)' direction='in'/><arg type='a(sa(sv))' direction='in'/>"
  "<arg type='o' direction='out'/></method>"
  "<signal name='JobRemoved'><arg type='u'/><arg type='o'/><arg type='s'/><arg type='s'/></signal>"
  "</interface></node>";

/* A service manager on the bus that does as the test says, and the enclosure that asks it. */
typedef struct
{
  BusHouse house;
  GDBusConnection *manager; /* (owned) (nullable) */
  guint n_subscribed;
  guint n_asked;
  GVariant *asked;          /* (owned) (nullable): the last call's arguments */
  const char *answer;       /* (nullable): how the job ends, told before the reply, if at all */
  gboolean is_refusing;

  HwFakeClock *clock;       /* (owned) */
  HwSystemdScopes *scopes;  /* (owned) */
  guint n_changed;
} Fixture;

static void
tell_removed (Fixture    *fixture,
              const char *unit,
              const char *result)
{
  g_dbus_connection_emit_signal (fixture->manager, NULL, "/org/freedesktop/systemd1",
                                 "org.freedesktop.systemd1.Manager", "JobRemoved",
                                 g_variant_new ("(uoss)", 1, "/org/freedesktop/systemd1/job/1",
                                                unit, result), NULL);
}

static void
on_call (GDBusConnection       *connection,
         const char            *sender,
         const char            *path,
         const char            *interface,
         const char            *method,
         GVariant              *arguments,
         GDBusMethodInvocation *invocation,
         gpointer               user_data)
{
  Fixture *fixture = user_data;

  if (g_str_equal (method, "Subscribe"))
    {
      fixture->n_subscribed++;
      g_dbus_method_invocation_return_value (invocation, NULL);
      return;
    }

  fixture->n_asked++;
  g_clear_pointer (&fixture->asked, g_variant_unref);
  fixture->asked = g_variant_ref (arguments);
  if (fixture->is_refusing)
    {
      g_dbus_method_invocation_return_dbus_error (invocation,
                                                  "org.freedesktop.systemd1.UnitExists", "No.");
      return;
    }

  if (fixture->answer != NULL)
    tell_removed (fixture, UNIT, fixture->answer);
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(o)", "/org/freedesktop/systemd1/job/1"));
}

static void
start_manager (Fixture *fixture)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (manager_xml, NULL);
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GError) error = NULL;

  fixture->manager =
    g_dbus_connection_new_for_address_sync (fixture->house.bus.address,
                                            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                            NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (fixture->manager, "/org/freedesktop/systemd1",
                                     node->interfaces[0], &vtable, fixture, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (fixture->manager, "org.freedesktop.DBus",
                                       "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.systemd1", 0),
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
stop_manager (Fixture *fixture)
{
  g_dbus_connection_close_sync (fixture->manager, NULL, NULL);
  g_clear_object (&fixture->manager);
}

static void
on_changed (HwSystemdScopes *scopes,
            Fixture         *fixture)
{
  fixture->n_changed++;
}

static void
start_scopes (Fixture    *fixture,
              const char *address)
{
  g_autoptr(GAsyncResult) result = NULL;

  fixture->clock = hw_fake_clock_new ();
  fixture->scopes = hw_systemd_scopes_new (HW_CLOCK (fixture->clock), address, SLICE);
  g_signal_connect (fixture->scopes, "changed", G_CALLBACK (on_changed), fixture);
  hw_systemd_scopes_start_async (fixture->scopes, hw_await_result, &result);
  wait_until (result != NULL);
  hw_systemd_scopes_start_finish (fixture->scopes, result);
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  bus_house_set_up (&fixture->house, NULL);
  start_manager (fixture);
  start_scopes (fixture, fixture->house.bus.address);
}

static void
set_up_without_manager (Fixture      *fixture,
                        gconstpointer test_data)
{
  bus_house_set_up (&fixture->house, NULL);
  start_scopes (fixture, fixture->house.bus.address);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_systemd_scopes_stop (fixture->scopes);
  g_signal_handlers_disconnect_by_data (fixture->scopes, fixture);
  drop_object (g_steal_pointer (&fixture->scopes));
  g_clear_object (&fixture->clock);
  if (fixture->manager != NULL)
    stop_manager (fixture);
  g_clear_pointer (&fixture->asked, g_variant_unref);
  bus_house_tear_down (&fixture->house, NULL);
}

static const char *
get_containment (Fixture *fixture)
{
  return hw_enclosure_get_containment (HW_ENCLOSURE (fixture->scopes));
}

static void
begin (Fixture       *fixture,
       GAsyncResult **result)
{
  const HwEnclosureRequest request = {
    .name = "headway-1-7-1",
    .title = "Headway task 7",
    .pid = 4711,
  };

  hw_enclosure_enclose_async (HW_ENCLOSURE (fixture->scopes), &request, hw_await_result, result);
}

static void
assert_fails (Fixture      *fixture,
              GAsyncResult *result,
              const char   *sentence)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (hw_enclosure_enclose_finish (HW_ENCLOSURE (fixture->scopes), result, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, sentence);
}

static GVariant *
get_property (Fixture    *fixture,
              const char *name)
{
  g_autoptr(GVariant) properties = g_variant_get_child_value (fixture->asked, 2);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, properties);
  while (g_variant_iter_next (&iter, "(&sv)", &key, &value))
    {
      if (g_str_equal (key, name))
        return value;
      g_variant_unref (value);
    }

  return NULL;
}

static void
assert_property (Fixture    *fixture,
                 const char *name,
                 const char *expected)
{
  g_autoptr(GVariant) value = get_property (fixture, name);
  g_autofree char *text = value == NULL ? NULL : g_variant_print (value, TRUE);

  g_assert_cmpstr (text, ==, expected);
}

/* Test that a scope is asked for that is ours, holds the process, and goes when it is empty;
 * and that it counts as soon as its job is done, though that is told before the reply.
 */
static void
test_scope (Fixture      *fixture,
            gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  const char *unit;
  const char *mode;

  g_assert_cmpstr (get_containment (fixture), ==, "scope");
  fixture->answer = "done";
  begin (fixture, &result);
  wait_until (result != NULL);

  g_assert_true (hw_enclosure_enclose_finish (HW_ENCLOSURE (fixture->scopes), result, NULL));
  g_assert_cmpuint (fixture->n_subscribed, ==, 1);
  g_variant_get (fixture->asked, "(&s&s@a(sv)@a(sa(sv)))", &unit, &mode, NULL, NULL);
  g_assert_cmpstr (unit, ==, UNIT);
  g_assert_cmpstr (mode, ==, "fail");
  assert_property (fixture, "PIDs", "[uint32 4711]");
  assert_property (fixture, "Delegate", "true");
  assert_property (fixture, "Slice", "'" SLICE "'");
  assert_property (fixture, "Description", "'Headway task 7'");
  assert_property (fixture, "KillMode", "'control-group'");
  assert_property (fixture, "CollectMode", "'inactive-or-failed'");
}

/* Test that the reply alone says nothing: the job has to be done. */
static void
test_waits_for_job (Fixture      *fixture,
                    gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;

  begin (fixture, &result);
  wait_until (fixture->n_asked == 1);
  tell_removed (fixture, "headway-1-7-2.scope", "done");
  hw_await_quiet ();
  g_assert_null (result);

  tell_removed (fixture, UNIT, "done");
  wait_until (result != NULL);
  g_assert_true (hw_enclosure_enclose_finish (HW_ENCLOSURE (fixture->scopes), result, NULL));
}

static void
test_job_fails (Fixture      *fixture,
                gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;

  fixture->answer = "failed";
  begin (fixture, &result);
  wait_until (result != NULL);

  assert_fails (fixture, result, "systemd made no scope for it: failed");
  g_assert_cmpstr (get_containment (fixture), ==, "scope");
}

static void
test_refused (Fixture      *fixture,
              gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  fixture->is_refusing = TRUE;
  begin (fixture, &result);
  wait_until (result != NULL);

  g_assert_false (hw_enclosure_enclose_finish (HW_ENCLOSURE (fixture->scopes), result, &error));
  g_assert_nonnull (strstr (error->message, "UnitExists"));
}

/* Test that a manager that dies keeps nobody waiting, and that one that comes is used. */
static void
test_manager_vanishes (Fixture      *fixture,
                       gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) second = NULL;

  begin (fixture, &result);
  wait_until (fixture->n_asked == 1);
  stop_manager (fixture);
  wait_until (result != NULL);
  g_assert_false (hw_enclosure_enclose_finish (HW_ENCLOSURE (fixture->scopes), result, NULL));
  wait_until (get_containment (fixture) == NULL);

  start_manager (fixture);
  wait_until (get_containment (fixture) != NULL);
  g_assert_cmpuint (fixture->n_changed, ==, 3);
  fixture->answer = "done";
  begin (fixture, &second);
  wait_until (second != NULL);
  g_assert_true (hw_enclosure_enclose_finish (HW_ENCLOSURE (fixture->scopes), second, NULL));
}

/* Test that a slow manager holds nobody up for long, and has a rest then. */
static void
test_manager_is_slow (Fixture      *fixture,
                      gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) second = NULL;

  begin (fixture, &result);
  wait_until (fixture->n_asked == 1);
  hw_fake_clock_advance (fixture->clock, 2 * G_USEC_PER_SEC - 1);
  hw_await_quiet ();
  g_assert_null (result);
  hw_fake_clock_advance (fixture->clock, 1);
  wait_until (result != NULL);
  assert_fails (fixture, result, "systemd does not answer");

  g_assert_null (get_containment (fixture));
  begin (fixture, &second);
  wait_until (second != NULL);
  assert_fails (fixture, second, "systemd is not to be had now");
  g_assert_cmpuint (fixture->n_asked, ==, 1);

  hw_fake_clock_advance (fixture->clock, 60 * G_USEC_PER_SEC);
  g_assert_cmpstr (get_containment (fixture), ==, "scope");
}

static void
test_no_manager (Fixture      *fixture,
                 gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;

  g_assert_null (get_containment (fixture));
  begin (fixture, &result);
  wait_until (result != NULL);
  assert_fails (fixture, result, "systemd is not to be had now");

  start_manager (fixture);
  wait_until (get_containment (fixture) != NULL);
}

/* Test that a bus that dies is done without, and looked for again after a while. */
static void
test_bus_dies (Fixture      *fixture,
               gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;

  begin (fixture, &result);
  wait_until (fixture->n_asked == 1);
  bus_kill (&fixture->house.bus);
  wait_until (result != NULL);
  g_assert_false (hw_enclosure_enclose_finish (HW_ENCLOSURE (fixture->scopes), result, NULL));
  wait_until (get_containment (fixture) == NULL);

  g_free (bus_start (&fixture->house.bus));
  g_clear_object (&fixture->manager);
  start_manager (fixture);
  hw_fake_clock_advance (fixture->clock, 60 * G_USEC_PER_SEC);
  wait_until (get_containment (fixture) != NULL);
}

/* Test that nobody waits for a bus that is not there. */
static void
test_no_bus (void)
{
  Fixture fixture = { 0 };

  start_scopes (&fixture, "unix:path=/does/not/exist");
  g_assert_null (get_containment (&fixture));

  g_signal_handlers_disconnect_by_data (fixture.scopes, &fixture);
  drop_object (g_steal_pointer (&fixture.scopes));
  g_clear_object (&fixture.clock);
}

#define ADD(path, function) \
  g_test_add ("/systemd-scopes/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("scope", test_scope);
  ADD ("waits-for-job", test_waits_for_job);
  ADD ("job-fails", test_job_fails);
  ADD ("refused", test_refused);
  ADD ("manager/vanishes", test_manager_vanishes);
  ADD ("manager/is-slow", test_manager_is_slow);
  ADD ("bus/dies", test_bus_dies);
  g_test_add ("/systemd-scopes/manager/none", Fixture, NULL, set_up_without_manager,
              test_no_manager, tear_down);
  g_test_add_func ("/systemd-scopes/bus/none", test_no_bus);

  return g_test_run ();
}
