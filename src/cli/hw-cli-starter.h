/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HW_TYPE_CLI_STARTER (hw_cli_starter_get_type ())
G_DECLARE_FINAL_TYPE (HwCliStarter, hw_cli_starter, HW, CLI_STARTER, GObject)

HwCliStarter *hw_cli_starter_new (const char *socket_path,
                                  const char *state_folder);

void          hw_cli_starter_start_async (HwCliStarter       *self,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
gboolean      hw_cli_starter_start_finish (HwCliStarter *self,
                                           GAsyncResult *result,
                                           GError      **error);

G_END_DECLS
