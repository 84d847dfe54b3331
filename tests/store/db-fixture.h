/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"

G_BEGIN_DECLS

/* A database in a folder of its own. */
typedef struct
{
  char *folder; /* (owned) */
  char *path;   /* (owned) */
  HwDb *db;     /* (owned) */
} DbFixture;

void db_fixture_open (DbFixture *self);
void db_fixture_open_schema (DbFixture *self);
void db_fixture_close (DbFixture *self);

void db_run (HwDb       *db,
             const char *format,
             ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
