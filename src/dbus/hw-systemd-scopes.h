/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-enclosure.h"

G_BEGIN_DECLS

#define HW_TYPE_SYSTEMD_SCOPES (hw_systemd_scopes_get_type ())
G_DECLARE_FINAL_TYPE (HwSystemdScopes, hw_systemd_scopes, HW, SYSTEMD_SCOPES, GObject)

HwSystemdScopes *hw_systemd_scopes_new (HwClock    *clock,
                                        const char *address,
                                        const char *slice);

void             hw_systemd_scopes_start_async (HwSystemdScopes    *self,
                                                GAsyncReadyCallback callback,
                                                gpointer            user_data);
void             hw_systemd_scopes_start_finish (HwSystemdScopes *self,
                                                 GAsyncResult    *result);
void             hw_systemd_scopes_stop (HwSystemdScopes *self);

G_END_DECLS
