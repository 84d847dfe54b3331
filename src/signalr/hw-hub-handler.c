/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-handler.h"

G_DEFINE_QUARK (hw-hub-error-quark, hw_hub_error)

G_DEFINE_INTERFACE (HwHubHandler, hw_hub_handler, G_TYPE_OBJECT)

static void
hw_hub_handler_default_init (HwHubHandlerInterface *iface)
{
}

/**
 * hw_hub_handler_get_method_kind:
 * @self: a handler
 * @method: a name, in any case
 *
 * Says what a method is.
 *
 * Returns: its kind
 */
HwHubMethodKind
hw_hub_handler_get_method_kind (HwHubHandler *self,
                                const char   *method)
{
  g_return_val_if_fail (HW_IS_HUB_HANDLER (self), HW_HUB_METHOD_KIND_NONE);
  g_return_val_if_fail (method != NULL, HW_HUB_METHOD_KIND_NONE);

  return HW_HUB_HANDLER_GET_IFACE (self)->get_method_kind (self, method);
}

/**
 * hw_hub_handler_call_async:
 * @self: a handler
 * @client: who calls
 * @method: a method that is a call
 * @arguments: what it is called with, an `av`
 * @cancellable: (nullable): cancelled when the client is gone
 * @callback: called in the main context when the call is carried out
 * @user_data: for @callback
 *
 * Carries out a call.
 */
void
hw_hub_handler_call_async (HwHubHandler       *self,
                           HwHubClient        *client,
                           const char         *method,
                           GVariant           *arguments,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (HW_IS_HUB_HANDLER (self));
  g_return_if_fail (HW_IS_HUB_CLIENT (client));
  g_return_if_fail (method != NULL);
  g_return_if_fail (arguments != NULL);

  HW_HUB_HANDLER_GET_IFACE (self)->call_async (self, client, method, arguments, cancellable,
                                               callback, user_data);
}

/**
 * hw_hub_handler_call_finish:
 * @self: a handler
 * @result: what the callback got
 * @error: return location for a #GError, or %NULL
 *
 * Gets what came of a call.
 *
 * Returns: (transfer full) (nullable): JSON; %NULL for nothing, or with an error:
 *   %HW_HUB_ERROR_ARGUMENTS, or one of the method itself
 */
GBytes *
hw_hub_handler_call_finish (HwHubHandler *self,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (HW_IS_HUB_HANDLER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return HW_HUB_HANDLER_GET_IFACE (self)->call_finish (self, result, error);
}

/**
 * hw_hub_handler_open_stream:
 * @self: a handler
 * @client: who calls
 * @method: a method that is a stream
 * @arguments: what it is called with, an `av`
 * @error: return location for a #GError, or %NULL
 *
 * Opens a stream.
 *
 * Returns: (transfer full): the stream, or %NULL with %HW_HUB_ERROR_ARGUMENTS, or
 *   an error of the method itself
 */
HwHubStream *
hw_hub_handler_open_stream (HwHubHandler *self,
                            HwHubClient  *client,
                            const char   *method,
                            GVariant     *arguments,
                            GError      **error)
{
  g_return_val_if_fail (HW_IS_HUB_HANDLER (self), NULL);
  g_return_val_if_fail (HW_IS_HUB_CLIENT (client), NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (arguments != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return HW_HUB_HANDLER_GET_IFACE (self)->open_stream (self, client, method, arguments, error);
}
