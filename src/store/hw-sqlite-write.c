/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-sqlite-write.h"

#include "hw-event-rows.h"
#include "hw-key-rows.h"
#include "hw-retention-rows.h"
#include "hw-task-removal.h"
#include "hw-task-rows.h"
#include "hw-text-rows.h"

/* So many rows take as long as all else of a transaction does. */
#define MANY_CHANGES 32

/**
 * hw_sqlite_numbers_start:
 * @self: where to put the numbers
 * @db: a connection that may write, to a database with our schema
 * @error: return location for an error
 *
 * Reads the numbers, and counts this start.
 *
 * Returns: whether that worked
 */
gboolean
hw_sqlite_numbers_start (HwSqliteNumbers *self,
                         HwDb            *db,
                         GError         **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  statement = hw_db_prepare (db,
                             "UPDATE meta SET starts = starts + 1"
                             " RETURNING epoch, starts, last_task, last_event, last_indexed,"
                             " n_pending, n_processing, n_completed, n_failed,"
                             " ever_added, ever_completed, ever_failed, ever_canceled", error);
  if (statement == NULL || !hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  if (!has_row)
    {
      g_set_error_literal (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED,
                           "The database is damaged. Restore a backup (it has lost its numbers).");
      return FALSE;
    }

  self->epoch = hw_db_statement_get_uint64 (statement, 0);
  self->start = hw_db_statement_get_uint64 (statement, 1);
  self->last_task = hw_db_statement_get_uint64 (statement, 2);
  self->last_event = hw_db_statement_get_uint64 (statement, 3);
  self->last_indexed = hw_db_statement_get_uint64 (statement, 4);
  self->n_in_state[HW_TASK_STATE_PENDING] = hw_db_statement_get_uint64 (statement, 5);
  self->n_in_state[HW_TASK_STATE_PROCESSING] = hw_db_statement_get_uint64 (statement, 6);
  self->n_in_state[HW_TASK_STATE_COMPLETED] = hw_db_statement_get_uint64 (statement, 7);
  self->n_in_state[HW_TASK_STATE_FAILED] = hw_db_statement_get_uint64 (statement, 8);
  self->ever.n_added = hw_db_statement_get_uint64 (statement, 9);
  self->ever.n_completed = hw_db_statement_get_uint64 (statement, 10);
  self->ever.n_failed = hw_db_statement_get_uint64 (statement, 11);
  self->ever.n_canceled = hw_db_statement_get_uint64 (statement, 12);

  return hw_db_statement_run (statement, error);
}

/**
 * hw_sqlite_numbers_save:
 * @self: numbers
 * @db: a connection, in a transaction
 * @error: return location for an error
 *
 * Writes which numbers were given out.
 *
 * Returns: whether that worked
 */
gboolean
hw_sqlite_numbers_save (const HwSqliteNumbers *self,
                        HwDb                  *db,
                        GError               **error)
{
  g_autoptr(HwDbStatement) statement = NULL;

  statement = hw_db_prepare (db, "UPDATE meta SET last_task = ?, last_event = ?, last_indexed = ?,"
                             " n_pending = ?, n_processing = ?, n_completed = ?, n_failed = ?,"
                             " ever_added = ?, ever_completed = ?, ever_failed = ?,"
                             " ever_canceled = ?",
                             error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, self->last_task);
  hw_db_statement_bind_uint64 (statement, 2, self->last_event);
  hw_db_statement_bind_uint64 (statement, 3, self->last_indexed);
  hw_db_statement_bind_uint64 (statement, 4, self->n_in_state[HW_TASK_STATE_PENDING]);
  hw_db_statement_bind_uint64 (statement, 5, self->n_in_state[HW_TASK_STATE_PROCESSING]);
  hw_db_statement_bind_uint64 (statement, 6, self->n_in_state[HW_TASK_STATE_COMPLETED]);
  hw_db_statement_bind_uint64 (statement, 7, self->n_in_state[HW_TASK_STATE_FAILED]);
  hw_db_statement_bind_uint64 (statement, 8, self->ever.n_added);
  hw_db_statement_bind_uint64 (statement, 9, self->ever.n_completed);
  hw_db_statement_bind_uint64 (statement, 10, self->ever.n_failed);
  hw_db_statement_bind_uint64 (statement, 11, self->ever.n_canceled);

  return hw_db_statement_run (statement, error);
}

static HwSqliteWrite *
write_new (void)
{
  HwSqliteWrite *self = g_new0 (HwSqliteWrite, 1);

  self->events = hw_events_new ();

  return self;
}

/**
 * hw_sqlite_write_new_commit:
 * @changes: (element-type HwChange): what to change; copied
 *
 * Makes a request for changes.
 *
 * Returns: (transfer full): the request
 */
HwSqliteWrite *
hw_sqlite_write_new_commit (GPtrArray *changes)
{
  HwSqliteWrite *self = write_new ();

  self->changes = g_ptr_array_new_full (changes->len, (GDestroyNotify) hw_change_unref);
  g_ptr_array_extend (self->changes, changes, (GCopyFunc) hw_change_ref, NULL);

  return self;
}

/**
 * hw_sqlite_write_new_claim:
 * @task_ids: (element-type guint64): which tasks; copied
 * @node: for whom
 * @at: when, in microseconds since the Unix epoch
 *
 * Makes a request for tasks to begin.
 *
 * Returns: (transfer full): the request
 */
HwSqliteWrite *
hw_sqlite_write_new_claim (GArray     *task_ids,
                           const char *node,
                           gint64      at)
{
  HwSqliteWrite *self = write_new ();

  self->task_ids = g_array_copy (task_ids);
  self->node = g_strdup (node);
  self->at = at;

  return self;
}

/**
 * hw_sqlite_write_new_levels:
 * @levels: (element-type HwEvent): how far tasks are; copied
 *
 * Makes a request to write down how far tasks are.
 *
 * Returns: (transfer full): the request
 */
HwSqliteWrite *
hw_sqlite_write_new_levels (GPtrArray *levels)
{
  HwSqliteWrite *self = write_new ();

  self->levels = g_ptr_array_new_full (levels->len, (GDestroyNotify) hw_event_unref);
  g_ptr_array_extend (self->levels, levels, (GCopyFunc) hw_event_ref, NULL);

  return self;
}

/**
 * hw_sqlite_write_new_forget:
 * @limits: what is to be kept
 * @now: what time it is, in microseconds since the Unix epoch
 *
 * Makes a request for some of what is too old to go.
 *
 * Returns: (transfer full): the request
 */
HwSqliteWrite *
hw_sqlite_write_new_forget (const HwStoreLimits *limits,
                            gint64               now)
{
  HwSqliteWrite *self = write_new ();

  self->limits = g_memdup2 (limits, sizeof (*limits));
  self->at = now;

  return self;
}

/**
 * hw_sqlite_write_new_index:
 * @n_tasks: how many at most
 *
 * Makes a request for tasks to be found by their words.
 *
 * Returns: (transfer full): the request
 */
HwSqliteWrite *
hw_sqlite_write_new_index (guint n_tasks)
{
  HwSqliteWrite *self = write_new ();

  self->n_to_index = n_tasks;

  return self;
}

void
hw_sqlite_write_free (HwSqliteWrite *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->changes, g_ptr_array_unref);
  g_clear_pointer (&self->task_ids, g_array_unref);
  g_clear_pointer (&self->levels, g_ptr_array_unref);
  g_ptr_array_unref (self->events);
  g_clear_error (&self->error);
  g_free (self->limits);
  g_free (self->node);
  g_free (self);
}

