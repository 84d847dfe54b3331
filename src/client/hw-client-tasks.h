/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-client-queue.h"

G_BEGIN_DECLS

void       hw_client_get_tasks_async (HwClientQueue      *queue,
                                      GArray             *ids,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
GPtrArray *hw_client_get_tasks_finish (HwClientQueue *queue,
                                       GAsyncResult  *result,
                                       GError       **error);

G_END_DECLS
