/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cli-bar.h"
#include "hw-cli-sink.h"

G_BEGIN_DECLS

/**
 * HwCliLineFunc:
 * @style: how the line is to look
 * @user_data: what was given with the function
 *
 * Writes the line about what goes on.
 *
 * Returns: (transfer full) (nullable): the line, or %NULL if there is none at the moment
 */
typedef char *(*HwCliLineFunc) (const HwCliBarStyle *style,
                                gpointer             user_data);

#define HW_TYPE_CLI_TERMINAL (hw_cli_terminal_get_type ())
G_DECLARE_FINAL_TYPE (HwCliTerminal, hw_cli_terminal, HW, CLI_TERMINAL, GObject)

HwCliTerminal *hw_cli_terminal_new (void);

guint          hw_cli_terminal_get_width (HwCliTerminal *self);
gboolean       hw_cli_terminal_has_colour (HwCliTerminal *self);
gboolean       hw_cli_terminal_is_output_terminal (HwCliTerminal *self);
gboolean       hw_cli_terminal_has_bar (HwCliTerminal *self);

void           hw_cli_terminal_print (HwCliTerminal *self,
                                      const char    *text);
void           hw_cli_terminal_print_json (HwCliTerminal *self,
                                           GBytes        *json);
void           hw_cli_terminal_write (HwCliTerminal *self,
                                      GBytes        *bytes);
void           hw_cli_terminal_flush_async (HwCliTerminal      *self,
                                            GCancellable       *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer            user_data);
gboolean       hw_cli_terminal_flush_finish (HwCliTerminal *self,
                                             GAsyncResult  *result,
                                             GError       **error);
void           hw_cli_terminal_say (HwCliTerminal *self,
                                    const char    *format,
                                    ...) G_GNUC_PRINTF (2, 3);
void           hw_cli_terminal_say_at_once (HwCliTerminal *self,
                                            const char    *format,
                                            ...) G_GNUC_PRINTF (2, 3);

void           hw_cli_terminal_forget_keys (HwCliTerminal *self);
void           hw_cli_terminal_set_line (HwCliTerminal *self,
                                         HwCliLineFunc  function,
                                         gpointer       user_data);
void           hw_cli_terminal_heed (HwCliTerminal *self,
                                     int            signal_number);

G_END_DECLS
