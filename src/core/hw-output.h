/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HW_TYPE_OUTPUT (hw_output_get_type ())
G_DECLARE_INTERFACE (HwOutput, hw_output, HW, OUTPUT, GObject)

/**
 * HwOutputInterface:
 * @read_async: reads what an attempt printed, from an offset on
 * @read_finish: the bytes, none at the end of what there is so far
 *
 * What programs printed. All calls and answers are in the main context.
 */
struct _HwOutputInterface
{
  GTypeInterface parent_iface;

  void (*read_async) (HwOutput           *self,
                      guint64             epoch,
                      guint64             task_id,
                      guint               attempt,
                      guint64             offset,
                      gsize               limit,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data);
  GBytes *(*read_finish) (HwOutput     *self,
                          GAsyncResult *result,
                          GError      **error);
};

void    hw_output_read_async (HwOutput           *self,
                              guint64             epoch,
                              guint64             task_id,
                              guint               attempt,
                              guint64             offset,
                              gsize               limit,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);
GBytes *hw_output_read_finish (HwOutput     *self,
                               GAsyncResult *result,
                               GError      **error);

G_END_DECLS
