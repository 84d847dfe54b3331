/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"
#include "hw-shim-link.h"

G_BEGIN_DECLS

void hw_report_hear (HwShimLink *link,
                     HwRun      *run);

G_END_DECLS
