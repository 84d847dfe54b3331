/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-outcome.h"

#include "hw-error.h"
#include "hw-program.h"

#include <string.h>

/* What a shell gives for a program that it did not find, and for one that it could not run
 * (POSIX, Shell Command Language, 2.8.2).
 */
#define EXIT_CODE_NOT_FOUND 127
#define EXIT_CODE_NOT_EXECUTABLE 126

/* Names a signal as people do, `SIGKILL`. Returns (transfer full). */
static char *
name_signal (int number)
{
  const char *name = sigabbrev_np (number);

  if (name != NULL)
    return g_strconcat ("SIG", name, NULL);

  /* A real-time one, or one that is newer than the C library. */
  return g_strdup_printf ("SIG%d", number);
}

static HwOutcome *
make_exited (const char *quoted,
             int         exit_code)
{
  if (exit_code == 0)
    return hw_outcome_new (HW_RESULT_SUCCESS);

  return hw_outcome_new_failed (HW_RESULT_EXIT_CODE,
                                "%s ended with exit code %d. Read its output for the reason.",
                                quoted, exit_code);
}

static HwOutcome *
make_killed (const char *quoted,
             int         number,
             const char *name)
{
  if (number == SIGKILL)
    {
      return hw_outcome_new_failed (HW_RESULT_SIGNAL,
                                    "%s was ended by the signal SIGKILL: by somebody, or because "
                                    "the machine had no memory left. Read its output, and add the "
                                    "task again.", quoted);
    }

  return hw_outcome_new_failed (HW_RESULT_SIGNAL,
                                "%s was ended by the signal %s. Read its output for the reason.",
                                quoted, name);
}

/**
 * hw_command_outcome_new:
 * @program: what a person calls the program
 * @ending: (nullable): what waitid(2) said of its end, %NULL if it could not
 * @is_canceled: whether somebody asked it to end
 *
 * Says how a program ended.
 *
 * Returns: (transfer full): the outcome, without the size of the output
 */
HwOutcome *
hw_command_outcome_new (const char      *program,
                        const siginfo_t *ending,
                        gboolean         is_canceled)
{
  g_autofree char *quoted = hw_program_quote (program);
  g_autofree char *signal_name = NULL;
  HwOutcome *outcome;
  gboolean has_exited = ending != NULL && ending->si_code == CLD_EXITED;

  if (ending != NULL && !has_exited)
    signal_name = name_signal (ending->si_status);

  if (is_canceled)
    outcome = hw_outcome_new_failed (HW_RESULT_CANCELED,
                                     "The task was canceled. Add it again to do it after all.");
  else if (ending == NULL)
    outcome = hw_outcome_new_failed (HW_RESULT_LOST,
                                     "Nobody knows how %s ended. Read its output to see how far "
                                     "it got.", quoted);
  else if (has_exited)
    outcome = make_exited (quoted, ending->si_status);
  else
    outcome = make_killed (quoted, ending->si_status, signal_name);

  if (has_exited)
    outcome->exit_code = ending->si_status;
  outcome->signal = g_steal_pointer (&signal_name);

  return outcome;
}

/**
 * hw_command_outcome_new_not_started:
 * @error: why a program did not start
 *
 * Says how an attempt ended whose program never ran, with the exit code that a shell would
 * have given.
 *
 * Returns: (transfer full): the outcome
 */
HwOutcome *
hw_command_outcome_new_not_started (const GError *error)
{
  HwOutcome *outcome = hw_outcome_new_failed (HW_RESULT_SPAWN_FAILED, "%s", error->message);

  outcome->exit_code = g_error_matches (error, HW_ERROR, HW_ERROR_NOT_FOUND)
                       ? EXIT_CODE_NOT_FOUND : EXIT_CODE_NOT_EXECUTABLE;

  return outcome;
}
