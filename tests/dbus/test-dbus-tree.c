/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-house.h"

#include "hw-await.h"
#include "hw-dbus-dict.h"
#include "hw-dbus-ended.h"
#include "hw-dbus-task-view.h"
#include "hw-dbus-tree.h"
#include "tests/support/parsed-fields.h"

/* The objects of a message on the bus are far below what would have it throw the daemon
 * off: 64 MiB.
 */
#define MANAGED_OBJECTS_MAX (8 * 1024 * 1024)

/* Gets the objects that there are on the bus. */
static GVariant *
get_objects (BusHouse *house)
{
  g_autoptr(BusCall) call = bus_client_begin (house->client, BUS_PATH,
                                              "org.freedesktop.DBus.ObjectManager",
                                              "GetManagedObjects", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call_end (call, &error);

  g_assert_no_error (error);

  return g_variant_get_child_value (reply, 0);
}

static guint
count_objects (BusHouse *house)
{
  g_autoptr(GVariant) objects = get_objects (house);

  return (guint) g_variant_n_children (objects);
}

static void
assert_property (BusHouse   *house,
                 guint64     task_id,
                 const char *name,
                 const char *expected)
{
  g_autofree char *path = g_strdup_printf (BUS_PATH "/tasks/%" G_GUINT64_FORMAT, task_id);
  g_autoptr(GVariant) value = bus_client_get_property (house->client, path, TASK_INTERFACE, name);
  g_autofree char *text = value != NULL ? g_variant_print (value, FALSE) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static void
test_object_shows_the_task (BusHouse     *house,
                            gconstpointer test_data)
{
  bus_house_submit (house, "noop");

  assert_property (house, 1, "Id", "1");
  assert_property (house, 1, "Type", "'noop'");
  assert_property (house, 1, "Title", "'Nothing'");
  assert_property (house, 1, "State", "'Processing'");
  assert_property (house, 1, "Result", "''");
  assert_property (house, 1, "ProgressValid", "false");
  assert_property (house, 1, "Attempt", "1");
  assert_property (house, 1, "EndedAt", "0");

  bus_house_succeed (house, 1);
  assert_property (house, 1, "State", "'Completed'");
  assert_property (house, 1, "Result", "'success'");
}

/* Test that how far a task is, is told by its object, and by no event. */
static void
test_object_follows_progress (BusHouse     *house,
                              gconstpointer test_data)
{
  HwRun *run;

  bus_house_submit (house, "noop");
  g_free (bus_client_take_story (house->client));
  run = hw_fake_runner_get_run (house->house->runner, 1);
  hw_run_set_progress (run, 1, 4, "parts");
  bus_house_settle (house);

  assert_property (house, 1, "Progress", "0.25");
  assert_property (house, 1, "ProgressValid", "true");
  assert_bus_story (house->client, "object 1 …\nreply\nreply\n");
}

/* Test that however often a task says how far it is, the bus hears it ten times a second. */
static void
test_object_follows_progress_ten_times_a_second (BusHouse     *house,
                                                 gconstpointer test_data)
{
  HwRun *run;

  bus_house_submit (house, "noop");
  g_free (bus_client_take_story (house->client));
  run = hw_fake_runner_get_run (house->house->runner, 1);
  for (guint i = 0; i < 100; i++)
    {
      hw_run_set_progress (run, i, 100, "parts");
      hw_test_house_advance (house->house, G_USEC_PER_SEC / 100);
      bus_house_settle (house);
    }

  g_assert_cmpuint (bus_client_count (house->client, "PropertiesChanged"), >=, 5);
  g_assert_cmpuint (bus_client_count (house->client, "PropertiesChanged"), <=, 10 + 1 + 4);
}

/* Test that a task that waits again shows nothing of its last attempt. */
static void
test_object_of_a_retry_begins_again (BusHouse     *house,
                                     gconstpointer test_data)
{
  g_autoptr(BusCall) retry = NULL;
  g_autoptr(GVariant) reply = NULL;

  bus_house_submit (house, "noop");
  hw_run_set_progress (hw_fake_runner_get_run (house->house->runner, 1), 1, 4, "parts");
  bus_house_settle (house);
  hw_fake_runner_finish (house->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "It broke."));
  bus_house_settle (house);
  assert_property (house, 1, "Error", "'It broke.'");

  retry = bus_client_begin (house->client, BUS_PATH "/tasks/1", TASK_INTERFACE, "Retry",
                            g_variant_new ("(a{sv})", NULL));
  reply = bus_call_end (retry, NULL);
  g_assert_nonnull (reply);
  bus_house_settle (house);
  assert_property (house, 1, "State", "'Processing'");
  assert_property (house, 1, "Error", "''");
  assert_property (house, 1, "ProgressValid", "false");
  assert_property (house, 1, "Attempt", "2");
}

/* Test that the verbs of an object are those of the queue. */
static void
test_object_has_verbs (BusHouse     *house,
                       gconstpointer test_data)
{
  g_autoptr(BusCall) wait = NULL;
  g_autoptr(BusCall) cancel = NULL;
  g_autoptr(BusCall) again = NULL;
  g_autoptr(GVariant) wait_reply = NULL;
  g_autoptr(GVariant) cancel_reply = NULL;
  g_autoptr(GVariant) again_reply = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    bus_house_submit (house, "noop");
  wait = bus_client_begin (house->client, BUS_PATH "/tasks/3", TASK_INTERFACE, "Wait",
                           g_variant_new ("(a{sv})", NULL));
  cancel = bus_client_begin (house->client, BUS_PATH "/tasks/3", TASK_INTERFACE, "Cancel",
                             g_variant_new ("(a{sv})", NULL));

  cancel_reply = bus_call_end (cancel, &error);
  g_assert_no_error (error);
  wait_reply = bus_call_end (wait, &error);
  g_assert_no_error (error);
  bus_house_settle (house);
  assert_property (house, 3, "Result", "'canceled'");

  again = bus_client_begin (house->client, BUS_PATH "/tasks/3", TASK_INTERFACE, "Cancel",
                            g_variant_new ("(a{sv})", NULL));
  again_reply = bus_call_end (again, &error);
  g_assert_null (again_reply);
  g_assert_nonnull (strstr (error->message, "Error.WrongState"));
}

/* Test that what a task was busy with ends with it. */
static void
test_object_is_busy_until_the_end (BusHouse     *house,
                                   gconstpointer test_data)
{
  bus_house_submit (house, "noop");
  g_variant_unref (bus_client_call (house->client, "Cancel",
                                    g_variant_new_parsed ("([@t 1], @a{sv} {})")));
  bus_house_settle (house);
  assert_property (house, 1, "Activity", "'stopping'");

  hw_fake_runner_finish (house->house->runner, 1, hw_outcome_new (HW_RESULT_CANCELED));
  bus_house_settle (house);
  assert_property (house, 1, "State", "'Failed'");
  assert_property (house, 1, "Activity", "''");
}

/* Test that how far an attempt was that is over does not show in the next one. */
static void
test_object_drops_a_late_level (BusHouse     *house,
                                gconstpointer test_data)
{
  const HwEventOrigin first = { .task_id = 1, .attempt = 1 };
  const HwEventOrigin second = { .task_id = 1, .attempt = 2 };
  g_autoptr(HwEvent) late = hw_event_new_progress (&first, 2,
                                                   parsed_fields ("{'progress': <0.9>}"));
  g_autoptr(HwEvent) right = hw_event_new_progress (&second, 1,
                                                    parsed_fields ("{'progress': <0.1>}"));
  g_autoptr(HwTask) task = hw_task_new (1, 5,
                                        parsed_fields ("{'state': <'Processing'>,"
                                                       " 'attempt': <@u 2>}"));
  g_autoptr(HwDBusTaskView) view = hw_dbus_task_view_new (
    hw_dbus_service_get_verbs (house->service), task);

  hw_dbus_task_view_apply (view, right);
  hw_dbus_task_view_apply (view, late);
  hw_dbus_task_view_publish (view);

  g_assert_cmpfloat_with_epsilon (hw_dbus_task_get_progress (HW_DBUS_TASK (view)), 0.1, 0.001);
}

static void
test_object_cuts_long_texts (BusHouse     *house,
                             gconstpointer test_data)
{
  g_autofree char *sentence = g_strnfill (100000, 'x');
  g_autoptr(GVariant) value = NULL;

  bus_house_submit (house, "noop");
  hw_fake_runner_finish (house->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "%s", sentence));
  bus_house_settle (house);

  value = bus_client_get_property (house->client, BUS_PATH "/tasks/1", TASK_INTERFACE, "Error");
  g_assert_cmpuint (strlen (g_variant_get_string (value, NULL)), <=, HW_DBUS_TEXT_MAX);
}

