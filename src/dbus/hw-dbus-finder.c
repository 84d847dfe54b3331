/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-finder.h"

#include "hw-error.h"

/**
 * HwDBusFinder:
 *
 * Finds out the rest about tasks of which only an event was heard. What it finds is never
 * older than what was heard.
 */
struct _HwDBusFinder
{
  GObject parent_instance;

  HwTaskQueue *queue;     /* (owned) (not nullable) */
  HwPrincipal *principal; /* (owned) (not nullable) */

  GHashTable *wanted; /* (owned) task id → Wanted */
  guint ask_id;
};

/* A task that is asked for. */
typedef struct
{
  guint64 seq; /* of what was heard of it last */
  gboolean is_asked;
} Wanted;

/* Somebody asked for a task, until it is answered. */
typedef struct
{
  HwDBusFinder *finder; /* (owned) */
  guint64 task_id;
} Question;

typedef enum
{
  SIGNAL_FOUND,
} HwDBusFinderSignal;

static guint signals[SIGNAL_FOUND + 1];

static void
question_free (Question *question)
{
  g_clear_object (&question->finder);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

G_DEFINE_FINAL_TYPE (HwDBusFinder, hw_dbus_finder, G_TYPE_OBJECT)

/* A task is found by these in this order. */
static gboolean on_ask_idle (gpointer user_data);
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

/**
 * hw_dbus_finder_find:
 * @self: a finder
 * @task_id: a task
 * @seq: the number of what was heard of it
 *
 * Asks for a task, and tells by #HwDBusFinder::found. Not at once: whoever hears of an
 * event may call nothing.
 */
void
hw_dbus_finder_find (HwDBusFinder *self,
                     guint64       task_id,
                     guint64       seq)
{
  Wanted *wanted;

  g_return_if_fail (HW_IS_DBUS_FINDER (self));

  wanted = g_hash_table_lookup (self->wanted, &task_id);
  if (wanted == NULL)
    {
      wanted = g_new0 (Wanted, 1);
      g_hash_table_insert (self->wanted, g_memdup2 (&task_id, sizeof (task_id)), wanted);
    }

  wanted->seq = MAX (wanted->seq, seq);
  if (!wanted->is_asked && self->ask_id == 0)
    self->ask_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_ask_idle, self, NULL);
}

/**
 * hw_dbus_finder_note:
 * @self: a finder
 * @task_id: a task
 * @seq: the number of what was heard of it
 *
 * Takes note that something was heard, in case that the task is being asked for.
 */
void
hw_dbus_finder_note (HwDBusFinder *self,
                     guint64       task_id,
                     guint64       seq)
{
  Wanted *wanted;

  g_return_if_fail (HW_IS_DBUS_FINDER (self));

  wanted = g_hash_table_lookup (self->wanted, &task_id);
  if (wanted != NULL)
    wanted->seq = MAX (wanted->seq, seq);
}

static gboolean
on_ask_idle (gpointer user_data)
{
  HwDBusFinder *self = HW_DBUS_FINDER (user_data);
  g_autoptr(GArray) task_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  const guint64 *task_id;
  Wanted *wanted;

  self->ask_id = 0;
  g_hash_table_iter_init (&iter, self->wanted);
  while (g_hash_table_iter_next (&iter, (gpointer *) &task_id, (gpointer *) &wanted))
    if (!wanted->is_asked)
      {
        wanted->is_asked = TRUE;
        g_array_append_vals (task_ids, task_id, 1);
      }

  for (guint i = 0; i < task_ids->len; i++)
    {
      Question *question = g_new0 (Question, 1);

      question->finder = g_object_ref (self);
      question->task_id = g_array_index (task_ids, guint64, i);
      hw_task_queue_get_task_async (self->queue, self->principal, question->task_id, NULL,
                                    on_task_got, question);
    }

  return G_SOURCE_REMOVE;
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Question) question = user_data;
  HwDBusFinder *self = question->finder;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (HW_TASK_QUEUE (source), result, &error);
  const Wanted *wanted = g_hash_table_lookup (self->wanted, &question->task_id);
  guint64 heard = wanted->seq;

  g_hash_table_remove (self->wanted, &question->task_id);
  if (task == NULL && !g_error_matches (error, HW_ERROR, HW_ERROR_NOT_FOUND))
    g_warning ("Could not look at task %" G_GUINT64_FORMAT ": %s", question->task_id,
               error->message);

  if (task == NULL)
    return;

  if (hw_task_get_seq (task) < heard)
    hw_dbus_finder_find (self, question->task_id, heard);
  else
    g_signal_emit (self, signals[SIGNAL_FOUND], 0, task);
}

static void
hw_dbus_finder_dispose (GObject *object)
{
  HwDBusFinder *self = HW_DBUS_FINDER (object);

  g_clear_handle_id (&self->ask_id, g_source_remove);

  G_OBJECT_CLASS (hw_dbus_finder_parent_class)->dispose (object);
}

static void
hw_dbus_finder_finalize (GObject *object)
{
  HwDBusFinder *self = HW_DBUS_FINDER (object);

  g_clear_pointer (&self->wanted, g_hash_table_unref);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_dbus_finder_parent_class)->finalize (object);
}

static void
hw_dbus_finder_class_init (HwDBusFinderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_dbus_finder_dispose;
  object_class->finalize = hw_dbus_finder_finalize;

  /**
   * HwDBusFinder::found:
   * @self: a finder
   * @task: a task that was asked for
   *
   * Tells what is known of a task.
   */
  signals[SIGNAL_FOUND] =
    g_signal_new ("found", HW_TYPE_DBUS_FINDER, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, HW_TYPE_TASK);
}

static void
hw_dbus_finder_init (HwDBusFinder *self)
{
  self->wanted = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
}

/**
 * hw_dbus_finder_new:
 * @queue: whom to ask
 * @principal: who asks
 *
 * Creates a finder that looks for nothing.
 *
 * Returns: (transfer full): a finder
 */
HwDBusFinder *
hw_dbus_finder_new (HwTaskQueue *queue,
                    HwPrincipal *principal)
{
  HwDBusFinder *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (principal != NULL, NULL);

  self = g_object_new (HW_TYPE_DBUS_FINDER, NULL);
  self->queue = g_object_ref (queue);
  self->principal = hw_principal_ref (principal);

  return self;
}
