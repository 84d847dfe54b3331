/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-rows.h"

#include "hw-error.h"

/* How tasks are written: a row each, with a column for each field that is stored. */

/* Gets the state that a change sets. */
static gboolean
get_state (const HwChange *change,
           HwTaskState    *state,
           GError        **error)
{
  if (hw_task_fields_get_state (change->fields, state))
    return TRUE;

  g_set_error_literal (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                       "A new task and a change of state must name one of the four states.");

  return FALSE;
}

/* Gets the set of fields that have a value and a column. */
static guint64
get_columns (const HwTaskFields *fields)
{
  return hw_task_fields_get_set (fields) & ~HW_TASK_FIELDS_UNSTORED;
}

/* Binds a field; one that is not set is null, or 0 if it has to be a number. */
static void
bind_field (HwDbStatement      *statement,
            int                 index,
            const HwTaskFields *fields,
            HwTaskField         field)
{
  GVariantClass value_class = hw_task_field_get_class (field);

  if (!hw_task_fields_has (fields, field) && field != HW_TASK_FIELD_ATTEMPT)
    return;

  if (value_class == G_VARIANT_CLASS_STRING)
    hw_db_statement_bind_string (statement, index, hw_task_fields_get_string (fields, field));
  else if (value_class == G_VARIANT_CLASS_DOUBLE)
    hw_db_statement_bind_double (statement, index, hw_task_fields_get_real (fields, field));
  else if (value_class == G_VARIANT_CLASS_ARRAY)
    hw_db_statement_bind_container (statement, index,
                                    hw_task_fields_get_dictionary (fields, field));
  else
    hw_db_statement_bind_uint64 (statement, index,
                                 (guint64) hw_task_fields_get_number (fields, field));
}

static void
append_column (GString    *sql,
               const char *before,
               HwTaskField field,
               const char *after)
{
  g_string_append (sql, before);
  g_string_append (sql, hw_task_field_get_name (field));
  g_string_append (sql, after);
}

/* What keeps a statement whose text depends on a set: six bits of it a letter. */
typedef struct
{
  char text[16];
} StatementKey;

static StatementKey
make_key (char    what,
          guint64 set)
{
  StatementKey key = { { what } };

  for (guint i = 1; set != 0; set >>= 6)
    key.text[i++] = (char) ('0' + (set & 63));

  return key;
}

/* An insert's text depends on which fields the task has: most new tasks have half of them, and
 * to bind the rest to null takes time as well.
 */
static HwDbStatement *
prepare_insert (HwDb    *db,
                guint64  columns,
                GError **error)
{
  const StatementKey key = make_key ('+', columns);
  HwDbStatement *statement = hw_db_find (db, key.text);
  g_autoptr(GString) sql = NULL;
  g_autoptr(GString) values = NULL;

  if (statement != NULL)
    return statement;

  sql = g_string_new ("INSERT INTO tasks (id, seq, node");
  values = g_string_new (") VALUES (?, ?, ?");
  for (guint64 left = columns; left != 0;)
    {
      append_column (sql, ", \"", hw_task_field_take_first (&left), "\"");
      g_string_append (values, ", ?");
    }
  g_string_append (sql, values->str);
  g_string_append_c (sql, ')');

  return hw_db_prepare_as (db, key.text, sql->str, error);
}

/* What a claim sets. */
static HwTaskFields *
make_claim (guint  attempt,
            gint64 at)
{
  HwTaskFields *fields = hw_task_fields_new ();

  hw_task_fields_set_state (fields, HW_TASK_STATE_PROCESSING);
  hw_task_fields_set_number (fields, HW_TASK_FIELD_ATTEMPT, attempt);
  hw_task_fields_set_number (fields, HW_TASK_FIELD_STARTED_AT, at);

  return fields;
}

static guint
get_next_attempt (const HwChange *change)
{
  return (guint) hw_task_fields_get_number (change->fields, HW_TASK_FIELD_ATTEMPT) + 1;
}

/* Returns (transfer full): the fields of a new task that is claimed as it is added. */
static HwTaskFields *
add_claim (const HwChange *change)
{
  HwTaskFields *fields = hw_task_fields_copy (change->fields);
  g_autoptr(HwTaskFields) claim = make_claim (get_next_attempt (change), change->at);

  hw_task_fields_update (fields, claim);

  return fields;
}

