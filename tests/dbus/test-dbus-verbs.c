/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-house.h"

#include "hw-await.h"

#include <unistd.h>

#define NOOP "('noop', @a{sv} {}, @a{sv} {})"

/* Prints the reply to a call that succeeds, without the types. */
static char *
call (BusHouse   *house,
      const char *method,
      GVariant   *arguments)
{
  g_autoptr(GVariant) reply = bus_client_call (house->client, method, arguments);

  return g_variant_print (reply, FALSE);
}

#define assert_reply(house, method, arguments, expected) \
  G_STMT_START \
  { \
    g_autofree char *reply = call (house, method, g_variant_new_parsed arguments); \
    g_assert_cmpstr (reply, ==, expected); \
  } \
  G_STMT_END

#define assert_fails(house, method, arguments, name, part) \
  assert_bus_error ((house)->client, method, g_variant_new_parsed arguments, name, part)

/* Gets a key of a task, as text without types; %NULL if it is not there. */
static char *
get (BusHouse   *house,
     guint64     task_id,
     const char *key)
{
  g_autoptr(GVariant) reply = bus_client_call (house->client, "GetTask",
                                               g_variant_new_parsed ("(%t, @a{sv} {})", task_id));
  g_autoptr(GVariant) task = g_variant_get_child_value (reply, 0);
  g_autoptr(GVariant) value = g_variant_lookup_value (task, key, NULL);

  return value != NULL ? g_variant_print (value, FALSE) : NULL;
}

#define assert_task_has(house, task_id, key, expected) \
  G_STMT_START \
  { \
    g_autofree char *value = get (house, task_id, key); \
    g_assert_cmpstr (value, ==, expected); \
  } \
  G_STMT_END

static void
fail_task (BusHouse *house,
           guint64   task_id)
{
  hw_fake_runner_finish (house->house->runner, task_id,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "It broke."));
  bus_house_settle (house);
}

static void
test_submit_gives_number_and_path (BusHouse     *house,
                                   gconstpointer test_data)
{
  assert_reply (house, "Submit", (NOOP), "(1, '/org/headway/Headway1/tasks/1')");
  assert_reply (house, "Submit", (NOOP), "(2, '/org/headway/Headway1/tasks/2')");
}

/* Test that what is answered is on disk. */
static void
test_submit_is_written_before_the_reply (BusHouse     *house,
                                         gconstpointer test_data)
{
  g_autoptr(BusCall) submit = NULL;
  g_autoptr(GVariant) reply = NULL;

  hw_memory_store_hold (house->house->store, HW_MEMORY_STORE_HOLD_WRITES);
  submit = bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE, "Submit",
                             g_variant_new_parsed (NOOP));
  wait_until (hw_memory_store_get_n_calls (house->house->store, HW_MEMORY_STORE_COMMIT) == 1);
  bus_client_sync (house->client);
  g_assert_false (bus_call_is_answered (submit));
  assert_bus_story (house->client, "");

  hw_memory_store_release (house->house->store);
  reply = bus_call_end (submit, NULL);
  g_assert_nonnull (reply);
}

static void
test_submit_takes_options (BusHouse     *house,
                           gconstpointer test_data)
{
  g_autofree char *owner = g_strdup_printf ("'uid:%u'", (guint) geteuid ());

  assert_reply (house, "Submit",
                ("('demo', {'steps': <3>}, {'title': <'Walk'>, 'priority': <-5>})"),
                "(1, '/org/headway/Headway1/tasks/1')");

  assert_task_has (house, 1, "title", "'Walk'");
  assert_task_has (house, 1, "priority", "-5");
  assert_task_has (house, 1, "owner", owner);
  assert_task_has (house, 1, "parameters", "{'steps': <int64 3>}");
}

