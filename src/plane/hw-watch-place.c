/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-watch-place.h"

void
hw_watch_place_clear (HwWatchPlace *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->principal, hw_principal_unref);
  hw_watch_filter_clear (&self->filter);
}
