/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db-checkpointer.h"
#include "hw-db-times.h"
#include "hw-high-water.h"
#include "hw-sqlite-write.h"

G_BEGIN_DECLS

/**
 * HwDbWriterFunc:
 * @events: (element-type HwEvent): what one transaction committed, in order
 * @user_data: what was given to hw_db_writer_new()
 *
 * Hears of a transaction in the main context, before those who asked for it do.
 */
typedef void (*HwDbWriterFunc) (GPtrArray *events,
                                gpointer   user_data);

/**
 * HwDbWriterFailedFunc:
 * @error: a sentence
 * @user_data: what was given to hw_db_writer_new()
 *
 * Hears in the main context that the disk failed: nothing is written any more.
 */
typedef void (*HwDbWriterFailedFunc) (const GError *error,
                                      gpointer      user_data);

typedef struct _HwDbWriter HwDbWriter;

HwDbWriter *hw_db_writer_new (HwDb                  *db,
                              HwDbCheckpointer      *checkpointer,
                              HwHighWater           *high_water,
                              const HwSqliteNumbers *numbers,
                              HwDbTimes             *times,
                              HwDbWriterFunc         function,
                              gpointer               user_data);
void        hw_db_writer_free (HwDbWriter *self);

void        hw_db_writer_set_failed_function (HwDbWriter          *self,
                                              HwDbWriterFailedFunc function);
void        hw_db_writer_abandon (HwDbWriter *self);
void        hw_db_writer_push (HwDbWriter *self,
                               GTask      *gtask);
void        hw_db_writer_close (HwDbWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDbWriter, hw_db_writer_free)

G_END_DECLS
