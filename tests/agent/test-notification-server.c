/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-notification-server.h"

#include "fake-desktop.h"

#include "hw-await.h"
#include "wait.h"

#include <glib/gstdio.h>

#define ALL "actions body body-markup persistence"
#define N_SLOTS 3

/* Long enough for a server that answers, on the slowest machine; one that hangs is given up
 * after SOON.
 */
#define PATIENT 20000
#define SOON 50

/* A bus, and what the agent has of it. */
typedef struct
{
  PrivateBus *bus;              /* (owned) */
  GDBusConnection *connection;  /* (owned) */
  HwNotificationServer *server; /* (owned) */
  GString *said;                /* (owned): a word a line */
} Fixture;

static void
on_closed (HwNotificationServer *server,
           guint                 slot,
           Fixture              *fixture)
{
  g_string_append_printf (fixture->said, "closed %u\n", slot);
}

static void
on_action (HwNotificationServer *server,
           guint                 slot,
           const char           *action,
           const char           *token,
           Fixture              *fixture)
{
  g_string_append_printf (fixture->said, "%s %u %s\n", action, slot, token);
}

/* Makes the agent's side: with or without a display, and with so much patience. */
static void
make_server (Fixture *fixture,
             gboolean may_start,
             int      timeout)
{
  if (fixture->server != NULL)
    {
      hw_notification_server_set_connection (fixture->server, NULL);
      drop_object (g_steal_pointer (&fixture->server));
    }

  fixture->server = hw_notification_server_new (N_SLOTS, may_start, timeout);
  g_signal_connect (fixture->server, "closed", G_CALLBACK (on_closed), fixture);
  g_signal_connect (fixture->server, "action", G_CALLBACK (on_action), fixture);
  hw_notification_server_set_connection (fixture->server, fixture->connection);
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->bus = private_bus_new ();
  fixture->connection = private_bus_connect (fixture->bus);
  fixture->said = g_string_new (NULL);
  make_server (fixture, FALSE, PATIENT);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_notification_server_set_connection (fixture->server, NULL);
  hw_await_quiet ();
  drop_object (g_steal_pointer (&fixture->server));
  private_bus_leave (g_steal_pointer (&fixture->connection));
  private_bus_free (fixture->bus);
  g_string_free (fixture->said, TRUE);
}

static void
assert_said (Fixture    *fixture,
             const char *expected)
{
  g_assert_cmpstr (fixture->said->str, ==, expected);
  g_string_truncate (fixture->said, 0);
}

/* Says that a task failed, for such a reason. */
static void
show_with (Fixture    *fixture,
           guint       slot,
           const char *title,
           const char *reason)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr(HwNotice) notice = NULL;

  g_ptr_array_add (tasks, g_variant_ref_sink (g_variant_new_parsed ("{'title': <%s>, 'error': <%s>}",
                                                                    title, reason)));
  notice = hw_notice_new_failed (1, tasks);
  hw_notification_server_show (fixture->server, slot, notice);
}

static void
show (Fixture    *fixture,
      guint       slot,
      const char *title)
{
  show_with (fixture, slot, title, "No room.");
}

/* Waits until both sides have heard all that was said. */
static void
settle (Fixture     *fixture,
        FakeDesktop *desktop)
{
  for (guint i = 0; i < 4; i++)
    {
      private_bus_sync (fixture->connection);
      private_bus_sync (desktop->connection);
    }
}

static void
test_notification_server_shows_all_there_is (Fixture      *fixture,
                                             gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);
  FakeNotification *shown;
  const char *entry = NULL;
  const char *category = NULL;
  guint8 urgency = 0;

  show (fixture, 0, "A");
  wait_until (desktop->shown->len == 1);

  shown = fake_desktop_get_last (desktop);
  g_assert_cmpstr (shown->application, ==, "Headway");
  g_assert_cmpstr (shown->icon, ==, HW_APPLICATION_ID);
  g_assert_cmpuint (shown->replaces, ==, 0);
  g_assert_cmpstr (shown->summary, ==, "“A” failed");
  g_assert_cmpstr (shown->body, ==, "No room.");
  g_assert_cmpstr (shown->actions, ==, "default|Show|retry|Retry");
  g_assert_cmpint (shown->timeout, ==, -1);
  g_assert_cmpuint (g_variant_n_children (shown->hints), ==, 3);
  g_assert_true (g_variant_lookup (shown->hints, "desktop-entry", "&s", &entry));
  g_assert_cmpstr (entry, ==, HW_APPLICATION_ID);
  g_assert_true (g_variant_lookup (shown->hints, "category", "&s", &category));
  g_assert_cmpstr (category, ==, "transfer.error");
  g_assert_true (g_variant_lookup (shown->hints, "urgency", "y", &urgency));
  g_assert_cmpuint (urgency, ==, 1);
}

