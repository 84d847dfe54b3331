/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-sqlite-schema.h"

#include "hw-db-statement.h"
#include "hw-sqlite-epoch.h"
#include "hw-task-field.h"

/* "Hdwy": by this file (1), and we, know whose database it is. */
#define APPLICATION_ID G_GUINT64_CONSTANT (0x48647779)

/* The numbers of the whole database are one row. What was given out stays given
 * out when the rows that had it are deleted.
 */
static const char create_meta[] =
  "CREATE TABLE meta ("
  "  one INTEGER PRIMARY KEY CHECK (one = 1),"
  "  epoch INTEGER NOT NULL,"
  "  starts INTEGER NOT NULL,"
  "  last_task INTEGER NOT NULL,"
  "  last_event INTEGER NOT NULL"
  ") STRICT;";

static const char create_events[] =
  "CREATE TABLE events ("
  "  seq INTEGER PRIMARY KEY,"
  "  task INTEGER NOT NULL,"
  "  kind TEXT NOT NULL,"
  "  attempt INTEGER NOT NULL,"
  "  type TEXT NOT NULL,"
  "  \"group\" TEXT NOT NULL,"
  "  owner TEXT NOT NULL,"
  "  actor TEXT NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  changes BLOB"
  ") STRICT;";

/* An index ends with the row's number, so each of these gives pages in order: of a
 * list from the newest down, of a task's events, and of those that wait by priority
 * and then by age.
 */
static const char create_indexes[] =
  "CREATE INDEX tasks_waiting ON tasks (priority DESC) WHERE state = 'Pending';"
  "CREATE INDEX tasks_live ON tasks (id) WHERE state IN ('Pending', 'Processing');"
  "CREATE INDEX tasks_by_state ON tasks (state);"
  "CREATE INDEX tasks_by_type ON tasks (type);"
  "CREATE INDEX tasks_by_owner ON tasks (owner);"
  "CREATE INDEX events_by_task ON events (task);";

/* What became of requests that have a key: their tasks have numbers in a row. */
static const char create_keys[] =
  "CREATE TABLE keys ("
  "  owner TEXT NOT NULL,"
  "  \"key\" TEXT NOT NULL,"
  "  digest TEXT NOT NULL,"
  "  first_task INTEGER NOT NULL,"
  "  n_tasks INTEGER NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  PRIMARY KEY (owner, \"key\")"
  ") STRICT, WITHOUT ROWID;"
  "CREATE INDEX keys_by_time ON keys (at);";

static const char *
get_column_type (HwTaskField field)
{
  /* Without these two nothing can be done with a task. */
  if (field == HW_TASK_FIELD_STATE)
    return "TEXT NOT NULL";
  if (field == HW_TASK_FIELD_ATTEMPT)
    return "INTEGER NOT NULL";

  switch (g_variant_type_peek_string (hw_task_field_get_variant_type (field))[0])
    {
    case G_VARIANT_CLASS_STRING:
      return "TEXT";
    case G_VARIANT_CLASS_DOUBLE:
      return "REAL";
    case G_VARIANT_CLASS_INT32:
    case G_VARIANT_CLASS_UINT32:
    case G_VARIANT_CLASS_INT64:
    case G_VARIANT_CLASS_UINT64:
      return "INTEGER";
    default:
      return "BLOB";
    }
}

static gboolean
create_tasks (HwDb    *db,
              GError **error)
{
  g_autoptr(GString) sql = g_string_new ("CREATE TABLE tasks ("
                                         "id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, node TEXT");

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (hw_task_field_is_stored ((HwTaskField) i))
      g_string_append_printf (sql, ", \"%s\" %s", hw_task_field_get_name ((HwTaskField) i),
                              get_column_type ((HwTaskField) i));
  g_string_append (sql, ") STRICT");

  return hw_db_execute (db, sql->str, error);
}

static gboolean
create_all (HwDb    *db,
            GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  guint64 epoch;

  if (!hw_sqlite_epoch_make (&epoch, error) ||
      !hw_db_execute (db, create_meta, error) ||
      !create_tasks (db, error) ||
      !hw_db_execute (db, create_events, error) ||
      !hw_db_execute (db, create_indexes, error))
    return FALSE;

  statement = hw_db_prepare (db, "INSERT INTO meta (one, epoch, starts, last_task, last_event)"
                             " VALUES (1, ?, 0, 0, 0)", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, epoch);

  return hw_db_statement_run (statement, error);
}

