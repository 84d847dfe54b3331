/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-change.h"
#include "hw-db-statement.h"
#include "hw-event.h"

G_BEGIN_DECLS

HwEvent *hw_task_rows_insert (HwDb           *db,
                              guint64         epoch,
                              guint64         seq,
                              guint64         task_id,
                              const HwChange *change,
                              HwTaskState    *state,
                              GError        **error);
HwEvent *hw_task_rows_tell_claim (guint64         epoch,
                                  guint64         seq,
                                  guint64         task_id,
                                  const HwChange *change);
HwEvent *hw_task_rows_update (HwDb           *db,
                              guint64         epoch,
                              guint64         seq,
                              const HwChange *change,
                              HwTaskState    *to,
                              GError        **error);
HwEvent *hw_task_rows_claim (HwDb       *db,
                             guint64     epoch,
                             guint64     seq,
                             guint64     task_id,
                             const char *node,
                             gint64      at,
                             GError    **error);
gboolean hw_task_rows_keep_level (HwDb    *db,
                                  HwEvent *level,
                                  GError **error);

G_END_DECLS
