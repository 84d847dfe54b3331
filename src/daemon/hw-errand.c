/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-errand.h"

#include "hw-sqlite-copy.h"
#include "hw-state-folder.h"

#include <unistd.h>

/* What the program does instead of being a daemon: it makes a backup, or puts one back. */

static char *
build_database_path (HwConfig *config)
{
  return g_build_filename (hw_config_get_state_folder (config), "headway.db", NULL);
}

/* Needs no lock: whoever has it goes on. */
static char *
make_backup (HwConfig *config,
             GError  **error)
{
  const char *path = hw_config_get_backup_path (config);
  g_autofree char *database_path = build_database_path (config);
  HwSqliteCopyFacts facts = { 0 };

  if (!hw_sqlite_copy_make (database_path, path, hw_config_get_may_replace (config), &facts,
                            error))
    return NULL;

  return g_strdup_printf ("The backup %s has %" G_GUINT64_FORMAT " tasks, of which %"
                          G_GUINT64_FORMAT " wait and %" G_GUINT64_FORMAT " are in progress.\n",
                          path, facts.n_tasks, facts.n_pending, facts.n_processing);
}

static char *
describe_restored (const char              *path,
                   const HwSqliteCopyFacts *facts,
                   const char              *kept_path)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "The tasks are those of %s: %" G_GUINT64_FORMAT ", of which %"
                          G_GUINT64_FORMAT " wait and %" G_GUINT64_FORMAT " were in progress.\n",
                          path, facts->n_tasks, facts->n_pending, facts->n_processing);
  if (kept_path != NULL)
    g_string_append_printf (text, "The database that was there is kept as %s.\n", kept_path);
  g_string_append (text,
                   "At the next start, what was in progress is what became of it: it goes on if "
                   "its program still runs, has ended as that ended, or was interrupted. Other "
                   "programs of Headway that still run are ended then.\n");

  return g_string_free (text, FALSE);
}

/* Two daemons, or one and this, must not have one database. */
static char *
restore (HwConfig *config,
         GError  **error)
{
  const char *state_folder = hw_config_get_state_folder (config);
  const char *path = hw_config_get_restore_path (config);
  g_autofree char *database_path = build_database_path (config);
  g_autofree char *kept_path = NULL;
  HwSqliteCopyFacts facts = { 0 };
  char *text = NULL;
  int lock_fd;

  if (!hw_state_folder_make (state_folder, error))
    return NULL;
  lock_fd = hw_state_folder_lock (state_folder, error);
  if (lock_fd < 0)
    return NULL;

  if (hw_sqlite_copy_put_back (path, database_path, &facts, &kept_path, error))
    text = describe_restored (path, &facts, kept_path);
  close (lock_fd);

  return text;
}

gboolean
hw_errand_is_wanted (HwConfig *config)
{
  return hw_config_get_backup_path (config) != NULL || hw_config_get_restore_path (config) != NULL;
}

/**
 * hw_errand_run:
 * @config: what the program was told, which is an errand
 * @error: return location for an error: a sentence for whoever called the program
 *
 * Makes a backup, or puts one back. It waits for the disk.
 *
 * Returns: (transfer full): what was done, in lines for people, or %NULL
 */
char *
hw_errand_run (HwConfig *config,
               GError  **error)
{
  g_return_val_if_fail (hw_errand_is_wanted (config), NULL);

  return hw_config_get_backup_path (config) != NULL ? make_backup (config, error)
                                                    : restore (config, error);
}