/* Adds a column for each field that has none yet. */
static gboolean
add_columns (HwDb    *db,
             GError **error)
{
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      const char *name = hw_task_field_get_name ((HwTaskField) i);
      g_autofree char *query = NULL;
      g_autofree char *sql = NULL;
      guint64 n_columns;

      if (!hw_task_field_is_stored ((HwTaskField) i))
        continue;

      query = g_strdup_printf ("SELECT count(*) FROM pragma_table_info('tasks') "
                               "WHERE name = '%s'", name);
      sql = g_strdup_printf ("ALTER TABLE tasks ADD COLUMN \"%s\" %s", name,
                             get_column_type ((HwTaskField) i));
      if (!hw_db_get_number (db, query, &n_columns, error) ||
          (n_columns == 0 && !hw_db_execute (db, sql, error)))
        return FALSE;
    }

  return TRUE;
}

/* What tasks and events need that do not stay for ever: events below the first are those
 * of tasks that are there; a removal may be that of several tasks.
 */
static const char alter_for_removal[] =
  "ALTER TABLE events ADD COLUMN last_task INTEGER;"
  "ALTER TABLE meta ADD COLUMN first_event INTEGER NOT NULL DEFAULT 1;";

/* The words of the tasks up to a number, and how many tasks are in which state. */
static const char create_texts[] =
  "CREATE VIRTUAL TABLE texts USING fts5 (title, type, parameters, error, content = '',"
  "  tokenize = 'unicode61 remove_diacritics 2');"
  "ALTER TABLE meta ADD COLUMN last_indexed INTEGER NOT NULL DEFAULT 0;";

static const char count_tasks[] =
  "ALTER TABLE meta ADD COLUMN n_pending INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE meta ADD COLUMN n_processing INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE meta ADD COLUMN n_completed INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE meta ADD COLUMN n_failed INTEGER NOT NULL DEFAULT 0;"
  "UPDATE meta SET"
  "  n_pending = (SELECT count(*) FROM tasks WHERE state = 'Pending'),"
  "  n_processing = (SELECT count(*) FROM tasks WHERE state = 'Processing'),"
  "  n_completed = (SELECT count(*) FROM tasks WHERE state = 'Completed'),"
  "  n_failed = (SELECT count(*) FROM tasks WHERE state = 'Failed');";

static gboolean
add_what_keeps_order (HwDb    *db,
                      GError **error)
{
  return hw_db_execute (db, create_keys, error) &&
         hw_db_execute (db, alter_for_removal, error) &&
         hw_db_execute (db, create_texts, error) &&
         hw_db_execute (db, count_tasks, error);
}

/* A copy says that it is one: whoever opens it begins another epoch. */
static gboolean
add_what_tells_copies (HwDb    *db,
                       GError **error)
{
  return add_columns (db, error) &&
         hw_db_execute (db, "ALTER TABLE meta ADD COLUMN is_copy INTEGER NOT NULL DEFAULT 0",
                        error);
}

/* How many there ever were. Of those that are gone nobody counted the ends. */
static const char count_ever[] =
  "ALTER TABLE meta ADD COLUMN ever_added INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE meta ADD COLUMN ever_completed INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE meta ADD COLUMN ever_failed INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE meta ADD COLUMN ever_canceled INTEGER NOT NULL DEFAULT 0;"
  "UPDATE meta SET"
  "  ever_added = last_task,"
  "  ever_completed = n_completed,"
  "  ever_canceled = (SELECT count(*) FROM tasks WHERE state = 'Failed' AND result = 'canceled');"
  "UPDATE meta SET ever_failed = n_failed - ever_canceled;";

static gboolean
add_what_counts_ever (HwDb    *db,
                      GError **error)
{
  return hw_db_execute (db, count_ever, error);
}

/* What makes a database of each version out of one of the version before; none of
 * these ever changes again once it was released. The first one makes a column of
 * every field there is: one that brings new fields adds the columns that lack.
 */
typedef gboolean (*Migration) (HwDb    *db,
                               GError **error);

static const Migration migrations[] = {
  create_all,
  add_columns, /* timeout, aborted_starts */
  add_what_keeps_order, /* keys, removal, words, counts */
  add_what_tells_copies, /* is_copy; epoch of tasks */
  add_what_counts_ever, /* ends that outlive their tasks */
};

