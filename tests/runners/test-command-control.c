/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"

#include "tests/support/command-fixture.h"

#include <signal.h>

/* Seconds that are longer than any test: what ends earlier was ended. If a test breaks
 * off, what it started goes on no longer than that.
 */
#define FOREVER "60"

/* Reads the number that stands behind @name in what the program printed. */
static pid_t
read_pid (CommandFixture *fixture,
          const char     *name)
{
  g_autofree char *output = read_attempt_file (fixture, HW_ATTEMPT_OUTPUT);
  const char *found = strstr (output, name);

  g_assert_nonnull (found);

  return (pid_t) g_ascii_strtoll (found + strlen (name), NULL, 10);
}

/* Tells whether a process runs no program any more: it is gone, or the kernel is tidying
 * up what is left of it.
 */
static gboolean
is_gone (pid_t pid)
{
  g_autofree char *link = g_strdup_printf ("/proc/%d/exe", (int) pid);
  g_autofree char *program = g_file_read_link (link, NULL);

  return program == NULL;
}

static gint64
in_milliseconds (CommandFixture *fixture,
                 gint64          milliseconds)
{
  return hw_clock_get_monotonic_time (fixture->clock) + milliseconds * 1000;
}

static void
test_command_canceled_before (CommandFixture *fixture,
                              gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  run_probe_start (probe, fixture->runner, cancellable);
  wait_until (probe->start_error != NULL);

  g_assert_error (probe->start_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (fixture->attempt, G_FILE_TEST_EXISTS));
}

/* Test that a start that is canceled either never happens, or is as if it was not
 * canceled: nobody is left in doubt.
 */
static void
test_command_canceled_during (CommandFixture *fixture,
                              gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *start = NULL;

  run_probe_start (probe, fixture->runner, cancellable);
  g_cancellable_cancel (cancellable);
  wait_until (probe->start_error != NULL || probe->is_finished);

  start = read_attempt_file (fixture, HW_ATTEMPT_START);
  g_assert_true ((probe->start_error != NULL) == (start == NULL));
  if (probe->start_error != NULL)
    g_assert_error (probe->start_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  else
    g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
}

static void
test_command_stop (CommandFixture *fixture,
                   gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    probe_command (fixture, "{'argv': <['sh', '-c', 'echo ready; exec sleep " FOREVER "']>}");

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "ready");
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpstr (probe->error, ==, "The task was canceled. Add it again to do it after all.");
  g_assert_cmpstr (probe->signal, ==, "SIGTERM");
  g_assert_cmpuint (probe->output_size, ==, strlen ("ready\n"));
}

/* Test that a program has time to tidy up. */
static void
test_command_stop_lets_tidy_up (CommandFixture *fixture,
                                gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    probe_command (fixture, "{'argv': <['sh', '-c', 'trap \"echo tidy; exit 0\" TERM; "
                   "echo ready; sleep " FOREVER " & wait']>}");

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "ready");
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  wait_until (probe->is_finished);

  g_assert_true (has_output (fixture, "tidy"));
  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpint (probe->exit_code, ==, 0);
}

/* A tree that ignores SIGTERM: the program, a child in its group, one in a group of its
 * own, and one in a session of its own without a parent. It says their numbers.
 */
#define TREE \
  "{'argv': <['sh', '-c', 'trap \"\" TERM; " \
  "sleep " FOREVER " & echo child=$!; " \
  "setsid sh -c \"echo session=\\\\$\\\\$; exec sleep " FOREVER "\" & " \
  "(setsid sh -c \"echo orphan=\\\\$\\\\$; exec sleep " FOREVER "\" &); " \
  "echo leader=$$; sleep " FOREVER "']>}"

static const char *const tree[] = { "leader=", "child=", "session=", "orphan=" };

static void
wait_for_tree (CommandFixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (tree); i++)
    wait_for_output (fixture, tree[i]);
}

static void
assert_tree_is_gone (CommandFixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (tree); i++)
    g_assert_true (is_gone (read_pid (fixture, tree[i])));
}

/* Test that what does not heed a stop is killed when the time is up, and not before, with
 * all that came of it.
 */
