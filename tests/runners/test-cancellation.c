/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-files.h"
#include "hw-error.h"
#include "hw-in-process-runner.h"

#include "tests/support/command-heir.h"
#include "tests/support/command-tree.h"
#include "tests/support/hw-test-log.h"

#define SLEEPER "{'argv': <['sh', '-c', 'echo ready; exec sleep " FOREVER "']>}"

/* Counts, tells when it is asked to end, and ends when the test wants that. */
#define STUBBORN \
  "{'argv': <['sh', '-c', 'trap \"echo asked\" TERM; for i in $(seq 3000); do " \
  "if [ -e @/go ]; then break; fi; echo count=$i; sleep 0.02; done; exit 3']>}"

/* Cancels the attempt in the name of a person. */
static void
cancel (CommandFixture *fixture,
        RunProbe       *probe,
        const char     *actor)
{
  hw_run_set_canceled_by (probe->run, actor);
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
}

/* Writes down who canceled the attempt, as a daemon does that dies then. */
static void
record (CommandFixture *fixture,
        RunProbe       *probe,
        const char     *actor,
        gboolean        is_now)
{
  g_autoptr(GError) error = NULL;

  hw_run_set_canceled_by (probe->run, actor);
  g_assert_true (hw_attempt_files_write_canceled (fixture->output_root, probe->run, is_now,
                                                  &error));
  g_assert_no_error (error);
}

/* Test that a person is answered when the cancellation would outlive the daemon. */
static void
test_is_on_disk_when_it_is_answered (CommandFixture *fixture,
                                     gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, SLEEPER);
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "ready");
  cancel (fixture, probe, "uid:1000");
  text = read_attempt_file (fixture, "canceled");
  wait_until (probe->is_finished);

  expected = g_strdup_printf ("headway-canceled 1\n%s\nnow 0\nby uid:1000\nend\n", fixture->mark);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
}

/* Test that what a daemon wrote down before it could ask anybody is done by the next one. */
static void
test_outlives_who_asked_nobody (CommandFixture *fixture,
                                gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, SLEEPER);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "ready");
  record (fixture, probe, "uid:1000", FALSE);
  replace_runner (fixture, probe);
  adopt (fixture, again);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpstr (again->signal, ==, "SIGTERM");
  g_assert_cmpstr (hw_run_get_canceled_by (again->run), ==, "uid:1000");
  g_assert_true (hw_run_get_is_stopping (again->run));
}

/* Test that what was to end at once does, when the next daemon finds it: it is not asked first. */
static void
test_now_outlives_who_asked_nobody (CommandFixture *fixture,
                                    gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, STUBBORN);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  g_autofree char *output = NULL;

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "count=1\n");
  record (fixture, probe, "uid:1000", TRUE);
  replace_runner (fixture, probe);
  adopt (fixture, again);
  wait_until (again->is_finished);

  output = read_attempt_file (fixture, OUTPUT);
  g_assert_cmpint (again->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpstr (again->signal, ==, "SIGKILL");
  g_assert_null (strstr (output, "asked"));
}

/* Test that it is written down as well when it is only the second who wants it at once, with the
 * first as the one who canceled.
 */
static void
test_now_is_on_disk_when_it_is_answered (CommandFixture *fixture,
                                         gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, STUBBORN);
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "count=1\n");
  cancel (fixture, probe, "uid:1000");
  wait_for_output (fixture, "asked");
  run_probe_control (probe, fixture->runner, HW_CONTROL_KILL, G_MAXINT64);
  text = read_attempt_file (fixture, "canceled");
  wait_until (probe->is_finished);

  expected = g_strdup_printf ("headway-canceled 1\n%s\nnow 1\nby uid:1000\nend\n", fixture->mark);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpstr (probe->signal, ==, "SIGKILL");
}

/* Waits until the program has gone on for so long that it would have said if it was asked. */
static void
wait_for_more (CommandFixture *fixture)
{
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);
  const char *last = g_strrstr (output, "count=");
  g_autofree char *later = NULL;

  g_assert_nonnull (last);
  later = g_strdup_printf ("count=%d\n", atoi (last + strlen ("count=")) + 20);
  wait_for_output (fixture, later);
}

/* Gets how often the program was asked to end. */
static guint
count_asked (CommandFixture *fixture)
{
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);
  g_auto(GStrv) parts = g_strsplit (output, "asked\n", -1);

  return g_strv_length (parts) - 1;
}

/* Test that a program that was asked to end is not asked again by the next daemon. */
static void
test_asks_once (CommandFixture *fixture,
                gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, STUBBORN);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "count=1\n");
  cancel (fixture, probe, "uid:1000");
  wait_for_output (fixture, "asked");
  replace_runner (fixture, probe);
  adopt (fixture, again);
  wait_until (hw_run_get_containment (again->run) != NULL);
  wait_for_more (fixture);
  write_file (fixture, "go", "", 0600);
  wait_until (again->is_finished);

  g_assert_cmpuint (count_asked (fixture), ==, 1);
  g_assert_cmpint (again->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpint (again->exit_code, ==, 3);
}

/* Test that what was canceled before it began is known to be, too. */
static void
test_outlives_what_never_began (CommandFixture *fixture,
                                gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, SLEEPER);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  g_autoptr(GError) error = NULL;

  record (fixture, probe, "token:owner", FALSE);
  error = run_probe_adopt (again, fixture->runner);

  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_STARTED);
  g_assert_cmpstr (hw_run_get_canceled_by (again->run), ==, "token:owner");
}

