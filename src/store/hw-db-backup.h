/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"

G_BEGIN_DECLS

gboolean hw_db_backup (HwDb       *self,
                       const char *path,
                       GError    **error);

G_END_DECLS
