/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db-statement.h"
#include "hw-store.h"

G_BEGIN_DECLS

gboolean     hw_event_rows_insert (HwDb    *db,
                                   HwEvent *event,
                                   GError **error);
gboolean     hw_event_rows_read_added (HwDb      *db,
                                       guint64    epoch,
                                       guint64    first_task,
                                       guint64    n_tasks,
                                       GPtrArray *events,
                                       GError   **error);
HwEventPage *hw_event_rows_read (HwDb               *db,
                                 guint64             epoch,
                                 const HwEventQuery *query,
                                 guint64             head,
                                 GError            **error);

G_END_DECLS