/* Test that whoever is on the bus may run any program, as on the Unix socket. */
static void
test_submit_takes_any_command (BusHouse     *house,
                               gconstpointer test_data)
{
  assert_reply (house, "Submit", ("('command', {'argv': <['sleep', '5']>}, @a{sv} {})"),
                "(1, '/org/headway/Headway1/tasks/1')");
  assert_task_has (house, 1, "parameters", "{'argv': <['sleep', '5']>}");
}

static void
test_submit_refuses_what_is_wrong (BusHouse     *house,
                                   gconstpointer test_data)
{
  assert_fails (house, "Submit", ("('nope', @a{sv} {}, @a{sv} {})"), "UnknownType", "“nope”");
  assert_fails (house, "Submit", ("('demo', {'steps': <'many'>}, @a{sv} {})"),
                "InvalidParameter", "“steps” must be a whole number");
  assert_fails (house, "Submit", ("('noop', @a{sv} {}, {'name': <'x'>})"),
                "InvalidRequest", "“name”");
  assert_fails (house, "Submit", ("('noop', @a{sv} {}, {'priority': <1001>})"),
                "InvalidRequest", "priority");
  g_assert_cmpuint (hw_memory_store_get_head (house->house->store), ==, 0);
}

/* Test that what nobody outside can act on is `Failed`, and says why. */
static void
test_submit_says_that_the_disk_fails (BusHouse     *house,
                                      gconstpointer test_data)
{
  hw_memory_store_fail_next (house->house->store, HW_MEMORY_STORE_COMMIT, 1);

  assert_fails (house, "Submit", (NOOP), "Failed", "could not be written down");
}

static void
test_submit_many_gives_numbers_in_order (BusHouse     *house,
                                         gconstpointer test_data)
{
  assert_reply (house, "SubmitMany",
                ("([('noop', @a{sv} {}, @a{sv} {}), ('demo', {'steps': <3>}, {'title': <'B'>})],"
                 " @a{sv} {})"),
                "([1, 2],)");
  assert_task_has (house, 1, "type", "'noop'");
  assert_task_has (house, 2, "title", "'B'");
}

static void
test_submit_many_is_all_or_nothing (BusHouse     *house,
                                    gconstpointer test_data)
{
  assert_fails (house, "SubmitMany",
                ("([('noop', @a{sv} {}, @a{sv} {}), ('demo', {'steps': <0>}, @a{sv} {})],"
                 " @a{sv} {})"),
                "InvalidParameter", "/1/parameters/steps");
  assert_fails (house, "SubmitMany",
                ("([('noop', @a{sv} {}, @a{sv} {})], {'atomic': <true>})"),
                "InvalidRequest", "“atomic”");
  g_assert_cmpuint (hw_memory_store_get_head (house->house->store), ==, 0);
}

static void
test_submit_many_is_bounded (BusHouse     *house,
                             gconstpointer test_data)
{
  g_auto(GVariantBuilder) tasks = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sa{sv}a{sv})"));

  for (guint i = 0; i < HW_SUBMIT_MAX + 1; i++)
    g_variant_builder_add (&tasks, "(sa{sv}a{sv})", "noop", NULL, NULL);

  assert_bus_error (house->client, "SubmitMany",
                    g_variant_new ("(a(sa{sv}a{sv})a{sv})", &tasks, NULL), "TooLarge",
                    "1001 tasks");
}

/* Test that canceling says which tasks it reached, and fails if that is none. */
static void
test_cancel_says_whom_it_reached (BusHouse     *house,
                                  gconstpointer test_data)
{
  for (guint i = 0; i < 4; i++)
    bus_house_submit (house, "noop");
  bus_house_succeed (house, 1);

  /* 2 and 3 run, 4 waits; 1 has ended, 99 there is not. */
  assert_reply (house, "Cancel", ("([@t 99, 1, 4, 2], @a{sv} {})"), "([4, 2],)");
  assert_task_has (house, 4, "result", "'canceled'");
  assert_task_has (house, 2, "activity", "'stopping'");

  assert_fails (house, "Cancel", ("([@t 99, 1], @a{sv} {})"), "NotFound", "There is no task 99");
  assert_fails (house, "Cancel", ("([@t 1, 99], @a{sv} {})"), "WrongState", "Task 1 has ended");
  assert_fails (house, "Cancel", ("([@t 1], {'grace': <5>})"), "InvalidRequest", "“grace”");
  assert_reply (house, "Cancel", ("(@at [], @a{sv} {})"), "([],)");
}

