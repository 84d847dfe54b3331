/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-life.h"
#include "hw-shim-slot.h"

#include "tests/support/command-fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* A variable of this process that no program may see. */
#define SECRET "HEADWAY_TEST_SECRET"

/* Whom this process tells how it is, and no program may. */
#define OTHERS_SOCKET "/run/of-others/notify"

static void
test_command_runner_succeeds (CommandFixture *fixture,
                              gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = run_command (fixture, "{'argv': <['true']>}");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpint (probe->exit_code, ==, 0);
  g_assert_null (probe->error);
  g_assert_null (probe->signal);
}

static void
test_command_runner_keeps_output (CommandFixture *fixture,
                                  gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', 'echo out; echo err >&2; printf \"\\\\377\"']>}");
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);

  g_assert_cmpstr (output, ==, "out\nerr\n\377");
  g_assert_cmpuint (probe->output_size, ==, 9);
}

/* Test that what programs print is for nobody else. */
static void
test_command_runner_files_are_private (CommandFixture *fixture,
                                       gconstpointer   test_data)
{
  static const char *const names[] = { "", OUTPUT, "index-0", HW_SHIM_START, HW_SHIM_END };
  g_autoptr(RunProbe) probe = run_command (fixture, "{'argv': <['echo', 'x']>}");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->attempt, names[i], NULL);
      struct stat status;

      g_assert_no_errno (stat (path, &status));
      g_assert_cmpuint (status.st_mode & 0077, ==, 0);
    }
}

/* Test that what is written down before the program begins is enough to find it again. */
static void
test_command_runner_writes_start_record (CommandFixture *fixture,
                                         gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', 'echo $$ $PPID']>}");
  g_autofree char *text = read_attempt_file (fixture, HW_SHIM_START);
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);
  char life[HW_LIFE_SIZE];
  HwShimStart start;
  g_autofree char *numbers = NULL;

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_true (hw_shim_start_parse (text, strlen (text), &start));
  g_assert_true (hw_life_read (life, sizeof life));
  numbers = g_strdup_printf ("%d %d\n", (int) start.child, (int) start.shim);

  g_assert_cmpstr (start.mark, ==, fixture->mark);
  g_assert_cmpstr (start.life, ==, life);
  g_assert_cmpstr (output, ==, numbers);
}

static char *
build_slot_path (CommandFixture *fixture,
                 const char     *number)
{
  return g_build_filename (fixture->output_root, "records", number, NULL);
}

/* Test that both records are in a slot as they are in files, for when the files are lost. */
static void
test_command_runner_keeps_records (CommandFixture *fixture,
                                   gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = run_command (fixture, "{'argv': <['true']>}");
  g_autofree char *path = build_slot_path (fixture, "1");
  g_autofree char *start = read_attempt_file (fixture, HW_SHIM_START);
  g_autofree char *end = read_attempt_file (fixture, HW_SHIM_END);
  g_autofree char *slot = NULL;
  gsize length;

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_true (g_file_get_contents (path, &slot, &length, NULL));
  g_assert_cmpuint (length, ==, HW_SLOT_SIZE);
  g_assert_cmpstr (slot, ==, start);
  g_assert_cmpstr (slot + HW_SLOT_END, ==, end);
}

