/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-log.h"

#include <errno.h>
#include <string.h>

/**
 * HwDbLog:
 *
 * The write-ahead log as one connection writes it. SQLite writes it in pieces, two for each
 * page, of which a commit has ten or so: here those that follow each other are gathered, and
 * written at once before anybody may look at them. That is when the connection syncs, reads or
 * measures the log: others find in it only what is said to be there after the sync of a
 * commit, so this is for a connection that is `synchronous = FULL`.
 *
 * What is gathered belongs to a transaction, whose connection alone may write to the log. It is
 * dropped when that is rolled back: by then others may have written where it belongs.
 *
 * What is behind the log's end may be made room for: zeros, that are on disk. To write over
 * them and sync that takes less than half as long as to make the file longer, which the file
 * system has to write down as well. SQLite takes zeros for the end of the log.
 *
 * It stands in the place of the file's own functions, so it works with whatever file system
 * SQLite was given.
 */
struct _HwDbLog
{
  sqlite3_io_methods methods;      /* the first member: what SQLite calls */
  const sqlite3_io_methods *below; /* (unowned): the file's own */
  sqlite3_file *file;              /* (unowned) (nullable): until SQLite closes it */

  guint8 *gathered;                /* (owned): what is not written yet */
  gsize n_gathered;
  sqlite3_int64 offset;            /* where that belongs, or belonged */
  int failure;                     /* a code: why it could not be written, until the rollback */
  int number;                      /* and what the system said */
  sqlite3_int64 end;               /* behind what was written last, or 0 */
  gint64 sync_time;                /* what the syncs of commits took together, in microseconds */
};

/* What is written at once. From twice as much on SQLite's own xWrite does it in parts, and
 * takes a whole number of such for a full disk.
 */
#define MAX_GATHERED (64 * 1024)

/* Room that there should be: thirty small transactions. */
#define ROOM (1024 * 1024)

/* How much of it is made at once: whoever comes meanwhile waits for half a millisecond. */
#define STEP (4 * MAX_GATHERED)

static HwDbLog *
get_log (sqlite3_file *file)
{
  return (HwDbLog *) file->pMethods;
}

/* Whoever is told once more is told all of it: see hw_db_set_error(). */
static int
get_failure (HwDbLog *self)
{
  if (self->failure != SQLITE_OK)
    errno = self->number;

  return self->failure;
}

/* Writes what is gathered. What cannot be written is forgotten, and nothing is written any more
 * until the transaction is rolled back: when a read is told of the failure, SQLite gives up what
 * wanted to read, but not what was written before, and would commit that with a hole in it.
 */
static int
hw_db_log_flush (HwDbLog *self)
{
  gsize n_gathered = self->n_gathered;

  if (n_gathered == 0)
    return get_failure (self);

  self->n_gathered = 0;
  self->end = self->offset + (sqlite3_int64) n_gathered;
  self->failure = self->below->xWrite (self->file, self->gathered, (int) n_gathered,
                                       self->offset);
  self->number = errno;

  return self->failure;
}

static int
log_write (sqlite3_file *file,
           const void   *bytes,
           int           size,
           sqlite3_int64 offset)
{
  HwDbLog *self = get_log (file);
  int code = get_failure (self);

  if (offset != self->offset + (sqlite3_int64) self->n_gathered ||
      self->n_gathered + (gsize) size > MAX_GATHERED)
    code = hw_db_log_flush (self);
  if (code != SQLITE_OK)
    return code;
  if (size > MAX_GATHERED)
    return self->below->xWrite (file, bytes, size, offset);

  if (self->n_gathered == 0)
    self->offset = offset;
  memcpy (self->gathered + self->n_gathered, bytes, (gsize) size);
  self->n_gathered += (gsize) size;

  return SQLITE_OK;
}

static int
log_sync (sqlite3_file *file,
          int           flags)
{
  HwDbLog *self = get_log (file);
  int code = hw_db_log_flush (self);

  if (code != SQLITE_OK)
    return code;

  self->sync_time -= g_get_monotonic_time ();
  code = self->below->xSync (file, flags);
  self->sync_time += g_get_monotonic_time ();

  return code;
}

/* What is before the place of what is gathered can be read as it is: also while the transaction
 * is rolled back because that could not be written.
 */
static int
log_read (sqlite3_file *file,
          void         *bytes,
          int           size,
          sqlite3_int64 offset)
{
  HwDbLog *self = get_log (file);
  int code = offset + size > self->offset ? hw_db_log_flush (self) : SQLITE_OK;

  return code != SQLITE_OK ? code : self->below->xRead (file, bytes, size, offset);
}

