/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/db-fixture.h"

#include "hw-sqlite-schema.h"

#include <glib/gstdio.h>

/* Runs SQL that must work. */
void
db_run (HwDb       *db,
        const char *format,
        ...)
{
  g_autofree char *sql = NULL;
  g_autoptr(GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  sql = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  hw_db_execute (db, sql, &error);
  g_assert_no_error (error);
}

/* Makes an empty database. */
void
db_fixture_open (DbFixture *self)
{
  g_autoptr(GError) error = NULL;

  self->folder = g_dir_make_tmp ("test-db-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "some.db", NULL);
  self->db = hw_db_open (self->path, HW_DB_MODE_WRITE, &error);
  g_assert_no_error (error);
}

/* Makes one that has no tasks yet. */
void
db_fixture_open_schema (DbFixture *self)
{
  g_autoptr(GError) error = NULL;

  db_fixture_open (self);
  g_assert_true (hw_sqlite_schema_prepare (self->db, &error));
  g_assert_no_error (error);
}

/* Nothing but the database is left of it. */
void
db_fixture_close (DbFixture *self)
{
  g_clear_pointer (&self->db, hw_db_free);
  g_assert_cmpint (g_remove (self->path), ==, 0);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->folder, g_free);
}