static void
test_notification_server_markup_is_escaped (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  show_with (fixture, 0, "<i>A</i>", "<b>&</b>");
  wait_until (desktop->shown->len == 1);

  /* A summary has no markup, whatever the server can do. */
  g_assert_cmpstr (fake_desktop_get_last (desktop)->summary, ==, "“<i>A</i>” failed");
  g_assert_cmpstr (fake_desktop_get_last (desktop)->body, ==, "&lt;b&gt;&amp;&lt;/b&gt;");
}

static void
test_notification_server_plain_text_is_not_escaped (Fixture      *fixture,
                                                    gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, "body actions");

  show_with (fixture, 0, "A", "<b>&</b>");
  wait_until (desktop->shown->len == 1);
  g_assert_cmpstr (fake_desktop_get_last (desktop)->body, ==, "<b>&</b>");
}

/* One that can do next to nothing is not offered buttons, and still says why. */
static void
test_notification_server_one_line_says_why (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, "sound");

  show (fixture, 0, "A");
  wait_until (desktop->shown->len == 1);
  g_assert_cmpstr (fake_desktop_get_last (desktop)->summary, ==, "“A” failed: No room.");
  g_assert_cmpstr (fake_desktop_get_last (desktop)->body, ==, "");
  g_assert_cmpstr (fake_desktop_get_last (desktop)->actions, ==, "");
}

static void
test_notification_server_slots_are_apart (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  show (fixture, 0, "A");
  show (fixture, 1, "B");
  wait_until (desktop->shown->len == 2);
  settle (fixture, desktop);

  show (fixture, 1, "C");
  wait_until (desktop->shown->len == 3);
  g_assert_cmpuint (fake_desktop_get_last (desktop)->replaces, ==, 2);
  g_assert_cmpuint (desktop->n_asked, ==, 1);
}

/* While one is on its way, others wait for its number, and only the newest follows. */
static void
test_notification_server_newest_wins (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  desktop->is_slow = TRUE;
  show (fixture, 0, "A");
  wait_until (desktop->shown->len == 1);
  show (fixture, 0, "B");
  show (fixture, 0, "C");
  settle (fixture, desktop);
  g_assert_cmpuint (desktop->shown->len, ==, 1);

  fake_desktop_answer (desktop);
  wait_until (desktop->shown->len == 2);
  g_assert_cmpuint (fake_desktop_get_last (desktop)->replaces, ==, 1);
  g_assert_cmpstr (fake_desktop_get_last (desktop)->summary, ==, "“C” failed");
}

static void
test_notification_server_closed_is_told (Fixture      *fixture,
                                         gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  show (fixture, 2, "A");
  wait_until (desktop->shown->len == 1);
  settle (fixture, desktop);

  fake_desktop_close (desktop, 77);
  fake_desktop_close (desktop, 1);
  settle (fixture, desktop);
  assert_said (fixture, "closed 2\n");

  fake_desktop_close (desktop, 1);
  show (fixture, 2, "B");
  wait_until (desktop->shown->len == 2);
  g_assert_cmpuint (fake_desktop_get_last (desktop)->replaces, ==, 0);
}

