/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cli-client.h"
#include "hw-cli-terminal.h"

G_BEGIN_DECLS

#define HW_TYPE_CLI_CALL (hw_cli_call_get_type ())
G_DECLARE_FINAL_TYPE (HwCliCall, hw_cli_call, HW, CLI_CALL, GObject)

/**
 * HwCliSignalFunc:
 * @call: a call
 * @signal_number: `SIGINT`, `SIGTERM` or `SIGHUP`
 * @user_data: what was given with the function
 *
 * Deals with a signal that is to end the program.
 */
typedef void (*HwCliSignalFunc) (HwCliCall *call,
                                 int        signal_number,
                                 gpointer   user_data);

HwCliCall     *hw_cli_call_new (HwCliTerminal *terminal);

gboolean       hw_cli_call_parse (HwCliCall          *self,
                                  const GOptionEntry *entries,
                                  gboolean            stops_at_word,
                                  char             ***arguments,
                                  GError            **error);
gboolean       hw_cli_call_check_no_words (char   **arguments,
                                           GError **error);
gboolean       hw_cli_call_parse_id (const char *text,
                                     guint64    *task_id,
                                     GError    **error);
GArray        *hw_cli_call_parse_ids (char   **arguments,
                                      GError **error);
gboolean       hw_cli_call_get_wants_help (HwCliCall *self);
const char    *hw_cli_call_get_options_help (HwCliCall *self);

HwCliTerminal *hw_cli_call_get_terminal (HwCliCall *self);
HwCliClient   *hw_cli_call_get_client (HwCliCall *self);
gboolean       hw_cli_call_get_has_json (HwCliCall *self);
const char    *hw_cli_call_get_socket_path (HwCliCall *self);
const char    *hw_cli_call_get_state_folder (HwCliCall *self);
gboolean       hw_cli_call_get_is_place_given (HwCliCall *self);
GCancellable  *hw_cli_call_get_cancellable (HwCliCall *self);

gboolean       hw_cli_call_prepare (HwCliCall *self,
                                    GError   **error);
void           hw_cli_call_connect_async (HwCliCall          *self,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
gboolean       hw_cli_call_connect_finish (HwCliCall    *self,
                                           GAsyncResult *result,
                                           GError      **error);

void           hw_cli_call_set_signal_func (HwCliCall      *self,
                                            HwCliSignalFunc function,
                                            gpointer        user_data);
void           hw_cli_call_heed (HwCliCall *self,
                                 int        signal_number);
void           hw_cli_call_leave (HwCliCall *self,
                                  int        exit_code);

G_END_DECLS
