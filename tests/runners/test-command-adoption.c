/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-shim-slot.h"

#include "tests/support/command-heir.h"
#include "tests/support/command-tree.h"

/* What a program does that waits for the test, and then says so. */
#define PATIENT \
  "{'argv': <['sh', '-c', 'echo early; " WAIT_FOR_GO "; echo late; exit 3']>}"

static HwShimStart
read_start (CommandFixture *fixture)
{
  g_autofree char *text = read_attempt_file (fixture, HW_SHIM_START);
  HwShimStart start;

  g_assert_nonnull (text);
  g_assert_true (hw_shim_start_parse (text, strlen (text), &start));

  return start;
}

static void
write_attempt_file (CommandFixture *fixture,
                    const char     *name,
                    const char     *text)
{
  g_autofree char *path = g_build_filename (fixture->attempt, name, NULL);

  g_assert_no_errno (g_mkdir_with_parents (fixture->attempt, 0700));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
write_start (CommandFixture    *fixture,
             const HwShimStart *start)
{
  char text[HW_RECORD_SIZE];

  g_assert_cmpuint (hw_shim_start_build (start, text, sizeof text), >, 0);
  write_attempt_file (fixture, HW_SHIM_START, text);
}

/* Test that a program goes on while nobody watches, and that whoever comes then gets its
 * output and its end.
 */
static void
test_adopts_what_lives (CommandFixture *fixture,
                        gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, PATIENT);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "early");
  replace_runner (fixture, probe);
  adopt (fixture, again);
  g_assert_false (again->is_finished);
  write_file (fixture, "go", "", 0600);
  wait_until (again->is_finished);

  g_assert_false (probe->is_finished);
  g_assert_cmpint (again->result, ==, HW_RESULT_EXIT_CODE);
  g_assert_cmpint (again->exit_code, ==, 3);
  g_assert_cmpuint (again->output_size, ==, strlen ("early\nlate\n"));
  g_assert_true (has_output (fixture, "early\nlate\n"));
}

static void
test_takes_exit_record (CommandFixture *fixture,
                        gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = run_command (fixture, "{'argv': <['sh', '-c', 'echo x; kill -9 $$']>}");
  g_autoptr(RunProbe) again = run_probe_new_again (probe);

  adopt (fixture, again);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_SIGNAL);
  g_assert_cmpstr (again->signal, ==, "SIGKILL");
  g_assert_cmpuint (again->output_size, ==, 2);
  g_assert_cmpstr (again->error, ==, probe->error);
}

/* Test that who adopts can stop. */
static void
test_stops_what_was_adopted (CommandFixture *fixture,
                             gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  replace_runner (fixture, probe);
  adopt (fixture, again);
  run_probe_control (again, fixture->runner, HW_CONTROL_KILL, 0);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_CANCELED);
  assert_tree_is_gone (fixture);
}

/* Test that one can adopt, and stop, what has only just begun: its shim may not have made its
 * socket yet, and is waited for.
 */
static void
test_adopts_at_once (CommandFixture *fixture,
                     gconstpointer   test_data)
{
  g_autofree char *path = g_build_filename (fixture->attempt, HW_SHIM_SOCKET, NULL);
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['sleep', '" FOREVER "']>}");
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  gboolean had_door;

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_started);
  replace_runner (fixture, probe);
  had_door = g_file_test (path, G_FILE_TEST_EXISTS);
  adopt (fixture, again);
  run_probe_control (again, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  wait_until (again->is_finished);

  g_test_message ("it had %s socket", had_door ? "a" : "no");
  g_assert_cmpint (again->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpstr (again->signal, ==, "SIGTERM");
}

/* Test that a stop that was asked for before is known to whoever comes after. */
static void
test_knows_that_it_stops (CommandFixture *fixture,
                          gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  replace_runner (fixture, probe);
  adopt (fixture, again);
  wait_until (hw_run_get_is_stopping (again->run));
  run_probe_control (again, fixture->runner, HW_CONTROL_KILL, 0);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_CANCELED);
}

/* Test that a shim that dies takes all with it, while it is watched. */
static void
test_lost_while_watched (CommandFixture *fixture,
                         gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  kill (read_start (fixture).shim, SIGKILL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_LOST);
  g_assert_cmpstr (probe->error, ==,
                   "What watched “sh” ended before it, so it was ended, too. Read its output to "
                   "see how far it got, and retry the task.");
  g_assert_cmpuint (probe->output_size, >, 0);
  assert_tree_is_gone (fixture);
}