/**
 * hw_sqlite_write_reset:
 * @self: a request
 *
 * Forgets the answer: what was written for it was undone.
 */
void
hw_sqlite_write_reset (HwSqliteWrite *self)
{
  g_ptr_array_set_size (self->events, 0);
  self->is_replay = FALSE;
  g_clear_error (&self->error);
}

/**
 * hw_sqlite_write_adds:
 * @self: a request
 *
 * Tells whether a task is to be added: then it can be refused when space is scarce, while
 * what is about tasks that are there should be written.
 *
 * Returns: %TRUE if there is a new task
 */
gboolean
hw_sqlite_write_adds (const HwSqliteWrite *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; self->changes != NULL && i < self->changes->len; i++)
    if (((const HwChange *) g_ptr_array_index (self->changes, i))->kind == HW_CHANGE_KIND_ADD)
      return TRUE;

  return FALSE;
}

/**
 * hw_sqlite_write_is_large:
 * @self: a request
 *
 * Tells whether the request is worth a transaction by itself: to wait for others would spare
 * little, and whoever writes would have nothing to do while they are made.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_sqlite_write_is_large (const HwSqliteWrite *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->changes != NULL && self->changes->len >= MANY_CHANGES;
}

/**
 * hw_sqlite_write_may_stop:
 * @self: a request
 *
 * Tells whether one of its changes can be refused when another was written. What is to be
 * added is looked at first, and nothing stands in its way.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_sqlite_write_may_stop (const HwSqliteWrite *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  if (self->changes == NULL || self->changes->len == 1)
    return FALSE;

  for (guint i = 0; i < self->changes->len; i++)
    if (((const HwChange *) g_ptr_array_index (self->changes, i))->kind != HW_CHANGE_KIND_ADD)
      return TRUE;

  return FALSE;
}

/* Counts what an event of one task makes of the numbers in each state. */
static void
count_states (HwSqliteNumbers *numbers,
              HwEvent         *event,
              HwTaskState      from,
              HwTaskState      to)
{
  if (hw_event_get_kind (event) != HW_EVENT_KIND_ADDED &&
      hw_event_get_kind (event) != HW_EVENT_KIND_STATE)
    return;

  if (hw_event_get_kind (event) == HW_EVENT_KIND_STATE)
    numbers->n_in_state[from]--;
  numbers->n_in_state[to]++;
  hw_ever_counts_take (&numbers->ever, event);
}

