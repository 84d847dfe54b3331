/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-runner.h"
#include "hw-shim-protocol.h"

/* Makes the daemon of a later release out of this one: it speaks the next version of the
 * protocol with shims, which those that run do not know. The linker has its calls come here
 * (--wrap).
 */

HwCommandRunner *__real_hw_command_runner_new (const char *shim_path,
                                               const char *output_root,
                                               HwClock    *clock);
HwCommandRunner *__wrap_hw_command_runner_new (const char *shim_path,
                                               const char *output_root,
                                               HwClock    *clock);

HwCommandRunner *
__wrap_hw_command_runner_new (const char *shim_path,
                              const char *output_root,
                              HwClock    *clock)
{
  HwCommandRunner *runner = __real_hw_command_runner_new (shim_path, output_root, clock);

  hw_command_runner_set_version (runner, HW_SHIM_VERSION + 1);

  return runner;
}
