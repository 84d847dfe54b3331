/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HW_SESSION_BUS_PATIENCE:
 *
 * How long a bus that died may take to come back, in microseconds. One that is restarted is
 * back within a second; without one for so long, the session is over.
 */
#define HW_SESSION_BUS_PATIENCE (30 * G_USEC_PER_SEC)

#define HW_TYPE_SESSION_BUS (hw_session_bus_get_type ())
G_DECLARE_FINAL_TYPE (HwSessionBus, hw_session_bus, HW, SESSION_BUS, GObject)

HwSessionBus *hw_session_bus_new (const char *address,
                                  const char *name,
                                  gint64 patience);

void          hw_session_bus_start (HwSessionBus *self);
void          hw_session_bus_stop (HwSessionBus *self);

G_END_DECLS
