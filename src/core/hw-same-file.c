/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-same-file.h"

#include <glib/gstdio.h>

/**
 * hw_is_same_file:
 * @a: (type filename): a path
 * @b: (type filename): another
 *
 * Tells whether two paths lead to one file, or to one folder.
 *
 * Returns: %TRUE if they do, and it is there
 */
gboolean
hw_is_same_file (const char *a,
                 const char *b)
{
  GStatBuf status_a;
  GStatBuf status_b;

  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return g_stat (a, &status_a) == 0 && g_stat (b, &status_b) == 0 &&
         status_a.st_dev == status_b.st_dev && status_a.st_ino == status_b.st_ino;
}
