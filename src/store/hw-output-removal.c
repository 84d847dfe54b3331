/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-removal.h"

#include "hw-error.h"
#include "hw-event.h"
#include "hw-output-attic.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders that are open at once while a tree is removed, or looked at; it may be deeper. */
#define MAX_OPEN_FOLDERS 16

/**
 * HwOutputRemoval:
 *
 * Removes the files of tasks that are gone: when it hears that they go, and when it
 * begins, of those that went when nobody could hear it. Only tasks that have ended go,
 * so nobody writes there. What the keeper found when it began is looked up in the store for
 * that; of attempts that ended when nobody could hear it the keeper is told. Main context;
 * the disk is another thread's.
 */
struct _HwOutputRemoval
{
  GObject parent_instance;

  HwStore *store;         /* (owned) (not nullable) */
  HwOutputKeeper *keeper; /* (owned) (not nullable) */
  char *root;             /* (owned) (not nullable) (type filename) */
  gint64 max_age;         /* how long what belongs to nobody stays, or 0: always */

  GArray *found;          /* (owned) (nullable) (element-type HwOutputFound): to be looked up */
  guint next;             /* of those */
  guint n_jobs;           /* what is under way */
};

/* Tasks from one number to another, whose folders are to go. */
typedef struct
{
  char *root;       /* (owned) */
  guint64 newest;   /* the epoch that is now */
  guint64 epoch;    /* in which they are, or 0 for any */
  guint64 first;
  guint64 last;
  gint64 untouched; /* only if nothing was done there for so long, in microseconds */
  GArray *ended;    /* (owned) (element-type HwOutputFound): of what stays */
} Job;

G_DEFINE_FINAL_TYPE (HwOutputRemoval, hw_output_removal, G_TYPE_OBJECT)

static void
job_free (Job *job)
{
  g_array_unref (job->ended);
  g_free (job->root);
  g_free (job);
}

static int
on_file_visited (const char        *path,
                 const struct stat *status,
                 int                kind,
                 struct FTW        *place)
{
  /* What cannot be removed is told of by its folder, which then cannot be either. */
  remove (path);

  return 0;
}

/* Whether anything was written since, to a file or folder or so many levels below it: whoever adds
 * to a file leaves its folder as old as it was. What is deeper does not count.
 */
static gboolean
has_news (const char *path,
          gint64      since,
          guint       n_levels)
{
  g_autoptr(GDir) folder = NULL;
  gboolean has_any;
  struct stat status;
  const char *name;

  if (lstat (path, &status) != 0)
    return FALSE;

  has_any = status.st_mtime * G_USEC_PER_SEC > since;
  if (!has_any && n_levels > 0 && S_ISDIR (status.st_mode))
    folder = g_dir_open (path, 0, NULL);
  while (!has_any && folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      has_any = has_news (child, since, n_levels - 1);
    }

  return has_any;
}

static void
remove_folders (const char *folder,
                const Job  *job)
{
  for (guint64 id = job->first; id <= job->last; id++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%" G_GUINT64_FORMAT, folder, id);

      if (job->untouched > 0 && has_news (path, g_get_real_time () - job->untouched, MAX_OPEN_FOLDERS))
        continue;
      if (nftw (path, on_file_visited, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) != 0 &&
          errno != ENOENT)
        g_warning ("The files of task %" G_GUINT64_FORMAT " could not be removed: %s", id,
                   g_strerror (errno));
    }
}

/* In another thread. */
static void
run_job (GTask        *gtask,
         gpointer      source,
         gpointer      task_data,
         GCancellable *cancellable)
{
  const Job *job = task_data;
  g_autoptr(GDir) folder = g_dir_open (job->root, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (job->root, name, NULL);
      guint64 epoch;

      if (!g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT64, &epoch, NULL) ||
          (job->epoch != 0 && job->epoch != epoch))
        continue;

      remove_folders (path, job);
      /* The last one takes its epoch with it. In the newest somebody may be about to begin. */
      if (epoch != job->newest)
        rmdir (path);
    }

  g_task_return_boolean (gtask, TRUE);
}

/* Passes on which attempts have ended. */
static void
hw_output_removal_tell_ended (HwOutputRemoval *self,
                              const GArray    *ended)
{
  for (guint i = 0; i < ended->len; i++)
    {
      const HwOutputFound *found = &g_array_index (ended, HwOutputFound, i);

      hw_output_keeper_take_ended (self->keeper, found->epoch, found->task_id,
                                   (guint) found->attempt);
    }
}

