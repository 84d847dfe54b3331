/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db-log.h"
#include "hw-db-statement.h"

#include <sqlite3.h>

G_BEGIN_DECLS

sqlite3    *hw_db_get_handle (HwDb *self);
HwDbLog    *hw_db_get_log (HwDb *self);
GHashTable *hw_db_get_statements (HwDb *self);
void        hw_db_set_error (HwDb    *self,
                             int      code,
                             GError **error);

G_END_DECLS
