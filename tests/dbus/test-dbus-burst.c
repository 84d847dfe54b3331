/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-house.h"

#include "hw-await.h"
#include "hw-dbus-tree.h"

#include <malloc.h>

#define N_CALLS 10
#define N_TASKS (N_CALLS * HW_SUBMIT_MAX)

/* Messages that a burst may cost on the bus while that takes nothing: one round that is
 * under way, one that comes after it, and once all objects.
 */
#define BURST_MESSAGES_MAX (2 * (2 * HW_DBUS_WAITING_EVENTS_MAX + HW_DBUS_OBJECTS_MAX))

/* What a subscriber has heard: every number up to @seq once, in order, be it alone or
 * within a range that was skipped.
 */
typedef struct
{
  guint64 seq;
  guint n_signals;
  guint n_ranges;
  guint n_messages;
  GArray *ranges; /* (owned) (element-type guint64): where each begins and ends */
} Heard;

static void
heard_clear (Heard *heard)
{
  g_clear_pointer (&heard->ranges, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

static void
hear_range (Heard    *heard,
            GVariant *body)
{
  guint64 from;
  guint64 to;

  g_variant_get (body, "(ttt)", NULL, &from, &to);
  g_assert_cmpuint (from, ==, heard->seq + 1);
  g_assert_cmpuint (to, >=, from);
  g_array_append_val (heard->ranges, from);
  g_array_append_val (heard->ranges, to);
  heard->seq = to;
  heard->n_ranges++;
}

static void
hear_event (Heard    *heard,
            GVariant *body)
{
  guint64 seq;

  g_variant_get_child (body, 1, "t", &seq);
  g_assert_cmpuint (seq, ==, heard->seq + 1);
  heard->seq = seq;
  heard->n_signals++;
}

/* Listens to all that has come. */
static void
hear (Heard     *heard,
      BusClient *client)
{
  g_autoptr(GPtrArray) messages = bus_client_take_messages (client);

  if (heard->ranges == NULL)
    heard->ranges = g_array_new (FALSE, FALSE, sizeof (guint64));

  heard->n_messages += messages->len;
  for (guint i = 0; i < messages->len; i++)
    {
      GDBusMessage *message = g_ptr_array_index (messages, i);

      if (g_strcmp0 (g_dbus_message_get_interface (message), QUEUE_INTERFACE) != 0)
        continue;

      if (g_str_equal (g_dbus_message_get_member (message), "EventsSkipped"))
        hear_range (heard, g_dbus_message_get_body (message));
      else
        hear_event (heard, g_dbus_message_get_body (message));
    }
}

/* Asks for what was skipped, and asserts that it is all there. Returns: how many */
static guint
ask_for_skipped (BusHouse    *house,
                 BusClient   *client,
                 const Heard *heard)
{
  guint64 epoch = hw_task_queue_get_epoch (house->house->queue);
  guint n_events = 0;

  for (guint i = 0; i < heard->ranges->len; i += 2)
    {
      guint64 after = g_array_index (heard->ranges, guint64, i) - 1;

      while (after < g_array_index (heard->ranges, guint64, i + 1))
        {
          g_autoptr(GVariant) page =
            bus_client_call (client, "GetEvents",
                             g_variant_new ("(ttua{sv})", epoch, after, 500, NULL));
          g_autoptr(GVariant) events = g_variant_get_child_value (page, 0);

          for (gsize j = 0; j < g_variant_n_children (events); j++)
            {
              g_autoptr(GVariant) event = g_variant_get_child_value (events, j);
              guint64 seq = 0;

              g_variant_lookup (event, "seq", "t", &seq);
              g_assert_cmpuint (seq, ==, after + 1);
              after = seq;
              n_events++;
            }
        }
    }

  return n_events;
}

static BusCall *
submit_many (BusHouse *house)
{
  g_auto(GVariantBuilder) tasks = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sa{sv}a{sv})"));

  for (guint i = 0; i < HW_SUBMIT_MAX; i++)
    g_variant_builder_add (&tasks, "(sa{sv}a{sv})", "noop", NULL, NULL);

  return bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE, "SubmitMany",
                           g_variant_new ("(a(sa{sv}a{sv})a{sv})", &tasks, NULL));
}

/* Test that of ten thousand tasks that are added as fast as they can be, two subscribers
 * each hear of every event, or know which to ask for; and never does much wait for them.
 */