/* Writes an event and takes it as the newest. */
static gboolean
hw_sqlite_write_take_event (HwSqliteWrite   *self,
                            HwDb            *db,
                            HwSqliteNumbers *numbers,
                            HwEvent         *event,
                            HwTaskState      from,
                            HwTaskState      to)
{
  count_states (numbers, event, from, to);
  g_ptr_array_add (self->events, event);
  numbers->last_event = hw_event_get_seq (event);
  if (hw_event_get_kind (event) == HW_EVENT_KIND_ADDED)
    numbers->last_task = hw_event_get_task_id (event);

  return hw_event_rows_insert (db, event, &self->error);
}

/* Whether a change of state makes another text of a task that is in the index: only one
 * that has failed has an error.
 */
static gboolean
changes_texts (const HwChange        *change,
               const HwSqliteNumbers *numbers)
{
  return change->kind == HW_CHANGE_KIND_STATE && change->task_id <= numbers->last_indexed &&
         (change->from == HW_TASK_STATE_FAILED ||
          hw_task_fields_has (change->fields, HW_TASK_FIELD_ERROR));
}

/* Changes a task, and what it is found by. */
static HwEvent *
update_task (HwDb            *db,
             HwSqliteNumbers *numbers,
             const HwChange  *change,
             HwTaskState     *to,
             GError         **error)
{
  g_autoptr(HwTaskTexts) texts = NULL;
  g_autoptr(HwEvent) event = NULL;

  if (changes_texts (change, numbers) &&
      !hw_text_rows_read (db, change->task_id, &texts, error))
    return NULL;

  event = hw_task_rows_update (db, numbers->epoch, numbers->last_event + 1, change, to, error);
  if (event != NULL && texts != NULL &&
      !hw_text_rows_replace (db, change->task_id, texts, error))
    return NULL;

  return g_steal_pointer (&event);
}

/* Carries out one change of several. @to is the state that the task has then, unless it is
 * removed.
 */
static HwEvent *
carry_out (HwDb            *db,
           HwSqliteNumbers *numbers,
           const HwChange  *change,
           HwTaskState     *to,
           GError         **error)
{
  switch (change->kind)
    {
    case HW_CHANGE_KIND_ADD:
      return hw_task_rows_insert (db, numbers->epoch, numbers->last_event + 1,
                                  numbers->last_task + 1, change, to, error);
    case HW_CHANGE_KIND_REMOVE:
      return hw_task_removal_carry_out (db, numbers, change, error);
    case HW_CHANGE_KIND_STATE:
    case HW_CHANGE_KIND_MESSAGE:
    default:
      return update_task (db, numbers, change, to, error);
    }
}

/* Begins a task. One that is not Pending any more is somebody else's. */
static gboolean
hw_sqlite_write_claim_task (HwSqliteWrite   *self,
                            HwDb            *db,
                            HwSqliteNumbers *numbers,
                            guint64          task_id)
{
  HwEvent *event = hw_task_rows_claim (db, numbers->epoch, numbers->last_event + 1, task_id,
                                       self->node, self->at, &self->error);

  if (event == NULL)
    return self->error == NULL;

  return hw_sqlite_write_take_event (self, db, numbers, event, HW_TASK_STATE_PENDING,
                                     HW_TASK_STATE_PROCESSING);
}

/* Takes note that a new task was claimed as it was added. */
static gboolean
hw_sqlite_write_take_claim (HwSqliteWrite   *self,
                            HwDb            *db,
                            HwSqliteNumbers *numbers,
                            const HwChange  *change)
{
  HwEvent *event = hw_task_rows_tell_claim (numbers->epoch, numbers->last_event + 1,
                                            numbers->last_task, change);

  return hw_sqlite_write_take_event (self, db, numbers, event, HW_TASK_STATE_PENDING,
                                     HW_TASK_STATE_PROCESSING);
}

