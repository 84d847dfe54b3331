/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cgroup-files.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Cgroups of version 2: where they are, which one a process is in, and what can be done with
 * one. The kernel's files are read and written in a moment, but for what the functions below
 * that may block say of themselves. Any thread.
 */

/* How long what was killed may take to be gone. What waits for a dead disk takes longer, and
 * there is nothing to be done about it.
 */
#define KILL_SECONDS 5

/* How long to wait before it is looked at again. */
#define KILL_INTERVAL (G_USEC_PER_SEC / 200)

/* What the kernel tells of no more than one line each. */
#define EVENTS "cgroup.events"
#define PROCESSES "cgroup.procs"
#define KILL "cgroup.kill"
#define FREEZE "cgroup.freeze"

/* Undoes how the kernel writes blanks and backslashes of a path. Returns (transfer full). */
static char *
unescape_path (const char *text)
{
  return g_strcompress (text);
}

/**
 * hw_cgroup_files_parse_mount:
 * @mountinfo: what `/proc/self/mountinfo` says
 * @root: (out): (transfer full): which part of the tree is there
 *
 * Finds where the cgroups of version 2 are.
 *
 * Returns: (transfer full) (nullable) (type filename): a folder
 */
char *
hw_cgroup_files_parse_mount (const char *mountinfo,
                             char      **root)
{
  g_auto(GStrv) lines = g_strsplit (mountinfo, "\n", -1);

  /* The number of optional fields before the dash is any (proc(5)). */
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *type = strstr (lines[i], " - ");
      g_auto(GStrv) fields = NULL;

      if (type == NULL || !g_str_has_prefix (type, " - cgroup2 "))
        continue;

      fields = g_strsplit (lines[i], " ", 6);
      if (g_strv_length (fields) < 6)
        continue;

      *root = unescape_path (fields[3]);
      return unescape_path (fields[4]);
    }

  return NULL;
}

/**
 * hw_cgroup_files_parse_path:
 * @text: what `/proc/PID/cgroup` says
 *
 * Finds which cgroup of version 2 a process is in.
 *
 * Returns: (transfer full) (nullable) (type filename): its path in the tree
 */
char *
hw_cgroup_files_parse_path (const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "0::/") && !g_str_has_suffix (lines[i], " (deleted)"))
      return g_strdup (lines[i] + strlen ("0::"));

  return NULL;
}

/**
 * hw_cgroup_files_cut:
 * @folder: a cgroup
 * @name: what a place is called, with ".scope" behind it or not
 *
 * Finds the place among a cgroup and those that it is in.
 *
 * Returns: (transfer full) (nullable) (type filename): its folder
 */
char *
hw_cgroup_files_cut (const char *folder,
                     const char *name)
{
  g_autofree char *scope = g_strconcat (name, ".scope", NULL);
  g_autofree char *current = g_strdup (folder);

  while (strlen (current) > 1)
    {
      g_autofree char *base = g_path_get_basename (current);
      char *parent;

      if (g_str_equal (base, name) || g_str_equal (base, scope))
        return g_steal_pointer (&current);

      parent = g_path_get_dirname (current);
      if (g_str_equal (parent, "."))
        {
          g_free (parent);
          return NULL;
        }

      g_free (current);
      current = parent;
    }

  return NULL;
}

/**
 * hw_cgroup_files_locate:
 * @pid: a process
 *
 * Finds the folder of the cgroup that a process is in.
 *
 * Returns: (transfer full) (nullable) (type filename): a folder, or %NULL if there are no
 *   cgroups of version 2, or not where we see them
 */
char *
hw_cgroup_files_locate (pid_t pid)
{
  g_autofree char *file = g_strdup_printf ("/proc/%d/cgroup", (int) pid);
  g_autofree char *mountinfo = NULL;
  g_autofree char *text = NULL;
  g_autofree char *mount = NULL;
  g_autofree char *root = NULL;
  g_autofree char *path = NULL;
  const char *below;

  if (!g_file_get_contents ("/proc/self/mountinfo", &mountinfo, NULL, NULL) ||
      !g_file_get_contents (file, &text, NULL, NULL))
    return NULL;

  mount = hw_cgroup_files_parse_mount (mountinfo, &root);
  path = hw_cgroup_files_parse_path (text);
  if (mount == NULL || path == NULL)
    return NULL;

  /* What is mounted may be a part of the tree, and the process elsewhere. */
  if (g_str_equal (root, "/"))
    below = path;
  else if (g_str_has_prefix (path, root) && strchr ("/", path[strlen (root)]) != NULL)
    below = path + strlen (root);
  else
    return NULL;

  if (strstr (below, "/../") != NULL || g_str_has_suffix (below, "/.."))
    return NULL;

  return g_build_filename (mount, below, NULL);
}

