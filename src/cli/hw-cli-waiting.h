/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cli-call.h"

G_BEGIN_DECLS

void hw_cli_waiting_start (GTask     *gtask,
                           HwCliCall *call,
                           GArray    *task_ids,
                           gboolean   shows_value);

G_END_DECLS
