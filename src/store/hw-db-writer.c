/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-writer.h"

#include "hw-db-answers.h"
#include "hw-db-log-keeper.h"
#include "hw-db-requests.h"
#include "hw-db-statement.h"
#include "hw-error.h"
#include "hw-event.h"
#include "hw-text-rows.h"

/**
 * HwDbWriter:
 *
 * The one thread that writes. It takes all requests that wait into one transaction. A request
 * that is refused leaves the others alone.
 *
 * What was committed is told in the main context, and only then does each request
 * end.
 */
struct _HwDbWriter
{
  HwDbRequests *requests;         /* (owned) */
  HwDbAnswers *answers;           /* (owned) */
  HwDbWriterFunc function;
  HwDbWriterFailedFunc failed_function; /* (nullable) */
  gpointer user_data;
  GThread *thread;                /* (owned) (nullable): until closed */

  /* Of the main context. */
  HwDbTimes *times;               /* (unowned) */

  /* Of the thread. */
  HwDb *db;                       /* (owned) */
  HwDbCheckpointer *checkpointer; /* (owned) */
  HwHighWater *high_water;        /* (owned) */
  HwSqliteNumbers numbers;
  HwDbLogKeeper log_keeper;
  HwStoreSpace space;
  GError *failure;                /* (owned) (nullable): why nothing is written any more */
  gboolean is_failure_untold;
  HwDbSpan span;                  /* of the transaction, until it is answered */
  gboolean has_log_failed;
  gboolean is_ending;
  guint64 index_failed_at;        /* the newest task when the index was refused last, or 0 */
};

/* A transaction's end, on its way to the main context. */
typedef struct
{
  GPtrArray *gtasks; /* (owned) (element-type GTask) */
  GPtrArray *events; /* (owned) (element-type HwEvent) */
  GError *failure;   /* (owned) (nullable): the writer has just failed for good */
  HwDbSpan span;     /* how long it took */
} Answer;

/* Tasks that go into the index of words at once, some milliseconds of work: as many as
 * make each cheap.
 */
#define TASKS_TO_INDEX 256

/* Nobody waits for the index but who searches, so it is for the time when nobody has asked
 * for anything for so long. That is longer than there is between the requests of a load, and
 * over before a person has begun to type.
 */
#define QUIET_TIME (G_USEC_PER_SEC / 20)

/* The log's file is made longer when nobody has asked for anything for so long: longer than
 * between the two transactions of a short task, shorter than between two tasks of a person.
 */
#define PAUSE (2 * G_TIME_SPAN_MILLISECOND)

/* As many as may have to wait for that under a load that never pauses: to look for a word
 * then takes some 300 ms.
 */
#define MAX_UNINDEXED 32768

