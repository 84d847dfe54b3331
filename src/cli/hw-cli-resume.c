/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-act.h"
#include "hw-cli-command.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"

static void
start (GTask *gtask)
{
  hw_cli_act_start (gtask, "resume");
}

const HwCliCommand hw_cli_resume = {
  .name = "resume",
  .synopsis = N_("ID… [OPTION…]"),
  .summary = N_("Have paused tasks go on"),
  .details = NULL,
  .examples =
    "  headway resume 42\n"
    "  headway resume 42 43 44\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = hw_cli_act_parse,
  .free = hw_cli_act_free,
  .run = start,
};
