/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-requests.h"

#include "hw-sqlite-write.h"

/**
 * HwDbRequests:
 *
 * The way of requests from the main context to the thread that writes. The more are carried
 * out together, the cheaper is each, and nobody ever waits for a timer: so what comes up in
 * one round of the main context is handed over together, at its end, unless the thread has
 * nothing to do and there is enough for it.
 */
struct _HwDbRequests
{
  GAsyncQueue *waiting; /* (owned) (element-type GPtrArray): the requests of a round of
                         * the main context; and the two below */

  /* Of the main context. */
  GPtrArray *pushed;    /* (owned) (element-type GTask): to be handed over */
  GSource *round_end;   /* (owned) */

  /* Of the thread. */
  gpointer next;        /* (owned) (nullable): what it has waited for */
};

/* What comes behind the last request. */
static const char end_of_requests;

/* What the thread finds if it was interrupted. */
static const char interruption;

/* Requests that are carried out together. More gain nothing, and the first would wait for the
 * last.
 */
#define MAX_REQUESTS 1024

/* As many are worth a transaction if the thread has nothing to do: then it writes these while
 * the main context comes to the others. For fewer, what a transaction costs by itself counts.
 */
#define ENOUGH_REQUESTS 16

/* In the main context. The thread sees all of them or none, and is woken once. */
static void
hw_db_requests_hand_over (HwDbRequests *self)
{
  if (self->pushed->len == 0)
    return;

  g_async_queue_push (self->waiting, g_steal_pointer (&self->pushed));
  self->pushed = g_ptr_array_new ();
}

/* What comes next after all that is ready now. It is looked at in each round of the main
 * context: to set a time for it would wake that up, which costs two calls of the system.
 */
typedef struct
{
  GSource parent_instance;

  HwDbRequests *requests; /* (unowned): outlives the source */
} RoundEnd;

static gboolean
round_end_prepare (GSource *source,
                   int     *timeout)
{
  return ((RoundEnd *) source)->requests->pushed->len > 0;
}

static gboolean
round_end_dispatch (GSource    *source,
                    GSourceFunc callback,
                    gpointer    user_data)
{
  hw_db_requests_hand_over (((RoundEnd *) source)->requests);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs round_end_funcs = {
  .prepare = round_end_prepare,
  .dispatch = round_end_dispatch,
};

static GSource *
make_round_end (HwDbRequests *self)
{
  GSource *source = g_source_new (&round_end_funcs, sizeof (RoundEnd));

  ((RoundEnd *) source)->requests = self;
  g_source_set_static_name (source, "database requests");
  g_source_set_priority (source, G_PRIORITY_DEFAULT - 1);
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

/**
 * hw_db_requests_new:
 *
 * Makes a way from the thread-default main context.
 *
 * Returns: (transfer full): new requests
 */
HwDbRequests *
hw_db_requests_new (void)
{
  HwDbRequests *self = g_new0 (HwDbRequests, 1);

  self->waiting = g_async_queue_new ();
  self->pushed = g_ptr_array_new ();
  self->round_end = make_round_end (self);

  return self;
}

/**
 * hw_db_requests_push:
 * @self: requests that were not closed
 * @gtask: (transfer full): a request: its task data is an #HwSqliteWrite
 *
 * Hands a request over, when the main context has done all that is ready now, or at once
 * if it is large, or the thread waits for it and others. In the main context.
 */
void
hw_db_requests_push (HwDbRequests *self,
                     GTask        *gtask)
{
  g_return_if_fail (self != NULL);

  g_ptr_array_add (self->pushed, gtask);

  /* The queue's length is below 0 while the thread waits. */
  if (self->pushed->len == MAX_REQUESTS || hw_sqlite_write_is_large (g_task_get_task_data (gtask)) ||
      (self->pushed->len >= ENOUGH_REQUESTS && g_async_queue_length (self->waiting) < 0))
    hw_db_requests_hand_over (self);
}

/**
 * hw_db_requests_interrupt:
 * @self: requests
 *
 * Ends the thread's wait, so that it looks around. Any thread.
 */
void
hw_db_requests_interrupt (HwDbRequests *self)
{
  g_return_if_fail (self != NULL);

  g_async_queue_push (self->waiting, (gpointer) &interruption);
}

/**
 * hw_db_requests_wait:
 * @self: requests
 * @time: how long at most, in microseconds, or %HW_DB_REQUESTS_FOREVER
 *
 * Waits for a request, an interruption or the end. In the thread.
 *
 * Returns: %FALSE if the time is up
 */
gboolean
hw_db_requests_wait (HwDbRequests *self,
                     guint64       time)
{
  g_return_val_if_fail (self != NULL && self->next == NULL, TRUE);

  self->next = time == HW_DB_REQUESTS_FOREVER
               ? g_async_queue_pop (self->waiting)
               : g_async_queue_timeout_pop (self->waiting, time);

  return self->next != NULL;
}

/**
 * hw_db_requests_take:
 * @self: requests that were waited for
 * @is_interrupted: (inout): is set to %TRUE if the thread was interrupted
 * @is_over: (out): whether nothing comes any more
 *
 * Takes all requests there are. In the thread.
 *
 * Returns: (transfer full) (element-type GTask): these, possibly none
 */
GPtrArray *
hw_db_requests_take (HwDbRequests *self,
                     gboolean     *is_interrupted,
                     gboolean     *is_over)
{
  GPtrArray *gtasks = g_ptr_array_new_with_free_func (g_object_unref);
  gpointer request;

  g_return_val_if_fail (self != NULL, gtasks);
  g_return_val_if_fail (is_interrupted != NULL && is_over != NULL, gtasks);

  request = g_steal_pointer (&self->next);
  while (request != NULL && request != &end_of_requests)
    {
      if (request == &interruption)
        *is_interrupted = TRUE;
      else
        g_ptr_array_extend_and_steal (gtasks, request);
      request = gtasks->len < MAX_REQUESTS ? g_async_queue_try_pop (self->waiting) : NULL;
    }
  *is_over = request == &end_of_requests;

  return gtasks;
}

/**
 * hw_db_requests_close:
 * @self: requests
 *
 * Hands over what was pushed, and says that nothing comes any more. In the main context.
 */
void
hw_db_requests_close (HwDbRequests *self)
{
  g_return_if_fail (self != NULL);

  hw_db_requests_hand_over (self);
  g_source_destroy (self->round_end);
  g_async_queue_push (self->waiting, (gpointer) &end_of_requests);
}

void
hw_db_requests_free (HwDbRequests *self)
{
  g_return_if_fail (self != NULL);

  g_source_destroy (self->round_end);
  g_source_unref (self->round_end);
  g_ptr_array_unref (self->pushed);
  g_async_queue_unref (self->waiting);
  g_free (self);
}
