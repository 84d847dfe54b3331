/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

const char *hw_dbus_error_get_name (const GError *error);
void        hw_dbus_error_return (GDBusMethodInvocation *invocation,
                                  const GError          *error);

G_END_DECLS
