/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-store.h"

G_BEGIN_DECLS

void hw_strays_end_async (HwStore            *store,
                          const char         *output_root,
                          GAsyncReadyCallback callback,
                          gpointer            user_data);
void hw_strays_end_finish (HwStore      *store,
                           GAsyncResult *result);

G_END_DECLS
