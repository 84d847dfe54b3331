/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-sqlite-copy.h"

#include "hw-db-backup.h"
#include "hw-io.h"
#include "hw-same-file.h"
#include "hw-sqlite-schema.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* Backups that people make and put back. A process of its own does it, beside a daemon that
 * runs: who reads a database waits for nobody, and nobody for it.
 */

/* What a copy is called that takes the database's place in the next moment, and what that is
 * called then, behind the database's name.
 */
#define COPY ".restored"
#define KEPT ".before-restore-"

/* How often another name is tried for what is kept: more than anybody restores in a second. */
#define MAX_NAMES 100

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

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                   "It is a folder. Name a file in it.");
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
  else if (hw_is_same_file (path, database_path))
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

/**
 * hw_sqlite_copy_has_log:
 * @database_path: (type filename): where a database is
 *
 * Tells whether there is something in the log of a database. Whoever closes it properly leaves
 * none.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_sqlite_copy_has_log (const char *database_path)
{
  g_autofree char *path = g_strconcat (database_path, "-wal", NULL);
  GStatBuf status;

  return g_stat (path, &status) == 0 && status.st_size > 0;
}

/* Brings all into the one file, and closing it removes the log: the two could not be replaced in
 * one step. One that is damaged stays as it is, as nothing is lost by that.
 */
static gboolean
close_present (const char *database_path,
               GError    **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autoptr(HwDb) db = hw_db_open (database_path, HW_DB_MODE_WRITE, &local_error);

  if (db != NULL && !hw_db_checkpoint (db, &local_error))
    hw_db_abandon (db);
  g_clear_pointer (&db, hw_db_free);

  if (g_error_matches (local_error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED))
    {
      g_message ("The database %s is kept with its log: %s", database_path, local_error->message);
      return TRUE;
    }

  if (local_error == NULL && hw_sqlite_copy_has_log (database_path))
    g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_BUSY,
                 "The database %s cannot be replaced (another program reads it). Wait until that "
                 "has ended.", database_path);
  else if (local_error != NULL)
    g_propagate_prefixed_error (error, g_steal_pointer (&local_error),
                                "The database %s cannot be replaced: ", database_path);
  else
    return TRUE;

  return FALSE;
}

static gboolean
link_if_there (int         folder_fd,
               const char *name,
               const char *kept)
{
  return hw_io_link (folder_fd, name, kept) || errno == ENOENT;
}

/* Gives the present database, and its log if there is one, a second name each, which is on disk
 * then. A log that somebody left alone when they moved its database away is kept as well.
 * Returns (transfer full): the database's name, or %NULL with errno.
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
      g_autofree char *kept = g_strdup_printf ("%s" KEPT "%s-%u", name, time, i);
      g_autofree char *kept_log = g_strconcat (kept, "-wal", NULL);

      errno = 0;
      if (link_if_there (folder_fd, name, kept) && link_if_there (folder_fd, log, kept_log) &&
          hw_io_sync (folder_fd))
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
  gboolean has_present = g_file_test (database_path, G_FILE_TEST_EXISTS);
  gboolean is_done;
  int folder_fd;

  if (has_present && !close_present (database_path, error))
    return FALSE;

  folder_fd = hw_io_open_folder (folder);
  kept = keep_present (folder_fd, name);
  is_done = kept != NULL && exchange (folder_fd, copy_name, name);
  if (!is_done)
    g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                 "The database %s cannot be replaced (%s). Check its folder.", database_path,
                 g_strerror (errno));
  if (folder_fd >= 0)
    close (folder_fd);

  *kept_path = is_done && has_present ? g_build_filename (folder, kept, NULL) : NULL;

  return is_done;
}

/* Removes a second name of a database that is still in its place: whoever opened it by that
 * would use another log than the daemon. Not one of which the log is left only there.
 */
static void
tidy_kept (int         folder_fd,
           const char *database_path,
           const char *kept_path)
{
  g_autofree char *log_path = g_strconcat (database_path, "-wal", NULL);
  g_autofree char *kept_log_path = g_strconcat (kept_path, "-wal", NULL);
  g_autofree char *kept = g_path_get_basename (kept_path);
  g_autofree char *kept_log = g_path_get_basename (kept_log_path);

  if (!hw_is_same_file (kept_path, database_path) ||
      (g_file_test (kept_log_path, G_FILE_TEST_EXISTS) && !hw_is_same_file (kept_log_path, log_path)))
    return;

  hw_io_remove (folder_fd, kept_log);
  hw_io_remove (folder_fd, kept);
}

/* Whether a file is a copy that was to take the database's place, or the draft of one. */
static gboolean
is_copy_to_be (const char *file,
               const char *name)
{
  g_autofree char *copy_name = g_strconcat (name, COPY, NULL);
  g_autofree char *draft_name = g_strconcat (copy_name, HW_DB_BACKUP_DRAFT, NULL);

  return g_str_equal (file, copy_name) || g_str_has_prefix (file, draft_name);
}

/**
 * hw_sqlite_copy_tidy:
 * @database_path: (type filename): a database that nobody uses
 *
 * Removes what hw_sqlite_copy_put_back() left if it was interrupted.
 */
void
hw_sqlite_copy_tidy (const char *database_path)
{
  g_autofree char *folder = NULL;
  g_autofree char *name = NULL;
  g_autofree char *kept_name = NULL;
  g_autoptr(GDir) files = NULL;
  int folder_fd;
  const char *file;

  g_return_if_fail (database_path != NULL);

  folder = g_path_get_dirname (database_path);
  name = g_path_get_basename (database_path);
  kept_name = g_strconcat (name, KEPT, NULL);
  files = g_dir_open (folder, 0, NULL);
  folder_fd = hw_io_open_folder (folder);

  while (files != NULL && (file = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, file, NULL);

      if (is_copy_to_be (file, name))
        hw_io_remove (folder_fd, file);
      else if (g_str_has_prefix (file, kept_name) && !g_str_has_suffix (file, "-wal"))
        tidy_kept (folder_fd, database_path, path);
    }
  if (folder_fd >= 0)
    close (folder_fd);
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

  if (hw_is_same_file (path, database_path))
    {
      g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                   "%s is the database itself. Choose a backup.", path);
      return FALSE;
    }

  hw_sqlite_copy_tidy (database_path);
  copy_path = g_strconcat (database_path, COPY, NULL);
  db = open_ours (path, error);
  if (db == NULL || !hw_db_backup (db, copy_path, TRUE, finish_copy, facts, error))
    {
      g_prefix_error (error, "Cannot restore %s: ", path);
      return FALSE;
    }

  if (replace_present (copy_path, database_path, kept_path, error))
    return TRUE;

  hw_sqlite_copy_tidy (database_path);

  return FALSE;
}
