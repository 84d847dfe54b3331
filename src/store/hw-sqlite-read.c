/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-sqlite-read.h"

#include "hw-event-rows.h"
#include "hw-retention-rows.h"
#include "hw-store-space.h"
#include "hw-task-lists.h"

/* Requests of the readers, each a #HwDbReadFunc: in a thread of theirs. */

/* Says what a page is true at. Returns: (transfer full) (nullable) */
static HwTaskPage *
stamp (HwTaskPage *page,
       guint64     seq)
{
  if (page != NULL)
    page->seq = seq;

  return page;
}

/**
 * hw_sqlite_read_candidates:
 * @db: a database, in the midst of a reading transaction
 * @seq: the number of the newest event that it has
 * @query: how many at most, by GUINT_TO_POINTER()
 * @error: return location for a #GError, or %NULL
 *
 * Reads what waits, in the order in which it may begin.
 *
 * Returns: (transfer full): a #HwTaskPage, or %NULL with an error
 */
gpointer
hw_sqlite_read_candidates (HwDb    *db,
                           guint64  seq,
                           gpointer query,
                           GError **error)
{
  return stamp (hw_task_lists_read_candidates (db, GPOINTER_TO_UINT (query), error), seq);
}

/**
 * hw_sqlite_read_expired:
 * @db: a database, in the midst of a reading transaction
 * @seq: the number of the newest event that it has
 * @query: a #HwSqliteExpiryQuery
 * @error: return location for a #GError, or %NULL
 *
 * Reads which tasks have been kept for long enough.
 *
 * Returns: (transfer full): a #HwTaskPage, or %NULL with an error
 */
gpointer
hw_sqlite_read_expired (HwDb    *db,
                        guint64  seq,
                        gpointer query,
                        GError **error)
{
  const HwSqliteExpiryQuery *expiry = query;

  return stamp (hw_retention_rows_list (db, &expiry->limits, expiry->now, error), seq);
}

/**
 * hw_sqlite_read_open:
 * @db: a database, in the midst of a reading transaction
 * @seq: the number of the newest event that it has
 * @query: nothing
 * @error: return location for a #GError, or %NULL
 *
 * Reads which tasks are in progress.
 *
 * Returns: (transfer full): a #HwTaskPage, or %NULL with an error
 */
gpointer
hw_sqlite_read_open (HwDb    *db,
                     guint64  seq,
                     gpointer query,
                     GError **error)
{
  return stamp (hw_task_lists_read_open (db, error), seq);
}

/**
 * hw_sqlite_read_list:
 * @db: a database, in the midst of a reading transaction
 * @seq: the number of the newest event that it has
 * @query: a #HwTaskFilter
 * @error: return location for a #GError, or %NULL
 *
 * Reads a page of tasks.
 *
 * Returns: (transfer full): a #HwTaskPage, or %NULL with an error
 */
gpointer
hw_sqlite_read_list (HwDb    *db,
                     guint64  seq,
                     gpointer query,
                     GError **error)
{
  return stamp (hw_task_lists_read (db, query, error), seq);
}

/**
 * hw_sqlite_read_task:
 * @db: a database, in the midst of a reading transaction
 * @seq: the number of the newest event that it has
 * @query: the number of a task, a #guint64
 * @error: return location for a #GError, or %NULL
 *
 * Reads one task.
 *
 * Returns: (transfer full): a #HwTask, or %NULL with an error
 */
gpointer
hw_sqlite_read_task (HwDb    *db,
                     guint64  seq,
                     gpointer query,
                     GError **error)
{
  const guint64 *task_id = query;

  return hw_task_lists_read_one (db, *task_id, error);
}

/**
 * hw_sqlite_read_events:
 * @db: a database, in the midst of a reading transaction
 * @seq: the number of the newest event that it has
 * @query: a #HwSqliteEventQuery
 * @error: return location for a #GError, or %NULL
 *
 * Reads a page of events.
 *
 * Returns: (transfer full): a #HwEventPage, or %NULL with an error
 */
gpointer
hw_sqlite_read_events (HwDb    *db,
                       guint64  seq,
                       gpointer query,
                       GError **error)
{
  const HwSqliteEventQuery *wanted = query;

  return hw_event_rows_read (db, wanted->epoch, &wanted->parent, seq, error);
}

/**
 * hw_sqlite_read_survey:
 * @db: a database, in the midst of a reading transaction
 * @seq: the number of the newest event that it has
 * @query: nothing
 * @error: return location for a #GError, or %NULL
 *
 * Reads how the database is, and looks at the disk under it.
 *
 * Returns: (transfer full): a #HwStoreSurvey, without what the writer knows, or %NULL with an
 *   error
 */
gpointer
hw_sqlite_read_survey (HwDb    *db,
                       guint64  seq,
                       gpointer query,
                       GError **error)
{
  g_autoptr(HwStoreSurvey) survey = hw_store_survey_new ();

  if (!hw_task_lists_read_survey (db, survey, error))
    return NULL;

  survey->head = seq;
  hw_db_get_sizes (db, &survey->n_database_bytes, &survey->n_log_bytes);
  hw_store_space_survey (db, survey);

  return g_steal_pointer (&survey);
}
