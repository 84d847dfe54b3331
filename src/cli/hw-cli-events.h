/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cli-client.h"

G_BEGIN_DECLS

#define HW_TYPE_CLI_EVENTS (hw_cli_events_get_type ())
G_DECLARE_FINAL_TYPE (HwCliEvents, hw_cli_events, HW, CLI_EVENTS, GObject)

HwCliEvents *hw_cli_events_new (HwCliClient       *client,
                                const HwCliCursor *cursor);

void         hw_cli_events_next_async (HwCliEvents        *self,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data);
GPtrArray   *hw_cli_events_next_finish (HwCliEvents  *self,
                                        GAsyncResult *result,
                                        GError      **error);

G_END_DECLS
