/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cli-call.h"

G_BEGIN_DECLS

/**
 * HwCliErrand:
 * @file: what it is done to
 * @state_folder: (nullable): where the tasks are, if somebody said so
 * @may_replace: whether a file that is there is replaced
 *
 * What the daemon's program is to do instead of being a daemon.
 */
typedef struct
{
  char *file;
  char *state_folder;
  gboolean may_replace;
} HwCliErrand;

HwCliErrand *hw_cli_errand_parse (HwCliCall *call,
                                  gboolean   may_force,
                                  char    ***arguments,
                                  GError   **error);
void         hw_cli_errand_free (gpointer data);
void         hw_cli_errand_run (GTask      *gtask,
                                const char *option);

G_END_DECLS
