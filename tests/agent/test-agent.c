/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-agent.h"

#include "fake-daemon.h"
#include "fake-desktop.h"

#include "hw-await.h"
#include "wait.h"

#include <glib/gstdio.h>
#include <string.h>

#define ALL "actions body persistence"

/* The whole agent, between a daemon and a desktop that do what a test wants. */
typedef struct
{
  PrivateBus *bus;             /* (owned) */
  GDBusConnection *connection; /* (owned) */
  FakeDaemon *daemon;          /* (owned) */
  FakeDesktop *desktop;        /* (owned) (nullable) */
  HwAgent *agent;              /* (owned) */
} Fixture;

/* Waits until everybody has heard all that was said. */
static void
settle (Fixture *fixture)
{
  for (guint i = 0; i < 6; i++)
    {
      private_bus_sync (fixture->connection);
      if (fixture->daemon->connection != NULL)
        private_bus_sync (fixture->daemon->connection);
      if (fixture->desktop != NULL)
        private_bus_sync (fixture->desktop->connection);
    }
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(HwAgentConfig) config = NULL;
  g_auto(GStrv) arguments = g_strsplit ("headway-agent", " ", -1);
  g_autoptr(GError) error = NULL;

  config = hw_agent_config_new_from_arguments (&arguments, &error);
  g_assert_no_error (error);

  fixture->bus = private_bus_new ();
  fixture->connection = private_bus_connect (fixture->bus);
  fixture->daemon = fake_daemon_new ();
  fake_daemon_start (fixture->daemon, fixture->bus);
  fixture->desktop = fake_desktop_new (fixture->bus, ALL);
  fixture->agent = hw_agent_new (config);
  hw_agent_set_connection (fixture->agent, fixture->connection);
  settle (fixture);
  g_free (fake_daemon_take_asked (fixture->daemon));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_agent_set_connection (fixture->agent, NULL);
  hw_await_quiet ();
  drop_object (g_steal_pointer (&fixture->agent));
  g_clear_pointer (&fixture->desktop, fake_desktop_free);
  fake_daemon_free (fixture->daemon);
  private_bus_leave (g_steal_pointer (&fixture->connection));
  private_bus_free (fixture->bus);
}

/* Has a task fail that was asked for long ago. */
static void
fail (Fixture    *fixture,
      guint64     id,
      const char *title)
{
  g_autofree char *task = g_strdup_printf ("{'id': <uint64 %" G_GUINT64_FORMAT ">, "
                                           "'title': <'%s'>, 'created_at': <int64 1>}", id, title);

  fake_daemon_add (fixture->daemon, id, task);
  fake_daemon_change (fixture->daemon, id, "Failed",
                      "{'result': <'error'>, 'error': <'No room.'>, 'ended_at': <int64 60000000>}");
}

static void
assert_shown (Fixture    *fixture,
              guint       n_shown,
              const char *summary,
              const char *body)
{
  wait_until (fixture->desktop->shown->len >= n_shown);
  settle (fixture);
  g_assert_cmpuint (fixture->desktop->shown->len, ==, n_shown);
  g_assert_cmpstr (fake_desktop_get_last (fixture->desktop)->summary, ==, summary);
  g_assert_cmpstr (fake_desktop_get_last (fixture->desktop)->body, ==, body);
}

static void
assert_asked (Fixture    *fixture,
              const char *expected)
{
  g_autofree char *asked = fake_daemon_take_asked (fixture->daemon);

  g_assert_cmpstr (asked, ==, expected);
}

static void
test_agent_failure_says_why (Fixture      *fixture,
                             gconstpointer test_data)
{
  fail (fixture, 1, "Copy");
  assert_shown (fixture, 1, "“Copy” failed", "No room.");
  assert_asked (fixture, "task 1\n");
}