/**
 * hw_task_rows_insert:
 * @db: a connection, in a transaction
 * @epoch: the database's number
 * @seq: the number that the change's event gets
 * @task_id: the number that the task gets
 * @change: a change that adds a task
 * @state: (out): the state that it has then, before it is claimed
 * @error: return location for an error: %HW_ERROR_INVALID_REQUEST if it has no state
 *
 * Writes a new task, and that it was claimed if @change says so: of that
 * hw_task_rows_tell_claim() makes the event, with the next number.
 *
 * Returns: (transfer full): the event that tells of it, or %NULL; then nothing was
 *   written, but for failures of the database itself
 */
HwEvent *
hw_task_rows_insert (HwDb           *db,
                     guint64         epoch,
                     guint64         seq,
                     guint64         task_id,
                     const HwChange *change,
                     HwTaskState    *state,
                     GError        **error)
{
  HwEventOrigin origin = { .epoch = epoch, .task_id = task_id,
                           .actor = change->actor, .at = change->at };
  g_autoptr(HwTaskFields) claimed = NULL;
  const HwTaskFields *fields = change->fields;
  g_autoptr(HwDbStatement) statement = NULL;
  guint64 columns;
  int index = 1;

  g_return_val_if_fail (db != NULL, NULL);

  if (!get_state (change, state, error))
    return NULL;

  if (change->node != NULL && *state == HW_TASK_STATE_PENDING)
    fields = claimed = add_claim (change);

  columns = get_columns (fields) | HW_TASK_FIELD_BIT (HW_TASK_FIELD_ATTEMPT);
  statement = prepare_insert (db, columns, error);
  if (statement == NULL)
    return NULL;

  hw_db_statement_bind_uint64 (statement, index++, task_id);
  hw_db_statement_bind_uint64 (statement, index++, claimed != NULL ? seq + 1 : seq);
  hw_db_statement_bind_string (statement, index++, claimed != NULL ? change->node : NULL);
  while (columns != 0)
    bind_field (statement, index++, fields, hw_task_field_take_first (&columns));
  if (!hw_db_statement_run (statement, error))
    return NULL;

  origin.type = hw_task_fields_get_string (change->fields, HW_TASK_FIELD_TYPE);
  origin.group = hw_task_fields_get_string (change->fields, HW_TASK_FIELD_GROUP);
  origin.owner = hw_task_fields_get_string (change->fields, HW_TASK_FIELD_OWNER);

  return hw_event_new (HW_EVENT_KIND_ADDED, &origin, seq, hw_task_fields_ref (change->fields));
}

/**
 * hw_task_rows_tell_claim:
 * @epoch: the database's number
 * @seq: the number that the claim's event gets
 * @task_id: the task's number
 * @change: a change that added the task, and claimed it
 *
 * Makes the event of a claim that hw_task_rows_insert() has written.
 *
 * Returns: (transfer full): the event
 */
HwEvent *
hw_task_rows_tell_claim (guint64         epoch,
                         guint64         seq,
                         guint64         task_id,
                         const HwChange *change)
{
  const HwEventOrigin origin = {
    .epoch = epoch,
    .task_id = task_id,
    .attempt = get_next_attempt (change),
    .type = hw_task_fields_get_string (change->fields, HW_TASK_FIELD_TYPE),
    .group = hw_task_fields_get_string (change->fields, HW_TASK_FIELD_GROUP),
    .owner = hw_task_fields_get_string (change->fields, HW_TASK_FIELD_OWNER),
    .actor = change->node,
    .at = change->at,
  };

  return hw_event_new (HW_EVENT_KIND_STATE, &origin, seq, make_claim (origin.attempt, origin.at));
}

/* A task that is Pending again is nobody's, and its last attempt says nothing more
 * of it: hw_task_apply () does the same.
 */
static char *
build_update (const HwTaskFields *fields,
              gboolean            is_pending)
{
  GString *sql = g_string_new ("UPDATE tasks SET seq = ?");

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      HwTaskField field = (HwTaskField) i;

      if ((get_columns (fields) & HW_TASK_FIELD_BIT (field)) != 0)
        append_column (sql, ", \"", field, "\" = ?");
      else if (is_pending && hw_task_field_is_stored (field) &&
               hw_task_field_is_of_attempt (field))
        append_column (sql, ", \"", field, "\" = NULL");
    }

  if (is_pending)
    g_string_append (sql, ", node = NULL");
  g_string_append (sql, " WHERE id = ?");

  return g_string_free (sql, FALSE);
}

