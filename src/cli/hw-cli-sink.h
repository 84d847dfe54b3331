/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HW_TYPE_CLI_SINK (hw_cli_sink_get_type ())
G_DECLARE_FINAL_TYPE (HwCliSink, hw_cli_sink, HW, CLI_SINK, GObject)

HwCliSink *hw_cli_sink_new (int fd);

void       hw_cli_sink_add (HwCliSink *self,
                            GBytes    *bytes);
void       hw_cli_sink_add_aside (HwCliSink *self,
                                  int        fd,
                                  GBytes    *bytes);
void       hw_cli_sink_flush_async (HwCliSink          *self,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
gboolean   hw_cli_sink_flush_finish (HwCliSink    *self,
                                     GAsyncResult *result,
                                     GError      **error);
gboolean   hw_cli_sink_is_idle (HwCliSink *self);

G_END_DECLS