/* Test that whoever was first stays who canceled it. */
static void
test_keeps_who_was_first (CommandFixture *fixture,
                          gconstpointer   test_data)
{
  g_autoptr(RunProbe) first = probe_command (fixture, SLEEPER);
  g_autoptr(RunProbe) second = run_probe_new_again (first);
  g_autoptr(RunProbe) again = run_probe_new_again (first);
  g_autoptr(GError) error = NULL;

  record (fixture, first, "uid:1000", FALSE);
  record (fixture, second, "uid:1001", FALSE);
  error = run_probe_adopt (again, fixture->runner);

  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_STARTED);
  g_assert_cmpstr (hw_run_get_canceled_by (again->run), ==, "uid:1000");
}

/* Test that nothing is ended because of a record that is damaged, or of another attempt. */
static void
test_heeds_no_other_record (CommandFixture *fixture,
                            gconstpointer   test_data)
{
  static const char *const texts[] = {
    "",
    "headway-canceled 1\n%s0\nnow 0\nby uid:1000\nend\n",
    "headway-canceled 1\n%s\nnow 0\nby uid:1000\nend",
    "headway-canceled 1\n%s\nnow 0\nby uid:1000\nend\nend\n",
    "headway-canceled 1\n%s\nnow 0\nby \nend\n",
    "headway-canceled 1\n%s\nnow 0\nby \xff\nend\n",
    "headway-canceled 1\n%s\nnow 2\nby uid:1000\nend\n",
    "headway-canceled 2\n%s\nnow 0\nby uid:1000\nend\n",
  };
  g_autofree char *path = g_build_filename (fixture->attempt, "canceled", NULL);

  g_assert_no_errno (g_mkdir_with_parents (fixture->attempt, 0700));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(RunProbe) probe = probe_command (fixture, SLEEPER);
      g_auto(GStrv) parts = g_strsplit (texts[i], "%s", -1);
      g_autofree char *text = g_strjoinv (fixture->mark, parts);
      g_autoptr(GError) error = NULL;

      g_assert_true (g_file_set_contents (path, text, -1, NULL));
      error = run_probe_adopt (probe, fixture->runner);

      g_assert_error (error, HW_ERROR, HW_ERROR_NOT_STARTED);
      g_assert_cmpstr (hw_run_get_canceled_by (probe->run), ==, NULL);
    }
}

/* Test that what cannot be written down is done all the same. */
static void
test_ends_what_cannot_be_recorded (CommandFixture *fixture,
                                   gconstpointer   test_data)
{
  HwTestLog *log = (HwTestLog *) test_data;
  g_autoptr(RunProbe) probe = probe_command (fixture, SLEEPER);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "ready");
  hw_test_log_expect_warning (log, "Could not write down that task 7 is canceled: *");
  cancel (fixture, probe, "two\nlines");
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  hw_test_log_assert_expected (log);
}

/* Work inside of the daemon, until it is canceled. */
static GVariant *
wait_until_canceled (HwRun        *run,
                     GVariant     *parameters,
                     GCancellable *cancellable,
                     GError      **error)
{
  GPollFD poll_fd = { 0 };

  g_assert_true (g_cancellable_make_pollfd (cancellable, &poll_fd));
  g_poll (&poll_fd, 1, -1);
  g_cancellable_release_fd (cancellable);
  g_cancellable_set_error_if_cancelled (cancellable, error);

  return NULL;
}

static HwRunner *
make_in_process_runner (CommandFixture *fixture)
{
  HwInProcessRunner *runner = hw_in_process_runner_new (fixture->clock, 1);

  hw_in_process_runner_set_output_root (runner, fixture->output_root);
  hw_in_process_runner_add (runner, "wait", wait_until_canceled);

  return HW_RUNNER (runner);
}

/* Test that work that goes down with the daemon is known to be canceled, so that nobody does it
 * once more.
 */
static void
test_outlives_work_in_process (CommandFixture *fixture,
                               gconstpointer   test_data)
{
  g_autoptr(HwTaskType) type = make_task_type ("wait", "[Task]\ntitle=T\nfunction=wait\n");
  g_autoptr(HwRunner) runner = make_in_process_runner (fixture);
  g_autoptr(HwRunner) next = make_in_process_runner (fixture);
  g_autoptr(RunProbe) probe = run_probe_new (type, "{}");
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  g_autoptr(GError) error = NULL;

  run_probe_start (probe, runner, NULL);
  hw_run_set_canceled_by (probe->run, "uid:1000");
  run_probe_control (probe, runner, HW_CONTROL_STOP, G_MAXINT64);
  wait_until (probe->is_finished);
  error = run_probe_adopt (again, next);

  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  g_assert_error (error, HW_ERROR, HW_ERROR_INTERRUPTED);
  g_assert_cmpstr (hw_run_get_canceled_by (again->run), ==, "uid:1000");
}

#define ADD(path, function) \
  g_test_add ("/cancellation/" path, CommandFixture, log, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  HwTestLog *log;

  g_test_init (&argc, &argv, NULL);
  log = hw_test_log_install ();

  ADD ("on-disk-when-answered", test_is_on_disk_when_it_is_answered);
  ADD ("outlives/who-asked-nobody", test_outlives_who_asked_nobody);
  ADD ("outlives/what-never-began", test_outlives_what_never_began);
  ADD ("outlives/work-in-process", test_outlives_work_in_process);
  ADD ("asks-once", test_asks_once);
  ADD ("now/on-disk-when-answered", test_now_is_on_disk_when_it_is_answered);
  ADD ("now/outlives-who-asked-nobody", test_now_outlives_who_asked_nobody);
  ADD ("keeps-who-was-first", test_keeps_who_was_first);
  ADD ("heeds-no-other-record", test_heeds_no_other_record);
  ADD ("ends-what-cannot-be-recorded", test_ends_what_cannot_be_recorded);

  return g_test_run ();
}
