/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-folder-sync.h"
#include "hw-io.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>

/* A disk that says how it is used, in place of shim/hw-io: a sync takes until the test lets it
 * end.
 */

/* How often they come together. */
#define N_TIMES 50

#define N_THREADS 8

static struct
{
  GMutex mutex;
  GCond changed;
  guint n_names;     /* made so far */
  guint n_kept;      /* of them on disk */
  guint n_syncs;     /* begun */
  guint n_allowed;   /* may end */
  guint fails;       /* the sync that fails, counted from 1, or 0 */
} disk;

int
hw_io_open_folder (const char *path)
{
  return g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
}

bool
hw_io_sync (int fd)
{
  guint n_names, number;
  bool is_synced;

  g_mutex_lock (&disk.mutex);
  number = ++disk.n_syncs;
  n_names = disk.n_names;
  g_cond_broadcast (&disk.changed);
  while (disk.n_allowed < number)
    g_cond_wait (&disk.changed, &disk.mutex);
  is_synced = number != disk.fails;
  if (is_synced)
    disk.n_kept = MAX (disk.n_kept, n_names);
  g_mutex_unlock (&disk.mutex);

  errno = EIO;

  return is_synced;
}

typedef struct
{
  HwFolderSync *sync; /* (owned) */
  char *folder;       /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->sync = hw_folder_sync_new ();
  fixture->folder = g_dir_make_tmp ("folder-sync-XXXXXX", &error);
  g_assert_no_error (error);
  disk.n_names = disk.n_kept = disk.n_syncs = disk.fails = 0;
  disk.n_allowed = G_MAXUINT;
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->sync, hw_folder_sync_unref);
  g_assert_no_errno (g_rmdir (fixture->folder));
  g_clear_pointer (&fixture->folder, g_free);
}

/* Makes a name, has it synced, and looks whether it was. */
static gpointer
make_name (gpointer user_data)
{
  Fixture *fixture = user_data;
  guint name;

  g_mutex_lock (&disk.mutex);
  name = ++disk.n_names;
  g_cond_broadcast (&disk.changed);
  g_mutex_unlock (&disk.mutex);

  g_assert_cmpint (hw_folder_sync_wait (fixture->sync, fixture->folder), ==, 0);

  g_mutex_lock (&disk.mutex);
  g_assert_cmpuint (disk.n_kept, >=, name);
  g_mutex_unlock (&disk.mutex);

  return NULL;
}

/* Lets as many syncs end, counted from the beginning, when there are so many names. */
static void
allow (guint n_syncs,
       guint n_names)
{
  g_mutex_lock (&disk.mutex);
  while (disk.n_names < n_names)
    g_cond_wait (&disk.changed, &disk.mutex);
  disk.n_allowed = n_syncs;
  g_cond_broadcast (&disk.changed);
  g_mutex_unlock (&disk.mutex);
}

/* Has names made while a sync goes on, and counts the syncs that they took. */
static guint
make_names (Fixture *fixture)
{
  GThread *threads[N_THREADS];

  /* The first round is of two folders: this one's name, and the names in it. */
  disk.n_allowed = 1;
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("name", make_name, fixture);
  allow (2, N_THREADS);
  allow (G_MAXUINT, N_THREADS);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (disk.n_kept, ==, N_THREADS);

  return disk.n_syncs;
}

/* Test that who comes while a sync goes on is not told of that one's end, as it may not have what
 * was made meanwhile; and that those who wait have one for all of them.
 */
static void
test_folder_sync_keeps_what_was_made_before (Fixture      *fixture,
                                             gconstpointer test_data)
{
  guint n_syncs = 0;

  /* On a busy machine each may come when the one before it is gone, but not every time. */
  for (guint i = 0; i < N_TIMES; i++)
    {
      n_syncs += make_names (fixture);
      tear_down (fixture, test_data);
      set_up (fixture, test_data);
    }

  g_assert_cmpuint (n_syncs, <, N_TIMES * (1 + N_THREADS));
}

/* Test that a folder's own name is synced once, before the names in it. */
static void
test_folder_sync_keeps_its_own_name_first (Fixture      *fixture,
                                           gconstpointer test_data)
{
  g_assert_cmpint (hw_folder_sync_wait (fixture->sync, fixture->folder), ==, 0);
  g_assert_cmpuint (disk.n_syncs, ==, 2);

  g_assert_cmpint (hw_folder_sync_wait (fixture->sync, fixture->folder), ==, 0);
  g_assert_cmpuint (disk.n_syncs, ==, 3);
}

/* Test that a failure is told, and that it is not the last word. */
static void
test_folder_sync_tells_of_failures (Fixture      *fixture,
                                    gconstpointer test_data)
{
  disk.fails = 1;
  g_assert_cmpint (hw_folder_sync_wait (fixture->sync, fixture->folder), ==, EIO);

  g_assert_cmpint (hw_folder_sync_wait (fixture->sync, fixture->folder), ==, 0);
  g_assert_cmpuint (disk.n_syncs, ==, 3);
}

/* Test that nobody is told that a folder is on disk because another one is. */
static void
test_folder_sync_parts_folders (Fixture      *fixture,
                                gconstpointer test_data)
{
  g_assert_cmpint (hw_folder_sync_wait (fixture->sync, fixture->folder), ==, 0);
  g_assert_cmpint (hw_folder_sync_wait (fixture->sync, g_get_tmp_dir ()), ==, 0);
  g_assert_cmpint (hw_folder_sync_wait (fixture->sync, "/no/such/folder"), ==, ENOENT);

  g_assert_cmpuint (disk.n_syncs, ==, 4);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/folder-sync/keeps-what-was-made-before", Fixture, NULL, set_up,
              test_folder_sync_keeps_what_was_made_before, tear_down);
  g_test_add ("/folder-sync/keeps-its-own-name-first", Fixture, NULL, set_up,
              test_folder_sync_keeps_its_own_name_first, tear_down);
  g_test_add ("/folder-sync/tells-of-failures", Fixture, NULL, set_up,
              test_folder_sync_tells_of_failures, tear_down);
  g_test_add ("/folder-sync/parts-folders", Fixture, NULL, set_up,
              test_folder_sync_parts_folders, tear_down);

  return g_test_run ();
}
