/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-files.h"
#include "hw-error.h"
#include "hw-marked-processes.h"
#include "hw-shim-protocol.h"
#include "hw-spawn.h"

#include "tests/support/command-tree.h"
#include "tests/support/hw-fake-clock.h"
#include "tests/support/hw-test-log.h"

#include <poll.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

/* What a program does that waits for the test. */
#define PATIENT "{'argv': <['sh', '-c', 'echo early; " WAIT_FOR_GO "; exit 3']>}"

/* More than a shim lets wait at its door. */
#define CROWD 16

/* A runner on a clock that the test moves, and what is logged. */
typedef struct
{
  CommandFixture command;
  HwFakeClock *clock; /* (owned) */
} Fixture;

static HwTestLog *
get_log (gconstpointer test_data)
{
  return (HwTestLog *) test_data;
}

static void
set_up_fixture (Fixture      *fixture,
                gconstpointer test_data)
{
  set_up (&fixture->command, NULL);
  fixture->clock = hw_fake_clock_new ();
  g_set_object (&fixture->command.clock, HW_CLOCK (fixture->clock));
  drop_object (g_steal_pointer (&fixture->command.runner));
  fixture->command.runner = HW_RUNNER (make_runner (&fixture->command));
}

static void
tear_down_fixture (Fixture      *fixture,
                   gconstpointer test_data)
{
  tear_down (&fixture->command, NULL);
  g_clear_object (&fixture->clock);
}

/* Puts another runner in the place of the first, as if that one's daemon had died. */
static HwCommandRunner *
replace_runner (Fixture  *fixture,
                RunProbe *probe)
{
  HwCommandRunner *runner;

  run_probe_control (probe, fixture->command.runner, HW_CONTROL_LEAVE, 0);
  drop_object (g_steal_pointer (&fixture->command.runner));
  runner = make_runner (&fixture->command);
  fixture->command.runner = HW_RUNNER (runner);

  return runner;
}

static HwShimStart
read_start (Fixture *fixture)
{
  g_autofree char *text = read_attempt_file (&fixture->command, HW_SHIM_START);
  HwShimStart start;

  g_assert_nonnull (text);
  g_assert_true (hw_shim_start_parse (text, strlen (text), &start));

  return start;
}

/* Begins a program that waits, and gives it up to another runner. */
static HwCommandRunner *
begin_and_replace (Fixture  *fixture,
                   RunProbe *probe)
{
  run_probe_start (probe, fixture->command.runner, NULL);
  wait_for_output (&fixture->command, "early");

  return replace_runner (fixture, probe);
}

static void
let_go (Fixture *fixture)
{
  write_file (&fixture->command, "go", "", 0600);
}

/* Lets the clock go on until the adoption is done. */
static void
advance_until (Fixture       *fixture,
               GAsyncResult **result)
{
  for (guint i = 0; i < 100 && *result == NULL; i++)
    {
      wait_until (*result != NULL || hw_fake_clock_get_n_timers (fixture->clock) > 0);
      hw_fake_clock_advance (fixture->clock, 60 * G_USEC_PER_SEC);
    }
  wait_until (*result != NULL);
}

static void
assert_adopts (Fixture      *fixture,
               GAsyncResult *result)
{
  g_autoptr(GError) error = NULL;

  hw_runner_adopt_finish (fixture->command.runner, result, &error);
  g_assert_no_error (error);
}

/* Gets the number that the next descriptor would have. */
static int
get_lowest_free (void)
{
  int fd = dup (STDERR_FILENO);

  g_assert_cmpint (fd, >=, 0);
  close (fd);

  return fd;
}

