/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-sqlite-copy.h"

#include "hw-db-backup.h"
#include "hw-io.h"
#include "hw-sqlite-schema.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* Backups that people make and put back. A process of its own does it, beside a daemon that
 * runs: who reads a database waits for nobody, and nobody for it.
 */

/* How often another name is tried for what is kept: more than anybody restores in a second. */
#define MAX_NAMES 100

/* Whether both are one file, by whatever name. */
static gboolean
is_same_file (const char *a,
              const char *b)
{
  GStatBuf status_a;
  GStatBuf status_b;

  return g_stat (a, &status_a) == 0 && g_stat (b, &status_b) == 0 &&
         status_a.st_dev == status_b.st_dev && status_a.st_ino == status_b.st_ino;
}

/* Opens a database that is there, to read it. */
static HwDb *
open_ours (const char *path,
           GError    **error)
{
  g_autoptr(HwDb) db = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                   "There is no such file. Look for the right name.");
      return NULL;
    }

  db = hw_db_open (path, HW_DB_MODE_READ, error);
  if (db == NULL || !hw_sqlite_schema_check_ours (db, error))
    return NULL;

  return g_steal_pointer (&db);
}

/* Makes a copy what it is to be: of our version, marked, sound, and one file, which needs no
 * log beside it. An #HwDbBackupFunc.
 */
static gboolean
finish_copy (HwDb    *copy,
             gpointer user_data,
             GError **error)
{
  HwSqliteCopyFacts *facts = user_data;

  return hw_sqlite_schema_prepare (copy, error) &&
         hw_db_execute (copy, "UPDATE meta SET is_copy = 1", error) &&
         hw_db_execute (copy, "PRAGMA journal_mode = DELETE", error) &&
         hw_db_check (copy, error) &&
         hw_db_get_number (copy, "SELECT count(*) FROM tasks", &facts->n_tasks, error) &&
         hw_db_get_number (copy, "SELECT n_pending FROM meta", &facts->n_pending, error) &&
         hw_db_get_number (copy, "SELECT n_processing FROM meta", &facts->n_processing, error);
}

/* Says soon what is found out at the end in any case. */
static gboolean
check_place (const char *path,
             const char *database_path,
             gboolean    may_replace,
             GError    **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                 "There is no folder %s. Make it, or choose another one.", folder);
  else if (g_file_test (path, G_FILE_TEST_IS_DIR))
    g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                 "%s is a folder. Name a file in it.", path);
  else if (is_same_file (path, database_path))
    g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                 "%s is the database itself. Choose another file.", path);
  else if (!may_replace && g_file_test (path, G_FILE_TEST_EXISTS))
    g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                 "There is a file %s already. Choose another name, or say --force to replace it.",
                 path);
  else
    return TRUE;

  return FALSE;
}

/**
 * hw_sqlite_copy_make:
 * @database_path: (type filename): a database, which somebody may use
 * @path: (type filename): where the copy is to be
 * @may_replace: whether a file that is there is replaced
 * @facts: (out caller-allocates): what is in it
 * @error: return location for an error: a sentence
 *
 * Makes a backup: all that was committed when this began is in it, and all of it is on disk
 * when this returns, or nothing has changed at @path. Whoever opens it gets a new epoch. It
 * waits for the disk.
 *
 * Returns: whether there is one
 */
gboolean
hw_sqlite_copy_make (const char        *database_path,
                     const char        *path,
                     gboolean           may_replace,
                     HwSqliteCopyFacts *facts,
                     GError           **error)
{
  g_autoptr(HwDb) db = NULL;

  g_return_val_if_fail (database_path != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (facts != NULL, FALSE);

  if (!check_place (path, database_path, may_replace, error))
    return FALSE;

  db = open_ours (database_path, error);
  if (db == NULL)
    {
      g_prefix_error (error, "Cannot read %s: ", database_path);
      return FALSE;
    }

  if (hw_db_backup (db, path, may_replace, finish_copy, facts, error))
    return TRUE;

  g_prefix_error (error, "There is no backup: ");

  return FALSE;
}

/* Brings all into the one file, and removes the log. One that is damaged stays as it is. */
static void
close_present (const char *database_path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwDb) db = hw_db_open (database_path, HW_DB_MODE_WRITE, &error);

  if (db != NULL && !hw_db_empty_log (db, &error))
    hw_db_abandon (db);
  if (error != NULL)
    g_message ("The database %s is kept with its log: %s", database_path, error->message);
}

