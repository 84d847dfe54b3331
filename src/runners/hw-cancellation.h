/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"

#include <gio/gio.h>

G_BEGIN_DECLS

void     hw_cancellation_record_async (const char         *output_root,
                                       HwRun              *run,
                                       gboolean            is_now,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data);
gboolean hw_cancellation_record_finish (GAsyncResult *result,
                                        GError      **error);
gboolean hw_cancellation_learn (const char *output_root,
                                HwRun      *run);

G_END_DECLS
