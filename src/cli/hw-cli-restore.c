/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-errand.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  return hw_cli_errand_parse (call, FALSE, arguments, error);
}

static void
run (GTask *gtask)
{
  hw_cli_errand_run (gtask, "--restore");
}

const HwCliCommand hw_cli_restore = {
  .name = "restore",
  .synopsis = N_("FILE [OPTION…]"),
  .summary = N_("Put a backup in the place of all tasks"),
  .details = N_("The daemon must not run. What was there is kept beside it. Whoever watches "
                "begins anew when the daemon runs again."),
  .examples =
    "  systemctl --user stop headwayd.socket headwayd.service\n"
    "  headway restore tasks.backup\n",
  .needs_daemon = FALSE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = hw_cli_errand_free,
  .run = run,
};
