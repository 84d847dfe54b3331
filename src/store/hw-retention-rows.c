/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-retention-rows.h"

#include "hw-key-rows.h"
#include "hw-store-limits-private.h"

/* What has been kept for long enough: which tasks have, found by those who read; and
 * events and keys, of which nobody needs to hear.
 */

/* Events and keys that go in one transaction: a few milliseconds. */
#define ROWS_PER_STEP 1000

#define COLUMNS "id, type, \"group\", owner, state, ended_at, created_at"

/* Where the columns are. */
enum
{
  COLUMN_ID,
  COLUMN_TYPE,
  COLUMN_GROUP,
  COLUMN_OWNER,
  COLUMN_STATE,
  COLUMN_ENDED_AT,
  COLUMN_CREATED_AT,
};

static gboolean
has_ended (HwDbStatement *row)
{
  HwTaskState state;

  return hw_task_state_from_string (hw_db_statement_get_string (row, COLUMN_STATE), &state) &&
         hw_task_state_is_final (state);
}

static void
set_text (HwTaskFields  *fields,
          HwTaskField    field,
          HwDbStatement *row,
          int            column)
{
  const char *text = hw_db_statement_get_string (row, column);

  if (text != NULL && g_utf8_validate (text, -1, NULL))
    hw_task_fields_set_string (fields, field, text);
}

/* As much of a task as its removal is about. */
static void
take_row (GPtrArray     *tasks,
          HwDbStatement *row)
{
  HwTaskFields *fields = hw_task_fields_new ();

  set_text (fields, HW_TASK_FIELD_TYPE, row, COLUMN_TYPE);
  set_text (fields, HW_TASK_FIELD_GROUP, row, COLUMN_GROUP);
  set_text (fields, HW_TASK_FIELD_OWNER, row, COLUMN_OWNER);
  set_text (fields, HW_TASK_FIELD_STATE, row, COLUMN_STATE);
  g_ptr_array_add (tasks, hw_task_new (hw_db_statement_get_uint64 (row, COLUMN_ID), 0, fields));
}

/* Takes those that ended too long ago. What was added after that cannot have, so that the
 * tasks that stay are not looked at.
 */
static gboolean
take_aged (HwDb      *db,
           gint64     until,
           GPtrArray *tasks,
           GError   **error)
{
  g_autoptr(HwDbStatement) statement =
    hw_db_prepare (db, "SELECT " COLUMNS " FROM tasks NOT INDEXED ORDER BY id", error);

  if (statement == NULL)
    return FALSE;

  while (tasks->len < HW_STORE_MAX_TASKS)
    {
      gboolean has_row = FALSE;

      if (!hw_db_statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row || (gint64) hw_db_statement_get_uint64 (statement, COLUMN_CREATED_AT) > until)
        break;

      if (has_ended (statement) &&
          (gint64) hw_db_statement_get_uint64 (statement, COLUMN_ENDED_AT) <= until)
        take_row (tasks, statement);
    }

  return TRUE;
}

/* Finds the oldest of the newest tasks of a type that stay, or 0 if there are no more
 * than that.
 */