/* Test that a daemon that cannot open another file takes nobody for dead. */
static void
test_no_descriptors (Fixture      *fixture,
                     gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, PATIENT);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  g_autoptr(GAsyncResult) result = NULL;
  struct rlimit limit, none;

  begin_and_replace (fixture, probe);
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  none = limit;
  none.rlim_cur = (rlim_t) get_lowest_free ();
  hw_test_log_expect_warning (get_log (test_data), "Cannot find out what became of task 7: Too "
                              "many open files. Trying again");
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &none));
  again->is_started = TRUE;
  hw_runner_adopt_async (fixture->command.runner, again->run, NULL, on_probe_result, &result);
  wait_until (hw_fake_clock_get_n_timers (fixture->clock) > 0);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  hw_test_log_assert_expected (get_log (test_data));
  g_assert_null (result);
  g_assert_false (again->is_finished);

  advance_until (fixture, &result);
  assert_adopts (fixture, result);
  let_go (fixture);
  wait_until (again->is_finished);
  g_assert_cmpint (again->exit_code, ==, 3);
}

static int
knock (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->command.attempt, HW_SHIM_SOCKET, NULL);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  connect (fd, (struct sockaddr *) &address, sizeof address);

  return fd;
}

/* Test that a shim that is held, with a crowd before its door, is neither waited for nor taken
 * for dead.
 */
static void
test_held_shim (Fixture      *fixture,
                gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, PATIENT);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  g_autoptr(GAsyncResult) result = NULL;
  int fds[CROWD];
  pid_t shim;

  begin_and_replace (fixture, probe);
  wait_for_door (&fixture->command);
  shim = read_start (fixture).shim;
  g_assert_no_errno (kill (shim, SIGSTOP));
  for (guint i = 0; i < CROWD; i++)
    fds[i] = knock (fixture);

  hw_test_log_expect_warning (get_log (test_data), "Cannot find out what became of task 7: "
                              "Resource temporarily unavailable. Trying again");
  again->is_started = TRUE;
  hw_runner_adopt_async (fixture->command.runner, again->run, NULL, on_probe_result, &result);
  wait_until (hw_fake_clock_get_n_timers (fixture->clock) > 0);
  hw_test_log_assert_expected (get_log (test_data));
  g_assert_false (again->is_finished);

  for (guint i = 0; i < CROWD; i++)
    close (fds[i]);
  g_assert_no_errno (kill (shim, SIGCONT));
  advance_until (fixture, &result);
  assert_adopts (fixture, result);
  let_go (fixture);
  wait_until (again->is_finished);
  g_assert_cmpint (again->exit_code, ==, 3);
}

/* Begins a program whose shim has no place for its socket, and gives it up to another runner.
 * Returns (transfer full) what is in the place.
 */
static char *
begin_without_door (Fixture  *fixture,
                    RunProbe *probe)
{
  char *path = g_build_filename (fixture->command.attempt, HW_SHIM_SOCKET, NULL);

  g_assert_no_errno (g_mkdir_with_parents (path, 0700));
  begin_and_replace (fixture, probe);

  return path;
}

/* Test that a shim that lives, and cannot make its socket, is waited for: it tries again, and is
 * then adopted.
 */
static void
test_no_door (Fixture      *fixture,
              gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, PATIENT);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  g_autofree char *path = begin_without_door (fixture, probe);
  g_autoptr(GAsyncResult) result = NULL;

  hw_test_log_expect_warning (get_log (test_data), "Cannot find out what became of task 7: "
                              "Resource temporarily unavailable. Trying again");
  again->is_started = TRUE;
  hw_runner_adopt_async (fixture->command.runner, again->run, NULL, on_probe_result, &result);
  wait_until (hw_fake_clock_get_n_timers (fixture->clock) > 0);
  hw_test_log_assert_expected (get_log (test_data));
  g_assert_false (again->is_finished);

  g_assert_no_errno (g_rmdir (path));
  advance_until (fixture, &result);
  assert_adopts (fixture, result);
  let_go (fixture);
  wait_until (again->is_finished);
  g_assert_cmpint (again->exit_code, ==, 3);
}

