/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db-statement.h"
#include "hw-store.h"

G_BEGIN_DECLS

HwTaskPage *hw_retention_rows_list (HwDb                *db,
                                    const HwStoreLimits *limits,
                                    gint64               now,
                                    GError             **error);
gboolean    hw_retention_rows_forget (HwDb                *db,
                                      const HwStoreLimits *limits,
                                      gint64               now,
                                      guint64              head,
                                      gboolean            *has_more,
                                      GError             **error);

G_END_DECLS
