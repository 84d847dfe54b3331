/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <errno.h>
#include <glib/gstdio.h>

/* Who still writes into a folder that is removed, as a shim does in its last moments, does so a
 * few times.
 */
#define REMOVE_ROUNDS 100

/* Removes what is in a folder that a test made, without following a link. What others remove
 * meanwhile is gone as well.
 */
static inline void
empty_tree (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_unlink (path) != 0 && errno != ENOENT)
        {
          empty_tree (path);
          g_rmdir (path);
        }
    }
}

static inline void
remove_tree (const char *folder)
{
  int code = -1;

  for (guint i = 0; i < REMOVE_ROUNDS && code != 0; i++)
    {
      empty_tree (folder);
      code = g_rmdir (folder) == 0 || errno == ENOENT ? 0 : errno;
    }

  g_assert_cmpint (code, ==, 0);
}