static void
test_command_stop_kills_tree_at_deadline (CommandFixture *fixture,
                                          gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);
  gint64 begin;

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  begin = g_get_monotonic_time ();
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, in_milliseconds (fixture, 200));
  wait_until (probe->is_finished);

  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 200 * 1000);
  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpstr (probe->signal, ==, "SIGKILL");
  assert_tree_is_gone (fixture);
}

static void
test_command_kill_kills_tree (CommandFixture *fixture,
                              gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  run_probe_control (probe, fixture->runner, HW_CONTROL_KILL, 0);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpstr (probe->signal, ==, "SIGKILL");
  assert_tree_is_gone (fixture);
}

/* Test that who loses patience need not wait for the deadline. */
static void
test_command_kill_after_stop (CommandFixture *fixture,
                              gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  run_probe_control (probe, fixture->runner, HW_CONTROL_KILL, 0);
  wait_until (probe->is_finished);

  g_assert_cmpstr (probe->signal, ==, "SIGKILL");
}

/* Test that a stop reaches a program that is held. */
static void
test_command_stop_of_held_program (CommandFixture *fixture,
                                   gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    probe_command (fixture, "{'argv': <['sh', '-c', 'echo ready; kill -STOP $$']>}");

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "ready");
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
}

/* Test that a program that is stopped while it is being started ends, too. */
static void
test_command_stop_during_start (CommandFixture *fixture,
                                gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['sleep', '" FOREVER "']>}");

  run_probe_start (probe, fixture->runner, NULL);
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
}

static void
test_command_stop_after_end (CommandFixture *fixture,
                             gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = run_command (fixture, "{'argv': <['true']>}");

  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, 0);
  run_probe_control (probe, fixture->runner, HW_CONTROL_KILL, 0);

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
}

/* Test that children that a program leaves behind when it ends by itself may stay. */
static void
test_command_end_leaves_children (CommandFixture *fixture,
                                  gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', 'sleep " FOREVER " & echo child=$!']>}");
  pid_t child = read_pid (fixture, "child=");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_false (is_gone (child));

  kill (child, SIGKILL);
}

/* Test that a runner whose owner is gone waits for its program, and then goes too. */
static void
test_command_dropped_while_running (CommandFixture *fixture,
                                    gconstpointer   test_data)
{
  HwCommandRunner *runner = hw_command_runner_new (fixture->output_root, fixture->clock);
  g_autoptr(RunProbe) probe =
    probe_command (fixture, "{'argv': <['sh', '-c', '" WAIT_FOR_GO "']>}");
  int is_dropped = FALSE;

  run_probe_start (probe, HW_RUNNER (runner), NULL);
  wait_until (probe->is_started);
  g_object_weak_ref (G_OBJECT (runner), on_object_gone, &is_dropped);
  g_object_unref (runner);
  g_assert_false (g_atomic_int_get (&is_dropped));

  write_file (fixture, "go", "", 0600);
  wait_until (probe->is_finished && g_atomic_int_get (&is_dropped));
  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
}

/* Test that many programs at once all end as they should. */
static void
test_command_many_at_once (CommandFixture *fixture,
                           gconstpointer   test_data)
{
  RunProbe *probes[50];

  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      g_autofree char *script = g_strdup_printf ("exit %u", i + 1);
      const char *argv[] = { "sh", "-c", script, NULL };
      g_auto(GVariantDict) parameters = G_VARIANT_DICT_INIT (NULL);

      g_variant_dict_insert (&parameters, "argv", "^as", argv);
      probes[i] = run_probe_new_for_run (hw_run_new (PROBE_EPOCH, 100 + i, PROBE_ATTEMPT, fixture->type,
                                                     g_variant_dict_end (&parameters)));
      run_probe_start (probes[i], fixture->runner, NULL);
    }

  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      wait_until (probes[i]->is_finished);
      g_assert_cmpint (probes[i]->exit_code, ==, (int) i + 1);
      run_probe_free (probes[i]);
    }
}

