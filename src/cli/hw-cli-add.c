/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-argument.h"
#include "hw-cli-command.h"
#include "hw-cli-duration.h"
#include "hw-cli-error.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-cli-text.h"
#include "hw-cli-types.h"
#include "hw-cli-waiting.h"
#include "hw-task-json.h"

/* What `headway add` is to do. */
typedef struct
{
  HwTaskSpec *spec; /* (owned) */
  char **values;    /* (owned) (array zero-terminated=1): each name=value */
  char *directory;  /* (owned): where relative paths begin */
  gboolean waits;
} Add;

static void
add_free (gpointer data)
{
  Add *add = data;

  g_clear_pointer (&add->spec, hw_task_spec_free);
  g_clear_pointer (&add->values, g_strfreev);
  g_clear_pointer (&add->directory, g_free);
  g_free (add);
}

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  g_autofree char *title = NULL;
  g_autofree char *timeout = NULL;
  gboolean waits = FALSE;
  int priority = 0;
  const GOptionEntry entries[] = {
    { "title", 0, 0, G_OPTION_ARG_STRING, &title,
      N_("Call the task TITLE"), N_("TITLE") },
    { "priority", 0, 0, G_OPTION_ARG_INT, &priority,
      N_("The higher, the sooner; 0 is usual"), N_("N") },
    { "timeout", 0, 0, G_OPTION_ARG_STRING, &timeout,
      N_("End the task if it takes longer, such as 90s, 5m or 2h"), N_("TIME") },
    { "wait", 'w', 0, G_OPTION_ARG_NONE, &waits,
      N_("Wait until the task has ended, and show how far it is"), NULL },
    { NULL }
  };
  guint64 seconds = 0;
  char **words;
  Add *add;

  if (!hw_cli_call_parse (call, entries, FALSE, arguments, error) ||
      (timeout != NULL && !hw_cli_duration_parse (timeout, &seconds, error)))
    return NULL;

  words = *arguments + (**arguments != NULL ? 1 : 0);
  if (words[0] == NULL || !g_utf8_validate (words[0], -1, NULL))
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                   _("Say what kind of task to add. “headway type” lists the kinds."));
      return NULL;
    }

  add = g_new0 (Add, 1);
  add->spec = hw_task_spec_new ();
  add->spec->type = g_strdup (words[0]);
  add->spec->title = g_steal_pointer (&title);
  add->spec->priority = priority;
  add->spec->timeout = seconds;
  add->values = g_strdupv (words + 1);
  add->directory = g_get_current_dir ();
  add->waits = waits;

  return add;
}

/* It goes through these in this order. */
static void on_types_listed (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void on_submitted (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);

static void
start (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);

  hw_cli_client_list_types_async (hw_cli_call_get_client (call),
                                  hw_cli_call_get_cancellable (call), on_types_listed, gtask);
}

static void
on_types_listed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Add *add = g_task_get_task_data (gtask);
  HwCliClient *client = HW_CLI_CLIENT (source);
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  GError *error = NULL;
  g_autoptr(GPtrArray) types = hw_cli_client_list_types_finish (client, result, NULL, &error);
  HwOfferedType *type = types != NULL ? hw_cli_types_find (types, add->spec->type, &error) : NULL;

  if (type != NULL)
    add->spec->parameters = hw_cli_argument_parse (type, (const char *const *) add->values,
                                                   add->directory, &error);

  if (add->spec->parameters == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  hw_cli_client_submit_async (client, add->spec, cancellable, on_submitted,
                              g_steal_pointer (&gtask));
}

static void
print_added (HwCliCall *call,
             HwTask    *task)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);
  g_autoptr(GBytes) json = NULL;
  g_autofree char *line = NULL;

  if (hw_cli_call_get_has_json (call))
    {
      json = hw_task_json_encode_task (task);
      hw_cli_terminal_print_json (terminal, json);
      return;
    }

  line = g_strdup_printf ("%" G_GUINT64_FORMAT "\n", hw_task_get_id (task));
  hw_cli_terminal_print (terminal, line);
}

static void
on_submitted (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwCliCall *call = g_task_get_source_object (gtask);
  Add *add = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_cli_client_task_finish (HW_CLI_CLIENT (source), result, &error);

  if (task == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  if (add->waits)
    {
      g_autoptr(GArray) task_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
      guint64 task_id = hw_task_get_id (task);

      g_array_append_val (task_ids, task_id);
      hw_cli_waiting_start (g_steal_pointer (&gtask), call, task_ids, TRUE);
      return;
    }

  print_added (call, task);
  g_task_return_int (gtask, HW_CLI_EXIT_SUCCESS);
}

const HwCliCommand hw_cli_add = {
  .name = "add",
  .synopsis = N_("TYPE [NAME=VALUE…] [OPTION…]"),
  .summary = N_("Add a task of some kind, and print its number"),
  .details = N_("“headway type” lists the kinds of tasks, and “headway type TYPE” what each takes. "
                "A path may be relative,\na switch without a value is on, and a list is given "
                "by writing its name several times. With --wait, what\nthe task gave back is "
                "printed instead of its number, and the exit code is that of “headway wait”."),
  .examples =
    "  headway add checksum path=big.iso\n"
    "  headway add checksum path=big.iso --wait\n"
    "  headway add archive folder=photos output=photos.tar.gz --title 'My photos'\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = add_free,
  .run = start,
};
