/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db-statement.h"
#include "hw-store.h"

G_BEGIN_DECLS

HwTaskPage *hw_task_lists_read (HwDb               *db,
                                const HwTaskFilter *filter,
                                GError            **error);
HwTaskPage *hw_task_lists_read_candidates (HwDb    *db,
                                           guint    limit,
                                           GError **error);
HwTaskPage *hw_task_lists_read_open (HwDb    *db,
                                     GError **error);
gboolean    hw_task_lists_read_survey (HwDb          *db,
                                       HwStoreSurvey *survey,
                                       GError       **error);
HwTask     *hw_task_lists_read_one (HwDb    *db,
                                    guint64  task_id,
                                    GError **error);

G_END_DECLS
