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
 * hw_output_chunk_new:
 * @offset: where it begins, in bytes of what the program wrote
 * @data: the bytes
 *
 * Makes a piece of output.
 *
 * Returns: (transfer full): it
 */
HwOutputChunk *
hw_output_chunk_new (guint64 offset,
                     GBytes *data)
{
  HwOutputChunk *self;

  g_return_val_if_fail (data != NULL, NULL);

  self = g_new0 (HwOutputChunk, 1);
  self->offset = offset;
  self->data = g_bytes_ref (data);

  return self;
}

/**
 * hw_output_chunk_new_skip:
 * @offset: where the bytes begin that were dropped
 * @skip_to: where the output goes on
 *
 * Makes the piece that says that there is none.
 *
 * Returns: (transfer full): it
 */
HwOutputChunk *
hw_output_chunk_new_skip (guint64 offset,
                          guint64 skip_to)
{
  g_autoptr(GBytes) none = g_bytes_new (NULL, 0);
  HwOutputChunk *self;

  g_return_val_if_fail (skip_to > offset, NULL);

  self = hw_output_chunk_new (offset, none);
  self->skip_to = skip_to;

  return self;
}

/**
 * hw_output_chunk_free:
 * @self: (transfer full): a piece of output
 *
 * Frees it.
 */
void
hw_output_chunk_free (HwOutputChunk *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->data, g_bytes_unref);
  g_free (self);
}

/**
 * hw_output_chunk_get_next_offset:
 * @self: a piece of output
 *
 * Gets where the next one begins.
 *
 * Returns: an offset in what the program wrote
 */
guint64
hw_output_chunk_get_next_offset (const HwOutputChunk *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->skip_to != 0 ? self->skip_to : self->offset + g_bytes_get_size (self->data);
}

/**
 * hw_output_chunk_is_empty:
 * @self: a piece of output
 *
 * Gets whether it stands at the end of what there is so far.
 *
 * Returns: %TRUE if there are no bytes, and none were dropped
 */
gboolean
hw_output_chunk_is_empty (const HwOutputChunk *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return hw_output_chunk_get_next_offset (self) == self->offset;
}

/**
 * hw_output_read_async:
 * @self: an output
 * @query: what to read
 * @cancellable: (nullable): a cancellable
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Reads what an attempt printed. An attempt that printed nothing, or none at all,
 * has no bytes: that is no error.
 */
void
hw_output_read_async (HwOutput            *self,
                      const HwOutputQuery *query,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_return_if_fail (HW_IS_OUTPUT (self));
  g_return_if_fail (query != NULL);

  HW_OUTPUT_GET_IFACE (self)->read_async (self, query, cancellable, callback, user_data);
}

/**
 * hw_output_read_finish:
 * @self: an output
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends hw_output_read_async().
 *
 * Returns: (transfer full): a piece of output, an empty one at the end of what there is
 *   so far, or %NULL
 */
HwOutputChunk *
hw_output_read_finish (HwOutput     *self,
                       GAsyncResult *result,
                       GError      **error)
{
  g_return_val_if_fail (HW_IS_OUTPUT (self), NULL);

  return HW_OUTPUT_GET_IFACE (self)->read_finish (self, result, error);
}

/**
 * hw_output_watch:
 * @self: an output
 * @query: whose output
 * @func: what to call, once
 * @user_data: data for @func
 *
 * Has a function called when an attempt may have printed more than it had at this moment:
 * so read after this, not before. It may be called too early, but never not at all.
 *
 * Returns: an ID for hw_output_unwatch(), or 0 if @func will not be called, as there is
 *   nothing to watch yet
 */
guint
hw_output_watch (HwOutput            *self,
                 const HwOutputQuery *query,
                 HwOutputFunc         func,
                 gpointer             user_data)
{
  g_return_val_if_fail (HW_IS_OUTPUT (self), 0);
  g_return_val_if_fail (query != NULL, 0);
  g_return_val_if_fail (func != NULL, 0);

  return HW_OUTPUT_GET_IFACE (self)->watch (self, query, func, user_data);
}

/**
 * hw_output_unwatch:
 * @self: an output
 * @id: what hw_output_watch() gave, whose function was not called
 *
 * Sees to it that the function is not called.
 */
void
hw_output_unwatch (HwOutput *self,
                   guint     id)
{
  g_return_if_fail (HW_IS_OUTPUT (self));
  g_return_if_fail (id != 0);

  HW_OUTPUT_GET_IFACE (self)->unwatch (self, id);
}
