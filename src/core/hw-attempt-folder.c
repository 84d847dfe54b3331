/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-folder.h"

/**
 * hw_attempt_folder_build:
 * @root: the folder of all attempts
 * @epoch: the database's number
 * @task_id: the task
 * @attempt: which attempt at it
 *
 * Builds the name of the folder where an attempt leaves its files:
 * `ROOT/EPOCH/ID/ATTEMPT`. It is made of our own numbers alone, so nobody can
 * send it elsewhere.
 *
 * Returns: (transfer full) (type filename): the folder
 */
char *
hw_attempt_folder_build (const char *root,
                         guint64     epoch,
                         guint64     task_id,
                         guint       attempt)
{
  g_return_val_if_fail (root != NULL, NULL);

  return g_strdup_printf ("%s/%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT "/%u",
                          root, epoch, task_id, attempt);
}
