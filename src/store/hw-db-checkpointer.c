/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-checkpointer.h"

/**
 * HwDbCheckpointer:
 *
 * A thread with its own connection that copies the write-ahead log into the
 * database when it is told to, so that no commit has to wait for that.
 */
struct _HwDbCheckpointer
{
  HwDb *db;        /* (owned): of the thread */
  GThread *thread; /* (owned) */

  /* Set before there is anything to do. */
  HwDbCheckpointerFunc function;
  gpointer user_data;

  GMutex lock;     /* of all below */
  GCond changed;
  gboolean is_due;
  gboolean is_closing;
};

/* Waits until there is something to do. Returns FALSE at the end. */
static gboolean
hw_db_checkpointer_wait (HwDbCheckpointer *self)
{
  gboolean is_closing;

  g_mutex_lock (&self->lock);
  while (!self->is_due && !self->is_closing)
    g_cond_wait (&self->changed, &self->lock);
  self->is_due = FALSE;
  is_closing = self->is_closing;
  g_mutex_unlock (&self->lock);

  return !is_closing;
}

static gpointer
run (gpointer user_data)
{
  HwDbCheckpointer *self = user_data;

  while (hw_db_checkpointer_wait (self))
    {
      g_autoptr(GError) error = NULL;

      /* Nothing is lost yet: it is all in the log, which only grows. */
      if (hw_db_checkpoint (self->db, &error))
        continue;

      g_warning ("The database's log could not be copied into it: %s", error->message);

      /* Another copy would be taken for good, and the log begun anew. */
      if (hw_db_is_unsure (self->db))
        {
          if (self->function != NULL)
            self->function (self->user_data);
          break;
        }
    }

  return NULL;
}

/**
 * hw_db_checkpointer_new:
 * @db: (transfer full): a connection that may write, for the thread alone
 *
 * Starts the thread.
 *
 * Returns: (transfer full): a new checkpointer
 */
HwDbCheckpointer *
hw_db_checkpointer_new (HwDb *db)
{
  HwDbCheckpointer *self;

  g_return_val_if_fail (db != NULL, NULL);

  self = g_new0 (HwDbCheckpointer, 1);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->db = db;
  self->thread = g_thread_new ("checkpoints", run, self);

  return self;
}

static void
hw_db_checkpointer_tell (HwDbCheckpointer *self,
                         gboolean         *flag)
{
  g_mutex_lock (&self->lock);
  *flag = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

/**
 * hw_db_checkpointer_free:
 * @self: a checkpointer
 *
 * Waits for the thread's end. It waits for nothing itself but the disk.
 */
void
hw_db_checkpointer_free (HwDbCheckpointer *self)
{
  g_return_if_fail (self != NULL);

  hw_db_checkpointer_tell (self, &self->is_closing);
  g_thread_join (self->thread);
  hw_db_free (self->db);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * hw_db_checkpointer_wake:
 * @self: a checkpointer
 *
 * Says that the log has become long. Any thread; does not wait.
 */
void
hw_db_checkpointer_wake (HwDbCheckpointer *self)
{
  g_return_if_fail (self != NULL);

  hw_db_checkpointer_tell (self, &self->is_due);
}

/**
 * hw_db_checkpointer_set_function:
 * @self: a checkpointer that was not woken yet
 * @function: hears of a failure of the disk
 * @user_data: data for @function
 *
 * Says who must know that the disk has failed.
 */
void
hw_db_checkpointer_set_function (HwDbCheckpointer    *self,
                                 HwDbCheckpointerFunc function,
                                 gpointer             user_data)
{
  g_return_if_fail (self != NULL);

  self->function = function;
  self->user_data = user_data;
}

/**
 * hw_db_checkpointer_abandon:
 * @self: a checkpointer
 *
 * Has the log left as it is at the end. Any thread.
 */
void
hw_db_checkpointer_abandon (HwDbCheckpointer *self)
{
  g_return_if_fail (self != NULL);

  hw_db_abandon (self->db);
}
