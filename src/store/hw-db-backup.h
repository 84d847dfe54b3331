/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"

G_BEGIN_DECLS

/* What a copy is called that is being made, behind the name it is to have; more follows. */
#define HW_DB_BACKUP_DRAFT ".headway-draft"

/**
 * HwDbBackupFunc:
 * @copy: the copy
 * @user_data: what was given with the function
 * @error: return location for an error of %HW_DB_ERROR
 *
 * Makes something else of a copy of a database.
 *
 * Returns: %FALSE if there is to be no copy
 */
typedef gboolean (*HwDbBackupFunc) (HwDb    *copy,
                                    gpointer user_data,
                                    GError **error);

gboolean hw_db_backup (HwDb          *self,
                       const char    *path,
                       gboolean       may_replace,
                       HwDbBackupFunc function,
                       gpointer       user_data,
                       GError       **error);

G_END_DECLS