/* Test that such a shim is ended with its program if somebody wants that, as it cannot be asked. */
static void
test_no_door_canceled (Fixture      *fixture,
                       gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, PATIENT);
  g_autoptr(RunProbe) again = NULL;
  g_autofree char *path = begin_without_door (fixture, probe);
  pid_t child = read_start (fixture).child;

  hw_run_set_canceled_by (probe->run, "uid:1000");
  g_assert_true (hw_attempt_files_write_canceled (fixture->command.output_root, probe->run, FALSE,
                                                  NULL));
  again = run_probe_adopt_again (probe, fixture->command.runner);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_CANCELED);
  g_assert_true (is_gone (child));
}

/* Test that nobody is left behind by a runner that goes while it is still looking. */
static void
test_left_while_looking (Fixture      *fixture,
                         gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, PATIENT);
  g_autoptr(RunProbe) again = run_probe_new_again (probe);
  g_autoptr(RunProbe) third = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *start = g_build_filename (fixture->command.attempt, HW_SHIM_START, NULL);
  g_autofree char *away = g_build_filename (fixture->command.folder, "away", NULL);

  /* A folder cannot be read like a file. */
  begin_and_replace (fixture, probe);
  g_assert_no_errno (g_rename (start, away));
  g_assert_no_errno (g_mkdir (start, 0700));
  hw_test_log_expect_warning (get_log (test_data), "Cannot find out what became of task 7: Is a "
                              "directory. Trying again");
  again->is_started = TRUE;
  hw_runner_adopt_async (fixture->command.runner, again->run, NULL, on_probe_result, &result);
  wait_until (hw_fake_clock_get_n_timers (fixture->clock) > 0);
  hw_test_log_assert_expected (get_log (test_data));
  run_probe_control (again, fixture->command.runner, HW_CONTROL_LEAVE, 0);
  wait_until (result != NULL);
  g_clear_object (&result);
  replace_runner (fixture, again);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (fixture->clock), ==, 0);

  g_assert_no_errno (g_rmdir (start));
  g_assert_no_errno (g_rename (away, start));
  third = run_probe_adopt_again (probe, fixture->command.runner);
  let_go (fixture);
  wait_until (third->is_finished);
  g_assert_false (again->is_finished);
  g_assert_cmpint (third->exit_code, ==, 3);
}

static void
kill_and_wait (pid_t pid)
{
  struct pollfd poll_fd = { .fd = pidfd_open (pid, 0), .events = POLLIN };

  g_assert_cmpint (poll_fd.fd, >=, 0);
  g_assert_no_errno (kill (pid, SIGKILL));
  g_assert_cmpint (poll (&poll_fd, 1, WAIT_SECONDS * 1000), ==, 1);
  close (poll_fd.fd);
}

/* Test that what was killed with the session, as its manager has begun anew, was interrupted:
 * somebody logged out; and that it is lost if the manager is still the same.
 */
static void
test_session (Fixture      *fixture,
              gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, PATIENT);
  g_autoptr(RunProbe) again = NULL;
  HwCommandRunner *runner = begin_and_replace (fixture, probe);
  HwShimStart start = read_start (fixture);
  HwProcessStat stat = { 0 };
  pid_t manager = getpid ();

  /* A manager that is younger than the shim, by the kernel's clock, or this process. */
  while (test_data != NULL && stat.start <= start.shim_start)
    {
      const char *argv[] = { "sleep", FOREVER, NULL };

      if (manager != getpid ())
        kill (manager, SIGKILL);
      g_assert_true (g_spawn_async (NULL, (char **) argv, NULL,
                                    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                    G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                                    NULL, NULL, &manager, NULL));
      g_assert_true (hw_process_read (manager, &stat));
    }
  hw_command_runner_set_session_manager (runner, manager);
  kill_and_wait (start.shim);
  again = run_probe_adopt_again (probe, fixture->command.runner);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==,
                   test_data != NULL ? HW_RESULT_INTERRUPTED : HW_RESULT_LOST);
  if (manager != getpid ())
    kill (manager, SIGKILL);
}

/* Test that what is ended with all others, as the machine goes down, was interrupted: whether
 * the program heard of that first, or the shim, or the shim alone.
 */