/* Test that there are no more objects than there is room for, and that the answer with all
 * of them is far from what the bus bears, with the longest texts there are.
 */
static void
test_tree_is_bounded (BusHouse     *house,
                      gconstpointer test_data)
{
  g_autofree char *title = g_strnfill (200, 'x');
  g_autoptr(GVariant) objects = NULL;

  for (guint n = 0; n < 3; n++)
    {
      g_auto(GVariantBuilder) tasks = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sa{sv}a{sv})"));

      for (guint i = 0; i < HW_SUBMIT_MAX; i++)
        g_variant_builder_add_parsed (&tasks, "('noop', @a{sv} {}, {'title': <%s>})", title);
      g_variant_unref (bus_client_call (house->client, "SubmitMany",
                                        g_variant_new ("(a(sa{sv}a{sv})a{sv})", &tasks, NULL)));
    }
  bus_house_settle (house);

  objects = get_objects (house);
  g_test_message ("GetManagedObjects: %" G_GSIZE_FORMAT " objects, %" G_GSIZE_FORMAT " bytes",
                  g_variant_n_children (objects), g_variant_get_size (objects));
  g_assert_cmpuint (g_variant_n_children (objects), ==, HW_DBUS_OBJECTS_MAX);
  g_assert_cmpuint (g_variant_get_size (objects), <, MANAGED_OBJECTS_MAX);
}