static void
test_cancel_is_bounded (BusHouse     *house,
                        gconstpointer test_data)
{
  g_autofree guint64 *numbers = g_new0 (guint64, HW_SUBMIT_MAX + 1);
  GVariant *ids = g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, numbers, HW_SUBMIT_MAX + 1,
                                             sizeof (guint64));

  assert_bus_error (house->client, "Cancel", g_variant_new ("(@ata{sv})", ids, NULL), "TooLarge",
                    "1001 numbers");
}

static void
test_retry_takes_what_has_failed (BusHouse     *house,
                                  gconstpointer test_data)
{
  bus_house_submit (house, "noop");
  bus_house_submit (house, "noop");
  fail_task (house, 1);
  bus_house_succeed (house, 2);
  g_free (bus_client_take_story (house->client));

  assert_reply (house, "Retry", ("([@t 1, 2], @a{sv} {})"), "([1],)");
  bus_house_settle (house);
  assert_task_has (house, 1, "attempt", "2");
  assert_task_has (house, 1, "error", NULL);
  assert_fails (house, "Retry", ("([@t 2], @a{sv} {})"), "WrongState", "Task 2");
  assert_fails (house, "Retry", ("([@t 99], @a{sv} {})"), "NotFound", "There is no task 99");
}

/* Test that the reason of the first task counts, even if it is the last to be known: what
 * has ended is looked up, what runs is known at once.
 */
static void
test_retry_fails_for_the_first (BusHouse     *house,
                                gconstpointer test_data)
{
  g_autoptr(BusCall) retry = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GError) error = NULL;

  bus_house_submit (house, "noop");
  bus_house_submit (house, "noop");
  bus_house_succeed (house, 1);

  hw_memory_store_hold (house->house->store, HW_MEMORY_STORE_HOLD_READS);
  retry = bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE, "Retry",
                            g_variant_new_parsed ("([@t 1, 2], @a{sv} {})"));
  bus_house_settle (house);
  hw_memory_store_release (house->house->store);
  reply = bus_call_end (retry, &error);
  g_assert_null (reply);
  g_assert_nonnull (strstr (error->message, "Task 1"));
}

static void
test_get_task_knows_no_other (BusHouse     *house,
                              gconstpointer test_data)
{
  assert_fails (house, "GetTask", ("(@t 1, @a{sv} {})"), "NotFound", "There is no task 1");
  assert_fails (house, "GetTask", ("(@t 0, @a{sv} {})"), "NotFound", "There is no task 0");
  assert_fails (house, "GetTask", ("(@t 1, {'fields': <['state']>})"), "InvalidRequest",
                "“fields”");
}

/* Writes a page of a list: its numbers, what comes next, and the number it is true at. */
static char *
list (BusHouse   *house,
      const char *filter,
      const char *cursor,
      guint       limit)
{
  g_autoptr(GVariant) members = g_variant_parse (G_VARIANT_TYPE_VARDICT, filter, NULL, NULL, NULL);
  g_autoptr(GVariant) reply =
    bus_client_call (house->client, "List",
                     g_variant_new ("(@a{sv}su)", members, cursor, limit));
  g_autoptr(GVariant) tasks = g_variant_get_child_value (reply, 0);
  g_autoptr(GString) text = g_string_new (NULL);
  const char *next;
  guint64 epoch;
  guint64 seq;

  for (gsize i = 0; i < g_variant_n_children (tasks); i++)
    {
      g_autoptr(GVariant) task = g_variant_get_child_value (tasks, i);
      guint64 id = 0;

      g_variant_lookup (task, "id", "t", &id);
      g_string_append_printf (text, "%" G_GUINT64_FORMAT " ", id);
    }

  g_variant_get_child (reply, 1, "&s", &next);
  g_variant_get_child (reply, 2, "t", &epoch);
  g_variant_get_child (reply, 3, "t", &seq);
  g_assert_cmpuint (epoch, ==, hw_task_queue_get_epoch (house->house->queue));
  g_string_append_printf (text, "| %s | %" G_GUINT64_FORMAT, next, seq);

  return g_strdup (text->str);
}

