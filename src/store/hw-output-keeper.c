/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-keeper.h"

#include "hw-attempt-epoch.h"
#include "hw-output-attic.h"
#include "hw-shim-output.h"

/* What files are given room in, on most file systems. */
#define ROOM_UNIT 4096

/**
 * HwOutputKeeper:
 *
 * Looks after the output of attempts that have ended: packs it, and sees to it that all
 * together is not too much. It counts what there is when it begins, and from then on adds
 * to that; only when the sum is too large it counts again, and removes the oldest.
 * The files are touched in one thread at a time, never in the main context.
 */
struct _HwOutputKeeper
{
  GObject parent_instance;

  char *root;     /* (owned) (not nullable): the folder of all attempts */
  HwStore *store; /* (owned) (not nullable) */
  guint64 total;
  guint64 size;   /* of all that was counted */

  GArray *waiting;           /* (owned) (element-type HwAttemptKey): are to be packed next */
  GCancellable *cancellable; /* (owned) */
  gboolean must_prune;
  gboolean must_find;        /* and tell what was found */
  gboolean is_busy;
  gboolean is_closed;
};

typedef enum
{
  SIGNAL_FOUND,
} HwOutputKeeperSignal;

static guint signals[SIGNAL_FOUND + 1];

G_DEFINE_FINAL_TYPE (HwOutputKeeper, hw_output_keeper, G_TYPE_OBJECT)

/* What one thread does. Owned by its GTask. */
typedef struct
{
  char *root;    /* (owned) */
  guint64 total;
  GArray *ended; /* (owned) (element-type HwAttemptKey): to be packed */
  gboolean must_prune;
  GArray *found; /* (owned) (nullable) (element-type HwOutputFound): if it is to be told */
  guint64 size;  /* of those that have ended, or of all */
} Work;

static void
work_free (Work *work)
{
  g_clear_pointer (&work->root, g_free);
  g_clear_pointer (&work->ended, g_array_unref);
  g_clear_pointer (&work->found, g_array_unref);
  g_free (work);
}

static void on_worked (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);

static guint64
pack_folder (const char   *path,
             GCancellable *cancellable)
{
  g_auto(HwOutputFolder) folder = { .fd = -1 };

  if (!hw_output_folder_open (&folder, path, NULL, NULL) || folder.fd < 0)
    return 0;

  hw_output_attic_set_has_ended (&folder);
  hw_output_attic_pack (&folder, cancellable);

  return hw_output_attic_measure (&folder);
}

static guint64
pack_attempt (const char         *root,
              const HwAttemptKey *key,
              GCancellable       *cancellable)
{
  g_autofree char *folder = hw_attempt_folder_build (root, hw_attempt_epoch_find (root, key),
                                                     key->task_id, key->attempt);

  return pack_folder (folder, cancellable);
}

static void
work_in_thread (GTask        *gtask,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Work *work = data;

  for (guint i = 0; i < work->ended->len; i++)
    work->size += pack_attempt (work->root, &g_array_index (work->ended, HwAttemptKey, i),
                                cancellable);
  if (work->must_prune)
    work->size = hw_output_attic_prune (work->root, work->total, work->found, cancellable);

  g_task_return_boolean (gtask, TRUE);
}

static void
hw_output_keeper_work (HwOutputKeeper *self)
{
  g_autoptr(GTask) gtask = NULL;
  Work *work;

  if (self->is_busy || self->is_closed || (self->waiting->len == 0 && !self->must_prune))
    return;

  work = g_new0 (Work, 1);
  work->root = g_strdup (self->root);
  work->total = self->total;
  work->must_prune = self->must_prune;
  work->ended = g_steal_pointer (&self->waiting);
  self->waiting = g_array_new (FALSE, FALSE, sizeof (HwAttemptKey));
  if (self->must_find)
    work->found = g_array_new (FALSE, FALSE, sizeof (HwOutputFound));
  self->must_prune = FALSE;
  self->must_find = FALSE;
  self->is_busy = TRUE;

  gtask = g_task_new (self, self->cancellable, on_worked, NULL);
  g_task_set_source_tag (gtask, hw_output_keeper_work);
  g_task_set_priority (gtask, G_PRIORITY_LOW);
  g_task_set_task_data (gtask, work, (GDestroyNotify) work_free);
  g_task_run_in_thread (gtask, work_in_thread);
}

