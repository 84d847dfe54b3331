/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-house.h"

#include "hw-await.h"

/* Writes a page of events: `KIND SEQ TASK` each, what comes next at the end. */
static char *
get_events (BusHouse   *house,
            guint64     epoch,
            guint64     after,
            guint       max,
            const char *options)
{
  g_autoptr(GVariant) dict = g_variant_parse (G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);
  g_autoptr(GVariant) reply =
    bus_client_call (house->client, "GetEvents",
                     g_variant_new ("(ttu@a{sv})", epoch, after, max, dict));
  g_autoptr(GVariant) events = g_variant_get_child_value (reply, 0);
  g_autoptr(GString) text = g_string_new (NULL);
  guint64 next_epoch;
  guint64 next_seq;

  for (gsize i = 0; i < g_variant_n_children (events); i++)
    {
      g_autoptr(GVariant) event = g_variant_get_child_value (events, i);
      g_autoptr(GVariant) tasks = g_variant_lookup_value (event, "tasks", NULL);
      const char *kind = "?";
      gboolean is_reset = FALSE;
      guint64 seq = 0;
      guint64 task = 0;

      g_variant_lookup (event, "kind", "&s", &kind);
      g_variant_lookup (event, "seq", "t", &seq);
      g_variant_lookup (event, "task", "t", &task);
      g_variant_lookup (event, "reset", "b", &is_reset);
      g_string_append_printf (text, "%s %" G_GUINT64_FORMAT, kind, seq);
      if (tasks != NULL)
        g_string_append_printf (text, " of %" G_GSIZE_FORMAT "%s", g_variant_n_children (tasks),
                                is_reset ? " reset" : "");
      if (task != 0)
        g_string_append_printf (text, " %" G_GUINT64_FORMAT, task);
      g_string_append (text, ", ");
    }

  g_variant_get_child (reply, 1, "t", &next_epoch);
  g_variant_get_child (reply, 2, "t", &next_seq);
  g_assert_cmpuint (next_epoch, ==, hw_task_queue_get_epoch (house->house->queue));
  g_string_append_printf (text, "next %" G_GUINT64_FORMAT, next_seq);

  return g_strdup (text->str);
}

#define assert_events(house, epoch, after, max, options, expected) \
  G_STMT_START \
  { \
    g_autofree char *page = get_events (house, epoch, after, max, options); \
    g_assert_cmpstr (page, ==, expected); \
  } \
  G_STMT_END

/* Adds two tasks, of which the first has ended: events 1 to 5. */
static void
set_up (BusHouse     *house,
        gconstpointer test_data)
{
  bus_house_set_up (house, test_data);
  bus_house_submit (house, "demo");
  bus_house_submit (house, "noop");
  bus_house_succeed (house, 1);
}

static guint64
get_epoch (BusHouse *house)
{
  return hw_task_queue_get_epoch (house->house->queue);
}

static void
test_events_of_a_task_from_its_beginning (BusHouse     *house,
                                          gconstpointer test_data)
{
  assert_events (house, 0, 0, 0, "{'task': <1>}", "added 1 1, state 2 1, state 5 1, next 5");
}

static void
test_events_of_all_begin_with_a_snapshot (BusHouse     *house,
                                          gconstpointer test_data)
{
  assert_events (house, 0, 0, 0, "{}", "snapshot 5 of 1, next 5");
}

static void
test_events_go_on_after_a_pair (BusHouse     *house,
                                gconstpointer test_data)
{
  guint64 epoch = get_epoch (house);

  assert_events (house, epoch, 2, 0, "{}", "added 3 2, state 4 2, state 5 1, next 5");
  assert_events (house, epoch, 0, 0, "{'type': <'noop'>}", "added 3 2, state 4 2, next 5");
  assert_events (house, epoch, 0, 0, "{'owner': <'nobody'>}", "heartbeat 5, next 5");
  assert_events (house, epoch, 5, 0, "{}", "heartbeat 5, next 5");
}

