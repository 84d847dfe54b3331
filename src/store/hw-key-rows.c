/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-key-rows.h"

#include "hw-error.h"
#include "hw-task-key.h"

/* The requests that have a key, a row each, in the same transaction as their tasks: so
 * one that is asked for again while the first is about to be written finds it, too.
 */

/**
 * hw_key_rows_find:
 * @db: a connection, in a transaction
 * @change: the first change of a request with a key
 * @tasks: (out): what a request of the same key has added
 * @error: return location for an error: %HW_ERROR_CONFLICT if that one asked for
 *   something else
 *
 * Looks whether a request was carried out before.
 *
 * Returns: whether that worked
 */
gboolean
hw_key_rows_find (HwDb           *db,
                  const HwChange *change,
                  HwKeyedTasks   *tasks,
                  GError        **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  g_return_val_if_fail (db != NULL, FALSE);
  g_return_val_if_fail (change->key != NULL, FALSE);

  *tasks = (HwKeyedTasks) { 0 };
  statement = hw_db_prepare (db,
                             "SELECT first_task, n_tasks, digest FROM keys"
                             " WHERE owner = ? AND \"key\" = ? AND at > ?", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_string (statement, 1, change->actor);
  hw_db_statement_bind_string (statement, 2, change->key);
  hw_db_statement_bind_uint64 (statement, 3, (guint64) (change->at - HW_TASK_KEY_LIFETIME));
  if (!hw_db_statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;

  if (g_strcmp0 (hw_db_statement_get_string (statement, 2), change->digest) != 0)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_CONFLICT,
                   "The idempotency key was used for another request, which added task %"
                   G_GUINT64_FORMAT ". Take a new key for this one, or send the same as then.",
                   hw_db_statement_get_uint64 (statement, 0));
      return FALSE;
    }

  tasks->first_task = hw_db_statement_get_uint64 (statement, 0);
  tasks->n_tasks = hw_db_statement_get_uint64 (statement, 1);

  return TRUE;
}

/**
 * hw_key_rows_insert:
 * @db: a connection, in a transaction
 * @change: the first change of a request with a key
 * @tasks: what it has added
 * @error: return location for an error
 *
 * Notes that a request was carried out. An older one of the same key is forgotten.
 *
 * Returns: whether that worked
 */
gboolean
hw_key_rows_insert (HwDb               *db,
                    const HwChange     *change,
                    const HwKeyedTasks *tasks,
                    GError            **error)
{
  g_autoptr(HwDbStatement) statement = NULL;

  g_return_val_if_fail (db != NULL, FALSE);
  g_return_val_if_fail (change->key != NULL, FALSE);

  statement = hw_db_prepare (db,
                             "INSERT OR REPLACE INTO keys"
                             " (owner, \"key\", digest, first_task, n_tasks, at)"
                             " VALUES (?, ?, ?, ?, ?, ?)", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_string (statement, 1, change->actor);
  hw_db_statement_bind_string (statement, 2, change->key);
  hw_db_statement_bind_string (statement, 3, change->digest);
  hw_db_statement_bind_uint64 (statement, 4, tasks->first_task);
  hw_db_statement_bind_uint64 (statement, 5, tasks->n_tasks);
  hw_db_statement_bind_uint64 (statement, 6, (guint64) change->at);

  return hw_db_statement_run (statement, error);
}

/**
 * hw_key_rows_expire:
 * @db: a connection, in a transaction
 * @now: what time it is, in microseconds since the Unix epoch
 * @limit: how many at most
 * @n_rows: (out): how many there were
 * @error: return location for an error
 *
 * Forgets keys that nobody asks with any more.
 *
 * Returns: whether that worked
 */
gboolean
hw_key_rows_expire (HwDb    *db,
                    gint64   now,
                    guint    limit,
                    guint   *n_rows,
                    GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  guint64 before = hw_db_get_n_changes (db);

  g_return_val_if_fail (db != NULL, FALSE);

  statement = hw_db_prepare (db,
                             "DELETE FROM keys WHERE (owner, \"key\") IN"
                             " (SELECT owner, \"key\" FROM keys INDEXED BY keys_by_time"
                             "  WHERE at <= ? LIMIT ?)", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, (guint64) (now - HW_TASK_KEY_LIFETIME));
  hw_db_statement_bind_uint64 (statement, 2, limit);
  if (!hw_db_statement_run (statement, error))
    return FALSE;

  *n_rows = (guint) (hw_db_get_n_changes (db) - before);

  return TRUE;
}
