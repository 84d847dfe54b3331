/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char    *hw_bus_address_find (void);
gboolean hw_bus_address_has_bus (void);

G_END_DECLS