#define assert_list(house, filter, cursor, limit, expected) \
  G_STMT_START \
  { \
    g_autofree char *page = list (house, filter, cursor, limit); \
    g_assert_cmpstr (page, ==, expected); \
  } \
  G_STMT_END

static void
test_list_is_read_in_pages (BusHouse     *house,
                            gconstpointer test_data)
{
  for (guint i = 0; i < 5; i++)
    bus_house_submit (house, i == 0 ? "demo" : "noop");
  bus_house_succeed (house, 1);

  assert_list (house, "{}", "", 0, "5 4 3 2 1 |  | 9");
  assert_list (house, "{}", "", 2, "5 4 | 4 | 9");
  assert_list (house, "{}", "4", 2, "3 2 | 2 | 9");
  assert_list (house, "{}", "2", 2, "1 |  | 9");
  assert_list (house, "{'state': <'Completed'>}", "", 0, "1 |  | 9");
  assert_list (house, "{'live': <true>}", "", 0, "5 4 3 2 |  | 9");
  assert_list (house, "{'type': <'demo'>}", "", 0, "1 |  | 9");
  assert_fails (house, "List", ("({'stat': <'x'>}, '', @u 0)"), "InvalidRequest", "“stat”");
  assert_fails (house, "List", ("(@a{sv} {}, 'x', @u 0)"), "InvalidRequest", "cursor");
  assert_fails (house, "List", ("(@a{sv} {}, '', @u 501)"), "TooLarge", "500 rows");
}

/* Test that a page ends early when its rows are large, and the next one goes on there. */
static void
test_list_is_bounded_in_bytes (BusHouse     *house,
                               gconstpointer test_data)
{
  g_auto(GVariantBuilder) argv = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_autofree char *text = g_strnfill (1000, 'x');
  g_autoptr(GVariant) arguments = NULL;
  g_autoptr(GVariant) first = NULL;
  const char *next;

  for (guint i = 0; i < 120; i++)
    g_variant_builder_add (&argv, "s", text);
  arguments = g_variant_ref_sink (g_variant_new_parsed ("('command', {'argv': <%*>}, @a{sv} {})",
                                                        g_variant_builder_end (&argv)));
  for (guint i = 0; i < 60; i++)
    g_variant_unref (bus_client_call (house->client, "Submit", arguments));

  first = bus_client_call (house->client, "List", g_variant_new_parsed ("(@a{sv} {}, '', @u 500)"));
  g_assert_cmpuint (g_variant_get_size (first), <, 5 * 1024 * 1024);
  g_assert_cmpuint (g_variant_get_size (first), >, 3 * 1024 * 1024);
  g_variant_get_child (first, 1, "&s", &next);
  g_assert_cmpstr (next, !=, "");
  assert_list (house, "{}", "3", 500, "2 1 |  | 62");
}

static void
test_wait_answers_at_the_end (BusHouse     *house,
                              gconstpointer test_data)
{
  g_autoptr(BusCall) wait = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GVariant) task = NULL;
  const char *state;

  bus_house_submit (house, "noop");
  wait = bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE, "Wait",
                           g_variant_new_parsed ("(@t 1, @a{sv} {})"));
  bus_house_settle (house);
  g_assert_false (bus_call_is_answered (wait));

  hw_fake_runner_succeed (house->house->runner, 1);
  reply = bus_call_end (wait, NULL);
  task = g_variant_get_child_value (reply, 0);
  g_variant_lookup (task, "state", "&s", &state);
  g_assert_cmpstr (state, ==, "Completed");
}

