/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-connection.h"
#include "hw-hub-door.h"

G_BEGIN_DECLS

/**
 * HW_HUB_MAX_POSTS:
 *
 * How many requests of one client may wait until what they brought is taken. Microsoft's have
 * one under way, and gather for the next what they say meanwhile.
 */
#define HW_HUB_MAX_POSTS 4

typedef struct _HwHubInlet HwHubInlet;

HwHubInlet *hw_hub_inlet_new (const HwHubDoor *door,
                              HwHubConnection *connection);
void        hw_hub_inlet_free (HwHubInlet *self);

void        hw_hub_inlet_take (HwHubInlet        *self,
                               SoupServerMessage *message,
                               gint64             now);
void        hw_hub_inlet_go_on (HwHubInlet *self,
                                gint64      now);
void        hw_hub_inlet_close (HwHubInlet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwHubInlet, hw_hub_inlet_free)

G_END_DECLS
