/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void hw_await_result (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data);
void hw_await_quiet (void);

G_END_DECLS
