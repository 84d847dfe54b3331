/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"

G_BEGIN_DECLS

gboolean hw_sqlite_schema_prepare (HwDb    *db,
                                   GError **error);
gboolean hw_sqlite_schema_find_older (HwDb    *db,
                                      guint64 *version,
                                      GError **error);
gboolean hw_sqlite_schema_check_ours (HwDb    *db,
                                      GError **error);

G_END_DECLS
