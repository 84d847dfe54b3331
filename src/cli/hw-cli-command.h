/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cli-call.h"

G_BEGIN_DECLS

/**
 * HwCliCommand:
 * @name: what it is called
 * @synopsis: what may follow its name
 * @summary: what it does, in a line
 * @details: (nullable): what else there is to know
 * @examples: lines that can be copied
 * @needs_daemon: whether a daemon is started if none runs
 * @own_exit_code: with what it exits if it fails itself
 * @parse: reads the arguments, the first of which is the command's name, and gives what
 *   @run is to do; or %NULL with %HW_CLI_ERROR_USAGE, or without an error if all that is
 *   wanted is help
 * @free: frees what @parse gave
 * @run: does it; the operation's source is the #HwCliCall, its data what @parse gave, and
 *   its result an exit code or an error. (transfer full)
 *
 * A command of the program.
 */
typedef struct
{
  const char *name;
  const char *synopsis;
  const char *summary;
  const char *details;
  const char *examples;
  gboolean needs_daemon;
  int own_exit_code;

  gpointer (*parse)(HwCliCall *call,
                    char    ***arguments,
                    GError   **error);
  GDestroyNotify free;
  void (*run)(GTask *gtask);
} HwCliCommand;

extern const HwCliCommand hw_cli_add;
extern const HwCliCommand hw_cli_backup;
extern const HwCliCommand hw_cli_cancel;
extern const HwCliCommand hw_cli_cert;
extern const HwCliCommand hw_cli_doctor;
extern const HwCliCommand hw_cli_export;
extern const HwCliCommand hw_cli_list;
extern const HwCliCommand hw_cli_log;
extern const HwCliCommand hw_cli_open;
extern const HwCliCommand hw_cli_pause;
extern const HwCliCommand hw_cli_restore;
extern const HwCliCommand hw_cli_resume;
extern const HwCliCommand hw_cli_retry;
extern const HwCliCommand hw_cli_run;
extern const HwCliCommand hw_cli_show;
extern const HwCliCommand hw_cli_type;
extern const HwCliCommand hw_cli_wait;
extern const HwCliCommand hw_cli_watch;

const HwCliCommand *hw_cli_command_find (const char *name,
                                         GError    **error);
char               *hw_cli_command_make_help (const HwCliCommand *self,
                                              const char         *options);
char               *hw_cli_command_make_overview (const char *options);

G_END_DECLS