static void
test_agent_completion_is_told (Fixture      *fixture,
                               gconstpointer test_data)
{
  fake_daemon_add (fixture->daemon, 1, "{'title': <'Copy'>, 'created_at': <int64 1>}");
  fake_daemon_change (fixture->daemon, 1, "Completed",
                      "{'result': <'success'>, 'ended_at': <int64 60000000>}");
  assert_shown (fixture, 1, "“Copy” is done", "");
}

/* Of a task that is over while one looks nobody is asked, either. */
static void
test_agent_short_task_costs_nothing (Fixture      *fixture,
                                     gconstpointer test_data)
{
  fake_daemon_add (fixture->daemon, 1, "{'title': <'Short'>, 'created_at': <int64 1000000>}");
  fake_daemon_change (fixture->daemon, 1, "Failed", "{'ended_at': <int64 10999999>}");
  fail (fixture, 2, "Long");
  assert_shown (fixture, 1, "“Long” failed", "No room.");
  assert_asked (fixture, "task 2\n");
}

static void
test_agent_canceled_is_silent (Fixture      *fixture,
                               gconstpointer test_data)
{
  fake_daemon_add (fixture->daemon, 1, "{'title': <'Canceled'>, 'created_at': <int64 1>}");
  fake_daemon_change (fixture->daemon, 1, "Failed",
                      "{'result': <'canceled'>, 'ended_at': <int64 60000000>}");
  fail (fixture, 2, "Copy");
  assert_shown (fixture, 1, "“Copy” failed", "No room.");
}

static void
test_agent_several_become_one (Fixture      *fixture,
                               gconstpointer test_data)
{
  for (guint64 id = 1; id <= 8; id++)
    {
      g_autofree char *title = g_strdup_printf ("T%" G_GUINT64_FORMAT, id);

      fail (fixture, id, title);
    }

  assert_shown (fixture, 1, "8 tasks failed",
                "T8: No room.\nT7: No room.\nT6: No room.\nand 5 more");
  assert_asked (fixture, "task 8\ntask 7\ntask 6\n");

  fake_desktop_press (fixture->desktop, 1, "retry", NULL);
  settle (fixture);
  assert_asked (fixture, "retry [1, 2, 3, 4, 5, 6, 7, 8]\n");
}

static void
test_agent_retry_retries (Fixture      *fixture,
                          gconstpointer test_data)
{
  fail (fixture, 5, "Copy");
  assert_shown (fixture, 1, "“Copy” failed", "No room.");

  fake_desktop_press (fixture->desktop, 1, "retry", NULL);
  settle (fixture);
  assert_asked (fixture, "task 5\nretry [5]\n");

  /* Its notification is closed already, so there is nothing to withdraw. */
  fake_daemon_change (fixture->daemon, 5, "Pending", "{}");
  settle (fixture);
  g_assert_cmpuint (fixture->desktop->closed->len, ==, 0);
}

/* Somebody retries it elsewhere, and what the desktop says is not true any more. */
static void
test_agent_retried_elsewhere_is_closed (Fixture      *fixture,
                                        gconstpointer test_data)
{
  fail (fixture, 5, "Copy");
  assert_shown (fixture, 1, "“Copy” failed", "No room.");

  fake_daemon_change (fixture->daemon, 5, "Pending", "{}");
  wait_until (fixture->desktop->closed->len == 1);
}

static gboolean
read_line (const char *path,
           char      **line)
{
  g_clear_pointer (line, g_free);
  g_file_get_contents (path, line, NULL, NULL);
  g_main_context_wakeup (NULL);

  return *line != NULL && g_str_has_suffix (*line, "\n");
}

/* @line begins with the URI of a file, or its path. */
static void
assert_leads_to (const char *line,
                 const char *address)
{
  g_autofree char *name = g_strndup (line, strcspn (line, " "));
  g_autoptr(GFile) file = g_file_new_for_commandline_arg (name);
  g_autofree char *page = NULL;

  g_assert_true (g_file_get_contents (g_file_peek_path (file), &page, NULL, NULL));
  g_assert_nonnull (strstr (page, address));
}

