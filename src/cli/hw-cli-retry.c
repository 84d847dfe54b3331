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
  hw_cli_act_start (gtask, "retry");
}

const HwCliCommand hw_cli_retry = {
  .name = "retry",
  .synopsis = N_("ID… [OPTION…]"),
  .summary = N_("Try failed tasks again"),
  .details = N_("The task waits again, as a new attempt; the output of the attempts before stays."),
  .examples =
    "  headway retry 42\n"
    "  headway retry 42 43 44\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = hw_cli_act_parse,
  .free = hw_cli_act_free,
  .run = start,
};
