/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tests/store/store-fixture.h"

G_BEGIN_DECLS

/* How to come by a store in SQLite. Its file is `headway.db` in the folder. */
HwStore *open_sqlite (const char *folder,
                      GError    **error);
void     close_sqlite (HwStore *store);

/* Runs SQL on a database in the fixture's folder while nobody has it open. */
void     execute_sql (Fixture    *fixture,
                      const char *name,
                      const char *sql);

G_END_DECLS