/* Test that a shim that dies before it says whether the program runs leaves nobody in
 * doubt: it may have run, so it was not merely that it did not start.
 */
static void
test_lost_while_it_starts (CommandFixture *fixture,
                           gconstpointer   test_data)
{
  g_autoptr(HwCommandRunner) runner =
    hw_command_runner_new ("/bin/true", fixture->output_root, fixture->clock);
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");

  run_probe_start (probe, HW_RUNNER (runner), NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_LOST);
  g_assert_cmpint (probe->exit_code, ==, -1);
}

/* Test that it is the same if nobody was there when it died. */
static void
test_lost_while_nobody_watched (CommandFixture *fixture,
                                gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  replace_runner (fixture, probe);
  kill (read_start (fixture).shim, SIGKILL);
  adopt (fixture, again);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_LOST);
  assert_tree_is_gone (fixture);
}

/* Test that what runs is not begun again because somebody removed its files, to make room. */
static void
test_lost_with_its_files (CommandFixture *fixture,
                          gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['sleep', '" FOREVER "']>}");
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  HwShimStart start;

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_started);
  start = read_start (fixture);
  replace_runner (fixture, probe);
  wait_for_door (fixture);
  remove_tree (test_data != NULL ? fixture->attempt : fixture->output_root);
  if (test_data != NULL)
    g_assert_no_errno (g_mkdir (fixture->attempt, 0700));
  adopt (fixture, again);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_LOST);
  g_assert_true (is_gone (start.child));
}

/* Test that a process is not taken for the shim because it has its number. */
static void
test_never_by_number_alone (CommandFixture *fixture,
                            gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, PATIENT);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  HwShimStart start;
  pid_t shim;

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_output (fixture, "early");
  replace_runner (fixture, probe);
  start = read_start (fixture);
  shim = start.shim;

  /* As if the number had gone to this process, or to an older one. */
  start.shim = getpid ();
  write_start (fixture, &start);
  adopt (fixture, again);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_LOST);
  kill (shim, SIGKILL);
}

static void
test_interrupted_by_reboot (CommandFixture *fixture,
                            gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  HwShimStart start;

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  replace_runner (fixture, probe);
  start = read_start (fixture);
  kill (start.shim, SIGKILL);
  g_strlcpy (start.life, "another-boot/1", sizeof start.life);
  write_start (fixture, &start);
  adopt (fixture, again);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_INTERRUPTED);
  g_assert_cmpstr (again->error, ==,
                   "The machine went down while the task ran. Read its output to see how far it "
                   "got, and retry it if it has to be done.");
  g_assert_cmpuint (again->output_size, >, 0);
  assert_tree_is_gone (fixture);
}

/* Test that what ended before the machine went down has ended. */
static void
test_ended_before_reboot (CommandFixture *fixture,
                          gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = run_command (fixture, "{'argv': <['true']>}");
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  HwShimStart start = read_start (fixture);

  g_strlcpy (start.life, "another-boot/1", sizeof start.life);
  write_start (fixture, &start);
  adopt (fixture, again);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_SUCCESS);
}

/* Makes the start record in a slot one of a former life of the machine. */
static void
age_slot (CommandFixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->output_root, "records", "1", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr(GError) error = NULL;
  HwShimStart start;
  gsize length;

  g_file_get_contents (path, &bytes, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (length, ==, HW_SLOT_SIZE);
  g_assert_true (hw_shim_start_parse (bytes, strlen (bytes), &start));
  g_strlcpy (start.life, "another-boot/1", sizeof start.life);
  length = hw_shim_start_build (&start, bytes, HW_RECORD_SIZE);
  g_assert_cmpuint (length, >, 0);
  bytes[length] = '\0';
  g_assert_true (g_file_set_contents (path, bytes, HW_SLOT_SIZE, NULL));
}

/* Test that what ended before the power failed has ended, though of its folder nothing is left. */
static void
test_ended_before_power_failed (CommandFixture *fixture,
                                gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = run_command (fixture, "{'argv': <['true']>}");
  g_autoptr(RunProbe) again = run_probe_new_again (probe);

  drop_object (g_steal_pointer (&fixture->runner));
  fixture->runner = HW_RUNNER (make_runner (fixture));
  age_slot (fixture);
  remove_tree (fixture->attempt);
  adopt (fixture, again);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpint (again->exit_code, ==, 0);
}

static void
test_never_began (CommandFixture *fixture,
                  gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");
  g_autoptr(GError) error = run_probe_adopt (probe, fixture->runner);

  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_STARTED);
}