/* Somebody closes the old one in the moment in which the new one is on its way. */
static void
test_notification_server_replaced_stays_open (Fixture      *fixture,
                                              gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  show (fixture, 0, "A");
  wait_until (desktop->shown->len == 1);
  settle (fixture, desktop);

  desktop->is_slow = TRUE;
  show (fixture, 0, "B");
  fake_desktop_close (desktop, 1);
  wait_until (desktop->shown->len == 2);
  settle (fixture, desktop);
  assert_said (fixture, "");

  fake_desktop_answer (desktop);
  settle (fixture, desktop);
  fake_desktop_close (desktop, 1);
  settle (fixture, desktop);
  assert_said (fixture, "closed 0\n");
}

static void
test_notification_server_buttons_are_told (Fixture      *fixture,
                                           gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  show (fixture, 0, "A");
  show (fixture, 1, "B");
  wait_until (desktop->shown->len == 2);
  settle (fixture, desktop);

  fake_desktop_press (desktop, 2, "default", "token-of-2");
  fake_desktop_press (desktop, 1, "retry", NULL);
  fake_desktop_press (desktop, 1, "retry", NULL);
  fake_desktop_press (desktop, 3, "retry", NULL);
  settle (fixture, desktop);
  assert_said (fixture, "default 1 token-of-2\nclosed 1\nretry 0 (null)\nclosed 0\n");
}

/* A token is for the notification that it came with. */
static void
test_notification_server_token_is_not_shared (Fixture      *fixture,
                                              gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  show (fixture, 0, "A");
  wait_until (desktop->shown->len == 1);
  settle (fixture, desktop);

  fake_desktop_press (desktop, 9, NULL, "token-of-9");
  fake_desktop_press (desktop, 1, "default", NULL);
  settle (fixture, desktop);
  assert_said (fixture, "default 0 (null)\nclosed 0\n");
}

static void
test_notification_server_withdrawn_is_closed (Fixture      *fixture,
                                              gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  show (fixture, 0, "A");
  wait_until (desktop->shown->len == 1);
  settle (fixture, desktop);

  hw_notification_server_withdraw (fixture->server, 0);
  hw_notification_server_withdraw (fixture->server, 0);
  wait_until (desktop->closed->len == 1);
  settle (fixture, desktop);
  g_assert_cmpuint (desktop->closed->len, ==, 1);
  g_assert_cmpuint (g_array_index (desktop->closed, guint32, 0), ==, 1);
}

static void
test_notification_server_withdrawn_on_its_way_is_closed (Fixture      *fixture,
                                                         gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  desktop->is_slow = TRUE;
  show (fixture, 0, "A");
  wait_until (desktop->shown->len == 1);
  hw_notification_server_withdraw (fixture->server, 0);
  fake_desktop_answer (desktop);
  wait_until (desktop->closed->len == 1);
}

/* Without a server nothing happens and nothing piles up; when there is one, it gets what is
 * so by then.
 */
static void
test_notification_server_none_is_waited_for (Fixture      *fixture,
                                             gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = NULL;

  for (guint i = 0; i < 1000; i++)
    show (fixture, 0, "A");
  show (fixture, 0, "B");
  show (fixture, 1, "C");
  hw_notification_server_withdraw (fixture->server, 1);
  private_bus_sync (fixture->connection);

  desktop = fake_desktop_new (fixture->bus, ALL);
  wait_until (desktop->shown->len == 1);
  settle (fixture, desktop);
  g_assert_cmpuint (desktop->shown->len, ==, 1);
  g_assert_cmpstr (fake_desktop_get_last (desktop)->summary, ==, "“B” failed");
}

/* One that cannot do anything is not asked once more for each notification. */
static void
test_notification_server_broken_is_left_alone (Fixture      *fixture,
                                               gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  desktop->is_broken = TRUE;
  for (guint i = 0; i < 10; i++)
    {
      show (fixture, 0, "A");
      settle (fixture, desktop);
    }

  g_assert_cmpuint (desktop->n_asked, ==, 1);
  g_assert_cmpuint (desktop->shown->len, ==, 0);
}

/* One that never answers has one message at most in front of it; whoever comes after it gets
 * what it did not show.
 */