static void
hw_output_keeper_add (HwOutputKeeper *self,
                      guint64         size)
{
  self->size += size;
  self->must_prune = self->must_prune || self->size > self->total;
  hw_output_keeper_work (self);
}

static void
on_worked (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  HwOutputKeeper *self = HW_OUTPUT_KEEPER (source);
  const Work *work = g_task_get_task_data (G_TASK (result));

  self->is_busy = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    return; /* it was closed */

  /* What cannot be removed is not tried again at once. */
  self->size = work->must_prune ? work->size : self->size + work->size;
  self->must_prune = self->must_prune || (!work->must_prune && self->size > self->total);
  if (work->found != NULL)
    g_signal_emit (self, signals[SIGNAL_FOUND], 0, work->found);
  hw_output_keeper_work (self);
}

/* @key is of an attempt that has ended. */
static void
hw_output_keeper_pack (HwOutputKeeper     *self,
                       const HwAttemptKey *key)
{
  g_array_append_vals (self->waiting, key, 1);
  hw_output_keeper_work (self);
}

/* One that was begun before a backup was put back stays where it was. */
static void
hw_output_keeper_pack_ended (HwOutputKeeper *self,
                             const HwEvent  *event)
{
  const HwAttemptKey key = {
    .epoch = hw_event_get_epoch (event),
    .task_id = hw_event_get_task_id (event),
    .attempt = hw_event_get_attempt (event),
    .latest = hw_event_get_time (event),
  };

  hw_output_keeper_pack (self, &key);
}

/* An attempt that has ended is packed if there is anything to pack; what is small is only
 * counted, with its index.
 */
static void
hw_output_keeper_take (HwOutputKeeper *self,
                       const HwEvent  *event,
                       guint64         output_size)
{
  guint64 n_units = (output_size + ROOM_UNIT - 1) / ROOM_UNIT + 1;

  if (output_size >= HW_SEGMENT_SIZE)
    hw_output_keeper_pack_ended (self, event);
  else if (output_size > 0)
    hw_output_keeper_add (self, n_units * ROOM_UNIT);
}

/* Whether an attempt ended of which nobody knows how much it printed: it was lost, or the
 * task is tried again. One that is retried, or canceled before that, ended earlier, and is
 * counted once more: then all is only measured again a little too soon.
 */
static gboolean
has_lost_attempt (HwEvent *event)
{
  HwTaskState state;

  return hw_event_get_attempt (event) > 0 && hw_event_get_state (event, &state) &&
         state != HW_TASK_STATE_PROCESSING;
}

static void
on_store_committed (HwStore   *store,
                    GPtrArray *events,
                    gpointer   user_data)
{
  HwOutputKeeper *self = HW_OUTPUT_KEEPER (user_data);

  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);
      HwTaskFields *fields = hw_event_get_fields (event);

      if (hw_event_get_kind (event) != HW_EVENT_KIND_STATE)
        continue;

      if (hw_task_fields_has (fields, HW_TASK_FIELD_OUTPUT_SIZE))
        hw_output_keeper_take (self, event, (guint64)
                               hw_task_fields_get_number (fields, HW_TASK_FIELD_OUTPUT_SIZE));
      else if (has_lost_attempt (event))
        hw_output_keeper_pack_ended (self, event);
    }
}

/* The last one to have it may be a thread: whoever sees it go sees the store go as well. */
static void
hw_output_keeper_dispose (GObject *object)
{
  HwOutputKeeper *self = HW_OUTPUT_KEEPER (object);

  g_clear_object (&self->store);

  G_OBJECT_CLASS (hw_output_keeper_parent_class)->dispose (object);
}

static void
hw_output_keeper_finalize (GObject *object)
{
  HwOutputKeeper *self = HW_OUTPUT_KEEPER (object);

  g_clear_pointer (&self->waiting, g_array_unref);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->root, g_free);

  G_OBJECT_CLASS (hw_output_keeper_parent_class)->finalize (object);
}

