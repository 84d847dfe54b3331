/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-store.h"

G_BEGIN_DECLS

#define HW_TYPE_OUTPUT_KEEPER (hw_output_keeper_get_type ())
G_DECLARE_FINAL_TYPE (HwOutputKeeper, hw_output_keeper, HW, OUTPUT_KEEPER, GObject)

HwOutputKeeper *hw_output_keeper_new (const char *root,
                                      HwStore    *store,
                                      guint64 total);

void            hw_output_keeper_begin (HwOutputKeeper *self);
void            hw_output_keeper_take_ended (HwOutputKeeper *self,
                                             guint64         epoch,
                                             guint64         task_id,
                                             guint           attempt);
void            hw_output_keeper_close (HwOutputKeeper *self);
gboolean        hw_output_keeper_is_busy (HwOutputKeeper *self);
guint64         hw_output_keeper_get_size (HwOutputKeeper *self);

G_END_DECLS
