/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-json-writer.h"
#include "hw-task-type.h"

G_BEGIN_DECLS

void    hw_task_type_json_write_schema (HwJsonWriter *writer,
                                        HwTaskType   *type);
void    hw_task_type_json_write (HwJsonWriter *writer,
                                 HwTaskType   *type);
GBytes *hw_task_type_json_encode_list (GPtrArray *types);

G_END_DECLS
