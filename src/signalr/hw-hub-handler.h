/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-client.h"
#include "hw-hub-stream.h"

G_BEGIN_DECLS

/**
 * HwHubMethodKind:
 * @HW_HUB_METHOD_KIND_NONE: there is no such method
 * @HW_HUB_METHOD_KIND_CALL: it is called, and answers once
 * @HW_HUB_METHOD_KIND_STREAM: it is opened, and answers with a stream
 *
 * What a method of a hub is.
 */
typedef enum
{
  HW_HUB_METHOD_KIND_NONE,
  HW_HUB_METHOD_KIND_CALL,
  HW_HUB_METHOD_KIND_STREAM,
} HwHubMethodKind;

/**
 * HwHubError:
 * @HW_HUB_ERROR_ARGUMENTS: the method cannot be called with that
 *
 * What a handler fails with before it has begun; .NET tells such failures from
 * those of the method itself.
 */
typedef enum
{
  HW_HUB_ERROR_ARGUMENTS,
} HwHubError;

#define HW_HUB_ERROR (hw_hub_error_quark ())
GQuark hw_hub_error_quark (void);

#define HW_TYPE_HUB_HANDLER (hw_hub_handler_get_type ())
G_DECLARE_INTERFACE (HwHubHandler, hw_hub_handler, HW, HUB_HANDLER, GObject)

/**
 * HwHubHandlerInterface:
 * @get_method_kind: say what a method is; names are the same in any case
 * @call_async: carry out a call, with an `av`
 * @call_finish: say what came of it, as JSON; %NULL without an error for nothing
 * @open_stream: open a stream, with an `av`; its items are in the client's encoding
 *
 * What a hub can do. One handler serves all connections; who calls, it asks the
 * client. The text of an error is told to the client. All must be implemented. Main
 * context only.
 */
struct _HwHubHandlerInterface
{
  GTypeInterface g_iface;

  HwHubMethodKind (*get_method_kind) (HwHubHandler *self,
                                      const char   *method);
  void (*call_async) (HwHubHandler       *self,
                      HwHubClient        *client,
                      const char         *method,
                      GVariant           *arguments,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data);
  GBytes *(*call_finish) (HwHubHandler *self,
                          GAsyncResult *result,
                          GError      **error);
  HwHubStream *(*open_stream) (HwHubHandler *self,
                               HwHubClient  *client,
                               const char   *method,
                               GVariant     *arguments,
                               GError      **error);
};

HwHubMethodKind hw_hub_handler_get_method_kind (HwHubHandler *self,
                                                const char   *method);
void            hw_hub_handler_call_async (HwHubHandler       *self,
                                           HwHubClient        *client,
                                           const char         *method,
                                           GVariant           *arguments,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
GBytes         *hw_hub_handler_call_finish (HwHubHandler *self,
                                            GAsyncResult *result,
                                            GError      **error);
HwHubStream    *hw_hub_handler_open_stream (HwHubHandler *self,
                                            HwHubClient  *client,
                                            const char   *method,
                                            GVariant     *arguments,
                                            GError      **error);

G_END_DECLS
