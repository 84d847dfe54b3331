/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwCliError:
 * @HW_CLI_ERROR_USAGE: headway was called in a wrong way
 * @HW_CLI_ERROR_NO_DAEMON: no daemon answers
 * @HW_CLI_ERROR_UNKNOWN: nobody knows whether it was done
 *
 * What can go wrong on this side.
 */
typedef enum
{
  HW_CLI_ERROR_USAGE,
  HW_CLI_ERROR_NO_DAEMON,
  HW_CLI_ERROR_UNKNOWN,
} HwCliError;

#define HW_CLI_ERROR (hw_cli_error_quark ())
GQuark hw_cli_error_quark (void);

G_END_DECLS