/**
 * hw_cgroup_files_find_place:
 * @pid: a process
 * @name: what its place is called
 *
 * Finds the place of its own that a process was put into.
 *
 * Returns: (transfer full) (nullable) (type filename): a folder, or %NULL if it is in none
 */
char *
hw_cgroup_files_find_place (pid_t       pid,
                            const char *name)
{
  g_autofree char *folder = hw_cgroup_files_locate (pid);

  return folder == NULL ? NULL : hw_cgroup_files_cut (folder, name);
}

/**
 * hw_cgroup_files_write:
 * @folder: a cgroup
 * @name: a file in it
 * @text: what to write
 *
 * Asks something of a cgroup. May block for as long as the kernel takes.
 *
 * Returns: %FALSE with `errno` if the kernel does not do it
 */
gboolean
hw_cgroup_files_write (const char *folder,
                       const char *name,
                       const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int fd = open (path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  gssize n;
  int number;

  if (fd < 0)
    return FALSE;

  n = write (fd, text, strlen (text));
  number = errno;
  close (fd);
  errno = number;

  return n == (gssize) strlen (text);
}

static gboolean
has_file (const char *folder,
          const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_access (path, W_OK) == 0;
}

/**
 * hw_cgroup_files_is_delegated:
 * @folder: (type filename): a cgroup
 *
 * Finds out whether we may make cgroups in this one and put processes there, by making one
 * that is removed at once. It has to have all that ends processes and holds them, too, which
 * came with Linux 5.14.
 *
 * Returns: whether it is ours to use
 */
gboolean
hw_cgroup_files_is_delegated (const char *folder)
{
  g_autofree char *name = g_strdup_printf ("headway-look-%d", (int) getpid ());
  g_autofree char *look = g_build_filename (folder, name, NULL);
  gboolean is_whole;

  if (!has_file (folder, PROCESSES) || g_mkdir (look, 0755) < 0)
    return FALSE;

  is_whole = has_file (look, PROCESSES) && has_file (look, KILL) && has_file (look, FREEZE);
  g_rmdir (look);

  return is_whole;
}

/* Tells whether some process is in a cgroup, or below it. */
static gboolean
is_populated (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, EVENTS, NULL);
  g_autofree char *events = NULL;

  return g_file_get_contents (path, &events, NULL, NULL) &&
         strstr (events, "populated 1") != NULL;
}

/**
 * hw_cgroup_files_kill:
 * @folder: (type filename): a cgroup
 *
 * Kills all that is in a cgroup, and waits until it is gone. Blocks.
 *
 * Returns: %FALSE if some would not die
 */
gboolean
hw_cgroup_files_kill (const char *folder)
{
  gint64 end = g_get_monotonic_time () + KILL_SECONDS * G_USEC_PER_SEC;

  /* What stands still could not be seen to die by older kernels. */
  hw_cgroup_files_write (folder, FREEZE, "0");
  while (is_populated (folder))
    {
      if (!hw_cgroup_files_write (folder, KILL, "1") || g_get_monotonic_time () > end)
        return FALSE;
      g_usleep (KILL_INTERVAL);
    }

  return TRUE;
}

static void
remove_below (const char *folder,
              const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_rmdir (path);
}

/**
 * hw_cgroup_files_remove_place:
 * @folder: (type filename): the place of an attempt
 *
 * Removes an attempt's cgroups, as far as nothing is in them any more. May block for as long
 * as the kernel takes.
 */
void
hw_cgroup_files_remove_place (const char *folder)
{
  remove_below (folder, HW_CGROUP_WORK);
  remove_below (folder, HW_CGROUP_SHIM);

  /* A scope is systemd's, which hears of its end by the cgroup that it made. */
  if (!g_str_has_suffix (folder, ".scope"))
    g_rmdir (folder);
}