/* Runs another attempt, and tells whether that took a slot with this number to be made. */
static gboolean
makes_slot (CommandFixture *fixture,
            RunProbe       *probe,
            guint           attempt,
            const char     *number)
{
  g_autoptr(RunProbe) other =
    run_probe_new_for_run (hw_run_new (PROBE_EPOCH, PROBE_TASK_ID, attempt, fixture->type,
                                       hw_run_get_parameters (probe->run)));
  g_autofree char *path = build_slot_path (fixture, number);

  run_probe_start (other, fixture->runner, NULL);
  wait_until (other->is_finished);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Test that the slot of an attempt that has ended is the next one's only when the store has that. */
static void
test_command_runner_keeps_until_settled (CommandFixture *fixture,
                                         gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = run_command (fixture, "{'argv': <['true']>}");

  g_assert_true (makes_slot (fixture, probe, PROBE_ATTEMPT + 1, "2"));
  hw_runner_settle (fixture->runner, probe->run);
  g_assert_false (makes_slot (fixture, probe, PROBE_ATTEMPT + 2, "3"));
  g_assert_true (makes_slot (fixture, probe, PROBE_ATTEMPT + 3, "3"));
}

/* Test that an attempt that has begun once never begins again. */
static void
test_command_runner_begins_once (CommandFixture *fixture,
                                 gconstpointer   test_data)
{
  g_autoptr(RunProbe) first = run_command (fixture, "{'argv': <['echo', 'x']>}");
  g_autoptr(RunProbe) second = run_command (fixture, "{'argv': <['echo', 'x']>}");
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);

  g_assert_cmpint (first->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpint (second->result, ==, HW_RESULT_SPAWN_FAILED);
  g_assert_cmpstr (output, ==, "x\n");
}

/* The golden table: what is run, how it ends, and what is said. `@` is the folder, in
 * which set_up_files() put some. Whoever changes a sentence shows here that it still
 * names the program and the next step.
 */
static const struct
{
  const char *path;
  const char *parameters;
  HwResult result;
  int exit_code;
  const char *signal;
  const char *sentence;
} endings[] = {
  { "exit-code", "{'argv': <['sh', '-c', 'exit 2']>}",
    HW_RESULT_EXIT_CODE, 2, NULL,
    "“sh” ended with exit code 2. Read its output for the reason." },
  { "signal", "{'argv': <['sh', '-c', 'kill -SEGV $$']>}",
    HW_RESULT_SIGNAL, -1, "SIGSEGV",
    "“sh” was ended by the signal SIGSEGV. Read its output for the reason." },
  { "sigkill", "{'argv': <['sh', '-c', 'kill -KILL $$']>}",
    HW_RESULT_SIGNAL, -1, "SIGKILL",
    "“sh” was ended by the signal SIGKILL: by somebody, or because the machine had no memory "
    "left. Read its output, and retry the task." },
  { "missing", "{'argv': <['hw-no-such-program']>}",
    HW_RESULT_SPAWN_FAILED, 127, NULL,
    "There is no program “hw-no-such-program”. Install it and retry the task, or add "
    "one with the right name." },
  { "missing-path", "{'argv': <['@/none']>}",
    HW_RESULT_SPAWN_FAILED, 127, NULL,
    "There is no program “@/none”. Install it and retry the task, or add one with the right "
    "name." },
  { "empty-name", "{'argv': <['']>}",
    HW_RESULT_SPAWN_FAILED, 127, NULL,
    "There is no program “”. Install it and retry the task, or add one with the right name." },
  { "folder", "{'argv': <['@']>}",
    HW_RESULT_SPAWN_FAILED, 126, NULL,
    "“@” is a folder, not a program. Name a program in it, and add the task again." },
  { "not-executable", "{'argv': <['@/plain']>}",
    HW_RESULT_SPAWN_FAILED, 126, NULL,
    "“@/plain” is not executable. If it is a program, make it so with “chmod +x”, and retry the "
    "task." },
  { "interpreter-missing", "{'argv': <['@/script']>}",
    HW_RESULT_SPAWN_FAILED, 127, NULL,
    "“@/script” needs the program “/none/interpreter”, which is missing. Install that, or "
    "correct the first line of the script, and retry the task." },
  { "no-interpreter", "{'argv': <['@/text']>}",
    HW_RESULT_SPAWN_FAILED, 126, NULL,
    "“@/text” is not a program that this machine can run. If it is a script, begin it with "
    "“#!” and its interpreter, and retry the task." },
  { "folder-to-begin-in-missing", "{'argv': <['true']>, 'cwd': <'@/none'>}",
    HW_RESULT_SPAWN_FAILED, 126, NULL,
    "The program cannot begin in the folder that was chosen for it: No such file or directory. "
    "Choose another folder, and add the task again." },
  { "folder-to-begin-in-is-none", "{'argv': <['true']>, 'cwd': <'@/plain'>}",
    HW_RESULT_SPAWN_FAILED, 126, NULL,
    "The program cannot begin in the folder that was chosen for it: Not a directory. Choose "
    "another folder, and add the task again." },
};

static void
test_command_runner_ending (CommandFixture *fixture,
                            gconstpointer   test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_auto(GStrv) parts = g_strsplit (endings[i].sentence, "@", -1);
  g_autofree char *expected = g_strjoinv (fixture->folder, parts);
  g_autoptr(RunProbe) probe = NULL;

  write_file (fixture, "plain", "", 0600);
  write_file (fixture, "script", "#! /none/interpreter -x\n", 0700);
  write_file (fixture, "text", "echo this is no program\n", 0700);
  probe = run_command (fixture, endings[i].parameters);

  g_assert_cmpstr (probe->error, ==, expected);
  g_assert_cmpint (probe->result, ==, endings[i].result);
  g_assert_cmpint (probe->exit_code, ==, endings[i].exit_code);
  g_assert_cmpstr (probe->signal, ==, endings[i].signal);
}

/* Test that what never began leaves no record that it did. */
static void
test_command_runner_missing_leaves_no_record (CommandFixture *fixture,
                                              gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = run_command (fixture, "{'argv': <['hw-no-such-program']>}");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SPAWN_FAILED);
  g_assert_null (read_attempt_file (fixture, HW_SHIM_START));
}