static void
test_wait_answers_at_once_after_the_end (BusHouse     *house,
                                         gconstpointer test_data)
{
  g_autoptr(GVariant) reply = NULL;

  bus_house_submit (house, "noop");
  fail_task (house, 1);

  reply = bus_client_call (house->client, "Wait", g_variant_new_parsed ("(@t 1, @a{sv} {})"));
  g_assert_nonnull (reply);
  assert_fails (house, "Wait", ("(@t 0, @a{sv} {})"), "NotFound", "There is no task 0");
  assert_fails (house, "Wait", ("(@t 9, @a{sv} {})"), "NotFound", "There is no task 9");
  assert_fails (house, "Wait", ("(@t 1, {'timeout': <5>})"), "InvalidRequest", "“timeout”");
}

/* Test that one caller may wait only so often at once, and another one still may. */
static void
test_wait_is_bounded (BusHouse     *house,
                      gconstpointer test_data)
{
  g_autoptr(GPtrArray) waits = g_ptr_array_new_with_free_func ((GDestroyNotify) bus_call_free);
  g_autoptr(BusClient) other = bus_client_new (house->bus.address);
  g_autoptr(BusCall) other_wait = NULL;
  g_autoptr(GVariant) other_reply = NULL;
  g_autoptr(GVariant) next_reply = NULL;

  bus_house_submit (house, "noop");
  for (guint i = 0; i < HW_DBUS_WAITS_MAX; i++)
    g_ptr_array_add (waits,
                     bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE, "Wait",
                                       g_variant_new_parsed ("(@t 1, @a{sv} {})")));
  bus_house_settle (house);
  assert_fails (house, "Wait", ("(@t 1, @a{sv} {})"), "TooLarge", "64 tasks");

  other_wait = bus_client_begin (other, BUS_PATH, QUEUE_INTERFACE, "Wait",
                                 g_variant_new_parsed ("(@t 1, @a{sv} {})"));
  hw_fake_runner_succeed (house->house->runner, 1);
  other_reply = bus_call_end (other_wait, NULL);
  g_assert_nonnull (other_reply);
  for (guint i = 0; i < waits->len; i++)
    {
      g_autoptr(GVariant) reply = bus_call_end (g_ptr_array_index (waits, i), NULL);

      g_assert_nonnull (reply);
    }

  /* Whoever waits no more may wait again. */
  next_reply = bus_client_call (house->client, "Wait",
                                g_variant_new_parsed ("(@t 1, @a{sv} {})"));
  g_assert_nonnull (next_reply);
}

/* Test that nobody is waited for who has left the bus. */
static void
test_wait_ends_with_the_caller (BusHouse     *house,
                                gconstpointer test_data)
{
  HwDBusVerbs *verbs = hw_dbus_service_get_verbs (house->service);
  BusClient *other = bus_client_new (house->bus.address);
  BusCall *wait;

  bus_house_submit (house, "noop");
  wait = bus_client_begin (other, BUS_PATH, QUEUE_INTERFACE, "Wait",
                           g_variant_new_parsed ("(@t 1, @a{sv} {})"));
  wait_until (hw_dbus_verbs_get_n_callers (verbs) == 1);

  bus_client_free (g_steal_pointer (&other));
  wait_until (hw_dbus_verbs_get_n_callers (verbs) == 0);
  wait_until (bus_call_is_answered (wait));
  bus_call_free (wait);
}

static char *
make_link (guint64  task_id,
           gpointer user_data)
{
  return g_strdup_printf ("http://127.0.0.1:5031/tasks/%" G_GUINT64_FORMAT, task_id);
}

