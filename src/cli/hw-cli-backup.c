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
  return hw_cli_errand_parse (call, TRUE, arguments, error);
}

static void
run (GTask *gtask)
{
  hw_cli_errand_run (gtask, "--backup");
}

const HwCliCommand hw_cli_backup = {
  .name = "backup",
  .synopsis = N_("FILE [OPTION…]"),
  .summary = N_("Copy all tasks into a file, while the daemon goes on"),
  .details = N_("All that was accepted before is in it, but for the output of programs. It is "
                "put back by “headway restore”."),
  .examples =
    "  headway backup tasks.backup\n"
    "  headway backup --force /mnt/backups/headway.backup\n",
  .needs_daemon = FALSE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = hw_cli_errand_free,
  .run = run,
};