/* Test that the output's folder is named if it cannot be made. */
static void
test_command_runner_without_room_for_output (CommandFixture *fixture,
                                             gconstpointer   test_data)
{
  g_autofree char *expected =
    g_strdup_printf ("Headway cannot write “%s”, where the output goes: "
                     "Not a directory. Mend that, and retry the task.", fixture->attempt);
  g_autoptr(RunProbe) probe = NULL;

  write_file (fixture, "state", "", 0600);
  probe = run_command (fixture, "{'argv': <['true']>}");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SPAWN_FAILED);
  g_assert_cmpstr (probe->error, ==, expected);
}

/* Test that every argument arrives as it was sent, whatever a shell would make of it. */
static void
test_command_runner_passes_arguments (CommandFixture *fixture,
                                      gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['printf', '[%s]', 'a b', '', '$(x);*', '-n', '\\n']>}");
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpstr (output, ==, "[a b][][$(x);*][-n][\n]");
}

/* Test that nothing of the daemon's environment is inherited but who it is. */
static void
test_command_runner_environment_is_clean (CommandFixture *fixture,
                                          gconstpointer   test_data)
{
  const char *const allowed[] = {
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    fixture->mark, "HEADWAY_RESULT_DIR=", "HOME=", "USER=", "LANG=", "TZ=",
    "HEADWAY_PROGRESS_FD=3", "NOTIFY_SOCKET=@",
  };
  g_autoptr(RunProbe) probe = NULL;
  g_autofree char *output = NULL;
  g_auto(GStrv) lines = NULL;

  probe = run_command (fixture, "{'argv': <['env']>}");
  output = read_attempt_file (fixture, OUTPUT);
  lines = g_strsplit (g_strchomp (output), "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), >=, 5);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean is_allowed = FALSE;

      for (guint j = 0; j < G_N_ELEMENTS (allowed); j++)
        is_allowed = is_allowed || g_str_has_prefix (lines[i], allowed[j]);
      if (!is_allowed)
        g_test_message ("%s", lines[i]);
      g_assert_true (is_allowed);
    }

  /* The daemon's own would let a program speak for it. */
  g_assert_null (strstr (output, OTHERS_SOCKET));
}

/* Test that a task's own environment is all of it, and cannot hide whose process it is. */
static void
test_command_runner_environment_is_given (CommandFixture *fixture,
                                          gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['env']>, "
                 "'env': <{'A': <'b c'>, 'PATH': <'/usr/bin:/bin'>, 'HEADWAY_TASK': <'1/1/1'>, "
                 "'NOTIFY_SOCKET': <'" OTHERS_SOCKET "'>}>}");
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);
  const char *ours = strstr (output, "NOTIFY_SOCKET=@");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_nonnull (ours);
  g_assert_null (strstr (output, OTHERS_SOCKET));
  g_assert_cmpuint (strlen (output), ==,
                    strlen ("A=b c\nPATH=/usr/bin:/bin\nHEADWAY_PROGRESS_FD=3\n") +
                    strlen (fixture->mark) + 1 + strlen ("HEADWAY_RESULT_DIR=/files\n") +
                    strlen (fixture->attempt) + strcspn (ours, "\n") + 1);
  g_assert_nonnull (strstr (output, "A=b c\n"));
  g_assert_nonnull (strstr (output, fixture->mark));
}

