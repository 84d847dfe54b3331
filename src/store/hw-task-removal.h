/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-sqlite-write.h"

G_BEGIN_DECLS

HwEvent *hw_task_removal_carry_out (HwDb            *db,
                                    HwSqliteNumbers *numbers,
                                    const HwChange  *change,
                                    GError         **error);

G_END_DECLS
