/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-event.h"
#include "hw-files.h"
#include "hw-json-writer.h"
#include "hw-store.h"
#include "hw-task.h"
#include "hw-traffic.h"

G_BEGIN_DECLS

void    hw_task_json_write_task (HwJsonWriter *writer,
                                 HwTask       *task);

GBytes *hw_task_json_encode_task (HwTask *task);
GBytes *hw_task_json_encode_id (guint64 task_id);
GBytes *hw_task_json_encode_ids (GPtrArray *events);
GBytes *hw_task_json_encode_list (guint64    epoch,
                                  guint64    seq,
                                  GPtrArray *tasks,
                                  guint64    next);
GBytes *hw_task_json_encode_event (HwEvent *event);
GBytes *hw_task_json_encode_output (guint64 offset,
                                    GBytes *data);
GBytes *hw_task_json_encode_skip (guint64 from,
                                  guint64 to);
GBytes *hw_task_json_encode_poll (guint64    epoch,
                                  guint64    seq,
                                  guint64    rev,
                                  gboolean   has_ended,
                                  GPtrArray *events);
GBytes *hw_task_json_encode_link (const char *url);
GBytes *hw_task_json_encode_session (const char *key);
GBytes *hw_task_json_encode_files (const HwFileList *list);
GBytes *hw_task_json_encode_about (const char          *version,
                                   guint64              epoch,
                                   const char          *containment,
                                   const char          *hindrance,
                                   const HwStoreLimits *limits,
                                   const HwTaskCounts  *counts,
                                   const HwTraffic     *traffic);

G_END_DECLS
