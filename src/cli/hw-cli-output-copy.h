/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-cli-client.h"
#include "hw-cli-terminal.h"

G_BEGIN_DECLS

/**
 * HwCliOutputCopy:
 * @client: whom to ask
 * @terminal: where it goes
 * @task_id: the task
 * @attempt: whose output, or 0 for the newest attempt
 * @is_followed: whether to wait for more until the attempt ends
 *
 * Which output to copy where.
 */
typedef struct
{
  HwCliClient *client;
  HwCliTerminal *terminal;
  guint64 task_id;
  guint attempt;
  gboolean is_followed;
} HwCliOutputCopy;

GTask   *hw_cli_output_copy_async (const HwCliOutputCopy *copy,
                                   GCancellable          *cancellable,
                                   GAsyncReadyCallback    callback,
                                   gpointer               user_data);
void     hw_cli_output_copy_hurry (GTask *gtask);
gboolean hw_cli_output_copy_finish (GAsyncResult *result,
                                    GError      **error);

G_END_DECLS
