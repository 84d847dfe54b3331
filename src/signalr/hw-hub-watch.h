/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-outlet.h"

G_BEGIN_DECLS

typedef struct _HwHubWatch HwHubWatch;

/**
 * HwHubWatch:
 * @next: (nullable): the client's next
 * @id: what hw_hub_outlet_watch() gave
 * @key: the invocation ID
 *
 * A stream of which somebody else tells: all that has to be known of it while its client wants
 * nothing else.
 */
struct _HwHubWatch
{
  HwHubWatch *next;
  guint id;
  char key[];
};

HwHubWatch *hw_hub_watches_prepend (HwHubWatch *watches,
                                    guint       id,
                                    const char *key);
void        hw_hub_watches_free (HwHubWatch *watches);
gboolean    hw_hub_watches_end (HwHubWatch **watches,
                                guint        id,
                                HwHubOutlet *outlet);

G_END_DECLS
