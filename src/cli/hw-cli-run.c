/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-caller.h"
#include "hw-cli-command.h"
#include "hw-cli-duration.h"
#include "hw-cli-error.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-follower.h"
#include "hw-cli-i18n.h"
#include "hw-cli-task-view.h"
#include "hw-cli-types.h"
#include "hw-error.h"
#include "hw-task-json.h"

#include <signal.h>

#define DEFAULT_TYPE "command"

/* How many times Ctrl-C is for the task: to end it, and to kill it. */
#define N_INTERRUPTS 2

/* What `headway run` is to do, and how far it is. */
typedef struct
{
  HwTaskSpec *spec; /* (owned) */
  gboolean is_detached;
  gboolean has_type; /* one that is not the usual */

  HwCliCall *call;   /* (unowned): it outlives this */
  guint64 task_id;   /* or 0 until it is known */
  guint n_interrupts;
} Run;

static void
run_free (gpointer data)
{
  Run *run = data;

  if (run->call != NULL)
    hw_cli_call_set_signal_func (run->call, NULL, NULL);
  g_clear_pointer (&run->spec, hw_task_spec_free);
  g_free (run);
}

/* Takes the words after the options for a command. */
static const char *const *
take_command (char   **arguments,
              GError **error)
{
  char **command = arguments + (arguments[0] != NULL ? 1 : 0);

  if (command[0] != NULL && g_str_equal (command[0], "--"))
    command++;
  if (command[0] != NULL)
    return (const char *const *) command;

  g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
               _("Say what to run: headway run -- PROGRAM ARGUMENT…"));

  return NULL;
}

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  g_autofree char *title = NULL;
  g_autofree char *type = NULL;
  g_autofree char *timeout = NULL;
  gboolean is_detached = FALSE;
  int priority = 0;
  const GOptionEntry entries[] = {
    { "title", 0, 0, G_OPTION_ARG_STRING, &title,
      N_("Call the task TITLE"), N_("TITLE") },
    { "priority", 0, 0, G_OPTION_ARG_INT, &priority,
      N_("The higher, the sooner; 0 is usual"), N_("N") },
    { "timeout", 0, 0, G_OPTION_ARG_STRING, &timeout,
      N_("End the task if it takes longer, such as 90s, 5m or 2h"), N_("TIME") },
    { "type", 0, 0, G_OPTION_ARG_STRING, &type,
      N_("Add a task of TYPE, which takes the command as “argv”"), N_("TYPE") },
    { "detach", 'd', 0, G_OPTION_ARG_NONE, &is_detached,
      N_("Print the task's number and do not wait"), NULL },
    { NULL }
  };
  g_autoptr(GVariant) parameters = NULL;
  g_autofree char *left_out = NULL;
  const char *const *command;
  guint64 seconds = 0;
  Run *run;

  if (!hw_cli_call_parse (call, entries, TRUE, arguments, error) ||
      (timeout != NULL && !hw_cli_duration_parse (timeout, &seconds, error)))
    return NULL;

  command = take_command (*arguments, error);
  if (command == NULL)
    return NULL;

  parameters = hw_cli_caller_describe (command, &left_out, error);
  if (parameters == NULL)
    return NULL;

  if (left_out != NULL)
    hw_cli_terminal_say (hw_cli_call_get_terminal (call),
                         _("The task does not get these variables, which are not UTF-8: %s"),
                         left_out);

  run = g_new0 (Run, 1);
  run->spec = hw_task_spec_new ();
  run->has_type = type != NULL;
  run->spec->type = type != NULL ? g_steal_pointer (&type) : g_strdup (DEFAULT_TYPE);
  run->spec->title = g_steal_pointer (&title);
  run->spec->priority = priority;
  run->spec->timeout = seconds;
  run->spec->parameters = g_steal_pointer (&parameters);
  run->is_detached = is_detached;

  return run;
}

