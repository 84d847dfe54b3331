/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwCliReply:
 *
 * What the daemon answered to a request that it did.
 */
#define HW_TYPE_CLI_REPLY (hw_cli_reply_get_type ())
G_DECLARE_FINAL_TYPE (HwCliReply, hw_cli_reply, HW, CLI_REPLY, GObject)

GBytes *hw_cli_reply_get_body (HwCliReply *self);
const char *hw_cli_reply_get_header (HwCliReply *self,
                                     const char *name);
guint64 hw_cli_reply_get_number (HwCliReply *self,
                                 const char *name);

/**
 * HwCliPatience:
 * @HW_CLI_PATIENCE_NONE: one try
 * @HW_CLI_PATIENCE_SOME: tries again for a while, when the daemon does not answer
 * @HW_CLI_PATIENCE_ENDLESS: tries again until it is canceled
 *
 * What to do when nobody answers. A request is tried again only if it does no harm twice.
 */
typedef enum
{
  HW_CLI_PATIENCE_NONE,
  HW_CLI_PATIENCE_SOME,
  HW_CLI_PATIENCE_ENDLESS,
} HwCliPatience;

/**
 * HwCliRequest:
 * @method: `GET` or `POST`
 * @path: with the query, if it has one
 * @body: (nullable): JSON
 * @patience: what to do when nobody answers
 *
 * What to ask the daemon.
 */
typedef struct
{
  const char *method;
  const char *path;
  GBytes *body;
  HwCliPatience patience;
} HwCliRequest;

#define HW_TYPE_CLI_CONNECTION (hw_cli_connection_get_type ())
G_DECLARE_FINAL_TYPE (HwCliConnection, hw_cli_connection, HW, CLI_CONNECTION, GObject)

HwCliConnection *hw_cli_connection_new_for_socket (const char *path);
HwCliConnection *hw_cli_connection_new_for_url (const char *url,
                                                const char *token,
                                                const char *certificate,
                                                GError    **error);

void             hw_cli_connection_ask_async (HwCliConnection    *self,
                                              const HwCliRequest *request,
                                              GCancellable       *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer            user_data);
HwCliReply      *hw_cli_connection_ask_finish (HwCliConnection *self,
                                               GAsyncResult    *result,
                                               GError         **error);

G_END_DECLS
