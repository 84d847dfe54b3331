/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-submissions.h"

/**
 * HwDBusSubmissions:
 *
 * The calls that add tasks, until they are answered: who submits a task must have its
 * number before hearing what became of it. Whether a task that was added belongs to one
 * of these calls is known only when the call is answered, so the news of each task wait
 * for all calls that were open when it was added. That is never long: each of them waits
 * for one write to the disk.
 */
struct _HwDBusSubmissions
{
  GObject parent_instance;

  guint64 last_ticket;
  GQueue open;          /* (element-type guint64) (owned), rising */
  GHashTable *newest_of; /* (owned) task id → the newest ticket that was open then */
};

typedef enum
{
  SIGNAL_RELEASED,
} HwDBusSubmissionsSignal;

static guint signals[SIGNAL_RELEASED + 1];

G_DEFINE_FINAL_TYPE (HwDBusSubmissions, hw_dbus_submissions, G_TYPE_OBJECT)

/* The oldest call that is open, or one that is yet to come. */
static guint64
hw_dbus_submissions_get_oldest (HwDBusSubmissions *self)
{
  const guint64 *oldest = g_queue_peek_head (&self->open);

  return oldest != NULL ? *oldest : self->last_ticket + 1;
}

static gboolean
is_released (gpointer key,
             gpointer value,
             gpointer user_data)
{
  const guint64 *newest = value;
  const guint64 *oldest = user_data;

  return *newest < *oldest;
}

static void
hw_dbus_submissions_finalize (GObject *object)
{
  HwDBusSubmissions *self = HW_DBUS_SUBMISSIONS (object);

  g_clear_pointer (&self->newest_of, g_hash_table_unref);
  g_queue_clear_full (&self->open, g_free);

  G_OBJECT_CLASS (hw_dbus_submissions_parent_class)->finalize (object);
}

static void
hw_dbus_submissions_class_init (HwDBusSubmissionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_dbus_submissions_finalize;

  /**
   * HwDBusSubmissions::released:
   * @self: submissions
   *
   * Tells that there are tasks again whose news may be told.
   */
  signals[SIGNAL_RELEASED] =
    g_signal_new ("released", HW_TYPE_DBUS_SUBMISSIONS, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
hw_dbus_submissions_init (HwDBusSubmissions *self)
{
  g_queue_init (&self->open);
  self->newest_of = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
}

HwDBusSubmissions *
hw_dbus_submissions_new (void)
{
  return g_object_new (HW_TYPE_DBUS_SUBMISSIONS, NULL);
}

/**
 * hw_dbus_submissions_begin:
 * @self: submissions
 *
 * Takes note of a call that is about to add tasks.
 *
 * Returns: a ticket for hw_dbus_submissions_end()
 */
guint64
hw_dbus_submissions_begin (HwDBusSubmissions *self)
{
  g_return_val_if_fail (HW_IS_DBUS_SUBMISSIONS (self), 0);

  self->last_ticket++;
  g_queue_push_tail (&self->open, g_memdup2 (&self->last_ticket, sizeof (guint64)));

  return self->last_ticket;
}

static int
compare_tickets (gconstpointer a,
                 gconstpointer b)
{
  return *(const guint64 *) a == *(const guint64 *) b ? 0 : 1;
}

/**
 * hw_dbus_submissions_end:
 * @self: submissions
 * @ticket: what hw_dbus_submissions_begin() gave
 *
 * Says that the call was answered.
 */
void
hw_dbus_submissions_end (HwDBusSubmissions *self,
                         guint64            ticket)
{
  GList *link;
  guint64 oldest;

  g_return_if_fail (HW_IS_DBUS_SUBMISSIONS (self));

  link = g_queue_find_custom (&self->open, &ticket, compare_tickets);
  g_return_if_fail (link != NULL);

  g_free (link->data);
  g_queue_delete_link (&self->open, link);
  oldest = hw_dbus_submissions_get_oldest (self);
  if (g_hash_table_foreach_remove (self->newest_of, is_released, &oldest) > 0)
    g_signal_emit (self, signals[SIGNAL_RELEASED], 0);
}

/**
 * hw_dbus_submissions_note_added:
 * @self: submissions
 * @task_id: a new task
 *
 * Takes note of a task that may belong to one of the calls.
 */
void
hw_dbus_submissions_note_added (HwDBusSubmissions *self,
                                guint64            task_id)
{
  g_return_if_fail (HW_IS_DBUS_SUBMISSIONS (self));

  if (!g_queue_is_empty (&self->open))
    g_hash_table_insert (self->newest_of, g_memdup2 (&task_id, sizeof (task_id)),
                         g_memdup2 (g_queue_peek_tail (&self->open), sizeof (guint64)));
}

/**
 * hw_dbus_submissions_may_tell:
 * @self: submissions
 * @task_id: a task
 *
 * Tells whether everybody who may have added the task has its number.
 *
 * Returns: %TRUE if what becomes of it may be told
 */
gboolean
hw_dbus_submissions_may_tell (HwDBusSubmissions *self,
                              guint64            task_id)
{
  g_return_val_if_fail (HW_IS_DBUS_SUBMISSIONS (self), TRUE);

  return !g_hash_table_contains (self->newest_of, &task_id);
}
