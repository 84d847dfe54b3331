/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"

G_BEGIN_DECLS

/**
 * HwDbReadFunc:
 * @db: a connection, in a transaction
 * @seq: the number of the newest event in it
 * @query: the request's task data
 * @error: return location for an error
 *
 * Reads what is asked for, in one of the readers' threads.
 *
 * Returns: (transfer full): the answer, or %NULL
 */
typedef gpointer (*HwDbReadFunc) (HwDb    *db,
                                  guint64  seq,
                                  gpointer query,
                                  GError **error);

typedef struct _HwDbReaders HwDbReaders;

HwDbReaders *hw_db_readers_new (GPtrArray *connections,
                                guint64    told);
void         hw_db_readers_free (HwDbReaders *self);

void         hw_db_readers_push (HwDbReaders   *self,
                                 GTask         *gtask,
                                 HwDbReadFunc   function,
                                 GDestroyNotify free_answer);
void         hw_db_readers_set_told (HwDbReaders *self,
                                     guint64      told);
void         hw_db_readers_close (HwDbReaders *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDbReaders, hw_db_readers_free)

G_END_DECLS