static gboolean
find_oldest_kept (HwDb       *db,
                  const char *type,
                  guint64     n_kept,
                  guint64    *oldest,
                  GError    **error)
{
  g_autoptr(HwDbStatement) statement = NULL;

  *oldest = 0;
  statement = hw_db_prepare (db,
                             "SELECT " COLUMNS " FROM tasks INDEXED BY tasks_by_type"
                             " WHERE type = ? ORDER BY id DESC", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_string (statement, 1, type);
  while (n_kept > 0)
    {
      gboolean has_row = FALSE;

      if (!hw_db_statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row)
        return TRUE;

      if (has_ended (statement))
        n_kept--;
      if (n_kept == 0)
        *oldest = hw_db_statement_get_uint64 (statement, COLUMN_ID);
    }

  return TRUE;
}

static gboolean
take_surplus_of_type (HwDb       *db,
                      const char *type,
                      guint64     n_kept,
                      GPtrArray  *tasks,
                      GError    **error)
{
  guint limit = tasks->len + HW_STORE_MAX_TASKS;
  g_autoptr(HwDbStatement) statement = NULL;
  guint64 oldest_kept;

  if (!find_oldest_kept (db, type, n_kept, &oldest_kept, error))
    return FALSE;
  if (oldest_kept == 0)
    return TRUE;

  statement = hw_db_prepare (db,
                             "SELECT " COLUMNS " FROM tasks INDEXED BY tasks_by_type"
                             " WHERE type = ? AND id < ? ORDER BY id", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_string (statement, 1, type);
  hw_db_statement_bind_uint64 (statement, 2, oldest_kept);
  while (tasks->len < limit)
    {
      gboolean has_row = FALSE;

      if (!hw_db_statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row)
        break;

      if (has_ended (statement))
        take_row (tasks, statement);
    }

  return TRUE;
}

/* Gets the type that comes after another, or NULL. */
static gboolean
find_next_type (HwDb    *db,
                char   **type,
                GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  statement = hw_db_prepare (db, "SELECT min(type) FROM tasks INDEXED BY tasks_by_type"
                             " WHERE type > ?", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_string (statement, 1, *type);
  if (!hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  g_free (*type);
  *type = has_row ? g_strdup (hw_db_statement_get_string (statement, 0)) : NULL;

  return TRUE;
}

/* Takes those of which their type has too many newer ones. */
static gboolean
take_surplus (HwDb      *db,
              guint64    n_kept,
              GPtrArray *tasks,
              GError   **error)
{
  g_autofree char *type = g_strdup ("");

  while (find_next_type (db, &type, error))
    {
      if (type == NULL)
        return TRUE;
      if (!take_surplus_of_type (db, type, n_kept, tasks, error))
        return FALSE;
    }

  return FALSE;
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  guint64 first = hw_task_get_id (*(HwTask **) a);
  guint64 second = hw_task_get_id (*(HwTask **) b);

  return first < second ? -1 : first > second;
}

/* In the order of their numbers, each once, and no more than a page has. */
static void
make_page (GPtrArray  *tasks,
           HwTaskPage *page)
{
  guint64 last = 0;

  g_ptr_array_sort (tasks, compare_ids);
  for (guint i = 0; i < tasks->len; i++)
    {
      HwTask *task = g_ptr_array_index (tasks, i);

      if (hw_task_get_id (task) == last)
        continue;

      if (page->tasks->len == HW_STORE_MAX_TASKS)
        {
          page->next = last;
          return;
        }

      g_ptr_array_add (page->tasks, g_object_ref (task));
      last = hw_task_get_id (task);
    }

  /* What was found by age may have ended early. */
  if (page->tasks->len == HW_STORE_MAX_TASKS)
    page->next = last;
}

/**
 * hw_retention_rows_list:
 * @db: a connection, in a transaction
 * @limits: what is to be kept
 * @now: what time it is, in microseconds since the Unix epoch
 * @error: return location for an error
 *
 * Finds tasks that may go, the oldest first.
 *
 * Returns: (transfer full): a page of tasks of which only the number, the type, the
 *   group, the owner and the state are known, or %NULL; a `next` says that there are more
 */
HwTaskPage *
hw_retention_rows_list (HwDb                *db,
                        const HwStoreLimits *limits,
                        gint64               now,
                        GError             **error)
{
  g_autoptr(HwTaskPage) page = hw_task_page_new ();
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_val_if_fail (db != NULL, NULL);

  if (limits->max_age > 0 && !take_aged (db, now - limits->max_age, tasks, error))
    return NULL;
  if (limits->max_tasks > 0 && !take_surplus (db, limits->max_tasks, tasks, error))
    return NULL;

  make_page (tasks, page);

  return g_steal_pointer (&page);
}

/* Finds the number from which on events stay, not more than a step from @first. */
static gboolean
find_first_kept (HwDb                *db,
                 const HwStoreLimits *limits,
                 gint64               now,
                 guint64              head,
                 guint64              first,
                 guint64             *first_kept,
                 GError             **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  guint64 surplus_end = limits->max_events > 0 && head > limits->max_events
                      ? head - limits->max_events : 0;

  *first_kept = first;
  statement = hw_db_prepare (db, "SELECT seq, at FROM events WHERE seq >= ? ORDER BY seq LIMIT ?",
                             error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, first);
  hw_db_statement_bind_uint64 (statement, 2, ROWS_PER_STEP);
  while (TRUE)
    {
      gboolean has_row = FALSE;
      guint64 seq;
      gint64 at;

      if (!hw_db_statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row)
        return TRUE;

      seq = hw_db_statement_get_uint64 (statement, 0);
      at = (gint64) hw_db_statement_get_uint64 (statement, 1);
      if (seq > surplus_end && (limits->max_age == 0 || at > now - limits->max_age))
        return TRUE;

      *first_kept = seq + 1;
    }
}

/* Deletes events of tasks that are gone, and notes from which number on all are there. */
static gboolean
delete_events (HwDb    *db,
               guint64  first,
               guint64  first_kept,
               GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  g_autoptr(HwDbStatement) note = NULL;

  statement = hw_db_prepare (db,
                             "DELETE FROM events WHERE seq >= ? AND seq < ? AND NOT EXISTS"
                             " (SELECT 1 FROM tasks WHERE tasks.id = events.task)", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, first);
  hw_db_statement_bind_uint64 (statement, 2, first_kept);
  if (!hw_db_statement_run (statement, error))
    return FALSE;

  note = hw_db_prepare (db, "UPDATE meta SET first_event = ?", error);
  if (note == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (note, 1, first_kept);

  return hw_db_statement_run (note, error);
}

/**
 * hw_retention_rows_forget:
 * @db: a connection, in a transaction
 * @limits: what is to be kept
 * @now: what time it is, in microseconds since the Unix epoch
 * @head: the number of the newest event
 * @has_more: (out): whether there is more to do
 * @error: return location for an error
 *
 * Removes some of the events that are too old, but for those of tasks that are there,
 * and of the keys that have expired.
 *
 * Returns: whether that worked
 */
gboolean
hw_retention_rows_forget (HwDb                *db,
                          const HwStoreLimits *limits,
                          gint64               now,
                          guint64              head,
                          gboolean            *has_more,
                          GError             **error)
{
  guint64 first;
  guint64 first_kept;
  guint n_keys;

  g_return_val_if_fail (db != NULL, FALSE);

  if (!hw_key_rows_expire (db, now, ROWS_PER_STEP, &n_keys, error) ||
      !hw_db_get_number (db, "SELECT first_event FROM meta", &first, error) ||
      !find_first_kept (db, limits, now, head, first, &first_kept, error) ||
      (first_kept > first && !delete_events (db, first, first_kept, error)))
    return FALSE;

  *has_more = n_keys == ROWS_PER_STEP || first_kept > first;

  return TRUE;
}