static void
test_notification_server_deaf_is_left_alone (Fixture      *fixture,
                                             gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  desktop->is_deaf = TRUE;
  make_server (fixture, FALSE, SOON);
  show (fixture, 0, "A");
  wait_until (desktop->n_asked == 1);
  for (guint i = 0; i < 1000; i++)
    show (fixture, 0, "B");
  wait_until (desktop->n_asked == 3);
  g_assert_cmpuint (desktop->shown->len, ==, 0);

  fake_desktop_free (desktop);
  desktop = fake_desktop_new (fixture->bus, ALL);
  wait_until (desktop->shown->len == 1);
  g_assert_cmpstr (fake_desktop_get_last (desktop)->summary, ==, "“B” failed");
}

static void
on_spent (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Lets more time pass than the agent waits for an answer. */
static void
wait_for_timeout (void)
{
  gboolean is_spent = FALSE;
  guint id = g_timeout_add_once (SOON * 4, on_spent, &is_spent);

  wait_until (is_spent);
  g_assert_cmpuint (id, !=, 0);
}

/* It may have shown it: twice would be worse than not at all. */
static void
test_notification_server_slow_is_not_asked_twice (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

  make_server (fixture, FALSE, PATIENT);
  show (fixture, 1, "A");
  wait_until (desktop->shown->len == 1);
  settle (fixture, desktop);

  make_server (fixture, FALSE, SOON);
  desktop->is_slow = TRUE;
  show (fixture, 0, "B");
  wait_until (desktop->shown->len == 2);
  wait_for_timeout ();
  settle (fixture, desktop);
  g_assert_cmpuint (desktop->shown->len, ==, 2);

  fake_desktop_free (desktop);
  desktop = fake_desktop_new (fixture->bus, ALL);
  wait_until (desktop->shown->len == 1);
  g_assert_cmpstr (fake_desktop_get_last (desktop)->summary, ==, "“B” failed");
}

/* With the server its notifications are gone, and the numbers that it gave. */
static void
test_notification_server_other_one_knows_no_numbers (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  FakeDesktop *first = fake_desktop_new (fixture->bus, ALL);
  g_autoptr(FakeDesktop) second = NULL;

  show (fixture, 0, "A");
  wait_until (first->shown->len == 1);
  settle (fixture, first);
  fake_desktop_free (first);

  second = fake_desktop_new (fixture->bus, "body");
  settle (fixture, second);
  assert_said (fixture, "closed 0\n");
  g_assert_cmpuint (second->shown->len, ==, 0);

  show (fixture, 0, "B");
  wait_until (second->shown->len == 1);
  g_assert_cmpuint (fake_desktop_get_last (second)->replaces, ==, 0);
  g_assert_cmpstr (fake_desktop_get_last (second)->actions, ==, "");

  fake_desktop_close (second, 5);
  fake_desktop_press (second, 5, "retry", NULL);
  settle (fixture, second);
}

/* A server may have died of what it was to show: it is not fed with it for ever. */
static void
test_notification_server_poison_ends (Fixture      *fixture,
                                      gconstpointer test_data)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(FakeDesktop) desktop = fake_desktop_new (fixture->bus, ALL);

      desktop->is_slow = TRUE;
      if (i == 0)
        show (fixture, 0, "A");
      settle (fixture, desktop);
      g_assert_cmpuint (desktop->shown->len, ==, i < 2 ? 1 : 0);
    }

  assert_said (fixture, "closed 0\n");
}

/* Has whoever is asked for on the bus leave a file behind. Returns: (transfer full): the file */
static char *
add_startable_server (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (private_bus_get_folder (fixture->bus), "started", NULL);
  g_autofree char *line = g_strconcat ("/bin/touch ", path, NULL);

  hw_notification_server_set_connection (fixture->server, NULL);
  private_bus_leave (g_steal_pointer (&fixture->connection));
  private_bus_kill (fixture->bus);
  private_bus_add_service (fixture->bus, "org.freedesktop.Notifications", line);
  private_bus_start (fixture->bus);
  fixture->connection = private_bus_connect (fixture->bus);

  return g_steal_pointer (&path);
}

