/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* Gets the folder of a file system that has cgroups of version 2, or %NULL. */
static inline char *
test_cgroup_find_mount (void)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &text, NULL, NULL))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (strstr (*line, " - cgroup2 ") != NULL)
      {
        g_auto(GStrv) words = g_strsplit (*line, " ", 6);

        return g_strdup (words[4]);
      }

  return NULL;
}

/* Makes a cgroup of our own inside of the one that we are in, for a shim to use. Returns its
 * folder, or %NULL if this machine does not let us.
 */
static inline char *
test_cgroup_new (void)
{
  static int number;
  g_autofree char *mount = test_cgroup_find_mount ();
  g_autofree char *text = NULL;
  g_autofree char *path = NULL;
  const char *own;

  if (mount == NULL || !g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL))
    return NULL;

  own = strstr (text, "0::/");
  if (own == NULL)
    return NULL;

  own += strlen ("0::/");
  path = g_strdup_printf ("%s/%.*s/headway-test-%d-%d", mount, (int) strcspn (own, "\n"), own,
                          (int) getpid (), number++);
  if (g_mkdir (path, 0700) < 0)
    return NULL;

  return g_steal_pointer (&path);
}

/* Removes it with all that is in it, processes included, which the kernel takes a moment for. */
static inline void
test_cgroup_free (char *path)
{
  g_autofree char *kill_path = g_build_filename (path, "cgroup.kill", NULL);
  g_autofree char *work = g_build_filename (path, "work", NULL);
  gint64 begin = g_get_monotonic_time ();
  FILE *file = fopen (kill_path, "w");

  if (file != NULL)
    {
      fputs ("1", file);
      fclose (file);
    }

  while (g_get_monotonic_time () - begin < 10 * G_USEC_PER_SEC)
    {
      g_rmdir (work);
      if (g_rmdir (path) == 0 || errno != EBUSY)
        break;
      g_thread_yield ();
    }
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_free (path);
}

/* Counts the processes in it, those in cgroups inside of it not included. */
static inline guint
test_cgroup_count (const char *path)
{
  g_autofree char *procs = g_build_filename (path, "cgroup.procs", NULL);
  g_autofree char *text = NULL;
  guint n = 0;

  if (!g_file_get_contents (procs, &text, NULL, NULL))
    return 0;

  for (const char *p = text; (p = strchr (p, '\n')) != NULL; p++)
    n++;

  return n;
}
