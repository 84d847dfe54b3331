/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-private.h"

#include "hw-error.h"
#include "hw-io.h"
#include "hw-text-function.h"

#include <errno.h>
#include <unistd.h>

/**
 * HwDb:
 *
 * A connection to an SQLite database: statements are prepared once and kept, and
 * what goes wrong is a #GError with a sentence. It knows nothing about tasks.
 *
 * It has no lock of its own: one thread at a time. Only hw_db_interrupt() may be
 * called by others.
 */
struct _HwDb
{
  sqlite3 *handle;           /* (owned) */
  HwDbLog *log;              /* (owned) (nullable): see hw_db_use_log() */
  GHashTable *statements;    /* (owned) (element-type utf8 HwDbStatement): by their text */
  GCancellable *cancellable; /* (owned) (nullable): of what is read now */
  int is_interrupted;        /* atomic: nothing long is to run any more */
  guint log_pages;           /* in the write-ahead log at the last commit */
  int is_unsure;             /* atomic: see hw_db_is_unsure() */
};

G_DEFINE_QUARK (hw-db-error-quark, hw_db_error)

/* Bytes of a text, a blob, a row or a statement. The largest parameters that the
 * doors let in are well below; a damaged file cannot make us allocate more.
 */
#define MAX_LENGTH (8 * 1024 * 1024)

/* How long to wait for another program that writes, such as a backup. Longer, and
 * the daemon looks dead.
 */
#define BUSY_TIMEOUT_MS 5000

/* Steps of SQLite's machine between two looks at whether somebody cancelled: a
 * millisecond or so.
 */
#define STEPS_BETWEEN_LOOKS 10000

/* Durable at each commit; checkpoints only where we ask for one; and nothing that
 * a foreign schema says is run (a database is a file that somebody may hand us).
 */
static const char pragmas[] =
  "PRAGMA trusted_schema = OFF;"
  "PRAGMA cell_size_check = ON;"
  "PRAGMA mmap_size = 0;"
  "PRAGMA temp_store = MEMORY;"
  "PRAGMA foreign_keys = OFF;"
  "PRAGMA synchronous = FULL;"
  "PRAGMA wal_autocheckpoint = 0;"
  "PRAGMA journal_size_limit = 67108864;";

/* What a person is told of each kind of failure, before SQLite's own words. */
static const struct
{
  int code;
  HwDbError error;
  const char *sentence;
} failures[] = {
  { SQLITE_FULL, HW_DB_ERROR_FULL, "There is no space left for the database. Free some" },
  { SQLITE_BUSY, HW_DB_ERROR_BUSY, "Another program keeps the database locked. End it" },
  { SQLITE_LOCKED, HW_DB_ERROR_BUSY, "Another program keeps the database locked. End it" },
  { SQLITE_CORRUPT, HW_DB_ERROR_DAMAGED, "The database is damaged. Restore a backup" },
  { SQLITE_NOTADB, HW_DB_ERROR_DAMAGED, "The file is not a database. Restore a backup" },
  { SQLITE_FORMAT, HW_DB_ERROR_DAMAGED, "The file is not a database. Restore a backup" },
  { SQLITE_CANTOPEN, HW_DB_ERROR_DENIED, "The database cannot be opened. Check its folder" },
  { SQLITE_PERM, HW_DB_ERROR_DENIED, "The database cannot be opened. Check who owns it" },
  { SQLITE_AUTH, HW_DB_ERROR_DENIED, "The database cannot be opened. Check who owns it" },
  { SQLITE_READONLY, HW_DB_ERROR_DENIED, "The database cannot be written. Check who owns it" },
  { SQLITE_IOERR, HW_DB_ERROR_IO, "The disk failed under the database. Check the disk" },
};

sqlite3 *
hw_db_get_handle (HwDb *self)
{
  return self->handle;
}

/* Gets how the log is written, or NULL if there is none. */
HwDbLog *
hw_db_get_log (HwDb *self)
{
  return self->log;
}

GHashTable *
hw_db_get_statements (HwDb *self)
{
  return self->statements;
}

/* Whether the disk did not take what was written. After that the kernel takes it for written
 * all the same, and says yes when it is asked again: SQLite's next commit would succeed.
 */
