/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-in-process-runner.h"

G_BEGIN_DECLS

HwInProcessRunner *hw_works_new_runner (HwClock    *clock,
                                        guint       max_parallel,
                                        const char *output_folder);

G_END_DECLS
