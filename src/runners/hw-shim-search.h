/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-shim-adoption.h"

#include <gio/gio.h>

G_BEGIN_DECLS

void         hw_shim_search_async (HwClock            *clock,
                                   HwShimTraces       *traces,
                                   gboolean            is_gone,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
HwShimFound *hw_shim_search_finish (HwClock      *clock,
                                    GAsyncResult *result,
                                    GError      **error);

G_END_DECLS