/* It goes through these in this order. */
static void on_types_listed (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void submit (GTask *gtask);
static void on_submitted (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);
static void on_ended (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data);

static void
on_canceled (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwCliCall) call = HW_CLI_CALL (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_cli_client_task_finish (HW_CLI_CLIENT (source), result, &error);

  /* That it has ended meanwhile, the user sees. */
  if (task == NULL && !g_error_matches (error, HW_ERROR, HW_ERROR_WRONG_STATE))
    hw_cli_terminal_say (hw_cli_call_get_terminal (call), "%s", error->message);
}

/* Whoever asks a second time does not want to wait for the task's own end. */
static void
run_cancel (Run *run)
{
  hw_cli_client_act_async (hw_cli_call_get_client (run->call), run->task_id, "cancel",
                           run->n_interrupts > 1, NULL, on_canceled, g_object_ref (run->call));
}

static void
run_leave (Run *run,
           int  exit_code)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (run->call);

  if (run->task_id != 0 && run->n_interrupts > 0)
    hw_cli_terminal_say_at_once (terminal,
                                 _("Task %" PRIu64 " was told to end; see “headway show %" PRIu64
                                   "”."), run->task_id, run->task_id);
  else if (run->task_id != 0)
    hw_cli_terminal_say_at_once (terminal,
                                 _("Task %" PRIu64 " goes on; follow it with “headway log -f %"
                                   PRIu64 "”."), run->task_id, run->task_id);

  hw_cli_call_leave (run->call, exit_code);
}

/* The first Ctrl-C asks the task to end, the second kills it, and the third is for whoever
 * does not want to wait even for that: the daemon may not answer. Any other signal is for this
 * program alone.
 */
static void
on_signal (HwCliCall *call,
           int        signal_number,
           gpointer   user_data)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);
  Run *run = user_data;

  if (signal_number != SIGINT || run->n_interrupts == N_INTERRUPTS)
    {
      run_leave (run, signal_number == SIGINT ? HW_CLI_EXIT_INTERRUPTED
                                              : HW_CLI_EXIT_SIGNAL + signal_number);
      return;
    }

  run->n_interrupts++;
  if (run->n_interrupts == 1)
    hw_cli_terminal_say_at_once (terminal,
                                 _("Canceling the task. Press Ctrl-C again to kill it."));
  else
    hw_cli_terminal_say_at_once (terminal, _("Killing the task. Press Ctrl-C again to leave it."));
  if (run->task_id != 0)
    run_cancel (run);
}

static void
start (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  Run *run = g_task_get_task_data (gtask);

  run->call = call;
  if (!run->is_detached)
    hw_cli_call_set_signal_func (call, on_signal, run);

  if (run->has_type)
    hw_cli_client_list_types_async (hw_cli_call_get_client (call),
                                    hw_cli_call_get_cancellable (call), on_types_listed, gtask);
  else
    submit (gtask);
}

/* Leaves out what a type does not take; not the command. */
static void
run_fit_parameters (Run           *run,
                    HwOfferedType *type)
{
  static const char *const optional[] = { "cwd", "env", "umask" };
  g_auto(GVariantDict) parameters = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_init (&parameters, run->spec->parameters);
  for (guint i = 0; i < G_N_ELEMENTS (optional); i++)
    if (!hw_cli_types_has_parameter (type, optional[i]))
      g_variant_dict_remove (&parameters, optional[i]);

  g_variant_unref (run->spec->parameters);
  run->spec->parameters = g_variant_ref_sink (g_variant_dict_end (&parameters));
}

static void
on_types_listed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Run *run = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(GPtrArray) types = NULL;
  HwOfferedType *type;

  types = hw_cli_client_list_types_finish (HW_CLI_CLIENT (source), result, NULL, &error);
  type = types != NULL ? hw_cli_types_find (types, run->spec->type, &error) : NULL;
  if (type == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  run_fit_parameters (run, type);
  submit (g_steal_pointer (&gtask));
}

/* @gtask is (transfer full). */
static void
submit (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  Run *run = g_task_get_task_data (gtask);

  hw_cli_client_submit_async (hw_cli_call_get_client (call), run->spec,
                              hw_cli_call_get_cancellable (call), on_submitted, gtask);
}

