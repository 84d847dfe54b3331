/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _PrivateBus PrivateBus;

PrivateBus      *private_bus_new (void);
void             private_bus_free (PrivateBus *self);

void             private_bus_start (PrivateBus *self);
void             private_bus_kill (PrivateBus *self);

const char      *private_bus_get_address (PrivateBus *self);
const char      *private_bus_get_folder (PrivateBus *self);
GDBusConnection *private_bus_connect (PrivateBus *self);
void             private_bus_leave (GDBusConnection *connection);
void             private_bus_sync (GDBusConnection *connection);
void             private_bus_add_service (PrivateBus *self,
                                          const char *name,
                                          const char *program);
void             private_bus_start_marker (PrivateBus      *self,
                                           GDBusConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PrivateBus, private_bus_free)

G_END_DECLS
