/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-store.h"

G_BEGIN_DECLS

typedef struct _HwOlderEvents HwOlderEvents;

HwOlderEvents *hw_older_events_new (HwStore *store);
void           hw_older_events_free (HwOlderEvents *self);

void           hw_older_events_read (HwOlderEvents      *self,
                                     const HwEventQuery *query,
                                     GTask              *gtask);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwOlderEvents, hw_older_events_free)

G_END_DECLS