/* An update's text depends on which fields it sets, and on one thing more. */
static HwDbStatement *
prepare_update (HwDb               *db,
                const HwTaskFields *fields,
                gboolean            is_pending,
                GError            **error)
{
  const StatementKey key = make_key ('=', get_columns (fields) << 1 | (is_pending ? 1 : 0));
  HwDbStatement *statement = hw_db_find (db, key.text);
  g_autofree char *sql = NULL;

  G_STATIC_ASSERT (HW_N_TASK_FIELDS + 1 <= 64);

  if (statement != NULL)
    return statement;

  sql = build_update (fields, is_pending);

  return hw_db_prepare_as (db, key.text, sql, error);
}

static gboolean
run_update (HwDb           *db,
            guint64         seq,
            const HwChange *change,
            gboolean        is_pending,
            GError        **error)
{
  g_autoptr(HwDbStatement) statement = prepare_update (db, change->fields, is_pending, error);
  int index = 1;

  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, index++, seq);
  for (guint64 left = get_columns (change->fields); left != 0;)
    bind_field (statement, index++, change->fields, hw_task_field_take_first (&left));
  hw_db_statement_bind_uint64 (statement, index++, change->task_id);

  return hw_db_statement_run (statement, error);
}

/* Makes the event of an update that is about to be made, if the task is as it has to be; NULL
 * without an error means that it is not. @fields is (nullable): a claim knows what it changes
 * only now. UPDATE … RETURNING would give back as much, but makes a table for it each time,
 * which takes longer than the update.
 */
static HwEvent *
foretell_update (HwDb          *db,
                 HwEventKind    kind,
                 HwEventOrigin *origin,
                 guint64        seq,
                 HwTaskState    from,
                 HwTaskFields  *fields,
                 GError       **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  statement = hw_db_prepare (db, "SELECT type, \"group\", owner, attempt FROM tasks"
                             " WHERE id = ? AND state = ?", error);
  if (statement == NULL)
    return NULL;

  hw_db_statement_bind_uint64 (statement, 1, origin->task_id);
  hw_db_statement_bind_string (statement, 2, hw_task_state_to_string (from));
  if (!hw_db_statement_step (statement, &has_row, error) || !has_row)
    return NULL;

  if (origin->attempt != HW_CHANGE_ANY_ATTEMPT &&
      origin->attempt != hw_db_statement_get_uint64 (statement, 3))
    return NULL;

  origin->type = hw_db_statement_get_string (statement, 0);
  origin->group = hw_db_statement_get_string (statement, 1);
  origin->owner = hw_db_statement_get_string (statement, 2);
  origin->attempt = (guint) hw_db_statement_get_uint64 (statement, 3) + (fields == NULL ? 1 : 0);

  return hw_event_new (kind, origin, seq,
                       fields != NULL ? hw_task_fields_ref (fields)
                                      : make_claim (origin->attempt, origin->at));
}

static gboolean
check_transition (const HwChange *change,
                  HwTaskState     to,
                  GError        **error)
{
  if (hw_task_state_get_transition (change->from, to) != HW_TRANSITION_NONE)
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_WRONG_STATE,
               "Task %" G_GUINT64_FORMAT " cannot become %s while it is %s.", change->task_id,
               hw_task_state_to_string (to), hw_task_state_to_string (change->from));

  return FALSE;
}

/**
 * hw_task_rows_update:
 * @db: a connection, in a transaction
 * @epoch: the database's number
 * @seq: the number that the change's event gets
 * @change: a change of a task that there is
 * @to: (out): the state that it has then
 * @error: return location for an error: %HW_ERROR_WRONG_STATE if no task ever makes
 *   this change; %HW_ERROR_CONFLICT if this one is not as @change needs it
 *
 * Changes a task, if it still is as it was when somebody thought of the change.
 *
 * Returns: (transfer full): the event that tells of it, or %NULL; then nothing was
 *   written, but for failures of the database itself
 */
