/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-house.h"

#define assert_reply(house, method, arguments, expected) \
  G_STMT_START \
  { \
    g_autoptr(GVariant) reply = bus_client_call ((house)->client, method, \
                                                 g_variant_new_parsed arguments); \
    g_autofree char *printed = g_variant_print (reply, FALSE); \
    g_assert_cmpstr (printed, ==, expected); \
  } \
  G_STMT_END

#define assert_fails(house, method, arguments, name, part) \
  assert_bus_error ((house)->client, method, g_variant_new_parsed arguments, name, part)

#define assert_runner_calls(house, expected) \
  G_STMT_START \
  { \
    g_autofree char *calls = hw_fake_runner_take_calls ((house)->house->runner); \
    g_assert_cmpstr (calls, ==, expected); \
  } \
  G_STMT_END

#define assert_property(house, task_id, name, expected) \
  G_STMT_START \
  { \
    g_autoptr(GVariant) value = bus_client_get_property ((house)->client, \
                                                         BUS_PATH "/tasks/" #task_id, \
                                                         TASK_INTERFACE, name); \
    g_autofree char *printed = g_variant_print (value, FALSE); \
    g_assert_cmpstr (printed, ==, expected); \
  } \
  G_STMT_END

/* What a runner does that was asked to. */
static void
set_paused (BusHouse *house,
            guint64   task_id,
            gboolean  is_paused)
{
  hw_run_set_paused (hw_fake_runner_get_run (house->house->runner, task_id), is_paused);
  bus_house_settle (house);
}

/* Asks an object of a task. Returns (transfer full) (nullable): why it does not. */
static char *
ask_object (BusHouse   *house,
            guint64     task_id,
            const char *method)
{
  g_autofree char *path = g_strdup_printf (BUS_PATH "/tasks/%" G_GUINT64_FORMAT, task_id);
  g_autoptr(BusCall) call = bus_client_begin (house->client, path, TASK_INTERFACE, method,
                                              g_variant_new ("(a{sv})", NULL));
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call_end (call, &error);

  g_assert_true ((reply == NULL) == (error != NULL));

  return error != NULL ? g_dbus_error_get_remote_error (error) : NULL;
}

/* Test that both verbs say whom they reached, and fail if that is none. */
static void
test_pause_says_whom_it_reached (BusHouse     *house,
                                 gconstpointer test_data)
{
  for (guint i = 0; i < 4; i++)
    bus_house_submit (house, "noop");
  bus_house_succeed (house, 1);
  assert_runner_calls (house, "start 1/1, start 2/1, start 3/1");

  /* 2 and 3 run, 4 waits; 1 has ended, 99 there is not. */
  assert_reply (house, "Pause", ("([@t 99, 1, 3, 4, 2], @a{sv} {})"), "([3, 2],)");
  assert_reply (house, "Resume", ("([@t 4, 2], @a{sv} {})"), "([2],)");
  assert_runner_calls (house, "pause 3/1, pause 2/1, resume 2/1");

  assert_fails (house, "Pause", ("([@t 99, 1], @a{sv} {})"), "NotFound", "There is no task 99");
  assert_fails (house, "Pause", ("([@t 4, 99], @a{sv} {})"), "WrongState", "Task 4 is Pending");
  assert_fails (house, "Resume", ("([@t 1], @a{sv} {})"), "WrongState", "Task 1 is Completed");
  assert_fails (house, "Pause", ("([@t 2], {'now': <true>})"), "InvalidRequest", "“now”");
  assert_reply (house, "Pause", ("(@at [], @a{sv} {})"), "([],)");
}

/* Test that the object says so while a task stands still, and no longer. */
static void
test_pause_shows_in_the_object (BusHouse     *house,
                                gconstpointer test_data)
{
  bus_house_submit (house, "noop");
  assert_reply (house, "Pause", ("([@t 1], @a{sv} {})"), "([1],)");
  set_paused (house, 1, TRUE);
  assert_property (house, 1, "Activity", "'paused'");
  assert_property (house, 1, "State", "'Processing'");

  assert_reply (house, "Resume", ("([@t 1], @a{sv} {})"), "([1],)");
  set_paused (house, 1, FALSE);
  assert_property (house, 1, "Activity", "''");
}

static void
test_pause_is_a_verb_of_the_object (BusHouse     *house,
                                    gconstpointer test_data)
{
  g_autofree char *none = NULL;
  g_autofree char *none_either = NULL;
  g_autofree char *wrong_state = NULL;

  for (guint i = 0; i < 3; i++)
    bus_house_submit (house, "noop");
  assert_runner_calls (house, "start 1/1, start 2/1");

  none = ask_object (house, 2, "Pause");
  g_assert_null (none);
  none_either = ask_object (house, 2, "Resume");
  g_assert_null (none_either);
  assert_runner_calls (house, "pause 2/1, resume 2/1");

  wrong_state = ask_object (house, 3, "Pause");
  g_assert_cmpstr (wrong_state, ==, BUS_NAME ".Error.WrongState");
}

