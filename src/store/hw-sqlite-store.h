/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-store.h"

G_BEGIN_DECLS

#define HW_TYPE_SQLITE_STORE (hw_sqlite_store_get_type ())
G_DECLARE_FINAL_TYPE (HwSqliteStore, hw_sqlite_store, HW, SQLITE_STORE, GObject)

HwStore *hw_sqlite_store_new (const char *path,
                              GError    **error);

void     hw_sqlite_store_close (HwSqliteStore *self);

G_END_DECLS
