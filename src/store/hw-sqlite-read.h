/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db-readers.h"
#include "hw-store.h"

G_BEGIN_DECLS

/* A page of events, as somebody asked for it. */
typedef struct
{
  HwEventQuery parent;

  guint64 epoch;
} HwSqliteEventQuery;

/* What is to be kept, as somebody asks for it. */
typedef struct
{
  HwStoreLimits limits;
  gint64 now;
} HwSqliteExpiryQuery;

gpointer hw_sqlite_read_candidates (HwDb    *db,
                                    guint64  seq,
                                    gpointer query,
                                    GError **error);
gpointer hw_sqlite_read_expired (HwDb    *db,
                                 guint64  seq,
                                 gpointer query,
                                 GError **error);
gpointer hw_sqlite_read_open (HwDb    *db,
                              guint64  seq,
                              gpointer query,
                              GError **error);
gpointer hw_sqlite_read_list (HwDb    *db,
                              guint64  seq,
                              gpointer query,
                              GError **error);
gpointer hw_sqlite_read_task (HwDb    *db,
                              guint64  seq,
                              gpointer query,
                              GError **error);
gpointer hw_sqlite_read_events (HwDb    *db,
                                guint64  seq,
                                gpointer query,
                                GError **error);
gpointer hw_sqlite_read_survey (HwDb    *db,
                                guint64  seq,
                                gpointer query,
                                GError **error);

G_END_DECLS
