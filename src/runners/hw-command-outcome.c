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
                                    "the machine had no memory left. Read its output, and retry "
                                    "the task.", quoted);
    }

  return hw_outcome_new_failed (HW_RESULT_SIGNAL,
                                "%s was ended by the signal %s. Read its output for the reason.",
                                quoted, name);
}

static HwOutcome *
make_timed_out (const char *quoted,
                HwRun      *run)
{
  gint64 seconds = hw_run_get_timeout (run) / G_USEC_PER_SEC;

  return hw_outcome_new_failed (HW_RESULT_TIMEOUT,
                                "%s took longer than the %" G_GINT64_FORMAT " s that it was given, "
                                "and was ended. Retry the task, or add it again with more time.",
                                quoted, seconds);
}

static HwOutcome *
make_shut_down (void)
{
  return hw_outcome_new_failed (HW_RESULT_INTERRUPTED,
                                "The machine went down, or the session ended, while the task ran. "
                                "Read its output to see how far it got, and retry it if it has to "
                                "be done.");
}

static HwOutcome *
make_out_of_memory (const char *quoted)
{
  return hw_outcome_new_failed (HW_RESULT_OOM_KILL,
                                "%s was ended because the memory that it may use was full. Make "
                                "room, or have it do with less, and retry the task.", quoted);
}

static HwOutcome *
make_not_started (const char      *program,
                  const HwShimEnd *end)
{
  g_autoptr(GError) error = NULL;

  if (end->stage == HW_SHIM_STAGE_DIRECTORY)
    hw_program_set_directory_error (end->number, &error);
  else
    hw_program_set_past_error (program, end->number, &error);

  return hw_command_outcome_new_not_started (error);
}

static HwOutcome *
make_ended (const char      *program,
            HwRun           *run,
            const HwShimEnd *end,
            const char      *signal_name)
{
  g_autofree char *quoted = hw_program_quote (program);

  if (end->stopped == HW_SHIM_ASKED)
    return hw_command_outcome_new_canceled ();
  if (end->stopped == HW_SHIM_SHUT_DOWN)
    return make_shut_down ();
  if (end->stopped == HW_SHIM_TIMED_OUT)
    return make_timed_out (quoted, run);
  if (end->ending == HW_SHIM_FAILED)
    return make_not_started (program, end);
  if (end->ending == HW_SHIM_EXITED)
    return make_exited (quoted, end->number);
  if (end->n_oom_kills > 0 && end->number == SIGKILL)
    return make_out_of_memory (quoted);

  return make_killed (quoted, end->number, signal_name);
}

/**
 * hw_command_outcome_new:
 * @program: what a person calls the program
 * @run: the attempt
 * @end: the shim's record of its end
 *
 * Says how a program ended.
 *
 * Returns: (transfer full): the outcome
 */
HwOutcome *
hw_command_outcome_new (const char      *program,
                        HwRun           *run,
                        const HwShimEnd *end)
{
  g_autofree char *signal_name = NULL;
  HwOutcome *outcome;

  if (end->ending == HW_SHIM_KILLED)
    signal_name = name_signal (end->number);

  outcome = make_ended (program, run, end, signal_name);
  if (end->ending == HW_SHIM_EXITED)
    outcome->exit_code = end->number;
  outcome->signal = g_steal_pointer (&signal_name);
  outcome->output_size = end->output_size;

  return outcome;
}

/**
 * hw_command_outcome_new_canceled:
 *
 * Says that somebody ended a program.
 *
 * Returns: (transfer full): the outcome
 */
HwOutcome *
hw_command_outcome_new_canceled (void)
{
  return hw_outcome_new_failed (HW_RESULT_CANCELED,
                                "The task was canceled. Retry it to do it after all.");
}

/**
 * hw_command_outcome_new_lost:
 * @program: what a person calls the program
 *
 * Says that nobody saw how a program ended.
 *
 * Returns: (transfer full): the outcome
 */
HwOutcome *
hw_command_outcome_new_lost (const char *program)
{
  g_autofree char *quoted = hw_program_quote (program);

  return hw_outcome_new_failed (HW_RESULT_LOST,
                                "What watched %s ended before it, so it was ended, too. Read its "
                                "output to see how far it got, and retry the task.", quoted);
}

/**
 * hw_command_outcome_new_interrupted:
 *
 * Says that a program went down with the machine.
 *
 * Returns: (transfer full): the outcome
 */
HwOutcome *
hw_command_outcome_new_interrupted (void)
{
  return hw_outcome_new_failed (HW_RESULT_INTERRUPTED,
                                "The machine went down while the task ran. Read its output to see "
                                "how far it got, and retry it if it has to be done.");
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
