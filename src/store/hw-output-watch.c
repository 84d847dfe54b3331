/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-watch.h"

#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Enough for what happens to many folders at once; what is more is read next. */
#define BUFFER_SIZE 4096

/* A file of the output became longer, or the next one was begun. */
#define MASK (IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR | IN_ONESHOT)

/**
 * HwOutputWatch:
 *
 * Tells that files in folders became longer. The kernel tells once, and then forgets the
 * folder: however much a program prints, whoever does not look costs nothing. It
 * belongs to the main context that it is made in.
 */
struct _HwOutputWatch
{
  int fd;          /* (owned) or -1: the kernel's watch on all folders */
  GSource *source; /* (owned) (nullable) */

  GHashTable *watchers; /* (owned) ID → Watcher */
  guint n_added;
};

/* Somebody who is told once. */
typedef struct
{
  int folder; /* the kernel's number of it */
  HwOutputFunc func;
  gpointer user_data;
} Watcher;

/**
 * hw_output_watch_new:
 *
 * Makes one that watches nothing.
 *
 * Returns: (transfer full): it
 */
HwOutputWatch *
hw_output_watch_new (void)
{
  HwOutputWatch *self = g_new0 (HwOutputWatch, 1);

  self->fd = -1;
  self->watchers = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  return self;
}

/**
 * hw_output_watch_free:
 * @self: (transfer full): one that nobody is to be told by any more
 *
 * Frees it.
 */
void
hw_output_watch_free (HwOutputWatch *self)
{
  g_return_if_fail (self != NULL);

  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->watchers, g_hash_table_unref);
  g_free (self);
}

/* Tells those who watch a folder, or all. Whoever is told may begin to watch again, or have
 * others told no more.
 */
static void
tell (HwOutputWatch *self,
      int            folder,
      gboolean       is_for_all)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, self->watchers);
  while (g_hash_table_iter_next (&iter, &id, &value))
    if (is_for_all || ((Watcher *) value)->folder == folder)
      g_ptr_array_add (ids, id);

  for (guint i = 0; i < ids->len; i++)
    {
      g_autofree Watcher *watcher = NULL;

      if (g_hash_table_steal_extended (self->watchers, ids->pdata[i], NULL, &value))
        watcher = value;
      if (watcher != NULL)
        watcher->func (watcher->user_data);
    }
}

static gboolean
on_folders_changed (int          fd,
                    GIOCondition condition,
                    gpointer     user_data)
{
  HwOutputWatch *self = user_data;
  _Alignas (struct inotify_event) char buffer[BUFFER_SIZE];
  gssize size = read (fd, buffer, sizeof buffer);

  for (gssize at = 0; at < size;)
    {
      /* The kernel pads their names: each begins where one may begin. */
      const struct inotify_event *event = (const void *) (buffer + at);

      tell (self, event->wd, (event->mask & IN_Q_OVERFLOW) != 0);
      at += (gssize) (sizeof *event + event->len);
    }

  return G_SOURCE_CONTINUE;
}

/* Does without, if the kernel has no more of them. */
static gboolean
open_watch (HwOutputWatch *self)
{
  if (self->fd >= 0)
    return TRUE;

  self->fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  if (self->fd < 0)
    return FALSE;

  self->source = g_unix_fd_source_new (self->fd, G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_folders_changed), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());

  return TRUE;
}

/**
 * hw_output_watch_add:
 * @self: a watch
 * @folder: a folder
 * @func: what to call, once
 * @user_data: data for @func
 *
 * Has a function called when something in a folder is longer than it is now.
 *
 * Returns: an ID for hw_output_watch_remove(), or 0 if there is no such folder yet, or it
 *   cannot be watched
 */
guint
hw_output_watch_add (HwOutputWatch *self,
                     const char    *folder,
                     HwOutputFunc   func,
                     gpointer       user_data)
{
  Watcher *watcher;
  int number;

  if (!open_watch (self))
    return 0;

  number = inotify_add_watch (self->fd, folder, MASK);
  if (number < 0)
    return 0;

  watcher = g_new0 (Watcher, 1);
  watcher->folder = number;
  watcher->func = func;
  watcher->user_data = user_data;
  self->n_added = self->n_added == G_MAXUINT ? 1 : self->n_added + 1;
  g_hash_table_replace (self->watchers, GUINT_TO_POINTER (self->n_added), watcher);

  return self->n_added;
}

static gboolean
is_watching (gpointer id,
             gpointer watcher,
             gpointer folder)
{
  return ((Watcher *) watcher)->folder == GPOINTER_TO_INT (folder);
}

/**
 * hw_output_watch_remove:
 * @self: a watch
 * @id: what hw_output_watch_add() gave, whose function was not called
 *
 * Forgets it. The last one of a folder has the kernel forget it, too.
 */
void
hw_output_watch_remove (HwOutputWatch *self,
                        guint          id)
{
  Watcher *watcher = g_hash_table_lookup (self->watchers, GUINT_TO_POINTER (id));
  int folder;

  g_return_if_fail (watcher != NULL);

  folder = watcher->folder;
  g_hash_table_remove (self->watchers, GUINT_TO_POINTER (id));
  if (g_hash_table_find (self->watchers, is_watching, GINT_TO_POINTER (folder)) == NULL)
    inotify_rm_watch (self->fd, folder);
}
