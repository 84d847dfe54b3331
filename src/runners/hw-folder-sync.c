/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-folder-sync.h"

#include "hw-io.h"

#include <errno.h>
#include <unistd.h>

/**
 * HwFolderSync:
 *
 * Gets the names in a folder to disk for all threads that wait for that, and before the first
 * time its own name: one thread does it, in rounds, and who comes while a round goes on waits for
 * the next, as this one may not have its name.
 *
 * Any thread.
 */
struct _HwFolderSync
{
  GMutex mutex;
  GCond has_ended;
  char *path;       /* (owned) (nullable): the folder, once somebody has named it */
  gboolean is_kept; /* its own name is on disk */
  guint64 n_begun;  /* rounds; one goes on if that is more than have ended */
  guint64 n_ended;
  guint64 n_failed; /* the newest round that did not succeed, or 0 */
  int number;       /* why, of `errno` */
};

/**
 * hw_folder_sync_new:
 *
 * Creates one that has synced nothing.
 *
 * Returns: (transfer full): a new object
 */
HwFolderSync *
hw_folder_sync_new (void)
{
  HwFolderSync *self = g_atomic_rc_box_new0 (HwFolderSync);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->has_ended);

  return self;
}

HwFolderSync *
hw_folder_sync_ref (HwFolderSync *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer box)
{
  HwFolderSync *self = box;

  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->has_ended);
  g_clear_pointer (&self->path, g_free);
}

void
hw_folder_sync_unref (HwFolderSync *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/**
 * hw_folder_sync_now:
 * @path: (type filename): a folder
 *
 * Returns when all names are on disk that the folder has.
 *
 * Returns: 0, or a number of `errno`
 */
int
hw_folder_sync_now (const char *path)
{
  int fd = hw_io_open_folder (path);
  int number = 0;

  if (fd < 0 || !hw_io_sync (fd))
    number = errno;
  if (fd >= 0)
    close (fd);

  return number;
}

/* The same, with the folder's own name. */
static int
sync_with_name (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  int number = hw_folder_sync_now (parent);

  return number == 0 ? hw_folder_sync_now (path) : number;
}

/* Does a round for all who wait by now. The mutex is held, but for the sync itself. */
static void
hw_folder_sync_do_round (HwFolderSync *self)
{
  gboolean is_kept = self->is_kept;
  int number;

  self->n_begun++;

  g_mutex_unlock (&self->mutex);
  number = is_kept ? hw_folder_sync_now (self->path) : sync_with_name (self->path);
  g_mutex_lock (&self->mutex);

  self->n_ended++;
  self->is_kept = number == 0;
  if (number != 0)
    {
      self->n_failed = self->n_ended;
      self->number = number;
    }
  g_cond_broadcast (&self->has_ended);
}

/* Waits for a round that begins from now on, or does it. Returns 0, or a number of errno. The
 * mutex is held.
 */
static int
hw_folder_sync_join (HwFolderSync *self)
{
  guint64 round = self->n_begun + 1;

  while (self->n_ended < round)
    {
      if (self->n_ended < self->n_begun)
        g_cond_wait (&self->has_ended, &self->mutex);
      else
        hw_folder_sync_do_round (self);
    }

  return self->n_failed >= round ? self->number : 0;
}

/**
 * hw_folder_sync_wait:
 * @self: (nullable): a folder sync, or %NULL: nothing is shared
 * @path: (type filename): a folder: always the same, as any other is synced for its caller alone
 *
 * Returns when all names are on disk that the folder had when it was called, and its own. Who calls
 * it in several threads at once shares what that takes.
 *
 * Returns: 0, or a number of `errno`: then nothing is known of any name
 */
int
hw_folder_sync_wait (HwFolderSync *self,
                     const char   *path)
{
  gboolean is_shared;
  int number = 0;

  g_return_val_if_fail (path != NULL, EINVAL);

  if (self == NULL)
    return sync_with_name (path);

  g_mutex_lock (&self->mutex);
  if (self->path == NULL)
    self->path = g_strdup (path);
  is_shared = g_str_equal (self->path, path);
  if (is_shared)
    number = hw_folder_sync_join (self);
  g_mutex_unlock (&self->mutex);

  return is_shared ? number : sync_with_name (path);
}
