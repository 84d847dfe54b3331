/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-config.h"

G_BEGIN_DECLS

gboolean hw_errand_is_wanted (HwConfig *config);
char    *hw_errand_run (HwConfig *config,
                        GError  **error);

G_END_DECLS
