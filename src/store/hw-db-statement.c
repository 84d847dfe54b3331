/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-private.h"

#include <errno.h>

/**
 * HwDbStatement:
 *
 * A prepared statement. Its connection keeps it for the next time that somebody
 * prepares the same text; who uses it releases it, or its transaction would stay
 * open.
 *
 * What a database holds is not trusted: a value that is not what it must be is an
 * error, never a crash.
 */
struct _HwDbStatement
{
  HwDb *db;             /* (unowned) */
  sqlite3_stmt *handle; /* (owned) */
  gboolean is_used;
  int failure; /* the first error of a binding: what was not bound would be null */
};

/* Statements that a connection keeps. The store has about forty; the number of
 * its lists and updates depends on which filters and fields callers combine.
 */
#define MAX_STATEMENTS 128

static gboolean
is_unused (gpointer key,
           gpointer value,
           gpointer user_data)
{
  HwDbStatement *self = value;

  return !self->is_used;
}

static HwDbStatement *
statement_new (HwDb       *db,
               const char *key,
               const char *sql,
               GError    **error)
{
  GHashTable *statements = hw_db_get_statements (db);
  HwDbStatement *self;
  sqlite3_stmt *handle;
  int code;

  code = sqlite3_prepare_v3 (hw_db_get_handle (db), sql, -1, SQLITE_PREPARE_PERSISTENT,
                             &handle, NULL);
  if (code != SQLITE_OK)
    {
      hw_db_set_error (db, code, error);
      return NULL;
    }

  if (g_hash_table_size (statements) >= MAX_STATEMENTS)
    g_hash_table_foreach_remove (statements, is_unused, NULL);

  self = g_new0 (HwDbStatement, 1);
  self->db = db;
  self->handle = handle;
  g_hash_table_insert (statements, g_strdup (key), self);

  return self;
}

static HwDbStatement *
hw_db_statement_use (HwDbStatement *self)
{
  g_assert (!self->is_used);
  self->is_used = TRUE;

  return self;
}

/**
 * hw_db_find:
 * @db: a connection
 * @key: what the statement was kept by
 *
 * Gets a statement that the connection has kept. It must not be in use.
 *
 * Returns: (transfer full) (nullable): the statement, to be released
 */
HwDbStatement *
hw_db_find (HwDb       *db,
            const char *key)
{
  HwDbStatement *self;

  g_return_val_if_fail (db != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  self = g_hash_table_lookup (hw_db_get_statements (db), key);

  return self != NULL ? hw_db_statement_use (self) : NULL;
}

/**
 * hw_db_prepare_as:
 * @db: a connection
 * @key: what to keep the statement by; hw_db_find() found none
 * @sql: one statement
 * @error: return location for an error
 *
 * Gets a statement ready for use whose text takes longer to make than its key.
 *
 * Returns: (transfer full): the statement, to be released, or %NULL
 */
HwDbStatement *
hw_db_prepare_as (HwDb       *db,
                  const char *key,
                  const char *sql,
                  GError    **error)
{
  HwDbStatement *self;

  g_return_val_if_fail (db != NULL, NULL);
  g_return_val_if_fail (key != NULL && sql != NULL, NULL);

  self = statement_new (db, key, sql, error);

  return self != NULL ? hw_db_statement_use (self) : NULL;
}

/**
 * hw_db_prepare:
 * @db: a connection
 * @sql: one statement
 * @error: return location for an error
 *
 * Gets a statement ready for use, which is kept by its text. The same text must not
 * be prepared again before it was released.
 *
 * Returns: (transfer full): the statement, to be released, or %NULL
 */
HwDbStatement *
hw_db_prepare (HwDb       *db,
               const char *sql,
               GError    **error)
{
  HwDbStatement *self = hw_db_find (db, sql);

  return self != NULL ? self : hw_db_prepare_as (db, sql, sql, error);
}

/**
 * hw_db_statement_release:
 * @self: a statement
 *
 * Ends a use of the statement, and gives what it was bound to free.
 */
void
hw_db_statement_release (HwDbStatement *self)
{
  g_return_if_fail (self != NULL);

  /* It repeats what the last step said, which its caller has heard. */
  sqlite3_reset (self->handle);
  sqlite3_clear_bindings (self->handle);
  self->failure = SQLITE_OK;
  self->is_used = FALSE;
}

void
hw_db_statement_free (HwDbStatement *self)
{
  g_return_if_fail (self != NULL);

  sqlite3_finalize (self->handle);
  g_free (self);
}

/**
 * hw_db_statement_step:
 * @self: a statement with its parameters bound
 * @has_row: (out): whether there is a (further) row
 * @error: return location for an error
 *
 * Runs a statement up to its next row.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_statement_step (HwDbStatement *self,
                      gboolean      *has_row,
                      GError       **error)
{
  int code;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (has_row != NULL, FALSE);

  errno = 0;
  code = self->failure != SQLITE_OK ? self->failure : sqlite3_step (self->handle);
  *has_row = code == SQLITE_ROW;
  if (code == SQLITE_ROW || code == SQLITE_DONE)
    return TRUE;

  hw_db_set_error (self->db, code, error);

  return FALSE;
}

/**
 * hw_db_statement_run:
 * @self: a statement with its parameters bound
 * @error: return location for an error
 *
 * Runs a statement to its end; rows that it gives are passed over.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_statement_run (HwDbStatement *self,
                     GError       **error)
{
  gboolean has_row = TRUE;

  while (has_row)
    if (!hw_db_statement_step (self, &has_row, error))
      return FALSE;

  return TRUE;
}

/**
 * hw_db_run:
 * @db: a connection
 * @sql: one statement without parameters
 * @error: return location for an error
 *
 * Runs a statement that the connection keeps for the next time.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_run (HwDb       *db,
           const char *sql,
           GError    **error)
{
  g_autoptr(HwDbStatement) self = hw_db_prepare (db, sql, error);

  return self != NULL && hw_db_statement_run (self, error);
}

/**
 * hw_db_commit:
 * @db: a connection with a transaction
 * @error: return location for an error
 *
 * Ends the transaction. If that fails, and what was to be committed may be in the log all the same,
 * the connection is unsure from then on.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_commit (HwDb    *db,
              GError **error)
{
  g_autoptr(HwDbStatement) self = hw_db_prepare (db, "COMMIT", error);
  int code;

  if (self == NULL)
    return FALSE;
  if (hw_db_statement_run (self, error))
    return TRUE;

  /* A write to the log that was refused leaves it without its end. SQLite looks for memory, and for
   * room in the log's index, when the log is written and synced: who opens the database after a
   * crash finds there what we would have refused.
   */
  code = sqlite3_extended_errcode (hw_db_get_handle (db));
  if (code != SQLITE_FULL && code != SQLITE_IOERR_WRITE)
    hw_db_abandon (db);

  return FALSE;
}

