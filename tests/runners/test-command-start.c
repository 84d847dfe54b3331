/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-start.h"
#include "hw-life.h"
#include "hw-shim-protocol.h"

#include "tests/support/command-fixture.h"

/* Prepares a start, with a shim that never gets its order and ends by that. */
static void
prepare (HwCommandStart *start)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  HwShimProcess *process;

  hw_command_start_prepare_async (start, NULL, on_probe_result, &result);
  wait_until (result != NULL);
  process = hw_command_start_prepare_finish (result, &error);
  g_assert_no_error (error);
  hw_shim_process_free (process);
}

/* Test that the shim is given as much time as the task has, however much that is. */
static void
test_orders_any_timeout (CommandFixture *fixture,
                         gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = probe_command (fixture, "{'argv': <['true']>}");
  g_autoptr(HwFolderSync) folder_sync = hw_folder_sync_new ();
  g_autoptr(HwCommandStart) start = NULL;
  g_autoptr(GByteArray) order = NULL;
  HwShimTask task;

  HwCommandSettings settings = {
    .shim_path = (char *) g_getenv ("HEADWAY_SHIM"),
    .output_root = fixture->output_root,
    .folder_sync = folder_sync,
    .life = "a-boot/1",
  };

  hw_run_set_timeout (probe->run, (gint64) HW_TIMEOUT_MAX * G_USEC_PER_SEC);
  start = hw_command_start_new (&settings, probe->run, NULL);
  prepare (start);
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

  g_test_add ("/command-start/orders-any-timeout", CommandFixture, NULL, set_up,
              test_orders_any_timeout, tear_down);
  g_test_add_func ("/command-start/life", test_life);

  return g_test_run ();
}
