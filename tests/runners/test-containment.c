/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cgroup-files.h"
#include "hw-cgroups.h"
#include "hw-enclosures.h"
#include "hw-error.h"

#include "tests/support/command-tree.h"
#include "tests/support/fake-enclosure.h"
#include "tests/support/test-cgroup.h"

/* A runner that has a cgroup to itself. */
typedef struct
{
  CommandFixture command;
  char *root;  /* (owned) */
  char *place; /* (owned): of the attempt of a probe */
} Fixture;

static HwEnclosures *
make_enclosures (Fixture *fixture)
{
  HwEnclosures *enclosures = hw_enclosures_new ();
  g_autoptr(HwCgroups) cgroups = hw_cgroups_new (fixture->root);

  hw_enclosures_add (enclosures, HW_ENCLOSURE (cgroups));

  return enclosures;
}

static HwRunner *
make_enclosed_runner (Fixture *fixture)
{
  HwCommandRunner *runner = make_runner (&fixture->command);
  g_autoptr(HwEnclosures) enclosures = make_enclosures (fixture);

  hw_command_runner_set_enclosure (runner, HW_ENCLOSURE (enclosures));

  return HW_RUNNER (runner);
}

static void
set_up_fixture (Fixture      *fixture,
                gconstpointer test_data)
{
  g_autofree char *name = g_strdup_printf ("headway-%" G_GUINT64_FORMAT "-%d-%d", PROBE_EPOCH,
                                           PROBE_TASK_ID, PROBE_ATTEMPT);

  set_up (&fixture->command, test_data);
  fixture->root = test_cgroup_new ();
  g_assert_nonnull (fixture->root);
  fixture->place = g_build_filename (fixture->root, name, NULL);
  drop_object (g_steal_pointer (&fixture->command.runner));
  fixture->command.runner = make_enclosed_runner (fixture);
}

static gboolean
exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
tear_down_fixture (Fixture      *fixture,
                   gconstpointer test_data)
{
  wait_until_seen (!exists (fixture->place));
  tear_down (&fixture->command, test_data);
  g_clear_pointer (&fixture->place, g_free);
  test_cgroup_free (g_steal_pointer (&fixture->root));
}

/* Test that a program is in a cgroup of its own while it runs, and that nothing of it is left
 * afterwards.
 */
static void
test_cgroup_of_its_own (Fixture      *fixture,
                        gconstpointer test_data)
{
  g_autoptr(RunProbe) probe =
    probe_command (&fixture->command, "{'argv': <['sh', '-c', 'echo early; " WAIT_FOR_GO "']>}");
  g_autofree char *work = g_build_filename (fixture->place, "work", NULL);
  g_autofree char *shim = g_build_filename (fixture->place, "shim", NULL);

  run_probe_start (probe, fixture->command.runner, NULL);
  wait_for_output (&fixture->command, "early");
  wait_until (hw_run_get_containment (probe->run) != NULL);

  g_assert_cmpstr (hw_run_get_containment (probe->run), ==, "cgroup");
  g_assert_cmpuint (test_cgroup_count (work), >=, 1);
  g_assert_cmpuint (test_cgroup_count (shim), ==, 1);

  write_file (&fixture->command, "go", "", 0600);
  wait_until (probe->is_finished);
  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  wait_until_seen (!exists (fixture->place));
}

static void
test_cgroup_kills_tree (Fixture      *fixture,
                        gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, TREE);

  run_probe_start (probe, fixture->command.runner, NULL);
  wait_for_tree (&fixture->command);
  run_probe_control (probe, fixture->command.runner, HW_CONTROL_KILL, 0);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  assert_tree_is_gone (&fixture->command);
  wait_until_seen (!exists (fixture->place));
}

