/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-error.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-follower.h"
#include "hw-cli-i18n.h"
#include "hw-cli-output-copy.h"

/* What `headway log` is to do. */
typedef struct
{
  guint64 task_id;
  guint attempt; /* or 0 for the newest */
  gboolean is_followed;
} Log;

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  gboolean is_followed = FALSE;
  int attempt = 0;
  const GOptionEntry entries[] = {
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &is_followed,
      N_("Print what comes, too, until the task has ended"), NULL },
    { "attempt", 0, 0, G_OPTION_ARG_INT, &attempt,
      N_("What attempt N printed, not the newest"), N_("N") },
    { NULL }
  };
  g_autoptr(GArray) task_ids = NULL;
  Log *log;

  if (!hw_cli_call_parse (call, entries, FALSE, arguments, error))
    return NULL;

  task_ids = hw_cli_call_parse_ids (*arguments, error);
  if (task_ids == NULL || !hw_cli_call_check_no_words (*arguments + 1, error))
    return NULL;

  if (attempt < 0)
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE, _("Attempts are counted from 1."));
      return NULL;
    }

  log = g_new0 (Log, 1);
  log->task_id = g_array_index (task_ids, guint64, 0);
  log->attempt = (guint) attempt;
  log->is_followed = is_followed;

  return log;
}

/* It goes through these in this order. */
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);
static void on_followed (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);
static void on_copied (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);

static void
start (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  Log *log = g_task_get_task_data (gtask);

  hw_cli_client_get_task_async (hw_cli_call_get_client (call), log->task_id,
                                hw_cli_call_get_cancellable (call), on_task_got, gtask);
}

/* A task that has not ended, all attempts from this one on. @gtask is (transfer full). */
static void
follow (GTask  *gtask,
        HwTask *task)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  HwCliClient *client = hw_cli_call_get_client (call);
  g_autoptr(HwCliFollower) follower = NULL;

  hw_cli_client_set_patience (client, HW_CLI_PATIENCE_ENDLESS);
  follower = hw_cli_follower_new (client, hw_cli_call_get_terminal (call), task);
  hw_cli_follower_set_first_attempt (follower, MAX (hw_task_get_attempt (task), 1));
  hw_cli_follower_run_async (follower, hw_cli_call_get_cancellable (call), on_followed, gtask);
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwCliCall *call = g_task_get_source_object (gtask);
  Log *log = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_cli_client_task_finish (HW_CLI_CLIENT (source), result, &error);
  HwCliOutputCopy copy = {
    .client = HW_CLI_CLIENT (source),
    .terminal = hw_cli_call_get_terminal (call),
    .task_id = log->task_id,
    .attempt = log->attempt,
  };
  g_autoptr(GTask) copying = NULL;

  if (task == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  if (log->is_followed && log->attempt == 0 &&
      !hw_task_state_is_final (hw_task_get_state (task)))
    {
      follow (g_steal_pointer (&gtask), task);
      return;
    }

  copy.is_followed = log->is_followed;
  copying = hw_cli_output_copy_async (&copy, hw_cli_call_get_cancellable (call), on_copied,
                                      g_steal_pointer (&gtask));
}

static void
on_followed (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_cli_follower_run_finish (HW_CLI_FOLLOWER (source), result, &error);

  if (task != NULL)
    g_task_return_int (gtask, HW_CLI_EXIT_SUCCESS);
  else
    g_task_return_error (gtask, error);
}

static void
on_copied (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GError *error = NULL;

  if (hw_cli_output_copy_finish (result, &error))
    g_task_return_int (gtask, HW_CLI_EXIT_SUCCESS);
  else
    g_task_return_error (gtask, error);
}

const HwCliCommand hw_cli_log = {
  .name = "log",
  .synopsis = N_("ID [OPTION…]"),
  .summary = N_("Print what a task's program printed"),
  .details = N_("It is printed byte for byte, by the newest attempt if nothing else is said. With "
                "-f, the output of further\nattempts follows."),
  .examples =
    "  headway log 42\n"
    "  headway log -f 42\n"
    "  headway log 42 --attempt 1 | less\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = g_free,
  .run = start,
};