/* Test that a program finds a folder of its own for its results, which nobody else can
 * look into, even if its environment names another.
 */
static void
test_command_runner_results_have_a_folder (CommandFixture *fixture,
                                           gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', 'cd \"$HEADWAY_RESULT_DIR\" && pwd && "
                 "stat -c %a . && echo 42 > answer']>, "
                 "'env': <{'PATH': <'/usr/bin:/bin'>, 'HEADWAY_RESULT_DIR': <'/'>}>}");
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);
  g_autofree char *expected = g_strdup_printf ("%s/files\n700\n", fixture->attempt);
  g_autofree char *answer = read_attempt_file (fixture, "files/answer");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpstr (output, ==, expected);
  g_assert_cmpstr (answer, ==, "42\n");
}

/* Test that the program is looked for where its own environment says. */
static void
test_command_runner_path_is_the_childs (CommandFixture *fixture,
                                        gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = NULL;

  write_file (fixture, "hw-tool", "#!/bin/sh\nexit 7\n", 0700);
  probe = run_command (fixture, "{'argv': <['hw-tool']>, 'env': <{'PATH': <'/none:@'>}>}");

  g_assert_cmpint (probe->exit_code, ==, 7);
}

static void
test_command_runner_relative_program (CommandFixture *fixture,
                                      gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = NULL;

  write_file (fixture, "hw-tool", "#!/bin/sh\nexit 7\n", 0700);
  probe = run_command (fixture, "{'argv': <['./hw-tool']>, 'cwd': <'@'>}");

  g_assert_cmpint (probe->exit_code, ==, 7);
}

static void
test_command_runner_begins_in_folder (CommandFixture *fixture,
                                      gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = run_command (fixture, "{'argv': <['pwd']>, 'cwd': <'@'>}");
  g_autofree char *expected = g_strconcat (fixture->folder, "\n", NULL);
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpstr (output, ==, expected);
}

/* Test that a program gets its umask, and the daemon keeps its own. */
static void
test_command_runner_umask (CommandFixture *fixture,
                           gconstpointer   test_data)
{
  mode_t own = umask (022);
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', 'umask']>, 'umask': <int64 63>}");
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);
  mode_t kept = umask (own);

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpstr (output, ==, "0077\n");
  g_assert_cmpuint (kept, ==, 022);
}

/* Test that a program has the three standard descriptors, the one to tell by, and nothing else
 * of ours, not even those that we leave open to programs.
 */
static void
test_command_runner_leaks_no_descriptor (CommandFixture *fixture,
                                         gconstpointer   test_data)
{
  int leaky = open ("/dev/null", O_RDONLY);
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', 'cd /proc/$$/fd; for fd in $(seq 0 255); do "
                 "if [ -h $fd ]; then echo $fd; fi; done; readlink 0']>}");
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);

  close (leaky);

  g_assert_cmpint (leaky, >=, 0);
  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpstr (output, ==, "0\n1\n2\n3\n/dev/null\n");
}

/* The two that glibc keeps for its threads, and has every child of posix_spawn(3) ignore. */
#define C_LIBRARY_SIGNALS (G_GUINT64_CONSTANT (3) << 31)

/* Test that a program leads its own session, and has no signal blocked or ignored. */
static void
test_command_runner_session_and_signals (CommandFixture *fixture,
                                         gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = NULL;
  g_autofree char *output = NULL;
  sigset_t blocked, before;
  guint64 ignored;

  sigemptyset (&blocked);
  sigaddset (&blocked, SIGTERM);
  pthread_sigmask (SIG_BLOCK, &blocked, &before);
  signal (SIGPIPE, SIG_IGN);
  probe = run_command (fixture, "{'argv': <['sh', '-c', 'grep -E \"^Sig(Blk|Ign)\" "
                       "/proc/self/status; cut -d\" \" -f1,5,6 /proc/$$/stat']>}");
  signal (SIGPIPE, SIG_DFL);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  output = read_attempt_file (fixture, OUTPUT);

  g_assert_nonnull (strstr (output, "SigBlk:\t0000000000000000\n"));
  ignored = g_ascii_strtoull (strstr (output, "SigIgn:\t") + strlen ("SigIgn:\t"), NULL, 16);
  g_assert_cmphex (ignored & ~C_LIBRARY_SIGNALS, ==, 0);
  g_assert_true (g_regex_match_simple ("\n(\\d+) \\1 \\1\n", output, 0, 0));
}

