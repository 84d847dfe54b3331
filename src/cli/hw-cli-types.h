/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-offered-type.h"

G_BEGIN_DECLS

HwOfferedType *hw_cli_types_find (GPtrArray  *types,
                                  const char *name,
                                  GError    **error);
gboolean       hw_cli_types_has_parameter (HwOfferedType *type,
                                           const char    *name);

G_END_DECLS
