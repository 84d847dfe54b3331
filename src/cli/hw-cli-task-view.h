/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-event.h"
#include "hw-task.h"

G_BEGIN_DECLS

const char *hw_cli_task_view_name_state (HwTaskState state,
                                         HwResult    result);
const char *hw_cli_task_view_get_state (HwTask *task);
const char *hw_cli_task_view_get_colour (HwTask *task);
const char *hw_cli_task_view_name_activity (const char *activity);
gint64      hw_cli_task_view_get_duration (HwTask *task,
                                           gint64  now);
char       *hw_cli_task_view_describe_event (HwEvent *event);
char       *hw_cli_task_view_describe_end (HwTask *task);

G_END_DECLS