/* Test that a task which begins has an object, even if a task that waits must go. */
static void
test_tree_has_every_task_that_runs (BusHouse     *house,
                                    gconstpointer test_data)
{
  guint64 last = HW_DBUS_OBJECTS_MAX + 1;

  hw_test_house_add_many (house->house, HW_DBUS_OBJECTS_MAX);
  bus_house_settle (house);
  hw_test_house_submit_with_priority (house->house, "noop", 10);
  bus_house_settle (house);
  assert_property (house, last, "State", NULL);

  bus_house_succeed (house, 1);
  assert_property (house, last, "State", "'Processing'");
  g_assert_cmpuint (count_objects (house), ==, HW_DBUS_OBJECTS_MAX + 1);
}

/* Test that what is found out about a task is no older than what was heard of it. */
static void
test_tree_finds_what_is_so (BusHouse     *house,
                            gconstpointer test_data)
{
  for (guint i = 0; i < 3; i++)
    bus_house_submit (house, "noop");
  hw_fake_runner_finish (house->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "It broke."));
  bus_house_settle (house);
  hw_fake_clock_advance (house->house->clock, HW_DBUS_ENDED_OBJECT_TIME);
  bus_house_settle (house);
  assert_property (house, 1, "State", NULL);

  hw_test_house_change_state (house->house, 1, HW_TASK_STATE_FAILED, HW_TASK_STATE_PENDING);
  bus_house_settle (house);
  assert_property (house, 1, "State", "'Pending'");

  hw_test_house_change_state (house->house, 1, HW_TASK_STATE_PENDING, HW_TASK_STATE_FAILED);
  bus_house_settle (house);
  hw_fake_clock_advance (house->house->clock, HW_DBUS_ENDED_OBJECT_TIME);
  bus_house_settle (house);

  /* It is asked for when it waits, and ends before the answer is there. */
  hw_memory_store_hold (house->house->store, HW_MEMORY_STORE_HOLD_READS);
  hw_test_house_change_state (house->house, 1, HW_TASK_STATE_FAILED, HW_TASK_STATE_PENDING);
  hw_await_quiet ();
  hw_test_house_change_state (house->house, 1, HW_TASK_STATE_PENDING, HW_TASK_STATE_FAILED);
  hw_await_quiet ();
  hw_memory_store_release (house->house->store);
  bus_house_settle (house);
  assert_property (house, 1, "State", NULL);
}