HwEvent *
hw_task_rows_update (HwDb           *db,
                     guint64         epoch,
                     guint64         seq,
                     const HwChange *change,
                     HwTaskState    *to,
                     GError        **error)
{
  gboolean is_state = change->kind == HW_CHANGE_KIND_STATE;
  HwEventOrigin origin = { .epoch = epoch, .task_id = change->task_id,
                           .attempt = change->attempt, .actor = change->actor,
                           .at = change->at };
  HwEventKind kind = is_state ? HW_EVENT_KIND_STATE : HW_EVENT_KIND_MESSAGE;
  g_autoptr(HwEvent) event = NULL;
  g_autoptr(GError) local_error = NULL;

  g_return_val_if_fail (db != NULL, NULL);

  *to = change->from;
  if (is_state && (!get_state (change, to, error) || !check_transition (change, *to, error)))
    return NULL;

  event = foretell_update (db, kind, &origin, seq, change->from, change->fields, &local_error);
  if (event == NULL && local_error == NULL)
    g_set_error (error, HW_ERROR, HW_ERROR_CONFLICT,
                 "Task %" G_GUINT64_FORMAT " changed meanwhile. Look at it again.",
                 change->task_id);
  else if (event == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  if (event == NULL ||
      !run_update (db, seq, change, is_state && *to == HW_TASK_STATE_PENDING, error))
    return NULL;

  return g_steal_pointer (&event);
}

/**
 * hw_task_rows_claim:
 * @db: a connection, in a transaction
 * @epoch: the database's number
 * @seq: the number that the claim's event gets
 * @task_id: the task
 * @node: whose it is from then on
 * @at: when, in microseconds since the Unix epoch
 * @error: return location for an error
 *
 * Makes a Pending task Processing, with its next attempt.
 *
 * Returns: (transfer full) (nullable): the event that tells of it; %NULL without an
 *   error if the task is Pending no more
 */
HwEvent *
hw_task_rows_claim (HwDb       *db,
                    guint64     epoch,
                    guint64     seq,
                    guint64     task_id,
                    const char *node,
                    gint64      at,
                    GError    **error)
{
  HwEventOrigin origin = { .epoch = epoch, .task_id = task_id, .attempt = HW_CHANGE_ANY_ATTEMPT,
                           .actor = node, .at = at };
  g_autoptr(HwEvent) event = NULL;
  g_autoptr(HwDbStatement) statement = NULL;

  g_return_val_if_fail (db != NULL, NULL);

  event = foretell_update (db, HW_EVENT_KIND_STATE, &origin, seq, HW_TASK_STATE_PENDING, NULL,
                           error);
  if (event == NULL)
    return NULL;

  statement = hw_db_prepare (db,
                             "UPDATE tasks SET seq = ?, state = 'Processing', attempt = ?,"
                             " started_at = ?, node = ?, epoch = NULL WHERE id = ?", error);
  if (statement == NULL)
    return NULL;

  hw_db_statement_bind_uint64 (statement, 1, seq);
  hw_db_statement_bind_uint64 (statement, 2, origin.attempt);
  hw_db_statement_bind_uint64 (statement, 3, (guint64) at);
  hw_db_statement_bind_string (statement, 4, node);
  hw_db_statement_bind_uint64 (statement, 5, task_id);
  if (!hw_db_statement_run (statement, error))
    return NULL;

  return g_steal_pointer (&event);
}

/* What a level is made of. */
static const HwTaskField level_fields[] = {
  HW_TASK_FIELD_PROGRESS, HW_TASK_FIELD_MESSAGE, HW_TASK_FIELD_UNIT, HW_TASK_FIELD_DONE,
  HW_TASK_FIELD_TOTAL,
};

/**
 * hw_task_rows_keep_level:
 * @db: a connection, in a transaction
 * @level: how far a task is
 * @error: return location for an error
 *
 * Writes down how far a task is, if it still is at that attempt. Its number stays: no event
 * tells of this.
 *
 * Returns: %FALSE if the database failed
 */
gboolean
hw_task_rows_keep_level (HwDb    *db,
                         HwEvent *level,
                         GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  int index = 1;

  g_return_val_if_fail (db != NULL, FALSE);

  statement = hw_db_prepare (db,
                             "UPDATE tasks SET progress = coalesce (?, progress),"
                             " message = coalesce (?, message), unit = coalesce (?, unit),"
                             " done = coalesce (?, done), total = coalesce (?, total)"
                             " WHERE id = ? AND state = 'Processing' AND attempt = ?", error);
  if (statement == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (level_fields); i++)
    bind_field (statement, index++, hw_event_get_fields (level), level_fields[i]);
  hw_db_statement_bind_uint64 (statement, index++, hw_event_get_task_id (level));
  hw_db_statement_bind_uint64 (statement, index++, hw_event_get_attempt (level));

  return hw_db_statement_run (statement, error);
}
