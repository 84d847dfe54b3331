/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-removal.h"

#include "hw-error.h"
#include "hw-event.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Folders that are open at once while a tree is removed; it may be deeper. */
#define MAX_OPEN_FOLDERS 16

/**
 * HwOutputRemoval:
 *
 * Removes the files of tasks that are gone: when it hears that they go, and when it
 * begins, of those that went when nobody could hear it. Only tasks that have ended go,
 * so nobody writes there. Main context; the disk is another thread's.
 */
struct _HwOutputRemoval
{
  GObject parent_instance;

  HwStore *store; /* (owned) (not nullable) */
  char *root;     /* (owned) (not nullable) (type filename) */

  GQueue doubtful; /* (element-type guint64) (owned): tasks that may be gone */
  guint n_jobs;    /* what is under way */
};

/* Tasks from one number to another, whose folders are to go. */
typedef struct
{
  char *folder; /* (owned): that of the epoch */
  guint64 first;
  guint64 last;
} Job;

G_DEFINE_FINAL_TYPE (HwOutputRemoval, hw_output_removal, G_TYPE_OBJECT)

static void
job_free (Job *job)
{
  g_free (job->folder);
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

/* In another thread. */
static void
run_job (GTask        *gtask,
         gpointer      source,
         gpointer      task_data,
         GCancellable *cancellable)
{
  const Job *job = task_data;

  for (guint64 id = job->first; id <= job->last; id++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%" G_GUINT64_FORMAT, job->folder, id);

      if (nftw (path, on_file_visited, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) != 0 &&
          errno != ENOENT)
        g_warning ("The files of task %" G_GUINT64_FORMAT " could not be removed: %s", id,
                   g_strerror (errno));
    }

  g_task_return_boolean (gtask, TRUE);
}

static void
on_job_done (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  HwOutputRemoval *self = HW_OUTPUT_REMOVAL (source);

  self->n_jobs--;
}

static char *
hw_output_removal_build_folder (HwOutputRemoval *self)
{
  return g_strdup_printf ("%s/%" G_GUINT64_FORMAT, self->root, hw_store_get_epoch (self->store));
}

static void
hw_output_removal_remove (HwOutputRemoval *self,
                          guint64          first,
                          guint64          last)
{
  g_autoptr(GTask) gtask = g_task_new (self, NULL, on_job_done, NULL);
  Job *job = g_new0 (Job, 1);

  job->folder = hw_output_removal_build_folder (self);
  job->first = first;
  job->last = last;
  g_task_set_source_tag (gtask, hw_output_removal_remove);
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

      if (hw_event_get_kind (event) == HW_EVENT_KIND_REMOVED)
        hw_output_removal_remove (self, hw_event_get_task_id (event),
                                  hw_event_get_last_task_id (event));
    }
}

/* The folders of which nobody knows go through these in this order. */
static void list_folders (GTask        *gtask,
                          gpointer      source,
                          gpointer      task_data,
                          GCancellable *cancellable);
static void on_folders_listed (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void hw_output_removal_look_at_next (HwOutputRemoval *self);
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

/* In another thread. */
static void
list_folders (GTask        *gtask,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  g_autoptr(GDir) folder = g_dir_open (task_data, 0, NULL);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      guint64 id;

      if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT64, &id, NULL))
        g_array_append_val (ids, id);
    }

  g_task_return_pointer (gtask, g_steal_pointer (&ids), (GDestroyNotify) g_array_unref);
}

static void
on_folders_listed (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  HwOutputRemoval *self = HW_OUTPUT_REMOVAL (source);
  g_autoptr(GArray) ids = g_task_propagate_pointer (G_TASK (result), NULL);

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    g_queue_push_tail (&self->doubtful,
                       g_memdup2 (&g_array_index (ids, guint64, i), sizeof (guint64)));

  hw_output_removal_look_at_next (self);
}

static void
hw_output_removal_look_at_next (HwOutputRemoval *self)
{
  const guint64 *id = g_queue_peek_head (&self->doubtful);

  if (id != NULL)
    hw_store_get_task_async (self->store, *id, NULL, on_task_got, g_object_ref (self));
  else
    self->n_jobs--;
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwOutputRemoval) self = HW_OUTPUT_REMOVAL (user_data);
  g_autofree guint64 *id = g_queue_pop_head (&self->doubtful);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_store_get_task_finish (HW_STORE (source), result, &error);

  if (task == NULL && g_error_matches (error, HW_ERROR, HW_ERROR_NOT_FOUND))
    hw_output_removal_remove (self, *id, *id);

  /* A store that is closed ends it. */
  if (error != NULL && !g_error_matches (error, HW_ERROR, HW_ERROR_NOT_FOUND))
    g_queue_clear_full (&self->doubtful, g_free);
  hw_output_removal_look_at_next (self);
}

static void
hw_output_removal_finalize (GObject *object)
{
  HwOutputRemoval *self = HW_OUTPUT_REMOVAL (object);

  g_queue_clear_full (&self->doubtful, g_free);
  g_clear_object (&self->store);
  g_clear_pointer (&self->root, g_free);

  G_OBJECT_CLASS (hw_output_removal_parent_class)->finalize (object);
}

static void
hw_output_removal_class_init (HwOutputRemovalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_output_removal_finalize;
}

static void
hw_output_removal_init (HwOutputRemoval *self)
{
  g_queue_init (&self->doubtful);
}

/**
 * hw_output_removal_new:
 * @store: what tells that tasks go
 * @root: (type filename): the folder with all output
 *
 * Creates a removal that does nothing before hw_output_removal_begin().
 *
 * Returns: (transfer full): it
 */
HwOutputRemoval *
hw_output_removal_new (HwStore    *store,
                       const char *root)
{
  HwOutputRemoval *self;

  g_return_val_if_fail (HW_IS_STORE (store), NULL);
  g_return_val_if_fail (root != NULL, NULL);

  self = g_object_new (HW_TYPE_OUTPUT_REMOVAL, NULL);
  self->store = g_object_ref (store);
  self->root = g_strdup (root);

  return self;
}

/**
 * hw_output_removal_begin:
 * @self: a removal
 *
 * Removes what belongs to nobody, and from then on the files of all tasks that go.
 */
void
hw_output_removal_begin (HwOutputRemoval *self)
{
  g_autoptr(GTask) gtask = NULL;

  g_return_if_fail (HW_IS_OUTPUT_REMOVAL (self));

  g_signal_connect_object (self->store, "committed", G_CALLBACK (on_store_committed), self,
                           G_CONNECT_DEFAULT);
  gtask = g_task_new (self, NULL, on_folders_listed, NULL);
  g_task_set_source_tag (gtask, hw_output_removal_begin);
  g_task_set_task_data (gtask, hw_output_removal_build_folder (self), g_free);
  self->n_jobs++;
  g_task_run_in_thread (gtask, list_folders);
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