/* The keeper writes into what has ended, so it comes when nobody looks there any more. Of what is
 * gone it finds nothing.
 */
static void
on_job_done (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  HwOutputRemoval *self = HW_OUTPUT_REMOVAL (source);
  const Job *job = g_task_get_task_data (G_TASK (result));

  self->n_jobs--;
  hw_output_removal_tell_ended (self, job->ended);
}

/* @ended is (transfer full) (nullable). */
static void
hw_output_removal_remove (HwOutputRemoval *self,
                          guint64          epoch,
                          guint64          first,
                          guint64          last,
                          gint64           untouched,
                          GArray          *ended)
{
  g_autoptr(GTask) gtask = g_task_new (self, NULL, on_job_done, NULL);
  Job *job = g_new0 (Job, 1);

  g_task_set_source_tag (gtask, hw_output_removal_remove);
  job->root = g_strdup (self->root);
  job->newest = hw_store_get_epoch (self->store);
  job->epoch = epoch;
  job->first = first;
  job->last = last;
  job->untouched = untouched;
  job->ended = ended != NULL ? ended : g_array_new (FALSE, FALSE, sizeof (HwOutputFound));
  g_task_set_task_data (gtask, job, (GDestroyNotify) job_free);
  self->n_jobs++;
  g_task_run_in_thread (gtask, run_job);
}

static void
on_store_committed (HwStore         *store,
                    GPtrArray       *events,
                    HwOutputRemoval *self)
{
  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);

      /* It may have been begun in a former epoch, and nobody else ever has its number. */
      if (hw_event_get_kind (event) == HW_EVENT_KIND_REMOVED)
        hw_output_removal_remove (self, 0, hw_event_get_task_id (event),
                                  hw_event_get_last_task_id (event), 0, NULL);
    }
}

/* What was found goes through these in this order, task by task. */
static void on_keeper_found (HwOutputKeeper  *keeper,
                             GArray          *found,
                             HwOutputRemoval *self);
static void hw_output_removal_look_at_next (HwOutputRemoval *self);
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

static void
on_keeper_found (HwOutputKeeper  *keeper,
                 GArray          *found,
                 HwOutputRemoval *self)
{
  self->found = g_array_ref (found);
  hw_output_removal_look_at_next (self);
}

static const HwOutputFound *
hw_output_removal_peek (HwOutputRemoval *self)
{
  return self->next < self->found->len
         ? &g_array_index (self->found, HwOutputFound, self->next) : NULL;
}

/* Looks up the next task: whether it is there, and which of its attempts have ended. */
static void
hw_output_removal_look_at_next (HwOutputRemoval *self)
{
  const HwOutputFound *found = hw_output_removal_peek (self);

  while (found != NULL && found->attempt != 0)
    {
      self->next++;
      found = hw_output_removal_peek (self);
    }

  if (found != NULL)
    {
      hw_store_get_task_async (self->store, found->task_id, NULL, on_task_got,
                               g_object_ref (self));
      return;
    }

  g_clear_pointer (&self->found, g_array_unref);
  self->n_jobs--;
}

/* Whether an attempt that was found goes on. */
static gboolean
hw_output_removal_runs (HwOutputRemoval     *self,
                        const HwOutputFound *found,
                        HwTask              *task)
{
  return task != NULL && hw_task_get_state (task) == HW_TASK_STATE_PROCESSING &&
         found->attempt == hw_task_get_attempt (task) &&
         found->epoch == hw_store_get_epoch_of_task (self->store, task);
}

/* Takes which attempts of the task that was looked up have ended: all but one that runs. If there
 * is no such task, what ran of it in a former epoch was ended. Returns: (transfer full)
 * (element-type HwOutputFound): them
 */
static GArray *
hw_output_removal_take_ended (HwOutputRemoval *self,
                              HwTask          *task)
{
  GArray *ended = g_array_new (FALSE, FALSE, sizeof (HwOutputFound));
  const HwOutputFound *found;

  for (self->next++; (found = hw_output_removal_peek (self)) != NULL && found->attempt != 0;
       self->next++)
    if (found->attempt <= G_MAXUINT && !hw_output_removal_runs (self, found, task))
      g_array_append_vals (ended, found, 1);

  return ended;
}

