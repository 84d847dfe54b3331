/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"
#include "hw-high-water.h"

G_BEGIN_DECLS

gboolean hw_sqlite_epoch_make (guint64 *epoch,
                               GError **error);
gboolean hw_sqlite_epoch_settle (HwDb                  *db,
                                 const char            *path,
                                 const HwHighWaterMark *mark,
                                 GError               **error);

G_END_DECLS
