/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-backup.h"

#include "hw-db-private.h"
#include "hw-io.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* A copy of a whole database, as it is at one moment. */

/* How long after the last write to a draft nobody is at it any more: the slowest disk writes more
 * often.
 */
#define MAX_DRAFT_SECONDS 3600

/* Writes the copy into a file that nobody looks for yet; it is on disk when this returns. In one
 * step, so it is of one moment, and nobody who writes waits for it: they write into the log.
 */
static gboolean
copy_to (HwDb          *self,
         const char    *path,
         HwDbBackupFunc function,
         gpointer       user_data,
         GError       **error)
{
  g_autoptr(HwDb) copy = hw_db_open (path, HW_DB_MODE_WRITE, error);
  sqlite3_backup *backup;
  int step_code = SQLITE_DONE;
  int code;

  if (copy == NULL)
    return FALSE;

  backup = sqlite3_backup_init (hw_db_get_handle (copy), "main", hw_db_get_handle (self), "main");
  if (backup != NULL)
    step_code = sqlite3_backup_step (backup, -1);
  code = backup != NULL ? sqlite3_backup_finish (backup)
                        : sqlite3_errcode (hw_db_get_handle (copy));

  /* That others kept it from being read is none of the errors of the end. */
  if (code == SQLITE_OK && step_code != SQLITE_DONE)
    code = step_code;
  if (code != SQLITE_OK)
    {
      hw_db_set_error (copy, code, error);
      return FALSE;
    }

  return function == NULL || function (copy, user_data, error);
}

/* Gives the copy its name, which is on disk then, too. */
static gboolean
give_name (const char *draft_path,
           const char *path,
           gboolean    may_replace,
           GError    **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *draft = g_path_get_basename (draft_path);
  g_autofree char *name = g_path_get_basename (path);
  int folder_fd = hw_io_open_folder (folder);
  gboolean is_named = folder_fd >= 0 &&
                      (may_replace ? hw_io_rename (folder_fd, draft, name)
                                   : hw_io_rename_new (folder_fd, draft, name)) &&
                      hw_io_sync (folder_fd);

  if (!is_named)
    g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                 "The backup %s cannot be made (%s). Check its folder.", path,
                 g_strerror (errno));
  if (folder_fd >= 0)
    close (folder_fd);

  return is_named;
}

/* Removes a draft, with what SQLite has beside it. */
static void
remove_draft (const char *draft_path)
{
  static const char *const endings[] = { "", "-journal", "-wal", "-shm" };
  g_autofree char *folder = g_path_get_dirname (draft_path);
  g_autofree char *draft = g_path_get_basename (draft_path);
  int folder_fd = hw_io_open_folder (folder);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *name = g_strconcat (draft, endings[i], NULL);

      hw_io_remove (folder_fd, name);
    }
  if (folder_fd >= 0)
    close (folder_fd);
}

/* Removes what earlier copies left that were interrupted: of one that nobody has written to for
 * long. Another one may be made at this moment.
 */
static void
remove_old_drafts (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *beginning = g_strconcat (name, HW_DB_BACKUP_DRAFT, NULL);
  g_autoptr(GDir) files = g_dir_open (folder, 0, NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *file;

  while (files != NULL && (file = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *file_path = g_build_filename (folder, file, NULL);
      GStatBuf status;

      if (g_str_has_prefix (file, beginning) && g_lstat (file_path, &status) == 0 &&
          now - status.st_mtime > MAX_DRAFT_SECONDS)
        remove_draft (file_path);
    }
}

/**
 * hw_db_backup:
 * @self: a connection
 * @path: (type filename): a file
 * @may_replace: whether one that is there is replaced
 * @function: (nullable): what else is to be done to the copy before it has its name
 * @user_data: data for @function
 * @error: return location for an error of %HW_DB_ERROR
 *
 * Writes a copy of the database as it is now. There is the whole copy at @path when this
 * returns, or what was there before. It waits for the disk.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_backup (HwDb          *self,
              const char    *path,
              gboolean       may_replace,
              HwDbBackupFunc function,
              gpointer       user_data,
              GError       **error)
{
  g_autofree char *draft_path = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  remove_old_drafts (path);
  draft_path = g_strdup_printf ("%s" HW_DB_BACKUP_DRAFT "-%08x", path, g_random_int ());
  if (copy_to (self, draft_path, function, user_data, error) &&
      give_name (draft_path, path, may_replace, error))
    return TRUE;

  remove_draft (draft_path);

  return FALSE;
}