static gboolean
hw_sqlite_write_change (HwSqliteWrite   *self,
                        HwDb            *db,
                        HwSqliteNumbers *numbers)
{
  for (guint i = 0; i < self->changes->len; i++)
    {
      const HwChange *change = g_ptr_array_index (self->changes, i);
      HwTaskState to = change->from;
      HwEvent *event = carry_out (db, numbers, change, &to, &self->error);

      if (event == NULL ||
          !hw_sqlite_write_take_event (self, db, numbers, event, change->from, to))
        return FALSE;

      if (change->node != NULL && to == HW_TASK_STATE_PENDING &&
          !hw_sqlite_write_take_claim (self, db, numbers, change))
        return FALSE;
    }

  return TRUE;
}

/* Carries out changes, unless the same was done before: then its events are the answer. */
static gboolean
hw_sqlite_write_commit (HwSqliteWrite   *self,
                        HwDb            *db,
                        HwSqliteNumbers *numbers)
{
  const HwChange *first = g_ptr_array_index (self->changes, 0);
  HwKeyedTasks tasks;

  if (first->key == NULL)
    return hw_sqlite_write_change (self, db, numbers);

  if (!hw_key_rows_find (db, first, &tasks, &self->error))
    return FALSE;

  self->is_replay = tasks.n_tasks > 0;
  if (self->is_replay)
    return hw_event_rows_read_added (db, numbers->epoch, tasks.first_task, tasks.n_tasks,
                                     self->events, &self->error);

  tasks = (HwKeyedTasks) { numbers->last_task + 1, self->changes->len };

  return hw_sqlite_write_change (self, db, numbers) &&
         hw_key_rows_insert (db, first, &tasks, &self->error);
}

static gboolean
hw_sqlite_write_claim (HwSqliteWrite   *self,
                       HwDb            *db,
                       HwSqliteNumbers *numbers)
{
  for (guint i = 0; i < self->task_ids->len; i++)
    if (!hw_sqlite_write_claim_task (self, db, numbers, g_array_index (self->task_ids, guint64, i)))
      return FALSE;

  return TRUE;
}

/* Levels of tasks that have ended meanwhile leave nothing to commit. */
static gboolean
hw_sqlite_write_keep_levels (HwSqliteWrite   *self,
                             HwDb            *db,
                             HwSqliteNumbers *numbers)
{
  guint64 before = hw_db_get_n_changes (db);

  for (guint i = 0; i < self->levels->len; i++)
    if (!hw_task_rows_keep_level (db, g_ptr_array_index (self->levels, i), &self->error))
      return FALSE;

  numbers->n_silent += hw_db_get_n_changes (db) > before ? 1 : 0;

  return TRUE;
}

static gboolean
hw_sqlite_write_index (HwSqliteWrite   *self,
                       HwDb            *db,
                       HwSqliteNumbers *numbers)
{
  guint64 before = numbers->last_indexed;

  if (!hw_text_rows_catch_up (db, &numbers->last_indexed, numbers->last_task, self->n_to_index,
                              &self->error))
    return FALSE;

  self->last_indexed = numbers->last_indexed;
  numbers->n_silent += numbers->last_indexed > before ? 1 : 0;

  return TRUE;
}

/**
 * hw_sqlite_write_carry_out:
 * @self: a request
 * @db: a connection, in a transaction
 * @numbers: the numbers; those that were given out are noted there
 *
 * Does what is asked for. On failure some of it may have been written, and some
 * numbers may have been taken.
 *
 * Returns: %TRUE if it was done, %FALSE if there is an error
 */
gboolean
hw_sqlite_write_carry_out (HwSqliteWrite   *self,
                           HwDb            *db,
                           HwSqliteNumbers *numbers)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->changes != NULL)
    return hw_sqlite_write_commit (self, db, numbers);

  if (self->levels != NULL)
    return hw_sqlite_write_keep_levels (self, db, numbers);

  if (self->n_to_index > 0)
    return hw_sqlite_write_index (self, db, numbers);

  if (self->limits != NULL)
    {
      numbers->n_silent++;
      return hw_retention_rows_forget (db, self->limits, self->at, numbers->last_event,
                                       &self->has_more, &self->error);
    }

  return hw_sqlite_write_claim (self, db, numbers);
}