static void
test_shut_down (Fixture      *fixture,
                gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, PATIENT);
  gboolean is_alone = test_data != NULL;
  HwShimStart start;

  run_probe_start (probe, fixture->command.runner, NULL);
  wait_for_output (&fixture->command, "early");
  start = read_start (fixture);

  /* As who ends all does: nobody runs until everybody has heard. */
  g_assert_no_errno (kill (start.shim, SIGSTOP));
  if (!is_alone)
    g_assert_no_errno (kill (start.child, SIGTERM));
  g_assert_no_errno (kill (start.shim, SIGTERM));
  g_assert_no_errno (kill (start.shim, SIGCONT));
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_INTERRUPTED);
  g_assert_cmpstr (probe->signal, ==, "SIGTERM");
}

/* Test that a stop reaches an attempt whose shim hangs before it has begun. */
static void
test_hung_start (Fixture      *fixture,
                 gconstpointer test_data)
{
  g_autofree char *shim = g_build_filename (fixture->command.folder, "shim", NULL);
  g_autoptr(HwCommandRunner) runner = NULL;
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, "{'argv': <['true']>}");

  write_file (&fixture->command, "shim", "#!/bin/sh\necho early > " OUTPUT "\nexec /bin/sleep "
              FOREVER "\n", 0700);
  runner = hw_command_runner_new (shim, fixture->command.output_root, HW_CLOCK (fixture->clock));
  run_probe_start (probe, HW_RUNNER (runner), NULL);
  wait_for_output (&fixture->command, "early");
  run_probe_control (probe, HW_RUNNER (runner), HW_CONTROL_KILL, 0);
  if (hw_fake_clock_get_n_timers (fixture->clock) > 0)
    {
      hw_fake_clock_advance (fixture->clock, 5 * G_USEC_PER_SEC);
      hw_test_log_expect_warning (get_log (test_data), "What watches task 7 does not answer, and "
                                  "is ended");
      hw_fake_clock_advance (fixture->clock, 5 * G_USEC_PER_SEC);
      hw_test_log_assert_expected (get_log (test_data));
    }
  wait_until (probe->is_finished);

  g_assert_true (probe->is_started);
  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
}

/* Test that a daemon of the next version controls what this one's shims run. */
static void
test_next_version (Fixture      *fixture,
                   gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, PATIENT);
  g_autoptr(RunProbe) again = NULL;

  hw_command_runner_set_version (begin_and_replace (fixture, probe), HW_SHIM_VERSION + 1);
  again = run_probe_adopt_again (probe, fixture->command.runner);
  run_probe_control (again, fixture->command.runner, HW_CONTROL_PAUSE, 0);
  g_assert_true (hw_run_get_is_paused (again->run));
  run_probe_control (again, fixture->command.runner, HW_CONTROL_RESUME, 0);
  run_probe_control (again, fixture->command.runner, HW_CONTROL_STOP, G_MAXINT64);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpstr (again->signal, ==, "SIGTERM");
}

/* Test that a shim that is newer than the daemon is left alone: nothing that is asked reaches
 * it, whoever asks is told, and so is how it ends.
 */
static void
test_newer_shim (Fixture      *fixture,
                 gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, PATIENT);
  g_autoptr(RunProbe) again = NULL;
  g_autoptr(GError) error = NULL;

  hw_command_runner_set_version (begin_and_replace (fixture, probe), HW_SHIM_VERSION - 1);
  hw_test_log_expect_warning (get_log (test_data), "What watches task 7 speaks version 1, and is "
                              "left alone");
  again = run_probe_adopt_again (probe, fixture->command.runner);

  /* Before it has said its version, and after. */
  run_probe_control (again, fixture->command.runner, HW_CONTROL_STOP, 0);
  wait_until (again->messages->len == 1);
  hw_test_log_assert_expected (get_log (test_data));
  error = run_probe_fail_control (again, fixture->command.runner, HW_CONTROL_KILL);
  g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
  g_assert_cmpstr (error->message, ==, g_ptr_array_index (again->messages, 0));
  g_assert_cmpstr (error->message, ==,
                   "Task 7 was begun by another version of Headway, which this one does not "
                   "understand. Install that again to control the task, or wait until it has "
                   "ended.");
  hw_fake_clock_advance (fixture->clock, G_TIME_SPAN_DAY);
  g_assert_false (again->is_finished);

  let_go (fixture);
  wait_until (again->is_finished);
  g_assert_cmpint (again->exit_code, ==, 3);
}