static void
answer_free (Answer *answer)
{
  g_clear_error (&answer->failure);
  g_ptr_array_unref (answer->events);
  g_ptr_array_unref (answer->gtasks);
  g_free (answer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

/* Takes the error of a request. A full disk has a name that every door knows: whoever asks
 * can do something about it.
 */
static GError *
take_error (HwSqliteWrite *write)
{
  g_autoptr(GError) error = g_steal_pointer (&write->error);

  if (g_error_matches (error, HW_DB_ERROR, HW_DB_ERROR_FULL))
    return g_error_new_literal (HW_ERROR, HW_ERROR_NO_SPACE, error->message);

  return g_steal_pointer (&error);
}

/* In the main context. The last of the tasks may hold the last reference to the
 * store, and with it to this writer: nothing may come after the answer is freed.
 */
static void
on_answer (gpointer data,
           gpointer user_data)
{
  g_autoptr(Answer) answer = data;
  HwDbWriter *self = user_data;

  hw_db_times_add (self->times, &answer->span);
  if (answer->events->len > 0)
    self->function (answer->events, self->user_data);
  if (answer->failure != NULL && self->failed_function != NULL)
    self->failed_function (answer->failure, self->user_data);

  for (guint i = 0; i < answer->gtasks->len; i++)
    {
      GTask *gtask = g_ptr_array_index (answer->gtasks, i);
      HwSqliteWrite *write = g_task_get_task_data (gtask);

      if (write->error != NULL)
        g_task_return_error (gtask, take_error (write));
      else
        g_task_return_pointer (gtask, g_ptr_array_ref (write->events),
                               (GDestroyNotify) g_ptr_array_unref);
    }
}

/* Ends all writing if the disk did not take what was written: the next commit would
 * succeed, and nobody could tell what it stands on.
 */
static void
hw_db_writer_look_for_failure (HwDbWriter *self)
{
  if (self->failure != NULL || !(self->has_log_failed || hw_db_is_unsure (self->db)))
    return;

  hw_db_abandon (self->db);
  hw_db_checkpointer_abandon (self->checkpointer);
  self->is_failure_untold = TRUE;
  self->failure = g_error_new_literal (HW_DB_ERROR, HW_DB_ERROR_UNSURE,
                                       "The disk failed while the database was written, so "
                                       "nothing more is promised. Check the disk, and start "
                                       "Headway again.");
}

/* @gtasks is (transfer full). */
static void
hw_db_writer_answer (HwDbWriter *self,
                     GPtrArray  *gtasks)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->gtasks = gtasks;
  answer->events = hw_events_new ();
  for (guint i = 0; i < gtasks->len; i++)
    {
      const HwSqliteWrite *write = g_task_get_task_data (g_ptr_array_index (gtasks, i));

      if (!write->is_replay)
        g_ptr_array_extend (answer->events, write->events, (GCopyFunc) hw_event_ref, NULL);
    }
  if (self->is_failure_untold)
    answer->failure = g_error_copy (self->failure);
  self->is_failure_untold = FALSE;
  answer->span = self->span;
  self->span = (HwDbSpan) { FALSE };

  hw_db_answers_post (self->answers, answer);
}

/* Carries out one request of a transaction. Returns FALSE if the whole transaction
 * is lost: SQLite gave it up, or what the request has written cannot be undone alone.
 */
static gboolean
hw_db_writer_carry_out (HwDbWriter    *self,
                        HwSqliteWrite *write)
{
  const HwSqliteNumbers before = self->numbers;
  guint64 n_changes = hw_db_get_n_changes (self->db);

  /* A way back to within the transaction has SQLite keep each page as it was. */
  gboolean has_savepoint = hw_sqlite_write_may_stop (write);

  if ((self->space >= HW_STORE_SPACE_RESERVED && hw_sqlite_write_adds (write)) ||
      (self->space >= HW_STORE_SPACE_CRITICAL &&
       (write->task_ids != NULL || write->levels != NULL)))
    {
      hw_store_space_set_error (self->db, &write->error);
      return TRUE;
    }

  if (has_savepoint && !hw_db_run (self->db, "SAVEPOINT request", &write->error))
    return FALSE;

  if (hw_sqlite_write_carry_out (write, self->db, &self->numbers) &&
      (!has_savepoint || hw_db_run (self->db, "RELEASE request", &write->error)))
    return TRUE;

  self->numbers = before;
  g_ptr_array_set_size (write->events, 0);

  if (!hw_db_is_in_transaction (self->db))
    return FALSE;
  if (has_savepoint)
    return hw_db_run (self->db, "ROLLBACK TO request", NULL) &&
           hw_db_run (self->db, "RELEASE request", NULL);

  return n_changes == hw_db_get_n_changes (self->db);
}

static void
hw_db_writer_roll_back (HwDbWriter            *self,
                        const HwSqliteNumbers *before)
{
  self->numbers = *before;

  /* It cannot fail as long as there is a transaction (SQLite's lang_transaction). */
  if (hw_db_is_in_transaction (self->db))
    hw_db_run (self->db, "ROLLBACK", NULL);
}

/* Ends a transaction. One in which every request was refused has nothing to commit. */
static gboolean
hw_db_writer_end (HwDbWriter            *self,
                  const HwSqliteNumbers *before,
                  GError               **error)
{
  if (self->numbers.last_event == before->last_event &&
      self->numbers.n_silent == before->n_silent)
    return hw_db_run (self->db, "ROLLBACK", error);

  if (!hw_sqlite_numbers_save (&self->numbers, self->db, error) ||
      !hw_db_commit (self->db, error))
    return FALSE;

  if (!hw_high_water_raise (self->high_water, self->numbers.last_event, self->numbers.last_task))
    hw_db_abandon (self->db);

  hw_db_span_end (&self->span, self->db);

  return TRUE;
}

/* Nobody may take what was not committed for granted. */
static void
refuse_all (GPtrArray    *gtasks,
            const GError *error)
{
  for (guint i = 0; i < gtasks->len; i++)
    {
      HwSqliteWrite *write = g_task_get_task_data (g_ptr_array_index (gtasks, i));

      hw_sqlite_write_reset (write);
      write->error = g_error_copy (error);
    }
}

static void hw_db_writer_commit (HwDbWriter *self,
                                 GPtrArray  *gtasks);

/* Gives each request its own transaction, so that the guilty one fails alone.
 * @gtasks is (transfer full); so is each of them, as a thread must not drop the last
 * reference to one.
 */
static void
hw_db_writer_commit_each (HwDbWriter *self,
                          GPtrArray  *gtasks)
{
  gsize n_gtasks;
  g_autofree gpointer *each = g_ptr_array_steal (gtasks, &n_gtasks);

  for (gsize i = 0; i < n_gtasks; i++)
    {
      GPtrArray *one = g_ptr_array_new_with_free_func (g_object_unref);

      hw_sqlite_write_reset (g_task_get_task_data (each[i]));
      g_ptr_array_add (one, each[i]);
      hw_db_writer_commit (self, one);
    }

  g_ptr_array_unref (gtasks);
}

/* Carries out requests in one transaction, and answers them. @gtasks is (transfer
 * full).
 */
static void
hw_db_writer_commit (HwDbWriter *self,
                     GPtrArray  *gtasks)
{
  const HwSqliteNumbers before = self->numbers;
  g_autoptr(GError) error = NULL;
  gboolean is_whole = TRUE;

  hw_db_writer_look_for_failure (self);
  if (self->failure != NULL)
    {
      refuse_all (gtasks, self->failure);
      hw_db_writer_answer (self, gtasks);
      return;
    }

  hw_db_span_begin (&self->span, self->db);
  self->space = hw_store_space_look (self->db);
  if (!hw_db_run (self->db, "BEGIN IMMEDIATE", &error))
    {
      refuse_all (gtasks, error);
      hw_db_writer_answer (self, gtasks);
      return;
    }

  for (guint i = 0; i < gtasks->len && is_whole; i++)
    is_whole = hw_db_writer_carry_out (self, g_task_get_task_data (g_ptr_array_index (gtasks, i)));

  if (!is_whole)
    {
      hw_db_writer_roll_back (self, &before);
      if (gtasks->len > 1)
        {
          hw_db_writer_commit_each (self, gtasks);
          return;
        }
    }
  else if (!hw_db_writer_end (self, &before, &error))
    {
      hw_db_writer_roll_back (self, &before);
      refuse_all (gtasks, error);
    }

  hw_db_writer_look_for_failure (self);
  if (self->failure != NULL)
    refuse_all (gtasks, self->failure);
  hw_db_writer_answer (self, gtasks);
}

/* Whether at least so many tasks are not in the index of words, and were not refused there. */
static gboolean
hw_db_writer_lacks_words (HwDbWriter *self,
                          guint64     n_tasks)
{
  guint64 tried = MAX (self->numbers.last_indexed, self->index_failed_at);

  return self->failure == NULL && self->numbers.last_task - tried >= n_tasks;
}

/* Puts some tasks into the index of words: for each alone it would take as long as to add it. */
static void
hw_db_writer_index (HwDbWriter *self)
{
  const HwSqliteNumbers before = self->numbers;
  g_autoptr(GError) error = NULL;

  if (hw_db_run (self->db, "BEGIN IMMEDIATE", &error) &&
      hw_text_rows_catch_up (self->db, &self->numbers.last_indexed, self->numbers.last_task,
                             TASKS_TO_INDEX, &error) &&
      hw_sqlite_numbers_save (&self->numbers, self->db, &error) &&
      hw_db_commit (self->db, &error))
    {
      self->index_failed_at = 0;
      return;
    }

  /* Whoever searches tries again, and hears why; we do when there are as many more. */
  hw_db_writer_roll_back (self, &before);
  if (self->index_failed_at == 0)
    g_warning ("Tasks cannot be found by their words: %s", error->message);
  self->index_failed_at = self->numbers.last_task;
}

/* Tells of a failure that no request met. */
static void
hw_db_writer_tell_failure (HwDbWriter *self)
{
  hw_db_writer_look_for_failure (self);
  if (self->is_failure_untold)
    hw_db_writer_answer (self, g_ptr_array_new ());
}

static void
hw_db_writer_look_after_log (HwDbWriter *self)
{
  if (self->failure == NULL)
    hw_db_log_keeper_look (&self->log_keeper, self->space);
}

static gboolean
hw_db_writer_lacks_room (HwDbWriter *self)
{
  return self->failure == NULL && hw_db_log_keeper_lacks_room (&self->log_keeper);
}

/* Waits for a request, and does meanwhile what nobody waits for. */
static void
hw_db_writer_wait (HwDbWriter *self)
{
  while (hw_db_writer_lacks_room (self))
    {
      if (hw_db_requests_wait (self->requests, PAUSE))
        return;

      hw_db_log_keeper_make_room (&self->log_keeper);
      hw_db_writer_tell_failure (self);
    }

  for (guint64 time = QUIET_TIME; hw_db_writer_lacks_words (self, TASKS_TO_INDEX); time = 0)
    {
      if (hw_db_requests_wait (self->requests, time))
        return;

      hw_db_writer_index (self);
      hw_db_writer_look_after_log (self);
      hw_db_writer_tell_failure (self);
    }

  hw_db_requests_wait (self->requests, HW_DB_REQUESTS_FOREVER);
}

/* In the checkpointer's thread. */
static void
on_log_failed (gpointer user_data)
{
  HwDbWriter *self = user_data;

  hw_db_requests_interrupt (self->requests);
}

static gpointer
run (gpointer user_data)
{
  HwDbWriter *self = user_data;

  while (!self->is_ending)
    {
      GPtrArray *gtasks;

      hw_db_writer_wait (self);
      gtasks = hw_db_requests_take (self->requests, &self->has_log_failed, &self->is_ending);
      if (gtasks->len == 0)
        {
          g_ptr_array_unref (gtasks);
          hw_db_writer_tell_failure (self);
          continue;
        }

      hw_db_writer_commit (self, gtasks);
      if (hw_db_writer_lacks_words (self, MAX_UNINDEXED))
        hw_db_writer_index (self);
      hw_db_writer_look_after_log (self);
      hw_db_writer_tell_failure (self);
    }

  /* Only the power can take it now. */
  if (self->failure == NULL)
    hw_high_water_sync (self->high_water);

  return NULL;
}

/**
 * hw_db_writer_new:
 * @db: (transfer full): a connection that may write
 * @checkpointer: (transfer full): what keeps the log short
 * @high_water: (transfer full): is raised at each commit
 * @numbers: the database's numbers
 * @times: (transfer none): counts how long transactions took, in the main context
 * @function: hears of each transaction
 * @user_data: data for @function
 *
 * Starts the thread. Its answers come in the thread-default main context.
 *
 * Returns: (transfer full): a new writer
 */
HwDbWriter *
hw_db_writer_new (HwDb                  *db,
                  HwDbCheckpointer      *checkpointer,
                  HwHighWater           *high_water,
                  const HwSqliteNumbers *numbers,
                  HwDbTimes             *times,
                  HwDbWriterFunc         function,
                  gpointer               user_data)
{
  HwDbWriter *self;

  g_return_val_if_fail (db != NULL, NULL);
  g_return_val_if_fail (checkpointer != NULL, NULL);
  g_return_val_if_fail (function != NULL, NULL);

  self = g_new0 (HwDbWriter, 1);
  self->requests = hw_db_requests_new ();
  self->answers = hw_db_answers_new (g_main_context_get_thread_default (), on_answer, self);
  self->function = function;
  self->user_data = user_data;
  self->db = db;
  self->checkpointer = checkpointer;
  self->log_keeper = (HwDbLogKeeper) { .db = db, .checkpointer = checkpointer };
  self->high_water = high_water;
  self->numbers = *numbers;
  self->times = times;
  hw_db_checkpointer_set_function (checkpointer, on_log_failed, self);
  self->thread = g_thread_new ("store writer", run, self);

  return self;
}

/**
 * hw_db_writer_set_failed_function:
 * @self: a writer to which nothing was handed yet
 * @function: hears that the disk failed; its data is that of the writer's function
 *
 * Says who must know that nothing is written any more: all that waits and all that comes
 * ends with %HW_DB_ERROR_UNSURE.
 */
void
hw_db_writer_set_failed_function (HwDbWriter          *self,
                                  HwDbWriterFailedFunc function)
{
  g_return_if_fail (self != NULL);

  self->failed_function = function;
}

/**
 * hw_db_writer_abandon:
 * @self: a writer
 *
 * Has nothing written any more, as if the disk had failed: what is there makes no sense.
 * Any thread.
 */
void
hw_db_writer_abandon (HwDbWriter *self)
{
  g_return_if_fail (self != NULL);

  hw_db_abandon (self->db);
  hw_db_checkpointer_abandon (self->checkpointer);
}

/**
 * hw_db_writer_push:
 * @self: a writer that was not closed
 * @gtask: (transfer full): a request: its task data is an #HwSqliteWrite
 *
 * Hands a request over, when the main context has done all that is ready now, or at once
 * if it is large, or the thread waits for it and others. In the main context.
 */
void
hw_db_writer_push (HwDbWriter *self,
                   GTask      *gtask)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->thread != NULL);

  hw_db_requests_push (self->requests, gtask);
}

/**
 * hw_db_writer_close:
 * @self: a writer
 *
 * Writes what waits, and ends the thread. All requests have ended when this returns.
 * In the main context.
 */
void
hw_db_writer_close (HwDbWriter *self)
{
  g_return_if_fail (self != NULL);

  if (self->thread == NULL)
    return;

  hw_db_requests_close (self->requests);
  g_thread_join (g_steal_pointer (&self->thread));
  hw_db_answers_close (self->answers);
}

void
hw_db_writer_free (HwDbWriter *self)
{
  g_return_if_fail (self != NULL);

  hw_db_writer_close (self);
  hw_high_water_free (self->high_water);
  hw_db_checkpointer_free (self->checkpointer);
  hw_db_free (self->db);
  hw_db_requests_free (self->requests);
  hw_db_answers_unref (self->answers);
  g_clear_error (&self->failure);
  g_free (self);
}
