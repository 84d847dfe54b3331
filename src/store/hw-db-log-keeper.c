/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-log-keeper.h"

#include "hw-db-private.h"

#include <errno.h>

/* Looks after the write-ahead log for the thread that writes, between its transactions: the log
 * is copied into the database when it is long, and begun anew; and there is room behind its end
 * before that is needed.
 */

/* Pages that the log grows before the checkpointer is woken, 16 MiB: small enough to
 * stay in the page cache, large enough to write each page once for many changes.
 */
#define PAGES_BETWEEN_CHECKPOINTS 4000

/* Length from which on the writer does it itself, between two transactions: under a
 * load that never pauses, the log can only be begun anew when its one writer stands
 * still.
 */
#define MAX_LOG_PAGES 16000

/* The same when space is scarce: a log that is begun anew takes no more of it. */
#define SCARCE_LOG_PAGES 64

/* Free space from which on the log's file may be longer than the log is: a hundred times what
 * that takes, so that nobody misses it.
 */
#define MIN_FREE_FOR_ROOM (128 * 1024 * 1024)

/**
 * hw_db_log_keeper_look:
 * @self: a keeper
 * @space: how much space there is
 *
 * Sees, after a commit, whether the log is to be copied.
 */
void
hw_db_log_keeper_look (HwDbLogKeeper *self,
                       HwStoreSpace   space)
{
  guint pages;

  g_return_if_fail (self != NULL);

  pages = hw_db_get_log_pages (self->db);
  if (space != HW_STORE_SPACE_PLENTY && pages >= SCARCE_LOG_PAGES)
    {
      hw_db_checkpoint (self->db, NULL);
      return;
    }

  /* A shorter log was begun anew: there may be space again for room in it. */
  if (pages < self->checkpointed_pages)
    {
      self->checkpointed_pages = 0;
      self->is_refused = FALSE;
    }
  if (pages - self->checkpointed_pages < PAGES_BETWEEN_CHECKPOINTS)
    return;

  /* What is wrong with it the checkpointer's warning says, or the next commit. */
  self->checkpointed_pages = pages;
  if (pages < MAX_LOG_PAGES)
    hw_db_checkpointer_wake (self->checkpointer);
  else
    hw_db_checkpoint (self->db, NULL);
}

/**
 * hw_db_log_keeper_lacks_room:
 * @self: a keeper
 *
 * Tells whether the log's file should be made longer in the next pause.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_db_log_keeper_lacks_room (HwDbLogKeeper *self)
{
  HwDbLog *log;

  g_return_val_if_fail (self != NULL, FALSE);

  log = hw_db_get_log (self->db);

  return log != NULL && !self->is_refused && hw_db_log_lacks_room (log);
}

static gboolean
has_space (HwDb *db)
{
  guint64 n_free;
  guint64 n_all;

  return hw_db_get_space (db, &n_free, &n_all) && n_free >= MIN_FREE_FOR_ROOM;
}

/**
 * hw_db_log_keeper_make_room:
 * @self: a keeper whose connection has no transaction
 *
 * Makes the log's file longer. Nobody needs that: what cannot be is not tried again before the
 * log is begun anew; but if the disk failed the connection is unsure.
 */
void
hw_db_log_keeper_make_room (HwDbLogKeeper *self)
{
  g_autoptr(GError) error = NULL;
  int code;

  g_return_if_fail (self != NULL);

  self->is_refused = TRUE;
  if (!has_space (self->db) || !hw_db_run (self->db, "BEGIN IMMEDIATE", NULL))
    return;

  errno = 0;
  code = hw_db_log_make_room (hw_db_get_log (self->db));
  if (code == SQLITE_OK)
    self->is_refused = FALSE;
  else
    hw_db_set_error (self->db, code, &error);
  hw_db_run (self->db, "ROLLBACK", NULL);
}
