/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwCliColumn:
 * @heading: what stands above it
 * @is_number: whether its cells stand to the right
 * @is_elastic: whether its cells are cut where there is no room
 * @leaves_at: where there is no room even so, columns are left out: at first the one that has
 *   1 here, then 2, and so on; never one that has 0
 *
 * A column of a table.
 */
typedef struct
{
  const char *heading;
  gboolean is_number;
  gboolean is_elastic;
  guint leaves_at;
} HwCliColumn;

typedef struct _HwCliTable HwCliTable;

HwCliTable *hw_cli_table_new (const HwCliColumn *columns,
                              guint              n_columns);
void        hw_cli_table_free (HwCliTable *self);

void        hw_cli_table_add (HwCliTable *self,
                              const char *cell,
                              const char *colour);
char       *hw_cli_table_render (HwCliTable *self,
                                 guint       width,
                                 gboolean    has_colour);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwCliTable, hw_cli_table_free)

G_END_DECLS
