/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _HwDbLog HwDbLog;

HwDbLog *hw_db_log_new (sqlite3 *handle);
void     hw_db_log_free (HwDbLog *self);

gint64   hw_db_log_get_sync_time (HwDbLog *self);
gboolean hw_db_log_lacks_room (HwDbLog *self);
int      hw_db_log_make_room (HwDbLog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDbLog, hw_db_log_free)

G_END_DECLS