static void
test_agent_show_opens_the_page (Fixture      *fixture,
                                gconstpointer test_data)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "opened", NULL);
  g_autofree char *line = NULL;

  fail (fixture, 5, "Copy");
  assert_shown (fixture, 1, "“Copy” failed", "No room.");

  fake_desktop_press (fixture->desktop, 1, "default", "let-me-front");
  wait_until (read_line (path, &line));
  g_assert_true (g_str_has_suffix (line, " let-me-front\n"));
  assert_asked (fixture, "task 5\nlink 5\n");

  /* Whoever is on the machine can read what programs are called with. */
  g_assert_null (strstr (line, "secret"));
  assert_leads_to (line, "headway-test://page/5#token=secret");
}

/* The daemon dies while it is asked what a task is called: it is asked again when it is back. */
static void
test_agent_daemon_dies_while_it_is_asked (Fixture      *fixture,
                                          gconstpointer test_data)
{
  fixture->daemon->is_slow = TRUE;
  fail (fixture, 1, "Copy");
  wait_until (fixture->daemon->waiting->len == 1);
  fake_daemon_stop (fixture->daemon);
  settle (fixture);
  g_assert_cmpuint (fixture->desktop->shown->len, ==, 0);

  fixture->daemon->is_slow = FALSE;
  fake_daemon_start (fixture->daemon, fixture->bus);
  assert_shown (fixture, 1, "“Copy” failed", "No room.");
}

/* While the first of them is asked for, more fail: all are told of. */
static void
test_agent_more_fail_while_one_is_asked_for (Fixture      *fixture,
                                             gconstpointer test_data)
{
  fixture->daemon->is_slow = TRUE;
  for (guint64 id = 1; id <= 4; id++)
    fail (fixture, id, "Copy");
  wait_until (fixture->daemon->waiting->len == 1);
  fake_daemon_change (fixture->daemon, 1, "Pending", "{}");
  settle (fixture);
  fixture->daemon->is_slow = FALSE;
  hw_client_queue_complete_get_task (fixture->daemon->skeleton,
                                     g_ptr_array_steal_index (fixture->daemon->waiting, 0),
                                     g_hash_table_lookup (fixture->daemon->tasks,
                                                          &(guint64) { 4 }));

  assert_shown (fixture, 1, "3 tasks failed", "Copy: No room.\nCopy: No room.\nCopy: No room.");
}

/* There is no daemon to say what the task was called: it is told when there is one. */
static void
test_agent_daemon_dies_before_it_is_told (Fixture      *fixture,
                                          gconstpointer test_data)
{
  fail (fixture, 1, "Copy");
  settle (fixture);
  fake_daemon_stop (fixture->daemon);
  fail (fixture, 2, "Move");
  fake_daemon_start (fixture->daemon, fixture->bus);

  wait_until (fixture->desktop->shown->len == 2);
}

/* A task that is gone by the time of its notification has none. */
static void
test_agent_gone_is_silent (Fixture      *fixture,
                           gconstpointer test_data)
{
  fail (fixture, 1, "Gone");
  fixture->daemon->is_quiet = TRUE;
  fake_daemon_remove (fixture->daemon, 1);
  fail (fixture, 2, "Copy");
  fixture->daemon->is_quiet = FALSE;
  fake_daemon_skip (fixture->daemon, 3);

  assert_shown (fixture, 1, "“Copy” failed", "No room.");
}

/* Somebody retried it before it was told of, and the news of that is still on its way. */
static void
test_agent_begun_anew_is_silent (Fixture      *fixture,
                                 gconstpointer test_data)
{
  fail (fixture, 1, "Again");
  fixture->daemon->is_quiet = TRUE;
  fake_daemon_change (fixture->daemon, 1, "Pending", "{}");
  fixture->daemon->is_quiet = FALSE;
  fail (fixture, 2, "Copy");

  assert_shown (fixture, 1, "“Copy” failed", "No room.");
}

