/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-error.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-cli-signals.h"
#include "hw-locale.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* The shell's client as a program: one call, one command. */
typedef struct
{
  GMainLoop *loop;             /* (owned) */
  HwCliTerminal *terminal;     /* (owned) */
  HwCliCall *call;             /* (owned) */
  const HwCliCommand *command; /* (nullable) */
  gpointer asked;              /* (owned) (nullable): what the command is to do */
  int exit_code;
} Program;

static void
program_clear (Program *program)
{
  if (program->asked != NULL)
    program->command->free (program->asked);
  g_clear_object (&program->call);
  g_clear_object (&program->terminal);
  g_clear_pointer (&program->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Program, program_clear)

/* Whoever closed one of these did not mean that the next file that is opened takes its
 * place, and gets what is printed.
 */
static void
fill_standard_descriptors (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && open ("/dev/null", O_RDWR) != fd)
      _exit (HW_CLI_EXIT_OURS);
}

/* A program goes through these in this order. */
static void on_connected (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);
static void on_done (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data);
static void on_flushed (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);

static void
program_finish (Program *program,
                int      exit_code)
{
  program->exit_code = exit_code;
  hw_cli_terminal_flush_async (program->terminal, NULL, on_flushed, program);
}

/* Says what went wrong, and ends. */
static void
program_fail (Program      *program,
              const GError *error)
{
  gboolean is_usage = g_error_matches (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE);
  int own_exit_code = program->command != NULL ? program->command->own_exit_code
                                               : HW_CLI_EXIT_FAILED;

  /* Nobody reads what is printed: no words, as any program in a pipe. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    {
      program_finish (program, HW_CLI_EXIT_SIGNAL + SIGPIPE);
      return;
    }

  hw_cli_terminal_say (program->terminal, "%s", error->message);
  if (is_usage && own_exit_code == HW_CLI_EXIT_FAILED)
    own_exit_code = HW_CLI_EXIT_USAGE;
  program_finish (program, own_exit_code);
}

static void
on_call_left (HwCliCall *call,
              int        exit_code,
              Program   *program)
{
  program->exit_code = exit_code;
  g_main_loop_quit (program->loop);
}

static void
on_signal (HwCliSignals *signals,
           int           number,
           Program      *program)
{
  if (number == SIGINT || number == SIGTERM || number == SIGHUP)
    hw_cli_call_heed (program->call, number);
  else
    hw_cli_terminal_heed (program->terminal, number);
}

static void
program_run_command (Program *program)
{
  GTask *gtask = g_task_new (program->call, hw_cli_call_get_cancellable (program->call), on_done,
                             program);

  g_task_set_source_tag (gtask, program_run_command);
  g_task_set_task_data (gtask, g_steal_pointer (&program->asked), program->command->free);
  program->command->run (gtask);
}

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Program *program = user_data;
  g_autoptr(GError) error = NULL;

  if (hw_cli_call_connect_finish (HW_CLI_CALL (source), result, &error))
    program_run_command (program);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    program_fail (program, error);
}

static void
on_done (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Program *program = user_data;
  g_autoptr(GError) error = NULL;
  gssize exit_code = g_task_propagate_int (G_TASK (result), &error);

  if (error == NULL)
    program_finish (program, (int) exit_code);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    program_fail (program, error);
}

static void
on_flushed (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Program *program = user_data;
  g_autoptr(GError) error = NULL;

  if (!hw_cli_terminal_flush_finish (program->terminal, result, &error) &&
      program->exit_code == HW_CLI_EXIT_SUCCESS)
    program->exit_code = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE)
                         ? HW_CLI_EXIT_SIGNAL + SIGPIPE : HW_CLI_EXIT_FAILED;

  g_main_loop_quit (program->loop);
}

/* Reads the options before the command. Leaves the command and what follows it. Returns
 * whether there is a command to go on with.
 */
static gboolean
program_find_command (Program *program,
                      char  ***arguments,
                      GError **error)
{
  gboolean wants_version = FALSE;
  const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, &wants_version, N_("Print the version"), NULL },
    { NULL }
  };
  gboolean has_parsed = hw_cli_call_parse (program->call, entries, TRUE, arguments, error);
  g_autofree char *overview = NULL;
  g_autofree char *program_name = NULL;

  if (!has_parsed && !hw_cli_call_get_wants_help (program->call))
    return FALSE;

  if (wants_version)
    {
      hw_cli_terminal_print (program->terminal, "headway " HW_VERSION "\n");
      return FALSE;
    }

  if (!has_parsed)
    {
      overview = hw_cli_command_make_overview (hw_cli_call_get_options_help (program->call));
      hw_cli_terminal_print (program->terminal, overview);
      return FALSE;
    }

  if ((*arguments)[0] == NULL || (*arguments)[1] == NULL)
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                   _("Say what to do. “headway --help” lists the commands."));
      return FALSE;
    }

  /* The command's name takes the place of the program's. */
  program_name = (*arguments)[0];
  for (guint i = 0; (*arguments)[i] != NULL; i++)
    (*arguments)[i] = (*arguments)[i + 1];
  program->command = hw_cli_command_find ((*arguments)[0], error);

  return program->command != NULL;
}

/* Reads all arguments. Returns whether there is something to do. */
static gboolean
program_parse (Program *program,
               char  ***arguments,
               GError **error)
{
  g_autofree char *help = NULL;

  if (!program_find_command (program, arguments, error))
    return FALSE;

  program->asked = program->command->parse (program->call, arguments, error);
  if (program->asked != NULL)
    return hw_cli_call_prepare (program->call, error);

  if (!hw_cli_call_get_wants_help (program->call))
    return FALSE;

  g_clear_error (error);
  help = hw_cli_command_make_help (program->command,
                                   hw_cli_call_get_options_help (program->call));
  hw_cli_terminal_print (program->terminal, help);

  return FALSE;
}

static void
program_begin (Program *program,
               char  ***arguments)
{
  g_autoptr(GError) error = NULL;

  if (!program_parse (program, arguments, &error))
    {
      if (error != NULL)
        program_fail (program, error);
      else
        program_finish (program, HW_CLI_EXIT_SUCCESS);
      return;
    }

  if (program->command->needs_daemon)
    hw_cli_call_connect_async (program->call, on_connected, program);
  else
    program_run_command (program);
}

int
main (int   argc,
      char *argv[])
{
  g_auto(Program) program = { 0 };
  g_autoptr(HwCliSignals) signals = NULL;
  g_auto(GStrv) arguments = g_strdupv (argv);
  g_autoptr(GError) error = NULL;

  fill_standard_descriptors ();
  hw_locale_init ();
  g_log_writer_default_set_use_stderr (TRUE);

  /* A reader that went away is an error of the write. */
  signal (SIGPIPE, SIG_IGN);

  signals = hw_cli_signals_new (&error);
  if (signals == NULL)
    {
      g_printerr ("headway: %s\n", error->message);
      return HW_CLI_EXIT_OURS;
    }

  program.loop = g_main_loop_new (NULL, FALSE);
  program.terminal = hw_cli_terminal_new ();
  program.call = hw_cli_call_new (program.terminal);
  g_signal_connect (program.call, "left", G_CALLBACK (on_call_left), &program);
  g_signal_connect (signals, "received", G_CALLBACK (on_signal), &program);

  program_begin (&program, &arguments);
  g_main_loop_run (program.loop);

  return program.exit_code;
}