/* Test that a task that has ended stays for a while, and no longer. */
static void
test_tree_keeps_ended_tasks_for_a_minute (BusHouse     *house,
                                          gconstpointer test_data)
{
  bus_house_submit (house, "noop");
  bus_house_succeed (house, 1);
  g_free (bus_client_take_story (house->client));

  hw_fake_clock_advance (house->house->clock, HW_DBUS_ENDED_OBJECT_TIME - 1);
  bus_house_settle (house);
  assert_property (house, 1, "State", "'Completed'");
  g_assert_cmpuint (bus_client_count (house->client, "InterfacesRemoved"), ==, 0);

  hw_fake_clock_advance (house->house->clock, 1);
  bus_house_settle (house);
  assert_property (house, 1, "State", NULL);
  g_assert_cmpuint (bus_client_count (house->client, "InterfacesRemoved"), ==, 1);
}

/* Test that a task that lives again does not go when its end was a minute ago. */
static void
test_tree_keeps_a_task_that_lives_again (BusHouse     *house,
                                         gconstpointer test_data)
{
  bus_house_submit (house, "noop");
  hw_fake_runner_finish (house->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "It broke."));
  bus_house_settle (house);
  g_variant_unref (bus_client_call (house->client, "Retry",
                                    g_variant_new_parsed ("([@t 1], @a{sv} {})")));
  bus_house_settle (house);

  hw_fake_clock_advance (house->house->clock, 2 * HW_DBUS_ENDED_OBJECT_TIME);
  bus_house_settle (house);
  assert_property (house, 1, "State", "'Processing'");
}

static void
test_tree_keeps_the_newest_ended_tasks (BusHouse     *house,
                                        gconstpointer test_data)
{
  guint n_tasks = HW_DBUS_ENDED_OBJECTS_MAX + 10;

  hw_test_house_add_many (house->house, n_tasks);
  bus_house_settle (house);
  for (guint64 i = 1; i <= n_tasks; i++)
    bus_house_succeed (house, i);

  g_assert_cmpuint (count_objects (house), ==, HW_DBUS_ENDED_OBJECTS_MAX);
  assert_property (house, 10, "State", NULL);
  assert_property (house, 11, "State", "'Completed'");
}

/* Test that a task whose end is told last of all tells it before its object goes. */
static void
test_tree_tells_the_end_before_it_goes (BusHouse     *house,
                                        gconstpointer test_data)
{
  g_autofree char *story = NULL;
  const char *completed;
  const char *gone;

  bus_house_submit (house, "noop");
  bus_house_succeed (house, 1);
  hw_fake_clock_advance (house->house->clock, HW_DBUS_ENDED_OBJECT_TIME);
  bus_house_settle (house);

  story = bus_client_take_story (house->client);
  completed = strstr (story, "object 1 Completed\nTaskStateChanged 3 1 Completed\n");
  gone = strstr (story, "no object 1\n");
  g_assert_nonnull (completed);
  g_assert_nonnull (gone);
  g_assert_true (completed < gone);
}

