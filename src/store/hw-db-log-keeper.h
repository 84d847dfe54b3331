/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db-checkpointer.h"
#include "hw-store-space.h"

G_BEGIN_DECLS

/* How the log of a database is looked after: see hw-db-log-keeper.c. */
typedef struct
{
  HwDb *db;                       /* (unowned): of the thread that writes */
  HwDbCheckpointer *checkpointer; /* (unowned) */
  guint checkpointed_pages;       /* length of the log when it was last told */
  gboolean is_refused;            /* whether this log cannot be made longer ahead of time */
} HwDbLogKeeper;

void     hw_db_log_keeper_look (HwDbLogKeeper *self,
                                HwStoreSpace   space);
gboolean hw_db_log_keeper_lacks_room (HwDbLogKeeper *self);
void     hw_db_log_keeper_make_room (HwDbLogKeeper *self);

G_END_DECLS