static int
log_truncate (sqlite3_file *file,
              sqlite3_int64 size)
{
  HwDbLog *self = get_log (file);
  int code = hw_db_log_flush (self);

  return code != SQLITE_OK ? code : self->below->xTruncate (file, size);
}

static int
log_get_size (sqlite3_file  *file,
              sqlite3_int64 *size)
{
  HwDbLog *self = get_log (file);
  int code = hw_db_log_flush (self);

  return code != SQLITE_OK ? code : self->below->xFileSize (file, size);
}

/* What is gathered then was never committed. */
static int
log_close (sqlite3_file *file)
{
  HwDbLog *self = get_log (file);

  self->file = NULL;
  file->pMethods = self->below;

  return file->pMethods->xClose (file);
}

/* Whether a write leaves the bytes beside it alone, whatever happens. Where it may not, SQLite
 * fills the log up behind each commit, after the sync, and tells others of that too.
 */
static gboolean
is_safe_to_overwrite (sqlite3 *handle)
{
  sqlite3_file *file = NULL;

  return sqlite3_file_control (handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK &&
         file != NULL && file->pMethods != NULL &&
         (file->pMethods->xDeviceCharacteristics (file) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
}

static void
on_rolled_back (gpointer user_data)
{
  HwDbLog *self = user_data;

  self->n_gathered = 0;
  self->failure = SQLITE_OK;
}

/**
 * hw_db_log_new:
 * @handle: a connection that writes through a write-ahead log, `synchronous = FULL`, and has
 *   no transaction
 *
 * Stands in the way of what a connection writes to its log. It must live for longer than
 * the connection, whose rollback hook it takes.
 *
 * Returns: (transfer full) (nullable): the log, or %NULL if there is none, or others may look
 *   at it before it is synced
 */
HwDbLog *
hw_db_log_new (sqlite3 *handle)
{
  sqlite3_file *file = NULL;
  HwDbLog *self;

  g_return_val_if_fail (handle != NULL, NULL);

  if (sqlite3_file_control (handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK ||
      file == NULL || file->pMethods == NULL || !is_safe_to_overwrite (handle))
    return NULL;

  self = g_new0 (HwDbLog, 1);
  self->file = file;
  self->below = file->pMethods;
  self->gathered = g_malloc (MAX_GATHERED);
  self->methods = *self->below;
  self->methods.xClose = log_close;
  self->methods.xRead = log_read;
  self->methods.xWrite = log_write;
  self->methods.xTruncate = log_truncate;
  self->methods.xSync = log_sync;
  self->methods.xFileSize = log_get_size;
  file->pMethods = &self->methods;
  sqlite3_rollback_hook (handle, on_rolled_back, self);

  return self;
}

void
hw_db_log_free (HwDbLog *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->file == NULL);

  g_free (self->gathered);
  g_free (self);
}

/**
 * hw_db_log_get_sync_time:
 * @self: a log
 *
 * Tells what it took the disk so far to have what was committed. In the thread of the connection.
 *
 * Returns: all syncs together, in microseconds
 */
gint64
hw_db_log_get_sync_time (HwDbLog *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->sync_time;
}

/**
 * hw_db_log_lacks_room:
 * @self: a log
 *
 * Tells whether the file will soon have to be longer.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_db_log_lacks_room (HwDbLog *self)
{
  sqlite3_int64 size;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->end == 0 || self->file == NULL ||
      self->file->pMethods->xFileSize (self->file, &size) != SQLITE_OK)
    return FALSE;

  /* Somebody else has cut it off meanwhile, so it begins anew. */
  if (size < self->end)
    self->end = 0;

  return self->end > 0 && size - self->end < ROOM;
}

/**
 * hw_db_log_make_room:
 * @self: a log whose connection has a transaction that may write, and has not written yet: so
 *   nobody else writes to the log
 *
 * Makes the file somewhat longer, with zeros, and waits until that is on disk.
 *
 * Returns: a code of SQLite's
 */
int
hw_db_log_make_room (HwDbLog *self)
{
  g_autofree guint8 *zeros = g_malloc0 (MAX_GATHERED);
  sqlite3_int64 size;
  int code;

  g_return_val_if_fail (self != NULL && self->file != NULL, SQLITE_MISUSE);

  code = self->file->pMethods->xFileSize (self->file, &size);
  for (guint i = 0; i < STEP / MAX_GATHERED && code == SQLITE_OK; i++, size += MAX_GATHERED)
    code = self->below->xWrite (self->file, zeros, MAX_GATHERED, size);

  return code == SQLITE_OK ? self->below->xSync (self->file, SQLITE_SYNC_NORMAL) : code;
}
