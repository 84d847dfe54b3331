/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-strays.h"

#include "tests/support/command-fixture.h"
#include "tests/support/hw-memory-store.h"
#include "tests/support/hw-test-log.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#define LOG_TIME (30 * G_USEC_PER_SEC)

/* Gets the number that the next file would have that is opened. */
static int
get_lowest_free (void)
{
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  close (fd);

  return fd;
}

/* Begins a program of an epoch that no store knows. */
static RunProbe *
begin_stray (CommandFixture *fixture)
{
  RunProbe *probe = probe_command (fixture, "{'argv': <['sleep', '60']>}");

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_started);

  return probe;
}

/* Test that a program of a former epoch is ended before the answer comes. */
static void
test_ends_them (CommandFixture *fixture,
                gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe = begin_stray (fixture);
  g_autoptr(HwStore) store = HW_STORE (hw_memory_store_new ());
  g_autoptr(GAsyncResult) result = NULL;

  hw_strays_end_async (store, fixture->output_root, on_probe_result, &result);
  wait_until (result != NULL);
  hw_strays_end_finish (store, result);

  wait_until (probe->is_finished);
  g_assert_cmpint (probe->result, ==, HW_RESULT_LOST);
}

/* Test that without a descriptor left that is said, and tried again until it is done. */
static void
test_no_descriptors (CommandFixture *fixture,
                     gconstpointer   test_data)
{
  HwTestLog *log = (HwTestLog *) test_data;
  g_autoptr(RunProbe) probe = begin_stray (fixture);
  g_autoptr(HwStore) store = HW_STORE (hw_memory_store_new ());
  g_autoptr(GAsyncResult) result = NULL;
  struct rlimit limit, none;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  none = limit;
  none.rlim_cur = (rlim_t) get_lowest_free ();
  hw_test_log_expect_warning (log, "Some processes cannot be looked at, *: Too many open files. It "
                              "is tried again");
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &none));
  hw_strays_end_async (store, fixture->output_root, on_probe_result, &result);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  hw_test_log_await_expected (log, LOG_TIME);
  g_assert_null (result);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));

  wait_until (result != NULL);
  hw_strays_end_finish (store, result);
  wait_until (probe->is_finished);
  g_assert_cmpint (probe->result, ==, HW_RESULT_LOST);
}

int
main (int   argc,
      char *argv[])
{
  HwTestLog *log;

  g_test_init (&argc, &argv, NULL);
  log = hw_test_log_install ();

  g_test_add ("/strays/ends-them", CommandFixture, log, set_up, test_ends_them, tear_down);
  g_test_add ("/strays/no-descriptors", CommandFixture, log, set_up, test_no_descriptors,
              tear_down);

  return g_test_run ();
}
