/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output-keeper.h"
#include "hw-store.h"

G_BEGIN_DECLS

#define HW_TYPE_OUTPUT_REMOVAL (hw_output_removal_get_type ())
G_DECLARE_FINAL_TYPE (HwOutputRemoval, hw_output_removal, HW, OUTPUT_REMOVAL, GObject)

HwOutputRemoval *hw_output_removal_new (HwStore        *store,
                                        HwOutputKeeper *keeper,
                                        const char     *root,
                                        gint64 max_age);
void             hw_output_removal_begin (HwOutputRemoval *self);
gboolean         hw_output_removal_is_busy (HwOutputRemoval *self);

G_END_DECLS