static void
test_link_is_the_page_of_the_task (BusHouse     *house,
                                   gconstpointer test_data)
{
  assert_fails (house, "GetLink", ("(@t 0, @a{sv} {})"), "Failed", "no web page");

  hw_dbus_service_set_link (house->service, make_link, NULL);
  assert_reply (house, "GetLink", ("(@t 42, @a{sv} {})"),
                "('http://127.0.0.1:5031/tasks/42',)");
  assert_fails (house, "GetLink", ("(@t 0, {'raw': <true>})"), "InvalidRequest", "“raw”");
}

static void
assert_property (BusHouse   *house,
                 const char *name,
                 const char *expected)
{
  g_autoptr(GVariant) value = bus_client_get_property (house->client, BUS_PATH, QUEUE_INTERFACE,
                                                       name);
  g_autofree char *text = g_variant_print (value, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

/* Test that the counts follow, four times a second at most. */
static void
test_properties_of_the_queue (BusHouse     *house,
                              gconstpointer test_data)
{
  assert_property (house, "Version", "'" HW_VERSION "'");
  assert_property (house, "HttpUri", "'http://127.0.0.1:5031/'");
  assert_property (house, "NPending", "0");

  for (guint i = 0; i < 5; i++)
    bus_house_submit (house, "noop");
  hw_fake_clock_advance (house->house->clock, G_USEC_PER_SEC / 4);
  bus_house_settle (house);
  assert_property (house, "NPending", "3");
  assert_property (house, "NProcessing", "2");

  /* Once for the first task, and once for all that came after. */
  g_assert_cmpuint (bus_client_count (house->client, "PropertiesChanged"), <=, 2 + 2);
}

#define ADD(path, test) \
  g_test_add (path, BusHouse, NULL, bus_house_set_up, test, bus_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/dbus-submit/gives-number-and-path", test_submit_gives_number_and_path);
  ADD ("/dbus-submit/is-written-before-the-reply", test_submit_is_written_before_the_reply);
  ADD ("/dbus-submit/takes-options", test_submit_takes_options);
  ADD ("/dbus-submit/takes-any-command", test_submit_takes_any_command);
  ADD ("/dbus-submit/refuses-what-is-wrong", test_submit_refuses_what_is_wrong);
  ADD ("/dbus-submit/says-that-the-disk-fails", test_submit_says_that_the_disk_fails);
  ADD ("/dbus-submit-many/gives-numbers-in-order", test_submit_many_gives_numbers_in_order);
  ADD ("/dbus-submit-many/is-all-or-nothing", test_submit_many_is_all_or_nothing);
  ADD ("/dbus-submit-many/is-bounded", test_submit_many_is_bounded);
  ADD ("/dbus-cancel/says-whom-it-reached", test_cancel_says_whom_it_reached);
  ADD ("/dbus-cancel/is-bounded", test_cancel_is_bounded);
  ADD ("/dbus-retry/takes-what-has-failed", test_retry_takes_what_has_failed);
  ADD ("/dbus-retry/fails-for-the-first", test_retry_fails_for_the_first);
  ADD ("/dbus-get-task/knows-no-other", test_get_task_knows_no_other);
  ADD ("/dbus-list/is-read-in-pages", test_list_is_read_in_pages);
  ADD ("/dbus-list/is-bounded-in-bytes", test_list_is_bounded_in_bytes);
  ADD ("/dbus-wait/answers-at-the-end", test_wait_answers_at_the_end);
  ADD ("/dbus-wait/answers-at-once-after-the-end", test_wait_answers_at_once_after_the_end);
  ADD ("/dbus-wait/is-bounded", test_wait_is_bounded);
  ADD ("/dbus-wait/ends-with-the-caller", test_wait_ends_with_the_caller);
  ADD ("/dbus-link/is-the-page-of-the-task", test_link_is_the_page_of_the_task);
  ADD ("/dbus-properties/of-the-queue", test_properties_of_the_queue);

  return g_test_run ();
}
