/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-private.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

/* How much space a database takes, and how much there is for it. */

/**
 * hw_db_get_space:
 * @self: a connection
 * @n_free: (out): bytes that may still be written where the database is
 * @n_all: (out): bytes that there are in all
 *
 * Asks how much space there is.
 *
 * Returns: whether the system says so
 */
gboolean
hw_db_get_space (HwDb    *self,
                 guint64 *n_free,
                 guint64 *n_all)
{
  struct statvfs space;

  g_return_val_if_fail (self != NULL, FALSE);

  if (statvfs (sqlite3_db_filename (hw_db_get_handle (self), "main"), &space) != 0)
    return FALSE;

  *n_free = (guint64) space.f_bavail * space.f_frsize;
  *n_all = (guint64) space.f_blocks * space.f_frsize;

  return TRUE;
}

/* Returns: how long a file is, 0 if it is not there */
static guint64
get_file_size (const char *path)
{
  struct stat status;

  return stat (path, &status) == 0 ? (guint64) status.st_size : 0;
}

/**
 * hw_db_get_sizes:
 * @self: a connection
 * @n_database: (out): bytes of the database's file
 * @n_log: (out): bytes of the file of its write-ahead log
 *
 * Asks how large the files are.
 */
void
hw_db_get_sizes (HwDb    *self,
                 guint64 *n_database,
                 guint64 *n_log)
{
  const char *path;
  g_autofree char *log_path = NULL;

  g_return_if_fail (self != NULL);

  path = sqlite3_db_filename (hw_db_get_handle (self), "main");
  log_path = g_strconcat (path, "-wal", NULL);
  *n_database = get_file_size (path);
  *n_log = get_file_size (log_path);
}
