/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib/gstdio.h>

/* Removes what is in a folder that a test made, without following a link. */
static inline void
empty_tree (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_unlink (path) != 0)
        {
          empty_tree (path);
          g_assert_cmpint (g_rmdir (path), ==, 0);
        }
    }
}

static inline void
remove_tree (const char *folder)
{
  empty_tree (folder);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}
