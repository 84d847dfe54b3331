/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"
#include "hw-task.h"

G_BEGIN_DECLS

HwRun *hw_attempt_run_new (guint64     epoch,
                           HwTaskType *type,
                           HwTask     *task);

G_END_DECLS
