/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-encoding.h"
#include "hw-output.h"

G_BEGIN_DECLS

typedef struct _HwLogItems HwLogItems;

HwLogItems *hw_log_items_new (HwEncoding encoding);
HwLogItems *hw_log_items_ref (HwLogItems *self);
void        hw_log_items_unref (HwLogItems *self);

void        hw_log_items_enter (HwLogItems *self);
void        hw_log_items_leave (HwLogItems *self);
GPtrArray  *hw_log_items_get (HwLogItems          *self,
                              const HwOutputChunk *chunk) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
