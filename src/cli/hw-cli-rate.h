/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwCliRate:
 *
 * How fast something goes, of what it has done at which times. Recent seconds count most,
 * so that the number follows what happens, and does not jump. Lives on the stack or in
 * a struct, and needs no clearing.
 */
typedef struct
{
  /*< private >*/
  gboolean has_begun;
  gint64 at;
  guint64 done;
  double rate; /* a second, or less than 0 */
} HwCliRate;

void   hw_cli_rate_init (HwCliRate *self);
void   hw_cli_rate_add (HwCliRate *self,
                        gint64     at,
                        guint64    done);
double hw_cli_rate_get (const HwCliRate *self);
gint64 hw_cli_rate_get_remaining (const HwCliRate *self,
                                  gint64           now,
                                  guint64          total);

G_END_DECLS
