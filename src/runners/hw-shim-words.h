/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-shim-protocol.h"

#include <glib.h>

G_BEGIN_DECLS

gsize    hw_shim_task_size (const HwShimTask *task);
void     hw_shim_task_write (const HwShimTask *task,
                             guint8           *bytes);

gboolean hw_shim_status_read (const guint8 *bytes,
                              gsize         length,
                              HwShimStatus *status);

G_END_DECLS
