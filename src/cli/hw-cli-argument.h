/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-offered-type.h"

G_BEGIN_DECLS

GVariant *hw_cli_argument_parse (HwOfferedType     *type,
                                 const char *const *arguments,
                                 const char        *directory,
                                 GError           **error);

G_END_DECLS