#define NEWEST_VERSION G_N_ELEMENTS (migrations)

static gboolean
check_identity (guint64  application,
                guint64  version,
                guint64  n_tables,
                GError **error)
{
  gboolean is_new = application == 0 && version == 0 && n_tables == 0;

  if (!is_new && application != APPLICATION_ID)
    {
      g_set_error_literal (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                           "The database belongs to another program. Choose another folder.");
      return FALSE;
    }

  if (version > NEWEST_VERSION)
    {
      g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                   "The database is of version %" G_GUINT64_FORMAT ", made by a newer Headway "
                   "than this, which knows version %u. Install that one again, or choose "
                   "another folder.", version, (guint) NEWEST_VERSION);
      return FALSE;
    }

  return TRUE;
}

static gboolean
migrate (HwDb    *db,
         GError **error)
{
  g_autofree char *sql = NULL;
  guint64 application;
  guint64 version;
  guint64 n_tables;

  if (!hw_db_get_number (db, "PRAGMA application_id", &application, error) ||
      !hw_db_get_number (db, "PRAGMA user_version", &version, error) ||
      !hw_db_get_number (db, "SELECT count(*) FROM sqlite_schema", &n_tables, error) ||
      !check_identity (application, version, n_tables, error))
    return FALSE;

  for (guint64 i = version; i < NEWEST_VERSION; i++)
    if (!migrations[i] (db, error))
      return FALSE;

  if (version == NEWEST_VERSION)
    return TRUE;

  sql = g_strdup_printf ("PRAGMA application_id = %" G_GUINT64_FORMAT ";"
                         "PRAGMA user_version = %u",
                         APPLICATION_ID, (guint) NEWEST_VERSION);

  return hw_db_execute (db, sql, error);
}

/**
 * hw_sqlite_schema_prepare:
 * @db: a connection that may write
 * @error: return location for an error of %HW_DB_ERROR
 *
 * Makes a new database ours, and brings an older one of ours up to date: all of it
 * or nothing. A newer one, and one of another program, is refused and left as it is.
 *
 * Returns: whether the database is now as this version needs it
 */
gboolean
hw_sqlite_schema_prepare (HwDb    *db,
                          GError **error)
{
  g_return_val_if_fail (db != NULL, FALSE);

  if (!hw_db_execute (db, "BEGIN IMMEDIATE", error))
    return FALSE;

  if (migrate (db, error) && hw_db_execute (db, "COMMIT", error))
    return TRUE;

  /* Its failure would add nothing to what failed before it. */
  hw_db_execute (db, "ROLLBACK", NULL);

  return FALSE;
}

/**
 * hw_sqlite_schema_find_older:
 * @db: a connection
 * @version: (out): the version of the database, if it is one of ours that is to be brought
 *   up to date; else 0
 * @error: return location for an error of %HW_DB_ERROR
 *
 * Tells whether hw_sqlite_schema_prepare() will change what is there.
 *
 * Returns: whether that could be found out
 */
gboolean
hw_sqlite_schema_find_older (HwDb    *db,
                             guint64 *version,
                             GError **error)
{
  guint64 application;

  g_return_val_if_fail (db != NULL, FALSE);
  g_return_val_if_fail (version != NULL, FALSE);

  if (!hw_db_get_number (db, "PRAGMA application_id", &application, error) ||
      !hw_db_get_number (db, "PRAGMA user_version", version, error))
    return FALSE;

  if (application != APPLICATION_ID || *version >= NEWEST_VERSION)
    *version = 0;

  return TRUE;
}

/**
 * hw_sqlite_schema_check_ours:
 * @db: a connection
 * @error: return location for an error of %HW_DB_ERROR
 *
 * Tells whether a database is one of ours, of whatever version: a new one is not.
 *
 * Returns: whether it is
 */
gboolean
hw_sqlite_schema_check_ours (HwDb    *db,
                             GError **error)
{
  guint64 application;

  g_return_val_if_fail (db != NULL, FALSE);

  if (!hw_db_get_number (db, "PRAGMA application_id", &application, error))
    return FALSE;
  if (application == APPLICATION_ID)
    return TRUE;

  g_set_error_literal (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                       "It is not a database of Headway. Choose another file.");

  return FALSE;
}