/* Test that whoever comes first finds the objects of tasks that were there before. */
static void
test_tree_is_there_from_the_start (BusHouse     *house,
                                   gconstpointer test_data)
{
  g_autoptr(HwDBusService) service = NULL;

  hw_dbus_service_stop (house->service);
  drop_object (g_steal_pointer (&house->service));
  hw_test_house_add_many (house->house, 5);
  hw_await_quiet ();

  house->service = hw_dbus_service_new (house->house->queue, house->bus.address, NULL);
  hw_dbus_service_start_async (house->service, NULL, NULL);
  wait_until (hw_dbus_service_has_name (house->service));
  g_assert_cmpuint (count_objects (house), ==, 5);
  g_assert_cmpuint (bus_client_count (house->client, "InterfacesAdded"), ==, 0);
}

/* Test that without a bus the objects of tasks that have ended do not pile up. */
static void
test_tree_is_bounded_without_a_bus (BusHouse     *house,
                                    gconstpointer test_data)
{
  guint n_tasks = HW_DBUS_ENDED_OBJECTS_MAX + 50;

  hw_test_house_add_many (house->house, n_tasks);
  hw_await_quiet ();
  for (guint64 i = 1; i <= n_tasks; i++)
    hw_test_house_succeed (house->house, i);

  g_assert_cmpuint (hw_dbus_tree_get_n_objects (hw_dbus_service_get_tree (house->service)), ==,
                    HW_DBUS_ENDED_OBJECTS_MAX);
  hw_fake_clock_advance (house->house->clock, HW_DBUS_ENDED_OBJECT_TIME);
  g_assert_cmpuint (hw_dbus_tree_get_n_objects (hw_dbus_service_get_tree (house->service)), ==, 0);
}

#define ADD(path, test) \
  g_test_add (path, BusHouse, NULL, bus_house_set_up, test, bus_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/dbus-object/shows-the-task", test_object_shows_the_task);
  ADD ("/dbus-object/follows-progress", test_object_follows_progress);
  ADD ("/dbus-object/follows-progress-ten-times-a-second",
       test_object_follows_progress_ten_times_a_second);
  ADD ("/dbus-object/of-a-retry-begins-again", test_object_of_a_retry_begins_again);
  ADD ("/dbus-object/has-verbs", test_object_has_verbs);
  ADD ("/dbus-object/is-busy-until-the-end", test_object_is_busy_until_the_end);
  ADD ("/dbus-object/drops-a-late-level", test_object_drops_a_late_level);
  ADD ("/dbus-object/cuts-long-texts", test_object_cuts_long_texts);
  ADD ("/dbus-tree/is-bounded", test_tree_is_bounded);
  ADD ("/dbus-tree/has-every-task-that-runs", test_tree_has_every_task_that_runs);
  ADD ("/dbus-tree/finds-what-is-so", test_tree_finds_what_is_so);
  ADD ("/dbus-tree/keeps-ended-tasks-for-a-minute", test_tree_keeps_ended_tasks_for_a_minute);
  ADD ("/dbus-tree/keeps-a-task-that-lives-again", test_tree_keeps_a_task_that_lives_again);
  ADD ("/dbus-tree/keeps-the-newest-ended-tasks", test_tree_keeps_the_newest_ended_tasks);
  ADD ("/dbus-tree/tells-the-end-before-it-goes", test_tree_tells_the_end_before_it_goes);
  ADD ("/dbus-tree/is-there-from-the-start", test_tree_is_there_from_the_start);
  g_test_add ("/dbus-tree/is-bounded-without-a-bus", BusHouse, NULL, bus_house_set_up_without_bus,
              test_tree_is_bounded_without_a_bus, bus_house_tear_down);

  return g_test_run ();
}
