/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-act.h"
#include "hw-cli-command.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  gboolean now = FALSE;
  const GOptionEntry entries[] = {
    { "now", 0, 0, G_OPTION_ARG_NONE, &now,
      N_("Kill what runs, also what was told to end before"), NULL },
    { NULL }
  };

  if (!hw_cli_call_parse (call, entries, FALSE, arguments, error))
    return NULL;

  return hw_cli_act_new (*arguments, now, error);
}

static void
start (GTask *gtask)
{
  hw_cli_act_start (gtask, "cancel");
}

const HwCliCommand hw_cli_cancel = {
  .name = "cancel",
  .synopsis = N_("ID… [OPTION…]"),
  .summary = N_("Cancel tasks"),
  .details = N_("A task that waits ends at once. One that runs is told to end, with all that it "
                "started, and is killed\nif it does not; “headway wait” tells when it has."),
  .examples =
    "  headway cancel 42\n"
    "  headway cancel 42 43 44\n"
    "  headway cancel --now 42\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = hw_cli_act_free,
  .run = start,
};