/* Test that what stands still does, all of it, and goes on where it was. */
static void
test_cgroup_pause (Fixture      *fixture,
                   gconstpointer test_data)
{
  g_autoptr(RunProbe) probe =
    probe_command (&fixture->command, "{'argv': <['sh', '-c', 'echo early; " WAIT_FOR_GO "; "
                   "echo late']>}");
  g_autofree char *path = g_build_filename (fixture->place, "work", "cgroup.events", NULL);
  g_autofree char *events = NULL;

  run_probe_start (probe, fixture->command.runner, NULL);
  wait_for_output (&fixture->command, "early");
  run_probe_control (probe, fixture->command.runner, HW_CONTROL_PAUSE, 0);
  g_assert_true (hw_run_get_is_paused (probe->run));
  g_assert_true (g_file_get_contents (path, &events, NULL, NULL));
  g_assert_nonnull (strstr (events, "frozen 1"));

  write_file (&fixture->command, "go", "", 0600);
  run_probe_control (probe, fixture->command.runner, HW_CONTROL_PAUSE, 0);
  g_assert_false (has_output (&fixture->command, "late"));
  run_probe_control (probe, fixture->command.runner, HW_CONTROL_RESUME, 0);
  g_assert_false (hw_run_get_is_paused (probe->run));
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_true (has_output (&fixture->command, "late"));
}

static pid_t
read_shim (CommandFixture *fixture)
{
  g_autofree char *text = read_attempt_file (fixture, HW_SHIM_START);
  HwShimStart start;

  g_assert_true (hw_shim_start_parse (text, strlen (text), &start));

  return start.shim;
}

/* Test that nobody escapes whose shim dies, not even who has no environment and a session of
 * their own.
 */
static void
test_cgroup_ends_what_is_lost (Fixture      *fixture,
                               gconstpointer test_data)
{
  g_autoptr(RunProbe) probe =
    probe_command (&fixture->command, "{'argv': <['sh', '-c', 'env -i setsid sh -c \"echo "
                   "fled=\\\\$\\\\$; exec sleep " FOREVER "\" & wait']>}");

  run_probe_start (probe, fixture->command.runner, NULL);
  wait_for_output (&fixture->command, "fled=");
  wait_for_output (&fixture->command, "\n");
  kill (read_shim (&fixture->command), SIGKILL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_LOST);
  g_assert_true (is_gone (read_pid (&fixture->command, "fled=")));
  wait_until_seen (!exists (fixture->place));
}

/* Test that who adopts knows what holds it together, can pause it, and tidies up. */
static void
test_cgroup_adopted (Fixture      *fixture,
                     gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_command (&fixture->command, TREE);
  g_autoptr(RunProbe) again = NULL;

  run_probe_start (probe, fixture->command.runner, NULL);
  wait_for_tree (&fixture->command);
  run_probe_control (probe, fixture->command.runner, HW_CONTROL_LEAVE, 0);
  drop_object (g_steal_pointer (&fixture->command.runner));

  /* It is of no importance what this one would do with new ones. */
  fixture->command.runner = HW_RUNNER (make_runner (&fixture->command));
  again = run_probe_adopt_again (probe, fixture->command.runner);
  run_probe_control (again, fixture->command.runner, HW_CONTROL_PAUSE, 0);
  g_assert_true (hw_run_get_is_paused (again->run));
  g_assert_cmpstr (hw_run_get_containment (again->run), ==, "cgroup");
  run_probe_control (again, fixture->command.runner, HW_CONTROL_KILL, 0);
  wait_until (again->is_finished);

  g_assert_cmpint (again->result, ==, HW_RESULT_CANCELED);
  assert_tree_is_gone (&fixture->command);
  wait_until_seen (!exists (fixture->place));
}

/* Test that what former daemons left is removed, but not what is another's, or in use. */
static void
test_cgroup_leftovers (Fixture      *fixture,
                       gconstpointer test_data)
{
  g_autofree char *left = g_strdup_printf ("%s/headway-%" G_GUINT64_FORMAT "-1-1", fixture->root,
                                           PROBE_EPOCH);
  g_autofree char *work = g_build_filename (left, "work", NULL);
  g_autofree char *other = g_strdup_printf ("%s/headway-%" G_GUINT64_FORMAT "1-1-1", fixture->root,
                                            PROBE_EPOCH);
  g_autoptr(RunProbe) probe = NULL;

  g_assert_no_errno (g_mkdir_with_parents (work, 0755));
  g_assert_no_errno (g_mkdir (other, 0755));
  probe = run_command (&fixture->command, "{'argv': <['true']>}");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_false (exists (left));
  g_assert_true (exists (other));
  wait_until_seen (!exists (fixture->place));
  g_assert_no_errno (g_rmdir (other));
}

static void
test_cgroup_missing (void)
{
  g_test_skip ("There is no cgroup here that we may write to");
}

