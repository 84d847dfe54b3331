/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-queue-follower.h"

#include "fake-daemon.h"

#include "hw-await.h"
#include "wait.h"

/* A follower on a bus, and all that it tells. */
typedef struct
{
  PrivateBus *bus;             /* (owned) */
  GDBusConnection *connection; /* (owned) */
  FakeDaemon *daemon;          /* (owned) */
  HwQueueFollower *follower;   /* (owned) */
  GString *said;               /* (owned): a word a line */
  guint n_live;
} Fixture;

static void
on_news (HwQueueFollower *follower,
         HwTaskNews      *news,
         Fixture         *fixture)
{
  const char *const words[] = {
    [HW_TASK_NEWS_ADDED] = "added",
    [HW_TASK_NEWS_COMPLETED] = "completed",
    [HW_TASK_NEWS_FAILED] = "failed",
    [HW_TASK_NEWS_LEFT] = "left",
    [HW_TASK_NEWS_RESET] = "reset",
  };

  g_string_append_printf (fixture->said, "%s %" G_GUINT64_FORMAT "\n", words[news->kind], news->id);
}

static void
on_live (HwQueueFollower *follower,
         Fixture         *fixture)
{
  fixture->n_live++;
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->bus = private_bus_new ();
  fixture->connection = private_bus_connect (fixture->bus);
  fixture->daemon = fake_daemon_new ();
  fixture->said = g_string_new (NULL);
  fixture->follower = hw_queue_follower_new ();
  g_signal_connect (fixture->follower, "news", G_CALLBACK (on_news), fixture);
  g_signal_connect (fixture->follower, "live", G_CALLBACK (on_live), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_queue_follower_set_connection (fixture->follower, NULL);
  hw_await_quiet ();
  drop_object (g_steal_pointer (&fixture->follower));
  fake_daemon_free (fixture->daemon);
  private_bus_leave (g_steal_pointer (&fixture->connection));
  private_bus_free (fixture->bus);
  g_string_free (fixture->said, TRUE);
}

/* Waits until both sides have heard all that was said. */
static void
settle (Fixture *fixture)
{
  for (guint i = 0; i < 4; i++)
    {
      private_bus_sync (fixture->connection);
      if (fixture->daemon->connection != NULL)
        private_bus_sync (fixture->daemon->connection);
    }
}

static void
follow (Fixture *fixture)
{
  guint n_live = fixture->n_live;

  fake_daemon_start (fixture->daemon, fixture->bus);
  hw_queue_follower_set_connection (fixture->follower, fixture->connection);
  wait_until (fixture->n_live > n_live);
}

static void
assert_said (Fixture    *fixture,
             const char *expected)
{
  g_assert_cmpstr (fixture->said->str, ==, expected);
  g_string_truncate (fixture->said, 0);
}

static void
assert_asked (Fixture    *fixture,
              const char *expected)
{
  g_autofree char *asked = fake_daemon_take_asked (fixture->daemon);

  g_assert_cmpstr (asked, ==, expected);
}

/* It is not concerned with what was before it came. */
static void
test_queue_follower_begins_now (Fixture      *fixture,
                                gconstpointer test_data)
{
  fake_daemon_add (fixture->daemon, 1, "{}");
  fake_daemon_change (fixture->daemon, 1, "Failed", "{}");
  follow (fixture);
  assert_asked (fixture, "list 1\n");
  assert_said (fixture, "");

  fake_daemon_add (fixture->daemon, 2, "{}");
  fake_daemon_change (fixture->daemon, 2, "Processing", "{}");
  fake_daemon_change (fixture->daemon, 2, "Completed", "{}");
  fake_daemon_change (fixture->daemon, 1, "Pending", "{}");
  fake_daemon_remove (fixture->daemon, 2);
  settle (fixture);
  assert_said (fixture, "added 2\ncompleted 2\nleft 1\nleft 2\n");
  assert_asked (fixture, "");
}

/* What happens between the first question and its answer is told once. */
static void
test_queue_follower_first_answer_is_no_gap (Fixture      *fixture,
                                            gconstpointer test_data)
{
  fixture->daemon->is_slow = TRUE;
  fake_daemon_start (fixture->daemon, fixture->bus);
  hw_queue_follower_set_connection (fixture->follower, fixture->connection);
  wait_until (fixture->daemon->waiting->len == 1);

  fake_daemon_add (fixture->daemon, 1, "{}");
  fake_daemon_add (fixture->daemon, 2, "{}");
  settle (fixture);
  fake_daemon_release (fixture->daemon);
  wait_until (fixture->n_live > 0);
  assert_said (fixture, "added 2\n");
}

static void
test_queue_follower_reads_what_was_skipped (Fixture      *fixture,
                                            gconstpointer test_data)
{
  follow (fixture);
  assert_asked (fixture, "list 1\n");

  fixture->daemon->is_quiet = TRUE;
  fixture->daemon->page_size = 2;
  for (guint64 id = 1; id <= 5; id++)
    fake_daemon_add (fixture->daemon, id, "{}");
  fixture->daemon->is_quiet = FALSE;
  fake_daemon_skip (fixture->daemon, 1);
  wait_until (fixture->n_live == 2);

  assert_said (fixture, "added 1\nadded 2\nadded 3\nadded 4\nadded 5\n");
  assert_asked (fixture, "events 77 0\nevents 77 2\nevents 77 4\nevents 77 5\n");

  fake_daemon_add (fixture->daemon, 6, "{}");
  settle (fixture);
  assert_said (fixture, "added 6\n");
}

/* While it reads, signals come too: each event is told once and in its place. */
static void
test_queue_follower_signals_while_reading_are_told_once (Fixture      *fixture,
                                                         gconstpointer test_data)
{
  follow (fixture);
  fixture->daemon->is_quiet = TRUE;
  fixture->daemon->page_size = 1;
  fake_daemon_add (fixture->daemon, 1, "{}");
  fixture->daemon->is_quiet = FALSE;
  fake_daemon_skip (fixture->daemon, 1);
  for (guint64 id = 2; id <= 20; id++)
    fake_daemon_add (fixture->daemon, id, "{}");
  wait_until (fixture->n_live == 2);
  settle (fixture);

  for (guint64 id = 1; id <= 20; id++)
    {
      g_autofree char *line = g_strdup_printf ("added %" G_GUINT64_FORMAT "\n", id);

      g_assert_true (g_str_has_prefix (fixture->said->str, line));
      g_string_erase (fixture->said, 0, strlen (line));
    }
  assert_said (fixture, "");
}

/* A signal may come late, behind an answer that has told of it. */
static void
test_queue_follower_late_signal_is_left_out (Fixture      *fixture,
                                             gconstpointer test_data)
{
  follow (fixture);
  fixture->daemon->is_quiet = TRUE;
  fake_daemon_add (fixture->daemon, 1, "{}");
  fixture->daemon->is_quiet = FALSE;
  fake_daemon_skip (fixture->daemon, 1);
  wait_until (fixture->n_live == 2);

  hw_client_queue_emit_task_added (fixture->daemon->skeleton, 77, 1, 1,
                                   g_variant_new ("a{sv}", NULL));
  settle (fixture);
  assert_said (fixture, "added 1\n");
}

static void
test_queue_follower_daemon_comes_back (Fixture      *fixture,
                                       gconstpointer test_data)
{
  follow (fixture);
  fake_daemon_add (fixture->daemon, 1, "{}");
  settle (fixture);
  fake_daemon_stop (fixture->daemon);
  fake_daemon_change (fixture->daemon, 1, "Failed", "{'result': <'interrupted'>}");
  settle (fixture);
  assert_said (fixture, "added 1\n");

  fake_daemon_start (fixture->daemon, fixture->bus);
  wait_until (fixture->n_live == 2);
  assert_said (fixture, "failed 1\n");
}

/* It is there first; the daemon comes when somebody starts it. */
static void
test_queue_follower_waits_for_a_daemon (Fixture      *fixture,
                                        gconstpointer test_data)
{
  hw_queue_follower_set_connection (fixture->follower, fixture->connection);
  settle (fixture);
  g_assert_cmpuint (fixture->n_live, ==, 0);

  fake_daemon_start (fixture->daemon, fixture->bus);
  wait_until (fixture->n_live == 1);
  fake_daemon_add (fixture->daemon, 1, "{}");
  settle (fixture);
  assert_said (fixture, "added 1\n");
}

static void
test_queue_follower_other_database_is_a_reset (Fixture      *fixture,
                                               gconstpointer test_data)
{
  follow (fixture);
  fake_daemon_add (fixture->daemon, 1, "{}");
  settle (fixture);

  fake_daemon_stop (fixture->daemon);
  fixture->daemon->epoch = 78;
  fixture->daemon->seq = 0;
  g_ptr_array_set_size (fixture->daemon->events, 0);
  fake_daemon_start (fixture->daemon, fixture->bus);
  wait_until (fixture->n_live == 2);
  fake_daemon_add (fixture->daemon, 1, "{}");
  settle (fixture);
  assert_said (fixture, "added 1\nreset 0\nadded 1\n");
  assert_asked (fixture, "list 1\nevents 77 1\nevents 78 0\n");
}

/* A daemon that dies while it is asked is asked again when it is back. */
static void
test_queue_follower_daemon_dies_while_it_is_asked (Fixture      *fixture,
                                                   gconstpointer test_data)
{
  follow (fixture);
  fixture->daemon->is_quiet = TRUE;
  fake_daemon_add (fixture->daemon, 1, "{}");
  fixture->daemon->is_slow = TRUE;
  fake_daemon_skip (fixture->daemon, 1);
  wait_until (fixture->daemon->waiting->len == 1);
  fake_daemon_stop (fixture->daemon);
  settle (fixture);

  fixture->daemon->is_slow = FALSE;
  fake_daemon_start (fixture->daemon, fixture->bus);
  wait_until (fixture->n_live == 2);
  assert_said (fixture, "added 1\n");
}

/* The bus dies, and with it everybody's place there. */
static void
test_queue_follower_bus_comes_back (Fixture      *fixture,
                                    gconstpointer test_data)
{
  follow (fixture);
  private_bus_kill (fixture->bus);
  wait_until (g_dbus_connection_is_closed (fixture->connection));
  hw_queue_follower_set_connection (fixture->follower, NULL);
  private_bus_leave (g_steal_pointer (&fixture->connection));
  fake_daemon_stop (fixture->daemon);
  fake_daemon_add (fixture->daemon, 1, "{}");

  private_bus_start (fixture->bus);
  fixture->connection = private_bus_connect (fixture->bus);
  hw_queue_follower_set_connection (fixture->follower, fixture->connection);
  fake_daemon_start (fixture->daemon, fixture->bus);
  wait_until (fixture->n_live == 2);
  assert_said (fixture, "added 1\n");
}

static void
test_queue_follower_starts_nobody (Fixture      *fixture,
                                   gconstpointer test_data)
{
  g_autofree char *started = g_build_filename (private_bus_get_folder (fixture->bus), "started",
                                               NULL);
  g_autofree char *line = g_strconcat ("/bin/touch ", started, NULL);

  private_bus_leave (g_steal_pointer (&fixture->connection));
  private_bus_kill (fixture->bus);
  private_bus_add_service (fixture->bus, HW_BUS_NAME, line);
  private_bus_start (fixture->bus);
  fixture->connection = private_bus_connect (fixture->bus);
  hw_queue_follower_set_connection (fixture->follower, fixture->connection);
  settle (fixture);
  private_bus_start_marker (fixture->bus, fixture->connection);
  g_assert_false (g_file_test (started, G_FILE_TEST_EXISTS));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/queue-follower/" path, Fixture, NULL, set_up, function, tear_down)

  ADD ("begins-now", test_queue_follower_begins_now);
  ADD ("first-answer-is-no-gap", test_queue_follower_first_answer_is_no_gap);
  ADD ("reads-what-was-skipped", test_queue_follower_reads_what_was_skipped);
  ADD ("signals-while-reading-are-told-once",
       test_queue_follower_signals_while_reading_are_told_once);
  ADD ("late-signal-is-left-out", test_queue_follower_late_signal_is_left_out);
  ADD ("daemon-comes-back", test_queue_follower_daemon_comes_back);
  ADD ("waits-for-a-daemon", test_queue_follower_waits_for_a_daemon);
  ADD ("other-database-is-a-reset", test_queue_follower_other_database_is_a_reset);
  ADD ("daemon-dies-while-it-is-asked", test_queue_follower_daemon_dies_while_it_is_asked);
  ADD ("bus-comes-back", test_queue_follower_bus_comes_back);
  ADD ("starts-nobody", test_queue_follower_starts_nobody);
#undef ADD

  return g_test_run ();
}
