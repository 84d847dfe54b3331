/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"

G_BEGIN_DECLS

typedef struct _HwDbCheckpointer HwDbCheckpointer;

/**
 * HwDbCheckpointerFunc:
 * @user_data: the user's data
 *
 * Hears, in the checkpointer's thread, that the disk failed: nothing more is copied.
 */
typedef void (*HwDbCheckpointerFunc) (gpointer user_data);

HwDbCheckpointer *hw_db_checkpointer_new (HwDb *db);
void              hw_db_checkpointer_free (HwDbCheckpointer *self);

void              hw_db_checkpointer_set_function (HwDbCheckpointer    *self,
                                                   HwDbCheckpointerFunc function,
                                                   gpointer             user_data);
void              hw_db_checkpointer_wake (HwDbCheckpointer *self);
void              hw_db_checkpointer_abandon (HwDbCheckpointer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDbCheckpointer, hw_db_checkpointer_free)

G_END_DECLS
