/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/support/command-fixture.h"

/* For Python: tells something as sd_notify(3) does. */
#define NOTIFY \
  "import os, socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); " \
  "s.sendto(TEXT, chr(0) + os.environ[\"NOTIFY_SOCKET\"][1:])"

static gboolean
has_message (RunProbe   *probe,
             const char *message)
{
  for (guint i = 0; i < probe->messages->len; i++)
    if (g_str_equal (g_ptr_array_index (probe->messages, i), message))
      return TRUE;

  return FALSE;
}

static HwRunLevel
get_level (RunProbe *probe)
{
  g_assert_cmpuint (probe->levels->len, >, 0);

  return g_array_index (probe->levels, HwRunLevel, probe->levels->len - 1);
}

/* Test that a program tells how far it is by its descriptor, from beginning to end, and that
 * what it says last is heard before its end.
 */
static void
test_by_descriptor (CommandFixture *fixture,
                    gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    probe_command (fixture, "{'argv': <['sh', '-c', 'echo PROGRESS=0.5 >&$HEADWAY_PROGRESS_FD; "
                   WAIT_FOR_GO "; echo STATUS=Almost >&3; printf PROGRESS=0.75 >&3']>}");

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->levels->len > 0);
  g_assert_true (get_level (probe).is_share);
  g_assert_cmpuint (get_level (probe).done * 2, ==, get_level (probe).total);

  write_file (fixture, "go", "", 0600);
  wait_until (probe->is_finished);
  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpuint (get_level (probe).done * 4, ==, get_level (probe).total * 3);
  g_assert_true (has_message (probe, "Almost"));
}

/* Test that it can as well tell as services of systemd do. */
static void
test_by_socket (CommandFixture *fixture,
                gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['python3', '-c', 'TEXT = b\"READY=1\\\\nSTATUS=Packing\\\\n"
                 "X_HEADWAY_TOTAL=40\\\\nX_HEADWAY_DONE=10\\\\nX_HEADWAY_UNIT=files\"; "
                 NOTIFY "']>}");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpuint (get_level (probe).done, ==, 10);
  g_assert_cmpuint (get_level (probe).total, ==, 40);
  g_assert_cmpstr (get_level (probe).unit, ==, "files");
  g_assert_true (has_message (probe, "Packing"));
}

/* Test that a program that tells nonsense harms nobody. */
static void
test_nonsense (CommandFixture *fixture,
               gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', 'head -c 3000000 /dev/urandom >&3; "
                 "head -c 100000 /dev/zero >&3; echo; echo PROGRESS=nan >&3; "
                 "echo PROGRESS=7 >&3; echo PROGRESS=0.25 >&3']>}");

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpuint (get_level (probe).done * 4, ==, get_level (probe).total);
}

/* Test that whoever adopts a program hears what it tells from then on. */
static void
test_after_adoption (CommandFixture *fixture,
                     gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    probe_command (fixture, "{'argv': <['sh', '-c', 'echo PROGRESS=0.25 >&3; " WAIT_FOR_GO "; "
                   "echo PROGRESS=0.5 >&3; echo STATUS=Again >&3; sleep 0.2; exit 4']>}");
  g_autoptr(RunProbe) again = NULL;

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->levels->len > 0);
  run_probe_control (probe, fixture->runner, HW_CONTROL_LEAVE, 0);
  drop_object (g_steal_pointer (&fixture->runner));
  fixture->runner = HW_RUNNER (make_runner (fixture));
  again = run_probe_adopt_again (probe, fixture->runner);

  write_file (fixture, "go", "", 0600);
  wait_until (again->is_finished);
  g_assert_cmpint (again->exit_code, ==, 4);
  g_assert_cmpuint (get_level (again).done * 2, ==, get_level (again).total);
  g_assert_true (has_message (again, "Again"));
  g_assert_cmpuint (probe->levels->len, ==, 1);
}

/* Test that a child that stays behind says nothing any more. */
static void
test_after_end (CommandFixture *fixture,
                gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', '(" WAIT_FOR_GO "; echo STATUS=Late >&3; "
                 "touch @/late) & echo PROGRESS=0.5 >&3']>}");
  g_autofree char *late = g_build_filename (fixture->folder, "late", NULL);

  g_assert_cmpuint (probe->levels->len, ==, 1);
  write_file (fixture, "go", "", 0600);
  wait_until_seen (g_file_test (late, G_FILE_TEST_EXISTS));

  g_assert_cmpuint (probe->messages->len, ==, 0);
  g_assert_cmpuint (probe->levels->len, ==, 1);
}

#define ADD(path, function) \
  g_test_add ("/command-report/" path, CommandFixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("by-descriptor", test_by_descriptor);
  ADD ("by-socket", test_by_socket);
  ADD ("nonsense", test_nonsense);
  ADD ("after-adoption", test_after_adoption);
  ADD ("after-the-end", test_after_end);

  return g_test_run ();
}