static void
print_added (HwCliCall *call,
             HwTask    *task)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);
  guint64 task_id = hw_task_get_id (task);
  g_autoptr(GBytes) json = NULL;
  g_autofree char *line = NULL;

  if (hw_cli_call_get_has_json (call))
    {
      json = hw_task_json_encode_task (task);
      hw_cli_terminal_print_json (terminal, json);
      return;
    }

  line = g_strdup_printf ("%" G_GUINT64_FORMAT "\n", task_id);
  hw_cli_terminal_print (terminal, line);
  if (hw_cli_terminal_has_bar (terminal))
    hw_cli_terminal_say (terminal, _("Follow it with “headway log -f %" PRIu64 "”."), task_id);
}

static void
on_submitted (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwCliCall *call = g_task_get_source_object (gtask);
  Run *run = g_task_get_task_data (gtask);
  HwCliClient *client = HW_CLI_CLIENT (source);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_cli_client_task_finish (client, result, &error);
  g_autoptr(HwCliFollower) follower = NULL;

  if (task == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  /* Not before: who writes into a pipe may have begun together with this program. */
  if (hw_cli_caller_has_input ())
    {
      hw_cli_terminal_say (hw_cli_call_get_terminal (call),
                           _("What is piped in here does not reach the task, whose standard input is "
                             "empty. Have it read a file, or add “</dev/null” if nothing was meant "
                             "for it."));
    }

  if (run->is_detached)
    {
      print_added (call, task);
      g_task_return_int (gtask, HW_CLI_EXIT_SUCCESS);
      return;
    }

  run->task_id = hw_task_get_id (task);
  if (run->n_interrupts > 0)
    run_cancel (run);

  hw_cli_client_set_patience (client, HW_CLI_PATIENCE_SOME);
  follower = hw_cli_follower_new (client, hw_cli_call_get_terminal (call), task);
  if (!hw_cli_call_get_has_json (call))
    hw_cli_follower_set_first_attempt (follower, 1);
  hw_cli_follower_run_async (follower, hw_cli_call_get_cancellable (call), on_ended,
                             g_steal_pointer (&gtask));
}

/* Whether the task's end is the program's own, of which the program has said all. */
static gboolean
is_end_of_program (HwTask *task)
{
  HwResult result = HW_RESULT_NONE;

  hw_result_from_string (hw_task_get_string (task, HW_TASK_FIELD_RESULT), &result);

  return result == HW_RESULT_SUCCESS || result == HW_RESULT_EXIT_CODE;
}

static void
on_ended (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwCliCall *call = g_task_get_source_object (gtask);
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_cli_follower_run_finish (HW_CLI_FOLLOWER (source), result, &error);
  g_autoptr(GBytes) json = NULL;

  if (task == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  if (hw_cli_call_get_has_json (call))
    {
      json = hw_task_json_encode_task (task);
      hw_cli_terminal_print_json (terminal, json);
    }
  else if (!is_end_of_program (task))
    {
      g_autofree char *sentence = hw_cli_task_view_describe_end (task);

      hw_cli_terminal_say (terminal, "%s", sentence);
    }

  g_task_return_int (gtask, hw_cli_exit_code_of_task (task));
}

const HwCliCommand hw_cli_run = {
  .name = "run",
  .synopsis = N_("[OPTION…] [--] PROGRAM [ARGUMENT…]"),
  .summary = N_("Run a program as a task, and show what it prints"),
  .details = N_("The task has this folder, environment and umask, and an empty standard input. "
                "What the program prints\nis printed here, errors too. Ctrl-C cancels the task, and "
                "kills it when it is pressed again; when this program\nends in any other way, "
                "the task goes on, and it does so under Ctrl-Z. The exit code is that of the\n"
                "program: 128+N after signal N, 124 when it took too long, 125 when Headway "
                "fails itself, 126 or 127 when\nthe program cannot be run or found, 130 when the "
                "task was canceled or interrupted, 137 when memory ran out."),
  .examples =
    "  headway run -- rsync -a --info=progress2 photos/ backup:photos/\n"
    "  headway run --title 'Nightly backup' -- ./backup.sh\n"
    "  id=$(headway run --detach -- make all) && headway wait $id\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_OURS,
  .parse = parse,
  .free = run_free,
  .run = start,
};
