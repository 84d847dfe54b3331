/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-shim.h"

bool    hw_shim_is_stopping (const HwShim *self);
void    hw_shim_ask (HwShim  *self,
                     uint64_t born);
void    hw_shim_stop (HwShim       *self,
                      HwShimStopped stopped,
                      uint32_t      milliseconds);
bool    hw_shim_obey (HwShim            *self,
                      const HwShimFrame *frame);
void    hw_shim_resume (HwShim *self);
void    hw_shim_control (HwShim *self,
                         int64_t now);
int64_t hw_shim_get_control_time (const HwShim *self,
                                  int64_t       now);
