/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-enclosure.h"

G_BEGIN_DECLS

#define HW_TYPE_ENCLOSURES (hw_enclosures_get_type ())
G_DECLARE_FINAL_TYPE (HwEnclosures, hw_enclosures, HW, ENCLOSURES, GObject)

HwEnclosures *hw_enclosures_new (void);

void          hw_enclosures_add (HwEnclosures *self,
                                 HwEnclosure  *enclosure);

G_END_DECLS
