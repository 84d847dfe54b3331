/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-folder-sync.h"

#include "hw-io.h"

#include <errno.h>
#include <unistd.h>

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
