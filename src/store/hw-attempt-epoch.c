/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-epoch.h"

#include "hw-shim-record.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

/* How far the times of files may be behind the clock, in microseconds: the system takes them at its
 * last tick.
 */
#define FILE_CLOCK_LAG 20000

static char *
build_folder (const char         *root,
              const HwAttemptKey *key,
              guint64             epoch)
{
  return hw_attempt_folder_build (root, epoch, key->task_id, key->attempt);
}

static gboolean
has_folder (const char         *root,
            const HwAttemptKey *key)
{
  g_autofree char *folder = build_folder (root, key, key->epoch);

  return g_file_test (folder, G_FILE_TEST_IS_DIR);
}

/* Whether the attempt was begun in the folder of an epoch: by when its start was written down. */
static gboolean
began_in (const char         *root,
          const HwAttemptKey *key,
          guint64             epoch)
{
  g_autofree char *folder = build_folder (root, key, epoch);
  g_autofree char *start = g_build_filename (folder, HW_SHIM_START, NULL);
  struct stat status;
  gint64 at;

  if (g_lstat (start, &status) != 0)
    return FALSE;

  at = status.st_mtim.tv_sec * G_USEC_PER_SEC + status.st_mtim.tv_nsec / 1000;

  return at >= key->earliest - FILE_CLOCK_LAG && at <= key->latest;
}

/**
 * hw_attempt_epoch_find:
 * @root: the folder of all attempts
 * @key: an attempt
 *
 * Finds out in which epoch's folder the files of an attempt are, if nobody wrote it down. One that
 * has the same number need not be the same: it may be of what came after the backup that was put
 * back since, and then it began at another time. If several former epochs have one, which of
 * them was meant cannot be told. It looks at the disk, so it is for other threads.
 *
 * Returns: the epoch: that of @key, if no other one is known
 */
guint64
hw_attempt_epoch_find (const char         *root,
                       const HwAttemptKey *key)
{
  g_autoptr(GDir) epochs = NULL;
  guint64 found = 0;
  const char *name;

  g_return_val_if_fail (root != NULL && key != NULL, 0);

  if (key->latest == 0 || has_folder (root, key))
    return key->epoch;

  epochs = g_dir_open (root, 0, NULL);
  while (epochs != NULL && (name = g_dir_read_name (epochs)) != NULL)
    {
      guint64 epoch;

      if (!g_ascii_string_to_unsigned (name, 10, 1, G_MAXUINT64, &epoch, NULL) ||
          !began_in (root, key, epoch))
        continue;
      if (found != 0)
        return key->epoch;
      found = epoch;
    }

  return found != 0 ? found : key->epoch;
}
