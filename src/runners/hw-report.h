/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwReport:
 * @is_counting: whether it has said how much is done; else only @share counts
 * @done: how much is done, in @unit
 * @total: how much there is to do, or 0 if it did not say
 * @unit: (nullable): what is counted, a static string
 * @share: how much of all is done, from 0 to 1
 *
 * How far a program says that it is. It begins as zeros.
 */
typedef struct
{
  gboolean is_counting;
  guint64 done;
  guint64 total;
  const char *unit;
  double share;
} HwReport;

gboolean hw_report_read (HwReport   *self,
                         const char *text,
                         gsize       length,
                         GPtrArray  *messages);

G_END_DECLS
