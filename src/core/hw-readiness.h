/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-queue.h"

G_BEGIN_DECLS

GError *hw_readiness_judge (HwTaskQueueStage stage,
                            const GError    *refusal);

G_END_DECLS