/* Measures the quickest of some searches for marked processes, in µs. */
static gint64
measure_search (void)
{
  HwMarkedProcesses *processes = hw_marked_processes_new ("/nonexistent");
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < 5; i++)
    {
      gint64 begin = g_get_monotonic_time ();

      g_assert_true (hw_marked_processes_kill (processes, "HEADWAY_TASK=0/0/0", NULL));
      best = MIN (best, g_get_monotonic_time () - begin);
    }
  hw_marked_processes_unref (processes);

  return best;
}

/* Test that a search for marked processes takes one look, though a shim lives, which has no
 * environment: many looks would take many times as long.
 */
static void
test_search_beside_shim (Fixture      *fixture,
                         gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, PATIENT);
  gint64 alone = measure_search ();

  run_probe_start (probe, fixture->command.runner, NULL);
  wait_for_output (&fixture->command, "early");
  g_assert_cmpint (measure_search (), <, 5 * MAX (alone, 5000));

  let_go (fixture);
  wait_until (probe->is_finished);
}

/* Test that a folder that is missing is not taken for a missing helper. */
static void
test_missing_folder (Fixture      *fixture,
                     gconstpointer test_data)
{
  HwShimProcess process = { .pidfd = -1, .link_fd = -1 };
  g_autoptr(GError) error = NULL;

  g_assert_false (hw_spawn_shim (g_getenv ("HEADWAY_SHIM"), "test", "/does/not/exist", -1, &process,
                                 &error));

  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==,
                   "Headway cannot write “/does/not/exist”, where the output goes: No such file or "
                   "directory. Mend that, and retry the task.");
}

/* What a record says, and what is told of it. */
static const struct
{
  const char *name;
  HwShimEnd end;
  HwResult result;
  const char *error;
  guint n_messages;
} ends[] = {
  { "timeout", { .ending = HW_SHIM_KILLED, .number = SIGTERM, .stopped = HW_SHIM_TIMED_OUT },
    HW_RESULT_TIMEOUT,
    "“no-such-program” took longer than the 90 s that it was given, and was ended. Retry the task, "
    "or add it again with more time.", 0 },
  { "canceled", { .ending = HW_SHIM_KILLED, .number = SIGTERM, .stopped = HW_SHIM_ASKED },
    HW_RESULT_CANCELED, "The task was canceled. Retry it to do it after all.", 0 },
  { "shutdown", { .ending = HW_SHIM_KILLED, .number = SIGTERM, .stopped = HW_SHIM_SHUT_DOWN },
    HW_RESULT_INTERRUPTED,
    "The machine went down, or the session ended, while the task ran. Read its output to see how "
    "far it got, and retry it if it has to be done.", 0 },
  { "oom-kill", { .ending = HW_SHIM_KILLED, .number = SIGKILL, .n_oom_kills = 1 },
    HW_RESULT_OOM_KILL,
    "“no-such-program” was ended because the memory that it may use was full. Make room, or have "
    "it do with less, and retry the task.", 0 },
  { "killed-child", { .ending = HW_SHIM_EXITED, .number = 3, .n_oom_kills = 1 },
    HW_RESULT_EXIT_CODE,
    "“no-such-program” ended with exit code 3. Read its output for the reason.", 0 },
  { "cut", { .ending = HW_SHIM_EXITED, .is_cut = TRUE }, HW_RESULT_SUCCESS, NULL, 1 },
  { "did-not-start",
    { .ending = HW_SHIM_FAILED, .number = ENOENT, .stage = HW_SHIM_STAGE_PROGRAM },
    HW_RESULT_SPAWN_FAILED,
    "“no-such-program” was missing, or what it needs to run. Install that, and retry the task.",
    0 },
  { "no-folder", { .ending = HW_SHIM_FAILED, .number = ENOENT, .stage = HW_SHIM_STAGE_DIRECTORY },
    HW_RESULT_SPAWN_FAILED,
    "The program cannot begin in the folder that was chosen for it: No such file or directory. "
    "Choose another folder, and add the task again.", 0 },
};

