/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-life.h"

#include "hw-process.h"

#include <string.h>

#define BOOT_FILE "/proc/sys/kernel/random/boot_id"

/**
 * hw_life_read:
 * @life: (out caller-allocates): its name, without blanks
 * @size: the room for it
 *
 * Names this life of the machine, or of the container that we are in: what ran in another one
 * is gone. It is the boot's random number and when its first process began.
 *
 * Returns: %FALSE if that cannot be told
 */
gboolean
hw_life_read (char *life,
              gsize size)
{
  g_autofree char *boot = NULL;
  HwProcessStat first = { 0 };

  g_return_val_if_fail (life != NULL, FALSE);

  if (!g_file_get_contents (BOOT_FILE, &boot, NULL, NULL))
    return FALSE;

  /* Where other users' processes are hidden, the boot alone has to do. */
  if (!hw_process_read (1, &first))
    first.start = 0;
  boot[strcspn (boot, " \n")] = '\0';

  return (gsize) g_snprintf (life, size, "%s/%" G_GUINT64_FORMAT, boot, first.start) < size;
}
