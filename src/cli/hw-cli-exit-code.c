/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-exit-code.h"

#include <signal.h>
#include <string.h>

/* What the task says of its program; -1 if nothing. */
static int
get_exit_code (HwTask *task)
{
  GVariant *code = hw_task_get_field (task, HW_TASK_FIELD_EXIT_CODE);

  return code != NULL ? g_variant_get_int32 (code) : -1;
}

static int
get_exit_code_or (HwTask *task,
                  int     otherwise)
{
  int code = get_exit_code (task);

  /* A failure must never look like a success. */
  return code > 0 ? code : otherwise;
}

static HwResult
get_result (HwTask *task)
{
  HwResult result = HW_RESULT_NONE;

  hw_result_from_string (hw_task_get_string (task, HW_TASK_FIELD_RESULT), &result);

  return result;
}

static int
get_failed_code (HwTask *task)
{
  switch (get_result (task))
    {
    case HW_RESULT_EXIT_CODE:
      return get_exit_code_or (task, HW_CLI_EXIT_FAILED);

    case HW_RESULT_SIGNAL:
      return hw_cli_exit_code_of_signal (hw_task_get_string (task, HW_TASK_FIELD_SIGNAL));

    case HW_RESULT_TIMEOUT:
      return HW_CLI_EXIT_TIMEOUT;

    case HW_RESULT_CANCELED:
    case HW_RESULT_INTERRUPTED:
      return HW_CLI_EXIT_INTERRUPTED;

    case HW_RESULT_LOST:
    case HW_RESULT_POISON:
      return HW_CLI_EXIT_OURS;

    case HW_RESULT_SPAWN_FAILED:
      return get_exit_code_or (task, HW_CLI_EXIT_NOT_EXECUTABLE);

    case HW_RESULT_OOM_KILL:
      return HW_CLI_EXIT_SIGNAL + SIGKILL;

    case HW_RESULT_NONE:
    case HW_RESULT_SUCCESS:
    case HW_RESULT_ERROR:
    case HW_RESULT_DEPENDENCY:
    default:
      return HW_CLI_EXIT_FAILED;
    }
}

/**
 * hw_cli_exit_code_of_task:
 * @task: a task that has ended
 *
 * Gets the code with which to exit for a task: the one that its program would have given
 * to a shell.
 *
 * Returns: the code
 */
int
hw_cli_exit_code_of_task (HwTask *task)
{
  g_return_val_if_fail (HW_IS_TASK (task), HW_CLI_EXIT_OURS);

  return hw_task_get_state (task) == HW_TASK_STATE_COMPLETED ? HW_CLI_EXIT_SUCCESS
                                                             : get_failed_code (task);
}

/* The number of a signal by its name, with `SIG` before or not; 0 if there is none. */
static int
find_signal (const char *name)
{
  guint64 number;

  if (g_str_has_prefix (name, "SIG"))
    name += strlen ("SIG");

  for (int i = 1; i < NSIG; i++)
    if (g_strcmp0 (sigabbrev_np (i), name) == 0)
      return i;

  /* A real-time signal has no name. */
  return g_ascii_string_to_unsigned (name, 10, 1, NSIG - 1, &number, NULL) ? (int) number : 0;
}

/**
 * hw_cli_exit_code_of_signal:
 * @name: (nullable): what a signal is called, `SIGTERM`
 *
 * Gets the code that a shell gives for a program that a signal ended.
 *
 * Returns: the code
 */
int
hw_cli_exit_code_of_signal (const char *name)
{
  int number = name != NULL ? find_signal (name) : 0;

  return number > 0 ? HW_CLI_EXIT_SIGNAL + number : HW_CLI_EXIT_FAILED;
}
