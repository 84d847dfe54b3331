/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db-statement.h"

G_BEGIN_DECLS

typedef struct _HwTaskTexts HwTaskTexts;

void     hw_task_texts_free (HwTaskTexts *self);

gboolean hw_text_rows_read (HwDb         *db,
                            guint64       task_id,
                            HwTaskTexts **texts,
                            GError      **error);
gboolean hw_text_rows_replace (HwDb              *db,
                               guint64            task_id,
                               const HwTaskTexts *old,
                               GError           **error);
gboolean hw_text_rows_delete (HwDb    *db,
                              guint64  first_task,
                              guint64  last_task,
                              GError **error);
gboolean hw_text_rows_catch_up (HwDb    *db,
                                guint64 *last_indexed,
                                guint64  last_task,
                                guint    limit,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTaskTexts, hw_task_texts_free)

G_END_DECLS