/* Test that what was asked to end can be killed, and what ends is not paused. */
static void
test_cancel_now_kills (BusHouse     *house,
                       gconstpointer test_data)
{
  bus_house_submit (house, "noop");
  bus_house_submit (house, "noop");
  assert_runner_calls (house, "start 1/1, start 2/1");

  assert_reply (house, "Cancel", ("([@t 1], @a{sv} {})"), "([1],)");
  assert_fails (house, "Pause", ("([@t 1], @a{sv} {})"), "WrongState", "about to end");
  assert_reply (house, "Cancel", ("([@t 1, 2], {'now': <true>})"), "([1, 2],)");
  assert_runner_calls (house, "stop 1/1, kill 1/1, kill 2/1");
  assert_fails (house, "Cancel", ("([@t 1], {'now': <1>})"), "InvalidRequest", "true or false");
}

/* Test that a timeout is kept, shown, and within what the queue allows. */
static void
test_submit_takes_a_timeout (BusHouse     *house,
                             gconstpointer test_data)
{
  g_autoptr(GVariant) answer = NULL;
  g_autoptr(GVariant) task = NULL;
  guint64 timeout = 0;

  assert_reply (house, "Submit", ("('noop', @a{sv} {}, {'timeout': <uint64 90>})"),
                "(1, '/org/headway/Headway1/tasks/1')");
  assert_reply (house, "SubmitMany",
                ("([('noop', @a{sv} {}, {'timeout': <7>}), ('noop', @a{sv} {}, @a{sv} {})],"
                 " @a{sv} {})"), "([2, 3],)");
  bus_house_settle (house);
  assert_property (house, 1, "Timeout", "90");
  assert_property (house, 2, "Timeout", "7");
  assert_property (house, 3, "Timeout", "0");

  answer = bus_client_call (house->client, "GetTask",
                            g_variant_new_parsed ("(@t 1, @a{sv} {})"));
  task = g_variant_get_child_value (answer, 0);
  g_assert_true (g_variant_lookup (task, "timeout", "t", &timeout));
  g_assert_cmpuint (timeout, ==, 90);

  assert_fails (house, "Submit", ("('noop', @a{sv} {}, {'timeout': <-1>})"), "InvalidRequest",
                "“timeout”");
  assert_fails (house, "Submit", ("('noop', @a{sv} {}, {'timeout': <0>})"), "InvalidRequest",
                "“timeout”");
  assert_fails (house, "Submit", ("('noop', @a{sv} {}, {'timeout': <'5m'>})"), "InvalidRequest",
                "a whole number");
  assert_fails (house, "Submit", ("('noop', @a{sv} {}, {'timeout': <2592001>})"), "InvalidRequest",
                "2592000 seconds");
}

/* Test that how a program is held together shows while it runs. */
static void
test_object_says_its_containment (BusHouse     *house,
                                  gconstpointer test_data)
{
  bus_house_submit (house, "noop");
  assert_property (house, 1, "Containment", "''");

  hw_run_set_containment (hw_fake_runner_get_run (house->house->runner, 1), "cgroup");
  bus_house_settle (house);
  assert_property (house, 1, "Containment", "'cgroup'");
}

static void
assert_containment (BusHouse   *house,
                    const char *expected)
{
  g_autoptr(GVariant) value = bus_client_get_property (house->client, BUS_PATH, QUEUE_INTERFACE,
                                                       "Containment");

  g_assert_cmpstr (g_variant_get_string (value, NULL), ==, expected);
}

/* Test that the queue says how programs are held together that begin now. */
static void
test_queue_says_its_containment (BusHouse     *house,
                                 gconstpointer test_data)
{
  assert_containment (house, "");

  hw_task_queue_set_containment (house->house->queue, "scope");
  bus_house_submit (house, "noop");
  hw_fake_clock_advance (house->house->clock, G_USEC_PER_SEC / 4);
  bus_house_settle (house);
  assert_containment (house, "scope");
}

#define ADD(path, test) \
  g_test_add (path, BusHouse, NULL, bus_house_set_up, test, bus_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/dbus-pause/says-whom-it-reached", test_pause_says_whom_it_reached);
  ADD ("/dbus-pause/shows-in-the-object", test_pause_shows_in_the_object);
  ADD ("/dbus-pause/is-a-verb-of-the-object", test_pause_is_a_verb_of_the_object);
  ADD ("/dbus-cancel/now-kills", test_cancel_now_kills);
  ADD ("/dbus-submit/takes-a-timeout", test_submit_takes_a_timeout);
  ADD ("/dbus-properties/containment-of-the-queue", test_queue_says_its_containment);
  ADD ("/dbus-tree/object-says-its-containment", test_object_says_its_containment);

  return g_test_run ();
}
