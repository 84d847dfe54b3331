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
  hw_cli_act_start (gtask, "pause");
}

const HwCliCommand hw_cli_pause = {
  .name = "pause",
  .synopsis = N_("ID… [OPTION…]"),
  .summary = N_("Have running tasks stand still"),
  .details = N_("The program and all that it started stand still, and keep what they have, until "
                "“headway resume”. The\ntime does not count for its timeout. Work that the "
                "daemon does itself cannot be paused."),
  .examples =
    "  headway pause 42\n"
    "  headway pause 42 43 && headway resume 42 43\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = hw_cli_act_parse,
  .free = hw_cli_act_free,
  .run = start,
};