/* Makes the files of an attempt that has ended as @end says. */
static void
write_records (Fixture         *fixture,
               const HwShimEnd *end)
{
  g_autofree char *start_path = g_build_filename (fixture->command.attempt, HW_SHIM_START, NULL);
  g_autofree char *end_path = g_build_filename (fixture->command.attempt, HW_SHIM_END, NULL);
  HwShimEnd own = *end;
  HwShimStart start = { .shim = 1, .shim_start = 1, .child = 2, .child_start = 2 };
  char text[HW_RECORD_SIZE];
  gsize length;

  g_strlcpy (start.mark, fixture->command.mark, sizeof start.mark);
  g_strlcpy (start.life, "boot/1", sizeof start.life);
  g_strlcpy (own.mark, fixture->command.mark, sizeof own.mark);
  g_assert_no_errno (g_mkdir_with_parents (fixture->command.attempt, 0700));
  length = hw_shim_start_build (&start, text, sizeof text);
  g_assert_true (g_file_set_contents (start_path, text, (gssize) length, NULL));
  length = hw_shim_end_build (&own, text, sizeof text);
  g_assert_true (g_file_set_contents (end_path, text, (gssize) length, NULL));
}

static void
test_ends (Fixture      *fixture,
           gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, "{'argv': <['no-such-program']>}");
  g_autoptr(GAsyncResult) result = NULL;

  write_records (fixture, &ends[i].end);
  hw_run_set_timeout (probe->run, 90 * G_USEC_PER_SEC);
  probe->is_started = TRUE;
  hw_runner_adopt_async (fixture->command.runner, probe->run, NULL, on_probe_result, &result);
  wait_until (probe->is_finished && result != NULL);

  assert_adopts (fixture, result);
  g_assert_cmpint (probe->result, ==, ends[i].result);
  g_assert_cmpstr (probe->error, ==, ends[i].error);
  g_assert_cmpuint (probe->messages->len, ==, ends[i].n_messages);
}

#define ADD(path, data, function) \
  g_test_add ("/command-recovery/" path, Fixture, data, set_up_fixture, function, \
              tear_down_fixture)

int
main (int   argc,
      char *argv[])
{
  HwTestLog *log;

  g_test_init (&argc, &argv, NULL);
  log = hw_test_log_install ();

  ADD ("unknown/no-descriptors", log, test_no_descriptors);
  ADD ("unknown/held-shim", log, test_held_shim);
  ADD ("unknown/no-door", log, test_no_door);
  ADD ("unknown/no-door-canceled", NULL, test_no_door_canceled);
  ADD ("unknown/left-while-looking", log, test_left_while_looking);
  ADD ("session/began-anew", log, test_session);
  ADD ("session/is-the-same", NULL, test_session);
  ADD ("shut-down/of-all", NULL, test_shut_down);
  ADD ("shut-down/of-shim", "", test_shut_down);
  ADD ("start/hung", log, test_hung_start);
  ADD ("start/missing-folder", NULL, test_missing_folder);
  ADD ("version/next", NULL, test_next_version);
  ADD ("version/newer-shim", log, test_newer_shim);
  ADD ("search-beside-shim", NULL, test_search_beside_shim);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strconcat ("/command-recovery/end/", ends[i].name, NULL);

      g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up_fixture, test_ends,
                  tear_down_fixture);
    }

  return g_test_run ();
}