/* Gives the present database, and its log if there is one, a second name each. Returns
 * (transfer full): the database's, or %NULL with errno.
 */
static char *
keep_present (int         folder_fd,
              const char *name)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *log = g_strconcat (name, "-wal", NULL);

  errno = EEXIST;
  for (guint i = 1; i <= MAX_NAMES && errno == EEXIST; i++)
    {
      g_autofree char *kept = g_strdup_printf ("%s.before-restore-%s-%u", name, time, i);
      g_autofree char *kept_log = g_strconcat (kept, "-wal", NULL);

      errno = 0;
      if (hw_io_link (folder_fd, name, kept) &&
          (hw_io_link (folder_fd, log, kept_log) || errno == ENOENT))
        return g_steal_pointer (&kept);
    }

  return NULL;
}

/* Puts the copy there, in one step. No log of the former database may be beside it then: it
 * would be taken for its own.
 */
static gboolean
exchange (int         folder_fd,
          const char *copy_name,
          const char *name)
{
  static const char *const endings[] = { "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *rest = g_strconcat (name, endings[i], NULL);

      if (!hw_io_remove (folder_fd, rest) && errno != ENOENT)
        return FALSE;
    }

  return hw_io_sync (folder_fd) && hw_io_rename (folder_fd, copy_name, name) &&
         hw_io_sync (folder_fd);
}

static gboolean
replace_present (const char *copy_path,
                 const char *database_path,
                 char      **kept_path,
                 GError    **error)
{
  g_autofree char *folder = g_path_get_dirname (database_path);
  g_autofree char *name = g_path_get_basename (database_path);
  g_autofree char *copy_name = g_path_get_basename (copy_path);
  g_autofree char *kept = NULL;
  int folder_fd = hw_io_open_folder (folder);
  gboolean has_present = g_file_test (database_path, G_FILE_TEST_EXISTS);
  gboolean is_done;

  if (has_present)
    {
      close_present (database_path);
      kept = keep_present (folder_fd, name);
    }
  is_done = (kept != NULL || !has_present) && exchange (folder_fd, copy_name, name);
  if (!is_done)
    g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                 "The database %s cannot be replaced (%s). Check its folder.", database_path,
                 g_strerror (errno));
  if (folder_fd >= 0)
    close (folder_fd);

  *kept_path = kept != NULL ? g_build_filename (folder, kept, NULL) : NULL;

  return is_done;
}

/**
 * hw_sqlite_copy_put_back:
 * @path: (type filename): a backup
 * @database_path: (type filename): a database that nobody uses, or where one is to be
 * @facts: (out caller-allocates): what is in it
 * @kept_path: (out) (transfer full) (nullable): where the database is that was there
 * @error: return location for an error: a sentence
 *
 * Puts a backup in the place of the database, if it is one, of no newer version, and sound. At
 * each moment there is the former database or the backup, whole. Its first start begins a new
 * epoch. It waits for the disk.
 *
 * Returns: whether that worked
 */
gboolean
hw_sqlite_copy_put_back (const char        *path,
                         const char        *database_path,
                         HwSqliteCopyFacts *facts,
                         char             **kept_path,
                         GError           **error)
{
  g_autofree char *copy_path = NULL;
  g_autoptr(HwDb) db = NULL;

  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (database_path != NULL, FALSE);
  g_return_val_if_fail (facts != NULL, FALSE);
  g_return_val_if_fail (kept_path != NULL, FALSE);

  if (is_same_file (path, database_path))
    {
      g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                   "%s is the database itself. Choose a backup.", path);
      return FALSE;
    }

  copy_path = g_strconcat (database_path, ".restored", NULL);
  db = open_ours (path, error);
  if (db == NULL || !hw_db_backup (db, copy_path, TRUE, finish_copy, facts, error))
    {
      g_prefix_error (error, "Cannot restore %s: ", path);
      return FALSE;
    }

  if (replace_present (copy_path, database_path, kept_path, error))
    return TRUE;

  g_unlink (copy_path);

  return FALSE;
}
