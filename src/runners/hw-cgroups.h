/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-enclosure.h"

G_BEGIN_DECLS

#define HW_TYPE_CGROUPS (hw_cgroups_get_type ())
G_DECLARE_FINAL_TYPE (HwCgroups, hw_cgroups, HW, CGROUPS, GObject)

HwCgroups  *hw_cgroups_new (const char *root);

G_END_DECLS
