/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/support/command-tree.h"
#include "tests/support/hw-fake-clock.h"
#include "tests/support/hw-test-log.h"

#include <signal.h>

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

  start = read_attempt_file (fixture, HW_SHIM_START);
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
  g_assert_cmpstr (probe->error, ==, "The task was canceled. Retry it to do it after all.");
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
                   "sh -c \"echo ready; exec sleep " FOREVER "\" & wait']>}");

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "ready");
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  wait_until (probe->is_finished);

  g_assert_true (has_output (fixture, "tidy"));
  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpint (probe->exit_code, ==, 0);
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

/* Test that a shim that does not answer keeps nobody from ending what it watches: it is
 * asked whether it lives, and then ended with all the rest.
 */
static void
test_command_kill_of_held_shim (CommandFixture *fixture,
                                gconstpointer   test_data)
{
  g_autoptr(HwFakeClock) clock = hw_fake_clock_new ();
  g_autoptr(HwCommandRunner) runner =
    hw_command_runner_new (g_getenv ("HEADWAY_SHIM"), fixture->output_root, HW_CLOCK (clock));
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);
  g_autofree char *record = NULL;
  HwTestLog *log = (HwTestLog *) test_data;
  HwShimStart start;

  run_probe_start (probe, HW_RUNNER (runner), NULL);
  wait_for_tree (fixture);
  record = read_attempt_file (fixture, HW_SHIM_START);
  g_assert_true (hw_shim_start_parse (record, strlen (record), &start));
  g_assert_no_errno (kill (start.shim, SIGSTOP));

  run_probe_control (probe, HW_RUNNER (runner), HW_CONTROL_KILL, 0);
  hw_fake_clock_advance (clock, 5 * G_USEC_PER_SEC);
  g_assert_true (hw_process_is (start.shim, start.shim_start));
  hw_test_log_expect_warning (log, "What watches task 7 does not answer, and is ended");
  hw_fake_clock_advance (clock, 5 * G_USEC_PER_SEC);
  wait_until (probe->is_finished);

  hw_test_log_assert_expected (log);
  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  assert_tree_is_gone (fixture);
}

/* Test that a shim that answers is waited for, however long it takes. */
static void
test_command_stop_of_living_shim (CommandFixture *fixture,
                                  gconstpointer   test_data)
{
  g_autoptr(HwFakeClock) clock = hw_fake_clock_new ();
  g_autoptr(HwCommandRunner) runner =
    hw_command_runner_new (g_getenv ("HEADWAY_SHIM"), fixture->output_root, HW_CLOCK (clock));
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);

  run_probe_start (probe, HW_RUNNER (runner), NULL);
  wait_for_tree (fixture);
  run_probe_control (probe, HW_RUNNER (runner), HW_CONTROL_STOP,
                     hw_clock_get_monotonic_time (HW_CLOCK (clock)) + G_TIME_SPAN_HOUR);
  hw_fake_clock_advance (clock, G_TIME_SPAN_HOUR + 5 * G_USEC_PER_SEC);
  wait_until (hw_run_get_is_stopping (probe->run));
  hw_fake_clock_advance (clock, 4 * G_USEC_PER_SEC);
  g_assert_false (probe->is_finished);

  run_probe_control (probe, HW_RUNNER (runner), HW_CONTROL_KILL, 0);
  wait_until (probe->is_finished);
  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
}

/* Test that a runner whose owner is gone waits for its program, and then goes too. */
static void
test_command_dropped_while_running (CommandFixture *fixture,
                                    gconstpointer   test_data)
{
  HwCommandRunner *runner = make_runner (fixture);
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
  runner = make_runner (fixture);
  run_probe_start (probe, HW_RUNNER (runner), NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->exit_code, ==, 3);
}

#define ADD(path, data, function) \
  g_test_add ("/command-control/" path, CommandFixture, data, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  HwTestLog *log;

  g_test_init (&argc, &argv, NULL);
  log = hw_test_log_install ();

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
  ADD ("kill/of-held-shim", log, test_command_kill_of_held_shim);
  ADD ("stop/of-living-shim", NULL, test_command_stop_of_living_shim);
  ADD ("end-leaves-children", NULL, test_command_end_leaves_children);
  ADD ("dropped-while-running", NULL, test_command_dropped_while_running);
  ADD ("many-at-once", NULL, test_command_many_at_once);
  ADD ("heeds-children", NULL, test_command_heeds_children);

  return g_test_run ();
}
