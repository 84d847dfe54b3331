/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"
#include "hw-shim-record.h"

G_BEGIN_DECLS

HwOutcome *hw_command_outcome_new (const char      *program,
                                   HwRun           *run,
                                   const HwShimEnd *end);
HwOutcome *hw_command_outcome_new_canceled (void);
HwOutcome *hw_command_outcome_new_lost (const char *program);
HwOutcome *hw_command_outcome_new_interrupted (void);

HwOutcome *hw_command_outcome_new_not_started (const GError *error);

G_END_DECLS