/* Test that how a program ends is known even if our parent cared for no child. */
static void
test_command_heeds_children (CommandFixture *fixture,
                             gconstpointer   test_data)
{
  g_autoptr(HwCommandRunner) runner = NULL;
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['sh', '-c', 'exit 3']>}");

  signal (SIGCHLD, SIG_IGN);
  runner = hw_command_runner_new (fixture->output_root, fixture->clock);
  run_probe_start (probe, HW_RUNNER (runner), NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->exit_code, ==, 3);
}

static void
test_command_adopts_what_never_began (CommandFixture *fixture,
                                      gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");
  g_autoptr(GError) error = run_probe_adopt (probe, fixture->runner);

  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_STARTED);
}

/* Test that a daemon that finds an attempt of its predecessor ends all that is left of
 * it, wherever it is. Here the predecessor is this process.
 */
static void
test_command_adoption_kills_tree (CommandFixture *fixture,
                                  gconstpointer   test_data)
{
  g_autoptr(HwCommandRunner) next = hw_command_runner_new (fixture->output_root, fixture->clock);
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);
  g_autoptr(GError) error = NULL;

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  error = run_probe_adopt (probe, HW_RUNNER (next));
  wait_until (probe->is_finished);

  g_assert_error (error, HW_ERROR, HW_ERROR_INTERRUPTED);
  g_assert_cmpstr (probe->signal, ==, "SIGKILL");
  assert_tree_is_gone (fixture);
}

/* Test that an adoption leaves other attempts alone: those too whose number begins with
 * the one's. A program that was killed by it would not end by SIGTERM.
 */
static void
test_command_adoption_spares_others (CommandFixture *fixture,
                                     gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['sleep', '" FOREVER "']>}");
  g_autoptr(RunProbe) other =
    run_probe_new_for_run (hw_run_new (PROBE_EPOCH, PROBE_TASK_ID, PROBE_ATTEMPT * 10,
                                       fixture->type, hw_run_get_parameters (probe->run)));
  g_autofree char *start = g_build_filename (fixture->attempt, HW_ATTEMPT_START, NULL);
  g_autoptr(GError) error = NULL;

  run_probe_start (other, fixture->runner, NULL);
  wait_until (other->is_started);
  g_assert_no_errno (g_mkdir_with_parents (fixture->attempt, 0700));
  g_assert_true (g_file_set_contents (start, "", 0, NULL));
  error = run_probe_adopt (probe, fixture->runner);
  run_probe_control (other, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  wait_until (other->is_finished);

  g_assert_error (error, HW_ERROR, HW_ERROR_INTERRUPTED);
  g_assert_cmpstr (other->signal, ==, "SIGTERM");
}

#define ADD(path, data, function) \
  g_test_add ("/command-control/" path, CommandFixture, data, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("canceled/before", NULL, test_command_canceled_before);
  ADD ("canceled/during", NULL, test_command_canceled_during);
  ADD ("stop", NULL, test_command_stop);
  ADD ("stop/lets-tidy-up", NULL, test_command_stop_lets_tidy_up);
  ADD ("stop/kills-tree-at-deadline", NULL, test_command_stop_kills_tree_at_deadline);
  ADD ("stop/of-held-program", NULL, test_command_stop_of_held_program);
  ADD ("stop/during-start", NULL, test_command_stop_during_start);
  ADD ("stop/after-end", NULL, test_command_stop_after_end);
  ADD ("kill/kills-tree", NULL, test_command_kill_kills_tree);
  ADD ("kill/after-stop", NULL, test_command_kill_after_stop);
  ADD ("end-leaves-children", NULL, test_command_end_leaves_children);
  ADD ("dropped-while-running", NULL, test_command_dropped_while_running);
  ADD ("many-at-once", NULL, test_command_many_at_once);
  ADD ("heeds-children", NULL, test_command_heeds_children);
  ADD ("adoption/of-what-never-began", NULL, test_command_adopts_what_never_began);
  ADD ("adoption/kills-tree", NULL, test_command_adoption_kills_tree);
  ADD ("adoption/spares-others", NULL, test_command_adoption_spares_others);

  return g_test_run ();
}
