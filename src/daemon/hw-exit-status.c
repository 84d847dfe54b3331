/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-exit-status.h"

#include "hw-db.h"

#include <stdlib.h>
#include <sysexits.h>

/**
 * hw_exit_status_of_error:
 * @error: why the daemon does not start, or has failed
 *
 * Tells with what exit status that is said to whoever started the daemon, by the names of
 * sysexits.h (3): some should not start it again before somebody has looked.
 *
 * Returns: an exit status
 */
int
hw_exit_status_of_error (const GError *error)
{
  if (g_error_matches (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED))
    return EX_DATAERR;
  if (g_error_matches (error, HW_DB_ERROR, HW_DB_ERROR_UNSURE) ||
      g_error_matches (error, HW_DB_ERROR, HW_DB_ERROR_IO))
    return EX_IOERR;

  return EXIT_FAILURE;
}
