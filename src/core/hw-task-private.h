/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task.h"

G_BEGIN_DECLS

void hw_task_apply (HwTask  *self,
                    HwEvent *event);

G_END_DECLS
