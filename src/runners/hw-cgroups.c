/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cgroups.h"

#include "hw-cgroup-files.h"
#include "hw-error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* What all places begin with, whoever made them. */
#define PREFIX "headway-"

/* How old an empty place must be for nobody to be about to use it. */
#define STALE_SECONDS (60 * 60)

/**
 * HwCgroups:
 *
 * Puts each process into a cgroup of its own, beneath one that was left to us: the one that we
 * are in, unless another was chosen. Without such a one it does nothing.
 *
 * Places of attempts that are gone are removed when the first new one is made; the rest of
 * them is whoever's it was for. What blocks is done on threads of GIO. Main context only.
 */
struct _HwCgroups
{
  GObject parent_instance;

  char *root;         /* (owned) (nullable): none that we may use */

  GMutex mutex;       /* held while what is left of others is removed */
  gboolean was_swept; /* and that was done; by the mutex */
};

/* What a thread makes. Owned by its #GTask. */
typedef struct
{
  char *name; /* (owned) */
  pid_t pid;
} Place;

static void hw_cgroups_iface_init (HwEnclosureInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwCgroups, hw_cgroups, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_ENCLOSURE, hw_cgroups_iface_init))

static void
place_free (Place *place)
{
  g_free (place->name);
  g_free (place);
}

static const char *
hw_cgroups_get_containment (HwEnclosure *enclosure)
{
  HwCgroups *self = HW_CGROUPS (enclosure);

  return self->root != NULL ? HW_CONTAINMENT_CGROUP : NULL;
}

static gboolean
is_stale (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 &&
         g_get_real_time () / G_USEC_PER_SEC - status.st_ctime > STALE_SECONDS;
}

/* Removes what is called like @name up to the first number: what daemons on the same database
 * made; and what others left long ago. Whatever still has a process stays.
 */
static void
hw_cgroups_sweep (HwCgroups  *self,
                  const char *name)
{
  const char *first_dash = strchr (name, '-');
  const char *second_dash = first_dash == NULL ? NULL : strchr (first_dash + 1, '-');
  g_autofree char *prefix = NULL;
  g_autoptr(GDir) folder = NULL;
  const char *other;

  if (second_dash == NULL)
    return;

  prefix = g_strndup (name, (gsize) (second_dash + 1 - name));
  folder = g_dir_open (self->root, 0, NULL);
  while (folder != NULL && (other = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (other, PREFIX))
      {
        g_autofree char *path = g_build_filename (self->root, other, NULL);

        if (g_str_has_prefix (other, prefix) || is_stale (path))
          hw_cgroup_files_remove_place (path);
      }
}

/* Once, before there is one that the sweep could take for a leftover. */
static void
hw_cgroups_sweep_once (HwCgroups  *self,
                       const char *name)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!self->was_swept)
    hw_cgroups_sweep (self, name);
  self->was_swept = TRUE;
}

static void
enclose_in_thread (GTask        *gtask,
                   gpointer      source,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  HwCgroups *self = HW_CGROUPS (source);
  const Place *place = task_data;
  g_autofree char *folder = g_build_filename (self->root, place->name, NULL);
  g_autofree char *inner = g_build_filename (folder, HW_CGROUP_SHIM, NULL);
  g_autofree char *number = g_strdup_printf ("%d", (int) place->pid);

  hw_cgroups_sweep_once (self, place->name);
  if (g_mkdir (folder, 0755) == 0 && g_mkdir (inner, 0755) == 0 &&
      hw_cgroup_files_write (inner, "cgroup.procs", number))
    {
      g_task_return_boolean (gtask, TRUE);
      return;
    }

  g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_FAILED, "the cgroup %s was not to be had: %s",
                           folder, g_strerror (errno));
  hw_cgroup_files_remove_place (folder);
}

static void
hw_cgroups_enclose_async (HwEnclosure              *enclosure,
                          const HwEnclosureRequest *request,
                          GAsyncReadyCallback       callback,
                          gpointer                  user_data)
{
  HwCgroups *self = HW_CGROUPS (enclosure);
  g_autoptr(GTask) gtask = g_task_new (self, NULL, callback, user_data);
  Place *place;

  g_task_set_source_tag (gtask, hw_cgroups_enclose_async);

  if (self->root == NULL)
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_FAILED, "no cgroup was left to us");
      return;
    }

  place = g_new0 (Place, 1);
  place->name = g_strdup (request->name);
  place->pid = request->pid;
  g_task_set_task_data (gtask, place, (GDestroyNotify) place_free);
  g_task_run_in_thread (gtask, enclose_in_thread);
}

static gboolean
hw_cgroups_enclose_finish (HwEnclosure  *enclosure,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, enclosure), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
hw_cgroups_iface_init (HwEnclosureInterface *iface)
{
  iface->get_containment = hw_cgroups_get_containment;
  iface->enclose_async = hw_cgroups_enclose_async;
  iface->enclose_finish = hw_cgroups_enclose_finish;
}

static void
hw_cgroups_finalize (GObject *object)
{
  HwCgroups *self = HW_CGROUPS (object);

  g_clear_pointer (&self->root, g_free);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (hw_cgroups_parent_class)->finalize (object);
}

static void
hw_cgroups_class_init (HwCgroupsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_cgroups_finalize;
}

static void
hw_cgroups_init (HwCgroups *self)
{
  g_mutex_init (&self->mutex);
}

/**
 * hw_cgroups_new:
 * @root: (nullable) (type filename): the cgroup to make others in, or %NULL for the one that
 *   we are in
 *
 * Looks whether we may make cgroups. Before there is anybody who waits for the main context.
 *
 * Returns: (transfer full): a new enclosure
 */
HwCgroups *
hw_cgroups_new (const char *root)
{
  HwCgroups *self = g_object_new (HW_TYPE_CGROUPS, NULL);
  g_autofree char *folder = root != NULL ? g_strdup (root) : hw_cgroup_files_locate (getpid ());

  if (folder != NULL && hw_cgroup_files_is_delegated (folder))
    self->root = g_steal_pointer (&folder);

  return self;
}