static gboolean
file_exists (const char *path)
{
  /* Nobody tells that it is there. */
  g_main_context_wakeup (NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_notification_server_is_not_started_without_display (Fixture      *fixture,
                                                         gconstpointer test_data)
{
  g_autofree char *started = add_startable_server (fixture);

  make_server (fixture, FALSE, PATIENT);
  show (fixture, 0, "A");
  private_bus_sync (fixture->connection);
  private_bus_start_marker (fixture->bus, fixture->connection);
  g_assert_false (file_exists (started));
}

/* One that can be started but does not come is left alone after one attempt. */
static void
test_notification_server_is_started_with_display (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  g_autofree char *started = add_startable_server (fixture);
  g_autoptr(FakeDesktop) desktop = NULL;

  make_server (fixture, TRUE, PATIENT);
  show (fixture, 0, "A");
  wait_until (file_exists (started));
  for (guint i = 0; i < 4; i++)
    private_bus_sync (fixture->connection);
  g_unlink (started);
  show (fixture, 0, "B");
  private_bus_start_marker (fixture->bus, fixture->connection);
  g_assert_false (file_exists (started));

  desktop = fake_desktop_new (fixture->bus, ALL);
  wait_until (desktop->shown->len == 1);
  g_assert_cmpstr (fake_desktop_get_last (desktop)->summary, ==, "“B” failed");
}

/* The bus dies, and everybody with it. What was shown is gone, what was not is shown. */
static void
test_notification_server_outlives_the_bus (Fixture      *fixture,
                                           gconstpointer test_data)
{
  FakeDesktop *desktop = fake_desktop_new (fixture->bus, ALL);

  show (fixture, 0, "A");
  wait_until (desktop->shown->len == 1);
  settle (fixture, desktop);

  private_bus_kill (fixture->bus);
  wait_until (g_dbus_connection_is_closed (fixture->connection));
  show (fixture, 1, "B");
  fake_desktop_free (desktop);
  hw_notification_server_set_connection (fixture->server, NULL);
  private_bus_leave (g_steal_pointer (&fixture->connection));
  show (fixture, 1, "C");
  assert_said (fixture, "closed 0\n");

  private_bus_start (fixture->bus);
  fixture->connection = private_bus_connect (fixture->bus);
  hw_notification_server_set_connection (fixture->server, fixture->connection);
  desktop = fake_desktop_new (fixture->bus, ALL);
  wait_until (desktop->shown->len == 1);
  g_assert_cmpstr (fake_desktop_get_last (desktop)->summary, ==, "“C” failed");
  fake_desktop_free (desktop);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/notification-server/" path, Fixture, NULL, set_up, function, tear_down)

  ADD ("shows-all-there-is", test_notification_server_shows_all_there_is);
  ADD ("markup-is-escaped", test_notification_server_markup_is_escaped);
  ADD ("plain-text-is-not-escaped", test_notification_server_plain_text_is_not_escaped);
  ADD ("one-line-says-why", test_notification_server_one_line_says_why);
  ADD ("slots-are-apart", test_notification_server_slots_are_apart);
  ADD ("newest-wins", test_notification_server_newest_wins);
  ADD ("closed-is-told", test_notification_server_closed_is_told);
  ADD ("replaced-stays-open", test_notification_server_replaced_stays_open);
  ADD ("buttons-are-told", test_notification_server_buttons_are_told);
  ADD ("token-is-not-shared", test_notification_server_token_is_not_shared);
  ADD ("withdrawn-is-closed", test_notification_server_withdrawn_is_closed);
  ADD ("withdrawn-on-its-way-is-closed", test_notification_server_withdrawn_on_its_way_is_closed);
  ADD ("none-is-waited-for", test_notification_server_none_is_waited_for);
  ADD ("broken-is-left-alone", test_notification_server_broken_is_left_alone);
  ADD ("deaf-is-left-alone", test_notification_server_deaf_is_left_alone);
  ADD ("slow-is-not-asked-twice", test_notification_server_slow_is_not_asked_twice);
  ADD ("other-one-knows-no-numbers", test_notification_server_other_one_knows_no_numbers);
  ADD ("poison-ends", test_notification_server_poison_ends);
  ADD ("is-not-started-without-display", test_notification_server_is_not_started_without_display);
  ADD ("is-started-with-display", test_notification_server_is_started_with_display);
  ADD ("outlives-the-bus", test_notification_server_outlives_the_bus);
#undef ADD

  return g_test_run ();
}
