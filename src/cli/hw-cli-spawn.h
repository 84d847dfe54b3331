/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwCliDaemon:
 * @program: the path of the daemon
 * @state_folder: the folder for its log, which is made if there is none
 * @pid: the process that was started
 * @log_path: where it writes its log
 *
 * A daemon that was started from here.
 */
typedef struct
{
  char *program;
  char *state_folder;
  GPid pid;
  char *log_path;
} HwCliDaemon;

void     hw_cli_daemon_free (HwCliDaemon *self);

gboolean hw_cli_daemon_spawn (HwCliDaemon *self,
                              GError     **error);
char    *hw_cli_daemon_read_last_words (HwCliDaemon *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwCliDaemon, hw_cli_daemon_free)

G_END_DECLS