static void
test_burst_loses_nothing (BusHouse     *house,
                          gconstpointer test_data)
{
  HwDBusOutlet *outlet = hw_dbus_service_get_outlet (house->service);
  g_autoptr(BusClient) other = bus_client_new (house->bus.address);
  g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) bus_call_free);
  g_auto(Heard) heard = { .seq = 0 };
  g_auto(Heard) other_heard = { .seq = 0 };
  guint64 head;

  bus_client_listen (other);
  for (guint i = 0; i < N_CALLS; i++)
    g_ptr_array_add (calls, submit_many (house));
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr(GVariant) reply = bus_call_end (g_ptr_array_index (calls, i), NULL);

      g_assert_nonnull (reply);
      g_assert_cmpuint (hw_dbus_outlet_get_n_waiting (outlet), <=, HW_DBUS_WAITING_EVENTS_MAX);
    }

  bus_house_settle (house);
  bus_client_sync (other);
  hear (&heard, house->client);
  hear (&other_heard, other);

  head = hw_memory_store_get_head (house->house->store);
  g_test_message ("%" G_GUINT64_FORMAT " events: %u signals, %u ranges, %u messages", head,
                  heard.n_signals, heard.n_ranges, heard.n_messages);
  g_assert_cmpuint (head, >=, N_TASKS);
  g_assert_cmpuint (heard.seq, ==, head);
  g_assert_cmpuint (other_heard.seq, ==, head);

  /* Both were told of the same ranges, so it is enough that one of them asks. */
  g_assert_cmpmem (heard.ranges->data, heard.ranges->len * sizeof (guint64),
                   other_heard.ranges->data, other_heard.ranges->len * sizeof (guint64));
  g_assert_cmpuint (other_heard.n_signals + ask_for_skipped (house, other, &other_heard), >=,
                    head);
}

static gsize
get_bytes_in_use (void)
{
  return mallinfo2 ().uordblks;
}

/* Test that a bus that takes nothing costs no more for ten thousand tasks than for two:
 * what is on the way is bounded, and the rest is a range.
 */
static void
test_burst_waits_for_the_bus (BusHouse     *house,
                              gconstpointer test_data)
{
  HwDBusOutlet *outlet = hw_dbus_service_get_outlet (house->service);
  g_auto(Heard) heard = { .seq = 0 };
  gsize before;

  bus_pause (&house->bus);
  before = get_bytes_in_use ();
  for (guint i = 0; i < N_CALLS; i++)
    {
      hw_test_house_add_many (house->house, HW_SUBMIT_MAX);
      hw_await_quiet ();
      g_assert_cmpuint (hw_dbus_outlet_get_n_waiting (outlet), <=, HW_DBUS_WAITING_EVENTS_MAX);
    }
  for (guint64 i = 1; i <= 100; i++)
    hw_test_house_succeed (house->house, i);
  g_test_message ("%" G_GSSIZE_FORMAT " bytes more, most of them the store's",
                  (gssize) (get_bytes_in_use () - before));

  bus_resume (&house->bus);
  bus_house_settle (house);
  hear (&heard, house->client);
  g_test_message ("%u signals, %u ranges, %u messages", heard.n_signals, heard.n_ranges,
                  heard.n_messages);
  g_assert_cmpuint (heard.seq, ==, hw_memory_store_get_head (house->house->store));
  g_assert_cmpuint (heard.n_messages, <=, BURST_MESSAGES_MAX);
}

/* Test that as many events as may wait are told one by one, and one more are a range. */
static void
test_burst_begins_above_a_hundred (BusHouse     *house,
                                   gconstpointer test_data)
{
  g_auto(Heard) heard = { .seq = 0 };

  hw_test_house_add_many (house->house, HW_DBUS_WAITING_EVENTS_MAX);
  bus_house_settle (house);
  hear (&heard, house->client);
  g_assert_cmpuint (heard.n_ranges, ==, 0);
  g_assert_cmpuint (heard.n_signals, >=, HW_DBUS_WAITING_EVENTS_MAX);

  hw_test_house_add_many (house->house, HW_DBUS_WAITING_EVENTS_MAX + 1);
  bus_house_settle (house);
  hear (&heard, house->client);
  g_assert_cmpuint (heard.n_ranges, ==, 1);
  g_assert_cmpuint (heard.seq, ==, hw_memory_store_get_head (house->house->store));
}

/* Test that objects are up to date when a range is told: whoever shows them need not ask. */
static void
test_burst_leaves_objects_up_to_date (BusHouse     *house,
                                      gconstpointer test_data)
{
  g_autofree char *story = NULL;

  hw_test_house_add_many (house->house, HW_DBUS_WAITING_EVENTS_MAX + 1);
  bus_house_settle (house);

  story = bus_client_take_story (house->client);
  g_assert_nonnull (strstr (story, "new object 101\n"));
  g_assert_true (strstr (story, "new object 101\n") < strstr (story, "EventsSkipped"));
}

#define ADD(path, test) \
  g_test_add ("/dbus-burst/" path, BusHouse, NULL, bus_house_set_up, test, bus_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("loses-nothing", test_burst_loses_nothing);
  ADD ("waits-for-the-bus", test_burst_waits_for_the_bus);
  ADD ("begins-above-a-hundred", test_burst_begins_above_a_hundred);
  ADD ("leaves-objects-up-to-date", test_burst_leaves_objects_up_to_date);

  return g_test_run ();
}
