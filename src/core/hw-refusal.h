/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-change.h"
#include "hw-task.h"

G_BEGIN_DECLS

HwChange *hw_refusal_new_change (HwTask *task,
                                 gint64  at);

G_END_DECLS
