/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-sqlite-opening.h"

#include "hw-db-backup.h"
#include "hw-local-disk.h"
#include "hw-sqlite-copy.h"
#include "hw-sqlite-epoch.h"
#include "hw-sqlite-schema.h"

#include <glib/gstdio.h>

/* All that happens to a database before anybody may use it. */

/* Up to this size a database is checked before anything is written to it, which takes a
 * twentieth of a second then. A larger one is checked while it is used: nobody should wait
 * seconds for a daemon that was killed.
 */
#define MAX_BYTES_AT_ONCE (32 * 1024 * 1024)

static gint64
get_size (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 ? status.st_size : 0;
}

/* What it says is made complete for a person who has to do something about it. */
static void
explain (const char *path,
         GError    **error)
{
  g_autoptr(GError) cause = *error;

  *error = NULL;
  if (g_error_matches (cause, HW_DB_ERROR, HW_DB_ERROR_DAMAGED))
    {
      g_set_error (error, cause->domain, cause->code,
                   "Cannot open %s: %s It was left as it is. Put a backup in its place, or move it "
                   "away, with the files %s-wal and %s-shm, to begin without.", path, cause->message,
                   path, path);
    }
  else
    {
      g_set_error (error, cause->domain, cause->code, "Cannot open %s: %s", path, cause->message);
    }
}

/* Keeps a database as it is before it becomes one of a newer version: whoever wants to go
 * back to the older Headway needs it. One that is there is the same, of an upgrade that was
 * interrupted, or of one that was gone back from; it is replaced.
 */
static gboolean
back_up_older (HwDb       *db,
               const char *path,
               GError    **error)
{
  g_autofree char *backup_path = NULL;
  guint64 version;

  if (!hw_sqlite_schema_find_older (db, &version, error))
    return FALSE;
  if (version == 0)
    return TRUE;

  backup_path = g_strdup_printf ("%s.v%" G_GUINT64_FORMAT "-backup", path, version);

  return hw_db_backup (db, backup_path, TRUE, NULL, NULL, error);
}

/* Sees whose turn it is: which epoch, which start, and which numbers come next. The mark is
 * made anew only then, and says what has just been written.
 */
static HwHighWater *
start_numbers (HwDb            *db,
               const char      *path,
               HwSqliteNumbers *numbers,
               GError         **error)
{
  HwHighWaterMark mark;

  hw_high_water_read (path, &mark);
  if (!hw_sqlite_epoch_settle (db, path, &mark, error) ||
      !hw_sqlite_numbers_start (numbers, db, error))
    return NULL;

  mark.epoch = numbers->epoch;
  mark.last_event = numbers->last_event;
  mark.last_task = numbers->last_task;

  return hw_high_water_new (path, &mark, error);
}

/* SQLite would make a new database of a file without contents. If there was one the last time,
 * its contents were lost: whoever wants to begin without it moves the file away.
 */
static gboolean
check_has_contents (const char *path,
                    gboolean    has_log,
                    GError    **error)
{
  HwHighWaterMark mark;

  if (has_log || get_size (path) > 0 || !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;

  hw_high_water_read (path, &mark);
  if (mark.epoch == 0)
    return TRUE;

  g_set_error_literal (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED,
                       "The database is empty, and was not the last time.");

  return FALSE;
}

static HwDb *
open_and_prepare (const char      *path,
                  HwSqliteNumbers *numbers,
                  HwHighWater    **high_water,
                  HwSqliteRest    *rest,
                  GError         **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr(HwDb) db = NULL;

  if (!hw_local_disk_check (folder, error))
    return NULL;

  hw_sqlite_copy_tidy (path);
  rest->has_log = hw_sqlite_copy_has_log (path);
  if (!check_has_contents (path, rest->has_log, error))
    return NULL;

  db = hw_db_open (path, HW_DB_MODE_WRITE, error);
  if (db == NULL)
    return NULL;

  rest->is_unchecked = rest->has_log && get_size (path) > MAX_BYTES_AT_ONCE;
  if ((rest->has_log && !rest->is_unchecked && !hw_db_check (db, error)) ||
      !back_up_older (db, path, error) ||
      !hw_sqlite_schema_prepare (db, error) ||
      !hw_db_use_log (db, error) ||
      !hw_db_empty_log (db, error) ||
      (*high_water = start_numbers (db, path, numbers, error)) == NULL)
    {
      /* Or the log would be copied into it when it is closed. */
      hw_db_abandon (db);
      return NULL;
    }

  return g_steal_pointer (&db);
}

/**
 * hw_sqlite_opening_open:
 * @path: the database's file
 * @numbers: (out caller-allocates): the database's numbers, this start counted
 * @high_water: (out) (transfer full): the mark of how far the database is
 * @rest: (out caller-allocates): what somebody left who had it
 * @error: return location for an error of %HW_DB_ERROR: a sentence that names the file
 *
 * Opens a database for the one who writes, and makes it if there is none. One that makes
 * no sense is refused and left as it is: an empty one in its place would be taken for a
 * loss of everything, or for all being well.
 *
 * Returns: (transfer full): a connection, or %NULL
 */
HwDb *
hw_sqlite_opening_open (const char      *path,
                        HwSqliteNumbers *numbers,
                        HwHighWater    **high_water,
                        HwSqliteRest    *rest,
                        GError         **error)
{
  g_autoptr(GError) cause = NULL;
  HwDb *db = open_and_prepare (path, numbers, high_water, rest, &cause);

  if (db == NULL)
    {
      explain (path, &cause);
      g_propagate_error (error, g_steal_pointer (&cause));
    }

  return db;
}
