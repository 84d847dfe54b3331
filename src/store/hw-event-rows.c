/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-event-rows.h"

#include "hw-error.h"
#include "hw-fields-blob.h"
#include "hw-store-limits-private.h"

/* How events are written and read: a row each, which never changes. What a task has
 * and nobody may see is not among them: an event does not say it.
 */

#define COLUMNS "seq, task, kind, attempt, type, \"group\", owner, actor, at, changes, last_task"

/* Where the columns are. */
enum
{
  COLUMN_SEQ,
  COLUMN_TASK,
  COLUMN_KIND,
  COLUMN_ATTEMPT,
  COLUMN_TYPE,
  COLUMN_GROUP,
  COLUMN_OWNER,
  COLUMN_ACTOR,
  COLUMN_AT,
  COLUMN_CHANGES,
  COLUMN_LAST_TASK,
};

/* By far the most frequent: its key is short. */
static HwDbStatement *
prepare_insert (HwDb    *db,
                GError **error)
{
  static const char key[] = "add event";
  HwDbStatement *statement = hw_db_find (db, key);

  if (statement != NULL)
    return statement;

  return hw_db_prepare_as (db, key, "INSERT INTO events (" COLUMNS ")"
                           " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", error);
}

/**
 * hw_event_rows_insert:
 * @db: a connection, in a transaction
 * @event: a transition
 * @error: return location for an error
 *
 * Writes an event.
 *
 * Returns: whether that worked
 */
gboolean
hw_event_rows_insert (HwDb    *db,
                      HwEvent *event,
                      GError **error)
{
  g_autofree guint8 *changes = NULL;
  gsize size;
  g_autoptr(HwDbStatement) statement = NULL;

  g_return_val_if_fail (db != NULL, FALSE);
  g_return_val_if_fail (event != NULL, FALSE);

  statement = prepare_insert (db, error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1 + COLUMN_SEQ, hw_event_get_seq (event));
  hw_db_statement_bind_uint64 (statement, 1 + COLUMN_TASK, hw_event_get_task_id (event));
  hw_db_statement_bind_string (statement, 1 + COLUMN_KIND,
                               hw_event_kind_to_string (hw_event_get_kind (event)));
  hw_db_statement_bind_uint64 (statement, 1 + COLUMN_ATTEMPT, hw_event_get_attempt (event));
  hw_db_statement_bind_string (statement, 1 + COLUMN_TYPE, hw_event_get_task_type (event));
  hw_db_statement_bind_string (statement, 1 + COLUMN_GROUP, hw_event_get_group (event));
  hw_db_statement_bind_string (statement, 1 + COLUMN_OWNER, hw_event_get_owner (event));
  hw_db_statement_bind_string (statement, 1 + COLUMN_ACTOR, hw_event_get_actor (event));
  hw_db_statement_bind_uint64 (statement, 1 + COLUMN_AT, (guint64) hw_event_get_time (event));
  if (hw_event_get_fields (event) != NULL)
    {
      changes = hw_fields_blob_new (hw_event_get_fields (event), &size);
      hw_db_statement_bind_bytes (statement, 1 + COLUMN_CHANGES, changes, size);
    }
  if (hw_event_get_last_task_id (event) > hw_event_get_task_id (event))
    hw_db_statement_bind_uint64 (statement, 1 + COLUMN_LAST_TASK,
                                 hw_event_get_last_task_id (event));

  return hw_db_statement_run (statement, error);
}

/* Makes an event of a row. @size is what it takes, more or less. */
static HwEvent *
read_row (HwDbStatement *row,
          guint64        epoch,
          gsize         *size,
          GError       **error)
{
  const HwEventOrigin origin = {
    .epoch = epoch,
    .task_id = hw_db_statement_get_uint64 (row, COLUMN_TASK),
    .last_task_id = hw_db_statement_get_uint64 (row, COLUMN_LAST_TASK),
    .attempt = (guint) hw_db_statement_get_uint64 (row, COLUMN_ATTEMPT),
    .type = hw_db_statement_get_string (row, COLUMN_TYPE),
    .group = hw_db_statement_get_string (row, COLUMN_GROUP),
    .owner = hw_db_statement_get_string (row, COLUMN_OWNER),
    .actor = hw_db_statement_get_string (row, COLUMN_ACTOR),
    .at = (gint64) hw_db_statement_get_uint64 (row, COLUMN_AT),
  };
  guint64 seq = hw_db_statement_get_uint64 (row, COLUMN_SEQ);
  g_autoptr(GVariant) changes = NULL;
  HwEventKind kind;

  if (!hw_event_kind_from_string (hw_db_statement_get_string (row, COLUMN_KIND), &kind))
    {
      g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED,
                   "The database is damaged. Restore a backup (event %" G_GUINT64_FORMAT
                   " is of no known kind).", seq);
      return NULL;
    }

  if (!hw_db_statement_get_variant (row, COLUMN_CHANGES, G_VARIANT_TYPE_VARDICT, &changes, error))
    return NULL;

  *size = changes != NULL ? g_variant_get_size (changes) : 0;

  return hw_event_new (kind, &origin, seq,
                       changes != NULL ? hw_task_fields_new_from_variant (changes) : NULL);
}