/* Test that a task runs though what should hold it together fails, lies, or is no cgroup. */
static void
test_session_stands_in (CommandFixture *fixture,
                        gconstpointer   test_data)
{
  g_autoptr(HwEnclosures) enclosures = hw_enclosures_new ();
  g_autoptr(FakeEnclosure) fake = fake_enclosure_new (GPOINTER_TO_INT (test_data));
  g_autoptr(RunProbe) probe = NULL;

  hw_enclosures_add (enclosures, HW_ENCLOSURE (fake));
  hw_command_runner_set_enclosure (HW_COMMAND_RUNNER (fixture->runner),
                                   HW_ENCLOSURE (enclosures));
  g_assert_cmpstr (hw_enclosure_get_containment (HW_ENCLOSURE (enclosures)), ==, "scope");
  probe = run_command (fixture, "{'argv': <['sh', '-c', 'exit 3']>}");

  g_assert_cmpint (probe->exit_code, ==, 3);
  g_assert_cmpuint (fake->n_asked, ==, 1);
  g_assert_cmpstr (hw_run_get_containment (probe->run), ==, "session");
}

/* Test that a cancel is done though the place is still being made. */
static void
test_stop_while_enclosed (CommandFixture *fixture,
                          gconstpointer   test_data)
{
  g_autoptr(FakeEnclosure) fake = fake_enclosure_new (FAKE_ENCLOSURE_WAITS);
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['touch', '@/ran']>}");
  g_autofree char *ran = g_build_filename (fixture->folder, "ran", NULL);

  hw_command_runner_set_enclosure (HW_COMMAND_RUNNER (fixture->runner), HW_ENCLOSURE (fake));
  run_probe_start (probe, fixture->runner, NULL);
  wait_until (fake->n_asked == 1);
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  fake_enclosure_answer (fake);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  g_assert_false (exists (ran));
}

static void
test_no_cgroup_root (CommandFixture *fixture,
                     gconstpointer   test_data)
{
  g_autoptr(HwEnclosures) enclosures = hw_enclosures_new ();
  g_autoptr(HwCgroups) cgroups = hw_cgroups_new (fixture->folder);

  hw_enclosures_add (enclosures, HW_ENCLOSURE (cgroups));

  g_assert_cmpstr (hw_enclosure_get_containment (HW_ENCLOSURE (enclosures)), ==, "session");
}

/* Test that the tree of a program that nothing else holds together stands still, too. */
static void
test_session_pause (CommandFixture *fixture,
                    gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  run_probe_control (probe, fixture->runner, HW_CONTROL_PAUSE, 0);
  g_assert_true (hw_run_get_is_paused (probe->run));
  g_assert_cmpstr (hw_run_get_containment (probe->run), ==, "session");
  for (guint i = 0; i < G_N_ELEMENTS (tree); i++)
    {
      HwProcessStat stat;

      g_assert_true (hw_process_read (read_pid (fixture, tree[i]), &stat));
      g_assert_cmpint (stat.state, ==, 'T');
    }

  run_probe_control (probe, fixture->runner, HW_CONTROL_RESUME, 0);
  g_assert_false (hw_run_get_is_paused (probe->run));
  run_probe_control (probe, fixture->runner, HW_CONTROL_KILL, 0);
  wait_until (probe->is_finished);
  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
}

/* Test that a pause that was asked for while the program was being started comes about. */
static void
test_pause_during_start (CommandFixture *fixture,
                         gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['sleep', '" FOREVER "']>}");

  run_probe_start (probe, fixture->runner, NULL);
  run_probe_control (probe, fixture->runner, HW_CONTROL_PAUSE, 0);
  g_assert_true (hw_run_get_is_paused (probe->run));
  run_probe_control (probe, fixture->runner, HW_CONTROL_KILL, 0);
  wait_until (probe->is_finished);
}