/* Test that a daemon that died while it gave an attempt up is no hindrance to the next,
 * which may have its number: in a container it does.
 */
static void
test_never_began_nor_given_up (CommandFixture *fixture,
                               gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");
  g_autofree char *draft = g_strdup_printf ("." HW_SHIM_START ".%d", (int) getpid ());
  g_autoptr(GError) error = NULL;

  write_attempt_file (fixture, draft, "");
  error = run_probe_adopt (probe, fixture->runner);

  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_STARTED);
}

/* Test that an attempt that was given up because nothing of it had begun cannot begin
 * then, however late its shim comes.
 */
static void
test_given_up_cannot_begin (CommandFixture *fixture,
                            gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['touch', '@/ran']>}");
  g_autoptr(RunProbe) late = run_probe_new_again (probe);
  g_autofree char *ran = g_build_filename (fixture->folder, "ran", NULL);
  g_autoptr(GError) first = NULL;
  g_autoptr(GError) second = NULL;

  g_assert_no_errno (g_mkdir_with_parents (fixture->attempt, 0700));
  first = run_probe_adopt (probe, fixture->runner);
  run_probe_start (late, fixture->runner, NULL);
  wait_until (late->is_finished);
  second = run_probe_adopt (probe, fixture->runner);

  g_assert_error (first, HW_ERROR, HW_ERROR_NOT_STARTED);
  g_assert_error (second, HW_ERROR, HW_ERROR_NOT_STARTED);
  g_assert_cmpint (late->result, ==, HW_RESULT_SPAWN_FAILED);
  g_assert_false (g_file_test (ran, G_FILE_TEST_EXISTS));
}

/* Test that nothing is made up of a record that is damaged. */
static void
test_damaged_record_is_lost (CommandFixture *fixture,
                             gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");

  write_attempt_file (fixture, HW_SHIM_START, "headway-start 1\nHEADWAY_TASK=1/1/1\n");
  adopt (fixture, probe);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_LOST);
}

/* Test that an attempt that is lost leaves other attempts alone: those too whose number
 * begins with the one's. A program that was killed by it would not end by SIGTERM.
 */
static void
test_spares_others (CommandFixture *fixture,
                    gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['sleep', '" FOREVER "']>}");
  g_autoptr(RunProbe) other =
    run_probe_new_for_run (hw_run_new (PROBE_EPOCH, PROBE_TASK_ID, PROBE_ATTEMPT * 10,
                                       fixture->type, hw_run_get_parameters (probe->run)));

  run_probe_start (other, fixture->runner, NULL);
  wait_until (other->is_started);
  write_attempt_file (fixture, HW_SHIM_START, "headway-start 1\n");
  adopt (fixture, probe);
  wait_until (probe->is_finished);
  run_probe_control (other, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  wait_until (other->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_LOST);
  g_assert_cmpstr (other->signal, ==, "SIGTERM");
}

#define ADD(path, function) \
  g_test_add ("/command-adoption/" path, CommandFixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("lives", test_adopts_what_lives);
  ADD ("lives/at-once", test_adopts_at_once);
  ADD ("exit-record", test_takes_exit_record);
  ADD ("stops", test_stops_what_was_adopted);
  ADD ("knows-that-it-stops", test_knows_that_it_stops);
  ADD ("lost/while-it-starts", test_lost_while_it_starts);
  ADD ("lost/while-watched", test_lost_while_watched);
  ADD ("lost/while-nobody-watched", test_lost_while_nobody_watched);
  ADD ("lost/with-its-folder", test_lost_with_its_files);
  g_test_add ("/command-adoption/lost/with-its-files", CommandFixture, "", set_up,
              test_lost_with_its_files, tear_down);
  ADD ("lost/never-by-number-alone", test_never_by_number_alone);
  ADD ("lost/damaged-record", test_damaged_record_is_lost);
  ADD ("lost/spares-others", test_spares_others);
  ADD ("reboot/interrupts", test_interrupted_by_reboot);
  ADD ("reboot/after-end", test_ended_before_reboot);
  ADD ("reboot/after-power-failed", test_ended_before_power_failed);
  ADD ("never-began", test_never_began);
  ADD ("never-began/nor-given-up", test_never_began_nor_given_up);
  ADD ("never-began/cannot-begin", test_given_up_cannot_begin);

  return g_test_run ();
}