/* Fills a page with the rows of @statement, of which there are so many at most. One that has
 * @enough bytes ends early.
 */
static gboolean
read_rows (HwDbStatement *statement,
           guint64        epoch,
           guint          limit,
           gsize          enough,
           HwEventPage   *page,
           GError       **error)
{
  gsize total = 0;

  while (TRUE)
    {
      gboolean has_row = FALSE;
      HwEvent *event;
      gsize size;

      if (!hw_db_statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row)
        return TRUE;

      event = read_row (statement, epoch, &size, error);
      if (event == NULL)
        return FALSE;

      g_ptr_array_add (page->events, event);
      total += size;
      if (page->events->len < limit && total < enough)
        continue;

      page->head = hw_event_get_seq (event);
      return TRUE;
    }
}

/**
 * hw_event_rows_read_added:
 * @db: a connection, in a transaction
 * @epoch: the database's number
 * @first_task: the first of some tasks that were added at once
 * @n_tasks: how many they are
 * @events: (element-type HwEvent): where to put the events
 * @error: return location for an error: %HW_ERROR_NOT_FOUND if one of them is gone
 *
 * Reads how tasks were added.
 *
 * Returns: whether that worked
 */
gboolean
hw_event_rows_read_added (HwDb      *db,
                          guint64    epoch,
                          guint64    first_task,
                          guint64    n_tasks,
                          GPtrArray *events,
                          GError   **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  guint64 n_found = 0;

  statement = hw_db_prepare (db,
                             "SELECT " COLUMNS " FROM events INDEXED BY events_by_task"
                             " WHERE task BETWEEN ? AND ? AND kind = 'added' ORDER BY task",
                             error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, first_task);
  hw_db_statement_bind_uint64 (statement, 2, first_task + n_tasks - 1);
  while (TRUE)
    {
      gboolean has_row = FALSE;
      HwEvent *event;
      gsize size;

      if (!hw_db_statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row)
        break;

      event = read_row (statement, epoch, &size, error);
      if (event == NULL)
        return FALSE;
      g_ptr_array_add (events, event);
      n_found++;
    }

  if (n_found == n_tasks)
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_NOT_FOUND,
               "This request was carried out before, and its tasks, from %" G_GUINT64_FORMAT
               " on, were removed since. Take a new key to add them again.", first_task);

  return FALSE;
}

/* Gets the number from which on all events are there. Those of a task that is there are
 * there from its beginning.
 */
static gboolean
read_oldest (HwDb    *db,
             guint64  task_id,
             guint64 *oldest,
             GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  statement = hw_db_prepare (db,
                             "SELECT CASE WHEN EXISTS (SELECT 1 FROM tasks WHERE id = ?)"
                             " THEN 1 WHEN last_event = 0 THEN 0 ELSE first_event END FROM meta", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, MIN (task_id, (guint64) G_MAXINT64));
  if (!hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  *oldest = has_row ? hw_db_statement_get_uint64 (statement, 0) : 0;

  return TRUE;
}

/**
 * hw_event_rows_read:
 * @db: a connection, in a transaction
 * @epoch: the database's number
 * @query: which ones
 * @head: the number of the newest event there is
 * @error: return location for an error
 *
 * Reads events in their order. A page has at least one event if there is any.
 *
 * Returns: (transfer full): the events, or %NULL
 */
HwEventPage *
hw_event_rows_read (HwDb               *db,
                    guint64             epoch,
                    const HwEventQuery *query,
                    guint64             head,
                    GError            **error)
{
  guint limit = MIN (query->limit, HW_STORE_MAX_EVENTS);
  gsize enough = query->n_bytes != 0 ? MIN (query->n_bytes, HW_STORE_MAX_PAGE_BYTES)
                                     : HW_STORE_MAX_PAGE_BYTES;
  g_autoptr(HwEventPage) page = hw_event_page_new ();
  g_autoptr(HwDbStatement) statement = NULL;

  g_return_val_if_fail (db != NULL, NULL);

  page->head = head;
  if (!read_oldest (db, query->task_id, &page->oldest, error))
    return NULL;

  statement = hw_db_prepare (db,
                             query->task_id != 0 ?
                             "SELECT " COLUMNS " FROM events WHERE seq > ? AND task = ?3"
                             " ORDER BY seq LIMIT ?2" :
                             "SELECT " COLUMNS " FROM events WHERE seq > ?"
                             " ORDER BY seq LIMIT ?2", error);
  if (statement == NULL)
    return NULL;

  /* Numbers are below 2⁵³; what a caller made up must not turn negative. */
  hw_db_statement_bind_uint64 (statement, 1, MIN (query->after, (guint64) G_MAXINT64));
  hw_db_statement_bind_uint64 (statement, 2, limit);
  if (query->task_id != 0)
    hw_db_statement_bind_uint64 (statement, 3, query->task_id);
  if (!read_rows (statement, epoch, limit, enough, page, error))
    return NULL;

  return g_steal_pointer (&page);
}