/* Test that whoever pauses what ends, or has ended, is told. */
static void
test_pause_too_late (CommandFixture *fixture,
                     gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, TREE);
  g_autoptr(GError) stopping = NULL;
  g_autoptr(GError) ended = NULL;

  run_probe_start (probe, fixture->runner, NULL);
  wait_for_tree (fixture);
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, G_MAXINT64);
  stopping = run_probe_fail_control (probe, fixture->runner, HW_CONTROL_PAUSE);
  run_probe_control (probe, fixture->runner, HW_CONTROL_KILL, 0);
  wait_until (probe->is_finished);
  ended = run_probe_fail_control (probe, fixture->runner, HW_CONTROL_RESUME);

  g_assert_error (stopping, HW_ERROR, HW_ERROR_WRONG_STATE);
  g_assert_cmpstr (stopping->message, ==, "Task 7 is about to end. Wait until it has.");
  g_assert_error (ended, HW_ERROR, HW_ERROR_WRONG_STATE);
}

/* Test that where cgroups are is read as the kernel writes it. */
static void
test_files_parse (void)
{
  g_autofree char *root = NULL;
  g_autofree char *mount =
    hw_cgroup_files_parse_mount ("31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
                                 "41 31 0:38 /a /sys/fs/c\\040g rw shared:1 master:2 - cgroup2 c rw\n",
                                 &root);
  g_autofree char *path = hw_cgroup_files_parse_path ("1:cpu:/x\n0::/user.slice/a b\n");
  g_autofree char *gone = hw_cgroup_files_parse_path ("0::/user.slice (deleted)\n");
  g_autofree char *old = hw_cgroup_files_parse_path ("1:cpu:/x\n");

  g_assert_cmpstr (mount, ==, "/sys/fs/c g");
  g_assert_cmpstr (root, ==, "/a");
  g_assert_cmpstr (path, ==, "/user.slice/a b");
  g_assert_null (gone);
  g_assert_null (old);
}

/* Test that nothing is taken for a place that is not called so, as it would be killed. */
static void
test_files_cut (void)
{
  static const struct
  {
    const char *folder;
    const char *place;
  } cases[] = {
    { "/c/headway-1-2-3/shim", "/c/headway-1-2-3" },
    { "/c/headway-1-2-3", "/c/headway-1-2-3" },
    { "/c/headway-1-2-3.scope/work", "/c/headway-1-2-3.scope" },
    { "/c/headway-1-2-30/shim", NULL },
    { "/c/xheadway-1-2-3", NULL },
    { "/", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *place = hw_cgroup_files_cut (cases[i].folder, "headway-1-2-3");

      g_assert_cmpstr (place, ==, cases[i].place);
    }
}

#define ADD(path, data, function) \
  g_test_add ("/containment/" path, CommandFixture, data, set_up, function, tear_down)
#define ADD_CGROUP(path, function) \
  g_test_add ("/containment/cgroup/" path, Fixture, NULL, set_up_fixture, function, \
              tear_down_fixture)

int
main (int   argc,
      char *argv[])
{
  g_autofree char *mount = NULL;
  char *cgroup;

  g_test_init (&argc, &argv, NULL);
  cgroup = test_cgroup_new ();

  if (cgroup != NULL)
    {
      test_cgroup_free (cgroup);
      ADD_CGROUP ("of-its-own", test_cgroup_of_its_own);
      ADD_CGROUP ("kills-tree", test_cgroup_kills_tree);
      ADD_CGROUP ("pause", test_cgroup_pause);
      ADD_CGROUP ("ends-what-is-lost", test_cgroup_ends_what_is_lost);
      ADD_CGROUP ("adopted", test_cgroup_adopted);
      ADD_CGROUP ("leftovers", test_cgroup_leftovers);
    }
  else
    {
      g_test_add_func ("/containment/cgroup", test_cgroup_missing);
    }

  ADD ("session/stands-in-for-what-fails", GINT_TO_POINTER (FAKE_ENCLOSURE_FAILS),
       test_session_stands_in);
  ADD ("session/stands-in-for-what-lies", GINT_TO_POINTER (FAKE_ENCLOSURE_LIES),
       test_session_stands_in);
  ADD ("session/pause", NULL, test_session_pause);
  ADD ("stop-while-enclosed", NULL, test_stop_while_enclosed);
  ADD ("no-cgroup-root", NULL, test_no_cgroup_root);
  ADD ("pause/during-start", NULL, test_pause_during_start);
  ADD ("pause/too-late", NULL, test_pause_too_late);
  g_test_add_func ("/containment/files/parse", test_files_parse);
  g_test_add_func ("/containment/files/cut", test_files_cut);

  return g_test_run ();
}
