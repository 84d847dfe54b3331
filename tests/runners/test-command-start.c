/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-files.h"
#include "hw-command-start.h"
#include "hw-life.h"
#include "hw-shim-protocol.h"

#include "tests/support/command-fixture.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_MILLISECONDS 30000

static HwShimProcess *
prepare (HwCommandStart *start)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  HwShimProcess *process;

  hw_command_start_prepare_async (start, NULL, on_probe_result, &result);
  wait_until (result != NULL);
  process = hw_command_start_prepare_finish (result, &error);
  g_assert_no_error (error);

  return process;
}

static HwCommandSettings
make_settings (CommandFixture *fixture,
               HwShimSlots    *slots)
{
  HwCommandSettings settings = {
    .shim_path = (char *) g_getenv ("HEADWAY_SHIM"),
    .output_root = fixture->output_root,
    .slots = slots,
    .life = "a-boot/1",
  };

  getrlimit (RLIMIT_NOFILE, &settings.descriptors);

  return settings;
}

/* Waits until a shim has ended, and returns whether its program was begun. */
static gboolean
has_begun (CommandFixture *fixture,
           RunProbe       *probe,
           HwShimProcess  *process)
{
  g_autofree char *folder = hw_attempt_files_build_folder (fixture->output_root, probe->run);
  g_autofree char *record = g_build_filename (folder, HW_SHIM_START, NULL);
  struct pollfd poll_fd = { .fd = process->pidfd, .events = POLLIN };

  g_assert_cmpint (poll (&poll_fd, 1, MAX_MILLISECONDS), ==, 1);
  g_assert_cmpint (waitpid (process->pid, NULL, 0), ==, process->pid);

  return g_file_test (record, G_FILE_TEST_EXISTS);
}

/* Test that a shim that needs no place has its order when it is there, and carries it out with nobody
 * in the main context.
 */
static void
test_gives_order_at_once (CommandFixture *fixture,
                          gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");
  g_autoptr(HwShimSlots) slots = hw_shim_slots_new (fixture->output_root, "a-boot/1");
  HwCommandSettings settings = make_settings (fixture, slots);
  g_autoptr(HwCommandStart) start = hw_command_start_new (&settings, probe->run, NULL);
  g_autoptr(HwShimProcess) process = prepare (start);

  g_assert_nonnull (process->order);
  g_assert_cmpuint (process->order->len, ==, 0);
  g_assert_true (has_begun (fixture, probe, process));
}

/* Test that what nobody wants any more while it is prepared does not begin. */
static void
test_forgone_never_begins (CommandFixture *fixture,
                           gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");
  g_autoptr(HwShimSlots) slots = hw_shim_slots_new (fixture->output_root, "a-boot/1");
  HwCommandSettings settings = make_settings (fixture, slots);
  g_autoptr(HwCommandStart) start = hw_command_start_new (&settings, probe->run, NULL);
  g_autoptr(HwShimProcess) process = NULL;

  hw_command_start_forgo (start);
  process = prepare (start);
  g_assert_null (process->order);
  close (process->link_fd);
  process->link_fd = -1;

  g_assert_false (has_begun (fixture, probe, process));
}

/* Test that the shim is given as much time as the task has, however much that is. */
static void
test_orders_any_timeout (CommandFixture *fixture,
                         gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");
  g_autoptr(HwShimSlots) slots = hw_shim_slots_new (fixture->output_root, "a-boot/1");
  HwCommandSettings settings = make_settings (fixture, slots);
  g_autoptr(HwCommandStart) start = NULL;
  g_autoptr(HwShimProcess) process = NULL;
  g_autoptr(GByteArray) order = NULL;
  HwShimTask task;

  hw_run_set_timeout (probe->run, (gint64) HW_TIMEOUT_MAX * G_USEC_PER_SEC);
  start = hw_command_start_new (&settings, probe->run, NULL);
  hw_command_start_forgo (start);
  process = prepare (start);
  order = hw_command_start_build_order (start, "");

  g_assert_true (hw_shim_task_read (order->data + HW_FRAME_HEAD, order->len - HW_FRAME_HEAD, &task));
  g_assert_cmpuint (task.timeout / 1000, ==, HW_TIMEOUT_MAX);
  free (task.texts);
}

/* Test that a life has one name, and that the name fits into a record. */
static void
test_life (void)
{
  char life[HW_LIFE_SIZE];
  char again[HW_LIFE_SIZE];

  g_assert_true (hw_life_read (life, sizeof life));
  g_assert_true (hw_life_read (again, sizeof again));
  g_assert_cmpstr (life, ==, again);
  g_assert_null (strpbrk (life, " \n"));
  g_assert_false (hw_life_read (life, 10));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/command-start/gives-order-at-once", CommandFixture, NULL, set_up,
              test_gives_order_at_once, tear_down);
  g_test_add ("/command-start/forgone-never-begins", CommandFixture, NULL, set_up,
              test_forgone_never_begins, tear_down);
  g_test_add ("/command-start/orders-any-timeout", CommandFixture, NULL, set_up,
              test_orders_any_timeout, tear_down);
  g_test_add_func ("/command-start/life", test_life);

  return g_test_run ();
}
