/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-removal.h"

#include "hw-error.h"
#include "hw-text-rows.h"

/* How tasks go: they, and those of their events that nobody can ask for but by them. */

/* Finds what all the tasks have in common. Returns FALSE without an error if there is
 * none of them, or they are not as they must be.
 */
static gboolean
find_origin (HwDbStatement  *statement,
             const HwChange *change,
             HwEventOrigin  *origin,
             GError        **error)
{
  gboolean has_row = FALSE;

  hw_db_statement_bind_uint64 (statement, 1, change->task_id);
  hw_db_statement_bind_uint64 (statement, 2, change->last_task_id);
  if (!hw_db_statement_step (statement, &has_row, error) || !has_row)
    return FALSE;

  origin->type = hw_db_statement_get_string (statement, 0);
  origin->group = hw_db_statement_get_string (statement, 1);
  origin->owner = hw_db_statement_get_string (statement, 2);
  origin->attempt = (guint) hw_db_statement_get_uint64 (statement, 3);

  return hw_db_statement_get_uint64 (statement, 4) == 1;
}

/* Deletes by numbers from and to. */
static gboolean
delete_range (HwDb           *db,
              const char     *sql,
              const HwChange *change,
              GError        **error)
{
  g_autoptr(HwDbStatement) statement = hw_db_prepare (db, sql, error);

  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, change->task_id);
  hw_db_statement_bind_uint64 (statement, 2, change->last_task_id);

  return hw_db_statement_run (statement, error);
}

/**
 * hw_task_removal_carry_out:
 * @db: a connection, in a transaction
 * @numbers: the numbers; the tasks are counted no more
 * @change: a removal
 * @error: return location for an error: %HW_ERROR_CONFLICT if the tasks are not as
 *   @change needs them
 *
 * Removes tasks.
 *
 * Returns: (transfer full): the event that tells of all of them, or %NULL; then nothing
 *   was written, but for failures of the database itself
 */
HwEvent *
hw_task_removal_carry_out (HwDb            *db,
                           HwSqliteNumbers *numbers,
                           const HwChange  *change,
                           GError         **error)
{
  HwEventOrigin origin = { .epoch = numbers->epoch, .task_id = change->task_id,
                           .last_task_id = change->last_task_id, .actor = change->actor,
                           .at = change->at };
  g_autoptr(HwDbStatement) statement = NULL;
  g_autoptr(HwEvent) event = NULL;
  g_autoptr(GError) local_error = NULL;

  g_return_val_if_fail (db != NULL, NULL);

  /* Which row the columns without max () and min () come from makes no difference, as all
   * are alike, or it is refused.
   */
  statement = hw_db_prepare (db,
                             "SELECT type, \"group\", owner, max(attempt),"
                             " min(state IN ('Completed', 'Failed'))"
                             " AND min(type) IS max(type) AND min(\"group\") IS max(\"group\")"
                             " AND min(owner) IS max(owner),"
                             " count(*) FILTER (WHERE state = 'Completed'),"
                             " count(*) FILTER (WHERE state = 'Failed')"
                             " FROM tasks WHERE id BETWEEN ? AND ?", error);
  if (statement == NULL)
    return NULL;

  if (!find_origin (statement, change, &origin, &local_error))
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      else
        g_set_error (error, HW_ERROR, HW_ERROR_CONFLICT,
                     "Task %" G_GUINT64_FORMAT " changed meanwhile. Look at it again.",
                     change->task_id);
      return NULL;
    }

  numbers->n_in_state[HW_TASK_STATE_COMPLETED] -= hw_db_statement_get_uint64 (statement, 5);
  numbers->n_in_state[HW_TASK_STATE_FAILED] -= hw_db_statement_get_uint64 (statement, 6);
  event = hw_event_new (HW_EVENT_KIND_REMOVED, &origin, numbers->last_event + 1, NULL);
  if (change->task_id <= numbers->last_indexed &&
      !hw_text_rows_delete (db, change->task_id, MIN (change->last_task_id, numbers->last_indexed),
                            error))
    return NULL;

  if (!delete_range (db, "DELETE FROM tasks WHERE id BETWEEN ? AND ?", change, error) ||
      !delete_range (db,
                     "DELETE FROM events INDEXED BY events_by_task WHERE task BETWEEN ? AND ?"
                     " AND seq < (SELECT first_event FROM meta)", change, error))
    return NULL;

  return g_steal_pointer (&event);
}
