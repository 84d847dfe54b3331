/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output.h"

/**
 * HwOutput:
 *
 * What programs printed, by the offset in it. See #HwOutputInterface.
 */
G_DEFINE_INTERFACE (HwOutput, hw_output, G_TYPE_OBJECT)

static void
hw_output_default_init (HwOutputInterface *iface)
{
}

/**
 * hw_output_read_async:
 * @self: an output
 * @epoch: the database's number
 * @task_id: the task
 * @attempt: the attempt
 * @offset: where to begin, in bytes of what the program wrote
 * @limit: how many bytes at most
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Reads what an attempt printed. An attempt that printed nothing, or none at all,
 * has no bytes: that is no error.
 */
void
hw_output_read_async (HwOutput           *self,
                      guint64             epoch,
                      guint64             task_id,
                      guint               attempt,
                      guint64             offset,
                      gsize               limit,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_return_if_fail (HW_IS_OUTPUT (self));

  HW_OUTPUT_GET_IFACE (self)->read_async (self, epoch, task_id, attempt, offset, limit,
                                          cancellable, callback, user_data);
}

/**
 * hw_output_read_finish:
 * @self: an output
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_output_read_async().
 *
 * Returns: (transfer full): the bytes, none at the end of what there is so far, or
 *   %NULL
 */
GBytes *
hw_output_read_finish (HwOutput     *self,
                       GAsyncResult *result,
                       GError      **error)
{
  g_return_val_if_fail (HW_IS_OUTPUT (self), NULL);

  return HW_OUTPUT_GET_IFACE (self)->read_finish (self, result, error);
}
