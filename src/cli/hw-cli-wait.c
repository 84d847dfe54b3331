/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-cli-waiting.h"

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  if (!hw_cli_call_parse (call, NULL, FALSE, arguments, error))
    return NULL;

  return hw_cli_call_parse_ids (*arguments, error);
}

static void
start (GTask *gtask)
{
  hw_cli_waiting_start (gtask, g_task_get_source_object (gtask), g_task_get_task_data (gtask),
                        FALSE);
}

const HwCliCommand hw_cli_wait = {
  .name = "wait",
  .synopsis = N_("ID… [OPTION…]"),
  .summary = N_("Wait until tasks have ended"),
  .details = N_("The exit code is 0 if all completed, else that of the first that did not, as "
                "“headway run” would have it.\nWith --json, each task is printed in a line as it "
                "ended."),
  .examples =
    "  headway wait 42 && echo done\n"
    "  headway wait 42 43 44\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_OURS,
  .parse = parse,
  .free = (GDestroyNotify) g_array_unref,
  .run = start,
};