static void
test_events_are_read_in_pages (BusHouse     *house,
                               gconstpointer test_data)
{
  guint64 epoch = get_epoch (house);

  assert_events (house, epoch, 0, 2, "{}", "added 1 1, state 2 1, next 2");
  assert_events (house, epoch, 2, 2, "{}", "added 3 2, state 4 2, next 4");
  assert_events (house, epoch, 4, 2, "{}", "state 5 1, next 5");
}

/* Test that there is never a silent gap. */
static void
test_events_after_a_pair_of_nowhere_begin_anew (BusHouse     *house,
                                                gconstpointer test_data)
{
  assert_events (house, 12345, 3, 0, "{}", "snapshot 5 of 1 reset, next 5");
  assert_events (house, get_epoch (house), 99, 0, "{}", "snapshot 5 of 1 reset, next 5");
  assert_events (house, 12345, 3, 0, "{'task': <2>}", "snapshot 5 of 1 reset, next 5");
}

static void
test_events_refuse_what_is_wrong (BusHouse     *house,
                                  gconstpointer test_data)
{
  assert_bus_error (house->client, "GetEvents",
                    g_variant_new_parsed ("(@t 0, @t 0, @u 0, {'task': <99>})"),
                    "NotFound", "There is no task 99");
  assert_bus_error (house->client, "GetEvents",
                    g_variant_new_parsed ("(@t 0, @t 0, @u 0, {'kind': <'state'>})"),
                    "InvalidRequest", "“kind”");
  assert_bus_error (house->client, "GetEvents",
                    g_variant_new_parsed ("(@t 0, @t 0, @u 501, @a{sv} {})"),
                    "TooLarge", "500 rows");
}

/* Test that what large tasks were added with comes in several pages, and all of it. */
static void
test_events_are_bounded_in_bytes (BusHouse     *house,
                                  gconstpointer test_data)
{
  g_auto(GVariantBuilder) argv = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_autofree char *text = g_strnfill (1000, 'x');
  g_autoptr(GVariant) arguments = NULL;
  guint64 epoch = get_epoch (house);
  guint64 seq = 5;
  guint n_events = 0;
  guint n_pages = 0;

  for (guint i = 0; i < 120; i++)
    g_variant_builder_add (&argv, "s", text);
  arguments = g_variant_ref_sink (g_variant_new_parsed ("('command', {'argv': <%*>}, @a{sv} {})",
                                                        g_variant_builder_end (&argv)));
  for (guint i = 0; i < 60; i++)
    g_variant_unref (bus_client_call (house->client, "Submit", arguments));
  bus_house_settle (house);

  while (seq < hw_memory_store_get_head (house->house->store))
    {
      g_autoptr(GVariant) page =
        bus_client_call (house->client, "GetEvents",
                         g_variant_new ("(ttua{sv})", epoch, seq, 500, NULL));
      g_autoptr(GVariant) events = g_variant_get_child_value (page, 0);

      g_assert_cmpuint (g_variant_get_size (page), <, 5 * 1024 * 1024);
      n_events += (guint) g_variant_n_children (events);
      n_pages++;
      g_variant_get_child (page, 2, "t", &seq);
    }

  g_assert_cmpuint (n_pages, >, 1);
  g_assert_cmpuint (n_events, ==, hw_memory_store_get_head (house->house->store) - 5);
}

#define ADD(path, test) \
  g_test_add ("/dbus-events/" path, BusHouse, NULL, set_up, test, bus_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("of-a-task-from-its-beginning", test_events_of_a_task_from_its_beginning);
  ADD ("of-all-begin-with-a-snapshot", test_events_of_all_begin_with_a_snapshot);
  ADD ("go-on-after-a-pair", test_events_go_on_after_a_pair);
  ADD ("are-read-in-pages", test_events_are_read_in_pages);
  ADD ("after-a-pair-of-nowhere-begin-anew", test_events_after_a_pair_of_nowhere_begin_anew);
  ADD ("refuse-what-is-wrong", test_events_refuse_what_is_wrong);
  ADD ("are-bounded-in-bytes", test_events_are_bounded_in_bytes);

  return g_test_run ();
}