/* For a day nobody looks, and there is no server. Then there is one. */
static void
test_agent_told_late_is_one (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_clear_pointer (&fixture->desktop, fake_desktop_free);
  for (guint64 id = 1; id <= 2000; id++)
    fail (fixture, id, "T");
  settle (fixture);

  /* On a busy machine, the agent may still be asking for the last of them, and then adds them. */
  fixture->desktop = fake_desktop_new (fixture->bus, ALL);
  wait_until (fixture->desktop->shown->len > 0 &&
              g_str_has_prefix (fake_desktop_get_last (fixture->desktop)->summary, "2000 "));
  assert_shown (fixture, 1, "2000 tasks failed",
                "T: No room.\nT: No room.\nT: No room.\nand 1997 more");
}

/* Says who opens the addresses of this test: a program that writes down what it is given. */
static void
install_handler (const char *folder)
{
  g_autofree char *script = g_build_filename (folder, "open.sh", NULL);
  g_autofree char *entry = g_build_filename (folder, "applications", "headway-test.desktop", NULL);
  g_autofree char *choices = g_build_filename (folder, "mimeapps.list", NULL);
  g_autofree char *applications = g_path_get_dirname (entry);
  g_autofree char *text = g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Test\n"
                                           "Exec=%s %%u\n", script);

  g_assert_no_errno (g_mkdir (applications, 0700));
  g_assert_true (g_file_set_contents (script, "#!/bin/sh\n"
                                      "echo \"$1 $XDG_ACTIVATION_TOKEN\" > \"$0.new\"\n"
                                      "mv \"$0.new\" \"$(dirname \"$0\")/opened\"\n", -1, NULL));
  g_assert_no_errno (g_chmod (script, 0700));
  g_assert_true (g_file_set_contents (entry, text, -1, NULL));
  g_assert_true (g_file_set_contents (choices, "[Default Applications]\n"
                                      "x-scheme-handler/headway-test=headway-test.desktop\n", -1,
                                      NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("headway-agent-XXXXXX", NULL);
  const char *remove[] = { "rm", "-rf", "--", folder, NULL };
  int status;

  /* Nothing that is installed on this machine opens anything. */
  g_assert_nonnull (folder);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  g_setenv ("XDG_DATA_DIRS", folder, TRUE);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_unsetenv ("DISPLAY");
  g_unsetenv ("WAYLAND_DISPLAY");
  install_handler (folder);

  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/agent/" path, Fixture, NULL, set_up, function, tear_down)

  ADD ("failure-says-why", test_agent_failure_says_why);
  ADD ("completion-is-told", test_agent_completion_is_told);
  ADD ("short-task-costs-nothing", test_agent_short_task_costs_nothing);
  ADD ("canceled-is-silent", test_agent_canceled_is_silent);
  ADD ("several-become-one", test_agent_several_become_one);
  ADD ("retry-retries", test_agent_retry_retries);
  ADD ("retried-elsewhere-is-closed", test_agent_retried_elsewhere_is_closed);
  ADD ("show-opens-the-page", test_agent_show_opens_the_page);
  ADD ("daemon-dies-while-it-is-asked", test_agent_daemon_dies_while_it_is_asked);
  ADD ("more-fail-while-one-is-asked-for", test_agent_more_fail_while_one_is_asked_for);
  ADD ("daemon-dies-before-it-is-told", test_agent_daemon_dies_before_it_is_told);
  ADD ("gone-is-silent", test_agent_gone_is_silent);
  ADD ("begun-anew-is-silent", test_agent_begun_anew_is_silent);
  ADD ("told-late-is-one", test_agent_told_late_is_one);
#undef ADD

  status = g_test_run ();
  g_assert_true (g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));

  return status;
}