static gboolean
is_failed_write (int code)
{
  return code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_TRUNCATE ||
         code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

/* What SQLite takes for a failure of the disk is a limit if the system says so of a write, be it to
 * the log's index: then nothing is in doubt, but for what hw_db_commit() sees to. Of a sync it
 * would be.
 */
static gboolean
is_out_of_space (int code,
                 int number)
{
  return (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE) &&
         (number == ENOSPC || number == EDQUOT || number == EFBIG);
}

/* Says in a sentence what SQLite means by @code. What the system said last is still in
 * errno, unless it was cleared: SQLite itself does not tell of a write-ahead log.
 */
void
hw_db_set_error (HwDb    *self,
                 int      code,
                 GError **error)
{
  int number = errno;
  const char *details = self->handle != NULL ? sqlite3_errmsg (self->handle) : "out of memory";

  if ((code & 0xff) == SQLITE_TOOBIG)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                   "What is to be stored has more than %d bytes. Shorten it.", MAX_LENGTH);
      return;
    }

  if ((code & 0xff) == SQLITE_INTERRUPT)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Operation was cancelled");
      return;
    }

  if (is_out_of_space (code, number))
    code = SQLITE_FULL;

  if (is_failed_write (code))
    {
      g_atomic_int_set (&self->is_unsure, TRUE);
      g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_UNSURE,
                   "The disk failed while the database was written, so nothing more is promised. "
                   "Check the disk, and start Headway again (SQLite says “%s”, %d).", details,
                   code);
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    if ((code & 0xff) == failures[i].code)
      {
        g_set_error (error, HW_DB_ERROR, (int) failures[i].error, "%s (SQLite says “%s”, %d).",
                     failures[i].sentence, details, code);
        return;
      }

  g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_FAILED,
               "The database failed (SQLite says “%s”, %d).", details, code);
}

static int
on_log_grown (gpointer    user_data,
              sqlite3    *handle,
              const char *name,
              int         n_pages)
{
  HwDb *self = user_data;

  self->log_pages = (guint) n_pages;

  return SQLITE_OK;
}

static int
on_steps_made (gpointer user_data)
{
  HwDb *self = user_data;

  return g_cancellable_is_cancelled (self->cancellable) ||
         g_atomic_int_get (&self->is_interrupted);
}

/* Makes the file in its folder, name and all, unless it is there. */
static gboolean
create_file (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  int folder_fd = hw_io_open_folder (folder);
  int fd = folder_fd < 0 ? -1 : hw_io_create (folder_fd, name);
  gboolean is_there = (fd >= 0 && hw_io_sync (folder_fd)) || (fd < 0 && errno == EEXIST);
  int number = errno;

  if (fd >= 0)
    close (fd);
  if (folder_fd >= 0)
    close (folder_fd);
  errno = number;

  return is_there;
}

/* SQLite would make the file as the umask says; its log and index take the mode of
 * the file. A file that is there is left alone: closing it here would drop the
 * locks that this process may have on it (fcntl (2)).
 */
static gboolean
make_file (const char *path,
           GError    **error)
{
  if (create_file (path))
    return TRUE;

  g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
               "The database cannot be made (%s). Check its folder.", g_strerror (errno));

  return FALSE;
}

static gboolean
hw_db_configure (HwDb    *self,
                 GError **error)
{
  static const int forbidden[] = { SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW };
  int code;

  sqlite3_extended_result_codes (self->handle, 1);
  sqlite3_busy_timeout (self->handle, BUSY_TIMEOUT_MS);
  sqlite3_limit (self->handle, SQLITE_LIMIT_LENGTH, MAX_LENGTH);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++)
    sqlite3_db_config (self->handle, forbidden[i], 0, NULL);

  if (!hw_db_execute (self, pragmas, error))
    return FALSE;

  code = hw_text_function_add (self->handle);
  if (code != SQLITE_OK)
    {
      hw_db_set_error (self, code, error);
      return FALSE;
    }

  /* After the pragmas: setting wal_autocheckpoint takes the hook away. */
  sqlite3_wal_hook (self->handle, on_log_grown, self);
  sqlite3_progress_handler (self->handle, STEPS_BETWEEN_LOOKS, on_steps_made, self);

  return TRUE;
}

/* SQLite counts the memory that it takes, under a lock at each time, and nobody asks how much
 * it is. Once somebody uses SQLite it is too late to say so: then it goes on counting.
 */
