/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task.h"

G_BEGIN_DECLS

/**
 * HwCliExitCode:
 * @HW_CLI_EXIT_SUCCESS: all went well
 * @HW_CLI_EXIT_FAILED: what was asked for could not be done
 * @HW_CLI_EXIT_USAGE: headway was called in a wrong way
 * @HW_CLI_EXIT_TIMEOUT: the task took too long
 * @HW_CLI_EXIT_OURS: headway itself failed, where any other code is that of a task; or its
 *   daemon failed the task, so that nobody knows how the program ended, or it never began
 * @HW_CLI_EXIT_NOT_EXECUTABLE: the program is there, but cannot be run
 * @HW_CLI_EXIT_NO_PROGRAM: there is no such program
 * @HW_CLI_EXIT_SIGNAL: added to the number of the signal that ended the program
 * @HW_CLI_EXIT_INTERRUPTED: the task was canceled, or interrupted
 *
 * The exit codes that are not a program's own. They are those of a shell, of timeout(1)
 * and of env(1).
 */
typedef enum
{
  HW_CLI_EXIT_SUCCESS = 0,
  HW_CLI_EXIT_FAILED = 1,
  HW_CLI_EXIT_USAGE = 2,
  HW_CLI_EXIT_TIMEOUT = 124,
  HW_CLI_EXIT_OURS = 125,
  HW_CLI_EXIT_NOT_EXECUTABLE = 126,
  HW_CLI_EXIT_NO_PROGRAM = 127,
  HW_CLI_EXIT_SIGNAL = 128,
  HW_CLI_EXIT_INTERRUPTED = 130,
} HwCliExitCode;

int hw_cli_exit_code_of_task (HwTask *task);
int hw_cli_exit_code_of_signal (const char *name);

G_END_DECLS
