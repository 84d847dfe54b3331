/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-config.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define HW_TYPE_DAEMON (hw_daemon_get_type ())
G_DECLARE_FINAL_TYPE (HwDaemon, hw_daemon, HW, DAEMON, GObject)

HwDaemon *hw_daemon_new (HwConfig *config);

void      hw_daemon_start_async (HwDaemon           *self,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
char     *hw_daemon_start_finish (HwDaemon     *self,
                                  GAsyncResult *result,
                                  GError      **error);
void      hw_daemon_stop_async (HwDaemon           *self,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);
void      hw_daemon_stop_finish (HwDaemon     *self,
                                 GAsyncResult *result);

G_END_DECLS
