/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-answers.h"

/**
 * HwDbAnswers:
 *
 * The way of answers from the threads of the database to the main context: they
 * arrive one by one, in the order in which each thread posted them.
 *
 * To set the time of a source wakes the main context with its lock held, for which it then
 * waits: it sleeps twice. So the source looks at the queue itself, and posting only wakes.
 *
 * Threads do not end a #GTask themselves: whoever drops the last reference to one
 * drops its source object too, and a thread that finalizes the store would wait for
 * its own end.
 */
struct _HwDbAnswers
{
  gatomicrefcount ref_count;

  GAsyncQueue *waiting; /* (owned) */
  GMainContext *context; /* (owned) (nullable): the global default */
  GSource *source;      /* (owned) */
  HwDbAnswersFunc function;
  gpointer user_data;

  /* Of the main context. */
  gboolean is_delivering;
};

/* How many answers come in one round of the main context. */
#define MAX_OF_ROUND 16

/* The source in the main context. */
typedef struct
{
  GSource parent_instance;

  HwDbAnswers *answers; /* (unowned): outlives the source */
} AnswersSource;

static gboolean
deliver_one (HwDbAnswers *self)
{
  gpointer answer = g_async_queue_try_pop (self->waiting);

  if (answer == NULL)
    return FALSE;

  self->function (answer, self->user_data);

  return TRUE;
}

static gboolean
answers_source_is_ready (GSource *source)
{
  return g_async_queue_length (((AnswersSource *) source)->answers->waiting) > 0;
}

static gboolean
answers_source_prepare (GSource *source,
                        int     *timeout)
{
  return answers_source_is_ready (source);
}

/* In each round no more than so many answers, so that others have their turn, and not fewer,
 * so that an answer waits for few rounds behind others, which are long when many connections
 * are busy. But what takes an answer may close the way: then this delivers what is left, as it
 * must keep its place in the order.
 */
static gboolean
answers_source_dispatch (GSource    *source,
                         GSourceFunc callback,
                         gpointer    user_data)
{
  g_autoptr(HwDbAnswers) self = hw_db_answers_ref (((AnswersSource *) source)->answers);

  self->is_delivering = TRUE;
  for (guint i = 0; (i < MAX_OF_ROUND || g_source_is_destroyed (source)) && deliver_one (self); i++)
    continue;
  self->is_delivering = FALSE;

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs answers_source_funcs = {
  .prepare = answers_source_prepare,
  .check = answers_source_is_ready,
  .dispatch = answers_source_dispatch,
};

/**
 * hw_db_answers_new:
 * @context: (nullable): where to deliver
 * @function: takes each answer
 * @user_data: data for @function
 *
 * Makes a way for answers.
 *
 * Returns: (transfer full): the way
 */
HwDbAnswers *
hw_db_answers_new (GMainContext   *context,
                   HwDbAnswersFunc function,
                   gpointer        user_data)
{
  HwDbAnswers *self;

  g_return_val_if_fail (function != NULL, NULL);

  self = g_new0 (HwDbAnswers, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->waiting = g_async_queue_new ();
  self->context = context != NULL ? g_main_context_ref (context) : NULL;
  self->function = function;
  self->user_data = user_data;
  self->source = g_source_new (&answers_source_funcs, sizeof (AnswersSource));
  ((AnswersSource *) self->source)->answers = self;
  g_source_set_static_name (self->source, "database answers");
  g_source_attach (self->source, context);

  return self;
}

/**
 * hw_db_answers_post:
 * @self: a way for answers
 * @answer: (transfer full) (not nullable): the answer
 *
 * Sends an answer. Any thread, until hw_db_answers_close().
 */
void
hw_db_answers_post (HwDbAnswers *self,
                    gpointer     answer)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (answer != NULL);

  g_async_queue_push (self->waiting, answer);
  g_main_context_wakeup (self->context);
}

/**
 * hw_db_answers_close:
 * @self: a way for answers
 *
 * Delivers what is on its way, now. Nobody may post any more. In the main context.
 */
void
hw_db_answers_close (HwDbAnswers *self)
{
  g_return_if_fail (self != NULL);

  g_source_destroy (self->source);
  while (!self->is_delivering && deliver_one (self))
    continue;
}

HwDbAnswers *
hw_db_answers_ref (HwDbAnswers *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
hw_db_answers_unref (HwDbAnswers *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_async_queue_unref (self->waiting);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}
