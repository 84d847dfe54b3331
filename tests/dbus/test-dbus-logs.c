/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bus-house.h"

#include "hw-await.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <unistd.h>

/* How often the queue looks for more output. */
#define FOLLOW_INTERVAL (G_USEC_PER_SEC / 10)

/* Opens the log of task 1; gives the end to read from, which does not block. */
static int
open_log (BusHouse   *house,
          const char *options)
{
  g_autoptr(GVariant) dict = g_variant_parse (G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);
  g_autoptr(BusCall) call = bus_client_begin (house->client, BUS_PATH, QUEUE_INTERFACE, "OpenLog",
                                              g_variant_new ("(t@a{sv})", (guint64) 1, dict));
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call_end (call, &error);
  int fd;

  g_assert_no_error (error);
  fd = g_unix_fd_list_get (call->fds, 0, &error);
  g_assert_no_error (error);
  g_assert_no_errno (fcntl (fd, F_SETFL, O_NONBLOCK));

  /* The reply holds the pipe open, too. */
  g_ptr_array_unref (bus_client_take_messages (house->client));

  return fd;
}

/* Reads what there is now; adds it to @text. Returns: whether the pipe goes on */
static gboolean
read_some (int      fd,
           GString *text)
{
  char buffer[4096];
  gssize n_read;

  while ((n_read = read (fd, buffer, sizeof (buffer))) > 0)
    g_string_append_len (text, buffer, n_read);

  return n_read < 0;
}

/* Reads to the end of the pipe, which has to come. */
static void
read_to_end (int      fd,
             GString *text)
{
  gint64 end = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;

  while (read_some (fd, text))
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
}

static char *
read_all (int fd)
{
  g_autoptr(GString) text = g_string_new (NULL);

  read_to_end (fd, text);

  return g_strdup (text->str);
}

static guint
count_logs (BusHouse *house)
{
  return hw_dbus_logs_get_n_open (hw_dbus_verbs_get_logs (
                                    hw_dbus_service_get_verbs (house->service)));
}

static void
print (BusHouse   *house,
       const char *text)
{
  hw_fake_output_append (house->house->output, 1, 1, text);
}

static void
set_up (BusHouse     *house,
        gconstpointer test_data)
{
  bus_house_set_up (house, test_data);
  bus_house_submit (house, "noop");
}

static void
test_log_is_what_was_printed (BusHouse     *house,
                              gconstpointer test_data)
{
  g_autofree char *all = NULL;
  g_autofree char *rest = NULL;
  int fd;

  print (house, "hello\n");
  fd = open_log (house, "{}");
  all = read_all (fd);
  close (fd);
  fd = open_log (house, "{'attempt': <1>, 'offset': <3>}");
  rest = read_all (fd);
  close (fd);

  g_assert_cmpstr (all, ==, "hello\n");
  g_assert_cmpstr (rest, ==, "lo\n");
  g_assert_cmpuint (count_logs (house), ==, 0);
}

/* Test that a line stands for what was dropped, at the beginning of a line. */
static void
test_log_says_what_was_dropped (BusHouse     *house,
                                gconstpointer test_data)
{
  g_autofree char *all = NULL;
  g_autofree char *rest = NULL;
  int fd;

  print (house, "one\ntwo\nthree\n");
  hw_fake_output_drop (house->house->output, 1, 1, 6, 9);
  fd = open_log (house, "{}");
  all = read_all (fd);
  close (fd);
  fd = open_log (house, "{'offset': <7>}");
  rest = read_all (fd);
  close (fd);

  g_assert_cmpstr (all, ==, "one\ntw\n[headway: 3 bytes left out]\nhree\n");
  g_assert_cmpstr (rest, ==, "[headway: 2 bytes left out]\nhree\n");
}

static void
test_log_follows_until_the_end (BusHouse     *house,
                                gconstpointer test_data)
{
  g_autoptr(GString) text = g_string_new (NULL);
  int fd = open_log (house, "{'follow': <true>}");

  g_assert_true (read_some (fd, text));
  g_assert_cmpstr (text->str, ==, "");

  print (house, "one ");
  hw_fake_clock_advance (house->house->clock, FOLLOW_INTERVAL);
  hw_await_quiet ();
  g_assert_true (read_some (fd, text));
  g_assert_cmpstr (text->str, ==, "one ");

  print (house, "two");
  hw_fake_runner_succeed (house->house->runner, 1);
  hw_await_quiet ();
  hw_fake_clock_advance (house->house->clock, FOLLOW_INTERVAL);
  read_to_end (fd, text);
  g_assert_cmpstr (text->str, ==, "one two");
  close (fd);
  g_assert_cmpuint (count_logs (house), ==, 0);
}

/* Test that of a log nobody reads on, the pipe holds some, and the daemon waits. */
static void
test_log_waits_for_a_slow_reader (BusHouse     *house,
                                  gconstpointer test_data)
{
  gsize size = 3 * 1024 * 1024 + 77;
  g_autofree char *text = g_strnfill (size, 'x');
  g_autofree char *all = NULL;
  int fd;

  print (house, text);
  fd = open_log (house, "{}");
  for (guint i = 0; i < 10; i++)
    bus_house_settle (house);
  g_assert_cmpuint (hw_fake_output_get_n_reads (house->house->output), ==, 1);
  g_assert_cmpuint (count_logs (house), ==, 1);

  all = read_all (fd);
  close (fd);
  g_assert_cmpuint (strlen (all), ==, size);
  g_assert_cmpuint (count_logs (house), ==, 0);
}