/* Test that a child that keeps the output open does not keep the task from ending, and
 * that what it prints later is not lost.
 */
static void
test_command_runner_child_keeps_output_open (CommandFixture *fixture,
                                             gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', "
                 "'(" WAIT_FOR_GO "; echo late) & echo early']>}");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_true (has_output (fixture, "early"));
  g_assert_false (has_output (fixture, "late"));

  write_file (fixture, "go", "", 0600);
  wait_for_output (fixture, "late");
}

/* Test that the type that comes with the daemon makes an archive of what is in a folder,
 * even if its name looks like that of another machine.
 */
static void
test_command_runner_archives (CommandFixture *fixture,
                              gconstpointer   test_data)
{
  g_autoptr(HwTaskType) type = load_task_type ("archive");
  g_autofree char *parameters =
    g_strdup_printf ("{'folder': <'%s/in'>, 'output': <'%s/a:b.tar.gz'>}",
                     fixture->folder, fixture->folder);
  g_autofree char *folder = g_build_filename (fixture->folder, "in", NULL);
  g_autofree char *output = g_build_filename (fixture->folder, "a:b.tar.gz", NULL);
  const char *argv[] = { "tar", "--list", "--force-local", "--file", output, NULL };
  g_autoptr(RunProbe) probe = run_probe_new (type, parameters);
  g_autofree char *list = NULL;

  g_assert_no_errno (g_mkdir (folder, 0700));
  write_file (fixture, "in/plain", "", 0600);
  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &list,
                               NULL, NULL, NULL));
  g_assert_nonnull (strstr (list, "./plain\n"));
}

#define ADD(path, data, function) \
  g_test_add ("/command-runner/" path, CommandFixture, data, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  /* Before there is any thread that might read the environment. */
  g_setenv (SECRET, "1", TRUE);
  g_setenv ("NOTIFY_SOCKET", OTHERS_SOCKET, TRUE);
  g_setenv ("LISTEN_FDS", "1", TRUE);

  ADD ("succeeds", NULL, test_command_runner_succeeds);
  ADD ("keeps-output", NULL, test_command_runner_keeps_output);
  ADD ("files-are-private", NULL, test_command_runner_files_are_private);
  ADD ("writes-start-record", NULL, test_command_runner_writes_start_record);
  ADD ("keeps-records", NULL, test_command_runner_keeps_records);
  ADD ("keeps-records-until-settled", NULL, test_command_runner_keeps_until_settled);
  ADD ("begins-once", NULL, test_command_runner_begins_once);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = g_strconcat ("/command-runner/ending/", endings[i].path, NULL);

      g_test_add (path, CommandFixture, GUINT_TO_POINTER (i), set_up, test_command_runner_ending,
                  tear_down);
    }
  ADD ("missing-leaves-no-record", NULL, test_command_runner_missing_leaves_no_record);
  ADD ("without-room-for-output", NULL, test_command_runner_without_room_for_output);
  ADD ("passes-arguments", NULL, test_command_runner_passes_arguments);
  ADD ("environment/is-clean", NULL, test_command_runner_environment_is_clean);
  ADD ("environment/is-given", NULL, test_command_runner_environment_is_given);
  ADD ("environment/names-a-folder-for-results", NULL, test_command_runner_results_have_a_folder);
  ADD ("environment/path-is-the-childs", NULL, test_command_runner_path_is_the_childs);
  ADD ("relative-program", NULL, test_command_runner_relative_program);
  ADD ("begins-in-folder", NULL, test_command_runner_begins_in_folder);
  ADD ("umask", NULL, test_command_runner_umask);
  ADD ("leaks-no-descriptor", NULL, test_command_runner_leaks_no_descriptor);
  ADD ("session-and-signals", NULL, test_command_runner_session_and_signals);
  ADD ("archives", NULL, test_command_runner_archives);
  ADD ("child-keeps-output-open", NULL, test_command_runner_child_keeps_output_open);

  return g_test_run ();
}