static void
hw_db_statement_note (HwDbStatement *self,
                      int            code)
{
  if (self->failure == SQLITE_OK)
    self->failure = code;
}

/**
 * hw_db_statement_bind_uint64:
 * @self: a statement
 * @index: which parameter, from 1 on
 * @value: its value
 *
 * Binds a number. All 64 bits are kept, but only numbers below 2⁶³ have their order
 * in SQL. Failures of this function and its sisters are told by the next step.
 */
void
hw_db_statement_bind_uint64 (HwDbStatement *self,
                             int            index,
                             guint64        value)
{
  g_return_if_fail (self != NULL);

  hw_db_statement_note (self, sqlite3_bind_int64 (self->handle, index, (gint64) value));
}

/**
 * hw_db_statement_bind_string:
 * @self: a statement
 * @index: which parameter, from 1 on
 * @value: (nullable): its value; not copied: it must stay until the statement is
 *   released
 *
 * Binds a string.
 */
void
hw_db_statement_bind_string (HwDbStatement *self,
                             int            index,
                             const char    *value)
{
  g_return_if_fail (self != NULL);

  hw_db_statement_note (self, sqlite3_bind_text (self->handle, index, value, -1,
                                                 SQLITE_STATIC));
}

void
hw_db_statement_bind_double (HwDbStatement *self,
                             int            index,
                             double         value)
{
  g_return_if_fail (self != NULL);

  hw_db_statement_note (self, sqlite3_bind_double (self->handle, index, value));
}

/**
 * hw_db_statement_bind_bytes:
 * @self: a statement
 * @index: which parameter, from 1 on
 * @bytes: (nullable): its value; not copied: it must stay until the statement is released
 * @size: how many they are
 *
 * Binds bytes. None are not null.
 */
void
hw_db_statement_bind_bytes (HwDbStatement *self,
                            int            index,
                            gconstpointer  bytes,
                            gsize          size)
{
  g_return_if_fail (self != NULL);

  /* A null pointer would bind null. */
  hw_db_statement_note (self, sqlite3_bind_blob64 (self->handle, index, size > 0 ? bytes : "",
                                                   size, SQLITE_STATIC));
}

/**
 * hw_db_statement_bind_container:
 * @self: a statement
 * @index: which parameter, from 1 on
 * @value: its value, made of other values, in normal form; it must stay until the statement
 *   is released
 *
 * Binds the bytes of a value in little-endian order.
 */
void
hw_db_statement_bind_container (HwDbStatement *self,
                                int            index,
                                GVariant      *value)
{
  gsize size;
  g_autoptr(GVariant) ordered = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (value != NULL);

  ordered = G_BYTE_ORDER == G_BIG_ENDIAN ? g_variant_byteswap (value) : g_variant_ref (value);
  size = g_variant_get_size (ordered);

  /* An empty dictionary has no bytes, and a null pointer would bind null. */
  hw_db_statement_note (self, sqlite3_bind_blob64 (self->handle, index,
                                                   size > 0 ? g_variant_get_data (ordered) : "",
                                                   size, ordered == value ? SQLITE_STATIC
                                                                          : SQLITE_TRANSIENT));
}

