/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"

#include <signal.h>

G_BEGIN_DECLS

HwOutcome *hw_command_outcome_new (const char      *program,
                                   const siginfo_t *ending,
                                   gboolean         is_canceled);

HwOutcome *hw_command_outcome_new_not_started (const GError *error);

G_END_DECLS