static void
hw_output_removal_take_known (HwOutputRemoval *self,
                              HwTask          *task)
{
  g_autoptr(GArray) ended = hw_output_removal_take_ended (self, task);

  hw_output_removal_tell_ended (self, ended);
}

/* Sees to the files of a task that the database does not know. Those of a former epoch are of a
 * future that was given up, and stay for as long as if it had not been: somebody may put that back.
 */
static void
hw_output_removal_take_unknown (HwOutputRemoval     *self,
                                const HwOutputFound *found)
{
  gboolean is_former = found->epoch != hw_store_get_epoch (self->store);

  if (is_former && self->max_age == 0)
    hw_output_removal_take_known (self, NULL);
  else
    hw_output_removal_remove (self, found->epoch, found->task_id, found->task_id,
                              is_former ? self->max_age : 0,
                              hw_output_removal_take_ended (self, NULL));
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwOutputRemoval) self = HW_OUTPUT_REMOVAL (user_data);
  const HwOutputFound *found = hw_output_removal_peek (self);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_store_get_task_finish (HW_STORE (source), result, &error);

  if (task == NULL && !g_error_matches (error, HW_ERROR, HW_ERROR_NOT_FOUND))
    /* A store that is closed ends it. */
    self->next = self->found->len;
  else if (task != NULL)
    hw_output_removal_take_known (self, task);
  else
    hw_output_removal_take_unknown (self, found);

  hw_output_removal_look_at_next (self);
}

/* The last one to have it may be a thread: whoever sees it go sees the store go as well. */
static void
hw_output_removal_dispose (GObject *object)
{
  HwOutputRemoval *self = HW_OUTPUT_REMOVAL (object);

  g_clear_object (&self->keeper);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (hw_output_removal_parent_class)->dispose (object);
}

static void
hw_output_removal_finalize (GObject *object)
{
  HwOutputRemoval *self = HW_OUTPUT_REMOVAL (object);

  g_clear_pointer (&self->found, g_array_unref);
  g_clear_pointer (&self->root, g_free);

  G_OBJECT_CLASS (hw_output_removal_parent_class)->finalize (object);
}

static void
hw_output_removal_class_init (HwOutputRemovalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_output_removal_dispose;
  object_class->finalize = hw_output_removal_finalize;
}

static void
hw_output_removal_init (HwOutputRemoval *self)
{
}

/**
 * hw_output_removal_new:
 * @store: what tells that tasks go
 * @keeper: who looks after the output
 * @root: (type filename): the folder with all output
 * @max_age: how long the files of tasks that this database never had stay, in microseconds, or 0:
 *   they are not removed
 *
 * Creates a removal that does nothing before hw_output_removal_begin().
 *
 * Returns: (transfer full): it
 */
HwOutputRemoval *
hw_output_removal_new (HwStore        *store,
                       HwOutputKeeper *keeper,
                       const char     *root,
                       gint64          max_age)
{
  HwOutputRemoval *self;

  g_return_val_if_fail (HW_IS_STORE (store), NULL);
  g_return_val_if_fail (HW_IS_OUTPUT_KEEPER (keeper), NULL);
  g_return_val_if_fail (root != NULL, NULL);

  self = g_object_new (HW_TYPE_OUTPUT_REMOVAL, NULL);
  self->store = g_object_ref (store);
  self->keeper = g_object_ref (keeper);
  self->root = g_strdup (root);
  self->max_age = max_age;

  return self;
}

/**
 * hw_output_removal_begin:
 * @self: a removal
 *
 * Has the keeper begin, removes what belongs to nobody in this epoch, and from then on the
 * files of all tasks that go.
 */
void
hw_output_removal_begin (HwOutputRemoval *self)
{
  g_return_if_fail (HW_IS_OUTPUT_REMOVAL (self));

  g_signal_connect_object (self->store, "committed", G_CALLBACK (on_store_committed), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->keeper, "found", G_CALLBACK (on_keeper_found), self,
                           G_CONNECT_DEFAULT);
  self->n_jobs++;
  hw_output_keeper_begin (self->keeper);
}

/**
 * hw_output_removal_is_busy:
 * @self: a removal
 *
 * Tells whether there are files about to be removed.
 *
 * Returns: %TRUE if there are
 */
gboolean
hw_output_removal_is_busy (HwOutputRemoval *self)
{
  g_return_val_if_fail (HW_IS_OUTPUT_REMOVAL (self), FALSE);

  return self->n_jobs > 0;
}
