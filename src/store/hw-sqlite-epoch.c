/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-sqlite-epoch.h"

#include "hw-db-statement.h"

#include <errno.h>
#include <sys/random.h>

/* Epochs pass through JavaScript, whose integers end at 2⁵³. */
#define EPOCH_MASK ((G_GUINT64_CONSTANT (1) << 53) - 1)

/* Whether a database is the one that was here, and what becomes of one that is not. */

/* What a database says of itself. */
typedef struct
{
  guint64 epoch;
  guint64 last_event;
  guint64 last_task;
  gboolean is_copy;
} Facts;

/**
 * hw_sqlite_epoch_make:
 * @epoch: (out): a number that no other database has
 * @error: return location for an error
 *
 * Makes the number of a database. It is random, as it must differ from those of all others:
 * whoever has watched one must not go on with another.
 *
 * Returns: whether there is one
 */
gboolean
hw_sqlite_epoch_make (guint64 *epoch,
                      GError **error)
{
  do
    {
      if (getrandom (epoch, sizeof (*epoch), 0) != sizeof (*epoch))
        {
          g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_FAILED,
                       "The system gives no random numbers (%s).", g_strerror (errno));
          return FALSE;
        }

      *epoch &= EPOCH_MASK;
    }
  while (*epoch == 0);

  return TRUE;
}

static gboolean
read_facts (HwDb    *db,
            Facts   *facts,
            GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  statement = hw_db_prepare (db, "SELECT epoch, last_event, last_task, is_copy FROM meta", error);
  if (statement == NULL || !hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  /* One that has lost its numbers is told of by who starts with them. */
  if (!has_row)
    return TRUE;

  facts->epoch = hw_db_statement_get_uint64 (statement, 0);
  facts->last_event = hw_db_statement_get_uint64 (statement, 1);
  facts->last_task = hw_db_statement_get_uint64 (statement, 2);
  facts->is_copy = hw_db_statement_get_uint64 (statement, 3) != 0;

  return TRUE;
}

/* Says why a database is not the one that was here, or %NULL. */
static const char *
find_reason (const Facts           *facts,
             const HwHighWaterMark *mark)
{
  if (facts->is_copy)
    return "a backup was put there";
  if (mark->epoch == 0 || facts->epoch == 0)
    return NULL;
  if (mark->epoch != facts->epoch)
    return "it is another database than the last time";
  if (mark->last_event > facts->last_event || mark->last_task > facts->last_task)
    return "it is older than the last time, or has lost its end";

  return NULL;
}

/* Attempts stay known by the epoch in which they were begun: their files are there, and their
 * processes may be.
 */
static gboolean
keep_epoch_of_attempts (HwDb    *db,
                        guint64  epoch,
                        GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;

  statement = hw_db_prepare (db, "UPDATE tasks SET epoch = ? WHERE attempt > 0 AND epoch IS NULL",
                             error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, epoch);

  return hw_db_statement_run (statement, error);
}

static gboolean
write_numbers (HwDb                  *db,
               guint64                epoch,
               const HwHighWaterMark *mark,
               GError               **error)
{
  g_autoptr(HwDbStatement) statement = NULL;

  statement = hw_db_prepare (db, "UPDATE meta SET epoch = ?, is_copy = 0,"
                             " last_event = max(last_event, ?), last_task = max(last_task, ?) + ?",
                             error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, epoch);
  hw_db_statement_bind_uint64 (statement, 2, mark->last_event);
  hw_db_statement_bind_uint64 (statement, 3, mark->last_task);

  /* Nobody knows how many numbers were given out behind a mark, or a copy. */
  hw_db_statement_bind_uint64 (statement, 4, HW_HIGH_WATER_STEP);

  return hw_db_statement_run (statement, error);
}

/* All of it or nothing. */
static gboolean
begin_epoch (HwDb                  *db,
             guint64                former,
             const HwHighWaterMark *mark,
             guint64               *epoch,
             GError               **error)
{
  if (!hw_sqlite_epoch_make (epoch, error) || !hw_db_execute (db, "BEGIN IMMEDIATE", error))
    return FALSE;

  if (keep_epoch_of_attempts (db, former, error) && write_numbers (db, *epoch, mark, error) &&
      hw_db_execute (db, "COMMIT", error))
    return TRUE;

  /* Its failure would add nothing to what failed before it. */
  hw_db_execute (db, "ROLLBACK", NULL);

  return FALSE;
}

/**
 * hw_sqlite_epoch_settle:
 * @db: a connection that may write, to a database with our schema
 * @path: (type filename): its file, for people
 * @mark: how far the database was that was here the last time
 * @error: return location for an error
 *
 * Gives a database another number if it is not the one that was here, or not as far as that
 * was: so whoever watched that one is told to begin anew, and nothing is taken for what it is
 * not. Tasks get numbers above all that were given out.
 *
 * Returns: whether that worked
 */
gboolean
hw_sqlite_epoch_settle (HwDb                  *db,
                        const char            *path,
                        const HwHighWaterMark *mark,
                        GError               **error)
{
  Facts facts = { 0 };
  const char *reason;
  guint64 epoch;

  g_return_val_if_fail (db != NULL, FALSE);
  g_return_val_if_fail (mark != NULL, FALSE);

  if (!read_facts (db, &facts, error))
    return FALSE;

  reason = find_reason (&facts, mark);
  if (reason == NULL)
    return TRUE;

  if (!begin_epoch (db, facts.epoch, mark, &epoch, error))
    return FALSE;

  g_message ("A new epoch, %" G_GUINT64_FORMAT ", begins with the database %s: %s. Whoever "
             "watches begins anew, and new tasks have numbers that none had before.", epoch, path,
             reason);

  return TRUE;
}
