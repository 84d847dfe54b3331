/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/support/hostile-tree.h"
#include "tests/support/shim-fixture.h"

/* How many trees, and how many of them grow at a time. */
#define N_TREES 100
#define N_AT_ONCE 10

/* How long a tree may take to end by itself, which it never does. */
#define GRACE_MILLISECONDS 300

/* How long it is looked whether something does not happen. */
#define QUIET_TIME (G_USEC_PER_SEC / 10)

/* Begins a tree of its number, in a cgroup if there is to be one. */
static void
plant (ShimFixture *fixture,
       const char  *token,
       guint        number,
       gboolean     has_cgroup)
{
  g_autofree char *script = make_script (number);
  const char *argv[] = { "sh", "-c", script, token, PHOENIX, NULL };

  set_up (fixture, NULL);
  fixture->cgroup = has_cgroup ? test_cgroup_new () : NULL;
  begin_with (fixture, NULL, (HwShimTask) { .argv = (char **) argv });
  g_assert_cmpint (fixture->started.containment, ==, has_cgroup ? HW_SHIM_CGROUP : HW_SHIM_SESSION);
}

static void
wait_until_planted (ShimFixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "output-0", NULL);
  gint64 begin_time = g_get_monotonic_time ();
  g_autofree char *text = NULL;

  while (text == NULL || strstr (text, "ready") == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time () - begin_time, <, WAIT_SECONDS * G_USEC_PER_SEC);
      g_clear_pointer (&text, g_free);
      g_file_get_contents (path, &text, NULL, NULL);
    }
}

/* Waits for the news that is meant, whatever else is told before. */
static void
wait_for (ShimFixture *fixture,
          gboolean     is_paused)
{
  HwShimStatus status;

  do
    assert_status (fixture->process->link_fd, &status);
  while (status.is_paused != is_paused);
}

/* Test that of trees of processes that do all that one can do to get away, nothing is left a
 * second after the grace that they were given; and that whether it was paused makes no
 * difference.
 */
static void
test_are_felled (gconstpointer test_data)
{
  g_autofree char *token = make_token ();
  ShimFixture fixtures[N_AT_ONCE] = { 0 };
  guint n_processes = 0;
  gint64 longest = 0;
  guint8 grace[4];

  hw_shim_write_u32 (grace, GRACE_MILLISECONDS);
  for (guint first = 0; first < N_TREES; first += N_AT_ONCE)
    {
      gint64 begin_time;

      for (guint i = 0; i < N_AT_ONCE; i++)
        plant (&fixtures[i], token, first + i, test_data != NULL);
      for (guint i = 0; i < N_AT_ONCE; i++)
        wait_until_planted (&fixtures[i]);
      n_processes += count_processes (token);
      for (guint i = 0; i < N_AT_ONCE; i += 2)
        {
          say (fixtures[i].process->link_fd, HW_SHIM_VERSION, HW_SHIM_PAUSE, NULL, 0);
          wait_for (&fixtures[i], TRUE);
        }

      begin_time = g_get_monotonic_time ();
      for (guint i = 0; i < N_AT_ONCE; i++)
        say (fixtures[i].process->link_fd, HW_SHIM_VERSION, HW_SHIM_STOP, grace, sizeof grace);
      for (guint i = 0; i < N_AT_ONCE; i++)
        {
          assert_hears (fixtures[i].process->link_fd, HW_SHIM_HELLO);
          assert_ended (&fixtures[i], fixtures[i].process->link_fd, HW_SHIM_KILLED, SIGKILL);
        }
      longest = MAX (longest, g_get_monotonic_time () - begin_time);

      g_assert_cmpuint (count_processes (token), ==, 0);
      for (guint i = 0; i < N_AT_ONCE; i++)
        tear_down (&fixtures[i], NULL);
    }

  g_assert_cmpuint (n_processes, >=, 3 * N_TREES);
  g_test_message ("%d trees of %u processes, gone at most %d ms after the grace", N_TREES,
                  n_processes, (int) (longest / 1000) - GRACE_MILLISECONDS);
}

/* Names all processes that have the token among their arguments. */
static char *
list_processes (const char *token)
{
  g_autoptr(GDir) processes = g_dir_open ("/proc", 0, NULL);
  GString *list = g_string_new ("");
  const char *name;

  while ((name = g_dir_read_name (processes)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *arguments = NULL;
      gsize length = 0;

      if (g_ascii_isdigit (*name) && g_file_get_contents (path, &arguments, &length, NULL) &&
          memmem (arguments, length, token, strlen (token)) != NULL)
        g_string_append_printf (list, "%s ", name);
    }

  return g_string_free (list, FALSE);
}

/* Test that of a tree that is paused nobody comes and nobody goes, though it starts others all
 * the time, and that all of it goes on.
 */
static void
test_are_paused (gconstpointer test_data)
{
  g_autofree char *token = make_token ();

  for (guint i = 0; i < G_N_ELEMENTS (branches); i++)
    {
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      ShimFixture fixture = { 0 };

      plant (&fixture, token, i, test_data != NULL);
      wait_until_planted (&fixture);
      say (fixture.process->link_fd, HW_SHIM_VERSION, HW_SHIM_PAUSE, NULL, 0);
      wait_for (&fixture, TRUE);

      before = list_processes (token);
      g_usleep (QUIET_TIME); /* check-source: allow sleep: nothing happens meanwhile */
      after = list_processes (token);
      g_assert_cmpstr (before, !=, "");
      g_assert_cmpstr (before, ==, after);

      say (fixture.process->link_fd, HW_SHIM_VERSION, HW_SHIM_RESUME, NULL, 0);
      wait_for (&fixture, FALSE);
      say (fixture.process->link_fd, HW_SHIM_VERSION, HW_SHIM_KILL, NULL, 0);
      assert_hears (fixture.process->link_fd, HW_SHIM_HELLO);
      assert_ended (&fixture, fixture.process->link_fd, HW_SHIM_KILLED, SIGKILL);
      g_assert_cmpuint (count_processes (token), ==, 0);
      tear_down (&fixture, NULL);
    }
}

static void
test_no_cgroup (void)
{
  g_test_skip ("There is no cgroup here that we may write to");
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *cgroup = NULL;

  g_test_init (&argc, &argv, NULL);
  cgroup = test_cgroup_new ();

  g_test_add_data_func ("/shim-trees/session/are-felled", NULL, test_are_felled);
  g_test_add_data_func ("/shim-trees/session/are-paused", NULL, test_are_paused);
  if (cgroup == NULL)
    {
      g_test_add_func ("/shim-trees/cgroup", test_no_cgroup);
    }
  else
    {
      g_test_add_data_func ("/shim-trees/cgroup/are-felled", "", test_are_felled);
      g_test_add_data_func ("/shim-trees/cgroup/are-paused", "", test_are_paused);
    }
  g_clear_pointer (&cgroup, test_cgroup_free);

  return g_test_run ();
}
