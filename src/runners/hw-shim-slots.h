/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"

G_BEGIN_DECLS

typedef struct _HwShimSlots HwShimSlots;

HwShimSlots *hw_shim_slots_new (const char *output_root,
                                const char *life);
HwShimSlots *hw_shim_slots_ref (HwShimSlots *self);
void         hw_shim_slots_unref (HwShimSlots *self);

int          hw_shim_slots_take (HwShimSlots *self,
                                 HwRun       *run,
                                 int         *slot_fd);
void         hw_shim_slots_expect (HwShimSlots *self,
                                   HwRun       *run);
int          hw_shim_slots_restore (HwShimSlots *self,
                                    HwRun       *run);
void         hw_shim_slots_distrust (HwShimSlots *self,
                                     HwRun       *run);
void         hw_shim_slots_release (HwShimSlots *self,
                                    HwRun       *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwShimSlots, hw_shim_slots_unref)

G_END_DECLS
