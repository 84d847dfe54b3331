/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cli-client.h"
#include "hw-cli-terminal.h"

G_BEGIN_DECLS

#define HW_TYPE_CLI_FOLLOWER (hw_cli_follower_get_type ())
G_DECLARE_FINAL_TYPE (HwCliFollower, hw_cli_follower, HW, CLI_FOLLOWER, GObject)

HwCliFollower *hw_cli_follower_new (HwCliClient   *client,
                                    HwCliTerminal *terminal,
                                    HwTask        *task);
void           hw_cli_follower_set_first_attempt (HwCliFollower *self,
                                                  guint          attempt);
void           hw_cli_follower_set_has_messages (HwCliFollower *self,
                                                 gboolean       has_messages);

void           hw_cli_follower_run_async (HwCliFollower      *self,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
HwTask        *hw_cli_follower_run_finish (HwCliFollower *self,
                                           GAsyncResult  *result,
                                           GError       **error);

G_END_DECLS
