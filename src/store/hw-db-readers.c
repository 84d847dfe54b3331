/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-readers.h"

#include "hw-db-answers.h"
#include "hw-db-statement.h"

/**
 * HwDbReaders:
 *
 * Threads that read, each with its own connection, so that neither the main context
 * nor the writer ever waits for a query.
 *
 * A reader can be quicker than the news of what it read: its answer then waits until
 * the main context was told of it. So whoever hears an answer has heard of every
 * event up to the number at which the answer is true.
 */
struct _HwDbReaders
{
  GAsyncQueue *waiting; /* (owned) (element-type Request), and end_of_requests */
  HwDbAnswers *answers; /* (owned) */
  GPtrArray *readers;   /* (owned) (element-type Reader): none once closed */
  int is_closing;       /* atomic */

  /* Of the main context. */
  GQueue early;         /* (element-type Request): answers that wait for the news */
  guint64 told;         /* the newest event that the main context was told of */
};

/* One thread. */
typedef struct
{
  HwDbReaders *readers; /* (unowned) */
  HwDb *db;             /* (owned): of the thread */
  GThread *thread;      /* (owned) */
} Reader;

/* What somebody wants to know, and its answer. */
typedef struct
{
  GTask *gtask; /* (owned): only the main context drops it, see HwDbAnswers */
  HwDbReadFunc function;
  GDestroyNotify free_answer;

  gpointer answer; /* (owned) (nullable) */
  guint64 seq;     /* at which it is true */
  GError *error;   /* (owned) (nullable) */
} Request;

/* What hw_db_readers_close() puts behind the last request, once a thread. */
static const char end_of_requests;

static void
request_free (Request *request)
{
  if (request->answer != NULL)
    request->free_answer (request->answer);
  g_clear_error (&request->error);

  /* The last: with it the store may go, and these readers. */
  g_object_unref (request->gtask);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
return_answer (Request *data)
{
  g_autoptr(Request) request = data;

  if (request->error != NULL)
    g_task_return_error (request->gtask, g_steal_pointer (&request->error));
  else
    g_task_return_pointer (request->gtask, g_steal_pointer (&request->answer),
                           request->free_answer);
}

static void
on_answer (gpointer answer,
           gpointer user_data)
{
  HwDbReaders *self = user_data;
  Request *request = answer;

  if (request->error == NULL && request->seq > self->told)
    g_queue_push_tail (&self->early, request);
  else
    return_answer (request);
}

static gpointer
reader_ask (Reader  *reader,
            Request *request,
            GError **error)
{
  GCancellable *cancellable = g_task_get_cancellable (request->gtask);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  hw_db_set_cancellable (reader->db, cancellable);
  if (!hw_db_run (reader->db, "BEGIN", error) ||
      !hw_db_get_number (reader->db, "SELECT last_event FROM meta", &request->seq, error))
    return NULL;

  return request->function (reader->db, request->seq, g_task_get_task_data (request->gtask),
                            error);
}

static void
reader_answer (Reader  *reader,
               Request *request)
{
  if (!g_atomic_int_get (&reader->readers->is_closing))
    {
      request->answer = reader_ask (reader, request, &request->error);
      hw_db_set_cancellable (reader->db, NULL);
    }

  /* Nothing was written, so there is nothing that its failure could lose. */
  if (hw_db_is_in_transaction (reader->db))
    hw_db_run (reader->db, "ROLLBACK", NULL);

  if (request->answer == NULL && g_atomic_int_get (&reader->readers->is_closing))
    {
      g_clear_error (&request->error);
      g_set_error_literal (&request->error, HW_DB_ERROR, HW_DB_ERROR_CLOSED,
                           "The database is being closed. Ask again when it is open.");
    }

  hw_db_answers_post (reader->readers->answers, request);
}

static gpointer
run (gpointer user_data)
{
  Reader *reader = user_data;
  gpointer request;

  while ((request = g_async_queue_pop (reader->readers->waiting)) != &end_of_requests)
    reader_answer (reader, request);

  return NULL;
}

static void
reader_free (Reader *reader)
{
  g_thread_join (reader->thread);
  hw_db_free (reader->db);
  g_free (reader);
}

/**
 * hw_db_readers_new:
 * @connections: (element-type HwDb): a connection for each thread; they are taken out
 * @told: the newest event that the main context knows of
 *
 * Starts the threads. Their answers come in the thread-default main context.
 *
 * Returns: (transfer full): the readers
 */
HwDbReaders *
hw_db_readers_new (GPtrArray *connections,
                   guint64    told)
{
  HwDbReaders *self;

  g_return_val_if_fail (connections != NULL && connections->len > 0, NULL);

  self = g_new0 (HwDbReaders, 1);
  self->waiting = g_async_queue_new ();
  self->answers = hw_db_answers_new (g_main_context_get_thread_default (), on_answer, self);
  self->readers = g_ptr_array_new_with_free_func ((GDestroyNotify) reader_free);
  self->told = told;
  while (connections->len > 0)
    {
      Reader *reader = g_new0 (Reader, 1);

      reader->readers = self;
      reader->db = g_ptr_array_steal_index (connections, connections->len - 1);
      reader->thread = g_thread_new ("store reader", run, reader);
      g_ptr_array_add (self->readers, reader);
    }

  return self;
}

/**
 * hw_db_readers_push:
 * @self: readers that were not closed
 * @gtask: (transfer full): who asks; its task data is the query
 * @function: reads what is asked for
 * @free_answer: frees what @function returns
 *
 * Hands a request over. In the main context.
 */
void
hw_db_readers_push (HwDbReaders   *self,
                    GTask         *gtask,
                    HwDbReadFunc   function,
                    GDestroyNotify free_answer)
{
  Request *request;

  g_return_if_fail (self != NULL);
  g_return_if_fail (self->readers->len > 0);

  request = g_new0 (Request, 1);
  request->gtask = gtask;
  request->function = function;
  request->free_answer = free_answer;

  g_async_queue_push (self->waiting, request);
}

/**
 * hw_db_readers_set_told:
 * @self: readers
 * @told: the newest event that the main context was told of
 *
 * Lets answers go that were too early. In the main context.
 */
void
hw_db_readers_set_told (HwDbReaders *self,
                        guint64      told)
{
  GQueue early;

  g_return_if_fail (self != NULL);

  self->told = told;

  /* Those who hear an answer may do anything, such as close these readers. */
  early = self->early;
  g_queue_init (&self->early);
  while (early.length > 0)
    on_answer (g_queue_pop_head (&early), self);
}

/**
 * hw_db_readers_close:
 * @self: readers
 *
 * Ends the threads. Requests whose turn did not come end with %HW_DB_ERROR_CLOSED.
 * All have ended when this returns. In the main context.
 */
void
hw_db_readers_close (HwDbReaders *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_int_set (&self->is_closing, TRUE);
  for (guint i = 0; i < self->readers->len; i++)
    {
      Reader *reader = g_ptr_array_index (self->readers, i);

      hw_db_interrupt (reader->db);
      g_async_queue_push (self->waiting, (gpointer) &end_of_requests);
    }
  g_ptr_array_set_size (self->readers, 0);
  hw_db_answers_close (self->answers);

  /* No more news come. */
  hw_db_readers_set_told (self, G_MAXUINT64);
}

void
hw_db_readers_free (HwDbReaders *self)
{
  g_return_if_fail (self != NULL);

  hw_db_readers_close (self);
  g_ptr_array_unref (self->readers);
  hw_db_answers_unref (self->answers);
  g_async_queue_unref (self->waiting);
  g_free (self);
}
