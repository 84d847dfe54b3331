/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-outlet.h"

G_BEGIN_DECLS

/**
 * HwHubWatch:
 * @id: what hw_hub_outlet_watch() gave
 * @key: the invocation ID
 *
 * A stream of which somebody else tells: all that has to be known of it while its client wants
 * nothing else.
 */
typedef struct
{
  guint id;
  char key[];
} HwHubWatch;

HwHubWatch *hw_hub_watch_new (guint       id,
                              const char *key);
gboolean    hw_hub_watches_end (GSList     **watches,
                                guint        id,
                                HwHubOutlet *outlet);

G_END_DECLS