static void
hw_output_keeper_class_init (HwOutputKeeperClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_output_keeper_dispose;
  object_class->finalize = hw_output_keeper_finalize;

  /**
   * HwOutputKeeper::found:
   * @self: a keeper
   * @found: (element-type HwOutputFound): which tasks have folders, and which of their attempts
   *   nobody wrote down the end of
   *
   * Tells once what it found when it began. Whoever knows that such an attempt has ended
   * calls hw_output_keeper_take_ended().
   */
  signals[SIGNAL_FOUND] =
    g_signal_new ("found", HW_TYPE_OUTPUT_KEEPER, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_ARRAY);
}

static void
hw_output_keeper_init (HwOutputKeeper *self)
{
  self->waiting = g_array_new (FALSE, FALSE, sizeof (HwAttemptKey));
  self->cancellable = g_cancellable_new ();
}

/**
 * hw_output_keeper_new:
 * @root: the folder of all attempts
 * @store: tells which attempts end
 * @total: how many bytes the output of all attempts that have ended may take
 *
 * Creates one who looks after the output in @root, and counts what there is when it is told
 * to begin.
 *
 * Returns: (transfer full): it
 */
HwOutputKeeper *
hw_output_keeper_new (const char *root,
                      HwStore    *store,
                      guint64     total)
{
  HwOutputKeeper *self;

  g_return_val_if_fail (root != NULL, NULL);
  g_return_val_if_fail (HW_IS_STORE (store), NULL);

  self = g_object_new (HW_TYPE_OUTPUT_KEEPER, NULL);
  self->root = g_strdup (root);
  self->store = g_object_ref (store);
  self->total = total;
  g_signal_connect_object (store, "committed", G_CALLBACK (on_store_committed), self,
                           G_CONNECT_DEFAULT);

  return self;
}

/**
 * hw_output_keeper_begin:
 * @self: a keeper
 *
 * Has it walk through all folders, count what there is, and tell what it found.
 */
void
hw_output_keeper_begin (HwOutputKeeper *self)
{
  g_return_if_fail (HW_IS_OUTPUT_KEEPER (self));

  self->must_prune = TRUE;
  self->must_find = TRUE;
  hw_output_keeper_work (self);
}

/**
 * hw_output_keeper_take_ended:
 * @self: a keeper
 * @epoch: in which it was begun
 * @task_id: a task
 * @attempt: an attempt of it that has ended
 *
 * Has an attempt's output packed and counted.
 */
void
hw_output_keeper_take_ended (HwOutputKeeper *self,
                             guint64         epoch,
                             guint64         task_id,
                             guint           attempt)
{
  const HwAttemptKey key = { .epoch = epoch, .task_id = task_id, .attempt = attempt };

  g_return_if_fail (HW_IS_OUTPUT_KEEPER (self));

  hw_output_keeper_pack (self, &key);
}

/**
 * hw_output_keeper_close:
 * @self: a keeper
 *
 * Has it begin nothing any more. What it is at ends after the next file.
 */
void
hw_output_keeper_close (HwOutputKeeper *self)
{
  g_return_if_fail (HW_IS_OUTPUT_KEEPER (self));

  self->is_closed = TRUE;
  g_cancellable_cancel (self->cancellable);
}

/**
 * hw_output_keeper_is_busy:
 * @self: a keeper
 *
 * Gets whether it has something to do.
 *
 * Returns: whether a thread is at work
 */
gboolean
hw_output_keeper_is_busy (HwOutputKeeper *self)
{
  g_return_val_if_fail (HW_IS_OUTPUT_KEEPER (self), FALSE);

  return self->is_busy;
}

/**
 * hw_output_keeper_get_size:
 * @self: a keeper
 *
 * Gets how much the output of all attempts that have ended takes, as far as it has counted.
 *
 * Returns: bytes
 */
guint64
hw_output_keeper_get_size (HwOutputKeeper *self)
{
  g_return_val_if_fail (HW_IS_OUTPUT_KEEPER (self), 0);

  return self->size;
}
