/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-works.h"

#include "hw-checksum.h"
#include "hw-demo.h"
#include "hw-noop.h"

/**
 * hw_works_new_runner:
 * @clock: what time it is
 * @max_parallel: how many attempts may run at once
 * @output_folder: the folder of all attempts
 *
 * Makes the runner of all work that is done inside of the daemon.
 *
 * Returns: (transfer full): a runner that has all functions
 */
HwInProcessRunner *
hw_works_new_runner (HwClock    *clock,
                     guint       max_parallel,
                     const char *output_folder)
{
  HwInProcessRunner *runner = hw_in_process_runner_new (clock, max_parallel);

  hw_in_process_runner_set_output_root (runner, output_folder);
  hw_in_process_runner_add (runner, "checksum", hw_checksum_work);
  hw_in_process_runner_add (runner, "demo", hw_demo_work);
  hw_in_process_runner_add_instant (runner, "noop", hw_noop_work);

  return runner;
}