guint64
hw_db_statement_get_uint64 (HwDbStatement *self,
                            int            column)
{
  g_return_val_if_fail (self != NULL, 0);

  return (guint64) sqlite3_column_int64 (self->handle, column);
}

/**
 * hw_db_statement_get_string:
 * @self: a statement that is at a row
 * @column: which column, from 0 on
 *
 * Gets a text of the row.
 *
 * Returns: (nullable): the string, valid up to the next step; %NULL if it is null or
 *   is not a string as GLib knows them: UTF-8 without a nul byte
 */
const char *
hw_db_statement_get_string (HwDbStatement *self,
                            int            column)
{
  const char *string;

  g_return_val_if_fail (self != NULL, NULL);

  string = (const char *) sqlite3_column_text (self->handle, column);
  if (string == NULL ||
      !g_utf8_validate_len (string, (gsize) sqlite3_column_bytes (self->handle, column), NULL))
    return NULL;

  return string;
}

/**
 * hw_db_statement_get_bytes:
 * @self: a statement that is at a row
 * @column: which column, from 0 on
 * @size: (out): how many there are
 *
 * Gets the bytes of a column.
 *
 * Returns: (nullable): the bytes, valid up to the next step; %NULL if there are none
 */
const guint8 *
hw_db_statement_get_bytes (HwDbStatement *self,
                           int            column,
                           gsize         *size)
{
  const guint8 *bytes;

  g_return_val_if_fail (self != NULL && size != NULL, NULL);

  bytes = sqlite3_column_blob (self->handle, column);
  *size = (gsize) sqlite3_column_bytes (self->handle, column);

  return bytes;
}

static GVariant *
hw_db_statement_dup_container (HwDbStatement      *self,
                               int                 column,
                               const GVariantType *type)
{
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GVariant) value = NULL;
  const void *data = sqlite3_column_blob (self->handle, column);

  bytes = g_bytes_new (data, (gsize) sqlite3_column_bytes (self->handle, column));
  value = g_variant_ref_sink (g_variant_new_from_bytes (type, bytes, FALSE));
  if (!g_variant_is_normal_form (value))
    return NULL;

  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    return g_variant_byteswap (value);

  return g_steal_pointer (&value);
}

/* Returns NULL for a number that the type does not have. */
static GVariant *
hw_db_statement_dup_number (HwDbStatement      *self,
                            int                 column,
                            const GVariantType *type)
{
  gint64 number = sqlite3_column_int64 (self->handle, column);

  switch (g_variant_type_peek_string (type)[0])
    {
    case G_VARIANT_CLASS_INT32:
      return number == (int) number ? g_variant_new_int32 ((int) number) : NULL;
    case G_VARIANT_CLASS_UINT32:
      return number == (guint) number ? g_variant_new_uint32 ((guint) number) : NULL;
    case G_VARIANT_CLASS_INT64:
      return g_variant_new_int64 (number);
    case G_VARIANT_CLASS_UINT64:
      return g_variant_new_uint64 ((guint64) number);
    default:
      return NULL;
    }
}

static GVariant *
hw_db_statement_dup_value (HwDbStatement      *self,
                           int                 column,
                           const GVariantType *type)
{
  const char *string;

  switch (sqlite3_column_type (self->handle, column))
    {
    case SQLITE_TEXT:
      string = hw_db_statement_get_string (self, column);
      return g_variant_type_equal (type, G_VARIANT_TYPE_STRING) && string != NULL ?
             g_variant_new_string (string) : NULL;
    case SQLITE_FLOAT:
      return g_variant_type_equal (type, G_VARIANT_TYPE_DOUBLE) ?
             g_variant_new_double (sqlite3_column_double (self->handle, column)) : NULL;
    case SQLITE_INTEGER:
      return hw_db_statement_dup_number (self, column, type);
    case SQLITE_BLOB:
      return g_variant_type_is_container (type) ?
             hw_db_statement_dup_container (self, column, type) : NULL;
    default:
      return NULL;
    }
}

/**
 * hw_db_statement_get_variant:
 * @self: a statement that is at a row
 * @column: which column, from 0 on
 * @type: what type the value must have
 * @value: (out) (transfer full) (nullable): where to put it; %NULL if it is null
 * @error: return location for an error: %HW_DB_ERROR_DAMAGED if it has another type
 *
 * Gets a value of the row: a text as a string, a number as a number, and bytes as what
 * hw_db_statement_bind_container() made them of.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_statement_get_variant (HwDbStatement      *self,
                             int                 column,
                             const GVariantType *type,
                             GVariant          **value,
                             GError            **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  *value = NULL;
  if (sqlite3_column_type (self->handle, column) == SQLITE_NULL)
    return TRUE;

  *value = hw_db_statement_dup_value (self, column, type);
  if (*value != NULL)
    {
      g_variant_take_ref (*value);
      return TRUE;
    }

  g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED,
               "The database is damaged. Restore a backup (its column “%s” holds what cannot be).",
               sqlite3_column_name (self->handle, column));

  return FALSE;
}
