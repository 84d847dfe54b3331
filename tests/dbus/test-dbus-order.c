/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-house.h"

#include "hw-await.h"

/* Test that who submits a task has its number before anything is told of it but that it
 * is there, even when the answer of the store comes late.
 */
static void
test_order_reply_before_news (BusHouse     *house,
                              gconstpointer test_data)
{
  g_autoptr(BusCall) call = NULL;
  g_autoptr(GVariant) reply = NULL;

  hw_memory_store_hold (house->house->store, HW_MEMORY_STORE_HOLD_ANSWERS);
  call = bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE, "Submit",
                           g_variant_new_parsed ("('noop', @a{sv} {}, @a{sv} {})"));
  wait_until (hw_memory_store_get_head (house->house->store) == 2);
  wait_until (bus_client_count (house->client, "TaskAdded") == 1);
  bus_client_sync (house->client);
  assert_bus_story (house->client, "TaskAdded 1 1\n");

  hw_memory_store_release (house->house->store);
  reply = bus_call_end (call, NULL);
  bus_house_settle (house);
  assert_bus_story (house->client,
                    "reply\n"
                    "new object 1\n"
                    "TaskStateChanged 2 1 Processing\n");
}

/* Takes what was told besides properties, which are levels and may be early. */
static char *
take_news (BusHouse *house)
{
  g_autofree char *story = bus_client_take_story (house->client);
  g_auto(GStrv) lines = g_strsplit (story, "\n", -1);
  g_autoptr(GString) news = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "Task") || g_str_equal (lines[i], "reply"))
      g_string_append_printf (news, "%s\n", lines[i]);

  return g_strdup (news->str);
}

/* Test that what waits for a reply is not overtaken: the news of other tasks wait, too. */
static void
test_order_is_that_of_numbers (BusHouse     *house,
                               gconstpointer test_data)
{
  g_autoptr(BusCall) call = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autofree char *news = NULL;

  bus_house_submit (house, "noop");
  g_free (bus_client_take_story (house->client));

  hw_memory_store_hold (house->house->store, HW_MEMORY_STORE_HOLD_ANSWERS);
  call = bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE, "Submit",
                           g_variant_new_parsed ("('noop', @a{sv} {}, @a{sv} {})"));
  wait_until (hw_memory_store_get_head (house->house->store) == 4);
  hw_fake_runner_succeed (house->house->runner, 1);
  wait_until (hw_memory_store_get_head (house->house->store) == 5);
  hw_memory_store_release (house->house->store);
  reply = bus_call_end (call, NULL);
  bus_house_settle (house);

  news = take_news (house);
  g_assert_cmpstr (news, ==,
                   "TaskAdded 3 2\n"
                   "reply\n"
                   "TaskStateChanged 4 2 Processing\n"
                   "TaskStateChanged 5 1 Completed\n");
}

/* Test that of one transition the properties change first, and then the signal comes. */
static void
test_order_properties_before_signal (BusHouse     *house,
                                     gconstpointer test_data)
{
  bus_house_submit (house, "noop");
  g_free (bus_client_take_story (house->client));

  bus_house_succeed (house, 1);
  assert_bus_story (house->client,
                    "object 1 Completed\n"
                    "TaskStateChanged 3 1 Completed\n");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add (path, BusHouse, NULL, bus_house_set_up, test, bus_house_tear_down)

  ADD ("/dbus-order/reply-before-news", test_order_reply_before_news);
  ADD ("/dbus-order/is-that-of-numbers", test_order_is_that_of_numbers);
  ADD ("/dbus-order/properties-before-signal", test_order_properties_before_signal);

  return g_test_run ();
}