static void
configure_library (void)
{
  static gsize is_done = 0;

  if (!g_once_init_enter (&is_done))
    return;

  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  g_once_init_leave (&is_done, 1);
}

/**
 * hw_db_open:
 * @path: the database's file
 * @mode: what the connection is for
 * @error: return location for an error of %HW_DB_ERROR
 *
 * Opens a database. A new file can be read by its owner alone.
 *
 * Returns: (transfer full): a connection, or %NULL
 */
HwDb *
hw_db_open (const char *path,
            HwDbMode    mode,
            GError    **error)
{
  static const int flags[] = {
    [HW_DB_MODE_WRITE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
    [HW_DB_MODE_READ] = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
  };
  g_autoptr(HwDb) self = NULL;
  int code;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail ((guint) mode < G_N_ELEMENTS (flags), NULL);

  if (mode == HW_DB_MODE_WRITE && !make_file (path, error))
    return NULL;

  configure_library ();
  self = g_new0 (HwDb, 1);
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify) hw_db_statement_free);
  code = sqlite3_open_v2 (path, &self->handle, flags[mode], NULL);
  if (code != SQLITE_OK)
    {
      hw_db_set_error (self, code, error);
      return NULL;
    }

  /* What makes no sense is left as it is: the log would be copied into it when it is closed. */
  if (!hw_db_configure (self, error))
    {
      hw_db_abandon (self);
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
hw_db_free (HwDb *self)
{
  g_return_if_fail (self != NULL);

  /* The last one that closes copies the log into the database, and removes it. */
  if (hw_db_is_unsure (self))
    sqlite3_db_config (self->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);

  g_hash_table_unref (self->statements);
  sqlite3_close (self->handle);
  g_clear_pointer (&self->log, hw_db_log_free);
  g_clear_object (&self->cancellable);
  g_free (self);
}

static gboolean
hw_db_set_journal_mode (HwDb    *self,
                        GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;
  guint64 version;

  statement = hw_db_prepare (self, "PRAGMA journal_mode = WAL", error);
  if (statement == NULL || !hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  /* It is written down only when the statement ends, and the log is opened by who reads. */
  if (has_row && g_strcmp0 (hw_db_statement_get_string (statement, 0), "wal") == 0)
    return hw_db_statement_run (statement, error) &&
           hw_db_get_number (self, "PRAGMA schema_version", &version, error);

  g_set_error_literal (error, HW_DB_ERROR, HW_DB_ERROR_DENIED,
                       "The database cannot have a write-ahead log there. Use a local disk.");

  return FALSE;
}

/**
 * hw_db_use_log:
 * @self: a connection
 * @error: return location for an error
 *
 * Has the database written through a write-ahead log from now on, so that those who
 * read and the one who writes do not wait for each other. The file remembers it:
 * first make sure that it is ours.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_use_log (HwDb    *self,
               GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!hw_db_set_journal_mode (self, error))
    return FALSE;

  if (self->log == NULL)
    self->log = hw_db_log_new (self->handle);

  return TRUE;
}

/**
 * hw_db_execute:
 * @self: a connection
 * @sql: one or more statements, without parameters
 * @error: return location for an error
 *
 * Runs statements that nobody keeps.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_execute (HwDb       *self,
               const char *sql,
               GError    **error)
{
  int code;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (sql != NULL, FALSE);

  errno = 0;
  code = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);
  if (code != SQLITE_OK)
    hw_db_set_error (self, code, error);

  return code == SQLITE_OK;
}

/**
 * hw_db_get_number:
 * @self: a connection
 * @sql: a query of one number
 * @number: (out): where to put it; 0 if there is no row, or it is null
 * @error: return location for an error
 *
 * Asks for one number.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_get_number (HwDb       *self,
                  const char *sql,
                  guint64    *number,
                  GError    **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (number != NULL, FALSE);

  statement = hw_db_prepare (self, sql, error);
  if (statement == NULL || !hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  *number = has_row ? hw_db_statement_get_uint64 (statement, 0) : 0;

  return TRUE;
}

/**
 * hw_db_is_in_transaction:
 * @self: a connection
 *
 * Tells whether a transaction is open. SQLite ends one by itself after some
 * errors: then all of it is gone.
 *
 * Returns: %TRUE if there is one
 */
gboolean
hw_db_is_in_transaction (HwDb *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return !sqlite3_get_autocommit (self->handle);
}

/**
 * hw_db_get_n_changes:
 * @self: a connection
 *
 * Gets how many rows the connection has written since it was opened.
 *
 * Returns: the number of rows
 */
guint64
hw_db_get_n_changes (HwDb *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (guint64) sqlite3_total_changes64 (self->handle);
}

/**
 * hw_db_get_log_pages:
 * @self: a connection
 *
 * Gets how long the write-ahead log was after this connection's last commit.
 *
 * Returns: the number of pages
 */
guint
hw_db_get_log_pages (HwDb *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->log_pages;
}

/**
 * hw_db_checkpoint:
 * @self: a connection
 * @error: return location for an error
 *
 * Copies what it can of the write-ahead log into the database, without waiting for
 * anybody. That another connection is at it already is no error.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_checkpoint (HwDb    *self,
                  GError **error)
{
  int code;

  g_return_val_if_fail (self != NULL, FALSE);

  errno = 0;
  code = sqlite3_wal_checkpoint_v2 (self->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY)
    return TRUE;

  hw_db_set_error (self, code, error);

  return FALSE;
}

/**
 * hw_db_empty_log:
 * @self: a connection that may write
 * @error: return location for an error
 *
 * Copies all of the write-ahead log into the database, and begins it anew. Whoever finds
 * a log that another process left does that before anything else: the disk may have refused
 * the end of it while the kernel still shows it to us, and what is written behind a piece
 * that is not there is lost with it. That somebody reads is no error.
 *
 * Returns: whether that worked
 */
gboolean
hw_db_empty_log (HwDb    *self,
                 GError **error)
{
  int code;

  g_return_val_if_fail (self != NULL, FALSE);

  errno = 0;
  code = sqlite3_wal_checkpoint_v2 (self->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY)
    return TRUE;

  hw_db_set_error (self, code, error);

  return FALSE;
}

/**
 * hw_db_check:
 * @self: a connection
 * @error: return location for an error
 *
 * Reads all of the database, and sees whether its parts fit together.
 *
 * Returns: whether they do
 */
gboolean
hw_db_check (HwDb    *self,
             GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;
  const char *finding;

  g_return_val_if_fail (self != NULL, FALSE);

  statement = hw_db_prepare (self, "PRAGMA quick_check (1)", error);
  if (statement == NULL || !hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  finding = has_row ? hw_db_statement_get_string (statement, 0) : NULL;
  if (g_strcmp0 (finding, "ok") == 0)
    return TRUE;

  g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED,
               "The database is damaged. Restore a backup (SQLite says “%s”).",
               finding != NULL ? finding : "nothing");

  return FALSE;
}

/**
 * hw_db_is_unsure:
 * @self: a connection
 *
 * Tells whether the disk failed while this connection wrote. Then no success of a later
 * write means anything. Any thread.
 *
 * Returns: %TRUE if nothing may be promised any more
 */
gboolean
hw_db_is_unsure (HwDb *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return g_atomic_int_get (&self->is_unsure);
}

/**
 * hw_db_abandon:
 * @self: a connection
 *
 * Has the connection leave the write-ahead log alone when it is closed, as if it had
 * failed itself. Any thread.
 */
void
hw_db_abandon (HwDb *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_int_set (&self->is_unsure, TRUE);
}

/**
 * hw_db_set_cancellable:
 * @self: a connection
 * @cancellable: (nullable): ends what runs from now on
 *
 * Sets by what the connection's work can be cancelled. It then ends with
 * %G_IO_ERROR_CANCELLED.
 */
void
hw_db_set_cancellable (HwDb         *self,
                       GCancellable *cancellable)
{
  g_return_if_fail (self != NULL);

  g_set_object (&self->cancellable, cancellable);
}

/**
 * hw_db_interrupt:
 * @self: a connection
 *
 * Ends the statement that runs now with %G_IO_ERROR_CANCELLED, and so each that takes long from
 * now on: SQLite forgets this if it comes between two. Any thread.
 */
void
hw_db_interrupt (HwDb *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_int_set (&self->is_interrupted, TRUE);
  sqlite3_interrupt (self->handle);
}