/* Test that a reader who has had enough costs nothing any more, be it that the pipe is
 * full, or that there is nothing to write.
 */
static void
test_log_ends_with_its_reader (BusHouse     *house,
                               gconstpointer test_data)
{
  g_autofree char *text = g_strnfill (1024 * 1024, 'x');
  int fd = open_log (house, "{'follow': <true>}");

  g_assert_cmpuint (count_logs (house), ==, 1);
  close (fd);
  bus_house_settle (house);
  hw_fake_clock_advance (house->house->clock, FOLLOW_INTERVAL);
  wait_until (count_logs (house) == 0);

  print (house, text);
  fd = open_log (house, "{'follow': <true>}");
  bus_house_settle (house);
  g_assert_cmpuint (count_logs (house), ==, 1);
  close (fd);
  wait_until (count_logs (house) == 0);
}

/* Test that a retry does not get into the log of the attempt before it. */
static void
test_log_stays_with_its_attempt (BusHouse     *house,
                                 gconstpointer test_data)
{
  g_autofree char *text = NULL;
  int fd = open_log (house, "{'follow': <true>}");

  print (house, "first");
  hw_fake_runner_finish (house->house->runner, 1,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "It broke."));
  bus_house_settle (house);
  g_variant_unref (bus_client_call (house->client, "Retry",
                                    g_variant_new_parsed ("([@t 1], @a{sv} {})")));
  bus_house_settle (house);
  hw_fake_output_append (house->house->output, 1, 2, "second");
  hw_fake_clock_advance (house->house->clock, FOLLOW_INTERVAL);

  text = read_all (fd);
  close (fd);
  g_assert_cmpstr (text, ==, "first");
}

static void
test_log_refuses_what_is_wrong (BusHouse     *house,
                                gconstpointer test_data)
{
  assert_bus_error (house->client, "OpenLog", g_variant_new_parsed ("(@t 9, @a{sv} {})"),
                    "NotFound", "There is no task 9");
  assert_bus_error (house->client, "OpenLog", g_variant_new_parsed ("(@t 1, {'attempt': <7>})"),
                    "NotFound", "has had 1 attempts");
  assert_bus_error (house->client, "OpenLog", g_variant_new_parsed ("(@t 1, {'lines': <7>})"),
                    "InvalidRequest", "“lines”");
  assert_bus_error (house->client, "OpenLog", g_variant_new_parsed ("(@t 1, {'follow': <1>})"),
                    "InvalidRequest", "“follow” must be true or false");
  g_assert_cmpuint (count_logs (house), ==, 0);
}

static void
test_log_is_bounded (BusHouse     *house,
                     gconstpointer test_data)
{
  int fds[HW_DBUS_LOGS_MAX];

  for (guint i = 0; i < HW_DBUS_LOGS_MAX; i++)
    fds[i] = open_log (house, "{'follow': <true>}");

  assert_bus_error (house->client, "OpenLog", g_variant_new_parsed ("(@t 1, @a{sv} {})"),
                    "TooLarge", "64 logs");

  for (guint i = 0; i < HW_DBUS_LOGS_MAX; i++)
    close (fds[i]);
  bus_house_settle (house);
  hw_fake_clock_advance (house->house->clock, FOLLOW_INTERVAL);
  wait_until (count_logs (house) == 0);
}

/* Test that the object of a task has its log, too. */
static void
test_log_of_an_object (BusHouse     *house,
                       gconstpointer test_data)
{
  g_autoptr(BusCall) call = bus_client_begin (house->client, BUS_PATH "/tasks/1", TASK_INTERFACE,
                                              "OpenLog", g_variant_new ("(a{sv})", NULL));
  g_autofree char *text = NULL;
  g_autoptr(GVariant) reply = NULL;
  int fd;

  print (house, "hello");
  reply = bus_call_end (call, NULL);
  g_assert_nonnull (reply);
  fd = g_unix_fd_list_get (call->fds, 0, NULL);
  g_assert_no_errno (fcntl (fd, F_SETFL, O_NONBLOCK));
  text = read_all (fd);
  close (fd);
  g_assert_cmpstr (text, ==, "hello");
}

#define ADD(path, test) \
  g_test_add ("/dbus-log/" path, BusHouse, NULL, set_up, test, bus_house_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("is-what-was-printed", test_log_is_what_was_printed);
  ADD ("says-what-was-dropped", test_log_says_what_was_dropped);
  ADD ("follows-until-the-end", test_log_follows_until_the_end);
  ADD ("waits-for-a-slow-reader", test_log_waits_for_a_slow_reader);
  ADD ("ends-with-its-reader", test_log_ends_with_its_reader);
  ADD ("stays-with-its-attempt", test_log_stays_with_its_attempt);
  ADD ("refuses-what-is-wrong", test_log_refuses_what_is_wrong);
  ADD ("is-bounded", test_log_is_bounded);
  ADD ("of-an-object", test_log_of_an_object);

  return g_test_run ();
}
